"""What a model says in words: notes, names, units and sources, as the description of an operator."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import libsbml

from rates_sbml.names import Names
from rates_sbml.omissions import Omissions
from rates_sbml.units import text_of

_DOI = re.compile(r"10\.\d{4,9}/\S+")
_PUBMED = re.compile(r"pubmed[:/](?P<number>\d+)", re.IGNORECASE)
_BLOCKS = frozenset({"p", "div", "h1", "h2", "h3", "h4", "h5", "li", "ul", "ol", "tr", "table", "body", "br", "pre"})
_LABELLED = re.compile(r"(?m)^(?=(?:Reference|References|Units):)")  # which a description reads as more than prose


def label_of(model: Any, file: Path) -> str:
    """Return what the circuit is called: the identifier of the model, or the name of its file."""
    return model.getId() or re.sub(r"\W", "_", file.name.split(".")[0]) or "model"


def describe(model: Any, names: Names, omissions: Omissions, beginnings: dict[str, str]) -> str:
    """Return the description of a model.

    Args:
        model: what libsbml has read.
        names: of its variables.
        omissions: gets what stands in no description.
        beginnings: what values at the start were computed from, by name.
    """
    parts = [text for text in [notes_of(model)] if text]
    if beginnings:
        parts.append("At the start: " + ", ".join(f"{name} = {text}" for name, text in beginnings.items()) + ".")
    parts += [f"Event {one.getId() or number}: {one.getName()}." for number, one in _named_events(model)]
    for identifier, one in _with_values(model):
        said = " ".join(filter(None, [one.getName() if one.getName() != identifier else "", _line(notes_of(one))]))
        if said:
            parts.append(f"`{names.of[identifier]}`: {said}")
    if units := _units(model, names):
        parts.append(f"Units: {', '.join(f'{name} {unit}' for name, unit in units.items())}.")
    parts += [f"Reference: {source}" for source in _sources(model)]
    _leave_out(model, omissions)
    return "\n\n".join(parts)


def _with_values(model: Any) -> Iterator[tuple[str, Any]]:
    lists = (model.getListOfCompartments(), model.getListOfSpecies(), model.getListOfParameters())
    for items in (*lists, model.getListOfReactions()):
        for one in items:
            yield one.getId(), one


def _named_events(model: Any) -> Iterator[tuple[int, Any]]:
    return (
        (number, one) for number, one in enumerate(model.getListOfEvents(), 1) if one.getName() not in ("", one.getId())
    )


def notes_of(element: Any) -> str:
    """Return the notes of an element as plain paragraphs."""
    if not element.isSetNotes():
        return ""
    text = "".join(_texts(element.getNotes()))
    paragraphs = [_line(paragraph) for paragraph in text.split("\n\n")]
    return _LABELLED.sub("- ", "\n\n".join(filter(None, paragraphs)))


def _texts(node: Any) -> Iterator[str]:
    if node.isText():
        yield node.getCharacters()
        return
    is_block = node.getName() in _BLOCKS
    if is_block:
        yield "\n\n"
    for place in range(node.getNumChildren()):
        yield from _texts(node.getChild(place))
    if is_block:
        yield "\n\n"


def _line(text: str) -> str:
    return " ".join(text.split())


def _units(model: Any, names: Names) -> dict[str, str]:
    """Return the units of what the file gives units, as its identifiers mean it in mathematics."""
    found: dict[str, str] = {}
    if not _says_units(model):
        return found
    lists = (model.getListOfSpecies(), model.getListOfParameters(), model.getListOfCompartments())
    for items in lists:
        for one in items:
            definition = one.getDerivedUnitDefinition()
            if definition is not None and (text := text_of(definition)):
                found[names.of[one.getId()]] = text
    return found


def _says_units(model: Any) -> bool:
    attributes = (
        model.isSetSubstanceUnits(),
        model.isSetVolumeUnits(),
        model.isSetAreaUnits(),
        model.isSetLengthUnits(),
    )
    lists = (model.getListOfParameters(), model.getListOfCompartments())
    declared = any(one.isSetUnits() for items in lists for one in items)
    return any(attributes) or declared or any(one.isSetSubstanceUnits() for one in model.getListOfSpecies())


def _sources(model: Any) -> Iterator[str]:
    """Yield the sources that describe a model, by its MIRIAM annotations."""
    for term in _terms(model):
        if _is_source(term):
            for place in range(term.getNumResources()):
                yield _source(unquote(term.getResourceURI(place)))


def _terms(element: Any) -> list[Any]:
    return [element.getCVTerm(place) for place in range(element.getNumCVTerms())]


def _is_source(term: Any) -> bool:
    described = (libsbml.BIOLOGICAL_QUALIFIER, libsbml.BQB_IS_DESCRIBED_BY)
    model = (libsbml.MODEL_QUALIFIER, libsbml.BQM_IS_DESCRIBED_BY)
    if term.getQualifierType() == libsbml.MODEL_QUALIFIER:
        return bool((libsbml.MODEL_QUALIFIER, term.getModelQualifierType()) == model)
    return bool((libsbml.BIOLOGICAL_QUALIFIER, term.getBiologicalQualifierType()) == described)


def _source(uri: str) -> str:
    if match := _DOI.search(uri):
        return ":".join(("doi", match[0]))
    if match := _PUBMED.search(uri):
        return f"https://identifiers.org/pubmed:{match['number']}"
    return uri


def _leave_out(model: Any, omissions: Omissions) -> None:
    """Note what is said of the model and its parts and stands in no description."""
    elements = [("the model", model), *_with_values(model)]
    elements += [(one.getId() or f"event {number}", one) for number, one in enumerate(model.getListOfEvents(), 1)]
    for name, one in elements:
        if one.isSetAnnotation() and not (one is model and all(map(_is_source, _terms(one))) and _terms(one)):
            omissions.add("annotations", name)
        if one.isSetSBOTerm():
            omissions.add("terms of the Systems Biology Ontology (SBO)", name)
