"""The right-hand side of a model and its derivatives, as modules that AUTO's routines call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import evolve, frozen
from rates_core.errors import UnsupportedFeatureError
from rates_core.programs.continuation import ContinuationRequest
from rates_core.programs.program import FunctionRequest
from rates_core.system.linearisation import Linearisation, linearise
from rates_core.system.linearisation.columns import Columns, Entries

from rates_fortran.auto07p.places import Place, listed
from rates_fortran.auto07p.values import Values
from rates_fortran.function import FortranSource, write_function
from rates_fortran.procedure import Argument, Procedure, extent


@frozen(eq=False)
class Field:
    """A procedure of time, state and parameters.

    Attributes:
        source: its module.
        name: of the procedure.
        owner: tells its index arrays from those of others.
        values: of its parameters, by path.
    """

    source: FortranSource
    name: str
    owner: str
    values: Mapping[str, Any]

    @property
    def procedure(self) -> Procedure:
        """Return what is called."""
        return self.source.module.procedures[self.name]

    @property
    def module(self) -> str:
        """Return the name of its module."""
        return self.source.module.name


def right_side(request: ContinuationRequest) -> Field:
    """Return dy/dt.

    Raises:
        UnsupportedFeatureError: it computes places on axes.
    """
    return _field(request, FunctionRequest(request.system, request.name), "", request.values)


def derivative(request: ContinuationRequest, places: tuple[Place, ...], by: str) -> Field:
    """Return a derivative of dy/dt, by `states` or by the `parameters` that AUTO has.

    Raises:
        UnsupportedFeatureError: there is none, or it computes places on axes.
    """
    if by == "states":
        linearisation = linearise(request.system)
    else:
        linearisation = linearise(request.system, "parameters", list(map(_column, _paths(places), _sizes(places))))
    system = evolve(linearisation.system, name=f"{request.system.name} by {by}")
    linearisation = Linearisation(system, linearisation.blocks, linearisation.shape, linearisation.columns)
    values = {item.path: item.value for item in system.parameters} | dict(request.values)
    wanted = FunctionRequest(request.system, f"{request.name}_by_{by}", linearisation)
    return _field(request, wanted, f"by_{by}_", values)


def _field(request: ContinuationRequest, wanted: FunctionRequest, owner: str, values: Mapping[str, Any]) -> Field:
    source = write_function(wanted)
    assert isinstance(source, FortranSource)
    if source.module.checks:
        raise UnsupportedFeatureError(
            f"'{request.system.name}' computes an index; AUTO cannot be told that it lies outside of its axis. "
            "Write fixed indices, or choose among values with where()."
        )
    return Field(source, wanted.name, owner, values)


def _paths(places: tuple[Place, ...]) -> list[str]:
    return list(dict.fromkeys(place.path for place in places if place.path))


def _sizes(places: tuple[Place, ...]) -> list[int]:
    return [len(listed(places, path)) for path in _paths(places)]


def _column(path: str, size: int) -> Columns:
    every = np.arange(size)
    return Columns(path, size, [Entries(path, every, every)])


def called(
    field: Field, places: tuple[Place, ...], values: Values, out: str, alias: str
) -> tuple[list[str], list[str]]:
    """Return the declarations that a call needs, and the call with what goes before it.

    Args:
        field: what is called.
        places: of the parameters in PAR.
        values: where all other parameters are.
        out: what the result is written to.
        alias: by which the procedure is known.
    """
    declared, lines, given = [], [], []
    for argument in field.procedure.arguments:
        match argument.key:
            case ("t",):
                given.append("0.0_dp")
            case ("y",):
                given.append("u")
            case ("out",):
                given.append(out)
            case (_, path):
                entries = listed(places, path)
                if entries:
                    more, assigned = taken(argument, entries)
                    declared += more
                    lines += assigned
                    given.append(f"par_{argument.name}" if argument.bounds else f"par({entries[0][1]})")
                else:
                    value = field.values[path]
                    owner = field.owner if path.startswith("#") else ""
                    given.append(values.name_of(owner, path, argument.name.strip("_"), argument.type, value))
    return declared, [*lines, f"call {alias}({', '.join(given)})"]


def taken(argument: Argument, entries: list[tuple[tuple[int, ...], int]]) -> tuple[list[str], list[str]]:
    """Return declaration and assignments of an array whose entries AUTO has; nothing for a single number."""
    if not argument.bounds:
        return [], []
    name = f"par_{argument.name}"
    lines = [f"{name}({', '.join(map(str, entry))}) = par({number})" for entry, number in entries]
    return [f"real(dp) :: {name}{extent(*argument.bounds)}"], lines
