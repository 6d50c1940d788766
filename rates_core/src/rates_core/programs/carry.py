"""What goes on from step to step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    import numpy as np


@frozen(eq=False)
class Carry:
    """The state of a run between two chunks of steps; it is never changed, only replaced.

    Attributes:
        step: number of steps since the first start, from which time is computed in fixed-step methods.
        time: time of `y`.
        y: the real state vector.
        history: what the delay storage keeps, or None.
        controller: what an adaptive method or a driver keeps, or None.
        breaks: times at which the solution was not smooth, which delays carry on: the first start, jumps of inputs.
        pulses: of events that are on their way to delayed reads, where steps are chosen.
    """

    step: int
    time: float
    y: np.ndarray
    history: Any = None
    controller: Any = None
    breaks: tuple[float, ...] = ()
    pulses: tuple[Any, ...] = ()
