"""Equations that say nothing, too much, or something else than mathematics."""

from __future__ import annotations

from pathlib import Path

import pytest

from rates_core import CircuitTemplate, EdgeTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

MODEL = """\
# a comment, so that lines are counted

op:
  base: OperatorTemplate
  equations:
    - "x' = -x/tau"
    - "z = {equation}"
  variables: {{x: variable(1.0), tau: 2.0, z: variable}}

unit:
  base: NodeTemplate
  operators: [op]

net:
  base: CircuitTemplate
  nodes: {{p: unit}}
"""


@pytest.fixture
def from_file(tmp_path, run_refusal):
    """Return a function that runs the model file with an equation in it, and the path of the file."""

    def refused(equation: str) -> str:
        path = tmp_path / "model.yaml"
        path.write_text(MODEL.format(equation=equation), encoding="utf-8")
        return run_refusal(CircuitTemplate.from_yaml(f"{path}/net")).replace(str(tmp_path), "")

    return refused


def test_an_undeclared_name_says_which_equation_of_which_operator_in_which_file(from_file):
    assert from_file("2*tao*x") == (
        "EquationError: Unknown name 'tao' in equation \"z = 2*tao*x\" (operator 'op', /model.yaml:3, equation 2). "
        "Did you mean 'tau'?\n"
        "    z = 2*tao*x\n"
        "          ^^^"
    )


def test_an_undeclared_name_of_an_operator_made_in_python(one, run_refusal):
    assert run_refusal(one("x' = -k*x", x="variable")) == (
        "EquationError: Unknown name 'k' in equation \"x' = -k*x\" (operator 'op', equation 1).\n"
        "    x' = -k*x\n"
        "          ^"
    )


def test_an_undeclared_name_on_the_left(one, run_refusal):
    assert run_refusal(one(["x' = -x", "rate = 2*x"], x="variable", rates="variable")) == (
        "EquationError: Unknown name 'rate' in equation \"rate = 2*x\" (operator 'op', equation 2). "
        "Did you mean 'rates'?\n"
        "    rate = 2*x\n"
        "    ^^^^"
    )


@pytest.mark.parametrize(
    ("equation", "problem", "advice", "marks"),
    [
        ("x +", "A value is missing after '+'", "", "       ^"),
        ("sin(x", "A bracket is never closed", "", "       ^"),
        ("x tau", "An operator is missing between 'x' and 'tau'", " Write a product with '*'.", "    ^^^^^"),
        ("2x", "'2x' is neither a number nor a name", " Write a product with '*', as in 2*x.", "    ^^"),
        ("sni(x)", "Unknown function 'sni'", " Did you mean 'sin'?", "    ^^^"),
        ("sin(x, tau)", "Function 'sin' takes 1 argument and got 2", " It is sin(x): sine.", "    ^^^^^^^^^^^"),
        (
            "past(x, t)",
            "A delay depends on time",
            " Write x(t - tau) or past(x, tau) with a constant tau.",
            "    ^^^^^^^^^^",
        ),
    ],
)
def test_a_malformed_equation_is_marked_where_it_is_wrong(from_file, equation, problem, advice, marks):
    assert from_file(equation) == (
        f"EquationError: {problem} in equation \"z = {equation}\" (operator 'op', /model.yaml:3, equation 2).{advice}\n"
        f"    z = {equation}\n"
        f"    {marks}"
    )


QUOTE = (
    '"\'" is not part of the language',
    " A derivative stands on the left side only, and every equation is a text of its own.",
)


@pytest.mark.parametrize(
    ("equation", "problem", "advice", "mark"),
    [
        ("__import__('os').mkdir('x')", *QUOTE, 15),
        ("open('stolen', 'w')", *QUOTE, 9),
        ("exec(x)", "Unknown function 'exec'", " Did you mean 'exp'?", slice(4, 8)),
        (
            "x.__class__",
            "'.' is not part of the language",
            " A name has no parts; declare what you need as a variable.",
            5,
        ),
        ("[x for x in x]", "'[' is not part of the language", " Write index(x, i) for an element of x.", 4),
        ("(lambda: 1)()", "':' is not part of the language", "", 11),
    ],
)
def test_python_in_an_equation_is_an_error_and_nothing_is_executed(
    from_file, tmp_path, monkeypatch, equation, problem, advice, mark
):
    monkeypatch.chdir(tmp_path)
    place = slice(mark, mark + 1) if isinstance(mark, int) else mark
    carets = " " * place.start + "^" * (place.stop - place.start)
    assert from_file(equation) == (
        f"EquationError: {problem} in equation \"z = {equation}\" (operator 'op', /model.yaml:3, equation 2).{advice}\n"
        f"    z = {equation}\n"
        f"    {carets}"
    )
    assert [path.name for path in Path.cwd().iterdir()] == ["model.yaml"]


