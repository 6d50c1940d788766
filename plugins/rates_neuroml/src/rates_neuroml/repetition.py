"""Conditions under which doing something once, when they become true, is doing it at each step while they hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from rates_core.expressions.tree import Expression, Number, substitute, symbols

from rates_neuroml.sampling import Samples


def ends_itself(test: Expression, sets: Mapping[str, Expression], numbers: Mapping[str, float]) -> bool:
    """Tell whether a condition is false once what it sets is set.

    Args:
        test: the condition, of states, inputs, parameters and time.
        sets: new values, of the same.
        numbers: values of parameters.
    """
    samples, after = Samples.of(numbers), substitute(test, sets)
    values = samples.onset(test, [after])
    if values is None:  # it does not change: it is never true, or always
        return not symbols(test) <= numbers.keys()
    return not samples.where(after, values).any()


def is_the_same_again(
    sets: Mapping[str, Expression],
    test: Expression,
    moving: Set[str],
    numbers: Mapping[str, float],
    others: Iterable[tuple[Expression, Mapping[str, Expression]]],
) -> bool:
    """Tell whether setting values again changes nothing: constants, of what does not move and nobody else sets then.

    Args:
        sets: new values.
        test: the condition under which they are set.
        moving: states that have derivatives.
        numbers: values of parameters.
        others: conditions, and what they set.
    """
    if moving & sets.keys() or any(not symbols(value) <= numbers.keys() for value in sets.values()):
        return False
    samples = Samples.of(numbers)
    for other, theirs in others:
        if all(name not in theirs or theirs[name] == value for name, value in sets.items()):
            continue
        values = samples.draw([test, other])
        if (samples.where(test, values) & samples.where(other, values)).any():
            return False
    return True


def is_still(derivative: Expression | None) -> bool:
    """Tell whether a state has no derivative, or that of a constant."""
    return derivative is None or derivative == Number(0.0)
