"""One operator of an instance and all that are inside."""

from __future__ import annotations

from collections.abc import Sequence
from keyword import kwlist

from attrs import define, field
from rates_core.errors import CyclicEquationsError
from rates_core.expressions.evaluate import evaluate
from rates_core.expressions.tree import Apply, Expression, Number, Symbol, substitute, symbols

from rates_neuroml.definitions import Definitions
from rates_neuroml.element import Element
from rates_neuroml.expression_reader import parse_expression, renamed
from rates_neuroml.instances import Instance
from rates_neuroml.scope import Meaning, meaning, selected

TIME = "t"
_TAKEN = frozenset({TIME, "all", *kwlist})  # which mean something else in paths and expressions


@define(eq=False)
class Flattening:
    """The variables and equations of an instance and all that are inside.

    Attributes:
        root: the instance that becomes an operator.
        numbers: values of parameters that something reads, by their names in the operator.
        equations: right sides of computed variables.
        derivatives: right sides of those of states.
        states: initial values.
        inputs: names of what comes from outside.
        origins: what stands behind each name.
        peers: what inputs from other operators read there.
        closed: choices whose every case has a condition: what they are, the element and the conditions.
    """

    root: Instance
    numbers: dict[str, float] = field(factory=dict)
    equations: dict[str, Expression] = field(factory=dict)
    derivatives: dict[str, Expression] = field(factory=dict)
    states: dict[str, float] = field(factory=dict)
    inputs: list[str] = field(factory=list)
    origins: dict[str, Meaning] = field(factory=dict)
    peers: dict[str, Meaning] = field(factory=dict)
    closed: list[tuple[str, Element, tuple[Expression, ...]]] = field(factory=list)
    _names: dict[tuple[int, str], str] = field(factory=dict)
    _starting: dict[str, tuple[Instance, Element]] = field(factory=dict)
    _busy: list[str] = field(factory=list)
    _known: dict[str, float] = field(factory=dict)

    @property
    def definitions(self) -> Definitions:
        """Return everything that files define."""
        return self.root.definitions

    def read(self) -> None:
        """Take all variables and equations.

        Raises:
            ModelFileError: a name or child is missing, or an expression is malformed.
            UnsupportedFeatureError: the structure of a type is that of a network.
        """
        for instance in self.root.walk():
            self._refuse_segments(instance)
            for item in instance.type.structure:
                if item.tag not in ("ChildInstance", "With"):
                    raise item.refusal(
                        f"{instance.label} has <{item.tag}> in the Structure of its type, which rates reads in "
                        "networks alone."
                    )
            self._declare(instance)
        for instance in self.root.walk():
            self._read_equations(instance)
            self._note_start(instance)

    def settle(self) -> None:
        """Find all initial values."""
        for name in self.states:
            self.states[name] = self.initial(name)

    def start(self, name: str, value: float) -> None:
        """Say what a state is at the start."""
        self._known[name] = value

    def name_of(self, found: Meaning) -> str:
        """Return what a variable is called in the operator: its path, with `_` between names."""
        key = (id(found.instance), found.name)
        if key not in self._names:
            path = found.instance.path if found.kind != "time" else ()
            name = base = _identifier("_".join((*path, found.name)))
            number = 1
            while name in self.origins or (name in _TAKEN and found.kind != "time"):
                name, number = f"{base}_{number}", number + 1
            self._names[key] = name
            self.origins[name] = found
        return self._names[key]

    def symbol(self, instance: Instance, name: str, asking: Element) -> Expression:
        """Return what a name in an expression of an instance is in the operator."""
        return self.reading(meaning(instance, name, asking), asking)

    def reading(self, found: Meaning, asking: Element) -> Expression:
        """Return how the operator reads something, and note numbers and inputs that it needs for that."""
        if found.kind == "time":
            return Symbol(TIME)
        if found.kind != "number" and not self._is_inside(found.instance):
            return self._from_outside(found, asking)
        name = self.name_of(found)
        if found.kind == "number" and name not in self.numbers:
            self.numbers[name] = value_of(found)
        if found.kind == "input" and name not in self.inputs:
            self.inputs.append(name)
        return Symbol(name)

    def tree(self, instance: Instance, element: Element, key: str) -> Expression:
        """Return an expression of an element, in names of the operator."""
        parsed = parse_expression(element.need(key), element.place)
        return renamed(parsed, lambda name: self.symbol(instance, name, element))

    def initial(self, name: str) -> float:
        """Return the value of a variable at the start.

        Raises:
            CyclicEquationsError: it depends on itself.
        """
        if name not in self._known:
            if name in self._busy:
                circle = " -> ".join([*self._busy[self._busy.index(name) :], name])
                raise CyclicEquationsError(
                    f"{self.root.label}: At the start, variables depend on each other: {circle}."
                )
            self._busy.append(name)
            self._known[name] = self._computed(name)
            self._busy.pop()
        return self._known[name]

    def value(self, expression: Expression) -> float:
        """Return the value of an expression at the start."""
        values = {name: self.initial(name) for name in symbols(expression)}
        return float(evaluate(expression, values))

    def expanded(self, expression: Expression) -> Expression:
        """Return an expression of states, inputs, parameters and time alone."""
        for _ in self.equations:  # more often only in a circle, which is found where statements are ordered
            if not symbols(expression) & self.equations.keys():
                break
            expression = substitute(expression, self.equations)
        return expression

    def value_now(self, expression: Expression) -> float:
        """Return the value of an expression at the start, of states as they are by now."""
        self._known = dict(self.states)
        return self.value(expression)

    def _computed(self, name: str) -> float:
        if name in self.numbers:
            return self.numbers[name]
        if name in self.equations:
            return self.value(self.equations[name])
        if name in self._starting:
            instance, element = self._starting[name]
            return self.value(self.tree(instance, element, "value"))
        return 0.0

    def _is_inside(self, instance: Instance) -> bool:
        here: Instance | None = instance
        while here is not None and here is not self.root:
            here = here.parent
        return here is self.root

    def _from_outside(self, found: Meaning, asking: Element) -> Expression:
        raise asking.refusal(f"{self.root.label} reads '{found.name}' of {found.instance.label}, in which it stands.")

    def _refuse_segments(self, instance: Instance) -> None:
        """Raise for a cell of several compartments, which its type in NeuroML takes for one."""
        count = len(instance.groups.get("segments", ()))
        if "morphology" in instance.type.ancestry and count > 1:
            raise self.root.refusal(f"It has {count} segments; rates reads cells of one segment.")

    def _declare(self, instance: Instance) -> None:
        for name, element in instance.type.dynamics["StateVariable"].items():
            if not any(
                name in instance.type.dynamics[tag] for tag in ("DerivedVariable", "ConditionalDerivedVariable")
            ):
                self.states[self.name_of(Meaning(instance, name, "state", element))] = 0.0

    def _read_equations(self, instance: Instance) -> None:
        kind = instance.type
        for name, element in {**kind.named["DerivedParameter"], **kind.dynamics["DerivedVariable"]}.items():
            self._equate(instance, name, element, self._derived(instance, name, element))
        for name, element in kind.dynamics["ConditionalDerivedVariable"].items():
            self._equate(instance, name, element, self._chosen(instance, name, element))
        for name, element in kind.dynamics["TimeDerivative"].items():
            found = meaning(instance, name, element)
            if found.kind != "state":
                raise element.error(f"{instance.label} has a derivative of '{name}', which is no StateVariable of it.")
            self.derivatives[self.name_of(found)] = self.tree(instance, element, "value")

    def _equate(self, instance: Instance, name: str, element: Element, value: Expression) -> None:
        self.equations[self.name_of(Meaning(instance, name, "derived", element))] = value

    def _derived(self, instance: Instance, name: str, element: Element) -> Expression:
        if element.get("value") is not None:
            return self.tree(instance, element, "value")
        if element.get("select") is None:
            raise element.error(f"'{name}' of {instance.label} has neither 'value' nor 'select'.")
        found = selected(instance, element.need("select"), element)
        read = [self._selected(instance, one, element) for one in found]
        reduce = element.get("reduce")
        if reduce is None and len(read) > 1:
            raise element.error(
                f"'{element.get('select')}' selects {len(read)} values; say reduce='add' or 'multiply'."
            )
        if reduce not in (None, "add", "multiply"):
            raise element.error(f"reduce is '{reduce}'; it is 'add' or 'multiply'.")
        return _joined(reduce or "add", read)

    def _selected(self, instance: Instance, found: Meaning, element: Element) -> Expression:
        if instance.peer is None or self._is_inside(found.instance):
            return self.reading(found, element)
        own = Meaning(instance, f"{element.need('name')}_in", "input", element)
        name = self.name_of(own)
        self.inputs.append(name)
        self.peers[name] = found
        return Symbol(name)

    def _chosen(self, instance: Instance, name: str, element: Element) -> Expression:
        cases = element.all("Case")
        otherwise = [case for case in cases if case.get("condition") is None]
        if not cases or len(otherwise) > 1:
            raise element.error(f"'{name}' of {instance.label} has {len(otherwise)} cases without a condition.")
        tested = [case for case in cases if case.get("condition") is not None]
        conditions = [self.tree(instance, case, "condition") for case in tested]
        if not otherwise:
            self.closed.append((f"'{name}' of {instance.label}", element, tuple(conditions)))
            conditions.pop()
        value = self.tree(instance, (otherwise or tested)[-1], "value")
        for condition, case in zip(reversed(conditions), reversed(tested[: len(conditions)]), strict=True):
            value = Apply("where", (condition, self.tree(instance, case, "value"), value))
        return value

    def _note_start(self, instance: Instance) -> None:
        for handler in instance.type.handlers:
            if handler.tag == "OnStart":
                for assignment in handler.all("StateAssignment"):
                    found = meaning(instance, assignment.need("variable"), assignment)
                    self._starting[self.name_of(found)] = (instance, assignment)


