"""A derived template has all of its base that it does not change, and its base never changes."""

from __future__ import annotations

import pytest
from rates_core.errors import UnknownNameError
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.edge import Edge
from rates_core.templates.node import EdgeTemplate, NodeTemplate
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.population import PopulationTemplate
from rates_core.templates.variable import Variable
from rates_core.yaml.reader import load

OP = OperatorTemplate("op", ["x' = -x/tau + u"], {"x": "output(0.5)", "tau": 2.0, "u": "input"}, "a leaky unit", "leak")
OTHER = OperatorTemplate("other", ["y = 2*x"], {"y": "output", "x": "input"})
NODE = NodeTemplate("node", {OP: {"tau": 3.0}}, "a node")
PARTS = """\
op:
  base: OperatorTemplate
  description: a leaky unit
  label: leak
  equations: "x' = -x/tau + u"
  variables: {x: output(0.5), tau: 2.0, u: input}
other: {base: OperatorTemplate, equations: y = 2*x, variables: {y: output, x: input}}
node: {base: NodeTemplate, description: a node, operators: {op: {tau: 3}}}
edge: {base: EdgeTemplate, operators: [other]}
pop: {base: PopulationTemplate, node: node, n: 2, params: {op/tau: [1, 2], op/x: 0.5}}
net: {base: CircuitTemplate, nodes: {p: node, q: node}, edges: [[p/op/x, q/op/u]]}
"""


@pytest.fixture
def derived(models):
    """Return what gives the template that is derived by a text; its base is checked to be as it was."""

    def derive(text, name="X"):
        template = models.load(PARTS + text, name)
        assert load("model/op") == OP
        assert load("model/node") == NODE
        return template

    return derive


def operator(equations=OP.equations, **variables):
    return OperatorTemplate("X", equations, variables, "a leaky unit", "leak")


def test_a_template_without_changes_is_its_base_under_another_name(derived):
    assert derived("X: {base: op}") == operator(**OP.variables)
    assert derived("X: {base: node}") == NodeTemplate("X", {OP: {"tau": 3.0}}, "a node")
    assert derived("X: {base: edge}") == EdgeTemplate("X", [OTHER])
    assert derived("X: {base: pop}") == PopulationTemplate("X", NODE, 2, {"op/tau": [1.0, 2.0], "op/x": 0.5})
    assert derived("X: {base: net}") == CircuitTemplate("X", {"p": NODE, "q": NODE}, edges=[Edge("p/op/x", "q/op/u")])


def test_prose_is_inherited_unless_it_is_given(derived):
    changed = derived("X: {base: op, description: stiff, label: s}\nY: {base: X, description: ''}", "Y")
    assert (changed.description, changed.label) == ("", "s")


def test_a_derived_operator_changes_and_adds_variables(derived):
    changed = derived("X: {base: op, equations: {replace: {u: k*u}}, variables: {tau: 5, k: 1, x: 0.25}}")
    assert changed == operator(["x' = -x/tau + k*u"], x=Variable("output", 0.25), tau=5.0, u="input", k=1.0)


def test_a_number_for_an_inherited_input_is_its_new_default(derived):
    changed = derived("X: {base: op, variables: {u: 3.0}}")
    assert changed == operator(**{**OP.variables, "u": "input(3.0)"})


def test_a_new_variable_that_no_equation_uses_is_refused_with_file_and_line(derived):
    with pytest.raises(UnknownNameError) as refused:
        derived("X: {base: op, variables: {tua: 20.0}}")
    file, _, text = str(refused.value).partition(".yaml:")
    assert (file.rpartition("/")[2], text) == (
        "model",
        "12: Operator 'X': no equation uses the variable 'tua'. Did you mean 'tau'? They use: x, tau, u.",
    )


def test_a_derived_operator_may_have_equations_of_its_own(derived):
    changed = derived("X: {base: op, equations: [x = tau*u]}")
    assert changed == operator(["x = tau*u"], **OP.variables)


