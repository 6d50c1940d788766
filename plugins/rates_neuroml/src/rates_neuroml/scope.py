"""What a name means in an instance: a number, a variable, one of a parent, or of a child by a path."""

from __future__ import annotations

import re
from collections.abc import Sequence

from attrs import frozen
from rates_core.errors import UnsupportedFeatureError, did_you_mean

from rates_neuroml.element import Element
from rates_neuroml.instances import Instance

_STEP = re.compile(r"(?P<name>[^\[\]]+)(?:\[(?P<filter>[^\[\]]*)\])?")
NUMBERS = ("Parameter", "Property", "Constant")
_VARIABLES = ("StateVariable", "DerivedVariable", "ConditionalDerivedVariable")


@frozen(eq=False)
class Meaning:
    """What a name stands for.

    Attributes:
        instance: that has it.
        name: in that instance.
        kind: `number`, `derived` or `state`; `input` for what nobody has; `time`; `peer` for a variable at the other
            end of a connection.
        element: that declares it, if any.
    """

    instance: Instance
    name: str
    kind: str
    element: Element | None = None


def own_meaning(instance: Instance, name: str) -> Meaning | None:
    """Return what a name means in an instance itself, or None."""
    kind = instance.type
    for tag in ("DerivedVariable", "ConditionalDerivedVariable"):
        if name in kind.dynamics[tag]:
            return Meaning(instance, name, "derived", kind.dynamics[tag][name])
    if name in kind.dynamics["StateVariable"]:
        return Meaning(instance, name, "state", kind.dynamics["StateVariable"][name])
    if name in kind.named["DerivedParameter"]:
        return Meaning(instance, name, "derived", kind.named["DerivedParameter"][name])
    for tag in NUMBERS:
        if name in kind.named[tag]:
            return Meaning(instance, name, "number", kind.named[tag][name])
    return None


def meaning(instance: Instance, name: str, asking: Element) -> Meaning:
    """Return what a name means in expressions of an instance.

    Raises:
        ModelFileError: nothing has this name.
    """
    found = own_meaning(instance, name)
    if found is not None:
        return found
    required = instance.type.named["Requirement"].get(name)
    if required is not None:
        return _required(instance, name, required)
    if name in instance.definitions.constants:
        return Meaning(instance, name, "number", instance.definitions.constants[name])
    if name == "t":
        return Meaning(instance, name, "time")
    raise asking.error(f"{instance.label} has no '{name}'.{did_you_mean(name, names(instance))}")


def _required(instance: Instance, name: str, required: Element) -> Meaning:
    parent = instance.parent
    while parent is not None:
        found = own_meaning(parent, name)
        if found is not None:
            return found
        parent = parent.parent
    return Meaning(instance, name, "input", required)


def names(instance: Instance) -> list[str]:
    """Return the names that expressions of an instance may use."""
    kinds = [instance.type.dynamics[tag] for tag in _VARIABLES]
    kinds += [instance.type.named[tag] for tag in ("DerivedParameter", *NUMBERS, "Requirement")]
    return [*(name for kind in kinds for name in kind), *instance.definitions.constants, "t"]


def selected(instance: Instance, path: str, asking: Element) -> list[Meaning]:
    """Return what a path selects: `child/variable`, `group[*]/variable`, `group[ion='ca']/variable`.

    Raises:
        ModelFileError: there is no such child or variable.
    """
    *steps, name = path.replace(" ", "").split("/")
    reached = [instance]
    for step in steps:
        reached = [one for here in reached for one in _reached(here, step, path, asking)]
    return [_at(one, name, path, asking, bool(steps)) for one in reached]


def _at(instance: Instance, name: str, path: str, asking: Element, inside: bool) -> Meaning:
    found = own_meaning(instance, name)
    if found is None and (not inside or name in instance.type.named["Requirement"]):
        found = meaning(instance, name, asking)
    if found is None:
        raise asking.error(
            f"'{path}' selects '{name}', which {instance.label} does not have.{did_you_mean(name, names(instance))}"
        )
    return found


def _reached(instance: Instance, step: str, path: str, asking: Element) -> Sequence[Instance]:
    match = _STEP.fullmatch(step)
    if match is None:
        raise asking.error(f"'{path}' is no path.")
    name, chosen = match["name"], match["filter"]
    if name in ("..", "parent"):
        if instance.parent is None:
            raise asking.error(f"'{path}' goes beyond {instance.label}, which stands alone.")
        return [instance.parent]
    if name in instance.type.named["InstanceRequirement"]:
        return [_peer(instance, name, path, asking)]
    if chosen is not None or name in instance.groups:
        return _of_group(instance, name, chosen, path, asking)
    if name in instance.children:
        return [instance.children[name]]
    if name in instance.type.named["Children"] or name in instance.type.named["Attachments"]:
        return []
    if name in instance.type.named["Child"] or name in instance.type.named["ComponentReference"]:
        if asking.get("required") == "false":
            return []
        raise instance.error(f"'{path}' needs a '{name}', which it does not have.")
    raise asking.error(f"'{path}': {instance.label} has no '{name}'.{did_you_mean(name, instance.children)}")


def _of_group(instance: Instance, name: str, chosen: str | None, path: str, asking: Element) -> Sequence[Instance]:
    known = instance.type.named
    if name not in instance.groups and name not in known["Children"] and name not in known["Attachments"]:
        raise asking.error(
            f"'{path}': {instance.label} has no children '{name}'.{did_you_mean(name, known['Children'])}"
        )
    group = instance.groups.get(name, [])
    if chosen in (None, "*"):
        return group
    key, equals, value = chosen.partition("=") if chosen else ("", "", "")
    if equals:
        return [one for one in group if one.text(key.strip()) == value.strip("='\"")]
    if chosen and chosen.isdigit() and int(chosen) < len(group):
        return [group[int(chosen)]]
    raise asking.error(f"'{path}': '[{chosen}]' selects nothing of '{name}'; it is '[*]', a number or '[key='value']'.")


def _peer(instance: Instance, name: str, path: str, asking: Element) -> Instance:
    if instance.peer is None:
        raise UnsupportedFeatureError(
            f"{asking.place}: {instance.label} needs its '{name}' for '{path}', which only a connection gives."
        )
    return instance.peer


def root_of(instance: Instance, roots: Sequence[Instance]) -> Instance | None:
    """Return that one of some instances in which another one stands."""
    here: Instance | None = instance
    while here is not None:
        if any(here is root for root in roots):
            return here
        here = here.parent
    return None
