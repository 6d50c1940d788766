"""Random small networks have one right-hand side: grouped, ungrouped, as a population, and in the interpreter."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rates_core.reference import Interpreter

from rates_core import CircuitTemplate, Connectivity, EdgeTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

SIZE = 9  # nodes, enough to be grouped

LEAK = OperatorTemplate(
    "leak",
    ["x' = -x/tau + u + s", "z = x*u + 1.0"],
    {"x": "output(0.2)", "z": "output", "tau": 2.0, "u": "input(0.3)", "s": "input(-0.1)"},
)
SINE = OperatorTemplate("sine", "s = k*sin(x) + 0.1*t", {"s": "output", "k": 0.5, "x": "input"})
NODE = NodeTemplate("unit", [LEAK, SINE])

SCALED = EdgeTemplate("scaled", [OperatorTemplate("eo", "m = g*tanh(pre)", {"m": "output", "pre": "input", "g": 1.5})])
TRACE = EdgeTemplate(
    "trace",
    [OperatorTemplate("eo", ["r' = pre - r/g", "m = r*post"],
                      {"m": "output", "r": "variable(0.4)", "pre": "input", "post": "input", "g": 1.5})],
)  # fmt: skip

numbers = st.floats(-2.0, 2.0, allow_subnormal=False).map(lambda value: round(value, 3))
positive = st.floats(0.1, 3.0).map(lambda value: round(value, 3))


@st.composite
def edges(draw, path):
    """Draw edges between units whose paths are `path(number)`; algebraic outputs feed later units only."""
    drawn = []
    for _ in range(draw(st.integers(0, 14))):
        first, last = draw(st.integers(0, SIZE - 1)), draw(st.integers(0, SIZE - 1))
        output, template = draw(st.sampled_from("xz")), draw(st.sampled_from([None, None, SCALED, TRACE]))
        attributes = {"weight": draw(numbers), "delay": draw(st.sampled_from([None, None, 0.5, 1.25]))}
        if output == "z":
            if first == last:
                continue
            first, last = min(first, last), max(first, last)
        target = draw(st.sampled_from("us")) if output == "x" else "u"
        if template is TRACE:
            attributes |= {"eo/pre": "source", "eo/post": draw(st.sampled_from([f"{path(last)}/leak/x", "all/leak/x"]))}
        if template is not None and draw(st.booleans()):
            attributes["eo/g"] = draw(positive)
        drawn.append((f"{path(first)}/leak/{output}", f"{path(last)}/leak/{target}", template, attributes))
    return drawn


def states(circuit, values):
    """Return a value for each state of a circuit, edges' included."""
    paths = Interpreter(circuit).state_paths
    return {path: values[number % len(values)] * (1.0 + number) ** -0.5 for number, path in enumerate(paths)}


def assert_equal(found, wanted):
    assert found.keys() == wanted.keys()
    for path, value in wanted.items():
        assert found[path] == pytest.approx(value, rel=1e-12, abs=1e-12), path


@settings(max_examples=60)
@given(
    drawn=edges(lambda number: f"p{number}"),
    taus=st.lists(positive, min_size=SIZE, max_size=SIZE),
    same=st.booleans(),
    values=st.lists(numbers, min_size=3, max_size=8),
)
def test_grouping_changes_no_value(derivatives, drawn, taus, same, values):
    circuit = CircuitTemplate("c", nodes={f"p{number}": NODE for number in range(SIZE)}, edges=drawn)
    circuit.update_var({"all/leak/tau": taus[0] if same else np.array(taus)})
    state = states(circuit, values)
    wanted = Interpreter(circuit).derivative(0.7, state)
    assert_equal(derivatives(circuit, 0.7, state, vectorize=False), wanted)
    assert_equal(derivatives(circuit, 0.7, state), wanted)


