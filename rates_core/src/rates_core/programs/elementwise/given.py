"""What compiled procedures are given, by keys: each argument of a generated procedure has one that says what it is.

Arrays are as they lie in memory. A complex number is an array without axes, since languages take it by its address.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rates_core.programs.elementwise.constants import Constants
from rates_core.programs.elementwise.kernel import typed_values
from rates_core.programs.elementwise.layout import Layout
from rates_core.programs.pair import StepControl
from rates_core.programs.program import ProgramRequest
from rates_core.programs.trail import Trail
from rates_core.system.schedule import reads_of
from rates_core.system.system import System

Key = tuple[Any, ...]  # such as `("t",)` or `("constant", path)`
Given = dict[Key, Any]


def arrays_given(constants: Constants, arrays: Sequence[np.ndarray]) -> Given:
    """Return the arrays of constants, which `Constants.values` gives in order."""
    shaped = [path for path, constant in constants.known.items() if constant.shape]
    return {("constant", path): array for path, array in zip(shaped, arrays, strict=True)}


def constants_given(layout: Layout, arguments: Mapping[str, Any]) -> Given:
    """Return the constants of a module for values of parameters; what is computed from them is still empty."""
    numbers, arrays = layout.constants.values(arguments)
    return {("p",): numbers, **arrays_given(layout.constants, arrays)}


def values_at(system: System, inputs: Sequence[Any], reads: Sequence[Any], draws: Sequence[Any]) -> Given:
    """Return external inputs, delayed values and random numbers of one instant."""
    keys = [
        (kind, item.path)
        for kind, items in (("input", system.inputs), ("read", system.reads), ("draw", system.draws))
        for item in items
    ]
    values = typed_values(system, inputs, reads, draws)
    return {
        key: np.array(value) if isinstance(value, complex) else value for key, value in zip(keys, values, strict=True)
    }


def steps_given(
    system: System,
    inputs: Sequence[Sequence[np.ndarray]],
    draws: Sequence[np.ndarray],
    first: int,
    samples: int,
    stride: int,
    step_size: float,
) -> Given:
    """Return what a loop over fixed steps takes beside its state, constants, rows and past."""
    given: Given = {("h",): step_size, ("first",): first, ("samples",): samples, ("stride",): stride}
    for node, tables in enumerate(inputs):
        given |= {("table", node, item.path): table for item, table in zip(system.inputs, tables, strict=True)}
    return given | {("draws", item.path): table for item, table in zip(system.draws, draws, strict=True)}


def past_given(request: ProgramRequest, history: Any) -> Given:
    """Return the buffers of a past on a grid, and what reads take from them."""
    buffers = history.buffers()
    given: Given = {("buffer", number): buffer for number, buffer in enumerate(buffers)}
    given["length",] = len(buffers[0]) // 2
    assert request.tableau is not None
    for node, value in enumerate(request.tableau.distinct_nodes):
        for read, gather in zip(request.system.reads, history.gathers(value), strict=True):
            given["samples", read.path, node] = gather.weights.shape[1]
            given["places", read.path, node] = np.ascontiguousarray(gather.places, dtype=np.int32)
            given["weights", read.path, node] = gather.weights
    return given


def tables_given(system: System, samples: Sequence[np.ndarray], base: float, spacing: float) -> Given:
    """Return the samples of inputs as the loop of a pair takes them."""
    given: Given = {("base",): float(base), ("interval",): float(spacing)}
    for item, table in zip(system.inputs, samples, strict=True):
        given["table", item.path] = np.ascontiguousarray(table, dtype=float)
    return given


def control_given(control: StepControl) -> Given:
    """Return how long steps are, as the loop of a pair takes it."""
    return {
        ("rtol",): np.ascontiguousarray(control.rtol, dtype=float),
        ("atol",): np.ascontiguousarray(control.atol, dtype=float),
        ("max_step",): float(control.max_step),
        ("given_step",): number_or_nan(control.first_step),
    }


def trail_given(trail: Trail, first_place: int) -> Given:
    """Return a trail as the loop of a pair takes it, in a language that counts places from a first one."""
    given: Given = {
        ("room",): len(trail.starts), ("starts",): trail.starts, ("ends",): trail.ends,
        ("node_count",): len(trail.nodes), ("end_count",): len(trail.checks), ("nodes",): trail.nodes,
        ("fit",): np.ascontiguousarray(trail.fit), ("checks",): np.ascontiguousarray(trail.checks),
        ("largest",): trail.largest, ("roughness",): float(trail.tolerance),
    }  # fmt: skip
    given |= {("factors", number): factors for number, factors in enumerate(trail.factors)}
    for number, lag in enumerate(trail.lags):
        given["delays", number] = np.ascontiguousarray(lag.delays, dtype=float)
        given["sources", number] = np.ascontiguousarray(lag.sources + first_place, dtype=np.int32)
        given["targets", number] = np.ascontiguousarray(lag.targets + first_place, dtype=np.int32)
        given["found", number] = np.zeros((), dtype=np.int64)
    return given


def varied(layout: Layout, arguments: Mapping[str, np.ndarray]) -> frozenset[str]:
    """Return what differs from point to point: arguments, and what is computed from such."""
    found = {path for path, value in arguments.items() if len(value) > 1}
    for item in layout.prepared:
        if not found.isdisjoint(reads_of(item)):
            found.add(item.target)
    return frozenset(found)


def number_or_nan(value: float | None) -> float:
    """Return a number, or NaN for None."""
    return math.nan if value is None else float(value)
