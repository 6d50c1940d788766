"""The loop of a run by the steps of a module's `rollout`, where these are compiled and others are not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from rates_core.programs.arrays.rollout import newest

if TYPE_CHECKING:
    from rates_core.programs.arrays.kernel import ArrayProgram


class RolledLoop:
    """What takes the place of a module's `integrator`.

    The rings in which that one keeps what is read late are the windows of this one, joined at their ends: reads take
    their values from the same places of both.

    Args:
        program: whose steps they are.
    """

    def __init__(self, program: ArrayProgram) -> None:
        self._runtime, self._system = program.runtime, program.request.system
        self._take: Callable[..., Any] = program.runtime.rollout(program.module, False)

    def of(self, *parameters: Any) -> Callable[..., Any]:
        """Return the loop with parameters bound."""

        def loop(
            y: Any, h: Any, first: Any, samples: Any, stride: Any, inputs: Any, draws: Any, blank: Any,
            buffers: Sequence[Any], gathers: Any,
        ) -> Any:  # fmt: skip
            begin, rows, every = int(first), int(samples), int(stride)
            size = len(buffers[0]) // 2 if buffers else 1
            windows = tuple(buffer[begin % size : begin % size + size] for buffer in buffers)
            y, found, windows = self._take(
                parameters, y, h, first, rows, every, inputs, draws, windows, gathers, self._together(size, gathers), 0
            )
            return y, found, tuple(self._ring(window, (begin + rows * every) % size) for window in windows)

        return loop

    def _together(self, size: int, gathers: Any) -> int:
        """Return the number of steps whose reads lie before the first of them."""
        last = newest(self._system, gathers)
        return size if last is None else size - last

    def _ring(self, window: Any, place: int) -> Any:
        """Return a window as a ring, twice, whose next sample stands at a place."""
        return self._runtime.joined((window[len(window) - place :], window, window[: len(window) - place]))
