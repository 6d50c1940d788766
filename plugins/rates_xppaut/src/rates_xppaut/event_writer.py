"""Events written as `global 1 {condition} {x=...;y=...}`."""

from __future__ import annotations

from collections.abc import Mapping

from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Apply, Expression, Number, symbols

#: What crosses 0 upwards or downwards where a comparison becomes true: the sign, and whether its sides change places.
_CROSSINGS: Mapping[str, tuple[int, bool]] = {
    "greater": (1, False), "less": (1, True), "less_equal": (-1, False), "greater_equal": (-1, True),
}  # fmt: skip


def crossing(when: Expression) -> tuple[int, Expression]:
    """Return the sign of a crossing of 0, and what crosses it, where a condition becomes true.

    Where some comparisons hold with equal sides and others do not, none does.

    Raises:
        UnsupportedFeatureError: nothing simple goes through 0 there. A jump would be found in the middle of a step, and
            from there again.
    """
    if isinstance(when, Apply) and when.function in _CROSSINGS:
        sign, exchanged = _CROSSINGS[when.function]
        left, right = reversed(when.arguments) if exchanged else when.arguments
        return sign, left if right == Number(0) else Apply("subtract", (left, right))
    if not isinstance(when, Apply) or when.function not in {"and", "or", "not"}:
        raise UnsupportedFeatureError(
            f"'{to_text(when)}' becomes true without a number that crosses 0, at which XPPAUT has its events."
        )
    parts = [crossing(part) for part in when.arguments]
    if when.function == "not":
        return -parts[0][0], parts[0][1]
    signs = {sign for sign, _ in parts}
    if len(signs) > 1:
        signs, parts = {1}, [(1, value if sign > 0 else Apply("negative", (value,))) for sign, value in parts]
    (sign,) = signs
    smallest = (when.function == "and") == (sign > 0)
    return sign, Apply("min" if smallest else "max", tuple(value for _, value in parts))


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
