"""What one side cannot hold of the other, item by item."""

from __future__ import annotations

from attrs import define, field
from rates_core.errors import OmissionWarning, UnsupportedFeatureError, warn


@define
class Omissions:
    """What is left out, and what cannot be left out because numbers would change.

    Attributes:
        told: sentences about what is left out, or is not what a reader might think.
        refused: sentences about what makes the whole impossible.
    """

    told: list[str] = field(factory=list)
    refused: list[str] = field(factory=list)

    def add(self, sentence: str) -> None:
        """Tell of something once."""
        if sentence not in self.told:
            self.told.append(sentence)

    def refuse(self, sentence: str) -> None:
        """Collect a reason why nothing can be made of it."""
        if sentence not in self.refused:
            self.refused.append(sentence)

    def check(self, beginning: str) -> None:
        """Raise an `UnsupportedFeatureError` that names all reasons, if there is one."""
        if self.refused:
            raise UnsupportedFeatureError("\n  ".join([beginning, *self.refused]))

    def report(self, beginning: str) -> None:
        """Warn of everything that is left out, if there is anything."""
        if self.told:
            warn("\n  ".join([beginning, *self.told]), OmissionWarning)
