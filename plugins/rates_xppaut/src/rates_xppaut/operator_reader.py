"""What a file says of a model, read into an operator."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from attrs import define, evolve, field, frozen
from rates_core.errors import EquationError, ModelFileError, UnsupportedFeatureError, did_you_mean
from rates_core.expressions.evaluate import evaluate
from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Apply, Expression, Number, Symbol, symbols, walk
from rates_core.templates.location import Location
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.variable import Variable

from rates_xppaut.declarations import Declaration, number_of, numbers_of
from rates_xppaut.events import read_event
from rates_xppaut.expression_reader import RESERVED, Scope, UserFunction, call, read_expression
from rates_xppaut.names import identifier
from rates_xppaut.networks import WeightedSums, read_sums
from rates_xppaut.omissions import Omissions
from rates_xppaut.settings import Settings
from rates_xppaut.tables import Table, read_table

_REFUSED: Mapping[str, str] = {
    "map": "It is a map from step to step; rates has differential equations.",
    "integral": "It is a Volterra integral equation; rates has differential equations.",
    "volterra": "It is a Volterra integral equation; rates has differential equations.",
    "constraint": "It is an algebraic condition that is solved at each step; rates has explicit equations.",
    "solve": "It is solved for at each step; rates has explicit equations.",
    "export": "A library in another language computes values.",
    "vector": "Vectors with ends are not read; write the variables.",
}  # fmt: skip


@frozen
class Model:
    """What a file says.

    Attributes:
        operator: the equations.
        settings: how they are run.
        histories: what delayed variables were before the start, where it is not their initial value: a number, or an
            expression of t.
    """

    operator: OperatorTemplate
    settings: Settings
    histories: Mapping[str, Expression]


def read_model(declarations: Sequence[Declaration], name: str, path: Path, omissions: Omissions) -> Model:
    """Return the model that a file declares.

    Raises:
        ModelFileError: a statement is malformed, or nothing has an equation.
        UnsupportedFeatureError: it says what rates cannot compute; each statement is named.
        EquationError: an expression is malformed, or names what the file does not define.
    """
    return _Reader(declarations, path, omissions).model(name)


@define
class _Reader:
    """Reads one file; names come first, for expressions may name them in any order."""

    declarations: Sequence[Declaration]
    path: Path
    omissions: Omissions
    settings: Settings = field(factory=Settings)
    names: dict[str, str] = field(factory=dict)
    kinds: dict[str, str] = field(factory=dict)
    variables: dict[str, Variable] = field(factory=dict)
    constants: dict[str, float] = field(factory=dict)
    tables: dict[str, Table] = field(factory=dict)
    sums: dict[str, WeightedSums] = field(factory=dict)
    scope: Scope = field(init=False)

    def of(self, *kinds: str) -> list[Declaration]:
        """Return the declarations of some kinds, in their order."""
        return [one for one in self.declarations if one.kind in kinds]

    def model(self, name: str) -> Model:
        """Return the model."""
        self.refuse()
        for one in self.of("settings"):
            self.settings.read(one, self.omissions)
        self.omissions.check(f"{self.path} says what rates cannot compute:")
        states = self.of("state")
        if not states:
            raise ModelFileError(f"{self.path} has no equation x'=... or dx/dt=..., so there is nothing to compute.")
        self.declare(states)
        derived = {one: self.derived(one) for one in self.of("derived")}
        self.read_tables()
        fixed = self.fixed(self.of("fixed"))
        derivatives = {self.names[one.name.lower()]: self.tree(one) for one in states}
        aux = [(self.auxiliary(one), self.tree(one)) for one in self.of("aux")]
        events, changed = self.events()
        starts, before = self.starts()
        for key in self.known("state"):
            self.variables[key] = Variable("variable", starts.get(key, 0.0))
        for key in changed:
            self.variables[key] = Variable("variable", self.variables[key].value)
            derivatives[key] = Number(0)
        equations = [f"{self.names[one.name.lower()]} = {to_text(tree)}" for one, tree in derived.items()]
        equations += [f"{key} = {to_text(tree)}" for key, tree in (*fixed, *aux)]
        equations += [f"{key}' = {to_text(tree)}" for key, tree in derivatives.items()]
        trees = [*derived.values(), *derivatives.values(), *(tree for _, tree in (*fixed, *aux))]
        used = set().union(*map(symbols, trees))
        for table in self.tables.values():
            if table.name in used:
                self.variables[table.name] = Variable.parse(table.values)
        operator = OperatorTemplate(
            f"{name}_op",
            equations,
            self.variables,
            description=self.comments(),
            events=events,
            location=Location(self.path, states[0].line.number),
        )
        self.settings.tell(self.omissions)
        return Model(operator, self.settings, self.histories(trees, starts, before))

    def refuse(self) -> None:
        """Collect what rates cannot compute, and tell what it does not hold."""
        for one in self.declarations:
            said = f"{one.line.where}: {one.line.text}"
            if one.kind in _REFUSED:
                self.omissions.refuse(f"{said}: {_REFUSED[one.kind]}")
            elif one.kind == "bndry":
                self.omissions.add(f"the boundary condition '{one.text}': a run goes on from initial values")
            elif one.kind in ("set", "only", "options"):
                self.omissions.add(f"'{one.line.text}'")

    def known(self, *kinds: str) -> list[str]:
        """Return the names in templates of what has a kind, in the order of the file."""
        return [self.names[key] for key, kind in self.kinds.items() if kind in kinds]

    def declare(self, states: Iterable[Declaration]) -> None:
        """Give each name a meaning."""
        for one in states:
            self.add(one, one.name, "state")
        for one in self.of("fixed"):
            self.add(one, one.name, "fixed")
            self.variables[self.names[one.name.lower()]] = Variable("variable")
        for one in self.of("parameter", "number", "wiener"):
            for name, value in numbers_of(one):
                self.add(one, name, "noise" if one.kind == "wiener" else "parameter")
                key = self.names[name.lower()]
                self.variables[key] = Variable("noise") if one.kind == "wiener" else Variable("parameter", value)
                self.constants[key] = value
        for one in self.of("derived"):
            self.add(one, one.name, "derived")
            self.variables[self.names[one.name.lower()]] = Variable("variable")
        for kind in ("function", "table", "special"):
            for one in self.of(kind):
                self.add(one, one.name, kind)
        time: Expression = Symbol("t")
        if start := self.settings.numbers["t0"]:
            time = Apply("add", (time, Number(start)))
        places = [key for kind in ("state", "fixed") for key, other in self.kinds.items() if other == kind]
        values = [key for kind in ("parameter", "noise") for key, other in self.kinds.items() if other == kind]
        self.scope = Scope(
            where="",
            values={"t": time, **{key: Symbol(self.names[key]) for key in (*places, *values, *self.keys("derived"))}},
            functions={
                one.name.lower(): UserFunction(one.name.lower(), one.arguments, one.text) for one in self.of("function")
            },
            delayed=frozenset(self.keys("state")),
            order=(places, [key for key in self.kinds if key in values]),
            moving=frozenset(["t", *self.known("state", "fixed")]),
            whole=self.whole,
        )

    def keys(self, *kinds: str) -> list[str]:
        return [key for key, kind in self.kinds.items() if kind in kinds]

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
            raise one.line.error(f"'{name}' stands for a {self.kinds[key]} already; XPPAUT tells no small letters from big.")
        self.kinds[key] = kind
        self.names[key] = identifier(name, set(self.names.values()))

    def at(self, one: Declaration) -> Scope:
        """Return the scope of a statement."""
        return evolve(self.scope, where=f"{one.line.where}, {one.kind} '{one.name}'")

    def tree(self, one: Declaration) -> Expression:
        """Return the right side of a statement."""
        return read_expression(one.text, self.at(one))

    def derived(self, one: Declaration) -> Expression:
        """Return a formula of parameters and of what is derived above it."""
        found = self.tree(one)
        above = self.known("derived")[: self.known("derived").index(self.names[one.name.lower()])]
        others = symbols(found) - {*self.known("parameter"), *above}
        if others:
            raise UnsupportedFeatureError(
                f"{one.line.where}: derived parameter '{one.name}': It depends on '{min(others)}'; derived parameters depend "
                "on parameters, and on derived ones that stand above."
            )
        self.constants[self.names[one.name.lower()]] = self.number(found)
        return found

    def number(self, tree: Expression) -> float:
        """Return the value of an expression of parameters, as they are in the file."""
        return float(evaluate(tree, self.constants))

    def whole(self, tree: Expression) -> int:
        """Return a number of places.

        Raises:
            EquationError: it is not known before a run.
        """
        used = symbols(tree)
        if not used <= set(self.constants) - set(self.known("noise")):
            raise EquationError(
                f"{self.path}: '{to_text(tree)}' says places among variables or bounds of a sum, and is not known before a run."
            )
        if used:
            self.omissions.add(
                f"'{to_text(tree)}' as a place or bound: it is that of the parameters in the file, "
                f"{int(self.number(tree))}, also where a run changes them"
            )
        return int(self.number(tree))

    def fixed(self, statements: Sequence[Declaration]) -> list[tuple[str, Expression]]:
        """Return what is computed at each step, one after the other.

        Raises:
            UnsupportedFeatureError: one names another that stands below it; XPPAUT takes what that was before.
        """
        found: list[tuple[str, Expression]] = []
        below = set(self.known("fixed"))
        for one in statements:
            key = self.names[one.name.lower()]
            self.scope = evolve(self.scope, tables=self.functions_of_tables(sums=False))
            tree = self.tree(one)
            if late := sorted(below & symbols(tree)):
                raise UnsupportedFeatureError(
                    f"{one.line.where}: fixed variable '{one.name}': It names '{late[0]}', which is computed after it, so "
                    "XPPAUT takes what that was when it was last computed. Put its line below that of "
                    f"'{late[0]}'."
                )
            below.discard(key)
            found.append((key, tree))
        self.scope = evolve(self.scope, tables=self.functions_of_tables(sums=True))
        return found

    def auxiliary(self, one: Declaration) -> str:
        """Return the name of what is only shown; formulas do not see it."""
        name = identifier(one.name, set(self.variables) | set(self.names.values()))
        if name != one.name:
            self.omissions.add(f"the name '{one.name}' of an auxiliary quantity, which becomes '{name}'")
        self.variables[name] = Variable("variable")
        return name

    def read_tables(self) -> None:
        """Read tables and sums, which have the values that the parameters in the file give."""
        for one in self.of("table"):

            def sampled(text: str, arguments: np.ndarray, one: Declaration = one) -> np.ndarray:
                tree = read_expression(text, evolve(self.at(one), values={**self.scope.values, "t": Symbol("t")}))
                used = symbols(tree) - {"t"}
                if used - set(self.constants):
                    raise UnsupportedFeatureError(
                        f"{one.line.where}: table '{one.name}': It depends on '{min(used - set(self.constants))}', which "
                        "is no parameter."
                    )
                if used:
                    self.omissions.add(
                        f"that the table '{one.name}' is a formula of {', '.join(sorted(used))}: its values are those of "
                        "the parameters in the file"
                    )
                return np.broadcast_to(evaluate(tree, {**self.constants, "t": arguments}), arguments.shape) * 1.0

            self.tables[one.name.lower()] = read_table(one, self.names[one.name.lower()], self.path.parent, sampled)
        for one in self.of("special"):
            self.sums[one.name.lower()] = read_sums(one, self.tables)

    def functions_of_tables(self, sums: bool) -> dict[str, Any]:
        """Return tables and sums as functions; fixed variables are computed before sums are."""

        def summed(name: str) -> Any:
            def value(argument: Expression) -> Expression:
                one = self.sums[name].declaration
                if not sums:
                    raise UnsupportedFeatureError(
                        f"{one.line.where}: special '{one.name}': A fixed variable names it, and is computed before it, so "
                        "XPPAUT takes what it was when it was last computed. Name it in equations alone."
                    )
                return self.sums[name].at(self.whole(argument), self.variable, self.applied)

            return value

        found: dict[str, Any] = {name: table.at for name, table in self.tables.items()}
        return found | {name: summed(name) for name in self.sums}

    def variable(self, name: str, places: int) -> Expression:
        """Return the variable that is so many places behind another one."""
        order = self.scope.order[0]
        if name not in order or not 0 <= order.index(name) + places < len(order):
            raise EquationError(f"{self.path}: There is no variable {places} places behind '{name}'.{did_you_mean(name, order)}")
        return self.scope.values[order[order.index(name) + places]]

    def applied(self, name: str, arguments: Sequence[Expression]) -> Expression:
        """Return a function of the file of arguments."""
        if name not in self.scope.functions:
            hint = did_you_mean(name, self.scope.functions)
            raise EquationError(f"{self.path}: The file has no function '{name}'.{hint}")
        return call(self.scope.functions[name], arguments, self.scope)

    def events(self) -> tuple[list[dict[str, Any]], list[str]]:
        """Return events, and the parameters that they change."""
        found: list[dict[str, Any]] = []
        changed: list[str] = []
        keys = {key: self.names[key] for key in self.keys("state", "parameter")}
        for one in self.of("global"):
            event = read_event(one, self.at(one), keys, self.omissions)
            found += [event] if event else []
            changed += [key for key in (event or {}).get("set", {}) if key in self.constants and key not in changed]
        return found, changed

    def starts(self) -> tuple[dict[str, float], dict[str, Expression]]:
        """Return initial values, and what is said of the time before."""
        starts: dict[str, float] = {}
        before: dict[str, Expression] = {}
        states = {key: self.names[key] for key in self.keys("state")}
        for one in self.of("init", "start"):
            pairs: Iterable[tuple[str, float]] = numbers_of(one) if one.kind == "init" else [(one.name, 0.0)]
            for name, value in pairs:
                key = states.get(name.lower())
                if key is None:
                    hint = did_you_mean(name.lower(), states)
                    raise one.line.error(f"'{name}' has no equation of its own, so it starts nowhere.{hint}")
                starts[key] = value
                if one.kind == "start":
                    before[key] = self.tree(one)
                    starts[key] = self.start(one, before[key])
        return starts, before

    def start(self, one: Declaration, tree: Expression) -> float:
        """Return the value that a formula gives at the start."""
        if number_of(one.text) is not None:
            return float(one.text)
        others = symbols(tree) - {"t", *self.constants}
        if others:
            raise UnsupportedFeatureError(
                f"{one.line.where}: the start of '{one.name}' depends on '{min(others)}'; it may depend on t and parameters."
            )
        value = float(evaluate(tree, {**self.constants, "t": 0.0}))
        if symbols(tree) - {"t"}:
            self.omissions.add(f"the formula of {one.name}(0): its value is {value}, that of the parameters in the file")
        return value

    def histories(
        self, trees: Iterable[Expression], starts: Mapping[str, float], before: Mapping[str, Expression]
    ) -> dict[str, Expression]:
        """Return what delayed variables were before the start, where it is not what they are at the start."""
        read = {
            node.arguments[0].name
            for tree in trees
            for node in walk(tree)
            if isinstance(node, Apply) and node.function == "past" and isinstance(node.arguments[0], Symbol)
        }
        if read and not self.settings.numbers["delay"]:
            self.omissions.add("that no '@ delay=...' is set, without which xppaut takes values of the present")
        found = {key: before.get(key, Number(0.0)) for key in self.known("state") if key in read}
        return {
            key: tree
            for key, tree in found.items()
            if symbols(tree) or self.number(tree) != starts.get(key, 0.0)
        }

    def comments(self) -> str:
        """Return the comments of the file; what they would set is told."""
        found: list[str] = []
        for one in self.of("comment"):
            text = one.text[1:].strip()
            if one.text.startswith('"') and text.startswith("{"):
                self.omissions.add(f"that a comment sets {text[: text.find('}') + 1]}")
                text = text[text.find("}") + 1 :].strip()
            found.append(text)
        return re.sub(r"\n{3,}", "\n\n", "\n".join(found)).strip()
