"""One thing that a backend or a solver has to do right, or to refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from attrs import field, frozen

from rates_core.plugins.capabilities import Requirements

if TYPE_CHECKING:
    from rates_core.testing.subject import Subject


@frozen(eq=False)
class Case:
    """A case of the kit.

    Attributes:
        family: what it is about, in a word or two.
        name: a sentence that is true if the case passes.
        check: raises an error if the sentence is not true.
        needs: what has to be claimed. Without it, the check has to end in a refusal before any code is generated.
        chains: a gamma kernel occurs, so the strategy for those has to be installed.
        exhaustive: it costs much and adds little to the others.

    Example:
        >>> from rates_core.testing import Case
        >>> Case("sums", "one and one is two", lambda subject: None).label
        'sums: one and one is two'
    """

    family: str
    name: str
    check: Callable[[Subject], None]
    needs: Requirements = field(factory=Requirements, kw_only=True)
    chains: bool = field(default=False, kw_only=True)
    exhaustive: bool = field(default=False, kw_only=True)

    @property
    def label(self) -> str:
        """Return family and name."""
        return f"{self.family}: {self.name}"

    @property
    def strategies(self) -> frozenset[str]:
        """Return the delay strategies that have to be installed."""
        return self.needs.delays | ({"gamma"} if self.chains else set())
