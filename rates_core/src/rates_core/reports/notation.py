"""From trees to formulas: what binds how tightly, and where brackets are needed, in whatever language is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, cast

from rates_core.expressions.equation import Equation
from rates_core.expressions.tree import Apply, Constant, Expression, Number, Symbol, fold, symbols
from rates_core.paths import TIME
from rates_core.reports.literal import literal
from rates_core.reports.piece import Binding, Piece
from rates_core.reports.symbol import VariableSymbol, symbol_of
from rates_core.reports.writer import Fence, Sign, Writer

Symbols = Mapping[str, VariableSymbol]


def formula(expression: Expression, writer: Writer, known: Symbols) -> str:
    """Return the formula of an expression.

    Args:
        expression: any tree of the language.
        writer: writes the language of the formula.
        known: symbols of variables; others get the symbol of their name.
    """
    notation = _Notation(writer, known)
    return notation.number(notation.piece(expression)).text


def condition(expression: Expression, writer: Writer, known: Symbols) -> str:
    """Return the formula of a condition: a number is true where it is not 0."""
    notation = _Notation(writer, known)
    return notation.truth(notation.piece(expression)).text


def left_side(equation: Equation, writer: Writer, known: Symbols) -> str:
    """Return the formula of what an equation defines."""
    symbol = known.get(equation.target) or symbol_of(equation.target)
    return writer.derivative(symbol) if equation.kind == "differential" else writer.symbol(symbol)


_SUMS: Mapping[str, Sign] = MappingProxyType({"add": "plus", "subtract": "minus"})
_COMPARISONS: Mapping[str, Sign] = MappingProxyType({
    "less": "less", "less_equal": "less_equal", "greater": "greater", "greater_equal": "greater_equal",
    "equal": "equal", "not_equal": "not_equal",
})  # fmt: skip
_FENCED: Mapping[str, Fence] = MappingProxyType({"abs": "bar", "floor": "floor", "ceil": "ceiling"})
_NAMES: Mapping[str, str] = MappingProxyType({
    "log": "ln", "real": "Re", "imag": "Im", "vsum": "sum", "maxi": "max", "mini": "min",
})  # fmt: skip
_RAISED = frozenset({"sin", "cos", "tan", "sinh", "cosh", "tanh"})  # whose powers stand behind the name, as in sin²x


class _Notation:
    """Builds formulas from the leaves of a tree upward; a method for each kind of node."""

    def __init__(self, writer: Writer, known: Symbols) -> None:
        self.writer, self.known = writer, known
        self.methods: Mapping[str, Callable[[Apply, Sequence[Piece]], Piece]] = {
            **dict.fromkeys(_SUMS, self._sum),
            **dict.fromkeys(_COMPARISONS, self._comparison),
            **dict.fromkeys(_FENCED, self._enclosed),
            **dict.fromkeys(("and", "or"), self._joined),
            **dict.fromkeys(("min", "max"), self._extreme),
            **dict.fromkeys(("index", "index_range"), self._element),
            "multiply": self._product,
            "divide": self._fraction,
            "power": self._power,
            "negative": self._negative,
            "not": self._not,
            "where": self._conditional,
            "sqrt": self._root,
            "conj": self._conjugate,
            "log10": self._decimal,
            "past": self._past,
        }

    def piece(self, expression: Expression) -> Piece:
        """Return the formula of a tree, however deep it is."""
        return fold(expression, self._piece)

    def number(self, piece: Piece) -> Piece:
        """Return a formula that is a number: a statement in square brackets is 1 or 0."""
        return Piece(self.writer.fenced("square", piece.text), Binding.ATOM) if piece.is_truth else piece

    def truth(self, piece: Piece) -> Piece:
        """Return a formula that is a statement: that a number is not 0."""
        if piece.is_truth:
            return piece
        text = self.writer.row(self._within(piece, Binding.SUM).text, self._sign("not_equal"), self.writer.digits("0"))
        return Piece(text, Binding.COMPARISON, is_truth=True)

    def _sign(self, name: Sign) -> str:
        return self.writer.sign(name)

    def _within(self, piece: Piece, least: Binding, unsigned: bool = False) -> Piece:
        """Return a number in brackets if it binds less tightly than is needed, or must not begin with a sign."""
        number = self.number(piece)
        if number.binding >= least and not (unsigned and number.is_signed):
            return number
        return self._bracketed(number)

    def _bracketed(self, piece: Piece) -> Piece:
        return Piece(self.writer.fenced("round", piece.text), Binding.ATOM, begins="bracket")

    def _piece(self, node: Expression, pieces: Sequence[Piece]) -> Piece:
        match node:
            case Number(value):
                return literal(value, self.writer)
            case Constant(name):
                return Piece(self.writer.constant(cast(Literal["pi", "E", "I"], name)), Binding.ATOM)
            case Symbol(name):
                return Piece(self._variable(name), Binding.ATOM, begins="name", ends="name")
            case Apply(function):
                return self.methods.get(function, self._call)(node, pieces)

    def _variable(self, name: str) -> str:
        return self.writer.symbol(self.known.get(name) or symbol_of(name))

    def _sum(self, node: Apply, pieces: Sequence[Piece]) -> Piece:
        left, right = self._within(pieces[0], Binding.SUM), self._within(pieces[1], Binding.PRODUCT, unsigned=True)
        text = self.writer.row(left.text, self._sign(_SUMS[node.function]), right.text)
        return Piece(text, Binding.SUM, is_signed=left.is_signed, begins=left.begins)

    def _product(self, node: Apply, pieces: Sequence[Piece]) -> Piece:
        left, right = self._within(pieces[0], Binding.PRODUCT), self._within(pieces[1], Binding.POWER, unsigned=True)
        sign = self._sign("dot" if self._needs_dot(left, right, node.arguments[1]) else "times")
        text = self.writer.row(left.text, sign, right.text)
        return Piece(text, Binding.PRODUCT, is_signed=left.is_signed, begins=left.begins, ends=right.ends)

    def _needs_dot(self, left: Piece, right: Piece, factor: Expression) -> bool:
        """Tell whether a space would read otherwise: as one number, as a mixed fraction, or as a value of the past."""
        if left.ends == "number":
            return right.begins in ("number", "fraction")
        return left.ends == "name" and right.begins == "bracket" and TIME in symbols(factor)

    def _fraction(self, node: Apply, pieces: Sequence[Piece]) -> Piece:
        above, below = (self.number(piece).text for piece in pieces)
        return Piece(self.writer.fraction(above, below), Binding.POWER, begins="fraction")

    def _power(self, node: Apply, pieces: Sequence[Piece]) -> Piece:
        base, exponent = pieces[0], self.number(pieces[1]).text
        if base.function in _RAISED and _is_natural(node.arguments[1]):
            name = self.writer.power(self.writer.function(base.function), exponent)
            return Piece(self._called(name, base.arguments), Binding.POWER)
        base = self._within(base, Binding.ATOM)
        return Piece(self.writer.power(base.text, exponent), Binding.POWER, begins=base.begins)

    def _negative(self, node: Apply, pieces: Sequence[Piece]) -> Piece:
        inside = self._within(pieces[0], Binding.PRODUCT, unsigned=True)
        return Piece(
            self.writer.row(self._sign("minus"), inside.text), Binding.PRODUCT, is_signed=True, ends=inside.ends
        )

    def _comparison(self, node: Apply, pieces: Sequence[Piece]) -> Piece:
        left, right = (self._within(piece, Binding.SUM).text for piece in pieces)
        text = self.writer.row(left, self._sign(_COMPARISONS[node.function]), right)
        return Piece(text, Binding.COMPARISON, is_truth=True)

    def _joined(self, node: Apply, pieces: Sequence[Piece]) -> Piece:
        sign: Sign = "and" if node.function == "and" else "or"
        binding = Binding.AND if sign == "and" else Binding.OR
        left, right = (
            piece.text if piece.binding >= least else self._bracketed(piece).text
            for piece, least in zip(map(self.truth, pieces), (binding, binding + 1), strict=True)
        )
        return Piece(self.writer.row(left, self._sign(sign), right), binding, is_truth=True)

    def _not(self, node: Apply, pieces: Sequence[Piece]) -> Piece:
        text = self.writer.row(self._sign("not"), self._bracketed(self.truth(pieces[0])).text)
        return Piece(text, Binding.COMPARISON, is_truth=True)

    def _conditional(self, node: Apply, pieces: Sequence[Piece]) -> Piece:
        test, value, rest = self.truth(pieces[0]).text, self.number(pieces[1]).text, self.number(pieces[2])
        rows = ((value, test), *(rest.rows or ((rest.text, None),)))
        return Piece(self.writer.cases(rows), Binding.OPEN, rows=rows)

    def _call(self, node: Apply, pieces: Sequence[Piece]) -> Piece:
        return self._call_of(node.function, tuple(self.number(piece).text for piece in pieces))

    def _call_of(self, function: str, arguments: tuple[str, ...]) -> Piece:
        text = self._called(self.writer.function(_NAMES.get(function, function)), arguments)
        return Piece(text, Binding.POWER, function=function, arguments=arguments)

    def _called(self, name: str, arguments: Sequence[str]) -> str:
        return self.writer.row(name, self.writer.fenced("round", self._listed(arguments)))

    def _listed(self, parts: Sequence[str], sign: Sign = "comma") -> str:
        between = [part for pair in zip([self._sign(sign)] * len(parts), parts, strict=True) for part in pair][1:]
        return self.writer.row(*between) if between else ""

    def _extreme(self, node: Apply, pieces: Sequence[Piece]) -> Piece:
        """Write `min(min(a, b), c)` as the smallest of three."""
        first, second = pieces
        if first.function != node.function:
            return self._call(node, pieces)
        return self._call_of(node.function, (*first.arguments, self.number(second).text))

    def _enclosed(self, node: Apply, pieces: Sequence[Piece]) -> Piece:
        inside = self.number(pieces[0]).text
        return Piece(self.writer.fenced(_FENCED[node.function], inside), Binding.ATOM)

    def _root(self, node: Apply, pieces: Sequence[Piece]) -> Piece:
        return Piece(self.writer.root(self.number(pieces[0]).text), Binding.POWER)

    def _conjugate(self, node: Apply, pieces: Sequence[Piece]) -> Piece:
        return Piece(self.writer.overlined(self.number(pieces[0]).text), Binding.ATOM)

    def _decimal(self, node: Apply, pieces: Sequence[Piece]) -> Piece:
        name = self.writer.lowered(self.writer.function("log"), self.writer.digits("10"))
        return Piece(self._called(name, [self.number(pieces[0]).text]), Binding.POWER)

    def _element(self, node: Apply, pieces: Sequence[Piece]) -> Piece:
        """Write an index, or a range of them, in square brackets below."""
        base, *places = pieces
        inside = self._listed([self.number(place).text for place in places], "colon")
        text = self.writer.lowered(self._within(base, Binding.ATOM).text, self.writer.fenced("square", inside))
        return Piece(text, Binding.ATOM)

    def _past(self, node: Apply, pieces: Sequence[Piece]) -> Piece:
        """Write x(t - tau), or an expression in square brackets with this moment below."""
        delay = self._within(pieces[1], Binding.PRODUCT, unsigned=True)
        moment = self.writer.row(self._variable(TIME), self._sign("minus"), delay.text)
        if isinstance(node.arguments[0], Symbol):
            return Piece(self.writer.row(pieces[0].text, self.writer.fenced("round", moment)), Binding.POWER)
        inside = self.writer.fenced("square", pieces[0].text)
        return Piece(self.writer.lowered(inside, moment), Binding.ATOM)


def _is_natural(exponent: Expression) -> bool:
    return isinstance(exponent, Number) and isinstance(exponent.value, int) and exponent.value > 1
