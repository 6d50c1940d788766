"""What a run of the interpreter records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from rates_core.reference.functions import Value


@frozen
class Trajectory:
    """Recorded values of variables.

    Attributes:
        times: when they were recorded.
        values: for the path of each variable of each unit, its value at those times.
    """

    times: Sequence[float]
    values: Mapping[str, Sequence[Value]]

    def __getitem__(self, path: str) -> Sequence[Value]:
        return self.values[path]
