"""Right sides of equations over the whole list of functions, in the spellings that people use."""

from __future__ import annotations

from typing import Any

from attrs import frozen
from hypothesis import strategies as st
from rates_core.expressions.functions import ALIASES, FUNCTIONS

WORDS = ("and", "or", "not")  # which are operators, and no functions
SPELLINGS = {
    name: [spelled for spelled in (name, *ALIASES) if ALIASES.get(spelled, spelled) == name and spelled not in WORDS]
    for name in FUNCTIONS
}
ELEMENTWISE = [item for item in FUNCTIONS.values() if item.kind == "elementwise"]
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
NUMBERS = ("0", "1", "2", "3.", ".5", "0.25", "1e-3", "2E+1", "10", "1.5e0")
IMAGINARY = ("1j", "0.5j", "I", "(0.5 + 0.1j)", "2.j")


def functions(arity: int, complex_too: bool) -> list[str]:
    """Return the elementwise functions of so many arguments, those that take complex ones where these are asked for."""
    return [item.name for item in ELEMENTWISE if item.arity == (arity, arity) and not (complex_too and item.real_only)]


@frozen
class Names:
    """What an expression may name.

    Attributes:
        scalars: variables without an axis.
        slots: those of them whose past may be asked for.
        delays: parameters that are positive.
        vectors: variables with an axis of `length`.
        matrices: parameters of shape `(length, length)`.
        units: whether the axis is that of a population.
        is_complex: whether variables may be complex.
        draws: whether random numbers may be drawn.
    """

    scalars: tuple[str, ...]
    slots: tuple[str, ...] = ()
    delays: tuple[str, ...] = ()
    vectors: tuple[str, ...] = ()
    matrices: tuple[str, ...] = ()
    length: int = 1
    units: bool = False
    is_complex: bool = False
    draws: bool = False


@st.composite
def scalars(draw: Any, names: Names, depth: int = 3) -> str:
    """Return the text of an expression without an axis."""
    return _Writer(draw, names).scalar(depth)


@st.composite
def vectors(draw: Any, names: Names, depth: int = 2) -> str:
    """Return the text of an expression with an axis."""
    return _Writer(draw, names).vector(depth)


@frozen
class _Writer:
    draw: Any
    names: Names

    def pick(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def call(self, name: str, *arguments: str) -> str:
        space = self.pick("", " ")
        return f"{self.pick(*SPELLINGS[name])}({f',{space}'.join(arguments)}{space})"

    def scalar(self, depth: int) -> str:
        names = self.names
        kinds = [self.leaf]
        if depth:
            kinds += [self.binary, self.binary, self.sign, self.one, self.one, self.two, self.choice, self.logic]
            kinds += [self.fold] * (not names.is_complex) + [self.past] * bool(names.slots and names.delays)
            kinds += [self.reduction] * bool(names.units or names.vectors) + [self.random] * names.draws
        return self.draw(st.sampled_from(kinds))(depth - 1)

    def real(self, depth: int) -> str:
        text = self.scalar(depth)
        return self.call(self.pick("abs", "real", "imag"), text) if self.names.is_complex else text

    def leaf(self, depth: int = 0) -> str:
        literals = (*NUMBERS, "pi", "E", *(IMAGINARY if self.names.is_complex else ()), "t")
        return self.pick(self.pick(*literals), *self.names.scalars)

    def binary(self, depth: int) -> str:
        left, right = self.scalar(depth), self.scalar(depth)
        return f"({left}{self.pick(' + ', ' - ', '-', '*', '/', ' / ', '^', '**', ' ^ ')}{right})"

    def sign(self, depth: int) -> str:
        return f"{self.pick('-', '+', '- ')}({self.scalar(depth)})"

    def one(self, depth: int) -> str:
        return self.call(self.pick(*functions(1, self.names.is_complex), "real", "imag", "conj"), self.scalar(depth))

    def two(self, depth: int) -> str:
        function = self.pick(*functions(2, self.names.is_complex))
        return self.call(function, self.scalar(depth), self.scalar(depth))

    def fold(self, depth: int) -> str:
        count = self.pick(2, 3)
        return self.call(self.pick("min", "max", "and", "or"), *(self.scalar(depth) for _ in range(count)))

    def comparison(self, depth: int) -> str:
        chained = f" {self.pick(*COMPARISONS)} {self.real(0)}" if self.pick(False, False, True) else ""
        return f"{self.real(depth)} {self.pick(*COMPARISONS)} {self.real(depth)}{chained}"

    def logic(self, depth: int) -> str:
        condition = self.comparison(depth)
        other = self.comparison(0)
        return (
            f"({self.pick(condition, f'not {condition}', f'{condition} and {other}', f'not {condition} or {other}')})"
        )

    def choice(self, depth: int) -> str:
        condition, one, other = self.comparison(0), self.scalar(depth), self.scalar(depth)
        return self.pick(
            f"({one} if {condition} else {other})",
            f"where({condition}, {one}, {other})",
            f"Piecewise(({one}, {condition}), ({other}, True))",
        )

    def past(self, depth: int) -> str:
        slot, delay = self.pick(*self.names.slots), self.pick(*self.names.delays)
        return self.pick(
            f"{slot}(t - {delay})", f"{slot}(t-{delay} - 0.5)", f"past({slot}, 2*{delay})", f"past({slot}^2, {delay})"
        )

    def random(self, depth: int) -> str:
        return "randn()"

    def reduction(self, depth: int) -> str:
        vector = self.scalar(depth) if self.names.units else self.vector(depth)
        place = 0 if self.names.units else self.pick(*range(self.names.length))
        reductions = ["vsum", "mean"] if self.names.is_complex else ["vsum", "mean", "maxi", "mini"]
        return self.pick(
            f"{self.pick(*reductions)}({vector})", f"index({vector}, {place})", f"index_axis({vector}, {place})"
        )

    def vector(self, depth: int) -> str:
        kinds = [self.vector_leaf]
        if depth > 0:
            kinds += [self.vector_binary, self.vector_one, self.vector_part]
            kinds += [self.product] * bool(self.names.matrices)
        return self.draw(st.sampled_from(kinds))(depth - 1)

    def vector_leaf(self, depth: int) -> str:
        return self.pick(*self.names.vectors)

    def vector_binary(self, depth: int) -> str:
        pair = [self.vector(depth), self.scalar(depth)]
        return f"({pair[0]} {self.pick('+', '-', '*')} {pair[1]})"

    def vector_one(self, depth: int) -> str:
        return self.call(self.pick(*functions(1, self.names.is_complex)), self.vector(depth))

    def vector_part(self, depth: int) -> str:
        return f"index_range({self.vector(depth)}, 0, {self.names.length})"

    def product(self, depth: int) -> str:
        return f"{self.pick('matvec', 'matmul')}({self.pick(*self.names.matrices)}, {self.vector(depth)})"