@settings(max_examples=40)
@given(
    drawn=edges(lambda number: f"pop[{number}]"),
    taus=st.lists(positive, min_size=SIZE, max_size=SIZE),
    values=st.lists(numbers, min_size=3, max_size=8),
)
def test_a_population_is_what_its_units_are(derivatives, drawn, taus, values):
    kept = [edge for edge in drawn if not edge[0].endswith("/z")]  # one algebraic unit after the other is for nodes
    population = PopulationTemplate("pop", NODE, SIZE, {"leak/tau": taus})
    circuit = CircuitTemplate("c", populations={"pop": population}, edges=kept)
    state = states(circuit, values)
    wanted = Interpreter(circuit).derivative(0.7, state)
    assert_equal(derivatives(circuit, 0.7, state), wanted)
    twin = CircuitTemplate("c", nodes={f"p{number}": NODE for number in range(SIZE)}, edges=renamed(kept))
    twin.update_var({f"p{number}/leak/tau": tau for number, tau in enumerate(taus)})
    as_nodes = derivatives(twin, 0.7, {node_path(path): value for path, value in state.items()})
    assert_equal({node_path(path): value for path, value in wanted.items()}, as_nodes)


def node_path(path):
    for number in range(SIZE):
        path = path.replace(f"pop[{number}]/", f"p{number}/")
    return path


def renamed(drawn):
    """Return edges of units of a population as edges of nodes."""
    return [
        (node_path(source), node_path(target), template,
         {name: node_path(value) if isinstance(value, str) else value for name, value in attributes.items()})
        for source, target, template, attributes in drawn
    ]  # fmt: skip


matrices = st.integers(0, 10_000).map(lambda seed: np.random.default_rng(seed))


@settings(max_examples=40)
@given(
    generator=matrices,
    shape=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    share=st.sampled_from([0.0, 0.3, 1.0]),
    template=st.sampled_from([None, SCALED, TRACE]),
    delayed=st.sampled_from(["none", "one", "each"]),
    form=st.sampled_from(["dense", "sparse", "scalar"]),
)
def test_connections_are_what_the_matrix_says(derivatives, generator, shape, share, template, delayed, form):
    sparse = pytest.importorskip("scipy.sparse")
    weights = generator.uniform(0.5, 1.5, shape) * (generator.uniform(size=shape) < share)
    delays = {"none": None, "one": 0.7, "each": np.round(generator.uniform(0, 2, shape), 1) * (weights != 0)}[delayed]
    if form == "sparse":
        delays = sparse.csr_array(delays) if delayed == "each" else delays
    given_weights = {"dense": weights, "sparse": sparse.csr_array(weights), "scalar": 0.4}[form]
    mapping = {"eo/pre": "source", "eo/post": "b/leak/x"} if template is TRACE else {}
    targets, sources = (PopulationTemplate("pop", NODE, count) for count in shape)
    circuit = CircuitTemplate(
        "c",
        populations={"a": sources, "b": targets},
        connections=[
            Connectivity("a/leak/x", "b/leak/u", given_weights, edge=template, edge_var_map=mapping, delays=delays)
        ],
    )
    values = generator.uniform(-1, 1, 5).round(3).tolist()
    state = states(circuit, values)
    assert_equal(derivatives(circuit, 0.2, state), Interpreter(circuit).derivative(0.2, state))


def test_the_interpreter_and_the_system_agree_with_a_sum_written_by_hand(derivatives):
    weights = np.array([[0.0, 2.0], [3.0, 0.5]])
    circuit = CircuitTemplate(
        "c",
        populations={"pop": PopulationTemplate("pop", NODE, 2, {"leak/x": [0.1, 0.4], "leak/tau": [1.0, 4.0]})},
        connections=[Connectivity("pop/leak/x", "pop/leak/u", weights)],
    )
    found = derivatives(circuit, t=2.0)
    assert found["pop[0]/leak/x"] == pytest.approx(-0.1 + 2.0 * 0.4 + 0.5 * math.sin(0.1) + 0.2, rel=1e-15)
    assert found["pop[1]/leak/x"] == pytest.approx(-0.1 + 0.3 + 0.2 + 0.5 * math.sin(0.4) + 0.2, rel=1e-15)
