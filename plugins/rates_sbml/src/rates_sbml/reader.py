"""Files of SBML read into templates."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from attrs import define, field
from rates_core.errors import EquationError, ModelFileError, UnsupportedFeatureError
from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Apply, Expression, Symbol, symbols
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.event import Event
from rates_core.templates.location import Location
from rates_core.templates.node import NodeTemplate
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.variable import Variable

from rates_sbml.algebraic import solve
from rates_sbml.annotations import describe, label_of
from rates_sbml.contents import ZERO, Contents
from rates_sbml.crossings import crossings
from rates_sbml.delays import Delays, at_its_time, before_events
from rates_sbml.document import check_consistency, open_document
from rates_sbml.events import EventReader, SbmlEvent, groups_of, is_plain, plain_events, refuse_random_order
from rates_sbml.first_moment import FirstMoment
from rates_sbml.mathematics import UNDEFINED, Scope, read_math
from rates_sbml.names import Names
from rates_sbml.omissions import Omissions
from rates_sbml.quantities import Quantities, changed_by_events, identifiers, is_point
from rates_sbml.reactions import Reactions
from rates_sbml.staging import Staging
from rates_sbml.starts import Starts

NODE, OPERATOR = "model", "sbml"


def read(path: str | Path) -> CircuitTemplate:
    """Return the circuit of a file of SBML: one node, whose variables have the identifiers of the file.

    They are `model/sbml/<identifier>`. Of a species, it is what its identifier means in the file's mathematics, and
    `<identifier>_amount` or `<identifier>_concentration` is the other one.

    Raises:
        ModelFileError: the file cannot be read, is malformed or no SBML.
        UnsupportedFeatureError: it says what rates cannot compute; the item is named.
        EquationError: an expression names what the file does not define.
    """
    file, omissions = Path(path), Omissions()
    document = open_document(file, omissions)
    try:
        circuit = _Reader(document.getModel(), file, omissions).circuit()
    except RecursionError:
        raise EquationError(f"{file} holds an expression that is nested too deeply.") from None
    check_consistency(document, file)
    omissions.report(f"{file} says what a template cannot hold; it is left out:")
    return circuit


@define
class _Reader:
    """Reads one model."""

    model: Any
    file: Path
    omissions: Omissions
    names: Names = field(factory=Names)
    contents: Contents = field(factory=Contents)
    scope: Scope = field(init=False)
    events: list[Event] = field(factory=list)
    _rates: dict[str, str] = field(factory=dict)

    def circuit(self) -> CircuitTemplate:
        """Return the circuit."""
        model = self.model
        self.names.declare(identifiers(model))
        functions = {one.getId(): one for one in model.getListOfFunctionDefinitions()}
        points = {one.getId() for one in model.getListOfCompartments() if is_point(one) and not one.isSetSize()}
        known = {key: Symbol(name) for key, name in self.names.of.items() if key not in points}
        self.scope = Scope(known, functions, self._rate)
        ruled = self._quantities()
        Reactions(model, self.names, self.contents, self.scope, ruled).read()
        events = EventReader(model, self.names, self.contents, self.scope, self.omissions).read()
        self._add_rates()
        refuse_random_order(events, self.contents)
        delays = Delays(dict(self.contents.assignments), at_its_time)
        events = self._mapped(events, delays.written_out)
        self.contents.compute_constants()
        starts, before = Starts(self.contents), Starts(self.contents)
        moment = FirstMoment(events, starts)
        moment.pass_by()
        if changed := {name for name in starts.settled if starts.value(name) != before.value(name)}:
            computed = dict(self.contents.assignments)
            moment.events = events = self._mapped(events, lambda one: before_events(one, changed, computed, before.of))
        self._add_events(events, moment)
        for one in model.getListOfConstraints():
            self.omissions.add("constraints, which are not watched during a run", one.getId() or "without a name")
        variables = self._variables(starts)
        operator = OperatorTemplate(
            OPERATOR,
            self._equations(),
            variables,
            description=describe(model, self.names, self.omissions, self._beginnings()),
            events=self.events,
            location=Location(str(self.file), 1),
        )
        name = label_of(model, self.file)
        return CircuitTemplate(name, nodes={NODE: NodeTemplate(NODE, [operator])}, label=model.getName() or None)

    def _quantities(self) -> frozenset[str]:
        """Declare what has a value; return the names that rules determine."""
        assigned: dict[str, Expression] = {}
        rates: dict[str, Expression] = {}
        algebraic: list[Expression] = []
        for rule in self.model.getListOfRules():
            if not rule.isSetMath():
                continue
            if rule.isAlgebraic():
                algebraic.append(read_math(rule.getMath(), self.scope.inside("algebraic rule")))
                continue
            kind = "rate" if rule.isRate() else "assignment"
            name = self._target(rule.getVariable(), f"{kind} rule")
            found = read_math(rule.getMath(), self.scope.inside(f"{kind} rule of '{rule.getVariable()}'"))
            (rates if rule.isRate() else assigned)[name] = found
        initial = {
            self._target(one.getSymbol(), "initial assignment"): read_math(
                one.getMath(), self.scope.inside(f"initial assignment of '{one.getSymbol()}'")
            )
            for one in self.model.getListOfInitialAssignments()
            if one.isSetMath()
        }
        changed = frozenset(self._target(one, "event") for one in changed_by_events(self.model))
        if algebraic:
            free = self._undetermined({*assigned, *rates}, changed)
            assigned |= solve(algebraic, free, assigned)
        Quantities(self.model, self.names, self.contents, assigned, rates, initial, changed).declare()
        return frozenset({*assigned, *rates})

    def _target(self, identifier: str, what: str) -> str:
        """Return the name of what a rule sets."""
        found = self.scope.inside(f"{what} of '{identifier}'").value(identifier)
        assert isinstance(found, Symbol)
        return found.name

    def _undetermined(self, ruled: set[str], changed: frozenset[str]) -> list[str]:
        """Return the names of what no rule, reaction or constancy determines; what events set comes last."""
        reacting = {
            one.getSpecies()
            for reaction in self.model.getListOfReactions()
            for side in (reaction.getListOfReactants(), reaction.getListOfProducts())
            for one in side
            if not self.model.getSpecies(one.getSpecies()).getBoundaryCondition()
        }
        model = self.model
        listed = (model.getListOfSpecies(), model.getListOfParameters(), model.getListOfCompartments())
        found = [
            self.names.of[one.getId()]
            for items in listed
            for one in items
            if not one.getConstant() and one.getId() not in reacting
        ]
        return sorted((name for name in found if name not in ruled), key=lambda name: name in changed)

    def _rate(self, found: Expression, where: str) -> Expression:
        """Return the name of the rate of change of a variable; `_add_rates` computes it.

        Raises:
            UnsupportedFeatureError: it is an expression, which an argument of a function may stand for.
        """
        if not isinstance(found, Symbol):
            raise UnsupportedFeatureError(
                f"rateOf({to_text(found)}) is the rate of change of an expression ({where}); rates knows those of "
                "states. Write its derivative out."
            )
        if found.name not in self._rates:
            self._rates[found.name] = self.names.fresh(f"{found.name}_rate")
        return Symbol(self._rates[found.name])

    def _add_rates(self) -> None:
        """Compute the rates of change that expressions ask for.

        Raises:
            UnsupportedFeatureError: of what is computed itself.
        """
        contents = self.contents
        held = {species.name: species for species in contents.species.values()}
        for name, rate in self._rates.items():
            species = held.get(name)
            if name in contents.derivatives:
                contents.assignments[rate] = contents.derivatives[name]
            elif species is not None and species.held != name and species.size not in contents.assignments:
                assert species.size is not None
                size, grown = Symbol(species.size), contents.derivatives.get(species.size, ZERO)
                amount = contents.derivatives.get(species.held, ZERO)
                diluted = Apply("subtract", (amount, Apply("multiply", (Symbol(name), grown))))
                contents.assignments[rate] = Apply("divide", (diluted, size))
            elif name in contents.assignments:
                raise UnsupportedFeatureError(
                    f"rateOf({name}) is the rate of change of what a rule computes; rates knows those of states. "
                    f"Write its derivative out."
                )
            else:
                contents.assignments[rate] = ZERO

    def _mapped(self, events: Sequence[SbmlEvent], change: Callable[[Expression], Expression]) -> list[SbmlEvent]:
        """Change all expressions of the model; return the events with theirs changed."""
        contents = self.contents
        for held in (contents.starts, contents.derivatives, contents.assignments):
            held.update({name: change(one) for name, one in held.items()})
        return [event.mapped(change) for event in events]

    def _add_events(self, events: list[SbmlEvent], moment: FirstMoment) -> None:
        staged: list[SbmlEvent] = []
        for group in groups_of(events, self.contents):
            if is_plain(group, self.contents):
                self.events += plain_events(group)
            else:
                staged += group
        if staged:
            in_order = sorted(staged, key=events.index)
            self.events += Staging(self.names, self.contents, moment, in_order).stage()
        self.events += crossings(events, self.names, self.contents)

    def _equations(self) -> list[str]:
        contents = self.contents
        found = [f"{name} = {to_text(one)}" for name, one in contents.assignments.items()]
        found += [f"{name}' = {to_text(one)}" for name, one in contents.derivatives.items()]
        return found

    def _variables(self, starts: Starts) -> dict[str, Variable]:
        """Return the variables: states first, then numbers, then what is computed."""
        contents, found = self.contents, dict[str, Variable]()
        read, identified = self._read(), set(self.names.of.values())
        for name in contents.derivatives:
            start = starts.value(name)
            if not math.isfinite(start):
                raise self._without_value(name)
            found[name] = Variable("output" if name in identified else "variable", start)
        for name in contents.starts.keys() - contents.derivatives.keys():
            if name in contents.unset and name in read:
                raise self._without_value(name)
        for name in list(contents.starts):
            if name in contents.derivatives:
                continue
            start = starts.value(name)
            if math.isnan(start):
                contents.assignments[name] = UNDEFINED
            else:
                found[name] = Variable("parameter", start)
        for name in contents.assignments:
            found[name] = Variable("output" if name in identified else "variable")
        return found

    def _beginnings(self) -> dict[str, str]:
        """Return the initial assignments that are numbers now, as texts."""
        folded = self.contents.initial & self.contents.starts.keys()
        return {name: to_text(self.contents.starts[name]) for name in self.contents.starts if name in folded}

    def _read(self) -> set[str]:
        """Return the names that equations and events read."""
        trees = [*self.contents.derivatives.values(), *self.contents.assignments.values()]
        return {name for tree in trees for name in symbols(tree)}

    def _without_value(self, name: str) -> ModelFileError:
        return ModelFileError(
            f"'{name}' has no value at the start: the file gives it none that is a number. Give it a value, an initial "
            "assignment or a rule."
        )
