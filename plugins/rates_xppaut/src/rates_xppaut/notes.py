"""Comments in files that rates wrote: which name stands for which path."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from attrs import field, frozen

HEADER = "# Written by rates."
_NOTE = re.compile(r"#% (\S+) = (.+?)(?: \((output|input)\))?")
_TEMPLATES = re.compile(r"#% circuit '(.*)', node '(.*)'")


@frozen
class Notes:
    """What the comments of a file say of its names.

    Attributes:
        node: label of the node, and the name of its operator, if all names are variables of that one.
        operator: as above.
        names: variables in templates, by their names in the file, in small letters.
        outputs: which of them are outputs of the operator.
        inputs: which of them are inputs that nothing feeds.
        templates: the names of the circuit and of the node's template.
    """

    node: str = "p"
    operator: str = ""
    names: Mapping[str, str] = field(factory=dict)
    outputs: frozenset[str] = frozenset()
    inputs: frozenset[str] = frozenset()
    templates: tuple[str, str] | None = None


def note(name: str, path: str, kind: str) -> str:
    """Return a comment."""
    return f"#% {name} = {path}" + (f" ({kind})" if kind in ("output", "input") else "")


def note_of_templates(circuit: str, node: str) -> str:
    """Return a comment that says what templates are called."""
    return f"#% circuit '{circuit}', node '{node}'"


def is_note(text: str) -> bool:
    """Tell whether a line is such a comment."""
    return text == HEADER or any(form.fullmatch(text) for form in (_NOTE, _TEMPLATES))


def read_notes(lines: Iterable[str]) -> Notes:
    """Return what comments say, which is nothing if they name more than one operator."""
    lines = list(lines)
    found = [match for line in lines if (match := _NOTE.fullmatch(line))]
    places = {tuple(match[2].split("/")[:-1]) for match in found}
    variables = [match[2].rpartition("/")[2] for match in found]
    if len(places) != 1 or len(min(places)) != 2 or not all(map(str.isidentifier, variables)):
        return Notes()
    ((node, operator),) = places
    names = {match[1].lower(): variable for match, variable in zip(found, variables, strict=True)}
    kinds = [frozenset(match[1].lower() for match in found if match[3] == kind) for kind in ("output", "input")]
    templates = next(((match[1], match[2]) for line in lines if (match := _TEMPLATES.fullmatch(line))), None)
    return Notes(node, operator, names, kinds[0], kinds[1], templates)
