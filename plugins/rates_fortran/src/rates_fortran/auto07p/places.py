"""Where AUTO keeps the parameters of a model, and what it keeps for itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any

import numpy as np
from attrs import frozen
from rates_core.errors import ArgumentError, UnsupportedFeatureError
from rates_core.programs.continuation import PERIOD as PERIOD_NAME
from rates_core.programs.continuation import ContinuationRequest
from rates_core.system.system import Parameter

RESERVED = range(10, 15)  # the period is PAR(11), time is PAR(14)
PERIOD, TIME = 11, 14
TIME_NAME = "t"
MOST = 36  # AUTO's own NPAR


@frozen(eq=False)
class Place:
    """One component of PAR.

    Attributes:
        number: of the component.
        name: by which AUTO shows it.
        path: of the parameter, or "" for what is recorded.
        entry: which element of an array, counted from 1, axis by axis; empty for a single number.
        value: at the start.
    """

    number: int
    name: str
    path: str = ""
    entry: tuple[int, ...] = ()
    value: float = 0.0


def numbers() -> Iterator[int]:
    """Yield the components of PAR that AUTO leaves to a model."""
    return (number for number in count(1) if number not in RESERVED)


def places_of(request: ContinuationRequest, read: Sequence[str], names: Mapping[str, str]) -> tuple[Place, ...]:
    """Return the components of PAR of a model.

    Args:
        request: says which parameters are wanted.
        read: paths of the parameters that the equations read, in the order in which they are numbered.
        names: of parameters, by path.

    Raises:
        ArgumentError: a parameter is wanted that the equations do not read, or that is no real number.
        UnsupportedFeatureError: there are more of them than AUTO takes.
    """
    known = request.system.parameter_paths
    along = [path for path in request.along if path != PERIOD_NAME]
    for path in (*(request.parameters or ()), *along):
        _check(known[path], path in read)
    wanted = [path for path in read if _is_wanted(request, known[path])]
    for path in along:
        if path not in wanted:
            raise ArgumentError(
                f"auto: along names '{path}', which is not among the parameters that AUTO is given. "
                "Name it in parameters too."
            )
    found: list[Place] = []
    free = numbers()
    for path in wanted:
        value = np.asarray(request.values[path], dtype=float)
        for index in np.ndindex(value.shape):
            entry = tuple(place + 1 for place in index)
            name = f"{names[path]}({','.join(map(str, entry))})" if entry else names[path]
            found.append(Place(next(free), name, path, entry, float(value[index])))
    for name in request.recorded:
        if name in {place.name for place in found} or name in (PERIOD_NAME, TIME_NAME):
            raise ArgumentError(f"auto: record cannot be called '{name}', which is a parameter. Choose another name.")
    found += [Place(next(free), name) for name in request.recorded]
    if found and found[-1].number > MOST:
        raise UnsupportedFeatureError(_too_many(request, found))
    return tuple(found)


def _is_wanted(request: ContinuationRequest, parameter: Parameter) -> bool:
    if request.parameters is not None:
        return parameter.path in request.parameters
    return not (parameter.shape or parameter.structural or parameter.complex or parameter.integer)


def _check(parameter: Parameter, is_read: bool) -> None:
    if not is_read:
        raise ArgumentError(f"auto: the equations do not read the parameter '{parameter.path}'.")
    if parameter.complex or parameter.integer:
        kind = "complex" if parameter.complex else "a place on an axis"
        raise ArgumentError(f"auto: the parameter '{parameter.path}' is {kind}; AUTO continues in real numbers.")


def _too_many(request: ContinuationRequest, found: Sequence[Place]) -> str:
    room = MOST - len(RESERVED)
    first = next(place.path or place.name for place in found if place.number > MOST)
    recorded = f", {len(request.recorded)} of them recorded" if request.recorded else ""
    return (
        f"AUTO takes {room} parameters of a model (PAR(1) to PAR({MOST}) without PAR({RESERVED[0]}) to "
        f"PAR({RESERVED[-1]})); '{request.system.name}' has {len(found)}{recorded}, of which '{first}' is the first "
        "without a place. Name those that are to change, auto={'parameters': [...]}; the others keep their values."
    )


def listed(places: Sequence[Place], path: str) -> list[tuple[tuple[int, ...], int]]:
    """Return entry and number of each component of a parameter."""
    return [(place.entry, place.number) for place in places if place.path == path]


def literal(value: Any, kind: str) -> str:
    """Return a number as Fortran writes it.

    Args:
        value: the number.
        kind: the type of the variable.

    Raises:
        ArgumentError: it is not finite.
    """
    if not np.isfinite(value):
        raise ArgumentError(f"A value of the model is {value}; files for AUTO hold finite numbers.")
    if kind == "integer(long)":
        return f"{int(value)}_long"
    if kind == "complex(dp)":
        return f"({complex(value).real!r}_dp, {complex(value).imag!r}_dp)"
    return f"{float(value)!r}_dp"
