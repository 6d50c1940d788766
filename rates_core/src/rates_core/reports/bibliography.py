"""Sources collected from descriptions, each numbered once."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import define, field

from rates_core.reports.content import Citation
from rates_core.reports.description import Source


@define
class Bibliography:
    """Sources in the order of first mention; those of one identifier are one, with the longest of their texts."""

    _numbers: dict[str, int] = field(factory=dict)
    _sources: list[Source] = field(factory=list)

    def cite(self, sources: Iterable[Source]) -> tuple[int, ...]:
        """Return the numbers of sources, in order."""
        return tuple(dict.fromkeys(map(self._number, sources)))

    def _number(self, source: Source) -> int:
        key = source.identifier.casefold() or source.text
        number = self._numbers.setdefault(key, len(self._numbers) + 1)
        if number > len(self._sources):
            self._sources.append(source)
        elif len(source.text) > len(self._sources[number - 1].text):
            self._sources[number - 1] = source
        return number

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Return all sources with their numbers."""
        return tuple(Citation(number, source) for number, source in enumerate(self._sources, 1))
