"""Templates written as LEMS: they come back, and what LEMS cannot say is refused or told.

That PyLEMS reads them, and computes the same, is tested in `tests/neuroml`.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.tree import Apply, Expression, Number, Symbol, symbols
from rates_neuroml.expression_reader import parse_expression
from rates_neuroml.expression_writer import ExpressionWriter
from rates_neuroml.reader import read
from rates_neuroml.writer import write

from rates_core import CircuitTemplate, NodeTemplate, OmissionWarning, OperatorTemplate, UnitsWarning

IZHIKEVICH = OperatorTemplate(
    "izhikevich",
    ["v' = (0.04*v^2/mv + 5*v + (140 - u + i)*mv)/ms", "u' = a*(b*v/mv - u)/ms", "i = where(t > on, 10, 0)"],
    {
        "v": "output(-0.065)", "u": "variable(-13.0)", "i": "variable(0.0)", "spike": "output(0.0)", "mv": 1e-3,
        "ms": 1e-3, "on": 5e-3, "a": 0.02, "b": 0.2, "peak": 0.03, "c": -0.065, "d": 8.0,
    },
    description="A model of 2003.\n\nIn two paragraphs, <with> \"marks\".\n\n"
    "Units: v V, u 1, i 1, spike 1/s, mv V, ms s, on s, a 1, b 1, peak V, c V, d 1.",
    events=[{"when": "v > peak", "set": {"v": "c", "u": "u + d"}, "emit": "spike"}],
)  # fmt: skip


def circuit_of(operator: OperatorTemplate, name: str = "model") -> CircuitTemplate:
    return CircuitTemplate(name, nodes={"p": NodeTemplate("p", [operator])})


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    circuit = circuit_of(IZHIKEVICH)
    write(circuit, tmp_path / "model.xml")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read(tmp_path / "model.xml") == circuit
    table = circuit.run(0.05, 5e-5, outputs={"spike": "p/izhikevich/spike"}, verbose=False)
    assert table["spike"].sum() > 0.0


def test_nodes_with_values_of_their_own_share_a_type(tmp_path: Path) -> None:
    operator = OperatorTemplate("leak", "x' = -x/tau", {"x": "output(1.0)", "tau": 2.0})
    nodes = {"p": NodeTemplate("p", {operator: {"tau": 3.0}}), "q": NodeTemplate("q", {operator: {"x": 5.0}})}
    circuit = CircuitTemplate("model", nodes=nodes)
    circuit.update_var(node_vars={"q/leak/tau": 7.0})
    write(circuit, tmp_path / "model.xml")
    back = read(tmp_path / "model.xml")
    assert (tmp_path / "model.xml").read_text().count("<ComponentType") == 1
    for path in ("p/leak/tau", "p/leak/x", "q/leak/tau", "q/leak/x"):
        assert back.get_var(path) == circuit.get_var(path)
    assert [back.get_var("p/leak/tau"), back.get_var("q/leak/tau"), back.get_var("q/leak/x")] == [3.0, 7.0, 5.0]


def test_functions_that_lems_lacks_are_written_with_those_that_it_has(tmp_path: Path) -> None:
    texts = [
        "sign(y)*max(y, 0.25) + min(y, 0.5)", "heaviside(y - 0.5)", "sigmoid(y)", "floor(3*y)", "log10(y + 2)",
        "(y > 0.5) + 2*(not y > 0.5 or y <= 0.1 and y != 0)", "-y^2 + 2^-y", "1 if y < 0.5 else where(y < 0.6, 2, 3)",
        "pi*E",
    ]  # fmt: skip
    equations = ["y' = 1", *(f"x{number} = {text}" for number, text in enumerate(texts))]
    variables = {"y": "output(-1.0)", **{f"x{number}": "output" for number in range(len(texts))}}
    circuit = circuit_of(OperatorTemplate("kind", equations, variables))
    write(circuit, tmp_path / "model.xml")
    outputs = {name: f"p/kind/{name}" for name in variables}
    runs = [one.run(2.0, 0.05, outputs=outputs, verbose=False) for one in (circuit, read(tmp_path / "model.xml"))]
    for name in variables:  # sums of some roundings of numbers up to 10
        assert runs[1][name].to_numpy() == pytest.approx(runs[0][name].to_numpy(), rel=1e-14, abs=1e-14)


def expressions() -> st.SearchStrategy[Expression]:
    leaves = st.one_of(
        st.sampled_from([Symbol("x"), Symbol("y")]),
        st.integers(0, 9).map(Number),
        st.floats(1e-8, 1e8, allow_nan=False).map(Number),
    )

    def applied(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
        binary = st.sampled_from(["add", "subtract", "multiply", "divide", "power"])
        unary = st.sampled_from(["exp", "sqrt", "abs", "tanh", "ceil", "negative"])
        return st.one_of(
            st.builds(lambda f, a, b: Apply(f, (a, b)), binary, inner, inner),
            st.builds(lambda f, a: Apply(f, (a,)), unary, inner.filter(lambda one: not isinstance(one, Number))),
        )

    return st.recursive(leaves, applied, max_leaves=12)


@given(expressions())
@settings(max_examples=200, deadline=None)
def test_expressions_come_back_as_they_were(tree: Expression) -> None:
    text = ExpressionWriter("here", set(symbols(tree))).write(tree, "z")
    assert parse_expression(text, "here") == tree


REFUSED = {
    "noise": (
        ["x' = n"], {"x": "output", "n": "noise"}, [],
        "operator 'kind': 'n' is noise, which LEMS cannot say.",
    ),
    "complex values": (
        ["x' = -x"], {"x": "output(1.0+2.0j)"}, [],
        "operator 'kind': 'x' is complex, which LEMS cannot say.",
    ),
    "vectors": (
        ["x' = -x"], {"x": "output(0.0,3)"}, [],
        "operator 'kind': 'x' is a vector, which LEMS cannot say.",
    ),
    "inputs with values": (
        ["x' = u"], {"x": "output", "u": "input(2.0)"}, [],
        "operator 'kind': 'u' is an input with a value of its own, 2.0, which LEMS cannot say.",
    ),
    "names that begin with a line": (
        ["_x' = 1"], {"_x": "output"}, [],
        "operator 'kind': '_x' begins with '_', which LEMS cannot say.",
    ),
    "the past": (
        ["x' = -past(x, 1.0)"], {"x": "output"}, [],
        "operator 'kind': 'x' = -past(x, 1.0)' reads the past, which LEMS cannot.",
    ),
    "functions": (
        ["x' = erf(x)"], {"x": "output"}, [],
        "operator 'kind': LEMS has no function 'erf'.",
    ),
    "pulses in equations": (
        ["x' = s"], {"x": "output", "s": "variable"}, [{"when": "x > 1", "set": {"x": "0"}, "emit": "s"}],
        "operator 'kind': 'x' = s' reads 's', into which events emit; in LEMS they go to other components.",
    ),
    "conditions that stay true": (
        ["x' = 1"], {"x": "output"}, [{"when": "x > 1", "set": {"x": "x + 1"}}],
        "operator 'kind': What happens where 'x > 1' becomes true would in LEMS be done at each step while that holds. "
        "Let "
        "the event make its condition false.",
    ),
    "exchanges": (
        ["x' = 1", "y' = 0"], {"x": "output", "y": "output(-2.0)"},
        [{"when": "x > 1 and y < -1", "set": {"x": "y", "y": "x"}}],
        "operator 'kind': The event 'when: x > 1 and y < -1' exchanges values of x, y; LEMS sets one after another.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_lems_cannot_say_is_refused_by_name(tmp_path: Path, case: str) -> None:
    equations, variables, events, message = REFUSED[case]
    with pytest.raises(UnsupportedFeatureError) as caught:
        write(OperatorTemplate("kind", equations, variables, events=events), tmp_path / "a.xml")
    assert str(caught.value) == message
    assert not (tmp_path / "a.xml").exists()


def test_circuits_that_are_more_than_nodes_are_refused(tmp_path: Path) -> None:
    operator = OperatorTemplate("leak", "x' = -x + u", {"x": "output", "u": "input"})
    node = NodeTemplate("p", [operator])
    circuit = CircuitTemplate(
        "c", nodes={"p": node, "q": node}, edges=[("p/leak/x", "q/leak/u", None, {"weight": 1.0})]
    )
    with pytest.raises(UnsupportedFeatureError) as caught:
        write(circuit, tmp_path / "a.xml")
    assert str(caught.value) == ("'c' has edges, which a component of LEMS does not have. Write its nodes one by one.")
    other = OperatorTemplate("leak", "x' = -2*x", {"x": "output"})
    with pytest.raises(UnsupportedFeatureError) as caught:
        write(CircuitTemplate("c", nodes={"p": node, "q": NodeTemplate("q", [other])}), tmp_path / "a.xml")
    assert str(caught.value) == "Two operators are called 'leak' and differ; in LEMS a type has one name. Rename one."
    with pytest.raises(UnsupportedFeatureError) as caught:
        write(NodeTemplate("p", [operator, OperatorTemplate("b", "u = 1", {"u": "output"})]), tmp_path / "a.xml")
    assert str(caught.value) == "The node 'p' has the operators 'leak', 'b'; a component of LEMS is one operator."


def test_names_and_texts_that_have_no_place_are_told(tmp_path: Path) -> None:
    operator = OperatorTemplate("leak", "x' = -x", {"x": "output"}, label="a leak")
    node = NodeTemplate("other", [operator], description="of a node")
    with pytest.warns(OmissionWarning) as caught:
        write(CircuitTemplate("c", nodes={"p": node}, description="of a circuit"), tmp_path / "a.xml")
    assert str(caught[0].message) == (
        "'c' has what a file of LEMS cannot hold; it is left out:\n"
        "  the name 'c' of the circuit, which becomes 'a'\n"
        "  the description of the circuit 'c'\n"
        "  the name 'other' of a node template, which becomes 'p'\n"
        "  the description of the node template 'other'\n"
        "  the label of the operator 'leak'"
    )


def test_variables_without_units_have_any_dimension(tmp_path: Path) -> None:
    write(OperatorTemplate("leak", "x' = -x/tau", {"x": "output", "tau": 2.0}), tmp_path / "leak.xml")
    with warnings.catch_warnings():
        warnings.simplefilter("error", UnitsWarning)
        assert read(tmp_path / "leak.xml").nodes["leak"].operators[0][0].description == ""
