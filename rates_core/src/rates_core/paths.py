"""Paths of a model: `circuit/…/node/op/var`, units `pop[3]`, wildcards `all`, edges `source->target[k]/weight`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from attrs import frozen

from rates_core.errors import ArgumentError, TemplateError, shown

WILDCARD = "all"
TIME = "t"  # stands for time wherever a variable can, declared or not
EDGE_ATTRIBUTES = ("weight", "delay", "spread")

_UNIT_OF_ALL = f"{WILDCARD}["
_FORBIDDEN = "/[]>"
_UNIT = re.compile(r"(?P<label>[^\[\]]+)\[(?P<index>[0-9]+)\]")
_LIKE_UNIT = re.compile(r"(?P<label>.+?)[/._ (\[]?(?P<index>-?[0-9]+)[\])]?")
_COUNTED_TARGET = re.compile(r"(?P<target>.+)\[(?P<index>[0-9]+)\]/(?P<attribute>[^/\[\]]+(?:/[^/\[\]]+)?)")


def split_path(path: str) -> tuple[str, ...]:
    """Return the segments of a path.

    Raises:
        ArgumentError: the path is not text or holds an empty segment.
    """
    if not isinstance(path, str):
        raise ArgumentError(f"A path is text such as 'node/op/var', not {shown(path)}.")
    segments = tuple(path.split("/"))
    if "" in segments:
        raise ArgumentError(f"Path '{path}' holds an empty segment; write it as 'node/op/var'.")
    return segments


def join_path(*segments: str) -> str:
    """Return the path made of segments; empty ones are left out."""
    return "/".join(segment for segment in segments if segment)


def split_variable(path: str) -> tuple[str, str, str]:
    """Return node path, operator and variable of the path of a variable.

    Raises:
        ArgumentError: the path has fewer than three segments.
    """
    segments = split_path(path)
    if len(segments) < 3:
        raise ArgumentError(f"'{path}' is not the path of a variable; write it as 'node/op/var'.")
    return "/".join(segments[:-2]), segments[-2], segments[-1]


def split_unit(segment: str) -> tuple[str, int | None]:
    """Return label and index of `pop[3]`; the index of a plain label is None.

    Raises:
        ArgumentError: the brackets hold no whole number.
    """
    if "[" not in segment and "]" not in segment:
        return segment, None
    match = _UNIT.fullmatch(segment)
    if match is None:
        raise ArgumentError(f"'{segment}' names no unit; write the unit of a population as 'pop[3]', counted from 0.")
    return match["label"], int(match["index"])


def join_unit(label: str, index: int) -> str:
    """Return the segment that names one unit of a population."""
    return f"{label}[{index}]"


def unit_meant(segment: str, size_of: Callable[[str], int | None]) -> str:
    """Return what to say of `pop/0`, `pop.0`, `pop0` or `pop[x]`, with a space before it; else an empty text.

    Args:
        segment: what names no node.
        size_of: gives the number of units of a population, and None for everything else.
    """
    match = _LIKE_UNIT.fullmatch(segment)
    label = match["label"] if match is not None else segment.partition("[")[0]
    size = size_of(label)
    if size is None:
        return ""
    if match is not None and 0 <= int(match["index"]) < size:
        return f" Did you mean '{join_unit(label, int(match['index']))}'?"
    return f" The units of '{label}' are '{join_unit(label, 0)}' to '{join_unit(label, size - 1)}'."


def without_unit(path: str) -> tuple[str, int | None]:
    """Return the path of a variable of a node or of all units of a population, and the unit that was named in it.

    Raises:
        ArgumentError: the brackets hold no whole number.
    """
    if "[" not in path or path.count("/") < 2:
        return path, None
    place, operator, variable = path.rsplit("/", 2)
    circuit, slash, node = place.rpartition("/")
    label, unit = split_unit(node)
    return f"{circuit}{slash}{label}/{operator}/{variable}", unit


def has_wildcard(segments: Sequence[str]) -> bool:
    """Tell whether a segment stands for every child."""
    return WILDCARD in segments


def matches(pattern: Sequence[str], segments: Sequence[str]) -> bool:
    """Tell whether segments are among those that a pattern stands for.

    `all` stands for every child of its level, `all[3]` for this unit of every one that has it, and a label without a
    unit for all its units.
    """
    return len(pattern) == len(segments) and all(map(_matches_segment, pattern, segments))


def _matches_segment(pattern: str, segment: str) -> bool:
    if pattern in (WILDCARD, segment) or segment.startswith(f"{pattern}["):
        return True
    return pattern.startswith(_UNIT_OF_ALL) and segment.endswith(pattern[len(WILDCARD) :])


def check_label(label: object, what: str) -> str:
    """Return a label that may stand in a path.

    Raises:
        TemplateError: it is not text, is empty, is `all`, or holds one of `/ [ ] >`.
    """
    if not isinstance(label, str) or not label:
        raise TemplateError(f"The label of each {what} is text, not {shown(label)}.")
    if label == WILDCARD:
        raise TemplateError(f"The {what} label 'all' is taken: in paths it stands for every child.")
    found = [character for character in _FORBIDDEN if character in label]
    if found:
        raise TemplateError(f"The {what} label '{label}' holds '{found[0]}'; labels may not hold / [ ] or >.")
    return label


@frozen
class EdgePath:
    """The path of an edge parameter: `source->target[k]/attribute`.

    Attributes:
        source: path of the source variable.
        target: path of the target variable.
        index: number of the edge among those of this source and target; None means all of them.
        attribute: `weight`, `delay`, `spread` or `op/var` of the edge's template.
    """

    source: str
    target: str
    index: int | None
    attribute: str

    def __str__(self) -> str:
        index = "" if self.index is None else f"[{self.index}]"
        return f"{self.source}->{self.target}{index}/{self.attribute}"

    @classmethod
    def parse(cls, text: str) -> EdgePath:
        """Read the path of an edge parameter; without `[k]` its attribute is `weight`, `delay`, `spread` or `op/var`.

        Raises:
            ArgumentError: the text has not this form.
        """
        source, arrow, rest = text.partition("->")
        match = _COUNTED_TARGET.fullmatch(rest)
        if match is not None and match["target"].count("/") >= 2:
            target, index, attribute = match["target"], int(match["index"]), match["attribute"]
        else:
            segments = rest.split("/")
            length = 1 if segments[-1] in EDGE_ATTRIBUTES else 2
            target, index, attribute = "/".join(segments[:-length]), None, "/".join(segments[-length:])
        if not arrow or source.count("/") < 2 or target.count("/") < 2:
            raise ArgumentError(
                f"'{text}' is not the path of an edge parameter; write it as 'node/op/var->node/op/var[0]/weight'."
            )
        return cls(source, target, index, attribute)


def is_edge_attribute(path: str) -> bool:
    """Tell whether a path names weight, delay or spread of edges; others name variables of nodes or of operators."""
    if "->" not in path:
        return False
    try:
        return EdgePath.parse(path).attribute in EDGE_ATTRIBUTES
    except ArgumentError:
        return True  # what is wrong is said when it is looked for