REMEDY = "Solve for one of them, make one a state (x' = ...), or put a delay on one of the edges."


def test_a_cycle_within_an_operator_is_named(one, run_refusal):
    assert run_refusal(one(["a = b + 1", "b = 2*a"], a="variable", b="variable")) == (
        "CyclicEquationsError: Algebraic variables depend on each other in a circle: "
        f"'p/op/a' needs 'p/op/b' needs 'p/op/a'. {REMEDY}"
    )


def test_a_variable_that_needs_itself(one, run_refusal):
    assert run_refusal(one("a = a/2 + 1", a="variable")) == (
        f"CyclicEquationsError: Algebraic variables depend on each other in a circle: 'p/op/a' needs 'p/op/a'. {REMEDY}"
    )


@pytest.fixture
def mirror() -> NodeTemplate:
    """Return a node that passes on what it gets at the same instant."""
    return NodeTemplate("mirror", [OperatorTemplate("op", "out = 2*seen", {"out": "output", "seen": "input"})])


def test_a_cycle_across_nodes_is_named(mirror, run_refusal):
    edges = [("p/op/out", "q/op/seen", None, {}), ("q/op/out", "p/op/seen", None, {})]
    assert run_refusal(CircuitTemplate("mirrors", {"p": mirror, "q": mirror}, edges=edges)) == (
        "CyclicEquationsError: Algebraic variables depend on each other in a circle: "
        f"'p/op/seen' needs 'q/op/out' needs 'q/op/seen' needs 'p/op/out' needs 'p/op/seen'. {REMEDY}"
    )


@pytest.mark.parametrize("weights", [1.0, [[0.0, 1.0], [1.0, 0.0]]])
def test_a_cycle_within_a_population_is_named_by_its_variables(mirror, run_refusal, weights):
    hall = CircuitTemplate(
        "hall",
        populations={"p": PopulationTemplate("p", mirror, 2)},
        connections=[{"source": "p/op/out", "target": "p/op/seen", "weights": weights}],
    )
    assert run_refusal(hall) == (
        "CyclicEquationsError: Algebraic variables depend on each other in a circle: "
        f"'p/op/out' needs 'p/op/seen' needs 'p/op/out'. {REMEDY} "
        "The units of a population are evaluated together: if they feed each other in turn, make them nodes."
    )


def test_a_cycle_through_a_delay_asks_for_its_past(mirror, run_refusal):
    echo = CircuitTemplate("echo", {"p": mirror}, edges=[("p/op/out", "p/op/seen", None, {"delay": 0.3})])
    assert run_refusal(echo) == (
        "ArgumentError: The delayed variables 'p/op/out' depend on their own past. Say what they were before the "
        "start, for example history={'p/op/out': 0.0}."
    )


DELAYS = (
    "A delay may depend on parameters only; delays that depend on time, state or external inputs are not supported."
)


@pytest.mark.parametrize(
    ("equations", "delay", "delayed", "cause"),
    [
        (["d = 1", "x' = -past(x, 1 + x)"], "1 + p/op/x", "p/op/x", "p/op/x"),
        (["d = 1", "x' = -past(x^2, x)"], "p/op/x", "p/op/x^2", "p/op/x"),
        (["d = 1 + x", "x' = -past(x, d)"], "p/op/d", "p/op/x", "p/op/x"),
        (["d = t", "x' = -past(x, d)"], "p/op/d", "p/op/x", "t"),
    ],
)
def test_a_delay_that_depends_on_state_or_time(one, run_refusal, equations, delay, delayed, cause):
    assert run_refusal(one(equations, x="variable", d="variable")) == (
        f"UnsupportedFeatureError: The delay '{delay}' of '{delayed}' depends on '{cause}'. {DELAYS}"
    )


@pytest.mark.parametrize(
    ("declared", "constant"),
    [
        ("variable", "z: 0.0"),
        ("output(0.5)", "z: 0.5"),
        ("variable(complex)", "z: 0j"),
        ("variable(0.5,3)", "z: [0.5, ...]"),
    ],
)
def test_a_variable_that_nothing_computes(one, run_refusal, declared, constant):
    assert run_refusal(one("x' = -x", x="output", z=declared)) == (
        f"EquationError: 'z' is declared as {declared.partition('(')[0]} and has no equation (operator 'op'). "
        f"Write one, such as \"z' = ...\" or 'z = ...', or declare a constant as '{constant}'."
    )


