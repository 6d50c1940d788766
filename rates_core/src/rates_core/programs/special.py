"""Steps with delays that a loop cannot take like all others, taken one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rates_core.programs.carry import Carry
from rates_core.programs.stepwise import Stepwise

if TYPE_CHECKING:
    from rates_core.programs.program import Kernel


def special_steps(
    kernel: Kernel,
    carry: Carry,
    history: Any,
    inputs: Sequence[Sequence[np.ndarray]],
    draws: Sequence[np.ndarray],
    step_size: float,
    count: int,
    stride: int,
) -> tuple[np.ndarray, int, list[tuple[Any, ...]]]:
    """Take up to `count` steps, until all reads are gathers.

    A row goes with the steps that follow it.

    Args:
        kernel: whose steps they are.
        carry: where they begin.
        history: the stored past, changed in place.
        inputs: as `Kernel.loop` takes them, as are the others.
        draws: see there.
        step_size: see there.
        count: number of steps.
        stride: steps per row.

    Returns:
        The state, how many steps were taken, and the rows before every `stride` of them.
    """
    steps = Stepwise(kernel, kernel.request, inputs, draws, step_size, carry.step, history)
    y, done, rows = np.array(carry.y, dtype=float), 0, []
    while done < count and carry.step + done < history.regular_from():
        if done % stride == 0:
            rows.append(steps.row(y, carry.step + done))
        y = steps.step(y, carry.step + done)
        done += 1
    return y, done, rows
