from __future__ import annotations

import math

import pytest
from rates_core.errors import TemplateError, UnsupportedFeatureError
from rates_core.reference import EULER, HEUN, Interpreter
from rates_core.templates.connectivity import Connectivity
from rates_core.templates.node import EdgeTemplate, NodeTemplate
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.population import PopulationTemplate
from rates_core.templates.sparse import SparseMatrix


@pytest.fixture
def unit(node):
    """x' = u, whose derivative is thus what arrives; 0.25 if nothing feeds it."""
    return node(["x' = u"], x="output(1.0)", u="input(0.25)", k=1.0)


@pytest.fixture
def slopes(circuit):
    """Return the derivatives of all x in a circuit, in which x counts up: 1, 2, 4, 8, ..."""

    def compute(**parts):
        model = Interpreter(circuit(**parts))
        paths = [path for path in model.state_paths if path.endswith("op/x") and "->" not in path]
        state = dict.fromkeys(model.state_paths, 1.0) | {path: 2.0**n for n, path in enumerate(paths)}
        found = model.derivative(0.0, state)
        return [found[path] for path in paths]

    return compute


def edge(source, target, template=None, **attributes):
    return f"{source}/op/x", f"{target}/op/u", template, attributes


def test_parallel_edges_add_up(slopes, unit):
    edges = [edge("a", "b", weight=2.0), edge("a", "b", weight=0.5), edge("b", "b", weight=-1.0), edge("a", "b")]
    assert slopes(nodes={"a": unit, "b": unit}, edges=edges) == [0.25, 2.0 + 0.5 - 2.0 + 1.0]


def test_an_edge_of_weight_zero_feeds_its_input(slopes, unit):
    assert slopes(nodes={"a": unit, "b": unit}, edges=[edge("a", "b", weight=0.0)]) == [0.25, 0.0]


def test_one_source_serves_two_targets(circuit, node):
    pair = node(["a' = 0.5*b", "b' = a + 2"], a="output", b="variable")
    leaky = node(["a' = u - a"], a="variable", u="input")
    edges = [("n0/op/a", f"n{k}/op/u", None, {"weight": weight}) for k, weight in ((1, 2.0), (2, 0.5))]
    model = Interpreter(circuit({"n0": pair, "n1": leaky, "n2": leaky}, edges=edges))
    run = model.run(10.0, 0.1, EULER, outputs=["n1/op/a", "n2/op/a"])
    # a of node 0 is p^n + q^n - 2 with p, q = 1 +- h/sqrt(2); the Euler sum of the leaky node is geometric
    p, q, r = 1 + 0.1 * math.sqrt(0.5), 1 - 0.1 * math.sqrt(0.5), 0.9
    unweighted = 0.1 * ((p**99 - r**99) / (p - r) + (q**99 - r**99) / (q - r)) - 2.0 * (1.0 - r**99)
    assert run["n1/op/a"][99] == pytest.approx(2.0 * unweighted, rel=1e-12)
    assert run["n2/op/a"][99] == pytest.approx(0.5 * unweighted, rel=1e-12)
    assert run["n1/op/a"][99] == pytest.approx(1010.641372163, rel=1e-10)


def test_the_source_of_an_edge_may_be_any_variable(slopes, unit, node, circuit):
    other = node(["z = 3*c"], z="variable", c=2.0)
    edges = [("o/op/z", "a/op/u", None, {}), ("o/op/c", "a/op/u", None, {"weight": 10.0})]
    assert slopes(nodes={"o": other, "a": unit}, edges=edges) == [26.0]


def test_an_edge_to_something_else_is_refused(circuit, unit):
    with pytest.raises(TemplateError) as error:
        Interpreter(circuit({"a": unit}, edges=[("a/op/x", "a/op/k", None, {})]))
    assert str(error.value) == "a/op/x->a/op/k leads to 'a/op/k', which is not an input."


# populations


