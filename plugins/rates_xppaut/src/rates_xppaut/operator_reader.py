"""What a file says of a model, read into an operator."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import define, evolve, field, frozen
from rates_core.errors import ModelFileError, UnsupportedFeatureError
from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Expression, Number, symbols
from rates_core.templates.location import Location
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.variable import Variable

from rates_xppaut.declarations import Declaration
from rates_xppaut.events import read_event
from rates_xppaut.lookups import Lookups
from rates_xppaut.names import identifier
from rates_xppaut.notes import Notes, is_note
from rates_xppaut.omissions import Omissions
from rates_xppaut.settings import Settings
from rates_xppaut.starts import read_starts
from rates_xppaut.vocabulary import Vocabulary

_VOLTERRA = "It is a Volterra integral equation; rates has differential equations."
_REFUSED: Mapping[str, str] = {
    "map": "It is a map from step to step; rates has differential equations.",
    "integral": _VOLTERRA,
    "volterra": _VOLTERRA,
    "constraint": "It is an algebraic condition that is solved at each step; rates has explicit equations.",
    "solve": "It is solved for at each step; rates has explicit equations.",
    "export": "A library in another language computes values.",
    "vector": "Vectors with ends are not read; write the variables.",
}
Equations = list[tuple[str, Expression]]


@frozen
class Model:
    """What a file says.

    Attributes:
        operator: the equations.
        settings: how they are run.
        histories: what delayed variables were before the start, where it is not their initial value: an expression of
            t and parameters.
    """

    operator: OperatorTemplate
    settings: Settings
    histories: Mapping[str, Expression]


def read_model(declarations: Sequence[Declaration], name: str, path: Path, omissions: Omissions, notes: Notes) -> Model:
    """Return the model that a file declares.

    Args:
        declarations: what the file says.
        name: of the operator.
        path: of the file.
        omissions: what is left out.
        notes: what comments of a file that rates wrote say of its names.

    Raises:
        ModelFileError: a statement is malformed, or nothing has an equation.
        UnsupportedFeatureError: it says what rates cannot compute; each statement is named.
        EquationError: an expression is malformed, or names what the file does not define.
    """
    return _Reader(path, omissions, Vocabulary(declarations, notes, omissions)).model(name)


@define
class _Reader:
    """Reads one file; names come first, for expressions may name them in any order."""

    path: Path
    omissions: Omissions
    known: Vocabulary
    settings: Settings = field(factory=Settings)
    lookups: Lookups = field(init=False)

    def model(self, name: str) -> Model:
        """Return the model."""
        known = self.known
        for one in known.of("settings"):
            self.settings.read(one, self.omissions)
        self.refuse()
        states = known.of("state")
        if not states:
            raise ModelFileError(f"{self.path} has no equation x'=... or dx/dt=..., so there is nothing to compute.")
        known.declare(self.settings.numbers["t0"])
        self.lookups = Lookups(known, self.path.parent)
        algebraic = [*self.derived(), *self.fixed()]
        slopes = [(known.name(one), known.tree(one)) for one in states]
        algebraic += [(self.auxiliary(one), known.tree(one)) for one in known.of("aux")]
        starts, events = read_starts(known), self.events()
        for key in known.known("state"):
            known.variables[key] = Variable("variable", starts.values.get(key, 0.0))
        for key in dict.fromkeys(key for event in events for key in event["set"] if key in known.constants):
            known.variables[key] = Variable("variable", known.constants[key])
            slopes.append((key, Number(0)))
        trees = [tree for _, tree in (*algebraic, *slopes)]
        known.variables |= self.lookups.variables(set().union(*map(symbols, trees)))
        histories = starts.histories(known, trees)
        self.settings.tell(self.omissions, delayed=any("past(" in to_text(tree) for tree in trees))
        operator = OperatorTemplate(
            name,
            [f"{key} = {to_text(tree)}" for key, tree in algebraic]
            + [f"{key}' = {to_text(tree)}" for key, tree in slopes],
            self.variables(),
            description=self.comments(),
            events=events,
            location=Location(str(self.path), states[0].line.number),
        )
        return Model(operator, self.settings, histories)

    def refuse(self) -> None:
        """Refuse what rates cannot compute, all of it at once, and tell what it does not hold."""
        for one in self.known.declarations:
            said = f"{one.line.where}: {one.line.text}"
            if one.kind in _REFUSED:
                self.omissions.refuse(f"{said}: {_REFUSED[one.kind]}")
            elif one.kind in ("state", "fixed", "aux") and re.search(r"\bint\s*[\[{]", one.text, re.IGNORECASE):
                self.omissions.refuse(f"{said}: {_VOLTERRA}")
            elif one.kind == "bndry":
                self.omissions.add(f"the boundary condition '{one.text}': a run goes on from initial values")
            elif one.kind in ("set", "only", "options"):
                self.omissions.add(f"'{one.line.text}'")
        self.omissions.check(f"{self.path} says what rates cannot compute:")

    def derived(self) -> Equations:
        """Return formulas of parameters and of what is derived above them; then tables, which may name them."""
        known, found = self.known, Equations()
        allowed = set(known.known("parameter"))
        for one in known.of("derived"):
            tree = known.tree(one)
            known.only(one, tree, allowed, "It may depend on parameters, and on derived ones that stand above.")
            key = known.name(one)
            allowed.add(key)
            known.constants[key] = known.number(tree)
            found.append((key, tree))
        self.lookups.read()
        return found

    def fixed(self) -> Equations:
        """Return what is computed at each step, one after the other.

        Raises:
            UnsupportedFeatureError: one names another that stands below it; XPPAUT takes what that was before.
        """
        known, found = self.known, Equations()
        known.scope = evolve(known.scope, tables=self.lookups.functions(sums=False))
        below = set(known.known("fixed"))
        for one in known.of("fixed"):
            tree = known.tree(one)
            if late := sorted(below & symbols(tree)):
                raise UnsupportedFeatureError(
                    f"{one.line.where}: fixed variable '{one.name}': It names '{late[0]}', which is computed after it, "
                    "so XPPAUT takes what that was when it was last computed. Put its line below that of "
                    f"'{late[0]}'."
                )
            below.discard(known.name(one))
            found.append((known.name(one), tree))
        known.scope = evolve(known.scope, tables=self.lookups.functions(sums=True))
        return found

    def auxiliary(self, one: Declaration) -> str:
        """Return the name of what is only shown; formulas do not see it."""
        known = self.known
        name = identifier(one.name, {*known.variables, *known.names.values()})
        if name != one.name:
            self.omissions.add(f"the name '{one.name}' of an auxiliary quantity, which becomes '{name}'")
        known.variables[name] = Variable("variable")
        return name

    def events(self) -> list[dict[str, Any]]:
        """Return events."""
        known = self.known
        names = {key: known.names[key] for key in known.keys("state", "parameter")}
        strict = bool(known.notes.operator)  # rates wrote the file, for `x > 1`; for `x >= 1` it writes the other sign
        found = [read_event(one, known.at(one), names, self.omissions, strict) for one in known.of("global")]
        self.omissions.check(f"{self.path} says what rates cannot compute:")
        return [event for event in found if event["set"]]

    def variables(self) -> dict[str, Variable]:
        """Return the variables of the operator, outputs as comments say."""
        known = self.known
        outputs = {known.names[key] for key in known.notes.outputs if key in known.names}
        return {
            key: evolve(one, kind="output") if key in outputs and one.kind == "variable" else one
            for key, one in known.variables.items()
        }

    def comments(self) -> str:
        """Return the comments of the file; what they would set is told."""
        found: list[str] = []
        for one in self.known.of("comment"):
            text = one.text[1:].strip()
            if is_note(one.text):
                continue
            if one.text.startswith('"') and text.startswith("{"):
                self.omissions.add(f"that a comment sets {text[: text.find('}') + 1]}")
                text = text[text.find("}") + 1 :].strip()
            found.append(text)
        return re.sub(r"\n{3,}", "\n\n", "\n".join(found)).strip()
