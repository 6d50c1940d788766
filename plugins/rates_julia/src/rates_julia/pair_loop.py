"""Run the compiled loop of an embedded pair."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from rates_core.programs.elementwise.called import in_memory
from rates_core.programs.elementwise.given import Given, control_given, number_or_nan, tables_given, trail_given
from rates_core.programs.pair import PairLoop, Reached, Span, Status, StepControl

from rates_julia.binding import Library

if TYPE_CHECKING:
    from rates_julia.kernel import JuliaKernel


class JuliaPair(PairLoop):
    """The compiled loop of an embedded pair.

    Args:
        kernel: whose loop it is.
        library: the module.
        samples: of each external input.
        base: position of the first samples, in spacings from time 0.
        spacing: time between samples.
        history: the stored past, or None.
    """

    def __init__(
        self,
        kernel: JuliaKernel,
        library: Library,
        samples: Sequence[np.ndarray],
        base: float,
        spacing: float,
        history: Any,
    ) -> None:
        self._kernel, self._library, self._history = kernel, library, history
        self._given = {**kernel.constants, **tables_given(kernel.request.system, samples, base, spacing)}

    def advance(
        self,
        time: float,
        y: np.ndarray,
        proposal: float | None,
        span: Span,
        control: StepControl,
        times: np.ndarray,
        most: int,
    ) -> Reached:
        """Take up to `most` steps in the compiled loop."""
        wanted = np.ascontiguousarray(times[: int(np.searchsorted(times, span.end, side="right"))])
        columns = self._kernel.empty_columns(self._kernel.request.recorded, len(wanted))
        end = np.array(y, dtype=float)
        given: Given = {
            **self._given, **control_given(control), **span_given(span.end, span.first, span.last, span.fresh),
            ("t",): float(time), ("y",): end, ("proposal",): number_or_nan(proposal), ("most",): most,
            ("times",): wanted, **{("column", number): in_memory(column) for number, column in enumerate(columns)},
        }  # fmt: skip
        if self._history is None:
            ((status, reached, following, steps, due),) = self._library.call("pair", given)
        else:
            trail = self._history.trail()
            given |= trail_given(trail, 1) | {("kept",): trail.count}
            ((status, reached, following, steps, due, kept),) = self._library.call("pair", given)
            self._history.extend(trail, kept - trail.count)
        found = tuple(column[:due] for column in columns)
        size = None if math.isnan(following) else following
        return Reached(Status(status), reached, end, steps, size, found)


def span_given(end: float, first: float, last: float, fresh: bool) -> Given:
    """Return a part of a run as the loop takes it."""
    return {
        ("goal",): float(end), ("first",): float(first), ("last",): float(last), ("fresh",): int(fresh),
    }  # fmt: skip