def test_a_matrix_has_a_row_per_target(slopes, unit):
    # sources 1, 2, 4; targets 8, 16, which do not project
    populations = {"s": PopulationTemplate("s", unit, 3), "t": PopulationTemplate("t", unit, 2)}
    weights = [[1.0, 10.0, 100.0], [0.0, 0.0, 1000.0]]
    connections = [Connectivity("s/op/x", "t/op/u", weights)]
    assert slopes(populations=populations, connections=connections) == [0.25, 0.25, 0.25, 421.0, 4000.0]


def test_a_scalar_connects_all_to_all_with_self(slopes, unit):
    populations = {"s": PopulationTemplate("s", unit, 3)}
    assert slopes(populations=populations, connections=[Connectivity("s/op/x", "s/op/u", 0.5)]) == [3.5, 3.5, 3.5]


def test_the_default_of_an_input_holds_unit_by_unit(slopes, unit):
    populations = {"s": PopulationTemplate("s", unit, 3, {"op/u": [0.1, 0.2, 0.3]})}
    # rows 0 and 2 have entries, one of them zero; row 1 has none
    sparse = SparseMatrix((3, 3), [5.0, 0.0], [1, 0], [0, 1, 1, 2])
    assert slopes(populations=populations, connections=[Connectivity("s/op/x", "s/op/u", sparse)]) == [10.0, 0.2, 0.0]


def test_every_entry_of_a_dense_matrix_is_a_connection(slopes, unit):
    populations = {"s": PopulationTemplate("s", unit, 2)}
    connections = [Connectivity("s/op/x", "s/op/u", [[0.0, 0.0], [1.0, 0.0]])]
    assert slopes(populations=populations, connections=connections) == [0.0, 1.0]


def test_an_edge_between_populations_connects_all_units_and_one_between_units_those(slopes, unit):
    populations = {"s": PopulationTemplate("s", unit, 2), "t": PopulationTemplate("t", unit, 2)}
    assert slopes(populations=populations, edges=[edge("s", "t", weight=3.0)]) == [0.25, 0.25, 9.0, 9.0]
    assert slopes(populations=populations, edges=[edge("s[1]", "t[0]", weight=3.0)]) == [0.25, 0.25, 6.0, 0.25]


def test_units_have_their_own_parameters(circuit, node):
    unit = node(["x' = k + b"], x="variable(0.5)", k=1.0, b=100.0)
    population = PopulationTemplate("pop", unit, 3, {"op/k": [1.0, 2.0, 3.0], "op/b": 10.0, "op/x": [7.0, 8.0, 9.0]})
    model = Interpreter(circuit(populations={"pop": population}))
    assert model.initial_state() == {"pop[0]/op/x": 7.0, "pop[1]/op/x": 8.0, "pop[2]/op/x": 9.0}
    assert list(model.derivative(0.0, model.initial_state()).values()) == [11.0, 12.0, 13.0]


def test_the_axis_of_a_population_is_its_units(circuit, node):
    matrix = [[0.0, 1.0], [10.0, 100.0]]
    unit = node(
        ["x' = k*mean(k*x)", "s = vsum(2)", "y = matvec(W, x)", "e = index(x, 1)", "m = maxi(x) - mini(x)",
         "n = mean(index_range(x, 0, 1))"],
        x="variable", k=1.0, W=matrix, s="variable", y="variable", e="variable", m="variable", n="variable",
    )  # fmt: skip
    model = Interpreter(circuit(populations={"p": PopulationTemplate("p", unit, 2, {"op/k": [1.0, 3.0]})}))
    state = {"p[0]/op/x": 2.0, "p[1]/op/x": 4.0}
    assert model.derivative(0.0, state) == {"p[0]/op/x": 7.0, "p[1]/op/x": 21.0}
    values = {path: [model.value(f"p[{i}]/op/{path}", 0.0, state) for i in (0, 1)] for path in "syemn"}
    assert values == {"s": [4.0, 4.0], "y": [4.0, 420.0], "e": [4.0, 4.0], "m": [2.0, 2.0], "n": [2.0, 2.0]}


