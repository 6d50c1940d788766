"""Whatever a circuit holds, writing and reading gives an equal one."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.connectivity import Connectivity
from rates_core.templates.edge import Edge
from rates_core.templates.node import EdgeTemplate, NodeTemplate
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.population import PopulationTemplate
from rates_core.yaml.reader import load
from rates_core.yaml.writer import write

WORDS_OF_YAML = ("y", "n", "on", "no", "null", "true", "e1", "e", "_1", "inf")
LIVELY_TEXTS = st.sampled_from(
    ["", "null", "1e3", "a: b", "- a", "# a", "'", '"', "{", "*a", "&a", "!a", "%", "a\nb", " "]
)

floats = st.floats(allow_nan=False, allow_infinity=False)
complexes = st.complex_numbers(allow_nan=False, allow_infinity=False)
numbers = floats | complexes
positive = st.floats(min_value=0.125, max_value=1e300)
texts = st.text(max_size=12) | LIVELY_TEXTS
identifiers = st.sampled_from(WORDS_OF_YAML) | st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,5}", fullmatch=True)
labels = (
    st.text(min_size=1, max_size=6).filter(lambda text: text != "all" and not set(text) & set("/[]>")) | identifiers
)
names = texts.filter(bool)
prose = st.fixed_dictionaries({"description": texts, "label": st.none() | texts})


def real_arrays(*shape: int):
    return arrays(np.float64, shape, elements=floats)


@st.composite
def declarations(draw):
    kind = draw(st.sampled_from(["input", "output", "variable"]))
    value, length = draw(numbers), draw(st.none() | st.integers(1, 4))
    inside = str(value).strip("()") if length is None else f"{str(value).strip('()')},{length}"
    return f"{kind}({inside})"


parameters = numbers | real_arrays(3) | real_arrays(2, 2) | arrays(np.complex128, 2, elements=complexes)
variables = st.dictionaries(
    identifiers.filter(lambda name: name not in ("x", "k", "t")), declarations() | parameters | st.just("noise")
)


@st.composite
def events(draw):
    changes = draw(st.dictionaries(st.just("x"), texts, min_size=1))
    return {"when": draw(texts.filter(str.strip)), "set": changes, "emit": draw(st.sampled_from([None, "x"]))}


@st.composite
def operators(draw, label=labels):
    """Operators with the scalar variable `x`, which edges join, among others."""
    return OperatorTemplate(
        draw(label),
        draw(st.lists(texts.filter(str.strip), max_size=3)),
        {"x": "output(0.5)", "k": draw(floats), **draw(variables)},
        events=draw(st.lists(events(), max_size=2)),
        **draw(prose),
    )


def operator_sets(kind):
    """Nodes or edges of one or two operators, of which the first is `op`, with values of their own."""

    @st.composite
    def draw_set(draw):
        first, second = draw(operators(st.just("op"))), draw(operators())
        chosen = [first] if second.name == "op" else [first, second]
        instances = [(operator, draw(overrides(operator))) for operator in chosen]
        return kind(draw(names), instances, **draw(prose))

    return draw_set()


def overrides(operator):
    scalars = [
        name
        for name, variable in operator.variables.items()
        if variable.shape == () and variable.kind != "noise" and name not in operator.algebraic
    ]
    return st.dictionaries(st.sampled_from(scalars), floats, max_size=3)


@st.composite
def plain_nodes(draw):
    """Nodes whose variables are scalars, as populations need them."""
    operator = OperatorTemplate("op", ["x' = -x"], {"x": "output(0.5)", "k": draw(numbers)}, **draw(prose))
    return NodeTemplate(draw(names), {operator: draw(overrides(operator))})


@st.composite
def populations(draw):
    n = draw(st.integers(1, 3))
    params = draw(st.dictionaries(st.sampled_from(["op/x", "op/k"]), floats | real_arrays(n)))
    return PopulationTemplate(draw(names), draw(plain_nodes()), n, params, **draw(prose))


@st.composite
def edges(draw, sources, targets):
    source, target = draw(st.sampled_from(sources)), draw(st.sampled_from(targets))
    template = draw(st.none() | operator_sets(EdgeTemplate))
    mapping = {}
    if template is not None:
        mapping = draw(st.dictionaries(st.just("op/x"), floats | st.just("source") | st.just(f"{source}/op/x")))
    delay = draw(st.none() | positive)
    spread = None if delay is None else draw(st.none() | positive)
    return Edge(f"{source}/op/x", f"{target}/op/x", template, draw(numbers), delay, spread, mapping)


@st.composite
def connections(draw, sizes):
    source, target = draw(st.sampled_from(list(sizes))), draw(st.sampled_from(list(sizes)))
    shape = sizes[target], sizes[source]
    weights = draw(numbers | real_arrays(*shape) | sparse_arrays(shape))
    dense = not hasattr(weights, "nnz")
    delays = draw(st.none() | positive | (arrays(np.float64, shape, elements=positive) if dense else st.nothing()))
    return Connectivity(f"{source}/op/x", f"{target}/op/x", weights, delays=delays)


@st.composite
def sparse_arrays(draw, shape):
    from scipy.sparse import csr_array

    matrix = draw(real_arrays(*shape))
    rows, columns = np.nonzero(draw(arrays(np.bool_, shape)))
    return csr_array((matrix[rows, columns], (rows, columns)), shape=shape)


@st.composite
def circuits(draw, depth=2):
    named = draw(st.lists(labels, min_size=1, max_size=5, unique=True))
    nodes = {label: draw(operator_sets(NodeTemplate)) for label in named[:2]}
    units = {label: draw(populations()) for label in named[2:4]}
    inner = {label: draw(circuits(depth - 1)) for label in named[4:] if depth > 1}
    sizes = {label: population.n for label, population in units.items()}
    circuit = CircuitTemplate(
        draw(names),
        nodes,
        inner,
        draw(st.lists(edges(list(nodes), list(nodes)), max_size=3)),
        units,
        draw(st.lists(connections(sizes), max_size=2)) if sizes else [],
        **draw(prose),
    )
    changed = draw(st.dictionaries(st.sampled_from([f"{label}/op/k" for label in (*nodes, *units)]), floats))
    circuit.update_var(changed, [(edge.source, edge.target, {"weight": draw(numbers)}) for edge in circuit.edges[:1]])
    return circuit


def assert_kept(template):
    with TemporaryDirectory() as folder:
        path = write(template, Path(folder) / "model.yaml")
        assert load(path) == template
        write(load(path), path)
        assert load(path) == template
        assert isinstance(yaml.safe_load(path.read_text(encoding="utf-8")), dict)


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=60)
@given(circuits())
def test_a_circuit_is_kept(circuit):
    assert_kept(circuit)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60)
@given(operators() | operator_sets(NodeTemplate) | operator_sets(EdgeTemplate) | populations())
def test_a_part_of_a_circuit_is_kept(template):
    assert_kept(template)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=40)
@given(operator_sets(NodeTemplate), st.data())
def test_nodes_that_differ_in_one_value_are_kept_apart(node, data):
    twin = node.update_template(operators={node.operators[0][0]: {"k": data.draw(floats)}})
    assume(twin != node)
    circuit = CircuitTemplate(node.name, {"a": node, "b": twin})
    assert_kept(circuit)
