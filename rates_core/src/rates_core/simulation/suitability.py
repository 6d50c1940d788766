"""Which installed backends can run a model with which solvers, and what the others lack; nothing is generated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from rates_core.delays.dependence import check_no_draws
from rates_core.delays.lowered import lowered_system
from rates_core.delays.lowering import storage
from rates_core.errors import RatesError
from rates_core.plugins import get_manager
from rates_core.plugins.capabilities import STORAGES, Requirements
from rates_core.plugins.specs import BackendSpec, SolverSpec
from rates_core.plugins.status import tool_missing
from rates_core.simulation.requirements import requirements_of
from rates_core.system.events import check_events

if TYPE_CHECKING:
    from rates_core.templates.circuit import CircuitTemplate


@frozen
class Suitability:
    """How one backend fares with a model.

    Attributes:
        backend: its name.
        solvers: those with which it runs the model.
        missing: what is missing with every solver, each as words of a sentence.
        unfit: for each other solver all that is missing with it.
    """

    backend: str
    solvers: tuple[str, ...]
    missing: tuple[str, ...]
    unfit: Mapping[str, tuple[str, ...]]


def suitability(circuit: CircuitTemplate) -> list[Suitability]:
    """Return how each installed backend fares with a circuit, by the claims of backends and solvers.

    Raises:
        RatesError: the circuit has no meaning, or a delay strategy that it needs in any case is not installed.
    """
    system = lowered_system(circuit)
    check_no_draws(system)
    check_events(system)
    needs = {name: requirements_of(system, name) for name in STORAGES}
    manager = get_manager()
    return [_of(backend, list(manager.solvers().values()), needs) for backend in manager.backends().values()]


def _of(backend: BackendSpec, solvers: list[SolverSpec], needs: Mapping[str, Requirements]) -> Suitability:
    lacks = {solver.name: _lacks(backend, solver, needs) for solver in solvers}
    return Suitability(
        backend=backend.name,
        solvers=tuple(name for name, missing in lacks.items() if not missing),
        missing=_shared(list(lacks.values())),
        unfit={name: missing for name, missing in lacks.items() if missing},
    )


def _lacks(backend: BackendSpec, solver: SolverSpec, needs: Mapping[str, Requirements]) -> tuple[str, ...]:
    """Return what a backend and a solver together lack, given what a model needs with each storage of its past."""
    needed = needs[solver.storage]
    fits = solver.backends is None or backend.name in solver.backends
    tools = [tool_missing(backend), tool_missing(solver) if fits else None]
    found = [tool for tool in tools if tool is not None]
    found += [*backend.capabilities.missing(needed), *solver.missing(needed)]
    if not fits:
        found.append(f"a solver that works with '{backend.name}'")
    return tuple(dict.fromkeys([*found, *_missing_storage(solver.storage, backend, needed)]))


def _missing_storage(name: str, backend: BackendSpec, needed: Requirements) -> list[str]:
    if not needed.delays:
        return []
    try:
        storage(name, backend.name)
    except RatesError as error:
        return [f"a storage of delayed variables ({str(error).removesuffix('.')})"]
    return []


def _shared(lacks: list[tuple[str, ...]]) -> tuple[str, ...]:
    """Return what is missing with every solver."""
    return tuple(item for item in lacks[0] if all(item in other for other in lacks)) if lacks else ("a solver",)
