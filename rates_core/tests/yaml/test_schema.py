"""What a template may say in a model file; anything else is an error with file, line and what to write instead."""

from __future__ import annotations

import pytest
from rates_core.errors import RatesError
from rates_core.templates.edge import Edge
from rates_core.templates.node import NodeTemplate
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.population import PopulationTemplate
from rates_core.templates.variable import Variable

PARTS = """\
aliases: [1, 2]
op: {base: OperatorTemplate, equations: "x' = -x/tau + u", variables: {x: output(0.5), tau: 2.0, u: input}}
coupling: {base: OperatorTemplate, equations: s = k*a, variables: {s: output, k: 1.0, a: input}}
node: {base: NodeTemplate, operators: [op]}
edge: {base: EdgeTemplate, operators: [coupling]}
pop: {base: PopulationTemplate, node: node, n: 2}
net: {base: CircuitTemplate, nodes: {p: node}}
"""
HELD = "It holds: op, coupling, node, edge, pop, net, X."
SHARED = "It takes: base, name, description, label"
Q = "X: {base: CircuitTemplate, populations: {q: pop}, connections: [{source: q/op/x, target: q/op/u, "

TEMPLATES = {
    "X: {equations: x = 1}": (
        "'X' has no 'base'. Write the template that it is derived from, or its kind: OperatorTemplate, NodeTemplate, "
        "EdgeTemplate, PopulationTemplate, CircuitTemplate."
    ),
    "X: [1]": "'X' is no template: it must be a mapping, and this is a list.",
    "X: 1": "'X' is no template: it must be a mapping, and this is '1'.",
    "X:": "'X' is no template: it must be a mapping, and this is empty.",
    "X: {base: }": "The base of 'X' must be a text, and this is empty.",
    "X: {base: [op]}": "The base of 'X' must be a text, and this is a list.",
    "X: {base: opp}": f"This file holds no template 'opp'. Did you mean 'op' or 'pop'? {HELD}",
    "X: {base: OperatorTemplat}": (
        "This file holds no template 'OperatorTemplat'. "
        f"Did you mean 'OperatorTemplate', 'PopulationTemplate' or 'NodeTemplate'? {HELD}"
    ),
    "X: {base: op, nodes: {}}": (
        f"The OperatorTemplate 'X' has no key 'nodes'. {SHARED}, equations, variables, events."
    ),
    "X: {base: op, name: [a]}": "The name of 'X' must be a text, and this is a list.",
    "X: {base: op, description: {a: b}}": "The description of 'X' must be a text, and this is a mapping.",
    "X: {base: op, label: [1]}": "The label of 'X' must be a text, and this is a list.",
}
OPERATORS = {
    "X: {base: OperatorTemplate, equation: x = 1, variables: {}}": (
        f"The OperatorTemplate 'X' has no key 'equation'. Did you mean 'equations'? {SHARED}, equations, variables, "
        "events."
    ),
    "X: {base: OperatorTemplate, variables: {}}": "The OperatorTemplate 'X' needs the key 'equations'.",
    "X: {base: OperatorTemplate, equations: x = 1}": "The OperatorTemplate 'X' needs the key 'variables'.",
    "X: {base: OperatorTemplate, equations: [[1]], variables: {}}": (
        "An equation of the OperatorTemplate 'X' must be a text, and this is a list."
    ),
    "X: {base: OperatorTemplate, equations: x = 1, variables: [x]}": (
        "The variables of the OperatorTemplate 'X' must be a mapping, and this is a list."
    ),
    "X: {base: OperatorTemplate, equations: x = 1, variables: {x: }}": (
        "The variable 'x' must be a value, and this is empty."
    ),
    "X: {base: OperatorTemplate, equations: x = 1, variables: {x: {}}}": (
        "The variable 'x' must be a value, and this is a mapping."
    ),
    "X: {base: OperatorTemplate, equations: x = 1, variables: {x: {defalt: 1}}}": (
        "The variable 'x' has no key 'defalt'. Did you mean 'default'? It takes: default."
    ),
    "X: {base: op, equations: {replce: {x: y}}}": (
        "The mapping of edits of the OperatorTemplate 'X' has no key 'replce'. Did you mean 'replace'? "
        "It takes: replace, remove, append, prepend, add."
    ),
    "X: {base: op, equations: {replace: [x]}}": (
        "'replace' in the equations of the OperatorTemplate 'X' must be a mapping, and this is a list."
    ),
    "X: {base: op, equations: {append: {x: y}}}": (
        "'append' in the equations of the OperatorTemplate 'X' must be a text, and this is a mapping."
    ),
    "X: {base: op, events: {when: x > 1}}": "'events' must be a list, and this is a mapping.",
    "X: {base: op, events: [x > 1]}": "An event must be a mapping with the key 'when', and this is 'x > 1'.",
    "X: {base: op, events: [{whn: x > 1}]}": (
        "An event has no key 'whn'. Did you mean 'when'? It takes: when, set, emit."
    ),
    "X: {base: op, events: [{set: {x: 1}}]}": "An event needs the key 'when'.",
    "X: {base: op, events: [{when: x > 1, set: [x]}]}": "'set' of an event must be a mapping, and this is a list.",
}
NODES = {
    "X: {base: NodeTemplate}": "The NodeTemplate 'X' needs the key 'operators'.",
    "X: {base: NodeTemplate, operators: [opp]}": (
        f"This file holds no template 'opp'. Did you mean 'op' or 'pop'? {HELD}"
    ),
    "X: {base: NodeTemplate, operators: [node]}": (
        "'node' is of the kind NodeTemplate; the kind OperatorTemplate is needed."
    ),
    "X: {base: NodeTemplate, operators: [[op]]}": (
        "An operator of the NodeTemplate 'X' must be a text, and this is a list."
    ),
    "X: {base: NodeTemplate, operators: {op: 1}}": (
        "What stands under the operator 'op' must be a mapping, and this is '1'."
    ),
    "X: {base: NodeTemplate, operators: {op: {tau: {a: 1}}}}": (
        "The variable 'tau' has no key 'a'. It takes: default."
    ),
    "X: {base: NodeTemplate, operators: {remove: op}}": (
        "'replace' and 'remove' change the operators of a base, and the NodeTemplate 'X' has none. List its operators."
    ),
    "X: {base: node, operators: {replace: op}}": "'replace' of operators must be a mapping, and this is 'op'.",
    "X: {base: node, operators: {replace: {op: opp}}}": (
        f"This file holds no template 'opp'. Did you mean 'op' or 'pop'? {HELD}"
    ),
    "X: {base: PopulationTemplate, node: node}": "The PopulationTemplate 'X' needs the key 'n'.",
    "X: {base: PopulationTemplate, node: op, n: 3}": (
        "'op' is of the kind OperatorTemplate; the kind NodeTemplate is needed."
    ),
    "X: {base: PopulationTemplate, node: node, n: }": (
        "The number of units n of the PopulationTemplate 'X' must be a value, and this is empty."
    ),
    "X: {base: PopulationTemplate, node: node, n: 2, params: [1]}": (
        "'params' of the PopulationTemplate 'X' must be a mapping, and this is a list."
    ),
}
CIRCUITS = {
    "X: {base: CircuitTemplate, edgs: []}": (
        f"The CircuitTemplate 'X' has no key 'edgs'. Did you mean 'edges'? {SHARED}, nodes, circuits, edges, "
        "populations, connections, overrides."
    ),
    "X: {base: CircuitTemplate, nodes: [node]}": "'nodes' must be a mapping, and this is a list.",
    "X: {base: CircuitTemplate, nodes: {p: [node]}}": "The node 'p' must be a text, and this is a list.",
    "X: {base: CircuitTemplate, nodes: {p: op}}": (
        "'op' is of the kind OperatorTemplate; the kind NodeTemplate is needed."
    ),
    "X: {base: CircuitTemplate, circuits: {c: node}}": (
        "'node' is of the kind NodeTemplate; the kind CircuitTemplate is needed."
    ),
    "X: {base: CircuitTemplate, populations: {q: {node: node}}}": "The population 'q' needs the key 'n'.",
    "X: {base: CircuitTemplate, populations: {q: {node: node, n: 3, size: 3}}}": (
        "The population 'q' has no key 'size'. It takes: node, n, params."
    ),
    "X: {base: CircuitTemplate, populations: {q: node}}": (
        "'node' is of the kind NodeTemplate; the kind PopulationTemplate is needed."
    ),
}
EDGE = "[source, target, edge template or null, {attribute: value}]"
EDGES = {
    "{}": "'edges' must be a list, and this is a mapping.",
    "[a]": f"An edge is {EDGE}, and this is 'a'.",
    "[[a]]": f"An edge is {EDGE}, and this is a list of 1.",
    "[[a, b, c, d, e]]": f"An edge is {EDGE}, and this is a list of 5.",
    "[[[a], b]]": "The source of an edge must be a text, and this is a list.",
    "[[p/op/x, p/op/u, node]]": "'node' is of the kind NodeTemplate; the kind EdgeTemplate is needed.",
    "[[p/op/x, p/op/u, null, [1]]]": "The attributes of an edge must be a mapping, and this is a list.",
    "[[p/op/x, p/op/u, null, {eo/tau: }]]": "The attribute 'eo/tau' must be a value, and this is empty.",
    "[{source: p/op/x}]": "An edge needs the key 'target'.",
    "[{source: p/op/x, traget: p/op/u}]": (
        "An edge has no key 'traget'. Did you mean 'target'? It takes: source, target, template, variables."
    ),
}
CONNECTIONS = {
    "}]}": "A connection needs the key 'weights'.",
    "weigths: 1}]}": (
        "A connection has no key 'weigths'. Did you mean 'weights'? It takes: source, target, weights, edge, "
        "edge_var_map, delays, spread."
    ),
    "weights: }]}": "'weights' of a connection must be a value, and this is empty.",
    "weights: 1, edge: node}]}": "'node' is of the kind NodeTemplate; the kind EdgeTemplate is needed.",
    "weights: {shape: [2, 2]}}]}": "'weights' of a connection needs the key 'rows'.",
    "weights: {shape: [2, 2], rows: 1, columns: [0], values: [1]}}]}": (
        "'rows' of a sparse matrix must be a list of whole numbers from 0 on."
    ),
    "weights: {shape: [2], rows: [1], columns: [0], values: [1]}}]}": (
        "'shape' of a sparse matrix must be a list of 2 whole numbers from 0 on."
    ),
    "weights: {shape: [2, 2], rows: [1, 0.5], columns: [0, 1], values: [1, 1]}}]}": (
        "'rows' of a sparse matrix must be a list of whole numbers from 0 on."
    ),
    "weights: {shape: [2, 2], rows: [2], columns: [0], values: [1]}}]}": (
        "The rows and columns of a sparse matrix must be equally many and lie in 2 x 2."
    ),
    "weights: {shape: [2, 2], rows: [1, 1], columns: [0, 0], values: [1, 1]}}]}": (
        "An entry of a sparse matrix stands twice; add its values."
    ),
    "weights: {shape: [2, 2], rows: [1, 1], columns: [0, 1], values: [1]}}]}": (
        "A sparse matrix has 2 places, but values of shape (1,)."
    ),
}
OVERRIDES = {
    "[1]": "'overrides' must be a mapping, and this is a list.",
    "{node_var: {p/op/tau: 1}}": (
        "'overrides' has no key 'node_var'. Did you mean 'node_vars'? It takes: node_vars, edge_vars."
    ),
    "{node_vars: {p/op/tau: }}": "The value of 'p/op/tau' must be a value, and this is empty.",
    "{edge_vars: [[a, b]]}": (
        "A changed edge is [source, target, number of the edge or null, {attribute: value}], and this is a list of 2."
    ),
    "{edge_vars: [a]}": (
        "A changed edge is [source, target, number of the edge or null, {attribute: value}], and this is 'a'."
    ),
}

