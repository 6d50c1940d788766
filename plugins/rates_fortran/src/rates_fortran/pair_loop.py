"""Run the compiled loop of an embedded pair, for one point or for many."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from rates_core.programs.batch import PairBatch, Spans, Travellers
from rates_core.programs.pair import PairLoop, Reached, Span, Status, StepControl
from rates_core.programs.trail import Trail

from rates_fortran.binding import Library
from rates_fortran.procedure import Key

if TYPE_CHECKING:
    from rates_core.system.system import System

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
        self._given = {**kernel.constants, **tables_of(kernel.request.system, samples, base, spacing)}
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
        t, end, following = np.array(float(time)), np.array(y, dtype=float), np.array(_or_nan(proposal))
        status, steps, due = (np.zeros((), dtype=np.int64) for _ in range(3))
        given: dict[Key, Any] = {
            **self._given, **controlled(control), ("t",): t, ("y",): end, ("proposal",): following,
            ("goal",): span.end, ("first",): span.first, ("last",): span.last, ("fresh",): int(span.fresh),
            ("wanted",): len(wanted), ("most",): most, ("times",): wanted, ("status",): status, ("steps",): steps,
            ("due",): due, **{("column", number): column for number, column in enumerate(columns)},
        }  # fmt: skip
        if self._history is None:
            self._library.call("pair", given)
        else:
            trail = self._history.trail()
            kept = np.array(trail.count, dtype=np.int64)
            self._library.call("pair", given | _past(trail) | {("kept",): kept})
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
        given: dict[Key, Any] = {
            **self._given, **controlled(control), **{(name,): values for name, values in counted.items()},
            ("active",): len(which), ("which",): np.ascontiguousarray(which, dtype=np.int64), ("until",): until,
            ("spans_points",): points, ("most_spans",): most_spans, ("wanted",): len(times),
            ("counts",): np.ascontiguousarray(spans.count, dtype=np.int64), ("times",): np.ascontiguousarray(times),
            ("goals",): np.ascontiguousarray(spans.end), ("firsts",): np.ascontiguousarray(spans.first),
            ("lasts",): np.ascontiguousarray(spans.last), ("t",): travellers.time, ("y",): travellers.y,
            ("proposal",): travellers.proposal,
            **{("column", number): column for number, column in enumerate(travellers.columns)},
        }  # fmt: skip
        self._library.call("pair_many", given)
        for name, values in counted.items():
            getattr(travellers, name)[:] = values


def tables_of(system: System, samples: Sequence[np.ndarray], base: float, spacing: float) -> dict[Key, Any]:
    """Return the samples of inputs as the loop takes them."""
    given: dict[Key, Any] = {("base",): float(base), ("interval",): float(spacing)}
    for item, table in zip(system.inputs, samples, strict=True):
        given["table", item.path] = np.ascontiguousarray(table, dtype=float)
    return given


def controlled(control: StepControl) -> dict[Key, Any]:
    """Return how long steps are, as the loop takes it."""
    return {
        ("rtol",): np.ascontiguousarray(control.rtol, dtype=float),
        ("atol",): np.ascontiguousarray(control.atol, dtype=float),
        ("max_step",): float(control.max_step),
        ("given_step",): _or_nan(control.first_step),
    }


def _past(trail: Trail) -> dict[Key, Any]:
    """Return a trail as the loop takes it."""
    given: dict[Key, Any] = {
        ("room",): len(trail.starts), ("starts",): trail.starts, ("ends",): trail.ends,
        ("node_count",): len(trail.nodes), ("end_count",): len(trail.checks), ("nodes",): trail.nodes,
        ("fit",): np.ascontiguousarray(trail.fit), ("checks",): np.ascontiguousarray(trail.checks),
        ("largest",): trail.largest, ("roughness",): float(trail.tolerance),
    }  # fmt: skip
    given |= {("factors", number): factors for number, factors in enumerate(trail.factors)}
    for number, lag in enumerate(trail.lags):
        given["delays", number] = np.ascontiguousarray(lag.delays, dtype=float)
        given["sources", number] = np.ascontiguousarray(lag.sources + 1, dtype=np.int32)
        given["targets", number] = np.ascontiguousarray(lag.targets + 1, dtype=np.int32)
        given["found", number] = np.zeros((), dtype=np.int64)
    return given


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else float(value)
