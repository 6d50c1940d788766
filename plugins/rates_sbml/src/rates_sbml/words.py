"""Descriptions of templates taken apart: what SBML has places of its own for, and the rest as notes."""

from __future__ import annotations

import re
from collections.abc import Collection
from html import escape

from attrs import define, field

_PARAGRAPHS = re.compile(r"\n\s*\n|\n(?=(?:Reference|Units):)")
_MEANING = re.compile(r"`(\w+)`: (.*)", re.DOTALL)
_UNIT = re.compile(r"(\w+) (\S.*)")
_ADDRESS = re.compile(r"Reference: (?:doi[:](10\.\d{4,9}/\S+)|(https?://\S+))")


@define
class Words:
    """A description in parts.

    Attributes:
        notes: paragraphs of prose.
        meanings: of variables, by name.
        units: of variables, by name, as they are written.
        sources: addresses of what describes the model.
    """

    notes: list[str] = field(factory=list)
    meanings: dict[str, str] = field(factory=dict)
    units: dict[str, str] = field(factory=dict)
    sources: list[str] = field(factory=list)

    @classmethod
    def of(cls, description: str, variables: Collection[str]) -> Words:
        """Return the parts of a description; what is of no known form is a note."""
        found = cls()
        for paragraph in filter(None, (part.strip() for part in _PARAGRAPHS.split(description))):
            if not found._place(paragraph, variables):
                found.notes.append(" ".join(paragraph.split()))
        return found

    def _place(self, paragraph: str, variables: Collection[str]) -> bool:
        """Put a paragraph where it belongs; tell whether it has such a place."""
        meaning, address = _MEANING.fullmatch(paragraph), _ADDRESS.fullmatch(paragraph)
        if meaning and meaning[1] in variables:
            self.meanings[meaning[1]] = " ".join(meaning[2].split())
        elif address:
            self.sources.append(f"https://doi.org/{address[1]}" if address[1] else address[2])
        elif paragraph.startswith("Units: "):
            items = [_UNIT.fullmatch(item.strip()) for item in paragraph[7:].rstrip(".").split(",")]
            units = {item[1]: item[2] for item in items if item and item[1] in variables}
            self.units |= units
            return bool(items) and len(units) == len(items)
        else:
            return False
        return True

    def xhtml(self) -> str:
        """Return the notes as SBML holds them."""
        paragraphs = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        return f'<body xmlns="http://www.w3.org/1999/xhtml">{paragraphs}</body>'