CASES = (
    {text: message for group in (TEMPLATES, OPERATORS, NODES, CIRCUITS) for text, message in group.items()}
    | {f"X: {{base: CircuitTemplate, nodes: {{p: node}}, edges: {edges}}}": EDGES[edges] for edges in EDGES}
    | {f"X: {{base: net, overrides: {overrides}}}": OVERRIDES[overrides] for overrides in OVERRIDES}
)


@pytest.mark.parametrize(("text", "message"), CASES.items(), ids=CASES)
def test_what_a_template_may_not_say_is_an_error_with_its_line(models, text, message):
    assert models.error(PARTS + text) == f"ModelFileError: <folder>/model.yaml:8: {message}"


@pytest.mark.parametrize(("text", "message"), CONNECTIONS.items(), ids=CONNECTIONS)
def test_what_a_connection_may_not_say_is_an_error_with_its_line(models, text, message):
    kind = "TemplateError" if "sparse matrix" in message else "ModelFileError"
    assert models.error(PARTS + Q + text) == f"{kind}: <folder>/model.yaml:8: {message}"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ("[1, [1, 2]]", "The rows of a nested list of numbers differ in length: [1, [1, 2]]."),
        ("[1, a]", "An array holds numbers only, not [1, 'a']."),
        ("[1, .nan]", "1 value is NaN."),
    ],
)
def test_values_of_a_sparse_matrix_are_numbers(models, values, message):
    text = f"weights: {{shape: [2, 2], rows: [0, 1], columns: [0, 1], values: {values}}}}}]}}"
    assert models.error(PARTS + Q + text) == f"ArgumentError: <folder>/model.yaml:8: {message}"


