"""Make the flat model of a circuit: a quantity for every variable of every unit and edge."""

from __future__ import annotations

from attrs import define, field

from rates_core.errors import TemplateError, UnsupportedFeatureError
from rates_core.expressions.equation import Equation
from rates_core.expressions.tree import Number, Symbol
from rates_core.paths import join_path
from rates_core.reference.bundles import Bundle
from rates_core.reference.functions import Value, shaped
from rates_core.reference.links import Link, links_of
from rates_core.reference.model import Model
from rates_core.reference.quantities import Algebraic, Constant, Event, Feed, Input, Quantity, Read, Stage, State
from rates_core.reference.translate import AXIS_FUNCTIONS, TIME, translate, uses
from rates_core.reference.units import Unit, match_variables, plain, units_of
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.event import ParsedEvent
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.variable import Variable


def build_model(circuit: CircuitTemplate) -> Model:
    """Return the flat model of a circuit.

    Raises:
        TemplateError: an edge leads to something that is not an input, or its operators do not fit.
        UnknownNameError: a path names nothing.
        UnsupportedFeatureError: the model has noise.
    """
    builder = _Builder(units_of(circuit))
    for unit in builder.units.values():
        builder.add_unit(unit, {})
    links, bundles = links_of(circuit, builder.units)
    for link in links:
        builder.add_link(link, bundles)
    return Model(builder.quantities, builder.edges, builder.events)


@define(eq=False)
class _Builder:
    units: dict[str, Unit]
    quantities: dict[str, Quantity] = field(factory=dict)
    edges: dict[str, tuple[str, str, Bundle]] = field(factory=dict)
    events: list[Event] = field(factory=list)

    def add_unit(self, unit: Unit, mapped: dict[tuple[str, str], str]) -> None:
        """Add all variables of a unit; `mapped` ones are read from elsewhere."""
        for operator in unit.operators:
            equations = {equation.target: equation for equation in operator.parsed}
            for name, declared in operator.variables.items():
                if name != TIME:
                    source = mapped.get((operator.name, name))
                    self.add(self.variable(unit, operator, name, declared, equations.get(name), source))
            self.events += [self.event(unit, operator, event) for event in operator.parsed_events]
        self.join(unit)

    def event(self, unit: Unit, operator: OperatorTemplate, event: ParsedEvent) -> Event:
        """Return what an event of an operator does in a unit."""

        def path(name: str) -> str:
            return join_path(unit.path, operator.name, name)

        values = {path(name): translate(value, unit, operator, self.add) for name, value in event.set.items()}
        emit = None if event.emit is None else path(event.emit)
        return Event(translate(event.when, unit, operator, self.add), values, emit)

    def add(self, quantity: Quantity) -> str:
        """Add a quantity and return its path."""
        self.quantities[quantity.path] = quantity
        return quantity.path

    def variable(
        self,
        unit: Unit,
        operator: OperatorTemplate,
        name: str,
        declared: Variable,
        equation: Equation | None,
        source: str | None,
    ) -> Quantity:
        """Return what a declared variable is."""
        path = join_path(unit.path, operator.name, name)
        value, length = unit.values[operator.name, name], declared.length if declared.length != 1 else None
        is_complex = declared.dtype == "complex"
        if declared.kind == "noise":
            raise UnsupportedFeatureError(f"The reference interpreter has no noise; '{path}' is noise.")
        _check_axis(path, unit, declared, value)
        if source is not None and equation is not None:
            raise TemplateError(f"'{path}' is mapped to '{source}' and has the equation '{equation.text}'.")
        if source is not None or declared.kind == "input":
            return Input(path, value, length, is_complex, [] if source is None else [Feed(source)])
        if equation is None and any(name in event.names for event in operator.events):
            return State(path, Number(0), shaped(value, length, is_complex), length, is_complex)
        if equation is None:
            return Constant(path, shaped(value, length, is_complex))
        expression = translate(equation.expression, unit, operator, self.add)
        if equation.kind == "differential":
            return State(path, expression, shaped(value, length, is_complex), length, is_complex)
        return Algebraic(path, expression, length, is_complex)

    def join(self, unit: Unit) -> None:
        """Feed the inputs of a unit from outputs of the same name."""
        for operator in unit.operators:
            for other in unit.operators:
                for name, declared in other.variables.items():
                    target = self.quantities.get(join_path(unit.path, operator.name, name))
                    if declared.kind == "output" and is_input(operator, name):
                        assert isinstance(target, Input)
                        target.feeds.append(Feed(join_path(unit.path, other.name, name)))

    def add_link(self, link: Link, bundles: list[Bundle]) -> None:
        """Add one connection, with its delay before and its weight after its operators."""
        source, target = link.ends
        before = (item for item in bundles[: link.bundle.number] if source in item.sources and target in item.targets)
        edge = f"{source}->{target}[{sum(1 for _ in before)}]"
        self.edges[edge] = source, target, link.bundle
        signal = self.delayed(edge, source, link.delay, link.spread)
        if link.template is not None:
            signal = self.add_operators(edge, link, signal)
        goal = self.quantities[target]
        if not isinstance(goal, Input):
            raise TemplateError(f"{source}->{target} leads to '{target}', which is not an input.")
        weight = self.add(Constant(f"{edge}/weight", link.weight))
        goal.feeds.append(Feed(signal, weight))

    def delayed(self, edge: str, source: str, delay: float | None, spread: float | None) -> str:
        """Return the path of what arrives from a source after delay and spread."""
        if not delay:
            return source
        mean = Symbol(self.add(Constant(f"{edge}/delay", float(delay))))
        if not spread:
            return self.add(Read(f"{edge}/delayed", source, mean))
        order = max(1, round((delay / spread) ** 2))
        signal = source
        for number in range(1, order + 1):
            signal = self.add(Stage(f"{edge}/chain/{number}", source, signal, number, order, mean))
        return signal

    def add_operators(self, edge: str, link: Link, signal: str) -> str:
        """Add the operators of an edge as a unit of its own and return the path of its output."""
        assert link.template is not None
        unit = Unit.make(edge, link.template)
        if not link.bundle.is_edge and any(uses(operator, AXIS_FUNCTIONS) for operator in unit.operators):
            raise UnsupportedFeatureError(
                f"The reference interpreter has no axis of connections; edge template '{link.template.name}' uses one."
            )
        mapped: dict[tuple[str, str], str] = {}
        for name, value in link.mapping.items():
            operator, variable = name.split("/")
            if isinstance(value, str):
                mapped[operator, variable] = signal if value == "source" else self.reading(value, link)
            else:
                unit.values[operator, variable] = plain(value)
        outputs, consumed = ends_of(unit)
        unmapped = [key for key in open_inputs(unit) if "/".join(key) not in link.mapping]
        most = 0 if "source" in link.mapping.values() else 1
        if len(unmapped) > most:
            listed = " and ".join("/".join(key) for key in unmapped)
            which = "map all but one" if most else "map all, as one is mapped to the source"
            raise TemplateError(f"Edge {edge}: nothing is mapped to the inputs {listed}; {which}.")
        mapped.update(dict.fromkeys(unmapped, signal))
        leaving = [key for key in outputs if key not in consumed]
        if len(leaving) != 1:
            raise TemplateError(f"Edge {edge}: its template has {len(leaving)} outputs that leave it; it needs one.")
        self.add_unit(unit, mapped)
        return join_path(edge, *leaving[0])

    def reading(self, path: str, link: Link) -> str:
        """Return the variable that an edge reads: at the target unit if it lies there, else at the source unit."""
        found = [join_path(unit.path, *key) for unit, key in match_variables(self.units, path)]
        if len(found) == 1:
            return found[0]
        for unit, _ in (link.target, link.source):
            for candidate in found:
                if candidate.startswith(f"{unit.path}/"):
                    return candidate
        raise TemplateError(f"An edge reads '{path}', which lies neither in its target nor in its source population.")


