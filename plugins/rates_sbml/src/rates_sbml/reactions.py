"""Reactions: their rates as computed variables, and what they add to species."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import define
from rates_core.errors import ModelFileError, UnsupportedFeatureError
from rates_core.expressions.tree import Apply, Expression, Number, Symbol

from rates_sbml.contents import Contents, Species, added, opposite
from rates_sbml.mathematics import Scope, number, read_math
from rates_sbml.names import Names


@define
class Reactions:
    """Reads the reactions of a model.

    Attributes:
        ruled: names that have rules, which reactions do not change.
    """

    model: Any
    names: Names
    contents: Contents
    scope: Scope
    ruled: frozenset[str]

    def read(self) -> None:
        """Add the rate of each reaction, and the derivatives of species.

        Raises:
            UnsupportedFeatureError: a reaction is fast, or the file does not say how fast.
            ModelFileError: a reaction is of what is no species.
        """
        terms: dict[str, list[tuple[Expression, Expression]]] = {}
        for reaction in self.model.getListOfReactions():
            self._rate(reaction)
            rate = Symbol(self.names.of[reaction.getId()])
            for species, factor in self._changes(reaction):
                terms.setdefault(species, []).append((factor, rate))
        for identifier, found in terms.items():
            self._derive(identifier, self.contents.species[identifier], found)

    def _rate(self, reaction: Any) -> None:
        identifier = reaction.getId()
        if reaction.isSetFast() and reaction.getFast():
            raise UnsupportedFeatureError(
                f"The reaction '{identifier}' is fast: it is at equilibrium at all times, and rates computes what it "
                "is from rates. Give it a rate that is large, or an assignment rule."
            )
        law = reaction.getKineticLaw()
        if law is None or not law.isSetMath():
            raise UnsupportedFeatureError(
                f"The reaction '{identifier}' has no kinetic law, so nothing says how fast it is. Give it one."
            )
        local: dict[str, Expression] = {}
        for parameter in law.getListOfLocalParameters():
            name = self.names.fresh(f"{identifier}_{parameter.getId()}")
            local[parameter.getId()] = Symbol(name)
            if not parameter.isSetValue():
                self.contents.unset.add(name)
            self.contents.starts[name] = number(parameter.getValue())
        scope = self.scope.inside(f"kinetic law of the reaction '{identifier}'", local)
        self.contents.assignments[self.names.of[identifier]] = read_math(law.getMath(), scope)

    def _changes(self, reaction: Any) -> Iterator[tuple[str, Expression]]:
        """Yield what a reaction changes, and by how much."""
        sides = ((reaction.getListOfReactants(), True), (reaction.getListOfProducts(), False))
        for references, consumed in sides:
            for one in references:
                species = self.model.getSpecies(one.getSpecies())
                if species is None:
                    raise ModelFileError(
                        f"The reaction '{reaction.getId()}' is of '{one.getSpecies()}', which is no species."
                    )
                if species.getBoundaryCondition() or species.getConstant():
                    continue
                factor = self._stoichiometry(reaction, one)
                yield species.getId(), opposite(factor) if consumed else factor

    def _stoichiometry(self, reaction: Any, reference: Any) -> Expression:
        if reference.isSetId():
            name = self.names.of[reference.getId()]
            self._check_set(name, reaction, reference)
            start = self.contents.starts.get(name)
            return start if start == Number(1.0) and self._is_plain(name) else Symbol(name)
        if not reference.isSetStoichiometry():
            raise self._no_stoichiometry(reaction, reference)
        return number(reference.getStoichiometry())

    def _is_plain(self, name: str) -> bool:
        return name not in self.contents.derivatives and name not in self.contents.initial

    def _check_set(self, name: str, reaction: Any, reference: Any) -> None:
        if name in self.contents.unset:
            raise self._no_stoichiometry(reaction, reference)

    @staticmethod
    def _no_stoichiometry(reaction: Any, reference: Any) -> ModelFileError:
        return ModelFileError(
            f"The reaction '{reaction.getId()}' does not say how many of '{reference.getSpecies()}' take part "
            "(stoichiometry)."
        )

    def _derive(self, identifier: str, species: Species, terms: list[tuple[Expression, Expression]]) -> None:
        """Set the derivative of what is held of a species."""
        if species.name in self.ruled:
            return
        found = added(terms)
        factor = self.model.getSpecies(identifier).getConversionFactor() or self.model.getConversionFactor()
        if factor:
            found = Apply("multiply", (self.scope.value(factor), found))
        if not species.holds_amount and species.size is not None:
            found = Apply("divide", (found, Symbol(species.size)))
        self.contents.derivatives[species.held] = found
