"""From text to trees: a whitelist over Python's `ast` that never sees a word of the model.

The text is split into tokens, checked, and spelled for Python with every name and number replaced by `v0`, `v1`, ...
Python's parser then only decides what binds how tightly.
"""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from functools import reduce
from itertools import pairwise
from types import MappingProxyType

from rates_core.errors import EquationError, did_you_mean
from rates_core.expressions.functions import ALIASES, CONSTANTS, FOLDED, FUNCTIONS, FunctionDefinition
from rates_core.expressions.grammar import Spelling, check, spell
from rates_core.expressions.literals import combined, negated
from rates_core.expressions.source import Source, unusual
from rates_core.expressions.tokens import Token, number, tokenize
from rates_core.expressions.tree import Apply, Constant, Expression, Number, Symbol, depth, symbols
from rates_core.paths import TIME

MAX_DEPTH = 200

PIECEWISE = "Piecewise"

_BINARY: Mapping[type[ast.operator], str] = MappingProxyType({
    ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide", ast.Mod: "mod", ast.Pow: "power",
})  # fmt: skip

#: What SymPy writes between conditions, which it puts in brackets.
_LOGICAL: Mapping[type[ast.operator], tuple[str, str]] = MappingProxyType(
    {ast.BitAnd: ("and", "&"), ast.BitOr: ("or", "|")}
)

_COMPARISONS: Mapping[type[ast.cmpop], str] = MappingProxyType({
    ast.Lt: "less", ast.LtE: "less_equal", ast.Gt: "greater", ast.GtE: "greater_equal",
    ast.Eq: "equal", ast.NotEq: "not_equal",
})  # fmt: skip

_TRUTH_VALUES = frozenset({*_COMPARISONS.values(), "and", "or", "not"})


def parse_expression(text: str, declared: Collection[str], *, where: str = "") -> Expression:
    """Return the tree of an expression.

    Args:
        text: the expression in the equation language.
        declared: the names of the variables that it may use.
        where: what holds the text, for messages.

    Raises:
        EquationError: the text is malformed, names what is not declared, or is too long or too deeply nested.
    """
    return parse_source(Source(text, "expression", where), 0, declared)


def parse_source(source: Source, start: int, declared: Collection[str]) -> Expression:
    """Return the tree of what stands in a source from `start` on."""
    tokens = tokenize(source, start)
    operands = check(source, tokens, declared)
    spelling = spell(tokens, operands)
    reader = _Reader(source, tokens, spelling, declared)
    try:
        body = ast.parse(spelling.text, mode="eval").body
        expression = reader.read(body)
    except SyntaxError as error:  # whatever `check` let pass, and nothing is known
        position = reader.token_at((error.offset or 1) - 1).start
        raise source.error("Malformed expression", position, position + 1, "Brackets may help.") from None
    except (RecursionError, MemoryError):
        raise _too_deep(source, start) from None
    if depth(expression) > MAX_DEPTH:
        raise _too_deep(source, start)
    return expression


def _too_deep(source: Source, start: int) -> EquationError:
    problem = f"More than {MAX_DEPTH} operations are nested"
    return source.error(problem, start, len(source.text), "Split the expression into several equations.")


