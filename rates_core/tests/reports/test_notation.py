"""Formulas in LaTeX mean what the tree means: they are read back."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rates_core.errors import EquationError
from rates_core.expressions import FUNCTIONS, Apply, Constant, Expression, Number, Symbol, parse_expression, transform
from rates_core.expressions.equation import parse_equation
from rates_core.reference.evaluate import evaluate
from rates_core.reports.notation import condition, formula, left_side
from rates_core.reports.symbol import symbols_of
from rates_core.reports.tex import TeX
from rates_core.testing.formulas import COMPLEX_POINTS, FORMULAS, IMAGINARY, REAL_POINTS

NAMES = ("x", "y", "t", "tau", "tau_e", "v0", "r_in", "inp", "größe", "lambda", "Delta_x_2", "tau0", "tau_0", "_a")
SYMBOLS = symbols_of(NAMES)
WRITTEN = {TeX().symbol(symbol): name for name, symbol in SYMBOLS.items()}
OPERATORS = ("add", "subtract", "multiply", "divide", "power", "negative", "and", "or", "less", "where")
TRUTHS = {"less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "and", "or", "not"}


def tex(text: str) -> str:
    return formula(parse_expression(text, NAMES), TeX(), SYMBOLS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x/(pi*tau^2) + 2*x*y/tau", r"\frac{x}{\pi \, \tau^{2}} + \frac{2 \, x \, y}{\tau}"),
        ("(x + y)*inp", r"\left( x + y \right) \, \mathrm{inp}"),
        ("x*(t - tau)", r"x \cdot \left( t - \tau \right)"),
        ("past(x, tau)", r"x \left( t - \tau \right)"),
        ("past(x + y, tau_e + 1)^2", r"{\left[ x + y \right]}_{t - \left( \tau_{e} + 1 \right)}^{2}"),
        ("x - -y", r"x - \left( - y \right)"),
        ("-x^2", r"- x^{2}"),
        ("(-x)^2", r"\left( - x \right)^{2}"),
        ("sin(x)^2 + sin(x)^y", r"\sin^{2} \left( x \right) + \left( \sin \left( x \right) \right)^{y}"),
        ("x*(y*tau)", r"x \, \left( y \, \tau \right)"),
        ("x - (y - t) - tau", r"x - \left( y - t \right) - \tau"),
        ("x^y^t", "x^{y^{t}}"),
        ("(x^y)^t", r"\left( x^{y} \right)^{t}"),
        ("x > 1 and (y > 1 or t < 0)", r"\left[ x > 1 \wedge \left( y > 1 \vee t < 0 \right) \right]"),
        ("2*3/4", r"\frac{2 \cdot 3}{4}"),
        ("2*(3/4)", r"2 \cdot \frac{3}{4}"),
        ("1e-9*x + 2.5e+20", r"10^{-9} \, x + 2.5 \times 10^{20}"),
        ("(x > 1)*y", r"\left[ x > 1 \right] \, y"),
        ("where(x > 1 and not y, x, where(y, 1, 0))", r"\begin{cases} x & \text{if } x > 1 \wedge \neg \left( y \neq 0 "
         r"\right) \\ 1 & \text{if } y \neq 0 \\ 0 & \text{otherwise} \end{cases}"),
        ("max(x, y, t)", r"\max \left( x , y , t \right)"),
        ("abs(x)^2*conj(y)", r"\left| x \right|^{2} \, \overline{y}"),
        ("0.5+0.1j + x", r"0.5 + 0.1 \, \mathrm{i} + x"),
        ("(0.5-0.1j)*x", r"\left( 0.5 - 0.1 \, \mathrm{i} \right) \, x"),
        ("index(x, 2)", r"{x}_{\left[ 2 \right]}"),
        ("sqrt(x)*floor(y)*log10(t)", r"\sqrt{x} \, \left\lfloor y \right\rfloor \, {\log}_{10} \left( t \right)"),
        ("sigmoid(x)*E^x*I", r"\operatorname{sigmoid} \left( x \right) \, \mathrm{e}^{x} \, \mathrm{i}"),
    ],
)  # fmt: skip
def test_formulas_are_written_as_in_a_paper(text: str, expected: str) -> None:
    assert tex(text) == expected


def test_symbols_of_variables_are_letters_with_subscripts() -> None:
    assert list(WRITTEN) == [
        "x", "y", "t", r"\tau", r"\tau_{e}", "v_{0}", r"r_{\mathrm{in}}", r"\mathrm{inp}", r"\text{größe}", r"\lambda",
        r"\Delta_{x,2}", r"\tau_{0}", r"\mathtt{tau\_0}", r"\mathtt{\_a}",
    ]  # fmt: skip


def test_a_differential_equation_defines_the_derivative_under_a_dot() -> None:
    for text, expected in (("r_in' = x", r"\dot{r}_{\mathrm{in}}"), ("tau_e = x", r"\tau_{e}")):
        assert left_side(parse_equation(text, NAMES), TeX(), SYMBOLS) == expected


@pytest.mark.parametrize(("text", "expected"), [("x > 1", "x > 1"), ("x", r"x \neq 0"), ("(x > 1)*y", None)])
def test_a_condition_is_a_statement(text: str, expected: str | None) -> None:
    tree = parse_expression(text, NAMES)
    assert condition(tree, TeX(), SYMBOLS) == (expected or r"\left[ x > 1 \right] \, y \neq 0")


finite = st.floats(allow_nan=False, allow_infinity=False)
numbers = st.one_of(
    st.integers(-(2**53), 2**53), finite, st.builds(complex, finite, finite), st.builds(complex, st.just(0.0), finite)
)
leaves = st.one_of(
    numbers.map(Number), st.sampled_from(["pi", "E", "I"]).map(Constant), st.sampled_from(NAMES).map(Symbol)
)


@st.composite
def applications(draw: st.DrawFn, arguments: st.SearchStrategy[Expression]) -> Expression:
    """Draw a function of the language with as many arguments as it takes."""
    definition = FUNCTIONS[draw(st.sampled_from([*sorted(FUNCTIONS), *OPERATORS * 5]))]  # where brackets are hard
    count = draw(st.integers(*definition.arity))
    return Apply(definition.name, draw(st.lists(arguments, min_size=count, max_size=count)))


trees = st.recursive(leaves, applications, max_leaves=20)


def canonical(tree: Expression) -> Expression:
    """Return a tree in which what LaTeX writes alike is alike: signs, literals, numbers as conditions."""
    return transform(tree, _canonical)


def _canonical(node: Expression) -> Expression:
    match node:
        case Number(value):
            return _literal(value)
        case Apply("negative", (Apply("multiply", (left, right)),)):
            return Apply("multiply", (_canonical(Apply("negative", (left,))), right))
        case Apply("power", (Number(10), Number(int(exponent)))):
            return Number(float(f"1e{exponent}")) if exponent < 300 else node
        case Apply("power", (Number(10), Apply("negative", (Number(int(exponent)),)))):
            return Number(float(f"1e-{exponent}")) if exponent < 320 else node
        case Apply("and" | "or" | "not", arguments):
            return Apply(node.function, map(_statement, arguments))
        case Apply("where", (test, *values)):
            return Apply("where", (_statement(test), *values))
    return node


def _statement(node: Expression) -> Expression:
    is_truth = isinstance(node, Apply) and node.function in TRUTHS
    return node if is_truth else Apply("not_equal", (node, Number(0)))


def _literal(value: complex) -> Expression:
    if isinstance(value, complex):
        imaginary = Apply("multiply", (_literal(value.imag), Constant("I")))
        if value.real == 0.0:
            return imaginary
        size = Apply("multiply", (Number(abs(value.imag)), Constant("I")))
        return Apply(
            "subtract" if imaginary.arguments[0] != Number(value.imag) else "add", (_literal(value.real), size)
        )
    return Apply("negative", (Number(abs(value)),)) if math.copysign(1.0, value) < 0 else Number(value)


@given(trees)
def test_every_tree_is_found_again_in_its_latex(read_tex, tree: Expression) -> None:
    text = formula(tree, TeX(), SYMBOLS)
    assert canonical(read_tex(text, WRITTEN)) == canonical(tree), text


@given(trees)
def test_every_condition_is_found_again_in_its_latex(read_tex, tree: Expression) -> None:
    text = condition(tree, TeX(), SYMBOLS)
    assert canonical(read_tex(text, WRITTEN)) == _statement(canonical(tree)), text


@pytest.mark.parametrize("text", [item.text for item in (*FORMULAS, *IMAGINARY)])
def test_the_latex_of_every_function_has_the_values_of_the_tree(read_tex, text: str) -> None:
    tree = parse_expression(text, "abc")
    read = read_tex(formula(tree, TeX(), {}), {name: name for name in "abc"})
    compared = 0
    for point in (*REAL_POINTS, *COMPLEX_POINTS):
        values = dict(zip("abc", point, strict=True))
        try:
            expected = evaluate(tree, values.__getitem__)
        except EquationError:  # real functions refuse complex numbers
            continue
        found = evaluate(read, values.__getitem__)
        assert found == expected or (found != found and expected != expected), f"{text} at {point}"
        compared += 1
    assert compared >= len(REAL_POINTS)


def test_a_tree_of_any_depth_has_a_formula(read_tex) -> None:
    tree: Expression = Symbol("x")
    for _ in range(200):
        tree = Apply("sin", (Apply("add", (tree, Number(1))),))
    assert formula(tree, TeX(), SYMBOLS).count(r"\sin") == 200
