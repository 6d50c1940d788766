"""What a file says, in the terms of the equation language: numbers, states, computed variables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce

from attrs import define, field, frozen
from rates_core.expressions.tree import Apply, Expression, Number, symbols

ZERO = Number(0)
LONGEST_CHAIN = 100  # of terms in a row; the language nests 200 operations


def behind(names: Iterable[str], computed: Mapping[str, Expression]) -> set[str]:
    """Return some names, and those that they are computed of."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += symbols(computed[name]) if name in computed else ()
    return found


@frozen
class Species:
    """How a species stands in equations.

    Attributes:
        name: of what its identifier means in mathematics, an amount or a concentration.
        held: of what goes on by itself: the same, or its amount where the compartment changes its size.
        size: name of the size of its compartment; None for a point.
        is_amount: its identifier means an amount.
    """

    name: str
    held: str
    size: str | None
    is_amount: bool

    @property
    def holds_amount(self) -> bool:
        """Tell whether what goes on by itself is an amount."""
        return self.is_amount or self.held != self.name


@define
class Contents:
    """The equations of a file.

    Attributes:
        starts: what quantities with a value of their own begin with: numbers, and states.
        derivatives: of states.
        assignments: what is computed at all times.
        initial: names whose start is an initial assignment.
        species: by identifier.
        unset: names that the file gives no value.
    """

    starts: dict[str, Expression] = field(factory=dict)
    derivatives: dict[str, Expression] = field(factory=dict)
    assignments: dict[str, Expression] = field(factory=dict)
    initial: set[str] = field(factory=set)
    species: dict[str, Species] = field(factory=dict)
    unset: set[str] = field(factory=set)

    def behind(self, names: Iterable[str]) -> set[str]:
        """Return some names, and those that they are computed of."""
        return behind(names, self.assignments)

    def compute_constants(self) -> None:
        """Make computed variables of numbers whose initial assignments are made of numbers alone.

        They then follow when such a number is changed.
        """
        fixed: dict[str, bool] = {}

        def is_fixed(name: str) -> bool:
            if name not in fixed:
                fixed[name] = False  # in a circle, which is refused where values are computed
                expression = self.assignments.get(name) or self.starts.get(name)
                fixed[name] = expression is not None and name not in self.derivatives and made_of_fixed(expression)
            return fixed[name]

        def made_of_fixed(expression: Expression) -> bool:
            return all(is_fixed(name) for name in symbols(expression))

        for name in [name for name in self.starts if name in self.initial]:
            if is_fixed(name):
                self.assignments[name] = self.starts.pop(name)


def added(terms: Sequence[tuple[Expression, Expression]]) -> Expression:
    """Return the sum of factors times values; a factor may be a number or its opposite."""
    if len(terms) > LONGEST_CHAIN:
        half = len(terms) // 2
        return Apply("add", (added(terms[:half]), added(terms[half:])))
    result: Expression | None = None
    for factor, value in terms:
        size, negative = _split(factor)
        term = value if size in (Number(1), Number(1.0)) else Apply("multiply", (size, value))
        if result is None and isinstance(factor, Number) and term is not value:
            result = Apply("multiply", (factor, value))
        elif result is None:
            result = Apply("negative", (term,)) if negative else term
        else:
            result = Apply("subtract" if negative else "add", (result, term))
    return ZERO if result is None else result


def joined(function: str, parts: Sequence[Expression]) -> Expression:
    """Return an associative function of two arguments of one or more of them.

    Many are joined in halves, so that no chain is as long as there are parts.
    """
    if len(parts) > LONGEST_CHAIN:
        half = len(parts) // 2
        return Apply(function, (joined(function, parts[:half]), joined(function, parts[half:])))
    return reduce(lambda left, right: Apply(function, (left, right)), parts)


def opposite(expression: Expression) -> Expression:
    """Return the opposite of an expression; of a number it is a number."""
    if isinstance(expression, Number):
        return Number(-expression.value)
    return Apply("negative", (expression,))


def _split(factor: Expression) -> tuple[Expression, bool]:
    """Return a factor without its sign, and whether that was a minus."""
    match factor:
        case Apply("negative", (inner,)):
            size, negative = _split(inner)
            return size, not negative
        case Number(int() | float() as value) if value < 0:
            return Number(-value), True
    return factor, False
