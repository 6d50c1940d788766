"""The equation language: text to trees, trees to text, derivatives."""

from __future__ import annotations

from rates_core.expressions.derivative import differentiate
from rates_core.expressions.equation import Equation, parse_equation
from rates_core.expressions.functions import ALIASES, CONSTANTS, FUNCTIONS, FunctionDefinition
from rates_core.expressions.parser import parse_expression
from rates_core.expressions.simplify import simplify
from rates_core.expressions.text import to_text
from rates_core.expressions.tree import (
    Apply,
    Constant,
    Expression,
    Number,
    Symbol,
    depth,
    fold,
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
    "depth",
    "differentiate",
    "fold",
    "parse_equation",
    "parse_expression",
    "simplify",
    "substitute",
    "symbols",
    "to_text",
    "transform",
    "walk",
]
