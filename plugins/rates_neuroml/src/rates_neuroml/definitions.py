"""What files define: dimensions, units, constants, types of components, and components."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import define, field, frozen
from rates_core.errors import did_you_mean

from rates_neuroml.dimensions import BASE, NONE, Dimension, Quantity, Unit, parse_quantity
from rates_neuroml.element import Element

#: Elements of a `ComponentType` that have a name, which a type inherits unless it has one of that name.
NAMED = (
    "Parameter", "DerivedParameter", "IndexParameter", "PathParameter", "Constant", "Property", "Exposure",
    "Requirement", "ComponentRequirement", "InstanceRequirement", "EventPort", "Text", "Path", "Child", "Children",
    "Link", "ComponentReference", "Attachments",
)  # fmt: skip
VARIABLES = ("StateVariable", "DerivedVariable", "ConditionalDerivedVariable", "TimeDerivative", "KineticScheme")
HANDLERS = ("OnStart", "OnCondition", "OnEvent", "Regime")


@define(eq=False)
class ComponentType:
    """A type of components, with what it inherits.

    Attributes:
        name: of the type.
        ancestry: its name and those of the types that it extends.
        named: elements by kind and name.
        fixed: elements `Fixed` by the parameter.
        dynamics: elements of `Dynamics` that define variables, by kind and the variable.
        handlers: elements of `Dynamics` that say what happens when.
        structure: elements of `Structure`.
        simulation: elements of `Simulation`.
        element: that defines it.
    """

    name: str
    ancestry: tuple[str, ...]
    named: Mapping[str, Mapping[str, Element]]
    fixed: Mapping[str, Element]
    dynamics: Mapping[str, Mapping[str, Element]]
    handlers: tuple[Element, ...]
    structure: tuple[Element, ...]
    simulation: tuple[Element, ...]
    element: Element

    @property
    def is_dynamic(self) -> bool:
        """Tell whether components of this type have variables of their own."""
        return any(self.dynamics.values()) or bool(self.handlers)


@frozen(eq=False)
class Component:
    """A component as a file writes it; inside others, it may have no id.

    Attributes:
        id: its own, or an empty text.
        type: the name of its type.
        element: that defines it.
    """

    id: str
    type: str
    element: Element


@define(eq=False)
class Definitions:
    """Everything that some files define, by name.

    Attributes:
        type_elements: of types that nobody has asked for yet.
        components: those that stand by themselves, by id.
        own: ids of the components that the file itself defines, not one that it includes.
        target: the component that a file wants run, and where it says so.
    """

    dimensions: dict[str, Dimension] = field(factory=lambda: {"none": NONE})
    units: dict[str, Unit] = field(factory=dict)
    constants: dict[str, Element] = field(factory=dict)
    type_elements: dict[str, Element] = field(factory=dict)
    components: dict[str, Component] = field(factory=dict)
    own: list[str] = field(factory=list)
    target: Element | None = None
    _types: dict[str, ComponentType] = field(factory=dict)

    def type(self, name: str, asking: Element) -> ComponentType:
        """Return a type by name.

        Raises:
            ModelFileError: there is none, or it extends itself.
        """
        if name not in self._types:
            self._types[name] = self._resolved(name, asking, ())
        return self._types[name]

    def is_a(self, name: str, ancestor: str) -> bool:
        """Tell whether a type is another one, or extends it."""
        element = self.type_elements.get(name)
        return element is not None and (ancestor == "Component" or ancestor in self.type(name, element).ancestry)

    def kind_of(self, element: Element, tag: str | None = None) -> str:
        """Return the type of a component: what its attribute `type` names, if it does, else its tag."""
        named = element.get("type")
        if named is not None and (named in self.type_elements or element.tag == "Component"):
            return named
        return tag or element.tag

    def component(self, name: str, asking: Element) -> Component:
        """Return a component by its id.

        Raises:
            ModelFileError: there is none.
        """
        if name not in self.components:
            raise asking.error(f"There is no component '{name}'.{did_you_mean(name, self.components)}")
        return self.components[name]

    def dimension(self, name: str | None, asking: Element) -> Dimension | None:
        """Return a dimension by name; None if there is nothing to check, as for `*`.

        Raises:
            ModelFileError: there is none of that name.
        """
        if name is None or name == "*":
            return None
        if name not in self.dimensions:
            raise asking.error(f"There is no dimension '{name}'.{did_you_mean(name, self.dimensions)}")
        return self.dimensions[name]

    def quantity(self, text: str, dimension: str | None, asking: Element, what: str) -> float:
        """Return a quantity in SI.

        Args:
            text: as the file writes it.
            dimension: the name of that which it has to have, if any.
            asking: the element that says it.
            what: it is, for messages.

        Raises:
            ModelFileError: it is no number, its unit is not known or of another dimension.
        """
        quantity = parse_quantity(text)
        if quantity is None:
            raise asking.error(f"{what} is '{text}', which is no number with a unit, such as '-70mV'.")
        wanted = self.dimension(dimension, asking)
        return float(quantity.number) if not quantity.unit else self._in_si(quantity, wanted, dimension, asking, what)

    def _in_si(
        self, quantity: Quantity, wanted: Dimension | None, name: str | None, asking: Element, what: str
    ) -> float:
        unit = self.units.get(quantity.unit)
        if unit is None:
            raise asking.error(
                f"{what} is '{quantity.number} {quantity.unit}', and there is no unit '{quantity.unit}'."
                f"{did_you_mean(quantity.unit, self.units)}"
            )
        if wanted is not None and self.dimension(unit.dimension, asking) != wanted:
            raise asking.error(
                f"{what} is '{quantity.number} {quantity.unit}'; '{quantity.unit}' is a unit of {unit.dimension}, and "
                f"it has the dimension {name}."
            )
        return unit.in_si(quantity.number)

    def add_dimension(self, element: Element) -> None:
        """Take a `Dimension`."""
        name, exponents = element.need("name"), [element.get(base) or "0" for base in BASE]
        try:
            self.dimensions[name] = Dimension(tuple(map(float, exponents)))
        except ValueError:
            raise element.error(f"Exponents of the dimension '{name}' are numbers.") from None

    def add_unit(self, element: Element) -> None:
        """Take a `Unit`."""
        symbol = element.need("symbol")
        try:
            numbers = (
                int(element.get("power") or 0),
                float(element.get("scale") or 1),
                float(element.get("offset") or 0),
            )
        except ValueError:
            raise element.error(
                f"'power' of the unit '{symbol}' is a whole number, 'scale' and 'offset' are numbers."
            ) from None
        self.units[symbol] = Unit(symbol, element.need("dimension"), *numbers)

    def _resolved(self, name: str, asking: Element, below: tuple[str, ...]) -> ComponentType:
        element = self.type_elements.get(name)
        if element is None:
            raise asking.error(f"There is no ComponentType '{name}'.{did_you_mean(name, self.type_elements)}")
        if name in below:
            raise element.error(f"The ComponentType '{name}' extends itself.")
        parent_name = element.get("extends")
        parent = None if parent_name is None else self._resolved(parent_name, element, (*below, name))
        own = element.all("Dynamics", "Behavior")
        dynamics = [item for part in own for item in part.children]
        # a type with dynamics of its own has those alone, unless they say <Super/>
        above = parent if not own or any(item.tag == "Super" for item in dynamics) else None
        for item in dynamics:
            if item.tag not in (*VARIABLES, *HANDLERS, "Super", "notes"):
                known = did_you_mean(item.tag, (*VARIABLES, *HANDLERS))
                raise item.refusal(f"{name} has <{item.tag}> in its Dynamics, which rates does not read.{known}")
        structure = [item for part in element.all("Structure") for item in part.children]
        simulation = [item for part in element.all("Simulation") for item in part.children]
        return ComponentType(
            name,
            (name, *(() if parent is None else parent.ancestry)),
            {kind: _merged(element.all(kind), "name", parent.named[kind] if parent else None) for kind in NAMED},
            _merged(element.all("Fixed"), "parameter", parent.fixed if parent else None),
            {
                kind: _merged(
                    [item for item in dynamics if item.tag == kind], _key(kind), above.dynamics[kind] if above else None
                )
                for kind in VARIABLES
            },
            _handlers(dynamics, above),
            tuple(structure) or (() if parent is None else parent.structure),
            tuple(simulation) or (() if parent is None else parent.simulation),
            element,
        )


def _key(kind: str) -> str:
    return "variable" if kind == "TimeDerivative" else "name"


def _merged(elements: list[Element], key: str, inherited: Mapping[str, Element] | None) -> dict[str, Element]:
    found = dict(inherited or {})
    for element in elements:
        name = element.get(key) or (element.get("exposure") if key == "name" else None) or element.need(key)
        found[name] = element
    return found


def _handlers(dynamics: list[Element], parent: ComponentType | None) -> tuple[Element, ...]:
    """Return what happens when: what a type says of an event takes the place of what it inherits of that event."""
    own = [item for item in dynamics if item.tag in HANDLERS]
    keys = {_event(item) for item in own}
    inherited = () if parent is None else (item for item in parent.handlers if _event(item) not in keys)
    return (*inherited, *own)


def _event(handler: Element) -> tuple[str, ...]:
    return (handler.tag, *((handler.get(key) or "").replace(" ", "") for key in ("test", "port", "name")))
