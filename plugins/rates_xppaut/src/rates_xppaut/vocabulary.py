"""What the names of a file mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from attrs import define, evolve, field
from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.evaluate import evaluate
from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Apply, Expression, Number, Symbol, symbols
from rates_core.templates.variable import Variable

from rates_xppaut.declarations import Declaration, numbers_of
from rates_xppaut.expression_reader import RESERVED, Scope, UserFunction, read_expression
from rates_xppaut.names import identifier
from rates_xppaut.notes import Notes
from rates_xppaut.omissions import Omissions

_LISTS = {"parameter": "parameter", "number": "parameter", "wiener": "noise"}
_SINGLE = ("state", "fixed", "derived", "function", "table", "special")


@define
class Vocabulary:
    """Names, which XPPAUT tells apart without their case, and what they stand for.

    Attributes:
        declarations: what the file says.
        notes: what comments of a file that rates wrote say of its names.
        omissions: what is not as a reader might think.
        names: in templates, by names in the file in small letters.
        kinds: what each name stands for, in the order of the file.
        variables: of the operator, by names in templates.
        constants: values of parameters, derived ones among them.
        scope: what expressions may name.
    """

    declarations: Sequence[Declaration]
    notes: Notes
    omissions: Omissions
    names: dict[str, str] = field(factory=dict)
    kinds: dict[str, str] = field(factory=dict)
    variables: dict[str, Variable] = field(factory=dict)
    constants: dict[str, float] = field(factory=dict)
    scope: Scope = field(init=False)

    def of(self, *kinds: str) -> list[Declaration]:
        """Return the declarations of some kinds, in their order."""
        return [one for one in self.declarations if one.kind in kinds]

    def name(self, one: Declaration) -> str:
        """Return the name in templates of what a statement declares."""
        return self.names[one.name.lower()]

    def keys(self, *kinds: str) -> list[str]:
        """Return the names in the file of what has a kind, in small letters."""
        return [key for key, kind in self.kinds.items() if kind in kinds]

    def known(self, *kinds: str) -> list[str]:
        """Return the names in templates of what has a kind, in the order of the file."""
        return [self.names[key] for key in self.keys(*kinds)]

    def declare(self, start: float) -> None:
        """Give each name a meaning.

        Args:
            start: the time at which a run of the file begins; that of a run of rates is 0.

        Raises:
            ModelFileError: a name is none, or stands for two things.
        """
        for one in self.declarations:
            if one.kind in _LISTS:
                for name, value in numbers_of(one):
                    self.add(one, name, _LISTS[one.kind])
                    self.variables[self.names[name.lower()]] = self.given(name, value)
                    self.constants[self.names[name.lower()]] = value
            elif one.kind in _SINGLE:
                self.add(one, one.name, one.kind)
                if one.kind in ("fixed", "derived"):
                    self.variables[self.name(one)] = Variable("variable")
        time: Expression = Apply("add", (Symbol("t"), Number(start))) if start else Symbol("t")
        values = self.keys("state", "fixed", "parameter", "noise", "derived")
        self.scope = Scope(
            where="",
            values={"t": time, **{key: Symbol(self.names[key]) for key in values}},
            functions={
                one.name.lower(): UserFunction(one.name.lower(), one.arguments, one.text) for one in self.of("function")
            },
            delayed=frozenset(self.keys("state")),
            order=([*self.keys("state"), *self.keys("fixed")], self.keys("parameter", "noise")),
            moving=frozenset(["t", *self.known("state", "fixed")]),
            whole=self.whole,
        )

    def given(self, name: str, value: float) -> Variable:
        """Return a variable that a file gives a number."""
        if self.kinds[name.lower()] == "noise":
            return Variable("noise")
        return Variable("input" if name.lower() in self.notes.inputs else "parameter", value)

    def add(self, one: Declaration, name: str, kind: str) -> None:
        """Take a name for something.

        Raises:
            ModelFileError: it is no name, or is taken.
        """
        key = name.lower()
        if not re.fullmatch(r"[a-z_]\w*", key):
            raise one.line.error(f"'{name}' is no name: names are letters, digits and '_', no digit first.")
        if key in RESERVED:
            raise one.line.error(f"'{name}' is a word of XPPAUT and can be no {kind}.")
        if key in self.kinds:
            raise one.line.error(
                f"'{name}' stands for a {self.kinds[key]} already; XPPAUT tells no small letters from big."
            )
        self.kinds[key] = kind
        self.names[key] = identifier(self.notes.names.get(key, name), set(self.names.values()))

    def at(self, one: Declaration) -> Scope:
        """Return the scope of a statement."""
        return evolve(self.scope, where=f"{one.line.where}, {one.kind} '{one.name}'")

    def tree(self, one: Declaration) -> Expression:
        """Return the right side of a statement."""
        return read_expression(one.text, self.at(one))

    def number(self, tree: Expression) -> float:
        """Return the value of an expression of parameters, as they are in the file."""
        return float(evaluate(tree, self.constants))

    def only(self, one: Declaration, tree: Expression, allowed: Iterable[str], remedy: str) -> None:
        """Raise an `UnsupportedFeatureError` if an expression depends on more than is allowed."""
        if others := symbols(tree) - set(allowed):
            raise UnsupportedFeatureError(
                f"{one.line.where}: {one.kind} '{one.name}': It depends on '{min(others)}'. {remedy}"
            )

    def whole(self, tree: Expression) -> int:
        """Return a number of places.

        Raises:
            UnsupportedFeatureError: it is not known before a run.
        """
        used = symbols(tree)
        if not used <= set(self.constants) - set(self.known("noise")):
            raise UnsupportedFeatureError(
                f"'{to_text(tree)}' says which variable is meant, or how many terms a sum has, and is not known before "
                "a run."
            )
        if used:
            self.omissions.add(
                f"that '{to_text(tree)}' says which variable is meant, or how many terms a sum has: it is "
                f"{int(self.number(tree))}, as the parameters in the file say"
            )
        return int(self.number(tree))
