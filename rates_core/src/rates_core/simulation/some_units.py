"""States of which outputs ask for few units: these alone are recorded, as variables of their own."""

from __future__ import annotations

import numpy as np
from attrs import evolve

from rates_core.expressions.tree import Apply, Symbol
from rates_core.simulation.outputs import Output, Recording
from rates_core.system.system import Assign, Parameter, System

LEAST_UNITS = 16  # of a state; fewer are recorded in no more time than some of them
PICK = "index"  # function of the language that backends have to print for it


def with_some_units(system: System, recording: Recording) -> tuple[System, Recording]:
    """Return a System with a variable for the units of each state that outputs ask for, and outputs of such variables.

    A state stays as it is where more than half of its units are asked for, and so does what is computed: a run ends
    where any unit of that is not finite, as it does where any state is not.

    Args:
        system: that is run.
        recording: what is recorded of it.
    """
    for place, path in enumerate(recording.paths):
        asked = [output for output in recording.outputs if output.recorded == place]
        units = _units(system, path, asked)
        if units is not None:
            system, recording = _recorded(system, recording, place, units)
    return system, recording


def _units(system: System, path: str, asked: list[Output]) -> np.ndarray | None:
    """Return which units of a variable are recorded, None for all."""
    if path not in system.state_paths or any(output.units is None for output in asked):
        return None
    units = np.unique(np.concatenate([np.ravel(output.units) for output in asked]))
    entries = system.state_paths[path].entries
    return units if entries >= LEAST_UNITS and 2 * len(units) <= entries else None


def _recorded(system: System, recording: Recording, place: int, units: np.ndarray) -> tuple[System, Recording]:
    """Return both with a variable in place of a state: a number for one unit, else a vector."""
    path = recording.paths[place]
    own, shape = f"{path}/asked", () if len(units) == 1 else units.shape
    value = int(units[0]) if len(units) == 1 else units.astype(np.int64)
    picked = Parameter(f"{own}/source", shape, value, structural=True, integer=True)
    complex_paths = {own} if path in system.complex_symbols else set()
    system = evolve(
        system,
        parameters=(*system.parameters, picked),
        statements=(*system.statements, Assign(own, Apply(PICK, (Symbol(path), Symbol(picked.path))))),
        variables={**system.variables, own: shape},
        complex_variables=system.complex_variables | complex_paths,
    )
    outputs = tuple(
        evolve(output, units=np.searchsorted(units, np.ravel(output.units)) if shape else None)
        if output.recorded == place
        else output
        for output in recording.outputs
    )
    paths = (*recording.paths[:place], own, *recording.paths[place + 1 :])
    return system, Recording(outputs, paths, {**recording.wholes, own: (path, units)})
