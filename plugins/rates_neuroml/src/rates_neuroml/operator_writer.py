"""Operators as types of components."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import define, field
from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.tree import Apply, Expression, substitute, symbols, walk
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.variable import Variable

from rates_neuroml.descriptions import units_of, without_units
from rates_neuroml.dimensions import Dimension
from rates_neuroml.expression_writer import ExpressionWriter
from rates_neuroml.repetition import ends_itself, is_the_same_again

#: What a line of a file is: a tag, attributes, and lines inside.
Line = tuple[str, Mapping[str, str], Sequence["Line"]]
_ANY = "*"


@define(eq=False)
class OperatorWriter:
    """Writes one operator as a `ComponentType`.

    Attributes:
        operator: to write.
        names: of dimensions by their unit, which other operators use, too.
    """

    operator: OperatorTemplate
    names: dict[Dimension, str]
    starts: dict[str, str] = field(init=False)
    _units: Mapping[str, Dimension] = field(init=False)
    _writer: ExpressionWriter = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._units = units_of(self.operator.description)
        self._writer = ExpressionWriter(self.place, set(self.operator.variables))
        self.starts = {name: self._free(f"{name}_0") for name in self.states}

    @property
    def place(self) -> str:
        """Return how messages name the operator."""
        return self.operator.place

    @property
    def states(self) -> list[str]:
        """Return the variables that have a value of their own: with a derivative, or set by events alone."""
        computed = {one.target for one in self.operator.parsed if one.kind == "algebraic"}
        free = [name for name, one in self.operator.variables.items() if one.kind in ("variable", "output")]
        return [name for name in free if name not in computed and name not in self.pulses]

    @property
    def pulses(self) -> list[str]:
        """Return the variables into which events emit."""
        return list(dict.fromkeys(one.emit for one in self.operator.events if one.emit is not None))

    def lines(self) -> Line:
        """Return the type.

        Raises:
            UnsupportedFeatureError: it has what LEMS cannot say; the item is named.
        """
        attributes = {"name": self.operator.name}
        prose = without_units(self.operator.description)
        if prose:
            attributes["description"] = prose
        dynamics = [*self._states(), *self._equations(), *self._conditions()]
        return ("ComponentType", attributes, [*self._declarations(), ("Dynamics", {}, dynamics)])

    def dimension(self, name: str) -> str:
        """Return the name of the dimension of a variable."""
        found = self._units.get(name)
        return _ANY if found is None else self.names.setdefault(found, _name_of(found))

    def _free(self, name: str) -> str:
        while name in self._writer.taken:
            name += "_"
        self._writer.taken.add(name)
        return name

    def check(self) -> None:
        """Raise if the operator has what no component of LEMS has.

        Raises:
            UnsupportedFeatureError: the item is named.
        """
        for name, one in self.operator.variables.items():
            reason = _reason(name, one)
            if reason is not None:
                raise UnsupportedFeatureError(f"{self.place}: '{name}' {reason}, which LEMS cannot say.")
        for equation in self.operator.parsed:
            for node in walk(equation.expression):
                if isinstance(node, Apply) and node.function == "past":
                    raise UnsupportedFeatureError(f"{self.place}: '{equation.text}' reads the past, which LEMS cannot.")
            read = symbols(equation.expression) & set(self.pulses)
            if read:
                raise UnsupportedFeatureError(
                    f"{self.place}: '{equation.text}' reads '{min(read)}', into which events emit; in LEMS they go to "
                    "other "
                    "components."
                )

    def _declarations(self) -> list[Line]:
        found: list[Line] = []
        for name, one in self.operator.variables.items():
            if one.kind == "parameter":
                found.append(("Parameter", {"name": name, "dimension": self.dimension(name)}, ()))
        for state, name in self.starts.items():
            found.append(("Parameter", {"name": name, "dimension": self.dimension(state)}, ()))
        for name, one in self.operator.variables.items():
            if one.kind == "input":
                found.append(("Requirement", {"name": name, "dimension": self.dimension(name)}, ()))
            if one.kind == "output" and name not in self.pulses:
                found.append(("Exposure", {"name": name, "dimension": self.dimension(name)}, ()))
        found += [("EventPort", {"name": name, "direction": "out"}, ()) for name in self.pulses]
        return found

    def _attributes(self, name: str) -> dict[str, str]:
        exposed = {"exposure": name} if self.operator.variables[name].kind == "output" else {}
        return {"name": name, "dimension": self.dimension(name), **exposed}

    def _states(self) -> list[Line]:
        found: list[Line] = [("StateVariable", self._attributes(name), ()) for name in self.states]
        if self.starts:
            pairs = self.starts.items()
            found.append(("OnStart", {}, [_assignment(name, start) for name, start in pairs]))
        return found

    def _equations(self) -> list[Line]:
        found: list[Line] = []
        for equation in self.operator.parsed:
            name, tree = equation.target, equation.expression
            if equation.kind == "differential":
                written = self._writer.write(tree, name)
                found += [*self._choices(), ("TimeDerivative", {"variable": name, "value": written}, ())]
                continue
            cases = self._writer.cases(tree, name)
            if cases is None:
                written = self._writer.write(tree, name)
                found += [*self._choices(), ("DerivedVariable", {**self._attributes(name), "value": written}, ())]
            else:
                lines = [_case(test, value) for test, value in cases]
                found += [*self._choices(), ("ConditionalDerivedVariable", self._attributes(name), lines)]
        return found

    def _choices(self) -> list[Line]:
        """Return the choices that expressions made since the last time."""
        found: list[Line] = [
            ("ConditionalDerivedVariable", {"name": name, "dimension": _ANY}, [_case(*case) for case in cases])
            for name, cases in self._writer.choices
        ]
        self._writer.choices.clear()
        return found

    def _conditions(self) -> list[Line]:
        values = {name: one.value for name, one in self.operator.variables.items() if one.kind == "parameter"}
        numbers = {name: float(value) for name, value in values.items() if isinstance(value, float)}
        computed = {one.target: one.expression for one in self.operator.parsed if one.kind == "algebraic"}
        moving = {one.target for one in self.operator.parsed if one.kind == "differential"}
        every = [(_expanded(one.when, computed), dict(one.set)) for one in self.operator.parsed_events]
        found: list[Line] = []
        for event, (test, sets) in zip(self.operator.parsed_events, every, strict=True):
            text = self.operator.events[len(found)].when
            expanded = {name: _expanded(value, computed) for name, value in sets.items()}
            again = event.emit is None and is_the_same_again(sets, test, moving, numbers, [
                one for one in every if one[1] is not sets
            ])  # fmt: skip
            if not (ends_itself(test, expanded, numbers) or again):
                raise UnsupportedFeatureError(
                    f"{self.place}: What happens where '{text}' becomes true would in LEMS be done at each step while "
                    "that "
                    "holds. Let the event make its condition false."
                )
            lines = [_assignment(name, self._writer.write(sets[name], name)) for name in self._order(sets, text)]
            if event.emit is not None:
                lines.append(("EventOut", {"port": event.emit}, ()))
            test_text = self._writer.condition(event.when, self.operator.name)
            if self._writer.choices:
                raise UnsupportedFeatureError(
                    f"{self.place}: The event 'when: {text}' holds a choice, which LEMS has in computed variables "
                    "alone. Make "
                    "it a variable with an equation."
                )
            found.append(("OnCondition", {"test": test_text}, lines))
        return found

    def _order(self, sets: Mapping[str, Expression], text: str) -> list[str]:
        """Return variables in an order in which none is set before its old value was read."""
        left, found = dict(sets), list[str]()
        while left:
            ready = [name for name in left if not any(name in symbols(left[other]) for other in left if other != name)]
            if not ready:
                raise UnsupportedFeatureError(
                    f"{self.place}: The event 'when: {text}' exchanges values of {', '.join(left)}; LEMS sets one "
                    "after another."
                )
            found += ready[:1]
            del left[ready[0]]
        return found


def _reason(name: str, one: Variable) -> str | None:
    """Return why LEMS cannot say a variable, or None."""
    if one.kind == "noise":
        return "is noise"
    if one.dtype == "complex" or isinstance(one.value, complex):
        return "is complex"
    if one.shape:
        return "is a vector"
    if one.kind == "input" and one.value != 0.0:
        return f"is an input with a value of its own, {one.value!r}"
    return "begins with '_'" if name.startswith("_") else None


def _expanded(tree: Expression, computed: Mapping[str, Expression]) -> Expression:
    for _ in computed:  # more often only in a circle, which is found where statements are ordered
        if not symbols(tree) & computed.keys():
            break
        tree = substitute(tree, computed)
    return tree


def _assignment(variable: str, value: str) -> Line:
    return ("StateAssignment", {"variable": variable, "value": value}, ())


def _case(test: str, value: str) -> Line:
    return ("Case", {"condition": test, "value": value}, ())


_NAMES = {
    "1": "none", "s": "time", "1/s": "per_time", "V": "voltage", "1/V": "per_voltage", "A": "current",
    "S": "conductance", "F": "capacitance", "ohm": "resistance", "C": "charge", "S/m^2": "conductanceDensity",
    "F/m^2": "specificCapacitance", "A/m^2": "currentDensity", "S/V": "conductance_per_voltage", "m": "length",
    "m^2": "area", "m^3": "volume", "K": "temperature", "mol": "substance", "mol/m^3": "concentration",
}  # fmt: skip


def _name_of(dimension: Dimension) -> str:
    """Return what a dimension is called in files: as NeuroML does, or after its unit."""
    unit = dimension.unit
    readable = unit.replace("/", "_per_").replace("*", "_").replace("^", "").replace("1_per_", "per_").replace(".", "_")
    return _NAMES.get(unit, readable)
