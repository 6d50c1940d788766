"""How thoroughly to measure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Settings of one run of the benchmarks.

    Attributes:
        repeats: how often each piece of work is timed.
        scale: share of the full size; below 1 only to see that the rows work.
    """

    repeats: int = 9
    scale: float = 1.0
