"""How a language that is written element by element writes numbers, entries, choices and loops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from rates_core.programs.naming import one_line
from rates_core.programs.printer import CALL, UNARY
from rates_core.system.shapes import Shape

INDICES = ("i", "j", "l")  # count the entries of an array, one for each axis


@frozen(kw_only=True, eq=False)
class Syntax:
    """What printers of entries and blocks have to know of a language; a `{}` stands for what is put in.

    Attributes:
        entry: an array and the place of one of its entries.
        first: what the first place on an axis is called.
        held_place: a place on an axis that is held by a parameter without axes.
        checked: function of our own that returns a place that is computed, if it is one.
        real: a finite real number.
        nan: what is no number.
        infinity: what is larger than all numbers.
        complex: a complex number, by its two parts.
        as_complex: a real number as a complex one.
        parts: real and imaginary part of a complex number.
        squared_modulus: of a complex `number`, whose `product` with its conjugate has a complex type.
        constants: by name.
        functions: of real numbers, by their names in the language of models.
        complex_functions: of complex numbers.
        own: functions that modules bring along where they use them.
        complex_only: functions whose arguments are complex if one of them is.
        quotient: function that divides complex numbers.
        divides_by_real: whether the operator divides a complex number by a real one.
        power: operator of whole powers.
        minus: how tightly a sign binds, like a call (`UNARY`) or like a sum (`SUM`).
        choice: of two values, `chosen` where a `condition` holds and `other` elsewhere.
        choice_binds: how tightly this binds.
        logic: how `and`, `or` and `not` are written.
        logic_first: whether these bind more tightly than comparisons.
        unequal: operator of comparison.
        comment: begins a comment.
        indent: of what is inside a loop.
        loop: begins a loop over a range.
        nest: begins a loop over an array.
        axis: range of an index from the first place on an axis of some length on.
        span: range of an index between two places; the second one is exclusive where places are counted from 0.
        end: ends a loop, if it has a line of its own.
        joined: whether one loop has several ranges, that of the outermost index first.
        columns_first: whether the entries of a column of a matrix lie side by side.
        updates: whether the language knows `x += 1`.
        zeros: a real and a complex number to begin a sum with.
        totals: names of a real and a complex sum within a loop.
    """

    entry: str = "{}[{}]"
    first: int = 0
    held_place: str = "{}"
    checked: str = "checked"
    real: str = "{}"
    nan: str
    infinity: str
    complex: str = "complex({}, {})"
    as_complex: str = "complex({})"
    parts: tuple[str, str]
    squared_modulus: str
    constants: Mapping[str, str]
    functions: Mapping[str, str]
    complex_functions: Mapping[str, str]
    own: frozenset[str]
    complex_only: frozenset[str] = frozenset()
    quotient: str = "quotient"
    divides_by_real: bool = True
    power: str = "**"
    minus: int = UNARY
    choice: str
    choice_binds: int = CALL
    logic: Mapping[str, str]
    logic_first: bool = False
    unequal: str = "!="
    comment: str = "#"
    indent: str = "    "
    loop: str
    nest: str
    axis: str
    span: str
    end: str = ""
    joined: bool = False
    columns_first: bool = False
    updates: bool = True
    zeros: tuple[str, str] = ("0.0", "complex(0.0)")
    totals: tuple[str, str] = ("total", "total")

    def said(self, symbol: str) -> str:
        """Return the path of a symbol as a comment behind a line; nothing for what has no path."""
        return "" if symbol.startswith("#") else f"  {self.comment} {one_line(symbol)}"

    def inside(self, head: str, body: Sequence[str]) -> list[str]:
        """Return a loop with its body."""
        return [head, *(self.indent + line for line in body), *([self.end] if self.end else ())]

    def nested(self, shape: Shape, body: Sequence[str], indices: Sequence[str] = INDICES) -> list[str]:
        """Return a loop over all entries of an array, in the order in which they lie in memory."""
        ranges = [self.axis.format(index, size) for index, size in zip(indices, shape, strict=False)]
        if self.columns_first:
            ranges.reverse()
        if self.joined and ranges:
            ranges = [", ".join(ranges)]
        lines = list(body)
        for one in reversed(ranges):
            lines = self.inside(self.nest.format(one), lines)
        return lines

    def updated(self, name: str, operator: str, text: str) -> str:
        """Return the line that adds a term to a variable, or multiplies or divides it."""
        if self.updates:
            return f"{name} {operator}= {text}"
        return f"{name} = {name}{' + ' if operator == '+' else operator}{text}"


def shifted(entry: str, places: int) -> str:
    """Return the text of an entry so many places further on."""
    return f"{entry} {'+' if places > 0 else '-'} {abs(places)}" if places else entry
