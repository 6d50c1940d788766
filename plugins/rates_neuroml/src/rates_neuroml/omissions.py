"""What one side cannot hold of the other, and what of a file does not fit: told in one warning each."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import define, field
from rates_core.errors import OmissionWarning, UnitsWarning, warn


@define
class Report:
    """What people have to know of a file that was read or written.

    Attributes:
        omissions: what was left out, a line each.
        mismatches: expressions whose dimensions do not fit, a line each.
    """

    omissions: list[str] = field(factory=list)
    mismatches: list[str] = field(factory=list)

    def tell(self, beginning: str, subject: str) -> None:
        """Warn of everything, if there is anything.

        Args:
            beginning: what comes before a list of what was left out.
            subject: the file whose dimensions do not fit.
        """
        if self.omissions:
            warn(_listed(beginning, self.omissions), OmissionWarning)
        if self.mismatches:
            warn(
                _listed(f"{subject} mixes dimensions; it is computed as it stands, in SI:", self.mismatches),
                UnitsWarning,
            )


def _listed(beginning: str, lines: Iterable[str]) -> str:
    return "\n  ".join([beginning, *dict.fromkeys(lines)])