def test_a_base_that_is_a_list_of_anchors_is_no_template(models):
    assert models.error(PARTS + "X: {base: aliases}") == (
        "ModelFileError: <folder>/model.yaml:1: 'aliases' is no template: it must be a mapping, and this is a list."
    )


def refusal(call):
    """Return class and text of an error that a template gives by itself."""
    with pytest.raises(RatesError) as caught:
        call()
    return type(caught.value).__name__, str(caught.value)


OPERATOR = OperatorTemplate("op", "x' = -x/tau + u", {"x": "output(0.5)", "tau": 2.0, "u": "input"})
NODE = NodeTemplate("node", [OPERATOR])

ERRORS_OF_TEMPLATES = {
    "a variable of no kind": (
        "X:\n  base: OperatorTemplate\n  equations: x = 1\n  variables:\n    y: 1\n    x: inptu\n",
        (13, "Variable 'x': "),
        lambda: Variable.parse("inptu"),
    ),
    "a truth value": (
        "X:\n  base: OperatorTemplate\n  equations: x = 1\n  variables:\n    x: true\n",
        (12, "Variable 'x': "),
        lambda: Variable.parse(True),
    ),
    "not a number": (
        "X: {base: OperatorTemplate, equations: x = 1, variables: {x: .nan}}\n",
        (8, "Variable 'x': "),
        lambda: Variable.parse(float("nan")),
    ),
    "a value of an unknown variable": (
        "X:\n  base: NodeTemplate\n  operators:\n    op:\n      x: 1\n      tua: 1\n",
        (13, ""),
        lambda: NodeTemplate("X", {OPERATOR: {"tua": 1}}),
    ),
    "an edit that matches nothing": (
        "X:\n  base: op\n  equations:\n    replace: {z: y}\n",
        (8, ""),
        lambda: OPERATOR.update_template("X", {"replace": {"z": "y"}}),
    ),
    "an operator that is not there": (
        "X: {base: node, operators: {remove: opp}}\n",
        (8, ""),
        lambda: NODE.update_template("X", {"remove": ["opp"]}),
    ),
    "a population without units": (
        "X: {base: PopulationTemplate, node: node, n: 0}\n",
        (8, ""),
        lambda: PopulationTemplate("X", NODE, 0),
    ),
    "a population in a circuit with too few values": (
        "X:\n  base: CircuitTemplate\n  populations:\n    q: {node: node, n: 3, params: {op/tau: [1, 2]}}\n",
        (11, ""),
        lambda: PopulationTemplate("q", NODE, 3, {"op/tau": [1, 2]}),
    ),
    "an edge with an unknown attribute": (
        "X:\n  base: CircuitTemplate\n  nodes: {p: node}\n  edges:\n    - [p/op/x, p/op/u, null, {wieght: 1}]\n",
        (12, "Edge p/op/x->p/op/u: "),
        lambda: Edge("p/op/x", "p/op/u", mapping={"wieght": 1}),
    ),
}


