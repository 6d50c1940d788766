"""Conditions on solutions of boundary value problems, as a user writes them: `start(x) = 1`, `x = mean_rate`."""

from __future__ import annotations

import re
from typing import get_args

from attrs import frozen

from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown
from rates_core.expressions.parser import parse_expression
from rates_core.expressions.tree import Apply, Symbol, substitute
from rates_core.programs.continuation import PERIOD, Condition, Measure, Measured, short_names
from rates_core.system.shapes import shape_of
from rates_core.system.system import System

_EQUALS = re.compile(r"(?<![<>=!])=(?!=)")
_BOUNDARY_VALUE = re.compile(r"(?<![\w/])(start|end)\s*\(\s*([\w/]+)\s*\)")


@frozen
class Kind:
    """What conditions of one kind may read of a state: measures of it, or none, which is its value."""

    setting: str
    measures: tuple[Measure, ...] = ()


BOUNDARY = Kind("boundary", ("start", "end"))
INTEGRAL = Kind("integral")
RECORD = Kind("record", get_args(Measure))


class Names:
    """States and parameters by their paths, and by the last parts of these where that tells them apart."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._parameters = [item.path for item in system.parameters if not item.structural]
        self._states = {item.path for item in system.states}
        self._short = short_names(system)
        self._paths = {name: path for path, name in self._short.items()} | {path: path for path in self._short}
        names = "|".join(re.escape(name) for name in sorted(self._paths, key=len, reverse=True)) or "(?!)"
        self._pattern = re.compile(
            rf"(?<![\w/>.])(?:(?P<measure>{'|'.join(get_args(Measure))})\s*\(\s*(?P<of>{names})\s*\)|(?P<plain>{names}))"
            r"(?![\w/.]|->)"
        )

    def parameter(self, name: object) -> str:
        """Return the path of a parameter.

        Raises:
            UnknownNameError: there is none.
        """
        path = self._paths.get(name) if isinstance(name, str) else None
        if path is None or path in self._states:
            candidates = [known for known, path in self._paths.items() if path not in self._states]
            hint = did_you_mean(name, candidates) if isinstance(name, str) else ""
            raise UnknownNameError(
                f"auto: there is no parameter {shown(name)}.{hint} Parameters: {', '.join(self._parameters)}."
            )
        return path

    def condition(self, text: str, kind: Kind) -> Condition:
        """Return a condition: an expression, or an equation whose two sides have to be equal.

        Raises:
            ArgumentError: it is no number, or reads of a state what such conditions do not know.
            UnknownNameError: it asks for a boundary value of a state that there is not.
            EquationError: it is malformed.
        """
        where = f"auto: {kind.setting}"
        measures: dict[str, Measured] = {}
        symbols: dict[str, str] = {}

        def replaced(match: re.Match[str]) -> str:
            path = self._paths[match["of"] or match["plain"]]
            self._check(where, text, kind, path, match["measure"])
            word = self._short[path]
            if match["measure"]:
                measured = Measured(match["measure"], path)  # type: ignore[arg-type]
                word = self._free(f"{measured.measure}_of_{word}")
                measures[f"{measured.measure}({path})"] = measured
                symbols[word] = f"{measured.measure}({path})"
            else:
                symbols[word] = path
            return word

        known = self._pattern.sub(replaced, text)
        self._check_states(where, text, known)
        sides = _EQUALS.split(known, maxsplit=1)
        parsed = [parse_expression(side, (*symbols, PERIOD), where=where) for side in sides]
        expression = parsed[0] if len(parsed) == 1 else Apply("subtract", tuple(parsed))
        expression = substitute(expression, {word: Symbol(symbol) for word, symbol in symbols.items()})
        shapes = {**self._system.shapes, PERIOD: ()}
        shapes |= {symbol: self._system.shapes[measured.path] for symbol, measured in measures.items()}
        if shape_of(expression, shapes) != ():
            raise ArgumentError(f"{where}: '{text}' is no single number. Pick one unit, as in index(x, 0).")
        return Condition(text, expression, measures)

    def _check_states(self, where: str, text: str, known: str) -> None:
        """Raise if a boundary value is asked of what is no name; `known` is the text with all names replaced."""
        for asked in _BOUNDARY_VALUE.finditer(known):
            measure, name = asked.groups()
            names = [short for short, path in self._paths.items() if path in self._states]
            raise UnknownNameError(
                f"{where}: '{text}' asks for {measure}({name}), and there is no state '{name}'."
                f"{did_you_mean(name, names)} States: {', '.join(sorted(self._states))}."
            )

    def _free(self, word: str) -> str:
        while word in self._paths:
            word += "_"
        return word

    def _check(self, where: str, text: str, kind: Kind, path: str, measure: str | None) -> None:
        """Raise unless such conditions may read this of a state or parameter."""
        word, complex_symbols = self._short[path], self._system.complex_symbols
        if path in complex_symbols:
            raise ArgumentError(f"{where}: '{text}' reads '{path}', which is complex; conditions are real.")
        if path not in self._states:
            if measure:
                raise ArgumentError(f"{where}: '{text}' asks for {measure}({word}), but '{path}' is a parameter.")
            return
        if kind.measures and measure not in kind.measures:
            forms = " or ".join(f"{known}({word})" for known in kind.measures)
            raise ArgumentError(f"{where}: '{text}' has to say what of the state '{path}' it reads: {forms}.")
        if measure and not kind.measures:
            raise ArgumentError(f"{where}: '{text}' is a mean over the interval already; write {word}.")
