"""A circuit with one of everything, and a reader of LaTeX that shares nothing with what writes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest
from rates_core.expressions import Apply, Constant, Expression, Number, Symbol

from rates_core import (
    CircuitTemplate,
    Connectivity,
    EdgeTemplate,
    NodeTemplate,
    OperatorTemplate,
    PopulationTemplate,
)

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[0-9]+(?:\.[0-9]+)?|\w|\S")
RELATIONS = {
    "<": "less", r"\leq": "less_equal", ">": "greater", r"\geq": "greater_equal", "=": "equal", r"\neq": "not_equal",
}  # fmt: skip
FUNCTIONS = {"ln": "log", "Re": "real", "Im": "imag", "sum": "vsum"}
COMMANDS = {"sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "exp", "ln", "min", "max"}
FENCES = {"|": ("abs", "|"), r"\lfloor": ("floor", r"\rfloor"), r"\lceil": ("ceil", r"\rceil")}
GROUPED = {r"\mathrm", r"\mathtt", r"\text"}


class TeXReader:
    """Reads one formula from left to right."""

    def __init__(self, text: str, names: Mapping[str, str]) -> None:
        self.tokens = [*TOKEN.findall(text), ""]
        self.place = 0
        self.names = names

    @property
    def next(self) -> str:
        return self.tokens[self.place]

    def take(self, *expected: str) -> str:
        token = self.next
        assert not expected or token in expected, f"{token!r} instead of {expected} in {' '.join(self.tokens)}"
        self.place += 1
        return token

    def whole(self) -> Expression:
        found = self.statement()
        self.take("")
        return found

    def statement(self) -> Expression:
        return self.chain(lambda: self.chain(self.relation, {r"\wedge": "and"}), {r"\vee": "or"})

    def chain(self, part: Callable[[], Expression], signs: Mapping[str, str]) -> Expression:
        found = part()
        while self.next in signs:
            found = Apply(signs[self.take()], (found, part()))
        return found

    def relation(self) -> Expression:
        if self.next == r"\neg":
            self.take()
            return Apply("not", (self.fenced("(", ")"),))
        left = self.chain(self.product, {"+": "add", "-": "subtract"})
        return Apply(RELATIONS[self.take()], (left, self.sum())) if self.next in RELATIONS else left

    def sum(self) -> Expression:
        return self.chain(self.product, {"+": "add", "-": "subtract"})

    def product(self) -> Expression:
        signed = self.next == "-"
        if signed:
            self.take()
        found = self.factor()
        found = Apply("negative", (found,)) if signed else found
        while self.next in (r"\,", r"\cdot"):
            self.take()
            found = Apply("multiply", (found, self.factor()))
        return found

    def factor(self) -> Expression:
        found = self.atom()
        if self.next == "^":
            self.take()
            found = Apply("power", (found, self.group()))
        return found

    def group(self) -> Expression:
        self.take("{")
        found = self.statement()
        self.take("}")
        return found

    def fenced(self, left: str, right: str) -> Expression:
        (found,) = self.listed(left, right)
        return found

    def listed(self, left: str, right: str, between: str = ",") -> list[Expression]:
        self.take(r"\left")
        self.take(left)
        found = []
        while self.next != r"\right":
            found.append(self.statement())
            if self.next == between:
                self.take()
        self.take()
        self.take(right)
        return found

    def atom(self) -> Expression:
        token = self.next
        if token[0].isascii() and token[0].isdigit():
            return self.number()
        if token == r"\left":
            return self.enclosed()
        if token == "{":
            return self.lowered()
        if token == r"\begin":
            return self.cases()
        if token in (r"\frac", r"\sqrt", r"\overline"):
            self.take()
            count = 2 if token == r"\frac" else 1
            function = {r"\frac": "divide", r"\sqrt": "sqrt", r"\overline": "conj"}[token]
            return Apply(function, [self.group() for _ in range(count)])
        if token == r"\operatorname" or token[1:] in COMMANDS:
            return self.call()
        return self.symbol()

    def number(self) -> Expression:
        text = self.take()
        if self.next != r"\times":
            return Number(float(text) if "." in text else int(text))
        for expected in (r"\times", "10", "^"):
            self.take(expected)
        return Number(float(f"{text}e{self.raw()}"))

    def enclosed(self) -> Expression:
        fence = self.tokens[self.place + 1]
        if fence in FENCES:
            function, right = FENCES[fence]
            return Apply(function, (self.fenced(fence, right),))
        return self.fenced(fence, {"(": ")", "[": "]"}[fence])

    def lowered(self) -> Expression:
        if self.tokens[self.place + 1] == r"\log":
            assert [self.take() for _ in range(7)] == ["{", r"\log", "}", "_", "{", "10", "}"]
            return Apply("log10", self.listed("(", ")"))
        base = self.group()
        self.take("_")
        self.take("{")
        if self.next == r"\left":
            places = self.listed("[", "]", ":")
            found = Apply("index" if len(places) == 1 else "index_range", (base, *places))
        else:
            found = Apply("past", (base, self.delay()))
        self.take("}")
        return found

    def delay(self) -> Expression:
        self.take("t")
        self.take("-")
        return self.product()

    def cases(self) -> Expression:
        for expected in (r"\begin", "{", *"cases", "}"):
            self.take(expected)
        rows = []
        while not rows or rows[-1][1] is not None:
            value = self.statement()
            self.take("&")
            self.take(r"\text")
            rows.append((value, self.statement() if self.raw() == "if" else None))
            if self.next == r"\\":
                self.take()
        for expected in (r"\end", "{", *"cases", "}"):
            self.take(expected)
        found = rows.pop()[0]
        for value, test in reversed(rows):
            found = Apply("where", (test, value, found))
        return found

    def call(self) -> Expression:
        name = self.raw() if self.take() == r"\operatorname" else self.tokens[self.place - 1][1:]
        name = FUNCTIONS.get(name, name.replace("\\_", "_"))
        exponent = None
        if self.next == "^":
            self.take()
            exponent = self.group()
        arguments = self.listed("(", ")")
        if name in ("min", "max"):
            found = arguments[0] if len(arguments) > 1 else Apply(f"{name}i", arguments)
            for argument in arguments[1:]:
                found = Apply(name, (found, argument))
        else:
            found = Apply(name, arguments)
        return found if exponent is None else Apply("power", (found, exponent))

    def raw(self) -> str:
        """Return what stands in braces, as it is."""
        self.take("{")
        depth, parts = 1, []
        while depth:
            token = self.take()
            depth += (token == "{") - (token == "}")
            parts.append(token)
        return "".join(parts[:-1])

    def symbol(self) -> Expression:
        text = self.take()
        if text in GROUPED:
            text = f"{text}{{{self.raw()}}}"
        if self.next == "_":
            self.take()
            text = f"{text}_{{{self.raw()}}}"
        if text not in self.names:
            return Constant({r"\pi": "pi", r"\mathrm{e}": "E", r"\mathrm{i}": "I"}[text])
        found: Expression = Symbol(self.names[text])
        if self.next == r"\left":
            for expected in (r"\left", "("):
                self.take(expected)
            found = Apply("past", (found, self.delay()))
            for expected in (r"\right", ")"):
                self.take(expected)
        return found


@pytest.fixture(scope="session")
def read_tex() -> Callable[[str, Mapping[str, str]], Expression]:
    """Return a function from LaTeX, and the names of symbols in LaTeX, to a tree."""
    return lambda text, names: TeXReader(
        text, {symbol.replace(" ", ""): name for symbol, name in names.items()}
    ).whole()


@pytest.fixture
def circuit() -> CircuitTemplate:
    """Return a circuit that has one of everything: nodes, a population, a sub-circuit, edges, an event, sources."""
    decay = OperatorTemplate(
        "decay_op",
        ["x' = -x/tau_x + sqrt(abs(u))*(x_in > 0)", "m = where(x > theta, x^2, 0)"],
        {"x": "output(1.0)", "m": "variable", "tau_x": 2.0, "theta": 0.5, "u": "input(0.25)", "x_in": "input"},
        description="Decay_of x & its 50 % | <square>.\nUnits: x mV, tau_x ms.\n"
        "Reference: Maker A (1999). On decay. doi:10.1000/a_b(1). Also Other B (2001). isbn:9780262041997",
        events=[{"when": "x > 9", "set": {"x": "x/2"}, "emit": "m"}],
    )
    drive = OperatorTemplate("drive", "u = A", {"u": "output", "A": 1.5})
    gate = OperatorTemplate("gate", "y = s*k", {"y": "output", "s": "input", "k": 3.0}, description="Gate.")
    about = "A unit.\nReference: Maker (1999). doi:10.1000/a_b(1)"
    unit = NodeTemplate("unit", {decay: {"theta": 0.75}}, description=about)
    driven = NodeTemplate("driven", [decay, drive])
    edge = EdgeTemplate("gated", [gate])
    inner = CircuitTemplate("pair", nodes={"a": unit, "b": driven}, edges=[("a/decay_op/x", "b/decay_op/x_in")])
    crowd = PopulationTemplate("crowd", unit, 3, {"decay_op/tau_x": [1.0, 2.0, 4.0]}, description="Many units.")
    return CircuitTemplate(
        "web",
        nodes={"p": unit},
        populations={"many": crowd},
        circuits={"c": inner},
        edges=[
            ("p/decay_op/x", "c/a/decay_op/x_in", edge, {"weight": -2.0, "delay": 0.5, "spread": 0.1, "gate/k": 4.0}),
            ("many[1]/decay_op/x", "p/decay_op/x_in", None, {"weight": 1e-9}),
        ],
        connections=[Connectivity("many/decay_op/x", "many/decay_op/x_in", 0.5)],
        description="A web.",
    )
