"""Left sides: the three that exist, and what to write instead of the others."""

from __future__ import annotations

import pytest
from rates_core.errors import EquationError
from rates_core.expressions import parse_equation, parse_expression

NAMES = frozenset({"x", "y", "tau", "d", "dt", "lambda"})
LEFT_SIDES = "Write x' = ... or d/dt * x = ... for a derivative, x = ... for a value."


@pytest.mark.parametrize(
    "text", ["x' = -x/tau", "x'=-x/tau", "x ' = -x/tau", "d/dt * x = -x/tau", "d/dt*x = -x/tau", "d/dt x = -x/tau",
             "  d / dt  x\n = -x\n /tau "]
)  # fmt: skip
def test_a_derivative_on_the_left_makes_a_differential_equation(text: str) -> None:
    equation = parse_equation(text, NAMES)
    assert (equation.kind, equation.target) == ("differential", "x")
    assert equation.expression == parse_expression("-x/tau", NAMES)


@pytest.mark.parametrize("target", ["x", "d", "dt", "lambda"])
def test_a_name_on_the_left_makes_an_algebraic_equation(target: str) -> None:
    equation = parse_equation(f"{target} = y <= 1", NAMES)
    assert (equation.kind, equation.target) == ("algebraic", target)
    assert equation.expression == parse_expression("y <= 1", NAMES)


def test_an_equation_keeps_its_text_on_one_line() -> None:
    assert parse_equation("x' =\n  -y ", NAMES).text == "x' =   -y"


@pytest.mark.parametrize(
    ("left", "remedy"),
    [
        ("x''", "Introduce a second variable for the first derivative, as in x' = y and y' = ..."),
        ("d^2/dt^2 x", "Introduce a second variable for the first derivative, as in x' = y and y' = ..."),
        ("dx/dt", "Write x' = ..."),
        ("d/dt(x)", "Write x' = ..."),
        ("diff(x, t)", "Write x' = ..."),
        ("Derivative(x, t)", "Write x' = ..."),
        ("x’", "Write x' = ... with a straight quote."),
        ("x'(t)", "Write x' = ..."),
        ("x(t)", "Write x = ..."),
        ("2*x'", LEFT_SIDES),
        ("x, y", LEFT_SIDES),
        ("x[0]", LEFT_SIDES),
        ("d/dt", LEFT_SIDES),
        ("__import__('os').x", LEFT_SIDES),
    ],
)
def test_another_left_side_is_an_error_that_says_what_to_write(left: str, remedy: str) -> None:
    with pytest.raises(EquationError) as error:
        parse_equation(f"{left} = y", NAMES)
    assert str(error.value) == (
        f"The left side '{left}' is not part of the language in equation \"{left} = y\". {remedy}\n"
        f"    {left} = y\n"
        f"    {'^' * len(left)}"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "x += y",
            f"'+=' does not define anything in equation \"x += y\". {LEFT_SIDES}\n    x += y\n      ^^",
        ),
        (
            "x == y",
            f"'==' does not define anything in equation \"x == y\". {LEFT_SIDES}\n    x == y\n      ^^",
        ),
        (
            "x <= y",
            f"'<=' does not define anything in equation \"x <= y\". {LEFT_SIDES}\n    x <= y\n      ^^",
        ),
        (
            "x' - y",
            f"There is no '=' in equation \"x' - y\". {LEFT_SIDES}\n    x' - y\n    ^^^^^^",
        ),
        (
            "",
            f"There is no '=' in equation \"\". {LEFT_SIDES}\n    \n    ^",
        ),
        (
            "= y",
            f'There is no left side in equation "= y". {LEFT_SIDES}\n    = y\n    ^',
        ),
        (
            "x' =",
            "A value is missing in equation \"x' =\".\n    x' =\n        ^",
        ),
        (
            "x' = y\ny' = x",
            '"\'" is not part of the language in equation "x\' = y y\' = x". '
            "A derivative stands on the left side only, and every equation is a text of its own.\n"
            "    x' = y y' = x\n            ^",
        ),
        (
            "t' = 1",
            "Time is defined in equation \"t' = 1\". 't' is time in every model.\n    t' = 1\n    ^",
        ),
        (
            "d/dt * xx = 1",
            "Unknown name 'xx' in equation \"d/dt * xx = 1\". Did you mean 'x'?\n    d/dt * xx = 1\n           ^^",
        ),
        (
            "v' = 1",
            "Unknown name 'v' in equation \"v' = 1\".\n    v' = 1\n    ^",
        ),
    ],
)
def test_a_malformed_equation_is_an_error_that_points_at_the_place(text: str, message: str) -> None:
    with pytest.raises(EquationError) as error:
        parse_equation(text, NAMES)
    assert str(error.value) == message


def test_an_error_names_what_holds_the_equation() -> None:
    with pytest.raises(EquationError) as error:
        parse_equation("x' = ta", NAMES, where="operator 'qif', model.yaml:12")
    assert str(error.value) == (
        "Unknown name 'ta' in equation \"x' = ta\" (operator 'qif', model.yaml:12). Did you mean 'tau'?\n"
        "    x' = ta\n"
        "         ^^"
    )