def test_an_axis_in_the_operators_of_connections_is_refused(circuit, unit):
    template = EdgeTemplate("e", [OperatorTemplate("eo", ["m = mean(pre)"], {"m": "output", "pre": "input"})])
    connections = [Connectivity("s/op/x", "s/op/u", 1.0, template)]
    with pytest.raises(UnsupportedFeatureError) as error:
        Interpreter(circuit(populations={"s": PopulationTemplate("s", unit, 2)}, connections=connections))
    assert str(error.value) == "The reference interpreter has no axis of connections; edge template 'e' uses one."


# operators of edges


def message(equations, **variables):
    return EdgeTemplate("edge", [OperatorTemplate("eo", equations, {"m": "output", **variables})])


def test_the_weight_acts_after_the_operators_of_an_edge(slopes, unit):
    square = message(["m = pre^2 + 1"], pre="input")
    assert slopes(nodes={"a": unit, "b": unit}, edges=[edge("b", "a", square, weight=3.0)]) == [15.0, 0.25]


def test_an_edge_reads_what_it_is_mapped_to(slopes, unit):
    product = message(["m = g*pre - post"], pre="input", post="input", g=1.0)
    mapping = {"eo/pre": "source", "eo/post": "a/op/x", "eo/g": 10.0}
    assert slopes(nodes={"a": unit, "b": unit}, edges=[edge("b", "a", product, **mapping)]) == [19.0, 0.25]


def test_one_unmapped_input_is_the_source_and_two_are_an_error(slopes, unit):
    product = message(["m = 10*pre + post"], pre="input(5.0)", post="input(7.0)")
    nodes = {"a": unit, "b": unit}
    assert slopes(nodes=nodes, edges=[edge("b", "a", product, **{"eo/post": "a/op/x"})]) == [21.0, 0.25]
    assert slopes(nodes=nodes, edges=[edge("b", "a", product, **{"eo/pre": "source", "eo/post": 7.0})]) == [27.0, 0.25]
    with pytest.raises(TemplateError) as error:
        slopes(nodes=nodes, edges=[edge("b", "a", product)])
    assert str(error.value) == (
        "Edge b/op/x->a/op/u[0]: nothing is mapped to the inputs eo/pre and eo/post; map all but one."
    )
    with pytest.raises(TemplateError) as error:
        slopes(nodes=nodes, edges=[edge("b", "a", product, **{"eo/pre": "source"})])
    assert str(error.value) == (
        "Edge b/op/x->a/op/u[0]: nothing is mapped to the inputs eo/post; map all, as one is mapped to the source."
    )


def test_operators_of_an_edge_are_joined_by_name(slopes, unit):
    first = OperatorTemplate("first", ["h = 2*pre"], {"h": "output", "pre": "input"})
    second = OperatorTemplate("second", ["m = h + 1"], {"m": "output", "h": "input"})
    chain = EdgeTemplate("edge", [second, first])
    assert slopes(nodes={"a": unit, "b": unit}, edges=[edge("b", "a", chain)]) == [5.0, 0.25]


def test_an_edge_needs_one_output(circuit, unit):
    two = message(["m = pre", "o = pre"], pre="input", o="output")
    with pytest.raises(TemplateError) as error:
        Interpreter(circuit({"a": unit}, edges=[edge("a", "a", two)]))
    assert str(error.value) == "Edge a/op/x->a/op/u[0]: its template has 2 outputs that leave it; it needs one."


def test_a_variable_with_an_equation_cannot_be_mapped(circuit, unit):
    mapped = edge("a", "a", message(["m = pre"], pre="input"), **{"eo/m": "source", "eo/pre": "source"})
    with pytest.raises(TemplateError) as error:
        Interpreter(circuit({"a": unit}, edges=[mapped]))
    assert str(error.value) == "'a/op/x->a/op/u[0]/eo/m' is mapped to 'a/op/x' and has the equation 'm = pre'."


