"""Reductions: what is kept of the rows of each point, as the user asks for it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from numbers import Complex, Real
from typing import Any

import numpy as np
from attrs import frozen

from rates_core.errors import ArgumentError, shown
from rates_core.simulation.points import PointResults
from rates_core.sweeps.measures import COMPLEX, MEASURES
from rates_core.sweeps.quantities import Column, Quantity, Values

Places = Sequence[int]


class Reduction(ABC):
    """What is kept of each point. Abstract."""

    @abstractmethod
    def quantities(self) -> tuple[Quantity, ...] | None:
        """Return what it gives for a point, or None if only its results tell."""

    @abstractmethod
    def of(self, results: PointResults, places: Places) -> Values:
        """Return what is kept of points that ran to their end, by name.

        Args:
            results: of several points.
            places: of these points among them.
        """


@frozen(eq=False)
class Rows(Reduction):
    """All rows of all columns.

    Attributes:
        columns: by name.
        rows: their number.
    """

    columns: Mapping[str, Column]
    rows: int

    def quantities(self) -> tuple[Quantity, ...]:
        """Return one quantity per column."""
        return tuple(Quantity(name, column.complex, self.rows) for name, column in self.columns.items())

    def of(self, results: PointResults, places: Places) -> Values:
        """Return the rows."""
        return {name: column.of(results)[list(places)] for name, column in self.columns.items()}


@frozen(eq=False)
class OfColumn(Reduction):
    """A number per point of one column.

    Attributes:
        name: of the number.
        column: that it is computed of.
        measure: name of a measure, or a function of values and times of one point.
    """

    name: str
    column: Column
    measure: str | Callable[..., Any]

    def quantities(self) -> tuple[Quantity, ...]:
        """Return the number; only some measures of complex values are complex."""
        complex_ = self.column.complex and (callable(self.measure) or self.measure in COMPLEX)
        return (Quantity(self.name, complex_),)

    def of(self, results: PointResults, places: Places) -> Values:
        """Return the number at each of the points."""
        values = self.column.of(results)[list(places)]
        if isinstance(self.measure, str):
            with np.errstate(all="ignore"):  # of what is not finite, where the user wants to keep that
                return {self.name: MEASURES[self.measure](values, results.times)}
        (quantity,) = self.quantities()
        found = [
            _number("reduce", self.name, self.measure(row, results.times.copy()), quantity.complex) for row in values
        ]
        return {self.name: np.array(found, dtype=quantity.kind)}


@frozen(eq=False)
class OfTable(Reduction):
    """Numbers that a function computes of the table of a run.

    Attributes:
        function: takes the table; returns a number, or a dict of numbers.
        name: of a number that comes without one.
    """

    function: Callable[[Any], Any]
    name: str

    def quantities(self) -> None:
        """Return None: the function decides what it returns."""

    def of(self, results: PointResults, places: Places) -> Values:
        """Return its numbers at each of the points."""
        found = [self._numbers(self.function(results.frame(results.numbers[place]))) for place in places]
        for numbers in found:
            if set(numbers) != set(found[0]):
                raise ArgumentError(
                    f"reduce: '{self.name}' returned {_listed(found[0])} for one point and {_listed(numbers)} for "
                    "another. Return the same names for all; NaN stands for a number that there is none of."
                )
        return {name: np.array([numbers[name] for numbers in found]) for name in found[0]} if found else {}

    def _numbers(self, given: Any) -> dict[str, float]:
        return named_numbers("reduce", self.name, given)


@frozen(eq=False)
class Several(Reduction):
    """Reductions side by side."""

    parts: tuple[Reduction, ...]

    def quantities(self) -> tuple[Quantity, ...] | None:
        """Return the quantities of all."""
        found = [part.quantities() for part in self.parts]
        return tuple(quantity for part in found for quantity in part or ())

    def of(self, results: PointResults, places: Places) -> Values:
        """Return what all of them keep."""
        return {name: values for part in self.parts for name, values in part.of(results, places).items()}


def named_numbers(argument: str, name: str, given: Any) -> dict[str, Any]:
    """Return the real numbers that a user's function returned, by name.

    Args:
        argument: by which the function was given.
        name: of a number that comes without one.
        given: what it returned.

    Raises:
        ArgumentError: it is something else.
    """
    named = given if isinstance(given, Mapping) else {name: given}
    return {str(key): _number(argument, str(key), value, False) for key, value in named.items()}


def _number(argument: str, name: str, value: Any, may_be_complex: bool) -> Any:
    """Return a number that a user's function computed."""
    value = value.item() if isinstance(value, np.ndarray) and value.size == 1 else value
    if not isinstance(value, Complex if may_be_complex else Real):
        kind = "number" if may_be_complex else "real number"
        raise ArgumentError(f"{argument}: '{name}' has to be a {kind}; the function returned {shown(value)}.")
    return value


def _listed(numbers: Mapping[str, Any]) -> str:
    return f"({', '.join(numbers)})"
