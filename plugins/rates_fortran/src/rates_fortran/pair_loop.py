"""Run the compiled loop of an embedded pair, for one point or for many."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from rates_core.programs.batch import PairBatch, Spans, Travellers
from rates_core.programs.elementwise.called import in_memory
from rates_core.programs.elementwise.given import (
    Given,
    Key,
    control_given,
    number_or_nan,
    tables_given,
    trail_given,
)
from rates_core.programs.pair import PairLoop, Reached, Span, Status, StepControl

from rates_fortran.binding import Library

if TYPE_CHECKING:
    from rates_fortran.kernel import FortranKernel


class FortranPair(PairLoop):
    """The compiled loop of an embedded pair.

    Args:
        kernel: whose loop it is.
        library: the compiled module.
        samples: of each external input.
        base: position of the first samples, in spacings from time 0.
        spacing: time between samples.
        history: the stored past, or None.
    """

    def __init__(
        self,
        kernel: FortranKernel,
        library: Library,
        samples: Sequence[np.ndarray],
        base: float,
        spacing: float,
        history: Any,
    ) -> None:
        self._kernel, self._library, self._history = kernel, library, history
        self._given = {**kernel.constants, **tables_given(kernel.request.system, samples, base, spacing)}
        for item, table in zip(kernel.request.system.inputs, samples, strict=True):
            self._given["length", item.path] = len(table)

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
        t, end, following = np.array(float(time)), np.array(y, dtype=float), np.array(number_or_nan(proposal))
        status, steps, due = (np.zeros((), dtype=np.int64) for _ in range(3))
        given: Given = {
            **self._given, **control_given(control), ("t",): t, ("y",): end, ("proposal",): following,
            ("goal",): span.end, ("first",): span.first, ("last",): span.last, ("fresh",): int(span.fresh),
            ("wanted",): len(wanted), ("most",): most, ("times",): wanted, ("status",): status, ("steps",): steps,
            ("due",): due, **{("column", number): in_memory(column) for number, column in enumerate(columns)},
        }  # fmt: skip
        if self._history is None:
            self._library.call("pair", given)
        else:
            trail = self._history.trail()
            kept = np.array(trail.count, dtype=np.int64)
            self._library.call("pair", given | trail_given(trail, 1) | {("kept",): kept})
            self._history.extend(trail, int(kept) - trail.count)
        found = tuple(column[: int(due)] for column in columns)
        size = None if math.isnan(following) else float(following)
        return Reached(Status(int(status)), float(t), end, int(steps), size, found)


class FortranPairBatch(PairBatch):
    """The compiled loop of an embedded pair over many points.

    Args:
        library: the compiled module.
        given: constants of all points, and samples of inputs.
    """

    def __init__(self, library: Library, given: Mapping[Key, Any]) -> None:
        self._library, self._given = library, given

    def advance(
        self,
        travellers: Travellers,
        which: np.ndarray,
        until: int,
        spans: Spans,
        control: StepControl,
        times: np.ndarray,
    ) -> None:
        """Let points go on in the compiled loop."""
        counted = {
            name: np.ascontiguousarray(getattr(travellers, name), dtype=np.int64)
            for name in ("status", "span", "fresh", "steps", "rows")
        }
        points, most_spans = spans.end.shape
        given: Given = {
            **self._given, **control_given(control), **{(name,): values for name, values in counted.items()},
            ("active",): len(which), ("which",): np.ascontiguousarray(which, dtype=np.int64), ("until",): until,
            ("spans_points",): points, ("most_spans",): most_spans, ("wanted",): len(times),
            ("counts",): np.ascontiguousarray(spans.count, dtype=np.int64), ("times",): np.ascontiguousarray(times),
            ("goals",): np.ascontiguousarray(spans.end), ("firsts",): np.ascontiguousarray(spans.first),
            ("lasts",): np.ascontiguousarray(spans.last), ("t",): travellers.time, ("y",): travellers.y,
            ("proposal",): travellers.proposal,
            **{("column", number): in_memory(column) for number, column in enumerate(travellers.columns)},
        }  # fmt: skip
        self._library.call("pair_many", given)
        for name, values in counted.items():
            getattr(travellers, name)[:] = values
