"""Events: `global 1 {v-1} {v=0; u=u+d}`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Apply, Expression, Number, Symbol, substitute

from rates_xppaut.declarations import Declaration
from rates_xppaut.expression_reader import Scope, read_expression
from rates_xppaut.omissions import Omissions

_FORM = re.compile(r"([+-]?\d+)\s*(?:\{([^{}]*)\}|([^{}]*))\s*\{([^{}]*)\}")
_TRUTHS = frozenset({"less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "and", "or", "not"})
_OF_XPPAUT = frozenset({"out_put", "arret", "no_interp"})


def read_event(
    declaration: Declaration, scope: Scope, names: Mapping[str, str], omissions: Omissions, strict: bool
) -> dict[str, Any]:
    """Return the event of a `global`, which sets nothing if nothing that it does is left.

    Args:
        declaration: of the event.
        scope: of its expressions.
        names: what it may set, in small letters, and what that is called here.
        omissions: what it does beside that, or does not do here.
        strict: what crosses 0 upwards was written for what is greater than 0.

    Raises:
        ModelFileError: it is malformed, or sets what is neither a variable nor a parameter.
        EquationError: an expression is malformed.
    """
    line = declaration.line
    match = _FORM.fullmatch(declaration.text)
    if match is None:
        raise line.error("An event is written 'global 1 {condition} {x=...;y=...}'.")
    sign, condition = int(match[1]), read_expression(match[2] or match[3], scope)
    if sign == 0:
        omissions.refuse(
            f"{line.where}: {line.text}: The event happens where its condition is exactly 0; rates has conditions that "
            "become true."
        )
    if isinstance(condition, Apply) and condition.function in _TRUTHS:
        omissions.add(
            f"that 'global {declaration.text}' never happens, here and in XPPAUT: its condition is 0 or 1 and crosses "
            "nothing"
        )
    values: dict[str, Expression] = {}
    for text in filter(None, (part.strip() for part in match[4].split(";"))):
        name, equals, right = (part.strip() for part in text.partition("="))
        if name.lower() in _OF_XPPAUT:
            omissions.add(f"'{text}' of the event 'global {declaration.text}'")
            continue
        if not equals or name.lower() not in names:
            raise line.error(f"'{text}' gives no variable or parameter a value.")
        # variables are set one after the other, so that later ones see what is new
        values[names[name.lower()]] = substitute(read_expression(right, scope), dict(values))
    when = _when(condition, sign, strict)
    return {"when": to_text(when), "set": {name: to_text(value) for name, value in values.items()}}


def _when(condition: Expression, sign: int, strict: bool) -> Expression:
    """Return what becomes true when the condition crosses 0 upwards or downwards; what begins at 0 crosses nothing."""
    sides: tuple[Expression, Expression] = (condition, Number(0))
    if isinstance(condition, Apply) and condition.function == "subtract":
        first, second = condition.arguments
        if isinstance(second, Number | Symbol) or isinstance(first, Number | Symbol):
            sides = (first, second)
    upwards = "greater" if strict else "greater_equal"
    return Apply(upwards if sign > 0 else "less_equal", sides)
