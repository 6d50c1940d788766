"""Which variables take a value from outside of their operator."""

from __future__ import annotations

from rates_core.paths import TIME
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.variable import IS_TIME

IS_NOISE = "is noise, which has unit strength and no value. Scale it in the equation."


def unsettable(operator: OperatorTemplate, name: str) -> str | None:
    """Return why a declared variable takes no value, as the end of a sentence about it; None if it takes one."""
    if name == TIME:
        return IS_TIME
    if operator.variables[name].kind == "noise":
        return IS_NOISE
    if name in operator.algebraic:
        return computed(operator.algebraic[name])
    return None


def computed(equation: str) -> str:
    """Return what is to be said of a value for a variable that an algebraic equation computes."""
    return f"is computed by the equation '{equation}'; a value has no effect. Set what the equation is made of."
