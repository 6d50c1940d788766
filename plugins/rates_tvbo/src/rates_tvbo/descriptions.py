"""Descriptions that say in words of a template what TVBO says of each variable: meanings, units and sources."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from attrs import field, frozen

from rates_tvbo.units import readable, tvbo_unit

_PARAGRAPHS = re.compile(r"\n\s*\n|\n(?=(?:Reference|Units): )")
_MEANING = re.compile(r"`(?P<name>[^\W\d]\w*)`: (?P<text>.*)", re.DOTALL)
_LABEL = re.compile(r"(?P<label>Reference|Units): (?P<content>.*)", re.DOTALL)
_UNIT = re.compile(r"(?P<name>[^\W\d]\w*) (?P<unit>\S.*)", re.DOTALL)


@frozen
class Description:
    """What the description of an operator says.

    Attributes:
        prose: of the model.
        meanings: of variables, by name.
        units: of variables, by name, as TVBO calls them where it has a name.
        references: sources, one text each.
    """

    prose: str = ""
    meanings: Mapping[str, str] = field(factory=dict)
    units: Mapping[str, str] = field(factory=dict)
    references: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the description as text, whose paragraphs `parse` reads."""
        parts = [self.prose] if self.prose else []
        parts += [f"`{name}`: {_line(text)}" for name, text in self.meanings.items()]
        if self.units:
            parts.append(f"Units: {', '.join(f'{name} {readable(unit)}' for name, unit in self.units.items())}.")
        parts += [f"Reference: {_line(reference)}" for reference in self.references]
        return "\n\n".join(parts)

    @classmethod
    def parse(cls, text: str, variables: Collection[str] | None) -> Description:
        """Return the parts of a text; what has no form of its own, or names no variable of these, is prose."""
        prose: list[str] = []
        meanings: dict[str, str] = {}
        units: dict[str, str] = {}
        references: list[str] = []
        for paragraph in _PARAGRAPHS.split(text.strip()):
            meaning, label = _MEANING.fullmatch(paragraph), _LABEL.fullmatch(paragraph)
            found = _units(label["content"], variables) if label and label["label"] == "Units" else {}
            if meaning and (variables is None or meaning["name"] in variables) and meaning["name"] not in meanings:
                meanings[meaning["name"]] = meaning["text"]
            elif found:
                units |= found
            elif label and label["label"] == "Reference":
                references.append(label["content"])
            elif paragraph:
                prose.append(paragraph)
        return cls("\n\n".join(prose), meanings, units, tuple(references))

    def beyond(self, text: str) -> str:
        """Return a text, and what of this description it does not say yet."""
        said = Description.parse(text, None)
        rest = Description(
            text,
            {name: meaning for name, meaning in self.meanings.items() if name not in said.meanings},
            {name: unit for name, unit in self.units.items() if name not in said.units},
            tuple(one for one in self.references if one not in said.references),
        )
        return rest.text()


def _line(text: str) -> str:
    return " ".join(text.split())


def _units(text: str, variables: Collection[str] | None) -> dict[str, str]:
    """Return units by variable, or nothing if the text is no such list."""
    matches = [_UNIT.fullmatch(item.strip()) for item in text.removesuffix(".").split(",")]
    found = {match["name"]: tvbo_unit(match["unit"]) for match in matches if match}
    known = variables is None or set(found) <= set(variables)
    return found if known and len(found) == len(matches) else {}
