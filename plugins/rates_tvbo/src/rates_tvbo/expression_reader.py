"""Expressions as TVBO writes them, which are Python's with SymPy's functions, read into trees of the language.

Names are spelled anew before Python's parser sees the text, so that keywords such as `lambda` are names like any other.
Nothing is ever evaluated.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from functools import reduce
from itertools import islice, pairwise
from types import MappingProxyType

from attrs import define, evolve, field, frozen
from rates_core.errors import EquationError, did_you_mean
from rates_core.expressions.functions import ALIASES, CONSTANTS, FOLDED, FUNCTIONS
from rates_core.expressions.tree import Apply, Constant, Expression, Number, Symbol, walk

LONGEST_TEXT = 100_000
LARGEST_INLINED = 60  # nodes of what a call stands for; more than that becomes a variable of its own
TIME = "t"

_NAME = re.compile(r"(?<![\w.])[^\W\d]\w*")
_WORDS = frozenset({"and", "or", "not", "if", "else", "True", "False"})
_FORTRAN = re.compile(r"\.(gt|ge|lt|le|eq|ne|and|or|not)\.")
_OF_FORTRAN = MappingProxyType({
    "gt": ">", "ge": ">=", "lt": "<", "le": "<=", "eq": "==", "ne": "!=", "and": "and", "or": "or", "not": "not",
})  # fmt: skip
_BINARY: Mapping[type[ast.operator], str] = MappingProxyType({
    ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide", ast.Mod: "mod", ast.Pow: "power",
    ast.BitAnd: "and", ast.BitOr: "or",
})  # fmt: skip
_COMPARISONS: Mapping[type[ast.cmpop], str] = MappingProxyType({
    ast.Lt: "less", ast.LtE: "less_equal", ast.Gt: "greater", ast.GtE: "greater_equal",
    ast.Eq: "equal", ast.NotEq: "not_equal",
})  # fmt: skip
#: What TVBO calls functions that the language has under another name, beside `ALIASES`.
_ALSO = MappingProxyType({"mode_sum": "vsum", "sum": "vsum"})


#: Functions of the language that TVBO has to be told of; what defines them like this is the function itself.
DEFINITIONS: Mapping[str, tuple[tuple[str, ...], str]] = MappingProxyType({
    "sigmoid": (("x",), "1/(1 + exp(-x))"),
    "fmod": (("a", "b"), "sign(a)*Mod(Abs(a), Abs(b))"),
})  # fmt: skip


@frozen
class UserFunction:
    """A function that a file defines: its arguments and its text, read where it is called."""

    name: str
    arguments: tuple[str, ...]
    text: str
    defaults: Mapping[str, Expression] = field(factory=dict)


@define
class Auxiliaries:
    """Variables that stand for large calls of functions, one for equal calls.

    Attributes:
        taken: names that are not free.
        names: what each expression is called.
    """

    taken: set[str] = field(factory=set)
    names: dict[Expression, str] = field(factory=dict)

    def symbol(self, expression: Expression, function: str) -> Symbol:
        """Return the variable of an expression, named after a function."""
        if expression not in self.names:
            number = 1
            while f"{function}_{number}" in self.taken:
                number += 1
            self.names[expression] = f"{function}_{number}"
            self.taken.add(self.names[expression])
        return Symbol(self.names[expression])


@frozen
class Scope:
    """What an expression may name.

    Attributes:
        variables: names of variables.
        functions: functions that the file defines.
        where: what holds the text, for messages.
        auxiliaries: where large calls go.
        arguments: what arguments of the function that is being read stand for; they hide variables.
        calls: functions that are being read, the innermost last.
    """

    variables: frozenset[str]
    functions: Mapping[str, UserFunction] = field(factory=dict)
    where: str = ""
    auxiliaries: Auxiliaries = field(factory=Auxiliaries)
    arguments: Mapping[str, Expression] = field(factory=dict)
    calls: tuple[str, ...] = ()

    def error(self, text: str, problem: str) -> EquationError:
        """Return an error that names the place and the text."""
        shown = text if len(text) <= 200 else f"{text[:197]}..."
        return EquationError(f"{self.where}: {problem} In '{shown}'.")


def read_expression(text: str, scope: Scope) -> Expression:
    """Return the tree of a text.

    Raises:
        EquationError: it is malformed, or names what the file does not define or the language does not have.
    """
    if len(text) > LONGEST_TEXT:
        raise scope.error(text, f"The expression has more than {LONGEST_TEXT} characters.")
    names: list[str] = []
    plain = _FORTRAN.sub(lambda match: f" {_OF_FORTRAN[match[1]]} ", " ".join(text.replace("^", "**").split()))
    spelled = _NAME.sub(lambda match: _spelled(match[0], names), plain)
    try:
        body = ast.parse(f"({spelled})", mode="eval").body
        return _Reader(text, scope, names).read(body)
    except SyntaxError:
        raise scope.error(text, "This is no expression in Python's syntax, in which TVBO writes them.") from None
    except (RecursionError, MemoryError):
        raise scope.error(text, "The expression is nested too deeply.") from None


def _spelled(name: str, names: list[str]) -> str:
    if name in _WORDS:
        return name
    names.append(name)
    return f"v{len(names) - 1}"


class _Reader:
    """Turns nodes of Python's tree into nodes of ours."""

    def __init__(self, text: str, scope: Scope, names: Sequence[str]) -> None:
        self.text = text
        self.scope = scope
        self.names = names

    def read(self, node: ast.expr) -> Expression:
        """Return our tree of a Python tree."""
        match node:
            case ast.Name(id=name):
                return self.value(self.names[int(name[1:])])
            case ast.Constant(value=bool() as truth):
                return Number(1.0 if truth else 0.0)
            case ast.Constant(value=int() | float() | complex() as number):
                return Number(number)
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _BINARY:
                return Apply(_BINARY[type(operator)], (self.read(left), self.read(right)))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                value = self.read(operand)
                return Number(-value.value) if isinstance(value, Number) else Apply("negative", (value,))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.read(operand)
            case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=operand):
                return Apply("not", (self.read(operand),))
            case ast.BoolOp(op=operator, values=values):
                return _folded("and" if isinstance(operator, ast.And) else "or", [self.read(each) for each in values])
            case ast.Compare():
                return self.comparison(node)
            case ast.IfExp(test=test, body=body, orelse=otherwise):
                return Apply("where", (self.read(test), self.read(body), self.read(otherwise)))
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self.call(self.names[int(name[1:])], arguments)
        raise self.error("This is more than arithmetic, comparisons, conditions and calls of functions.")

    def error(self, problem: str) -> EquationError:
        """Return an error about this text."""
        return self.scope.error(self.text, problem)

    def value(self, name: str) -> Expression:
        """Return what a name stands for where no arguments follow."""
        if name in self.scope.arguments:
            return self.scope.arguments[name]
        if name in self.scope.variables or name == TIME:
            return Symbol(name)
        if name in CONSTANTS:
            return Constant(name)
        hint = did_you_mean(name, [*self.scope.variables, *CONSTANTS])
        raise self.error(f"Nothing in the file is called '{name}'.{hint}")

    def comparison(self, node: ast.Compare) -> Expression:
        """Return a comparison; `a < b < c` is `a < b and b < c`."""
        values = [self.read(value) for value in (node.left, *node.comparators)]
        if not all(type(operator) in _COMPARISONS for operator in node.ops):
            raise self.error("Comparisons are <, <=, >, >=, == and !=.")
        pairs = zip((_COMPARISONS[type(operator)] for operator in node.ops), pairwise(values), strict=True)
        return _folded("and", [Apply(name, pair) for name, pair in pairs])

    def call(self, name: str, nodes: Sequence[ast.expr]) -> Expression:
        """Return a call: of a function of the file, else of the language."""
        if name in self.scope.functions:
            return self.inlined(self.scope.functions[name], [self.read(node) for node in nodes])
        if name == "Piecewise":
            return self.piecewise(nodes)
        if name == "mode_dot" and len(nodes) == 2:
            vector, matrix = map(self.read, nodes)
            return Apply("matmul", (vector, matrix))
        if name in self.scope.variables and name not in FUNCTIONS:
            raise self.error(f"'{name}' is a variable, and arguments follow it. Write '*' for a product.")
        return self.builtin(name, [self.read(node) for node in nodes])

    def builtin(self, name: str, arguments: Sequence[Expression]) -> Expression:
        """Return a call of a function of the language."""
        if name == "Heaviside" and len(arguments) == 2:
            return self.step(arguments[0], arguments[1])
        if name == "log" and len(arguments) == 2:
            if arguments[1] == Number(10):
                return Apply("log10", arguments[:1])
            return Apply("divide", (Apply("log", arguments[:1]), Apply("log", arguments[1:])))
        canonical = _ALSO.get(name, ALIASES.get(name, name))
        if name in ("min", "max") and len(arguments) == 1:
            canonical = {"min": "mini", "max": "maxi"}[name]
        definition = FUNCTIONS.get(canonical)
        if definition is None or definition.kind in ("random", "delay"):
            known = [*(set(FUNCTIONS) - {"randn", "past"}), *ALIASES, *self.scope.functions, "Piecewise"]
            raise self.error(f"rates has no function '{name}', and the file defines none.{did_you_mean(name, known)}")
        least, most = definition.arity
        if canonical in FOLDED and len(arguments) >= least:
            return _folded(canonical, arguments)
        if not least <= len(arguments) <= most:
            raise self.error(f"The function '{name}' takes {definition.takes}, and {len(arguments)} are given.")
        return Apply(canonical, arguments)

    def step(self, argument: Expression, at_zero: Expression) -> Expression:
        """Return SymPy's step function with its value at 0; the one of the language is 1 there."""
        if at_zero == Number(1):
            return Apply("heaviside", (argument,))
        below = Apply("where", (Apply("less", (argument, Number(0))), Number(0.0), Number(1.0)))
        return Apply("where", (Apply("equal", (argument, Number(0))), at_zero, below))

    def piecewise(self, nodes: Sequence[ast.expr]) -> Expression:
        """Return `Piecewise((a, condition), …, (b, True))` as nested choices."""
        pairs = [node.elts for node in nodes if isinstance(node, ast.Tuple) and len(node.elts) == 2]
        if len(pairs) != len(nodes) or not pairs:
            raise self.error("Piecewise takes pairs (value, condition).")
        return choice([(self.read(value), self.read(condition)) for value, condition in pairs], self.error)

    def inlined(self, function: UserFunction, arguments: Sequence[Expression]) -> Expression:
        """Return what a function of the file is for these arguments."""
        if DEFINITIONS.get(function.name) == (function.arguments, function.text):
            return self.builtin(function.name, arguments)
        if function.name in self.scope.calls:
            raise self.error(f"The function '{function.name}' calls itself.")
        missing = function.arguments[len(arguments) :]
        if len(arguments) > len(function.arguments) or not set(missing) <= set(function.defaults):
            count = f"{len(function.arguments)} arguments ({', '.join(function.arguments)})"
            raise self.error(f"The function '{function.name}' takes {count}, and {len(arguments)} are given.")
        given = dict(zip(function.arguments, arguments, strict=False))
        given |= {name: function.defaults[name] for name in missing}
        scope = evolve(
            self.scope,
            where=f"{self.scope.where}, function '{function.name}'",
            arguments=given,
            calls=(*self.scope.calls, function.name),
        )
        body = read_expression(function.text, scope)
        if sum(1 for _ in islice(walk(body), LARGEST_INLINED + 1)) <= LARGEST_INLINED:
            return body
        return self.scope.auxiliaries.symbol(body, function.name)


def choice(pairs: Sequence[tuple[Expression, Expression]], error: object) -> Expression:
    """Return nested choices of `(value, condition)`, the first true one; the last condition has to be True."""
    *others, (result, last) = pairs
    if last != Number(1.0):
        assert callable(error)
        raise error("No case is left for when all conditions are false; the last one must be True.")
    for value, condition in reversed(others):
        result = Apply("where", (condition, value, result))
    return result


def _folded(function: str, arguments: Sequence[Expression]) -> Expression:
    """Return a function of two arguments applied to more, from the left."""
    return reduce(lambda left, right: Apply(function, (left, right)), arguments)