def test_the_states_of_edges_are_states_with_paths(circuit, unit):
    filtered = message(["m' = (pre - m)/tau"], pre="input", tau=2.0)
    edges = [edge("b", "a", filtered, weight=3.0), edge("b", "a", filtered, weight=5.0, **{"eo/tau": 4.0})]
    model = Interpreter(circuit({"a": unit, "b": unit}, edges=edges))
    first, second = "b/op/x->a/op/u[0]/eo/m", "b/op/x->a/op/u[1]/eo/m"
    assert model.state_paths == ("a/op/x", "b/op/x", first, second)
    found = model.derivative(0.0, {"a/op/x": 0.0, "b/op/x": 8.0, first: 2.0, second: 4.0})
    assert found == {"a/op/x": 26.0, "b/op/x": 0.25, first: 3.0, second: 1.0}
    assert model.find("b/op/x->a/op/u[1]/eo/tau") == ["b/op/x->a/op/u[1]/eo/tau"]


def test_kuramoto_oscillators_couple_by_the_sine_of_their_difference(circuit, node):
    unit = node(["theta' = omega + u"], theta="output", u="input", omega=1.0)
    sine = message(["m = sin(pre - post)"], pre="input", post="input")
    connection = Connectivity(
        "p/op/theta", "p/op/u", [[0.0, 2.0], [3.0, 0.0]], sine, {"eo/pre": "source", "eo/post": "p/op/theta"}
    )
    model = Interpreter(circuit(populations={"p": PopulationTemplate("p", unit, 2)}, connections=[connection]))
    found = model.derivative(0.0, {"p[0]/op/theta": 0.0, "p[1]/op/theta": math.pi / 6})
    # the difference as the target sees it: source minus target
    assert found["p[0]/op/theta"] == pytest.approx(1.0 + 2.0 * 0.5, rel=1e-15)
    assert found["p[1]/op/theta"] == pytest.approx(1.0 - 3.0 * 0.5, rel=1e-15)


def test_a_path_of_a_connection_is_read_at_the_target_if_it_lies_there_else_at_the_source(circuit, unit):
    both = message(["m = pre + 100*there + 10000*here"], pre="input", there="input", here="input")
    mapping = {"eo/pre": "source", "eo/there": "t/op/x", "eo/here": "s/op/k"}
    connection = Connectivity("s/op/x", "t/op/u", [[1.0, 0.0], [0.0, 1.0]], both, mapping)
    populations = {"s": PopulationTemplate("s", unit, 2, {"op/k": [1.0, 2.0]}), "t": PopulationTemplate("t", unit, 2)}
    model = Interpreter(circuit(populations=populations, connections=[connection]))
    found = model.derivative(0.0, {"s[0]/op/x": 1.0, "s[1]/op/x": 2.0, "t[0]/op/x": 3.0, "t[1]/op/x": 4.0})
    assert found["t[0]/op/x"] == 10301.0
    assert found["t[1]/op/x"] == 20402.0


def test_a_path_of_a_third_population_is_refused(circuit, unit):
    template = message(["m = pre + o"], pre="input", o="input")
    connection = Connectivity("s/op/x", "s/op/u", 1.0, template, {"eo/o": "t/op/x"})
    populations = {label: PopulationTemplate(label, unit, 2) for label in "st"}
    with pytest.raises(TemplateError) as error:
        Interpreter(circuit(populations=populations, connections=[connection]))
    assert str(error.value) == (
        "An edge reads 't/op/x', which lies neither in its target nor in its source population."
    )


# hierarchy and recorded values


