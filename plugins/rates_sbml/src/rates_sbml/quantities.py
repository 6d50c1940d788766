"""Compartments, parameters, stoichiometries and species: what each begins with, and what holds of it later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import define
from rates_core.errors import ModelFileError
from rates_core.expressions.tree import Apply, Expression, Symbol

from rates_sbml.contents import ZERO, Contents, Species
from rates_sbml.mathematics import UNDEFINED, number
from rates_sbml.names import Names


def references(model: Any) -> list[Any]:
    """Return the reactants and products of all reactions."""
    return [
        one
        for reaction in model.getListOfReactions()
        for side in (reaction.getListOfReactants(), reaction.getListOfProducts())
        for one in side
    ]


def identifiers(model: Any) -> list[str]:
    """Return the identifiers of all that has a value."""
    lists = (model.getListOfCompartments(), model.getListOfSpecies(), model.getListOfParameters())
    found = [one.getId() for items in lists for one in items]
    found += [one.getId() for one in references(model) if one.isSetId()]
    return found + [one.getId() for one in model.getListOfReactions()]


@define
class Quantities:
    """Declares what has a value of its own.

    Attributes:
        assigned: what assignment rules and solved algebraic rules say, by name.
        rates: what rate rules say, by name.
        initial: what initial assignments say, by name.
        changed: names that events set.
    """

    model: Any
    names: Names
    contents: Contents
    assigned: Mapping[str, Expression]
    rates: Mapping[str, Expression]
    initial: Mapping[str, Expression]
    changed: frozenset[str]

    def declare(self) -> None:
        """Declare everything.

        Raises:
            ModelFileError: a species is in no compartment of the file.
        """
        for compartment in self.model.getListOfCompartments():
            if not is_point(compartment) or compartment.isSetSize():
                self._plain(compartment.getId(), compartment.getSize() if compartment.isSetSize() else None)
        for parameter in self.model.getListOfParameters():
            self._plain(parameter.getId(), parameter.getValue() if parameter.isSetValue() else None)
        for one in references(self.model):
            if one.isSetId():
                self._plain(one.getId(), one.getStoichiometry() if one.isSetStoichiometry() else None)
        for species in self.model.getListOfSpecies():
            self._species(species)

    def varies(self, name: str) -> bool:
        """Tell whether a quantity changes during a run."""
        return name in self.assigned or name in self.rates or name in self.changed

    def _plain(self, identifier: str, value: float | None) -> None:
        name = self.names.of[identifier]
        self._hold(name, None if value is None else number(value))

    def _hold(self, name: str, start: Expression | None) -> None:
        """Declare what has a value of its own, or a rule."""
        contents = self.contents
        if name in self.assigned:
            contents.assignments[name] = self.assigned[name]
            return
        if name in self.initial:
            contents.initial.add(name)
            start = self.initial[name]
        elif start is None:
            contents.unset.add(name)
        contents.starts[name] = UNDEFINED if start is None else start
        if name in self.rates:
            contents.derivatives[name] = self.rates[name]
        elif name in self.changed:
            contents.derivatives[name] = ZERO

    def _species(self, species: Any) -> None:
        name = self.names.of[species.getId()]
        compartment = self.model.getCompartment(species.getCompartment())
        if compartment is None:
            raise ModelFileError(
                f"The species '{species.getId()}' is in the compartment '{species.getCompartment()}', which is none."
            )
        size = None if is_point(compartment) else self.names.of[compartment.getId()]
        is_amount = species.getHasOnlySubstanceUnits() or size is None
        follows = name in self.assigned or name in self.rates
        held = name
        if not (is_amount or follows) and size is not None and self.varies(size):
            held = self.names.fresh(f"{name}_amount")
        one = Species(name, held, size, is_amount)
        self.contents.species[species.getId()] = one
        start = self._start(species, one)
        if held == name:
            self._hold(name, start)
            self._other(one)
            return
        assert size is not None
        volume = Symbol(size)
        if name in self.initial:
            start = self.initial[name]
        elif start is None:
            self.contents.unset.add(held)
            start = UNDEFINED
        self.contents.starts[held] = Apply("multiply", (start, volume))
        self.contents.assignments[name] = Apply("divide", (Symbol(held), volume))
        if name in self.changed:
            self.contents.derivatives[held] = ZERO

    def _start(self, species: Any, one: Species) -> Expression | None:
        """Return what a species begins with, as its identifier means it."""
        if species.isSetInitialAmount():
            amount = number(species.getInitialAmount())
            return amount if one.is_amount or one.size is None else Apply("divide", (amount, Symbol(one.size)))
        if species.isSetInitialConcentration():
            concentration = number(species.getInitialConcentration())
            if one.is_amount and one.size is not None:
                return Apply("multiply", (concentration, Symbol(one.size)))
            return concentration
        return None

    def _other(self, species: Species) -> None:
        """Compute the amount of a species that is a concentration, or the other way round."""
        if species.size is None or species.size in self.contents.unset:
            return
        value, size = Symbol(species.name), Symbol(species.size)
        if species.is_amount:
            name, found = f"{species.name}_concentration", Apply("divide", (value, size))
        else:
            name, found = f"{species.name}_amount", Apply("multiply", (value, size))
        self.contents.assignments[self.names.fresh(name)] = found


def is_point(compartment: Any) -> bool:
    """Tell whether a compartment has no size."""
    return bool(compartment.isSetSpatialDimensions() and compartment.getSpatialDimensionsAsDouble() == 0)


def changed_by_events(model: Any) -> Iterable[str]:
    """Yield the identifiers of what events set."""
    for event in model.getListOfEvents():
        for one in event.getListOfEventAssignments():
            yield one.getVariable()
