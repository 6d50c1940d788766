"""Events written as `global 1 {condition} {x=...;y=...}`."""

from __future__ import annotations

from collections.abc import Mapping

from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.tree import Apply, Expression, Number, symbols

#: What crosses 0 upwards or downwards where a comparison becomes true: the sign, and whether its sides change places.
_CROSSINGS: Mapping[str, tuple[int, bool]] = {
    "greater": (1, False), "less": (1, True), "less_equal": (-1, False), "greater_equal": (-1, True),
}  # fmt: skip


def crossing(when: Expression) -> tuple[int, Expression]:
    """Return the sign of a crossing of 0, and what crosses it, where a condition becomes true."""
    if isinstance(when, Apply) and when.function in _CROSSINGS:
        sign, exchanged = _CROSSINGS[when.function]
        left, right = reversed(when.arguments) if exchanged else when.arguments
        return sign, left if right == Number(0) else Apply("subtract", (left, right))
    return 1, Apply("subtract", (Apply("where", (when, Number(1.0), Number(0.0))), Number(0.5)))


def in_turn(values: Mapping[str, Expression]) -> list[str]:
    """Return the order in which variables are set, so that none sees what another one was set to.

    Raises:
        UnsupportedFeatureError: there is none; XPPAUT sets one after the other.
    """
    left, found = dict(values), list[str]()
    while left:
        free = [name for name in left if not any(name in symbols(left[other]) for other in left if other != name)]
        if not free:
            raise UnsupportedFeatureError(
                f"An event sets {', '.join(left)} by each other's values, and XPPAUT sets one after the other."
            )
        found += free
        left = {name: value for name, value in left.items() if name not in free}
    return found
