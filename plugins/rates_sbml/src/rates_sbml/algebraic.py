"""Algebraic rules, `0 = f`, solved for what nothing else determines."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from attrs import frozen
from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.derivative import differentiate
from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Apply, Expression, Number, substitute, symbols

from rates_sbml.contents import ZERO, behind


def solve(
    rules: Sequence[Expression], free: Collection[str], assigned: Mapping[str, Expression]
) -> dict[str, Expression]:
    """Return what variables are, one for each rule.

    Args:
        rules: what has to be zero.
        free: names of what nothing else determines, those first that are to be taken first.
        assigned: what is computed, which may stand between a rule and such a name.

    Raises:
        UnsupportedFeatureError: a rule is not linear in what it determines, or determines nothing.
    """
    found: dict[str, Expression] = {}
    left = [_Rule(rule, rule) for rule in rules]
    while left:
        rule, name = _next(left, free, found, assigned)
        left.remove(rule)
        value = _solved(rule, name)
        found = {other: substitute(one, {name: value}) for other, one in found.items()}
        found[name] = value
        left = [_Rule(one.written, substitute(one.expression, {name: value})) for one in left]
    return found


@frozen
class _Rule:
    """An algebraic rule, as it is written and with what is solved already put in."""

    written: Expression
    expression: Expression

    @property
    def text(self) -> str:
        """Return the rule as messages show it."""
        return f"0 = {to_text(self.written)}"


def _next(
    rules: Sequence[_Rule], free: Collection[str], found: Mapping[str, Expression], assigned: Mapping[str, Expression]
) -> tuple[_Rule, str]:
    """Return the rule that could determine the fewest names, and of these the one that fewest others could."""
    names = {id(rule): [name for name in free if name in symbols(rule.expression) - found.keys()] for rule in rules}
    rule = min(rules, key=lambda one: len(names[id(one)]))
    if not names[id(rule)]:
        hidden = sorted(behind(symbols(rule.expression), assigned) & set(free) - found.keys())
        between = f" It determines '{hidden[0]}' through assignment rules; write it out." if hidden else ""
        raise UnsupportedFeatureError(
            f"The algebraic rule '{rule.text}' determines nothing: rules, reactions or constancy determine all that "
            f"is in it.{between}"
        )
    others = [names[id(one)] for one in rules if one is not rule]
    return rule, min(names[id(rule)], key=lambda name: sum(name in other for other in others))


def _solved(rule: _Rule, name: str) -> Expression:
    """Return the variable of a rule that is linear in it."""
    slope = differentiate(rule.expression, name)
    if name in symbols(slope) or slope == ZERO:
        raise UnsupportedFeatureError(
            f"The algebraic rule '{rule.text}' determines '{name}', in which it is not linear; rates solves linear "
            f"ones. Write an assignment rule for '{name}'."
        )
    rest = _without_zero(substitute(rule.expression, {name: ZERO}))
    if slope == Number(1):
        return _opposite(rest)
    if slope in (Number(-1), Apply("negative", (Number(1),))):
        return rest
    return Apply("divide", (_opposite(rest), slope))


def _opposite(expression: Expression) -> Expression:
    """Return the opposite, without two signs in a row."""
    match expression:
        case Apply("negative", (inner,)):
            return inner
        case Apply("subtract", (left, right)):
            return _without_zero(Apply("subtract", (right, left)))
    return Apply("negative", (expression,))


def _without_zero(expression: Expression) -> Expression:
    """Return a sum or product without the zeros that stand for what it was solved for."""
    if not isinstance(expression, Apply):
        return expression
    parts = tuple(map(_without_zero, expression.arguments))
    match expression.function, parts:
        case ("add", (part, Number(0))) | ("add", (Number(0), part)) | ("subtract", (part, Number(0))):
            return part
        case "subtract", (Number(0), part):
            return Apply("negative", (part,))
        case ("multiply", (_, Number(0))) | ("multiply", (Number(0), _)) | ("negative", (Number(0),)):
            return ZERO
        case ("divide", (Number(0), _)):
            return ZERO
    return Apply(expression.function, parts)
