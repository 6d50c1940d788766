"""Which computation a run asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rates_core.errors import ArgumentError, UnsupportedFeatureError

from rates_continuation.ode_system.curves import curve
from rates_continuation.ode_system.cycles import cycles
from rates_continuation.ode_system.equilibria import equilibria
from rates_continuation.ode_system.names import PERIOD, TIME, Names
from rates_continuation.ode_system.request import Computed, Request
from rates_continuation.ode_system.time_runs import run_in_time


def computed(request: Request, said: Mapping[str, Any], names: Names) -> Computed:
    """Return what is asked for.

    Args:
        request: it.
        said: the constants that were given for it.
        names: of parameters.
    """
    settings = request.settings
    if settings.problem == "time":
        _check_user(said, names, (TIME,))
        return run_in_time(request)
    if settings.switch == 2 or (len(settings.free) == 2 and "ISW" not in said):
        if said.get("UZR"):
            raise UnsupportedFeatureError(
                "UZR makes no user points on curves in two parameters. UZSTOP ends such a curve at a value."
            )
        _check_start(request)
        _check_user(said, names, settings.free)
        return curve(request)
    _check_user(said, names, (*settings.free, *((PERIOD,) if settings.problem == "cycles" else ())))
    if settings.problem == "cycles" and not request.from_time and request.start is not None:
        _check_start(request)
    if len(settings.free) > 1:
        raise ArgumentError(
            f"One parameter varies along a curve of {settings.problem}; ICP names {' and '.join(settings.free)}. For "
            "special points in two parameters say ISW=2."
        )
    return cycles(request) if settings.problem == "cycles" else equilibria(request)


def _check_user(said: Mapping[str, Any], names: Names, varying: Sequence[str]) -> None:
    """Raise if a user point is asked for of what does not vary."""
    for name in ("UZR", "UZSTOP"):
        given = said.get(name)
        for key in given if isinstance(given, Mapping) else ():
            path = names.parameter(-key if isinstance(key, int) and key < 0 else key)
            if varying and path not in varying:
                raise ArgumentError(
                    f"{name} names '{path}', which does not vary along this curve: ICP has {' and '.join(varying)}."
                )


def _check_start(request: Request) -> None:
    """Raise if values at the start are asked for that would be of another solution."""
    if request.settings.parameters or request.settings.states:
        raise UnsupportedFeatureError(
            "PAR and U change the start of equilibria and of runs in time; special points and cycles are what they "
            "are. Go to other values along a curve: ICP, and UZR at the value."
        )
