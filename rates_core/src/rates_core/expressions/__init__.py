"""The equation language: text to trees, trees to text, derivatives."""

from __future__ import annotations

from rates_core.expressions.equation import Equation, parse_equation
from rates_core.expressions.functions import ALIASES, CONSTANTS, FUNCTIONS, FunctionDefinition
from rates_core.expressions.parser import parse_expression
from rates_core.expressions.tree import (
    Apply,
    Constant,
    Expression,
    Number,
    Symbol,
    substitute,
    symbols,
    transform,
    walk,
)

__all__ = [
    "ALIASES",
    "CONSTANTS",
    "FUNCTIONS",
    "Apply",
    "Constant",
    "Equation",
    "Expression",
    "FunctionDefinition",
    "Number",
    "Symbol",
    "parse_equation",
    "parse_expression",
    "substitute",
    "symbols",
    "transform",
    "walk",
]
