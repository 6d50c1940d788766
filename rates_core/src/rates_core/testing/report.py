"""What came of the cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from attrs import frozen

Result = Literal["passed", "refused", "failed", "expected failure", "not run"]


@frozen
class Outcome:
    """What came of one case.

    Attributes:
        family: of the case.
        name: the sentence that should be true.
        result: `passed`: it is claimed and right. `refused`: it is not claimed and was refused by name. `failed`:
            neither. `expected failure`: it fails, as was said. `not run`: something that it needs is not installed.
        text: why it failed, or was not run.

    Example:
        >>> from rates_core.testing import Outcome
        >>> Outcome("sums", "one and one is two", "passed").label
        'sums: one and one is two'
    """

    family: str
    name: str
    result: Result
    text: str = ""

    @property
    def label(self) -> str:
        """Return family and name."""
        return f"{self.family}: {self.name}"


@frozen
class Report:
    """What came of all cases of a backend or solver.

    Attributes:
        kind: "backend" or "solver".
        name: its name.
        outcomes: one per case, in order.

    Example:
        >>> from rates_core.testing import Outcome, Report
        >>> print(Report("backend", "mine", (Outcome("sums", "one and one is two", "failed", "it is three"),)))
        backend 'mine': claimed 1/1, passed 0, refused 0, expected failures 0, FAILED 1
          FAILED  sums: one and one is two
              it is three
    """

    kind: str
    name: str
    outcomes: tuple[Outcome, ...]

    def of(self, result: Result) -> tuple[Outcome, ...]:
        """Return the outcomes of one kind.

        Example:
            >>> from rates_core.testing import Outcome, Report
            >>> report = Report("backend", "mine", (Outcome("sums", "one and one is two", "failed", "it is three"),))
            >>> [outcome.text for outcome in report.of("failed")]
            ['it is three']
        """
        return tuple(outcome for outcome in self.outcomes if outcome.result == result)

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """Return the cases that failed."""
        return self.of("failed")

    @property
    def ok(self) -> bool:
        """Tell whether nothing failed."""
        return not self.failures

    @property
    def failed_families(self) -> frozenset[str]:
        """Return the families in which a case failed."""
        return frozenset(outcome.family for outcome in self.failures)

    @property
    def line(self) -> str:
        """Return the one line that says it all."""
        refused = sum(outcome.family == REFUSALS for outcome in self.outcomes)
        parts = [
            f"claimed {len(self.outcomes) - refused}/{len(self.outcomes)}",
            f"passed {len(self.of('passed'))}",
            f"refused {len(self.of('refused'))}",
            f"expected failures {len(self.of('expected failure'))}",
        ]
        if self.of("not run"):
            parts.append(f"not run {len(self.of('not run'))}")
        if self.failures:
            parts.append(f"FAILED {len(self.failures)}")
        return f"{self.kind} '{self.name}': {', '.join(parts)}"

    def __str__(self) -> str:
        return "\n".join((self.line, *_listed("FAILED", self.failures), *_listed("not run", self.of("not run"))))

    def as_data(self) -> dict[str, Any]:
        """Return the report as what JSON can hold.

        Example:
            >>> from rates_core.testing import Outcome, Report
            >>> Report("backend", "mine", (Outcome("sums", "one and one is two", "passed"),)).as_data()["ok"]
            True
        """
        return {
            "kind": self.kind,
            "name": self.name,
            "ok": self.ok,
            "line": self.line,
            "counts": {result: len(self.of(result)) for result in RESULTS},
            "cases": [
                {"family": item.family, "name": item.name, "result": item.result, "text": item.text}
                for item in self.outcomes
            ],
        }


RESULTS: tuple[Result, ...] = ("passed", "refused", "failed", "expected failure", "not run")
REFUSALS = "refusals"  # the family of what is not claimed, whatever it is about


def _listed(title: str, outcomes: Sequence[Outcome]) -> Iterator[str]:
    for outcome in outcomes:
        yield f"  {title}  {outcome.label}"
        yield from (f"      {line}" for line in outcome.text.splitlines())
