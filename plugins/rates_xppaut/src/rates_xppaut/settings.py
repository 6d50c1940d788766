"""Options of a file, as arguments of `run`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from attrs import define, field

from rates_xppaut.declarations import Declaration, number_of, pairs_of
from rates_xppaut.omissions import Omissions

#: Methods of XPPAUT by their first letter: their name, and the arguments of `run` that choose the same or its like.
METHODS: Mapping[str, tuple[str, Mapping[str, str]]] = MappingProxyType({
    "e": ("euler", {"solver": "euler"}),
    "m": ("modeuler", {"solver": "heun"}),
    "r": ("rungekutta", {"solver": "rk4"}),
    "5": ("5dp", {"solver": "dopri5"}), "8": ("83dp", {"solver": "dop853"}), "q": ("qualrk", {"solver": "dopri5"}),
    "a": ("adams", {"solver": "rk4"}), "y": ("ymp", {"solver": "rk4"}),
    "g": ("gear", {"solver": "scipy", "method": "BDF"}), "s": ("stiff", {"solver": "scipy", "method": "Radau"}),
    "c": ("cvode", {"solver": "scipy", "method": "BDF"}), "2": ("2rb", {"solver": "scipy", "method": "Radau"}),
    "b": ("backeul", {"solver": "scipy", "method": "Radau"}),
})  # fmt: skip
#: What files have that rates wrote, so that xppaut does not stop.
ROOM = ("bound=1e12", "maxstor=1000000")
_SAME = frozenset("emr58")
_ADAPTIVE = frozenset({"scipy", "dopri5", "dop853"})
#: Numbers that change what is computed, under the names that XPPAUT takes for them.
_NUMBERS: Mapping[str, str] = MappingProxyType({
    "total": "total", "dt": "dt", "t0": "t0", "trans": "trans", "nout": "nout", "njmp": "nout", "delay": "delay",
    "toler": "toler", "tol": "toler", "atoler": "atoler", "atol": "atoler",
})  # fmt: skip


@define
class Settings:
    """What options say.

    Attributes:
        numbers: by name, those that XPPAUT takes if nothing is said among them.
        method: the first letter of the method.
        others: options that say nothing of numbers of a run.
        said: options that do.
    """

    numbers: dict[str, float] = field(
        factory=lambda: {"total": 20.0, "dt": 0.05, "t0": 0.0, "trans": 0.0, "nout": 1.0, "delay": 0.0}
    )
    method: str = "r"
    others: list[str] = field(factory=list)
    said: list[str] = field(factory=list)

    def read(self, declaration: Declaration, omissions: Omissions) -> None:
        """Take in the options of a line.

        Raises:
            ModelFileError: a number is none.
        """
        for name, value in pairs_of(declaration.text):
            known = _NUMBERS.get(name.lower())
            if known is not None:
                number = number_of(value)
                if number is None:
                    raise declaration.line.error(f"'{name}' is a number, not '{value}'.")
                self.numbers[known] = number
                if known != "delay":  # which is room in xppaut's memory
                    self.said.append(name)
            elif name.lower() in ("meth", "method"):
                self._choose(value.lower(), declaration, omissions)
                self.said.append(name)
            elif f"{name}={value}" not in ROOM:
                self.others.append(f"{name}={value}")

    def _choose(self, value: str, declaration: Declaration, omissions: Omissions) -> None:
        where = declaration.line.where
        if value[:1] == "d":
            omissions.refuse(
                f"{where}: method={value}: The equations are a map from step to step; rates has differential equations."
            )
        elif value[:1] == "v":
            omissions.refuse(f"{where}: method={value}: rates has no Volterra integral equations.")
        elif value[:1] in METHODS:
            self.method = value[:1]
        else:
            raise declaration.line.error(f"XPPAUT has no method '{value}'.")

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of `run`."""
        numbers = self.numbers
        step = abs(numbers["dt"])
        found: dict[str, Any] = {**METHODS[self.method][1], "simulation_time": numbers["total"], "step_size": step}
        if numbers["nout"] > 1:
            found["sampling_step_size"] = numbers["nout"] * step
        if numbers["trans"] > numbers["t0"]:
            found["cutoff"] = numbers["trans"] - numbers["t0"]
        if found["solver"] in _ADAPTIVE:
            found |= {
                ours: numbers[theirs] for theirs, ours in (("toler", "rtol"), ("atoler", "atol")) if theirs in numbers
            }
        return found

    def tell(self, omissions: Omissions, delayed: bool) -> None:
        """Report what a run does not do as the options say.

        Args:
            omissions: where that is reported.
            delayed: equations hold delays.
        """
        name, chosen = METHODS[self.method]
        if self.method not in _SAME:
            instead = " ".join(chosen.values())
            omissions.add(f"the method '{name}', for which the solver '{instead}' stands in the settings of a run")
        if self.numbers["dt"] < 0.0:
            omissions.add("dt < 0: rates goes forwards in time")
        if delayed and not self.numbers["delay"]:
            omissions.add("that no '@ delay=...' is set, without which xppaut takes the present for the past")
        if self.others:
            omissions.add(f"options of displays and of AUTO: {', '.join(dict.fromkeys(self.others))}")
