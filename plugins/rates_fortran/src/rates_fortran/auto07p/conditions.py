"""Boundary and integral conditions, and what is recorded of solutions, as procedures that AUTO's routines call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from attrs import define, evolve, field
from rates_core.errors import ArgumentError
from rates_core.expressions.tree import symbols
from rates_core.programs.continuation import PERIOD, Condition, ContinuationRequest, Measured
from rates_core.programs.naming import one_line

from rates_fortran.auto07p.places import PERIOD as PERIOD_PLACE
from rates_fortran.auto07p.places import Place, listed, literal
from rates_fortran.auto07p.values import WORDS
from rates_fortran.layout import FortranLayout
from rates_fortran.module import assembled
from rates_fortran.procedure import Argument, Procedure, extent

#: where AUTO has the state at either end
ENDS = {"start": "u0", "end": "u1"}
#: what AUTO calls a measure of a solution
CODES = {"start": "BV0", "end": "BV1", "maximum": "MAX", "minimum": "MIN", "mean": "INT", "norm": "NRM"}


@define(eq=False)
class _Lines:
    """Variables and statements of one procedure."""

    variables: list[tuple[str, str]] = field(factory=list)
    statements: list[str] = field(factory=list)


class Conditions:
    """The module of all conditions.

    Args:
        request: says what the conditions are.
        places: of parameters in PAR.
    """

    def __init__(self, request: ContinuationRequest, places: tuple[Place, ...]) -> None:
        self._request, self._places = request, places
        system = evolve(request.system, name=f"{request.system.name} with conditions")
        every = [item.path for item in system.parameters]
        self._layout = FortranLayout(system, {}, every, hoist=False, alone=f"{request.name}_conditions")
        self._layout.names[PERIOD] = self._layout.identifiers.derived("{}", PERIOD)
        self._layout.shapes[PERIOD] = ()

    @property
    def module(self) -> str:
        """Return the name of the module."""
        return self._layout.module_name(self._layout.system.name)

    def procedures(self) -> list[str]:
        """Return the names of the procedures that there are."""
        request = self._request
        kinds = (("boundary", request.boundary), ("integral", request.integral), ("record", request.recorded))
        return [kind for kind, conditions in kinds if conditions]

    def source(self) -> str:
        """Return the text of the module; empty if there are no conditions."""
        request, made = self._request, []
        width = (f"{request.system.width}",)
        state = Argument(("u",), "u", bounds=width)
        if request.boundary:
            ends = [Argument((name,), name, bounds=width) for name in ENDS.values()]
            made.append(self._vanishing("boundary", "What vanishes at the ends.", request.boundary, ends))
        if request.integral:
            made.append(self._vanishing("integral", "What vanishes on average.", request.integral, [state]))
        if request.recorded:
            made.append(self._record())
        return assembled(self._layout.system.name, self._layout, made).source if made else ""

    def _vanishing(
        self, name: str, summary: str, conditions: Sequence[Condition], given: Sequence[Argument]
    ) -> Procedure:
        lines, printer = self._read(conditions, getp=False), self._layout.printer()
        for number, condition in enumerate(conditions, start=1):
            lines.statements.append(
                f"out({number}) = {printer.text(condition.expression)}  ! {one_line(condition.text)}"
            )
        out = Argument(("out",), "out", bounds=(f"{len(conditions)}",), intent="out")
        arguments = [*given, Argument(("par",), "par", bounds=("*",)), out]
        return Procedure(f"{self._request.name}_{name}", [summary], arguments, lines.variables, lines.statements)

    def _record(self) -> Procedure:
        recorded, printer = self._request.recorded, self._layout.printer()
        lines = self._read(list(recorded.values()), getp=True)
        numbers = {place.name: place.number for place in self._places if not place.path}
        lines.statements += [
            f"par({numbers[name]}) = {printer.text(item.expression)}  ! {name}: {one_line(item.text)}"
            for name, item in recorded.items()
        ]
        arguments = [Argument(("u",), "u", bounds=("*",)), Argument(("par",), "par", bounds=("*",), intent="inout")]
        asked = ("real(dp), external", "getp")
        return Procedure(
            f"{self._request.name}_record", ["What is recorded of a solution."], arguments, [asked, *lines.variables],
            lines.statements,
        )  # fmt: skip

    def _read(self, conditions: Iterable[Condition], getp: bool) -> _Lines:
        """Return the lines that read what conditions need, into variables of their own.

        Args:
            conditions: that are printed then.
            getp: whether AUTO's function is asked for measures.
        """
        conditions = list(conditions)
        measures = {symbol: item for condition in conditions for symbol, item in condition.measures.items()}
        lines = _Lines()
        for symbol in sorted(set().union(*(symbols(condition.expression) for condition in conditions))):
            if symbol in measures:
                self._measure(lines, symbol, measures[symbol], getp)
            elif symbol in self._request.system.state_paths:
                self._state(lines, symbol, symbol, "here", "u({})")
            elif symbol == PERIOD:
                lines.variables.append(("real(dp)", self._layout.names[PERIOD]))
                lines.statements.append(f"{self._layout.names[PERIOD]} = par({PERIOD_PLACE})")
            else:
                self._parameter(lines, symbol)
        return lines

    def _measure(self, lines: _Lines, symbol: str, measured: Measured, getp: bool) -> None:
        form = f"getp('{CODES[measured.measure]}', {{}}, u)" if getp else f"{ENDS[measured.measure]}({{}})"
        self._state(lines, symbol, measured.path, measured.measure, form)

    def _state(self, lines: _Lines, symbol: str, path: str, word: str, form: str) -> None:
        """Add what reads a state, or a measure of it, unit by unit."""
        layout, state = self._layout, self._request.system.state_paths[path]
        name = layout.identifiers.derived(f"{{}}_{word}", layout.identifiers.chosen[path])
        layout.names[symbol], layout.shapes[symbol] = name, state.shape
        lines.variables.append(("real(dp)", f"{name}{extent(*state.shape)}"))
        for number in range(state.entries):
            entry = f"{name}({number + 1})" if state.shape else name
            lines.statements.append(f"{entry} = {form.format(state.offset + number + 1)}")

    def _parameter(self, lines: _Lines, path: str) -> None:
        layout, entries = self._layout, listed(self._places, path)
        chosen = layout.identifiers.chosen[path]
        name = layout.identifiers.derived("{}_given", chosen) if chosen.lower() in WORDS else chosen
        layout.names[path] = name
        lines.variables.append(("real(dp)", f"{name}{extent(*layout.shapes[path])}"))
        if entries:
            for entry, number in entries:
                place = f"({', '.join(map(str, entry))})" if entry else ""
                lines.statements.append(f"{name}{place} = par({number})")
            return
        value = np.asarray(self._request.values[path])
        if value.shape:
            raise ArgumentError(
                f"auto: a condition reads '{path}', an array that AUTO is not given. Name it in parameters too."
            )
        lines.statements.append(f"{name} = {literal(value[()], 'real(dp)')}")
