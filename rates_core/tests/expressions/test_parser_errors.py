"""What is not in the language is an error that says what is wrong, where, and what to write."""

from __future__ import annotations

import pytest
from rates_core.errors import EquationError
from rates_core.expressions import parse_equation, parse_expression

NAMES = frozenset({"x", "y", "tau", "eta", "v"})


def message(text: str) -> str:
    """Return the error of an expression without what every message repeats: the text and its marked copy."""
    with pytest.raises(EquationError) as error:
        parse_expression(text, NAMES)
    first, copy, carets = str(error.value).split("\n")
    assert copy == f"    {text}"
    problem, _, remedy = first.partition(f' in expression "{text}".')
    marked = text[carets.index("^") - 4 : len(carets) - 4]
    return f"{problem} @ {marked} @{remedy}"


def test_an_error_shows_the_equation_and_marks_the_place() -> None:
    with pytest.raises(EquationError) as error:
        parse_equation("v' = v^2 + etaa", NAMES)
    assert str(error.value) == (
        "Unknown name 'etaa' in equation \"v' = v^2 + etaa\". Did you mean 'eta'?\n"
        "    v' = v^2 + etaa\n"
        "               ^^^^"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x + q", "Unknown name 'q' @ q @"),
        ("x + Tau", "Unknown name 'Tau' @ Tau @ Did you mean 'tau'?"),
        ("x + pie", "Unknown name 'pie' @ pie @ Did you mean 'pi'?"),
        ("2*sinn(x)", "Unknown function 'sinn' @ sinn @ Did you mean 'sin'?"),
        ("2*Abss(x)", "Unknown function 'Abss' @ Abss @ Did you mean 'abs'?"),
        (
            "x*sin",
            "Function 'sin' stands without arguments @ sin @ "
            "It is sin(x): sine. A variable of that name has to be declared.",
        ),
        ("piecewise(x)", "Unknown function 'piecewise' @ piecewise @ Did you mean 'Piecewise'?"),
        (
            "1 + y(x + 1)",
            "Variable 'y' is called like a function @ y(x + 1) @ "
            "Write y*(...) for a product and y(t - tau) for a delayed value.",
        ),
    ],
)
def test_an_unknown_name_is_met_with_the_closest_one(text: str, expected: str) -> None:
    assert message(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sin()", "Function 'sin' takes 1 argument and got 0 @ sin() @ It is sin(x): sine."),
        ("y + sin(x, y)", "Function 'sin' takes 1 argument and got 2 @ sin(x, y) @ It is sin(x): sine."),
        (
            "atan2(x)",
            "Function 'atan2' takes 2 arguments and got 1 @ atan2(x) @ "
            "It is arctan2(y, x): angle of the point (x, y), from -pi to pi.",
        ),
        (
            "max(x)",
            "Function 'max' takes at least 2 arguments and got 1 @ max(x) @ "
            "It is max(a, b, ...): largest argument, NaN if one is.",
        ),
        (
            "index_axis(x)",
            "Function 'index_axis' takes 2 or 3 arguments and got 1 @ index_axis(x) @ "
            "It is index_axis(x, i, axis): elements i of x along an axis, which is 0 if not given.",
        ),
        ("randn(x)", "Function 'randn' takes 0 arguments and got 1 @ randn(x) @ "
                     "It is randn(): one standard normal draw per step."),
        (
            "Piecewise((x, y > 1))",
            "Piecewise takes pairs, the last of them with True @ Piecewise((x, y > 1)) @ "
            "Write Piecewise((a, condition), (b, True)).",
        ),
        (
            "Piecewise(x, True)",
            "Piecewise takes pairs, the last of them with True @ Piecewise(x, True) @ "
            "Write Piecewise((a, condition), (b, True)).",
        ),
    ],
)  # fmt: skip
def test_a_wrong_number_of_arguments_names_the_function_and_what_it_takes(text: str, expected: str) -> None:
    assert message(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("past(x, t)", "A delay depends on time @ past(x, t) @ "
                       "Write x(t - tau) or past(x, tau) with a constant tau."),
        ("1 + x(t - t*tau)", "A delay depends on time @ x(t - t*tau) @ "
                             "Write x(t - tau) or past(x, tau) with a constant tau."),
        ("x(t + tau)", "A value of the future is asked for @ x(t + tau) @ Write x(t - tau) with tau >= 0."),
        ("past(x, -1)", "A value of the future is asked for @ past(x, -1) @ Write x(t - tau) with tau >= 0."),
    ],
)  # fmt: skip
def test_a_delay_is_constant_and_lies_in_the_past(text: str, expected: str) -> None:
    assert message(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x y", "An operator is missing between 'x' and 'y' @ x y @ Write a product with '*'."),
        ("2(x)", "An operator is missing between '2' and '(' @ 2( @ Write a product with '*'."),
        ("(x)(y)", "An operator is missing between ')' and '(' @ )( @ Write a product with '*'."),
        ("x in y", "An operator is missing between 'x' and 'in' @ x in @ Write a product with '*'."),
        ("x not y", "An operator is missing between 'x' and 'not' @ x not @ Write a product with '*'."),
        ("x + * y", "A value is missing before '*' @ * @"),
        ("max(x, )", "A value is missing before ')' @ ) @"),
        ("max(, x)", "A value is missing before ',' @ , @"),
        ("x*()", "A value is missing before ')' @ ) @"),
        ("x + and", "A value is missing before 'and' @ and @"),
        ("x + y)", "A bracket is closed that was never opened @ ) @"),
        ("(x + (y)", "A bracket is never closed @ ( @"),
        ("x, y", "A comma outside brackets @ , @"),
        ("x*(x, y)", "This is not part of the language @ (x, y) @ Brackets hold one expression."),
        ("x if y", "'if' without 'else' @ if @ Write a if condition else b."),
        ("(x if y) else v", "'if' without 'else' @ if @ Write a if condition else b."),
        ("max(x if y, v)", "'if' without 'else' @ if @ Write a if condition else b."),
        ("x else y", "'else' without 'if' @ else @ Write a if condition else b."),
        ("x if y if v else x else v", "'if' stands between another 'if' and its 'else' @ if @ "
                                      "Put the inner condition in brackets."),
        ("x + not y", "'not' cannot follow '+' @ not @ Put 'not ...' in brackets."),
    ],
)  # fmt: skip
def test_values_and_operators_alternate_and_brackets_match(text: str, expected: str) -> None:
    assert message(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2x", "'2x' is neither a number nor a name @ 2x @ Write a product with '*', as in 2*x."),
        ("2J", "'2J' is neither a number nor a name @ 2J @ Write a product with '*', as in 2*x."),
        ("1_000", "'1_000' is neither a number nor a name @ 1_000 @ Write a product with '*', as in 2*x."),
        ("0x10", "'0x10' is neither a number nor a name @ 0x10 @ Write a product with '*', as in 2*x."),
        ("1.2.3", "'1.2.3' is neither a number nor a name @ 1.2.3 @ Write a product with '*', as in 2*x."),
        ("1e999", "Number '1e999' is too large for double precision @ 1e999 @"),
        ("x = y", "'=' is not part of the language @ = @ An equation has one '='; equality is tested by '=='."),
        ("x[0]", "'[' is not part of the language @ [ @ Write index(x, i) for an element of x."),
        ("x @ y", "'@' is not part of the language @ @ @ Write matmul(A, B) or matvec(A, x)."),
        ("x//y", "'//' is not part of the language @ // @ Write floor(a/b)."),
        ("x & y", "'&' stands between conditions @ & @ Write and, or put the conditions beside it in brackets."),
        (
            "x > 0 | y > 0",
            "'|' stands between conditions @ | @ Write or, or put the conditions beside it in brackets.",
        ),
        ("(x > 0) & & (y > 0)", "A value is missing before '&' @ & @"),
        ("x; y", "';' is not part of the language @ ; @"),
        ("x²", "'²' (SUPERSCRIPT TWO) is not part of the language @ ² @ Write ^2 instead."),
        ("x − y", "'−' (MINUS SIGN) is not part of the language @ − @ Write - instead."),
        ("x ≤ y", "'≤' (LESS-THAN OR EQUAL TO) is not part of the language @ ≤ @ Write <= instead."),
    ],
)  # fmt: skip
def test_a_foreign_character_is_named_and_what_to_write_instead(text: str, expected: str) -> None:
    assert message(text) == expected


def test_an_empty_expression_lacks_a_value() -> None:
    with pytest.raises(EquationError) as error:
        parse_expression("", NAMES)
    assert str(error.value) == 'A value is missing in expression "".\n    \n    ^'


def test_a_long_text_is_shown_around_the_place() -> None:
    text = "x + " * 60 + "q" + " + x" * 60
    with pytest.raises(EquationError) as error:
        parse_expression(text, NAMES)
    first, copy, carets = str(error.value).split("\n")
    assert first == f"Unknown name 'q' in expression \"{text[:157]}...\"."
    assert copy == "    ..." + "x + " * 15 + "q" + " + x" * 14 + " + ..."
    assert carets == " " * 67 + "^"
