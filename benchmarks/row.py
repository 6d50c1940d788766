"""One measured piece of work and what is asked of it."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.peers import Done

NONE = "–"


@dataclass(frozen=True)
class Target:
    """The longest time allowed: so many times the reference, and so many seconds on top; and the most memory, in MB."""

    factor: float = 0.0
    seconds: float = 0.0
    memory: float | None = None

    def bound(self, reference: float | None) -> float:
        """Return the longest time in seconds."""
        return self.factor * (reference or 0.0) + self.seconds

    def __str__(self) -> str:
        parts = []
        if self.factor:
            parts.append("reference" if self.factor == 1 else f"{self.factor:g} × reference")
        if self.seconds:
            parts.append(f"{self.seconds:g} s")
        return "≤ " + " + ".join(parts) + (f", {self.memory:g} MB" if self.memory is not None else "")

    def met(self, seconds: float, reference: float | None, memory: float | None) -> bool:
        """Tell whether neither time nor memory is above what is allowed."""
        return seconds <= self.bound(reference) and (self.memory is None or (memory or 0.0) <= self.memory)


@dataclass(frozen=True)
class Row:
    """One line of the table; times are seconds.

    Attributes:
        work: what is done.
        ours: how long it takes.
        target: what is asked; None where a row only informs.
        reference: what the target and the ratio refer to.
        limit: the same work in C; None where there is no such thing, or no compiler.
        peers: the same work in what users run today, of what is installed.
        cold: how long it takes in a fresh process with nothing compiled before, imports included.
        error: largest difference from the limit's result, where there is one.
        tolerance: largest error with which the results count as equal.
        memory: the peak of memory above what was there before, in MB.
    """

    work: str
    ours: float
    target: Target | None = None
    reference: float | None = None
    limit: float | None = None
    peers: tuple[Done, ...] = ()
    cold: float | None = None
    error: float | None = None
    tolerance: float = 0.0
    memory: float | None = None

    @property
    def equal(self) -> bool:
        """Tell whether the result is the limit's; work without a result always is (NaN is not)."""
        return self.error is None or self.error <= self.tolerance

    @property
    def ratio(self) -> float | None:
        """Return our time over the reference's, or over the target's bound; none unless the result is right."""
        against = self.reference or (self.target.bound(None) if self.target else None)
        return self.ours / against if against and self.equal else None

    @property
    def ahead_of_us(self) -> list[str]:
        """List the peers that give an equal result in less time."""
        return [
            peer.tool
            for peer in self.peers
            if peer.seconds is not None and peer.seconds < self.ours and (peer.error or 0.0) <= self.tolerance
        ]

    @property
    def verdict(self) -> str:
        """Tell whether the target is met by a right result."""
        if not self.equal:
            return "**MISS** (differs)"
        if self.ahead_of_us:
            return f"**MISS** (behind {', '.join(self.ahead_of_us)})"
        if self.target is None:
            return NONE
        return "OK" if self.target.met(self.ours, self.reference, self.memory) else "**MISS**"
