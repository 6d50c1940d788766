"""Templates written as SBML of level 3, version 2."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import libsbml
from attrs import define, field
from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.tree import Expression, Number, symbols
from rates_core.files import replace
from rates_core.templates.template import Template

from rates_sbml.contents import behind
from rates_sbml.delays import Delays, since_the_start
from rates_sbml.flat import Flat, flatten
from rates_sbml.mathematics_writer import write_condition, write_math
from rates_sbml.omissions import Omissions
from rates_sbml.units import units_of
from rates_sbml.words import Words


def write(template: Template, path: str | Path) -> None:
    """Write an operator, a node or a circuit of single nodes as a model of parameters, rules and events.

    Raises:
        UnsupportedFeatureError: the template has what SBML cannot hold; each item is named.
    """
    omissions = Omissions()
    flat = flatten(template, omissions)
    document = libsbml.SBMLDocument(3, 2)
    _Writer(flat, document.createModel(), omissions).write()
    replace(Path(path), libsbml.writeSBMLToString(document).encode())
    omissions.report(f"'{flat.name}' has what a file of SBML cannot hold; it is left out:")


@define
class _Writer:
    """Writes one model, and collects what cannot be written before it refuses."""

    flat: Flat
    model: Any
    omissions: Omissions
    refused: list[str] = field(factory=list)
    words: Words = field(factory=Words)
    delays: Delays = field(init=False)

    def write(self) -> None:
        """Write the model."""
        flat, model = self.flat, self.model
        self.delays = Delays(flat.computed, since_the_start)
        model.setId(self._free(flat.name if flat.name.isascii() and flat.name.isidentifier() else "model"))
        if model.getId() != flat.name:
            self.omissions.add("the name of the model", f"'{flat.name}', which becomes '{model.getId()}'")
        if flat.label:
            model.setName(flat.label)
        self.words = Words.of(flat.description, {*flat.values, *flat.computed})
        changed = {name for event in flat.events for name in event.changes}
        for name, value in flat.values.items():
            self._parameter(name, constant=name not in flat.derivatives).setValue(value)
        for name in flat.computed:
            self._parameter(name, constant=False)
        for name, expression in flat.computed.items():
            self._rule(model.createAssignmentRule(), name, expression)
        for name, expression in flat.derivatives.items():
            if expression not in (Number(0), Number(0.0)) or name not in changed:
                self._rule(model.createRateRule(), name, expression)
        self._events()
        self._say()
        if self.refused:
            raise UnsupportedFeatureError(f"SBML cannot hold what '{flat.name}' says:\n  " + "\n  ".join(self.refused))

    def _free(self, name: str) -> str:
        """Return a name that no variable has, as much like this one as can be."""
        while name in self.flat.values or name in self.flat.computed:
            name += "_"
        return name

    def _parameter(self, name: str, constant: bool) -> Any:
        found = self.model.createParameter()
        found.setId(name)
        found.setConstant(constant)
        if name in self.words.meanings:
            found.setName(self.words.meanings[name])
        if name in self.words.units:
            self._unit(found, self.words.units[name])
        return found

    def _unit(self, parameter: Any, text: str) -> None:
        """Give a parameter its unit, which the model defines once."""
        units = units_of(text)
        if units is None:
            self.omissions.add("units that SBML cannot build", f"{parameter.getId()} {text}")
            return
        name = "unit_" + "".join(one if one.isascii() and one.isalnum() else f"_{ord(one):x}_" for one in text)
        parameter.setUnits(name)
        if self.model.getUnitDefinition(name) is not None:
            return
        definition = self.model.createUnitDefinition()
        definition.setId(name)
        for one in units:
            unit = definition.createUnit()
            unit.setKind(libsbml.UnitKind_forName(one.kind))
            unit.setExponent(one.exponent)
            unit.setScale(one.scale)
            unit.setMultiplier(one.multiplier)

    def _rule(self, rule: Any, name: str, expression: Expression) -> None:
        rule.setVariable(name)
        self._math(rule, expression, f"the equation of '{name}'")

    def _math(
        self, element: Any, expression: Expression, where: str, write: Callable[[Expression, str], Any] = write_math
    ) -> None:
        try:
            element.setMath(write(self.delays.written_out(expression), where))
        except UnsupportedFeatureError as error:
            self.refused.append(str(error))

    def _events(self) -> None:
        """Write events: at one time, those that stand first happen first, with values from before all of them."""
        self._refuse_chains()
        for place, event in enumerate(self.flat.events):
            found = self.model.createEvent()
            found.setUseValuesFromTriggerTime(True)
            trigger = found.createTrigger()
            trigger.setInitialValue(True)
            trigger.setPersistent(True)
            where = f"event {place + 1}"
            self._math(trigger, event.when, where, write_condition)
            if len(self.flat.events) > 1:
                self._math(found.createPriority(), Number(len(self.flat.events) - place), where)
            for name, value in event.changes.items():
                assignment = found.createEventAssignment()
                assignment.setVariable(name)
                self._math(assignment, value, where)

    def _refuse_chains(self) -> None:
        """Refuse events that may set each other off, which those of rates never do and those of SBML always."""
        for place, event in enumerate(self.flat.events, 1):
            for other, later in enumerate(self.flat.events, 1):
                if other != place and event.changes.keys() & behind(symbols(later.when), self.flat.computed):
                    self.refused.append(
                        f"event {place} sets what the condition of event {other} depends on: in SBML it would set that "
                        "off at the same time, in rates it does not."
                    )

    def _say(self) -> None:
        """Write notes and sources."""
        if self.words.notes:
            self.model.setNotes(self.words.xhtml())
        if self.words.sources:
            self.model.setMetaId("model")
            term = libsbml.CVTerm(libsbml.BIOLOGICAL_QUALIFIER)
            term.setBiologicalQualifierType(libsbml.BQB_IS_DESCRIBED_BY)
            for source in self.words.sources:
                term.addResource(source)
            self.model.addCVTerm(term)