def test_circuits_nest_and_their_paths_too(circuit, unit, slopes):
    inner = circuit({"a": unit, "b": unit}, edges=[edge("a", "b", weight=2.0)])
    outer = slopes(circuits={"c": inner, "d": inner}, edges=[edge("c/a", "d/b", weight=10.0), edge("d/a", "c/a")])
    # c/a = 1, c/b = 2, d/a = 4, d/b = 8
    assert outer == [4.0, 2.0, 0.25, 18.0]


def test_recorded_values_reach_what_their_paths_name(circuit, node):
    unit = node(["x' = k"], x="variable", k=0.0)
    inner = circuit({"a": unit, "b": unit}, populations={"p": PopulationTemplate("p", unit, 2)})
    inner.update_var({"all/op/k": 1.0})
    outer = circuit(circuits={"c": inner, "d": inner})
    inner.update_var({"all/op/k": 100.0})  # too late: the parent has frozen its child
    outer.update_var({"c/all/op/k": [2.0, 3.0, 4.0, 5.0], "all/p/op/k": 6.0, "d/p[1]/op/k": 7.0, "all/b/op/x": 0.5})
    model = Interpreter(outer)
    assert list(model.derivative(0.0, model.initial_state()).values()) == [2.0, 3.0, 6.0, 6.0, 1.0, 1.0, 6.0, 7.0]
    assert [model.initial_state()[path] for path in ("c/b/op/x", "d/b/op/x", "d/a/op/x")] == [0.5, 0.5, 0.0]


def test_recorded_values_of_edges_reach_one_or_all_of_them(circuit, unit, slopes):
    inner = circuit({"a": unit}, edges=[edge("a", "a", weight=1.0), edge("a", "a", weight=10.0)])
    inner.update_var(edge_vars=[("a/op/x", "a/op/u", 1, {"weight": 20.0})])
    assert slopes(circuits={"c": inner}) == [21.0]
    outer = circuit(circuits={"c": inner}, edges=[edge("c/a", "c/a", weight=100.0)])
    ends = "c/a/op/x", "c/a/op/u"
    for change, expected in (
        ((*ends, 0, {"weight": 3.0}), 123.0),  # inner edges count first
        ((*ends, 2, {"weight": 300.0}), 323.0),
        ((*ends, {"weight": 1.0}), 3.0),
    ):
        model = Interpreter(outer.update_var(edge_vars=[change]))
        assert model.derivative(0.0, {"c/a/op/x": 1.0}) == {"c/a/op/x": expected}


def test_recorded_values_of_connections_and_edge_variables(circuit, unit):
    scaled = message(["m = g*pre"], pre="input", g=1.0)
    connection = Connectivity("s/op/x", "s/op/u", [[1.0, 2.0], [3.0, 4.0]], scaled)
    net = circuit(populations={"s": PopulationTemplate("s", unit, 2)}, connections=[connection])
    net.update_var(edge_vars=[("s/op/x", "s/op/u", {"weight": [[0.0, 1.0], [2.0, 0.0]], "eo/g": 10.0})])
    found = Interpreter(net).derivative(0.0, {"s[0]/op/x": 3.0, "s[1]/op/x": 5.0})
    assert found == {"s[0]/op/x": 50.0, "s[1]/op/x": 60.0}


def test_paths_of_edge_variables_start_at_the_circuit_of_the_edge(circuit, unit):
    product = message(["m = pre*o"], pre="input", o="input")
    mapping = {"eo/pre": "source", "eo/o": "b/op/x"}
    inner = circuit({"a": unit, "b": unit, "c": unit}, edges=[edge("a", "a", product, **mapping)])
    state = {"i/a/op/x": 2.0, "i/b/op/x": 3.0, "i/c/op/x": 5.0}
    assert Interpreter(circuit(circuits={"i": inner})).derivative(0.0, state)["i/a/op/x"] == 6.0
    inner.update_var(edge_vars=[("a/op/x", "a/op/u", {"eo/o": "c/op/x"})])
    assert Interpreter(circuit(circuits={"i": inner})).derivative(0.0, state)["i/a/op/x"] == 10.0