def value_of(found: Meaning) -> float:
    """Return the number that a parameter, a property or a constant is, in SI.

    Raises:
        ModelFileError: it is missing, or its unit does not fit.
    """
    instance, name, element = found.instance, found.name, found.element
    assert element is not None
    dimension, definitions = element.get("dimension"), instance.definitions
    what = f"'{name}' of {instance.label}"
    if element.tag == "Constant":
        return definitions.quantity(element.need("value"), dimension, element, f"The constant '{name}'")
    if element.tag == "Property":
        default = element.get("defaultValue") or "0"
        return instance.values.get(name, definitions.quantity(default, dimension, element, what))
    text, asking = instance.element.get(name), instance.element
    if text is None and name in instance.type.fixed:
        asking = instance.type.fixed[name]
        text = asking.need("value")
    if text is None:
        raise instance.error(f"It has no '{name}', which is a parameter of its type (dimension {dimension}).")
    return definitions.quantity(text, dimension, asking, what)


def _joined(function: str, values: Sequence[Expression]) -> Expression:
    """Return the sum or the product of values; of none, 0 or 1."""
    if not values:
        return Number(0.0 if function == "add" else 1.0)
    total = values[0]
    for value in values[1:]:
        total = Apply(function, (total, value))
    return total


def _identifier(text: str) -> str:
    """Return a name with `_` for what no variable may have in its name."""
    name = "".join(character if character.isalnum() or character == "_" else "_" for character in text)
    return name if name.isidentifier() else f"_{name}"
