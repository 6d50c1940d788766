"""Which backend runs a model for which none was chosen: a fixed rule.

NumPy's, if it is installed. Where Numba's is installed too and the steps would take NumPy much longer than compiling
takes Numba, Numba's; their numbers are the same to rounding.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from rates_core.expressions.tree import Apply, Expression, walk
from rates_core.plugins import get_manager
from rates_core.plugins.specs import BackendSpec
from rates_core.simulation.choice import DEFAULT_BACKEND
from rates_core.solvers.tableau import Tableau
from rates_core.system.shapes import Shape, shape_of
from rates_core.system.system import Assign, System

COMPILED = "numba"
COMPILE_SECONDS = 3.0  # what the first run of a model costs there
# What NumPy needs on a common machine, in seconds; the rule has to be right about orders of magnitude only.
STEP, SCALAR, ARRAY, ENTRY, CONNECTION = 2e-7, 6e-8, 8e-7, 1e-9, 6e-9
CONTROLLED_STEP = 6e-5  # of a step that is chosen by its error
STORED_STEP, LOOKED_UP, LOOKED_UP_ENTRY = 1e-4, 1e-5, 5e-8  # of its past, where there are delays

_log = logging.getLogger("rates")


def settled_backend(
    default: BackendSpec,
    system: System,
    tableau: Tableau | None,
    fixed: bool,
    settings: Mapping[str, Any],
    points: int = 1,
) -> BackendSpec:
    """Return the backend for a model for which none was chosen.

    Args:
        default: NumPy's, or the only one that is installed.
        system: the lowered System.
        tableau: the method, or None if a library runs the loop, which compiled code does not speed up by much.
        fixed: whether the method takes fixed steps.
        settings: those of the compiled model.
        points: that run side by side.
    """
    other = get_manager().backends().get(COMPILED)
    if other is None or default.name != DEFAULT_BACKEND or tableau is None or settings["simulation_time"] is None:
        return default
    seconds = estimated_seconds(system, tableau, fixed, settings, points)
    chosen = other if seconds > COMPILE_SECONDS and other.missing_tool() is None else default
    _log.debug(
        "backend '%s' was chosen for '%s': about %.2g s with %s, and about %.2g s to compile with %s",
        chosen.name, system.name, seconds, DEFAULT_BACKEND, COMPILE_SECONDS, COMPILED,
    )  # fmt: skip
    return chosen


def estimated_seconds(
    system: System, tableau: Tableau, fixed: bool, settings: Mapping[str, Any], points: int = 1
) -> float:
    """Return about how long NumPy's backend takes for points side by side."""
    if system.reads and not fixed and any(read.slot not in system.state_paths for read in system.reads):
        return 0.0  # the past of computed variables may be looked up by core, whatever the backend
    steps = float(settings["simulation_time"]) / float(settings["step_size"])
    one = tableau.tried * evaluation_seconds(system, points) + (STEP if fixed else CONTROLLED_STEP)
    return steps * (one if fixed else one + _past_seconds(system, tableau))


def _past_seconds(system: System, tableau: Tableau) -> float:
    """Return about how long it takes to store a step that is chosen by its error, and to read the past in it."""
    if not system.reads:
        return 0.0
    return STORED_STEP + tableau.tried * sum(LOOKED_UP + LOOKED_UP_ENTRY * _count(read.shape) for read in system.reads)


def evaluation_seconds(system: System, points: int = 1) -> float:
    """Return about how long NumPy's backend needs to evaluate right-hand sides of points side by side once."""
    expressions = [item.expression for item in system.statements if isinstance(item, Assign)]
    expressions += [item.expression for item in system.derivatives]
    seconds = sum(_cost(expression, system.shapes, points) for expression in expressions)
    for item in system.statements:
        if not isinstance(item, Assign):
            source = system.shapes[item.source]
            connections = system.shapes[item.weights]
            dense = item.form == "dense"  # a product that every backend leaves to the same library
            seconds += ARRAY + (0.0 if dense else CONNECTION * points * (_count(connections) + _count(source)))
    return seconds + sum(ARRAY + CONNECTION * points * _count(read.shape) for read in system.reads)


def _cost(expression: Expression, shapes: Mapping[str, Shape], points: int) -> float:
    calls = [node for node in walk(expression) if isinstance(node, Apply)]
    if not calls:
        return 0.0
    entries = points * _count(shape_of(expression, shapes))
    return len(calls) * (SCALAR if entries == 1 else ARRAY + ENTRY * entries)


def _count(shape: Shape) -> int:
    count = 1
    for size in shape:
        count *= size
    return count
