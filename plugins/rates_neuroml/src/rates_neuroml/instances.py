"""Instances of components: a tree, as a cell has channels and a channel has gates."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import define, field
from rates_core.errors import ModelFileError, UnsupportedFeatureError

from rates_neuroml.definitions import Component, ComponentType, Definitions
from rates_neuroml.element import Element

_SILENT = ("notes", "annotation", "property")


@define(eq=False)
class Instance:
    """One component where it stands.

    Attributes:
        name: as in paths.
        component: of which it is one.
        type: of the component.
        definitions: that it comes from.
        parent: that it stands in, or None.
        children: by each name under which they are found.
        groups: children of one kind, and what is attached, by the name of the kind.
        values: of properties, which connections set.
        peer: the instance at the other end of a connection.
        path: its name below the instance that becomes an operator.
    """

    name: str
    component: Component
    type: ComponentType
    definitions: Definitions
    parent: Instance | None = None
    children: dict[str, Instance] = field(factory=dict)
    groups: dict[str, list[Instance]] = field(factory=dict)
    values: dict[str, float] = field(factory=dict)
    peer: Instance | None = None
    path: tuple[str, ...] = ()

    @property
    def element(self) -> Element:
        """Return the element that defines the component."""
        return self.component.element

    def add(self, child: Instance, *names: str, group: str | None = None) -> None:
        """Put an instance inside, with a name that no other one has."""
        taken = {other.name for other in self.inside()}
        base, number = child.name, len(taken)
        while child.name in taken:
            child.name = f"{base}_{number}"
            number += 1
        child.parent = self
        child.place((*self.path, child.name))
        for name in (child.name, *names):
            self.children.setdefault(name, child)
        if group is not None:
            self.groups.setdefault(group, []).append(child)

    def place(self, path: tuple[str, ...]) -> None:
        """Take a path, and give those inside theirs."""
        self.path = path
        for child in self.inside():
            child.place((*path, child.name))

    def inside(self) -> list[Instance]:
        """Return the instances inside, each once."""
        every = [*self.children.values(), *(one for group in self.groups.values() for one in group)]
        return list({id(one): one for one in every}.values())

    def walk(self) -> Iterator[Instance]:
        """Yield this one and all that are inside, children first, as simulators of LEMS take them."""
        for child in self.inside():
            yield from child.walk()
        yield self

    def text(self, name: str) -> str:
        """Return an attribute of the component, or an empty text."""
        return self.element.get(name) or ""

    def error(self, text: str) -> ModelFileError:
        """Return the error for what is wrong with the component."""
        return self.element.error(f"{self.label}: {text}")

    def refusal(self, text: str) -> UnsupportedFeatureError:
        """Return the error for what rates cannot compute and must not leave out."""
        return self.element.refusal(f"{self.label}: {text}")

    @property
    def label(self) -> str:
        """Return how messages name the component."""
        return f"{self.type.name} '{self.component.id or self.name}'"


def instance_of(component: Component, definitions: Definitions, name: str | None = None) -> Instance:
    """Return an instance of a component, and in it those of the components inside and of what it refers to.

    Raises:
        ModelFileError: a type, a component or a parameter is missing.
        UnsupportedFeatureError: its structure is more than its children.
    """
    kind = definitions.type(component.type, component.element)
    base = _extended(component, definitions)
    instance = Instance(name or base.id or component.type, base, kind, definitions)
    for element in base.element.children:
        if element.tag not in _SILENT:
            _add_child(instance, element)
    for element in kind.structure:
        if element.tag == "ChildInstance" and not element.need("component").startswith(".."):
            _add_referred(instance, element.need("component"), element)
    return instance


def _extended(component: Component, definitions: Definitions) -> Component:
    """Return a component with the attributes of that which it extends."""
    name = component.element.get("extends")
    if name is None:
        return component
    base = _extended(definitions.component(name, component.element), definitions)
    own = component.element
    whole = Element(
        own.tag, own.namespace, {**base.element.attributes, **own.attributes}, own.place,
        [*base.element.children, *own.children], own.text,
    )  # fmt: skip
    return Component(component.id, component.type, whole)


def _add_child(instance: Instance, element: Element) -> None:
    """Take an element inside a component: a child by its name, or one of several by its type."""
    definitions, named = instance.definitions, instance.type.named
    if element.tag in named["Child"]:
        kind = definitions.kind_of(element, _type_of_child(named["Child"][element.tag]))
        child = instance_of(
            Component(element.get("id") or "", kind, element), definitions, element.get("id") or element.tag
        )
        instance.add(child, element.tag)
        return
    listed = named["Children"].get(element.tag) if element.tag not in definitions.type_elements else None
    kind = definitions.kind_of(element, None if listed is None else _type_of_child(listed))
    if kind not in definitions.type_elements:
        if not element.children and not element.attributes and not instance.type.is_dynamic:
            return
        raise element.error(
            f"{instance.label} has <{element.tag}>, which is no child of its type and no ComponentType."
        )
    child = instance_of(Component(element.get("id") or "", kind, element), definitions, element.get("id") or kind)
    for name, spec in named["Child"].items():
        if definitions.is_a(kind, _type_of_child(spec)):
            instance.add(child, name, kind)
            return
    groups = [name for name, spec in named["Children"].items() if definitions.is_a(kind, _type_of_child(spec))]
    if not groups:
        raise element.error(f"{instance.label} takes no <{element.tag}>.")
    for number, group in enumerate(groups):
        if number:
            instance.groups.setdefault(group, []).append(child)
        else:
            instance.add(child, group=group)


def _type_of_child(spec: Element) -> str:
    return spec.get("type") or spec.need("name")


def _add_referred(instance: Instance, reference: str, asking: Element) -> None:
    """Make an instance of a component to which this one refers."""
    name = instance.element.get(reference)
    if name is None:
        raise instance.error(f"It does not say its '{reference}'.")
    referred = instance.definitions.component(name, instance.element)
    child = instance_of(referred, instance.definitions)
    instance.add(child, reference)
