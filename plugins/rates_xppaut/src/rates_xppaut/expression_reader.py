"""Expressions as XPPAUT reads them, made into trees of the language.

What binds tightly is not what one expects: a comparison binds like a power, so `x+1>2` is `x+(1>2)`, and a minus in
front like a product, so `-x>0` is `-(x>0)`. All operators are read from the left. Names are not case-sensitive, and
spaces mean nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from attrs import evolve, field, frozen
from rates_core.errors import EquationError, UnsupportedFeatureError, did_you_mean
from rates_core.expressions.tree import Apply, Constant, Expression, Number, Symbol, walk

LONGEST_TEXT = 100_000
LONGEST_SUM = 10_000  # terms
DEEPEST = 100  # brackets in each other, and calls of functions

_TOKEN = re.compile(r"\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|[a-z_]\w*'?|\*\*|[<>=!]=|.")
#: Operators between two operands: the function, and how tightly it binds.
_INFIX: Mapping[str, tuple[str, int]] = MappingProxyType({
    "|": ("or", 4), "+": ("add", 4), "-": ("subtract", 4), "*": ("multiply", 6), "/": ("divide", 6), "&": ("and", 6),
    "^": ("power", 7), "**": ("power", 7), ">": ("greater", 7), "<": ("less", 7), "==": ("equal", 7),
    ">=": ("greater_equal", 7), "<=": ("less_equal", 7), "!=": ("not_equal", 7),
})  # fmt: skip
_PREFIX = 6  # how tightly a minus in front and `not` bind
FUNCTIONS: Mapping[str, tuple[str, int]] = MappingProxyType({
    "sin": ("sin", 1), "cos": ("cos", 1), "tan": ("tan", 1), "asin": ("arcsin", 1), "acos": ("arccos", 1),
    "atan": ("arctan", 1), "sinh": ("sinh", 1), "cosh": ("cosh", 1), "tanh": ("tanh", 1), "abs": ("abs", 1),
    "exp": ("exp", 1), "ln": ("log", 1), "log": ("log", 1), "log10": ("log10", 1), "sqrt": ("sqrt", 1),
    "heav": ("heaviside", 1), "sign": ("sign", 1), "flr": ("floor", 1), "erf": ("erf", 1), "erfc": ("erfc", 1),
    "atan2": ("arctan2", 2), "max": ("max", 2), "min": ("min", 2), "mod": ("mod", 2),
})  # fmt: skip
#: Functions that rates cannot compute, and why.
MISSING: Mapping[str, str] = MappingProxyType({
    "ran": "a new random number at each evaluation; write 'wiener' for noise",
    "normal": "a new random number at each evaluation; write 'wiener' for noise",
    "poisson": "a new random number at each evaluation",
    "besselj": "rates has no Bessel functions", "bessely": "rates has no Bessel functions",
    "besseli": "rates has no Bessel functions", "lgamma": "rates has no gamma function",
    "del_shft": "write delay(x3,tau) of the variable itself", "ishift": "places of variables are no numbers here",
    "hom_bcs": "it is a condition of a boundary value problem", "set": "equations of rates assign nothing",
    "int": "it is the integral of a Volterra equation",
})  # fmt: skip
#: Names that a file may not give to anything else.
RESERVED = frozenset(
    [*FUNCTIONS, *MISSING, "t", "pi", "if", "then", "else", "not", "sum", "of", "delay", "shift", "ceil", "int"]
    + [f"arg{number}" for number in range(1, 21)]
)


@frozen
class UserFunction:
    """A function that a file defines: its arguments and its text, read where it is called."""

    name: str
    arguments: tuple[str, ...]
    text: str


Call = Callable[[Expression], Expression]


@frozen
class Scope:
    """What an expression may name.

    Attributes:
        where: what holds the text, for messages.
        values: what names mean, in small letters.
        functions: functions that the file defines, in small letters.
        tables: tables and sums over arrays, as functions of their argument.
        delayed: names that `delay` takes.
        order: names in the order in which XPPAUT keeps their values; `shift` counts along it, once for variables and
            once for parameters.
        moving: names that a delay may not depend on.
        whole: the value of an expression that says a number of places.
        arguments: what arguments of the function that is being read stand for; they hide other names.
        calls: functions that are being read, the innermost last.
    """

    where: str
    values: Mapping[str, Expression]
    functions: Mapping[str, UserFunction] = field(factory=dict)
    tables: Mapping[str, Call] = field(factory=dict)
    delayed: frozenset[str] = frozenset()
    order: Sequence[Sequence[str]] = ()
    moving: frozenset[str] = frozenset()
    whole: Callable[[Expression], int] = lambda expression: int(expression.value)  # type: ignore[union-attr,arg-type]
    arguments: Mapping[str, Expression] = field(factory=dict)
    calls: tuple[str, ...] = ()


def read_expression(text: str, scope: Scope) -> Expression:
    """Return the tree of a text.

    Raises:
        EquationError: it is malformed, names what the file does not define, or needs what rates cannot compute.
    """
    return _Reader(text, scope).whole()


@lru_cache(maxsize=4096)
def _tokens(text: str) -> tuple[str, ...]:
    return tuple(_TOKEN.findall("".join(text.split()).lower()))


class _Reader:
    """Reads one text from left to right."""

    def __init__(self, text: str, scope: Scope) -> None:
        self.text = text
        self.scope = scope
        self.tokens = _tokens(text) if len(text) <= LONGEST_TEXT else ()
        self.place = 0
        self.nested = 0

    def whole(self) -> Expression:
        """Return the tree of all of it."""
        if len(self.text) > LONGEST_TEXT:
            raise self.error(f"The expression has more than {LONGEST_TEXT} characters.")
        found = self.expression(0)
        if self.next:
            raise self.error(f"'{self.next}' does not go on what stands before it.")
        return found

    def error(self, problem: str) -> EquationError:
        """Return an error about this text."""
        shown = self.text if len(self.text) <= 200 else f"{self.text[:197]}..."
        return EquationError(f"{self.scope.where}: {problem} In '{shown}'.")

    @property
    def next(self) -> str:
        """Return the next token; an empty text at the end."""
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self, *expected: str) -> str:
        """Return the next token and go on; it has to be one of those, if any are given."""
        token = self.next
        if expected and token not in expected:
            instead = f"'{token}'" if token else "the end"
            raise self.error(f"Instead of {instead} '{expected[0]}' is expected.")
        self.place += 1
        return token

    def expression(self, least: int, first: bool = True) -> Expression:
        """Return an operand and all operators after it that bind more tightly than asked for."""
        self.nested += 1
        if self.nested > DEEPEST:
            raise self.error("The expression is nested too deeply.")
        found = self.operand(first, least)
        while self.next in _INFIX and _INFIX[self.next][1] > least:
            function, binds = _INFIX[self.take()]
            found = Apply(function, (found, self.expression(binds, first=False)))
        self.nested -= 1
        return found

    def operand(self, first: bool, least: int) -> Expression:
        """Return what stands between two operators."""
        token = self.take()
        if token == "-" and first:
            value = self.expression(_PREFIX, first=False)
            return Number(-value.value) if isinstance(value, Number) else Apply("negative", (value,))
        if token == "(":
            found = self.expression(0)
            self.take(")")
            return found
        if token == "not":
            if least >= _PREFIX:
                raise self.error(
                    "XPPAUT computes 'not' wrong behind an operator; put it in brackets, as in 'x&(not(y))'."
                )
            return Apply("not", (self.expression(_PREFIX, first=False),))
        if token[:1].isdigit() or (token[:1] == "." and len(token) > 1):
            return Number(_number(token))
        if token[:1].isalpha() or token[:1] == "_":
            return self.named(token)
        raise self.error(f"'{token}' is no operand." if token else "It ends where an operand is expected.")

    def named(self, name: str) -> Expression:
        """Return the value of a name, or of a function of what follows in brackets."""
        scope = self.scope
        if name in scope.arguments:
            return scope.arguments[name]
        if name == "if":
            return self.choice()
        if name == "sum":
            return self.sum()
        if name in ("delay", "shift"):
            return self.delay() if name == "delay" else self.shift()
        if name in MISSING:
            raise UnsupportedFeatureError(str(self.error(f"rates cannot compute '{name}': {MISSING[name]}.")))
        if name in FUNCTIONS:
            return self.builtin(name)
        if name in scope.tables:
            return scope.tables[name](*self.given(name, 1))
        if name in scope.functions:
            return self.inlined(scope.functions[name])
        if name == "pi":
            return Constant("pi")
        if name in scope.values:
            return scope.values[name]
        if name.startswith("not") and name[3:] in scope.values:  # spaces mean nothing: `not x` is `notx`
            self.place -= 1
            self.tokens = (*self.tokens[: self.place], "not", name[3:], *self.tokens[self.place + 1 :])
            return self.operand(False, 0)
        hint = did_you_mean(name, [*scope.values, *scope.arguments, *scope.functions, *scope.tables, *FUNCTIONS])
        what = "function" if self.next == "(" else "variable, parameter or number"
        raise self.error(f"The file has no {what} '{name}'.{hint}")

    def given(self, name: str, count: int) -> list[Expression]:
        """Return the arguments of a call."""
        self.take("(")
        found = [self.expression(0)]
        while self.next == ",":
            self.take()
            found.append(self.expression(0))
        self.take(")")
        if len(found) != count:
            raise self.error(f"'{name}' takes {count} argument{'s' * (count > 1)}, and {len(found)} are given.")
        return found

    def builtin(self, name: str) -> Expression:
        function, count = FUNCTIONS[name]
        arguments = self.given(name, count)
        if name == "mod" and not is_positive(arguments[1]):
            # XPPAUT adds the divisor to a negative remainder, whatever its sign is
            rest = Apply("fmod", arguments)
            return Apply("where", (Apply("less", (rest, Number(0))), Apply("add", (rest, arguments[1])), rest))
        return Apply(function, arguments)

    def choice(self) -> Expression:
        """Return `if(a)then(b)else(c)`."""
        condition = self.given("if", 1)
        self.take("then")
        value = self.given("then", 1)
        self.take("else")
        return Apply("where", (*condition, *value, *self.given("else", 1)))

    def sum(self) -> Expression:
        """Return `sum(first,last)of(body)`, written out."""
        first, last = map(self.scope.whole, self.given("sum", 2))
        self.take("of")
        self.take("(")
        if last - first > LONGEST_SUM:
            raise self.error(f"The sum has more than {LONGEST_SUM} terms.")
        start, scope = self.place, self.scope
        terms: list[Expression] = []
        for number in range(first, last + 1):
            self.place = start
            self.scope = evolve(scope, arguments={**scope.arguments, "i'": Number(number)})
            terms.append(self.expression(0))
        if not terms:  # whose body is read for its end
            self.scope = evolve(scope, arguments={**scope.arguments, "i'": Number(first)})
            self.expression(0)
        self.scope = scope
        self.take(")")
        return added(terms) if terms else Number(0.0)

    def shift(self) -> Expression:
        """Return the variable or parameter that stands so many places behind another one."""
        self.take("(")
        name = self.take()
        self.take(",")
        places = self.scope.whole(self.expression(0))
        self.take(")")
        for names in self.scope.order:
            if name in names:
                place = names.index(name) + places
                if not 0 <= place < len(names):
                    raise self.error(f"'{name}' has nothing {places} places behind it.")
                return self.scope.values[names[place]]
        raise self.error(f"'shift' counts from a variable or parameter, and '{name}' is none.")

    def delay(self) -> Expression:
        """Return `delay(x,tau)`."""
        self.take("(")
        name = self.take()
        if name not in self.scope.delayed:
            raise self.error(f"'delay' takes a variable with an equation of its own, and '{name}' is none.")
        self.take(",")
        delay = self.expression(0)
        self.take(")")
        moving = sorted({node.name for node in walk(delay) if isinstance(node, Symbol)} & self.scope.moving)
        if moving:
            raise self.error(f"A delay of rates depends on parameters alone; this one depends on '{moving[0]}'.")
        return Apply("past", (self.scope.values[name], delay))

    def inlined(self, function: UserFunction) -> Expression:
        """Return what a function of the file is for the arguments that follow."""
        arguments = self.given(function.name, len(function.arguments))
        return call(function, arguments, self.scope)


def call(function: UserFunction, arguments: Sequence[Expression], scope: Scope) -> Expression:
    """Return what a function of the file is for arguments.

    Raises:
        EquationError: it is malformed, or calls itself.
    """
    where = f"{scope.where}, function '{function.name}'"
    if function.name in scope.calls or len(scope.calls) > DEEPEST:
        raise EquationError(f"{where}: The function calls itself.")
    index = {"i'": scope.arguments["i'"]} if "i'" in scope.arguments else {}
    given = dict(zip(function.arguments, arguments, strict=True))
    inner = evolve(scope, where=where, arguments={**index, **given}, calls=(*scope.calls, function.name))
    return read_expression(function.text, inner)


def added(terms: Sequence[Expression]) -> Expression:
    """Return a sum, halves of which are added, so that it is not as deep as it is long."""
    if len(terms) == 1:
        return terms[0]
    middle = (len(terms) + 1) // 2
    return Apply("add", (added(terms[:middle]), added(terms[middle:])))


def is_positive(tree: Expression) -> bool:
    """Tell whether a tree is a positive number, or a product of such."""
    if isinstance(tree, Number):
        return tree.value.real > 0
    if isinstance(tree, Apply):
        return tree.function in ("multiply", "divide", "add") and all(map(is_positive, tree.arguments))
    return isinstance(tree, Constant)


def _number(token: str) -> int | float:
    return int(token) if token.isdigit() else float(token)