def is_input(operator: OperatorTemplate, name: str) -> bool:
    """Tell whether an operator declares an input of that name."""
    return name in operator.variables and operator.variables[name].kind == "input"


def ends_of(unit: Unit) -> tuple[list[tuple[str, str]], set[tuple[str, str]]]:
    """Return the outputs of a unit, and those of them that other operators of it consume."""
    outputs = [
        (operator.name, name)
        for operator in unit.operators
        for name, declared in operator.variables.items()
        if declared.kind == "output"
    ]
    consumed = {
        (owner, name)
        for owner, name in outputs
        if any(is_input(operator, name) for operator in unit.operators if operator.name != owner)
    }
    return outputs, consumed


def open_inputs(unit: Unit) -> list[tuple[str, str]]:
    """Return the inputs of a unit that no output in it feeds."""
    outputs = ends_of(unit)[0]
    return [
        (operator.name, name)
        for operator in unit.operators
        for name in operator.variables
        if is_input(operator, name)
        and name != TIME
        and not any(name == other and owner != operator.name for owner, other in outputs)
    ]


def _check_axis(path: str, unit: Unit, declared: Variable, value: Value) -> None:
    """Refuse a vector in a population, whose axis is its units; a matrix over the units is none."""
    if unit.siblings is None:
        return
    if (declared.length or 1) > 1 or (isinstance(value, list) and not isinstance(value[0], list)):
        raise UnsupportedFeatureError(f"'{path}' is a vector; in a population the units are the axis.")
