"""From derivatives by complex numbers and their conjugates to the real coordinates of `y`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import define

from rates_core.expressions.simplify import is_number
from rates_core.expressions.tree import Apply, Expression
from rates_core.system.linearisation.chain_rule import Gradient
from rates_core.system.linearisation.entries import Algebra, Entries
from rates_core.system.linearisation.matrix import Block
from rates_core.system.system import State


@define(eq=False)
class Coordinates:
    """Where the values of states and seeds stand as real numbers.

    Attributes:
        states: of the System.
        offsets: first column of each seed.
    """

    algebra: Algebra
    states: Mapping[str, State]
    offsets: Mapping[str, int]

    def blocks(self, state: str, gradient: Gradient) -> list[Block]:
        """Return the entries of the rows of one state's derivative."""
        found: list[Block] = []
        for (seed, conjugate), parts in gradient.items():
            for part in parts:
                if len(part.rows) and not is_number(part.values, 0):
                    found += self._real(state, seed, conjugate, part)
        return found

    def _real(self, state: str, seed: str, conjugate: bool, part: Entries) -> Iterator[Block]:
        """Yield the real entries of complex ones: df = D dz + D̄ dz̄, with dz = dx + i dy and dz̄ = dx - i dy."""
        own = self.states[state]
        pairs, twice = own.complex, seed in self.algebra.complex_symbols
        rows = part.rows * (2 if pairs else 1) + own.offset
        columns = part.columns * (2 if twice else 1) + self.offsets[seed]
        real, imaginary = self._part("real", part.values), self._part("imag", part.values)
        if real is not None:
            yield Block(rows, columns, real)
            if pairs and twice:
                yield Block(rows + 1, columns + 1, _signed(real, conjugate))
        if imaginary is not None:
            if pairs:
                yield Block(rows + 1, columns, imaginary)
            if twice:
                yield Block(rows, columns + 1, _signed(imaginary, not conjugate))

    def _part(self, function: str, values: Expression) -> Expression | None:
        if self.algebra.is_complex(values):
            return Apply(function, (values,))
        return values if function == "real" else None


def _signed(values: Expression, negative: bool) -> Expression:
    return Apply("negative", (values,)) if negative else values
