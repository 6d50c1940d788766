"""What a description says in a form of its own: sources with their DOIs, and units of variables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from attrs import field, frozen

from rates_core.templates.mapping import FrozenMapping

_LABEL = re.compile(r"(?P<label>Reference|References|Units):\s*(?P<content>.*)", re.DOTALL)
_DOI = r"(?:doi[:]\s*|https?://(?:dx\.)?doi\.org/)(?P<doi>10\.\d{4,9}/\S+)"
_IDENTIFIER = re.compile(rf"{_DOI}|isbn[:]\s*(?P<isbn>[0-9][0-9-]*[0-9X])", re.IGNORECASE)
_UNIT = re.compile(r"(?P<variable>[^\W\d]\w*)\s+(?P<unit>\S.*)", re.DOTALL)


@frozen
class Source:
    """A published source.

    Attributes:
        text: the citation as it is written, without the identifier.
        identifier: a DOI or an ISBN with the kind and a colon before it, or empty.
    """

    text: str
    identifier: str = ""

    @property
    def address(self) -> str:
        """Return where the source is found on the web, or an empty text."""
        kind, _, name = self.identifier.partition(":")
        return f"https://doi.org/{quote(name, safe='/:;()')}" if kind == "doi" else ""


@frozen
class Description:
    """A description in parts.

    Attributes:
        text: the prose, its paragraphs separated by empty lines.
        sources: what lines `Reference: ...` cite, in their order.
        units: what a line `Units: variable unit, variable unit` says.
    """

    text: str = ""
    sources: tuple[Source, ...] = ()
    units: Mapping[str, str] = field(factory=FrozenMapping)


def parse_description(text: str) -> Description:
    """Return a description in parts.

    Paragraphs are separated by empty lines, or begin with `Reference:` or `Units:`. Units of another form than
    `variable unit, ...` remain prose.
    """
    prose: list[str] = []
    sources: list[Source] = []
    units: dict[str, str] = {}
    for paragraph in _paragraphs(text):
        match = _LABEL.fullmatch(paragraph)
        found = _units(match["content"]) if match and match["label"] == "Units" else {}
        if match and match["label"] != "Units":
            sources += _sources(match["content"])
        elif found:
            units |= found
        else:
            prose.append(paragraph)
    return Description("\n\n".join(prose), tuple(sources), FrozenMapping(units))


def _paragraphs(text: str) -> Iterator[str]:
    """Yield paragraphs, each on one line."""
    lines: list[str] = []
    for line in (*text.splitlines(), ""):
        if lines and (not line.strip() or _LABEL.match(line.strip())):
            yield " ".join(lines)
            lines = []
        if line.strip():
            lines.append(line.strip())


def _sources(text: str) -> list[Source]:
    """Return the sources of a paragraph; each ends with its identifier."""
    found: list[Source] = []
    start = 0
    for match in _IDENTIFIER.finditer(text):
        identifier = _trimmed(match[0])
        name = identifier[match.start("doi") - match.start() :] if match["doi"] else match["isbn"]
        found.append(Source(_citation(text[start : match.start()]), f"{'doi' if match['doi'] else 'isbn'}:{name}"))
        start = match.start() + len(identifier)
    rest = _citation(text[start:])
    return [*found, Source(rest)] if rest else found


def _trimmed(identifier: str) -> str:
    """Return an identifier without the punctuation of the sentence that it stands in."""
    while identifier[-1] in ".,;" or (identifier[-1] == ")" and identifier.count(")") > identifier.count("(")):
        identifier = identifier[:-1]
    return identifier


def _citation(text: str) -> str:
    """Return what stands between two identifiers as a sentence, or nothing if it is punctuation."""
    sentence = text.lstrip(" .,;)").rstrip(" ,;(")
    return sentence if not sentence or sentence.endswith(".") else f"{sentence}."


def _units(text: str) -> dict[str, str]:
    """Return units by variable, or nothing if the text is no such list."""
    matches = [_UNIT.fullmatch(item.strip()) for item in text.removesuffix(".").split(",")]
    return {match["variable"]: match["unit"] for match in matches if match} if all(matches) else {}