def test_a_variable_of_an_edge_that_is_mapped_needs_no_equation(pair):
    operator = OperatorTemplate("eo", "m = pre*k", {"m": "output", "pre": "input", "k": "variable"})
    edge = ("p/lin/x", "q/lin/u", EdgeTemplate("e", [operator]), {"eo/k": "p/lin/tau"})
    run = pair.update_template(edges=[edge]).run(0.2, 0.1, verbose=False)
    assert run["q/lin/x"].tolist() == [1.0, 1.0 + 0.1 * (-1.0 / 2.0 + 0.5 + 2.0)]


def test_a_delay_that_is_fed_from_outside(one, run_refusal):
    circuit = one("x' = -past(x, d)", x="variable", d="input(1.0)")
    assert run_refusal(circuit, inputs={"p/op/d": [1.0] * 10}) == (
        f"UnsupportedFeatureError: The delay 'p/op/d' of 'p/op/x' depends on 'p/op/d'. {DELAYS}"
    )


@pytest.mark.parametrize(("delay", "value"), [("d", "-1.0"), ("1/(d + 1)", "inf")])
def test_a_delay_that_is_no_time(one, run_refusal, delay, value):
    text = {"d": "p/op/d", "1/(d + 1)": "1/(p/op/d + 1)"}[delay]
    assert run_refusal(one(f"x' = -past(x, {delay})", x="variable", d=-1.0)) == (
        f"ArgumentError: The delay '{text}' of 'p/op/x' is {value}; a delay must be finite and not negative."
    )


@pytest.mark.parametrize(
    ("equation", "variables", "text"),
    [
        (
            "x' = a - x",
            {"x": "variable(0.0,3)", "a": [1.0, 2.0]},
            "Axes of length (2,) and (3,) meet in 'p/op/a - p/op/x'. Reduce one with vsum or mean, or pick elements "
            "with index.",
        ),
        (
            "x' = a - x",
            {"x": "variable(0.0)", "a": [1.0, 2.0]},
            "The derivative of 'p/op/x' has shape (2,), but the state has shape (). Declare its length as in "
            "'variable(0.0,3)', or reduce the right side with vsum or mean.",
        ),
        (
            "x' = matvec(a, x)",
            {"x": "variable(0.0,3)", "a": [[1.0, 2.0], [1.0, 2.0]]},
            "'matvec(p/op/a, p/op/x)' needs a matrix [m, n] and a vector [n]; it got shapes (2, 2) and (3,).",
        ),
        (
            "x' = floor(x)",
            {"x": "variable(1.0+1.0j)"},
            "'floor' is defined for real numbers only, but 'floor(p/op/x)' gives it a complex one. Take real(), imag() "
            "or abs() of it.",
        ),
    ],
)
def test_shapes_and_kinds_that_do_not_fit(one, run_refusal, equation, variables, text):
    assert run_refusal(one(equation, **variables)) == f"EquationError: {text}"


@pytest.mark.parametrize(
    ("equations", "variables", "text"),
    [
        ("[\"x' = -x + z\", z = w, w = z]", "{x: output(0.5), z: variable, w: variable}",
         "CyclicEquationsError: Algebraic variables depend on each other in a circle: 'p/op/z' needs 'p/op/w' needs "
         "'p/op/z'. Solve for one of them, make one a state (x' = ...), or put a delay on one of the edges."),
        ("\"x' = -x + a*b\"", "{x: output(0.5), a: [1.0, 2.0], b: [1.0, 2.0, 3.0]}",
         "EquationError: Axes of length (2,) and (3,) meet in 'p/op/a*p/op/b'. Reduce one with vsum or mean, or pick "
         "elements with index."),
        ("[\"x' = -x\", z = a*b]", "{x: output(0.5), z: variable, a: [1.0, 2.0], b: [1.0, 2.0, 3.0]}",
         "EquationError: Axes of length (2,) and (3,) meet in 'p/op/a*p/op/b'. Reduce one with vsum or mean, or pick "
         "elements with index."),
        ("\"x' = -x + a\"", "{x: output(0.5), a: [1.0, 2.0]}",
         "EquationError: The derivative of 'p/op/x' has shape (2,), but the state has shape (). Declare its length as "
         "in 'variable(0.0,3)', or reduce the right side with vsum or mean."),
    ],
)  # fmt: skip
def test_an_equation_of_a_file_that_does_not_fit_is_found_with_file_and_line(
    run_refusal, tmp_path, equations, variables, text
):
    path = tmp_path / "model.yaml"
    path.write_text(
        "node: {base: NodeTemplate, operators: op}\n"
        f"op: {{base: OperatorTemplate, equations: {equations}, variables: {variables}}}\n"
        "net: {base: CircuitTemplate, nodes: {p: node}}\n"
    )
    model = CircuitTemplate.from_yaml(str(path.with_suffix("")) + "/net")
    assert run_refusal(model) == f"{text} See {path}:2."