def test_equations_are_edited_by_their_tokens(derived):
    changed = derived(
        """\
X:
  base: op
  equations:
    replace: {u: (u + b), tau: tau_x, 0: 1}
    append: "- c"
    add: ["b' = -b", "c = 2*b"]
  variables: {tau_x: 1, b: variable, c: variable}
Y: {base: op, equations: {replace: {x/tau: 0}, remove: + u}}
""".replace(", 0: 1", "")
    )
    assert changed == operator(
        ["x' = -x/tau_x + (u + b) - c", "b' = -b", "c = 2*b"],
        x="output(0.5)",
        u="input",
        tau_x=1.0,
        b="variable",
        c="variable",
    )
    assert load("model/Y").equations == ("x' = -0",)
    assert list(load("model/Y").variables) == ["x"]


def test_events_are_inherited_until_others_take_their_place(derived):
    text = "Y: {base: op, events: [{when: x > 1, set: {x: 0}}]}\nX: {base: Y, events: }\nZ: {base: Y, events: []}"
    assert derived(text).events == load("model/Y").events != ()
    assert load("model/Z").events == ()


def test_a_derived_node_adds_operators_and_changes_values(derived):
    assert derived("X: {base: node, operators: [other]}") == NodeTemplate("X", {OP: {"tau": 3.0}, OTHER: {}}, "a node")
    assert derived("X: {base: node, operators: {other: {x: 1}, op: {x: 2}}}") == NodeTemplate(
        "X", {OP: {"tau": 3.0, "x": 2.0}, OTHER: {"x": 1.0}}, "a node"
    )


def test_a_derived_edge_adds_operators(derived):
    assert derived("X: {base: edge, operators: op}") == EdgeTemplate("X", [OTHER, OP])


def test_operators_of_a_base_are_replaced_and_removed(derived):
    assert derived("X: {base: node, operators: {replace: {op: other}}}") == NodeTemplate("X", [OTHER], "a node")
    assert derived("X: {base: node, operators: {remove: op}}") == NodeTemplate("X", [], "a node")
    assert derived("X: {base: node, operators: {remove: [op], other: {x: 1}}}") == NodeTemplate(
        "X", {OTHER: {"x": 1.0}}, "a node"
    )


def test_a_derived_population_changes_node_size_and_values(derived):
    assert derived("X: {base: pop, params: {op/x: 0.75}}") == PopulationTemplate(
        "X", NODE, 2, {"op/tau": [1.0, 2.0], "op/x": 0.75}
    )
    assert derived("X: {base: pop, n: 3, params: {op/tau: 1}}").n == 3


def test_a_derived_circuit_adds_and_replaces_parts(derived):
    changed = derived(
        """\
X:
  base: net
  nodes: {q: plain, r: plain}
  circuits: {c: net}
  populations: {s: pop}
  edges: [[q/op/x, p/op/u, null, {weight: 2}]]
  connections: [{source: s/op/x, target: s/op/u, weights: 1}]
plain: {base: NodeTemplate, operators: op}
"""
    )
    plain = NodeTemplate("plain", [OP])
    assert changed == CircuitTemplate(
        "X",
        nodes={"p": NODE, "q": plain, "r": plain},
        circuits={"c": CircuitTemplate("net", {"p": NODE, "q": NODE}, edges=[Edge("p/op/x", "q/op/u")])},
        populations={"s": PopulationTemplate("pop", NODE, 2, {"op/tau": [1.0, 2.0], "op/x": 0.5})},
        edges=[Edge("p/op/x", "q/op/u"), Edge("q/op/x", "p/op/u", None, 2.0)],
        connections=[{"source": "s/op/x", "target": "s/op/u", "weights": 1.0}],
    )


def test_recorded_values_are_inherited(derived):
    text = "Y: {base: net, overrides: {node_vars: {p/op/tau: 7}}}\nX: {base: Y, overrides: {node_vars: {q/op/tau: 8}}}"
    circuit = derived(text)
    assert circuit.overrides.node_vars == {"p/op/tau": 7.0, "q/op/tau": 8.0}


def test_references_of_a_base_begin_beside_the_file_of_the_base(models):
    models.write(PARTS, "parts/basic.yaml")
    models.write("near: {base: NodeTemplate, operators: ./basic/op}", "parts/nodes.yaml")
    assert models.load("X: {base: ./parts/nodes/near}", "X") == NodeTemplate("X", [OP])
