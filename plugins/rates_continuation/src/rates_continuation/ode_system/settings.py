"""What a run asks for, read from constants of Auto-07p."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from math import inf, isfinite
from numbers import Integral, Real
from typing import Any, Literal

from attrs import frozen
from rates_core.errors import ArgumentError, UnsupportedFeatureError, shown

from rates_continuation.bounds import count, positive
from rates_continuation.ode_system.constants import check_known
from rates_continuation.ode_system.names import PERIOD, TIME, Names

Problem = Literal["time", "equilibria", "cycles"]
PROBLEMS: Mapping[int, Problem] = {-2: "time", 0: "equilibria", 1: "equilibria", 2: "cycles"}
ELSEWHERE = {
    4: "Boundary value problems are followed by Continuation.boundary_values(...).",
    9: "Homoclinic orbits are followed by continue_homoclinic(origin, starting_point=..., ICP=[...]).",
}
MOST = 1000  # steps, if nothing is said
LONGEST = 0.1  # step of a run in time, and in bounds of which nothing is said: Auto-07p's own DSMAX
FAR = 100.0  # times a parameter, or 100: farther no curve goes without bounds
#: kinds of special points that a value of ISP leaves out
LEFT_OUT = {
    "equilibria": {0: {"HB", "BP"}, 3: {"HB"}},
    "cycles": {0: {"BP", "PD", "TR"}, 1: {"BP", "PD", "TR"}, 3: {"PD", "TR"}, 4: {"BP"}},
}
_POINT = re.compile(r"^([A-Z?]{2})(\d*)$")


@frozen(eq=False)
class UserValue:
    """A value at which a parameter makes a user point.

    Attributes:
        path: of the parameter, `period` or `t`.
        value: at which it does.
        ends: whether the curve ends there.
    """

    path: str
    value: float
    ends: bool


@frozen(eq=False)
class Settings:
    """What a run asks for.

    Attributes:
        problem: what is computed.
        free: paths of the parameters that vary, without `period` and `t`.
        switch: ISW.
        most: number of steps.
        sign: 1 if the first parameter grows first, else -1.
        longest: step, as Auto-07p measures it; None if nothing was said.
        lower: bound of the first parameter, infinite if there is none.
        upper: likewise.
        user: values that make user points.
        stops: kinds of special points at which the curve ends, and which of them.
        left_out: kinds that are not shown.
        intervals: of the mesh of a cycle, at most; None if nothing was said.
        parameters: values at the start, by path.
        states: likewise.
    """

    problem: Problem
    free: tuple[str, ...]
    switch: int
    most: int
    sign: int
    longest: float | None
    lower: float
    upper: float
    user: tuple[UserValue, ...]
    stops: tuple[tuple[str, int], ...]
    left_out: frozenset[str]
    intervals: int | None
    parameters: Mapping[str, float]
    states: Mapping[str, float]

    @classmethod
    def of(cls, constants: Mapping[str, Any], names: Names) -> Settings:
        """Return what constants say.

        Raises:
            UnknownNameError: a constant or parameter has no such name.
            ArgumentError: a value has no meaning.
            UnsupportedFeatureError: it asks for what is not offered.
        """
        check_known(constants)
        problem = _problem(constants.get("IPS", 1))
        free = tuple(dict.fromkeys(names.parameter(key) for key in _listed(constants.get("ICP", ()))))
        special = [_special(name, text) for name in ("STOP", "SP") for text in _listed(constants.get(name, ()))]
        step = _number("DS", constants.get("DS", 1.0))
        longest = constants.get("DSMAX")
        return cls(
            problem=problem,
            free=tuple(path for path in free if path not in (PERIOD, TIME)),
            switch=_switch(constants.get("ISW", 1)),
            most=count("NMX", constants.get("NMX", MOST)),
            sign=-1 if step < 0 else 1,
            longest=None if longest is None else positive("DSMAX", longest),
            lower=_number("RL0", constants.get("RL0", -inf)),
            upper=_number("RL1", constants.get("RL1", inf)),
            user=tuple(_user(constants, names)),
            stops=tuple((kind, number) for kind, number in special if number),
            left_out=_left_out(constants, problem, [kind for kind, number in special if number == 0]),
            intervals=None if constants.get("NTST") is None else count("NTST", constants["NTST"]),
            parameters={names.parameter(key): _number("PAR", value) for key, value in _items("PAR", constants)},
            states={_state(key, names): _number("U", value) for key, value in _items("U", constants)},
        )

    def bounds(self, path: str, at: float) -> tuple[float, float]:
        """Return between which values a parameter varies.

        Args:
            path: of it.
            at: its value at the start.
        """
        reach = min(self.most * (self.longest or LONGEST), FAR * max(1.0, abs(at)))
        lower, upper = (self.lower, self.upper) if path == self.free[0] else (-inf, inf)
        ends = [item.value for item in self.user if item.ends and item.path == path]
        lower = max([lower, *(value for value in ends if value < at)])
        upper = min([upper, *(value for value in ends if value > at)])
        return lower if isfinite(lower) else at - reach, upper if isfinite(upper) else at + reach


def _problem(value: Any) -> Problem:
    if isinstance(value, bool) or not isinstance(value, Integral) or int(value) not in PROBLEMS:
        elsewhere = f" {ELSEWHERE[value]}" if value in ELSEWHERE else ""
        raise UnsupportedFeatureError(
            f"IPS={shown(value)} is not offered here; IPS may be 1 (equilibria), 2 (cycles) or -2 (a run in time)."
            f"{elsewhere}"
        )
    return PROBLEMS[int(value)]


def _switch(value: Any) -> int:
    if isinstance(value, bool) or value not in (1, -1, 2):
        raise UnsupportedFeatureError(
            f"ISW={shown(value)} is not offered here; ISW may be 1 (along the curve), -1 (to the other one at a branch "
            "point or period doubling) or 2 (special points in two parameters)."
        )
    return int(value)


def _listed(value: Any) -> Iterable[Any]:
    if isinstance(value, str | Integral):
        return (value,)
    return sorted(value) if isinstance(value, set | frozenset) else tuple(value)


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or value != value:
        raise ArgumentError(f"{name} must be a number; it is {shown(value)}.")
    return float(value)


def _items(name: str, constants: Mapping[str, Any]) -> Iterable[tuple[Any, Any]]:
    given = constants.get(name) or {}
    if not isinstance(given, Mapping):
        raise ArgumentError(f"{name} must be a dictionary, {{parameter: value}}; it is {shown(given)}.")
    return given.items()


def _state(key: Any, names: Names) -> str:
    return names.column(f"U({key})" if isinstance(key, Integral) else key, names.states)


def _user(constants: Mapping[str, Any], names: Names) -> Iterator[UserValue]:
    for name in ("UZR", "UZSTOP"):
        for key, given in _items(name, constants):
            negative = isinstance(key, Integral) and not isinstance(key, bool) and int(key) < 0
            path = names.parameter(-int(key) if negative else key)
            for value in (given,) if isinstance(given, Real) else given:
                yield UserValue(path, _number(name, value), negative or name == "UZSTOP")


def _special(name: str, text: Any) -> tuple[str, int | None]:
    """Return kind and number of a special point that a constant names; None where it has no number."""
    found = _POINT.match(text) if isinstance(text, str) else None
    if found is None:
        raise ArgumentError(f"{name} must name special points, such as 'HB2'; it has {shown(text)}.")
    if name == "STOP" and not int(found[2] or 1):
        raise ArgumentError(f"STOP has {text!r}; the first point of a kind has the number 1.")
    return found[1], int(found[2]) if found[2] else (1 if name == "STOP" else None)


def _left_out(constants: Mapping[str, Any], problem: Problem, kinds: Iterable[str]) -> frozenset[str]:
    folds = {"LP"} if constants.get("ILP", 1) == 0 else set()
    hopfs = {"HB"} if constants.get("IPS", 1) == 0 else set()
    return frozenset({*kinds, *folds, *hopfs, *LEFT_OUT.get(problem, {}).get(constants.get("ISP", 2), ())})