def test_paths_of_connections_start_at_their_circuit(circuit, unit):
    product = message(["m = pre*o"], pre="input", o="input")
    connection = Connectivity("p/op/x", "p/op/u", 1.0, product, {"eo/pre": "source", "eo/o": "p/op/k"})
    population = PopulationTemplate("p", unit, 2, {"op/k": [3.0, 5.0]})
    inner = circuit(populations={"p": population}, connections=[connection])
    model = Interpreter(circuit(circuits={"i": inner}))
    found = model.derivative(0.0, {"i/p[0]/op/x": 1.0, "i/p[1]/op/x": 10.0})
    assert found == {"i/p[0]/op/x": 33.0, "i/p[1]/op/x": 55.0}


def test_sparse_connections_have_a_delay_each(circuit, node):
    ramp = node(["x' = 1", "z = u"], x="output", z="variable", u="input")
    sparse = SparseMatrix((3, 3), [1.0, 1.0, 1.0], [0, 2, 1], [0, 1, 2, 3])
    connection = Connectivity("p/op/x", "p/op/u", sparse, delays=[0.1, 0.2, 0.3])
    model = Interpreter(circuit(populations={"p": PopulationTemplate("p", ramp, 3)}, connections=[connection]))
    run = model.run(1.0, 0.1, EULER, outputs=["p/op/z"])
    assert [run[f"p[{k}]/op/z"][9] for k in range(3)] == pytest.approx([0.8, 0.7, 0.6])


def test_a_node_overrides_the_values_of_its_operators(circuit):
    operator = OperatorTemplate("op", ["x' = k"], {"x": "variable(1.0)", "k": 2.0})
    nodes = {"a": NodeTemplate("node", [operator]), "b": NodeTemplate("node", {operator: {"k": 3.0, "x": 4.0}})}
    model = Interpreter(circuit(nodes))
    assert model.initial_state() == {"a/op/x": 1.0, "b/op/x": 4.0}
    assert model.derivative(0.0, model.initial_state()) == {"a/op/x": 2.0, "b/op/x": 3.0}


def test_edges_from_a_matrix_are_edges(circuit, unit, slopes):
    net = circuit({"a": unit, "b": unit, "c": unit})
    net.add_edges_from_matrix("op/x", "op/u", ["a", "b", "c"], weight=[[0, 2, 0], [0, 0, 3], [1e-9, 0, 0]])
    assert list(Interpreter(net).derivative(0.0, {"a/op/x": 1.0, "b/op/x": 2.0, "c/op/x": 4.0}).values()) == [
        4.0,
        12.0,
        0.25,
    ]


def test_edge_parameters_have_paths(circuit, unit):
    edges = [edge("a", "b", weight=2.0), edge("a", "b", weight=3.0), edge("b", "a", weight=4.0)]
    model = Interpreter(circuit({"a": unit, "b": unit}, edges=edges))
    state = {"a/op/x": 1.0, "b/op/x": 1.0}
    for path, expected in (
        ("a/op/x->b/op/u[1]/weight", [4.0, 102.0]),
        ("a/op/x->b/op/u/weight", [4.0, 200.0]),
        ("all/op/x->a/op/u/weight", [100.0, 5.0]),
    ):
        assert list(model.derivative(0.0, state, parameters={path: 100.0}).values()) == expected


def test_two_operators_of_one_name_in_different_nodes_stay_apart(circuit):
    nodes = {
        label: NodeTemplate("node", [OperatorTemplate("op", [f"x' = {slope}"], {"x": "variable"})])
        for label, slope in (("a", 1), ("b", 2))
    }
    run = Interpreter(circuit(nodes)).run(2.0, 1.0, HEUN)
    assert run.values == {"a/op/x": [0.0, 1.0], "b/op/x": [0.0, 2.0]}