class _Reader:
    """Turns nodes of Python's tree into nodes of ours."""

    def __init__(self, source: Source, tokens: Sequence[Token], spelling: Spelling, declared: Collection[str]) -> None:
        self.source = source
        self.tokens = tokens
        self.spelling = spelling
        self.declared = declared

    def read(self, node: ast.expr) -> Expression:
        """Return our tree of a Python tree."""
        match node:
            case ast.Name():
                return self._value(self._token(node))
            case ast.BinOp(op=ast.BitAnd() | ast.BitOr()):
                return self._logical(node)
            case ast.BinOp(left=left, op=operator, right=right):
                return combined(_BINARY[type(operator)], self.read(left), self.read(right))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return negated(self.read(operand))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.read(operand)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Apply("not", (self.read(operand),))
            case ast.BoolOp(op=operator, values=values):
                function = "and" if isinstance(operator, ast.And) else "or"
                return _nested(function, [self.read(value) for value in values])
            case ast.Compare():
                return self._comparison(node)
            case ast.IfExp(test=test, body=body, orelse=otherwise):
                return Apply("where", (self.read(test), self.read(body), self.read(otherwise)))
            case ast.Call(func=ast.Name() as function, args=arguments):
                return self._call(self._token(function), node, arguments)
            case _:
                raise self.error("This is not part of the language", node, "Brackets hold one expression.")

    def error(self, problem: str, node: ast.expr, remedy: str = "") -> EquationError:
        """Return an error that points at what a Python node stands for."""
        first = self.token_at(node.col_offset)
        last = self.token_at((node.end_col_offset or node.col_offset + 1) - 1)
        return self.source.error(problem, first.start, last.end, remedy)

    def token_at(self, column: int) -> Token:
        """Return the token that a column of the Python spelling belongs to."""
        return self.tokens[max(0, bisect_right(self.spelling.starts, column) - 1)]

    def _token(self, node: ast.Name) -> Token:
        return self.tokens[int(node.id[1:])]

    def _value(self, token: Token) -> Expression:
        if token.kind == "number":
            return Number(number(self.source, token))
        name = token.text
        if name in self.declared or name == TIME:
            return Symbol(name)
        if name in CONSTANTS:
            return Constant(name)
        if ALIASES.get(name, name) in FUNCTIONS:
            remedy = f"It is {FUNCTIONS[ALIASES.get(name, name)].summary}. A variable of that name has to be declared."
            raise self.source.error(f"Function '{name}' stands without arguments", token.start, token.end, remedy)
        raise self.source.error(
            f"Unknown name '{name}'{unusual(name)}",
            token.start,
            token.end,
            did_you_mean(name, [*self.declared, *CONSTANTS]).strip(),
        )

    def _logical(self, node: ast.BinOp) -> Expression:
        """Read `(a < b) & (c < d)`; of numbers there is no `&`, which binds more tightly than comparisons do."""
        function, sign = _LOGICAL[type(node.op)]
        operands = self.read(node.left), self.read(node.right)
        if not all(isinstance(one, Apply) and one.function in _TRUTH_VALUES for one in operands):
            first = bisect_right(self.spelling.starts, (node.left.end_col_offset or 1) - 1)
            token = next(token for token in self.tokens[first:] if token.text == sign)
            remedy = f"Write {function}, or put the conditions beside it in brackets."
            raise self.source.error(f"'{sign}' stands between conditions", token.start, token.end, remedy)
        return Apply(function, operands)

    def _comparison(self, node: ast.Compare) -> Expression:
        """Read a comparison; `a < b < c` is `a < b and b < c`."""
        values = [self.read(value) for value in (node.left, *node.comparators)]
        names = [_COMPARISONS[type(operator)] for operator in node.ops]
        pairs = [Apply(name, pair) for name, pair in zip(names, pairwise(values), strict=True)]
        return _nested("and", pairs)

    def _call(self, token: Token, node: ast.Call, arguments: list[ast.expr]) -> Expression:
        name = token.text
        definition = FUNCTIONS.get(ALIASES.get(name, name))
        if name in self.declared:
            delay = self._delay_of_call(arguments)
            if delay is not None:
                return self._past(node, Symbol(name), delay)
            if definition is None and name != PIECEWISE:
                return self._moment(token, node, arguments)
        if name == PIECEWISE:
            return self._piecewise(node, arguments)
        if definition is None:
            raise self.source.error(
                f"Unknown function '{name}'{unusual(name)}",
                token.start,
                token.end,
                did_you_mean(name, [*FUNCTIONS, *ALIASES, PIECEWISE]).strip(),
            )
        return self._apply(name, definition, node, arguments)

    def _apply(self, name: str, definition: FunctionDefinition, node: ast.Call, nodes: list[ast.expr]) -> Expression:
        arguments = [self.read(argument) for argument in nodes]
        least, most = definition.arity
        count = len(arguments)
        if definition.name in FOLDED and count >= least:
            return _nested(definition.name, arguments)
        if not least <= count <= most:
            takes = f"at least {definition.takes}" if definition.name in FOLDED else definition.takes
            problem = f"Function '{name}' takes {takes} and got {count}"
            raise self.error(problem, node, f"It is {definition.summary}.")
        if definition.name == "past":
            return self._past(node, arguments[0], arguments[1])
        return Apply(definition.name, arguments)

    def _delay_of_call(self, arguments: list[ast.expr]) -> Expression | None:
        """Return tau of the arguments `(t - tau)`, also written as a longer sum; None if they are not of this form."""
        if len(arguments) != 1:
            return None
        terms: list[tuple[bool, ast.expr]] = []
        node = arguments[0]
        while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            terms.append((isinstance(node.op, ast.Sub), node.right))
            node = node.left
        if not terms or not isinstance(node, ast.Name) or self._token(node).text != TIME:
            return None
        delay: Expression | None = None
        for subtracted, term in reversed(terms):
            value = self.read(term)
            if delay is None:
                delay = value if subtracted else negated(value)
            else:
                delay = combined("add" if subtracted else "subtract", delay, value)
        return delay

    def _past(self, node: ast.expr, value: Expression, delay: Expression) -> Expression:
        if TIME in symbols(delay):
            raise self.error("A delay depends on time", node, "Write x(t - tau) or past(x, tau) with a constant tau.")
        ahead = isinstance(delay, Apply) and delay.function == "negative"
        if ahead or (isinstance(delay, Number) and not isinstance(delay.value, complex) and delay.value < 0):
            raise self.error("A value of the future is asked for", node, "Write x(t - tau) with tau >= 0.")
        return Apply("past", (value, delay))

    def _moment(self, token: Token, node: ast.Call, arguments: list[ast.expr]) -> Expression:
        """Read `x(t)`, which is x; refuse every other call of a variable."""
        if len(arguments) == 1 and isinstance(arguments[0], ast.Name) and self._token(arguments[0]).text == TIME:
            return Symbol(token.text)
        remedy = f"Write {token.text}*(...) for a product and {token.text}(t - tau) for a delayed value."
        raise self.error(f"Variable '{token.text}' is called like a function", node, remedy)

    def _piecewise(self, node: ast.Call, arguments: list[ast.expr]) -> Expression:
        """Read `Piecewise((a, condition), ..., (b, True))` as nested `where`."""
        pairs = [argument.elts for argument in arguments if isinstance(argument, ast.Tuple) and len(argument.elts) == 2]
        if len(pairs) != len(arguments) or not pairs or not self._is_true(pairs[-1][1]):
            remedy = "Write Piecewise((a, condition), (b, True))."
            raise self.error("Piecewise takes pairs, the last of them with True", node, remedy)
        result = self.read(pairs[-1][0])
        for value, condition in reversed(pairs[:-1]):
            result = Apply("where", (self.read(condition), self.read(value), result))
        return result

    def _is_true(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and self._token(node).text in {"True", "true"}


def _nested(function: str, arguments: Sequence[Expression]) -> Expression:
    """Return a function of two arguments applied to more, from the left; a single one stays what it is."""
    return reduce(lambda left, right: Apply(function, (left, right)), arguments)
