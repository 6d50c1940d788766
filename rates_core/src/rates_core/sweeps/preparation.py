"""A sweep that is checked and ready to go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve, frozen

from rates_core.simulation.compile import CompiledModel
from rates_core.simulation.default_backend import settled_backend
from rates_core.simulation.grid import positive, time_grid
from rates_core.simulation.state import state_of
from rates_core.sweeps.assignment import assignment
from rates_core.sweeps.identity import digest, versions
from rates_core.sweeps.quantities import columns_of
from rates_core.sweeps.reduction_choice import reduction_of
from rates_core.sweeps.reductions import Reduction
from rates_core.sweeps.samples import Samples
from rates_core.sweeps.store import Content
from rates_core.sweeps.variants import chained_edges
from rates_core.sweeps.work import Chunk, Work

if TYPE_CHECKING:
    from rates_core.templates.circuit import CircuitTemplate

SURELY = 1e7  # updates of a state in a second, in all backends that run points together
COMMON = ("history", "seed", "state", "stop_on_nonfinite")  # arguments of a run that all points share


@frozen(eq=False)
class Sweep:
    """A sweep that is checked and ready to go.

    Attributes:
        content: points, times, identity.
        work: what runs them.
        reduction: what is kept.
        bytes_per_point: of the rows of one point.
        first: number of points in the first chunk: more than one where they run together.
    """

    content: Content
    work: Work
    reduction: Reduction
    bytes_per_point: int
    first: int = 1


def prepared(
    circuit: str | Path | CircuitTemplate,
    samples: Samples,
    simulation_time: float,
    step_size: float,
    outputs: Any,
    inputs: Mapping[str, Any] | None,
    reduce: Any,
    paths: Mapping[str, str | Iterable[str]] | None,
    options: Mapping[str, Any],
) -> Sweep:
    """Check a sweep, compile its model, and return it.

    Raises:
        RatesError: something that was asked for is wrong.
    """
    from rates_core.templates.circuit import CircuitTemplate

    positive("simulation_time", simulation_time)
    template = circuit if isinstance(circuit, CircuitTemplate) else CircuitTemplate.from_yaml(circuit)
    template = template.update_template()  # which later updates of the user's circuit do not reach
    sets = assignment(samples.names, paths, inputs)
    first = Chunk(np.arange(1), samples.at(np.arange(1))).point(0)
    settings = {
        "simulation_time": simulation_time, "step_size": step_size, "outputs": outputs,
        "inputs": sets.inputs(inputs, first), **{name: value for name, value in options.items() if name not in COMMON},
    }  # fmt: skip
    common = {name: options[name] for name in COMMON if name in options}
    chained = chained_edges(template, list(sets.values(first)))
    work = Work(template, settings, inputs, common, sets, chained, reduce, 0, 1)
    model = work.model(first)
    work.states(model)
    assert model.system.network is not None
    sets.check(model.system.network)
    if model.choice.open:
        settings["backend"] = _backend(model, len(samples))  # of all workers, whatever is installed there
        if settings["backend"] != model.choice.backend.name:
            work = evolve(work, settings=settings, variants=None)
            model = work.model(first)
    times, rows = _times(model, common.get("state"))
    work.rows = len(times)
    columns = columns_of(model.recording, model.system)
    known = {**settings, **common}
    parts = {
        "model": template, "outputs": known.pop("outputs"), "inputs": (known.pop("inputs"), inputs),
        "settings": sorted(known.items()), "points": (samples, sets), "reductions": reduce,
        "versions of rates": versions(model.choice.backend.distribution, model.choice.solver.distribution),
    }  # fmt: skip
    identity = {name: digest(part) for name, part in parts.items()}
    size = rows * sum(16 if column.complex else 8 for column in columns)
    first_ones = _first(model, len(samples))
    return Sweep(Content(samples, times, identity), work, reduction_of(reduce, columns, work.rows), size, first_ones)


def _first(model: CompiledModel, count: int) -> int:
    """Return how many points surely run in a second, if they run together: the first chunk is not small then."""
    settings, choice = model.defaults, model.choice
    if not (choice.fixed and choice.backend.capabilities.batch and model.program.gains(count)):
        return 1
    updates = settings["simulation_time"] / settings["step_size"] * max(1, model.system.width)
    return max(1, min(count, int(SURELY / updates)))


def _backend(model: CompiledModel, count: int) -> str:
    """Return the name of the backend that runs all points, where none was chosen: their time together decides."""
    choice, settings = model.choice, model.defaults
    if choice.fixed and choice.backend.capabilities.batch and model.program.gains(count):
        return settled_backend(choice.backend, model.system, choice.tableau, choice.fixed, settings, count).name
    whole = {**settings, "simulation_time": settings["simulation_time"] * count}
    return settled_backend(choice.backend, model.system, choice.tableau, choice.fixed, whole).name


def _times(model: CompiledModel, state: Any) -> tuple[np.ndarray, int]:
    """Return the times of rows that are kept, and the number of all rows."""
    settings, choice = model.defaults, model.choice
    grid = time_grid(
        settings["simulation_time"], settings["step_size"], settings["sampling_step_size"], settings["cutoff"],
        choice.fixed,
    )  # fmt: skip
    before = state_of(state, model.system, choice.solver.name, grid.step_size if choice.fixed else None)
    start = 0.0 if before is None else before.carry.time
    return start + np.arange(grid.first_row, grid.rows) * grid.sampling_step_size, grid.rows
