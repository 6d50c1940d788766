"""Couplings of several states, terms and inputs: what they compute, that they come back equal, what is refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest
from rates_core.reference import Interpreter
from rates_tvbo.reader import read

from rates_core import CircuitTemplate, OmissionWarning

Writer = Callable[..., Path]
Again = Callable[[CircuitTemplate], bool]

TWO = """\
label: net
dynamics:
  two:
    name: two
    coupling_inputs: {c: %s}
    state_variables:
      x: {equation: {rhs: %s}, initial_value: 1.0, coupling_variable: true}
      "y": {equation: {rhs: "0.0"}, initial_value: 0.5}
nodes: [{id: 0, label: a}, {id: 1, label: b}]
edges: [{source: 0, target: 1, weight: 2.0, %s directed: true}]
coupling: {%s}
"""
STATE = {"a": (0.3, -0.7), "b": (1.1, 0.4)}


def network(coupling: str, inputs: str = "{}", slope: str = "c", edge: str = "") -> str:
    return TWO % (inputs, slope, edge, coupling)


def slopes(circuit: CircuitTemplate) -> tuple[float, float]:
    """Return the derivatives of x at both nodes, by the reference interpreter."""
    values = {
        f"{label}/two_op/{name}": value for label, pair in STATE.items() for name, value in zip("xy", pair, strict=True)
    }
    found = Interpreter(circuit).derivative(0.0, values)
    return found["a/two_op/x"], found["b/two_op/x"]


(XA, YA), (XB, YB) = STATE.values()
K = "parameters: {k: {value: 0.25}}"
COMPUTED: dict[str, tuple[str, tuple[float, float]]] = {
    "names of states": (f"C: {{pre_expression: {{rhs: x - k*y}}, {K}}}", (0.0, 2 * (XA - 0.25 * YA))),
    "components": (
        f"C: {{incoming_states: [y, x], pre_expression: {{rhs: 'x_j[1] - k*x_j[0]'}}, {K}}}",
        (0.0, 2 * (XA - 0.25 * YA)),
    ),
    "components by the older name": (
        "C: {incoming_states: [x, y], pre_expression: {rhs: 'incoming_states[0]*incoming_states[1]'}}",
        (0.0, 2 * XA * YA),
    ),
    "another state than the first": ("C: {incoming_states: [y], pre_expression: {rhs: x_j}}", (0.0, 2 * YA)),
    "both ends": (
        f"C: {{delayed: false, pre_expression: {{rhs: k*x_j*y_j - y_i}}, {K}}}",
        (0.0, 2 * (0.25 * XA * YA - YB)),
    ),
    "components of the target": (
        "C: {incoming_states: [y], local_states: [x, y], pre_expression: {rhs: 'x_j*x_i[1] - x_i[0]'}}",
        (0.0, 2 * (YA * YB - XB)),
    ),
    "the target after the sum": (
        f"C: {{local_states: [y], incoming_states: [x], pre_expression: {{rhs: x_j}}, post_expression: "
        f"{{rhs: gx*y_i + k}}, {K}}}",
        (0.25, 2 * XA * YB + 0.25),
    ),
    "sums that are joined": (
        "C: {incoming_states: [x], local_states: [x], pre_expression: {rhs: '[sin(x_j), cos(x_j)]'}, post_expression: "
        "{rhs: gx_0*cos(x_i) - gx_1*sin(x_i)}}",
        (0.0, 2 * math.sin(XA - XB)),
    ),
    "sums of two states that are joined": (
        "C: {incoming_states: [x, y], pre_expression: {rhs: '[x_j, y_j, x_j*y_j]'}, post_expression: "
        "{rhs: gx_0/gx_1 + gx_2}}",
        (math.nan, XA / YA + 2 * XA * YA),
    ),
    "that of tvbo's database": ("Linear: {iri: tvbo:Linear, incoming_states: [x], parameters: {b: {value: 0.5}}}",
                                (0.5, 2 * XA / 256 + 0.5)),
}  # fmt: skip


@pytest.mark.parametrize(("coupling", "expected"), COMPUTED.values(), ids=COMPUTED)
def test_a_coupling_computes_what_it_says_and_comes_back_equal(
    file: Writer, comes_back: Again, coupling: str, expected: tuple[float, float]
) -> None:
    circuit = read(file(network(coupling)))
    assert slopes(circuit) == pytest.approx(expected, rel=1e-14, nan_ok=True)
    assert comes_back(circuit)


def test_a_delay_acts_on_all_states_that_are_sent(file: Writer) -> None:
    text = network("C: {pre_expression: {rhs: x*y}}", edge="delay: 0.5,").replace(
        "initial_value: 0.5", "initial_value: 3"
    )
    text = text.replace('rhs: "0.0"', 'rhs: "1.0"')
    table = read(file(text)).run(1.5, 0.25, outputs={"x": "b/two_op/x"}, verbose=False)
    # of a, x stays 1 and y is 3 + t, so x of b grows by 2*(3 + t - 0.5), and by 2*3 before 0.5
    expected = [1.0]
    for step in range(5):
        expected.append(expected[-1] + 0.25 * 2 * (3 + max(0.0, 0.25 * step - 0.5)))
    assert table["x"].tolist() == expected


def test_inputs_of_several_components_are_variables_by_their_names(file: Writer, comes_back: Again) -> None:
    coupling = (
        f"c: {{incoming_states: [x], pre_expression: {{rhs: '[x*k, sin(x)]'}}, post_expression: {{rhs: 3*gx}}, {K}}}"
    )
    circuit = read(file(network(coupling, "{dimension: 2, keys: [first, second]}", "first - second*second")))
    assert slopes(circuit) == pytest.approx((0.0, 6 * 0.25 * XA - (6 * math.sin(XA)) ** 2), rel=1e-14)
    assert comes_back(circuit)


def test_states_are_components_where_nothing_is_made_of_them(file: Writer, comes_back: Again) -> None:
    coupling = "c: {incoming_states: [y, x], post_expression: {rhs: gx}}"
    circuit = read(file(network(coupling, "{dimension: 2, keys: [first, second]}", "first - 3*second")))
    assert slopes(circuit) == pytest.approx((0.0, 2 * YA - 6 * XA), rel=1e-14)
    assert comes_back(circuit)


INPUTS = "{}, d: {}, e: {local: true}"


@pytest.mark.parametrize(
    ("couplings", "expected"),
    [
        ("K: {pre_expression: {rhs: 3*x_j}}", (3, 3)),  # one for all that are not local
        ("K: {pre_expression: {rhs: 3*x_j}}, d: {pre_expression: {rhs: 5*x_j}}", (3, 5)),  # by name
        ("K: {pre_expression: {rhs: 3*x_j}}, L: {pre_expression: {rhs: 5*x_j}}", (3, 5)),  # by place
    ],
)
def test_couplings_that_no_edge_names_feed_inputs_as_tvbo_finds_them(
    file: Writer, comes_back: Again, couplings: str, expected: tuple[int, int]
) -> None:
    circuit = read(file(network(couplings, INPUTS, "c + 100*d + 1000*e")))
    assert slopes(circuit)[1] == pytest.approx(2 * XA * (expected[0] + 100 * expected[1]), rel=1e-14)
    assert comes_back(circuit)


def test_a_source_is_said_by_the_input(file: Writer) -> None:
    couplings = "K: {pre_expression: {rhs: 3*x_j}}, L: {pre_expression: {rhs: 5*x_j}}"
    circuit = read(file(network(couplings, "{source: L}, d: {source: K}", "c + 100*d")))
    assert slopes(circuit)[1] == pytest.approx(2 * XA * (5 + 300), rel=1e-14)


def test_a_coupling_function_is_what_edges_make_of_their_ends_and_that_tvbo_does_not_is_said(
    file: Writer, comes_back: Again
) -> None:
    path = file(network("C: {coupling_function: {rhs: a*x, parameters: {a: {value: 3.0}}}}"))
    with pytest.warns(OmissionWarning) as caught:
        circuit = read(path)
    assert str(caught[0].message) == (
        f"{path} says what a template of rates cannot hold; it is left out:\n"
        "  what tvbo 0.5.3 runs instead of coupling_function, which it passes over: coupling C"
    )
    assert slopes(circuit) == pytest.approx((0.0, 2 * 3 * XA), rel=1e-14)
    assert comes_back(circuit)


def test_beside_a_pre_expression_a_coupling_function_is_left_out(file: Writer) -> None:
    path = file(network("C: {coupling_function: {rhs: 17*x}, pre_expression: {rhs: 3*x_j}}"))
    with pytest.warns(OmissionWarning) as caught:
        assert slopes(read(path))[1] == pytest.approx(2 * 3 * XA, rel=1e-14)
    assert str(caught[0].message).endswith(
        "  coupling_function, beside pre_expression, which is what tvbo runs: coupling C"
    )


def test_an_experiment_without_coupling_has_that_of_tvbo(file: Writer) -> None:
    lines = network("K: {}").replace("coupling: {K: {}}\n", "").splitlines()
    path = file("id: 1\nnetwork:\n" + "".join(f"  {line}\n" for line in lines))
    with pytest.warns(OmissionWarning) as caught:
        assert slopes(read(path))[1] == pytest.approx(2 * XA / 256, rel=1e-14)
    assert str(caught[0].message).endswith("  no coupling, so tvbo's Linear with a = 0.00390625 is taken: experiment")


REFUSED: dict[str, tuple[str, str]] = {
    "a component that is not there": (
        network("C: {pre_expression: {rhs: 'x_j[0] - x_j[1]'}}"),
        "ModelFileError: {path}:11: coupling 'C': It takes x_j[1], and what is coupled is 'x', counted from 0.",
    ),
    "several states of sources, some of targets, and a delay": (
        network("C: {pre_expression: {rhs: x_j*y_j - x_i}}", edge="delay: 0.5,"),
        "UnsupportedFeatureError: {path}:11: coupling 'C': It reads the states x, y of sources and x of targets over a "
        "delay, and a delay of rates is that of one variable. Let it read one state of sources, or none of targets.",
    ),
    "an unknown state": (
        network("C: {pre_expression: {rhs: voltage}}"),
        "EquationError: {path}:11, pre_expression of 'C': Nothing in the file is called 'voltage'. In "
        "'voltage'.",
    ),
    "another source than what is sent": (
        network("C: {incoming_states: [y], pre_expression: {rhs: x_j}}", edge="source_var: x,"),
        "ModelFileError: {path}:11: coupling 'C': It sends 'y' first (incoming_states), and an edge of it 'x'.",
    ),
    "several terms and nothing that joins them": (
        network("C: {pre_expression: {rhs: '[x, y]'}}"),
        "ModelFileError: {path}:11: coupling 'C': It sends 2 terms; 'post_expression' makes one value of gx_0, gx_1, …",
    ),
    "fewer terms than components": (
        network("c: {pre_expression: {rhs: x}}", "{dimension: 2, keys: [m, n]}", "m"),
        "ModelFileError: {path}:11: coupling 'c': It sends 1 terms, and what it feeds has 2 components.",
    ),
    "components without names": (
        network("c: {pre_expression: {rhs: x}}", "{dimension: 2}"),
        "ModelFileError: {path}:5: coupling input 'c': It has 2 components without names. Name each of them in 'keys'.",
    ),
    "more names than components": (
        network("c: {pre_expression: {rhs: x}}", "{dimension: 2, keys: [m]}"),
        "ModelFileError: {path}:5: coupling input 'c': It has 2 components (dimension), and names of 1 (keys).",
    ),
    "couplings of which none is the one": (
        network("K: {pre_expression: {rhs: x}}, L: {pre_expression: {rhs: y}}"),
        "UnsupportedFeatureError: {path}:10: edge '0': Nothing says which of the couplings 'K', 'L' feeds which of the "
        "inputs 'c'. Name it as 'source' of each coupling input.",
    ),
    "expressions that are elsewhere": (
        network("C: {iri: 'tvbo:KuramotoCoupling'}"),
        "UnsupportedFeatureError: {path}:11: coupling 'C': It has no expressions; tvbo takes those of "
        "'KuramotoCoupling' in its database, which rates does not have. Write pre_expression and post_expression, as "
        "tvbo's to_yaml() does.",
    ),
    "a list after the sum": (
        network("C: {pre_expression: {rhs: x}, post_expression: {rhs: '[gx, gx]'}}"),
        "UnsupportedFeatureError: {path}:11: coupling 'C': Its post_expression is a list; write one expression of gx.",
    ),
    "a coupling of another scale": (
        network("C: {inner_coupling: {name: L}}"),
        "UnsupportedFeatureError: {path}:11: coupling 'C': It has 'inner_coupling'; couplings of rates are "
        "pre_expression and post_expression.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_coupling_of_rates_is_refused_by_name(
    file: Writer, refusal: Callable[[Path], str], text: str, message: str
) -> None:
    path = file(text)
    assert refusal(path) == message.format(path=path)
