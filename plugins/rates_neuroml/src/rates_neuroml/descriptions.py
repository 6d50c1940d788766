"""What the description of an operator says of a component: what it is, units, and where it was published."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from rates_neuroml.dimensions import Dimension, dimension_of
from rates_neuroml.element import Element
from rates_neuroml.instances import Instance

_UNITS = re.compile(r"^Units: (?P<list>.*)\.$", re.MULTILINE)
_SOURCE = re.compile(r"(?:doi(?:\.org)?[:/]|pubmed[:/]|pubmed/|10\.\d{4,}/)", re.IGNORECASE)


def described(instance: Instance, dimensions: Mapping[str, Dimension | None]) -> str:
    """Return the description of an operator."""
    notes = [" ".join(item.text.split()) for item in instance.element.all("notes") if item.text.strip()]
    about = instance.type.element.get("description")
    units = [f"{name} {one.unit}" for name, one in dimensions.items() if one is not None]
    parts = [*notes, *([about] if about else [])]
    if units:
        parts.append(f"Units: {', '.join(units)}.")
    text = "\n\n".join(parts)
    cited = [f"Reference: {source}" for source in sources(instance)]
    return "\n\n".join([text, *(line for line in cited if line not in text)]).strip()


def sources(instance: Instance) -> list[str]:
    """Return the publications that annotations of a component, and of what is inside, name."""
    found = [source for one in instance.walk() for source in _cited(one.element)]
    return list(dict.fromkeys(found))


def _cited(element: Element) -> Iterable[str]:
    for annotation in element.all("annotation"):
        for one in _descendants(annotation):
            resource = one.get("resource") or ""
            if _SOURCE.search(resource):
                yield resource


def _descendants(element: Element) -> Iterable[Element]:
    for child in element.children:
        yield child
        yield from _descendants(child)


def units_of(text: str) -> dict[str, Dimension]:
    """Return the dimensions that a description says, by variable."""
    match = _UNITS.search(text)
    found: dict[str, Dimension] = {}
    for item in match["list"].split(", ") if match else ():
        name, _, unit = item.partition(" ")
        dimension = dimension_of(unit)
        if dimension is not None:
            found[name] = dimension
    return found


def without_units(text: str) -> str:
    """Return a description without what it says of units."""
    return "\n\n".join(part for part in text.split("\n\n") if not _UNITS.fullmatch(part.strip()))
