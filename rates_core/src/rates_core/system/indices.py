"""Indices that a model writes: what they pick from, and whether there is such an element."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from rates_core.errors import EquationError
from rates_core.expressions.functions import FUNCTIONS
from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Apply, Expression, Number, Symbol, symbols, walk
from rates_core.system.shapes import shape_of
from rates_core.system.system import Assign, System


@frozen(eq=False)
class Pick:
    """A place on an axis, as `index`, `index_range` or `index_axis` names it in an equation.

    Attributes:
        owner: path of the variable whose equation it is, or of the operator, of a value that has no name.
        call: the call of the function.
        place: the index, or one bound of a range.
        length: of the axis.
        last: the largest place that there is.
    """

    owner: str
    call: Apply
    place: Expression
    length: int
    last: int

    def check(self, place: Any) -> None:
        """Raise unless a value of the place is one, or an array of such.

        Raises:
            EquationError: it is no whole number, or there is no such element.
        """
        import numpy as np

        found = np.ravel(np.asarray(place))
        bad = found[~((found >= 0) & (found <= self.last) & (np.floor(found) == found))]
        if bad.size:
            raise EquationError(f"{self._asked} {bad[0]:.16g}. The axis has the length {self.length}: {self._allowed}.")

    @property
    def _asked(self) -> str:
        what = "bound" if self.call.function == "index_range" else "index"
        return f"'{to_text(self.call)}', in the equation of '{self.owner}', has the {what}"

    @property
    def _allowed(self) -> str:
        if self.call.function == "index_range":
            return f"bounds are whole numbers from 0 to {self.length}, the first one below the second"
        return f"indices are whole numbers from 0 to {self.last}; floor or round makes whole numbers of others"


def picks_of(system: System) -> Iterator[Pick]:
    """Yield all places on axes that equations name, in the order in which they are evaluated."""
    structural = {item.path for item in system.parameters if item.integer}
    named = set(system.addresses.values())
    equations = [(item.target, item.expression) for item in system.statements if isinstance(item, Assign)]
    equations += [(item.state, item.expression) for item in system.derivatives]
    for path, expression in equations:
        owner = path if path in named else path.rpartition("/")[0]
        for node in reversed(list(walk(expression))):
            if isinstance(node, Apply) and node.function in FUNCTIONS and FUNCTIONS[node.function].kind == "index":
                if isinstance(node.arguments[1], Symbol) and node.arguments[1].name in structural:
                    continue
                yield from _picks(owner, node, system)


def _picks(owner: str, call: Apply, system: System) -> Iterator[Pick]:
    array, *places = call.arguments
    shape, axis = shape_of(array, system.shapes), 0
    if call.function == "index_range":
        first, end = places
        assert isinstance(end, Number)
        yield Pick(owner, call, first, shape[0], int(end.value.real) - 1)
        yield Pick(owner, call, end, shape[0], shape[0])
        return
    if len(places) > 1 and isinstance(places[1], Number):
        axis = int(places[1].value.real)
    yield Pick(owner, call, places[0], shape[axis], shape[axis] - 1)


def check_indices(system: System, known: Mapping[str, Any]) -> None:
    """Check all indices that follow from known values; `{}` leaves those that are written as numbers.

    Raises:
        EquationError: one is no place of its axis; equation and length are named.
    """
    from rates_core.expressions.evaluate import evaluate
    from rates_core.system.instant import instant

    picks = system.picks
    values = instant(system, known) if any(symbols(pick.place) for pick in picks) else {}
    for pick in picks:
        if symbols(pick.place) <= values.keys():
            pick.check(evaluate(pick.place, values))
