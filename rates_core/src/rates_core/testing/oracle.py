"""What models mean, computed by the interpreter, each of it once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from attrs import define, field

T = TypeVar("T")


@define(eq=False)
class Oracle:
    """Results of the interpreter by key; several checks in one process may share it.

    Example:
        >>> from rates_core.testing import Oracle, check_solver
        >>> check_solver("euler", families=["events"], oracle=Oracle()).ok
        True
    """

    _known: dict[Hashable, Any] = field(factory=dict)

    def once(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Return what was computed for a key, computing it the first time.

        Example:
            >>> from rates_core.testing import Oracle
            >>> oracle = Oracle()
            >>> oracle.once("sum", lambda: 1 + 1), oracle.once("sum", lambda: 0)
            (2, 2)
        """
        if key not in self._known:
            self._known[key] = compute()
        known: T = self._known[key]
        return known
