"""Generated right-hand sides are those of the interpreter, grouped or not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rates_core.reference import Interpreter

from rates_core import CircuitTemplate, Connectivity, EdgeTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

SIZE = 9
UNIT = OperatorTemplate(
    "op",
    ["x' = -x/tau + u + d_x*past(x, 2*tau)", "d_x' = I*d_x - z*conj(d_x)", "z = tanh(x)*s + 1.0", "s = k^2 + t"],
    {"x": "output(0.2)", "d_x": "variable(0.1j)", "z": "output", "s": "variable", "tau": 2.0, "k": 1.0,
     "u": "input(0.3)"},
)  # fmt: skip
NODE = NodeTemplate("unit", [UNIT])
TRACE = EdgeTemplate(
    "trace",
    [OperatorTemplate("eo", ["r' = pre - r/g", "m = r*post"],
                      {"m": "output", "r": "variable(0.4)", "pre": "input", "post": "input", "g": 1.5})],
)  # fmt: skip

ends = st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1))
edges = st.lists(st.tuples(ends, st.floats(-2, 2), st.sampled_from([None, 0.5, 1.25]), st.booleans()), max_size=10)


def assert_equal(found, wanted):
    assert found.keys() == wanted.keys()
    for path, value in wanted.items():
        assert found[path] == pytest.approx(value, rel=1e-12, abs=1e-12), path


def edge(source, target, weight, delay, traced):
    attributes = {"weight": weight, "delay": delay}
    if traced:
        attributes |= {"eo/pre": "source", "eo/post": f"{target}/op/z"}
    return f"{source}/op/x", f"{target}/op/u", TRACE if traced else None, attributes


def states(interpreter, generator):
    start = interpreter.initial_state()
    return {
        path: complex(*generator.normal(size=2)) if isinstance(value, complex) else generator.normal()
        for path, value in start.items()
    }


@settings(max_examples=25)
@given(edges, st.integers(0, 1000))
def test_of_nodes(bound, drawn, seed):
    generator = np.random.default_rng(seed)
    listed = [edge(f"p{a}", f"p{b}", weight, delay, traced) for (a, b), weight, delay, traced in drawn]
    circuit = CircuitTemplate("c", nodes={f"p{k}": NODE for k in range(SIZE)}, edges=listed)
    circuit.update_var({"all/op/tau": generator.uniform(0.5, 2.0, SIZE)})
    interpreter = Interpreter(circuit)
    state = states(interpreter, generator)
    wanted = interpreter.derivative(0.7, state)
    assert_equal(bound(circuit).derivatives(state, 0.7), wanted)
    assert_equal(bound(circuit, vectorize=False).derivatives(state, 0.7), wanted)


@pytest.mark.parametrize("form", ["dense", "sparse", "scalar", "diagonal"])
@pytest.mark.parametrize("delays", ["none", "one", "each"])
@pytest.mark.parametrize("template", [None, TRACE])
@pytest.mark.parametrize("shape", [(4, 3), (1, 3), (4, 1), (1, 1)])
def test_of_connections(bound, form, delays, template, shape):
    sparse = pytest.importorskip("scipy.sparse")
    generator = np.random.default_rng(5)
    dense = generator.uniform(0.5, 1.5, shape) * (generator.uniform(size=shape) < 0.6)
    dense = dense * np.eye(*shape) if form == "diagonal" else dense
    times = {"none": None, "one": 0.7, "each": np.round(generator.uniform(0.0, 2.0, shape), 1)}[delays]
    weights = {"scalar": 0.4, "dense": dense}.get(form, sparse.csr_array(dense))
    if delays == "each" and form in ("sparse", "diagonal"):
        times = sparse.csr_array(times * (dense != 0))
    mapping = {"eo/pre": "source", "eo/post": "b/op/z"} if template else {}
    targets, sources = (PopulationTemplate("pop", NODE, count) for count in shape)
    connection = Connectivity("a/op/x", "b/op/u", weights, edge=template, edge_var_map=mapping, delays=times)
    circuit = CircuitTemplate("c", populations={"a": sources, "b": targets}, connections=[connection])
    interpreter = Interpreter(circuit)
    state = states(interpreter, generator)
    assert_equal(bound(circuit).derivatives(state, 0.2), interpreter.derivative(0.2, state))
