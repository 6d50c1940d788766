"""What all printers share: names, brackets where precedence asks for them, and dispatch on kinds of nodes."""

from __future__ import annotations

import pytest
from rates_core.expressions.parser import parse_expression
from rates_core.programs.printer import CALL, ExpressionPrinter


class Plain(ExpressionPrinter):
    """Print functions as calls, numbers as Python does, constants in capitals."""

    def number(self, value):
        return repr(value)

    def constant(self, name):
        return name.upper()

    def apply(self, expression):
        return f"{expression.function}({self.arguments(expression)})", CALL


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a + b*c", "x + y*z"),
        ("(a + b)*c", "(x + y)*z"),
        ("a - (b - c)", "x - (y - z)"),
        ("a - b - c", "x - y - z"),
        ("a/(b*c)", "x/(y*z)"),
        ("a/b*c", "x/y*z"),
        ("a*(b/c)", "x*(y/z)"),
        ("a*-2", "x*(-2)"),
        ("sin(a + b)*pi", "sin(x + y)*PI"),
        ("a^(b + 1)", "power(x, y + 1)"),
    ],
)
def test_brackets_stand_where_they_are_needed(text, wanted):
    printer = Plain({"a": "x", "b": "y", "c": "z"})
    assert printer.text(parse_expression(text, ["a", "b", "c"])) == wanted