@pytest.mark.parametrize(("text", "place", "call"), ERRORS_OF_TEMPLATES.values(), ids=ERRORS_OF_TEMPLATES)
def test_an_error_of_a_template_keeps_its_class_and_gets_file_and_line(models, text, place, call):
    kind, message = refusal(call)
    line, subject = place
    assert models.error(PARTS + text) == f"{kind}: <folder>/model.yaml:{line}: {subject}{message}"


def test_an_undeclared_parameter_is_found_with_operator_equation_file_and_line(models):
    template = models.load('\nX: {base: OperatorTemplate, equations: "x\' = -x/tau", variables: {x: output}}', "X")
    error = models.error_of(lambda: template.parsed)
    assert error.startswith("EquationError: ")
    assert "'X'" in error
    assert "equation 1" in error
    assert "<folder>/model.yaml:2" in error
    assert "tau" in error


def test_an_error_in_another_file_names_that_file(models):
    models.write("Y:\n  base: OperatorTemplate\n  equations: y = 1\n  variables: {y: inptu}\n", "parts/other.yaml")
    error = models.error("X: {base: NodeTemplate, operators: [./parts/other/Y]}")
    assert error.startswith("TemplateError: <folder>/parts/other.yaml:4: Variable 'y': ")


def test_an_error_in_a_reference_names_the_file_that_holds_it(models):
    models.write("Y: {base: OperatorTemplate, equations: y = 1, variables: {y: 1}}\n", "parts/other.yaml")
    assert models.error("\nX: {base: NodeTemplate, operators: [./parts/other/Z]}") == (
        "ModelFileError: <folder>/model.yaml:2: <folder>/parts/other.yaml holds no template 'Z'. It holds: Y."
    )
