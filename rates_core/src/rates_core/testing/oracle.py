"""What models mean, computed by the interpreter, each of it once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from attrs import define, field

T = TypeVar("T")


@define(eq=False)
class Oracle:
    """Results of the interpreter by key; several checks in one process may share it."""

    _known: dict[Hashable, Any] = field(factory=dict)

    def once(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Return what was computed for a key, computing it the first time."""
        if key not in self._known:
            self._known[key] = compute()
        known: T = self._known[key]
        return known
