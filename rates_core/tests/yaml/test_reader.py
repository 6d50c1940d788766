"""Templates are read as they were written, every time anew, with all that they name."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np
import pytest
from rates_core.templates.array import Array
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.connectivity import Connectivity
from rates_core.templates.edge import Edge
from rates_core.templates.node import EdgeTemplate, NodeTemplate
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.population import PopulationTemplate
from rates_core.templates.variable import Variable
from rates_core.yaml.document import parse_document
from rates_core.yaml.reader import MAX_DEPTH, load

OP = OperatorTemplate("op", ["x' = -x/tau + u"], {"x": "output(0.5)", "tau": 2.0, "u": "input"})
COUPLING = OperatorTemplate("coupling", ["s = k*(a - b)"], {"s": "output", "k": 1.0, "a": "input", "b": "input"})
NODE = NodeTemplate("node", [OP])
EDGE = EdgeTemplate("edge", [COUPLING])
PARTS = """\
op: {base: OperatorTemplate, equations: "x' = -x/tau + u", variables: {x: output(0.5), tau: 2.0, u: input}}
coupling: {base: OperatorTemplate, equations: s = k*(a - b), variables: {s: output, k: 1.0, a: input, b: input}}
node: {base: NodeTemplate, operators: [op]}
edge: {base: EdgeTemplate, operators: [coupling]}
plain: {base: EdgeTemplate, operators: []}
pop: {base: PopulationTemplate, node: node, n: 2}
"""


@pytest.mark.parametrize("attribute", ["weight", "delay", "spread"])
def test_null_for_what_an_edge_may_do_without_is_absent_as_none_is(models, attribute):
    model = "X: {{base: CircuitTemplate, nodes: {{p: node}}, edges: [[p/op/x, p/op/u, null, {{{}: }}]]}}\n"
    edge = models.load(PARTS + model.format(attribute), "X").edges[0]
    assert edge == Edge("p/op/x", "p/op/u") == Edge.parse(("p/op/x", "p/op/u", None, {attribute: None}))


def test_a_circuit_of_every_part_is_read(models):
    circuit = models.load(
        PARTS
        + """\
X:
  base: CircuitTemplate
  description: two nodes
  label: pair
  nodes: {p: node, q: node}
  edges:
    - [p/op/x, q/op/u, null, {weight: 2.0, delay: 1.5, spread: 0.5}]
    - [q/op/x, p/op/u, plain, {weight: 1e-3}]
    - [q/op/x, p/op/u, edge, {edge/coupling/a: source, edge/coupling/b: q/op/x, edge/coupling/k: 3}]
    - {source: p/op/x, target: p/op/u, template: edge, variables: {weight: 4, coupling/a: source, coupling/b: p/op/x}}
    - {source: p/op/x, target: p/op/u}
    - [p/op/x, q/op/u]
""",
        "X",
    )
    assert circuit == CircuitTemplate(
        "X",
        nodes={"p": NODE, "q": NODE},
        edges=[
            Edge("p/op/x", "q/op/u", None, 2.0, 1.5, 0.5),
            Edge("q/op/x", "p/op/u", None, 0.001),
            Edge("q/op/x", "p/op/u", EDGE, mapping={"coupling/a": "source", "coupling/b": "q/op/x", "coupling/k": 3.0}),
            Edge("p/op/x", "p/op/u", EDGE, 4.0, mapping={"coupling/a": "source", "coupling/b": "p/op/x"}),
            Edge("p/op/x", "p/op/u"),
            Edge("p/op/x", "q/op/u"),
        ],
        description="two nodes",
        label="pair",
    )


def test_populations_and_connections_are_read(models):
    circuit = models.load(
        PARTS
        + """\
X:
  base: CircuitTemplate
  populations:
    a: {node: node, n: 2, params: {op/tau: [1, 2.5], op/x: 0.25}}
    pop: pop
  connections:
    - {source: a/op/x, target: pop/op/u, weights: [[1, 2], [3, 4e-1]], delays: [[1, 2], [3, 4]], spread: 0.5}
    - source: pop/op/x
      target: a/op/u
      weights: 0.5
      edge: edge
      edge_var_map: {coupling/a: source, edge/coupling/b: a/op/x}
    - source: a/op/x
      target: a/op/u
      weights: {shape: [2, 2], rows: [1, 0], columns: [0, 1], values: [1.5, 2]}
      delays: [3.0, 0.5]
""",
        "X",
    )
    from scipy.sparse import csr_array

    assert circuit == CircuitTemplate(
        "X",
        populations={
            "a": PopulationTemplate("a", NODE, 2, {"op/tau": [1.0, 2.5], "op/x": 0.25}),
            "pop": PopulationTemplate("pop", NODE, 2),
        },
        connections=[
            Connectivity("a/op/x", "pop/op/u", [[1, 2], [3, 0.4]], delays=[[1, 2], [3, 4]], spread=0.5),
            Connectivity("pop/op/x", "a/op/u", 0.5, EDGE, {"coupling/a": "source", "coupling/b": "a/op/x"}),
            Connectivity("a/op/x", "a/op/u", csr_array([[0.0, 2.0], [1.5, 0.0]]), delays=[3.0, 0.5]),
        ],
    )


def test_circuits_hold_circuits_populations_and_nodes_side_by_side(models):
    circuit = models.load(
        PARTS
        + """\
inner: {base: CircuitTemplate, nodes: {p: node}, edges: [[p/op/x, p/op/u, null, {weight: 2}]]}
X:
  base: CircuitTemplate
  nodes: {p: node}
  circuits: {c: inner, d: inner}
  populations: {q: {node: node, n: 3}}
  edges: [[c/p/op/x, d/p/op/u, null, {weight: 3}]]
  overrides:
    node_vars: {all/op/tau: 4.0, q/op/tau: [1, 2, 3]}
    edge_vars:
      - [c/p/op/x, d/p/op/u, null, {weight: 5}]
      - [c/p/op/x, c/p/op/u, 0, {weight: 6, delay: 0.5}]
""",
        "X",
    )
    assert circuit.circuits["c"].edges[0].weight == 2.0
    assert circuit.get_var("p/op/tau") == 4.0
    assert circuit.get_var("c/p/op/x->d/p/op/u[0]/weight") == 5.0
    assert circuit.get_var("c/p/op/x->c/p/op/u[0]/delay") == 0.5
    np.testing.assert_array_equal(circuit.get_var("q/op/tau"), [1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    ("written", "variable"),
    [
        ("1", Variable("parameter", 1.0)),
        ("10e-3", Variable("parameter", 0.01)),
        ("0x1F", Variable("parameter", 31.0)),
        ("-.inf", Variable("parameter", -np.inf)),
        ("0.5+0.1j", Variable("parameter", 0.5 + 0.1j, "complex")),
        ("[1, 2.5]", Variable("parameter", Array([1.0, 2.5]))),
        ("[[1, 2], [3, 4]]", Variable("parameter", Array([[1.0, 2.0], [3.0, 4.0]]))),
        ("[1, 0.0+1.0j]", Variable("parameter", Array([1.0, 1j]), "complex")),
        ("input", Variable("input")),
        ("output(0.5)", Variable("output", 0.5)),
        ("variable(0.5+0.1j)", Variable("variable", 0.5 + 0.1j, "complex")),
        ("output(complex)", Variable("output", 0j, "complex")),
        ('"variable(1e-3,3)"', Variable("variable", 0.001, length=3)),
        ("noise", Variable("noise")),
        ("{default: output}", Variable("output")),
        ("{default: 6e-3}", Variable("parameter", 0.006)),
    ],
)
def test_every_form_of_a_variable_is_read(models, written, variable):
    template = models.load(f"X: {{base: OperatorTemplate, equations: x = y, variables: {{y: {written}}}}}", "X")
    assert template.variables["y"] == variable


def test_texts_stay_as_they_were_written(models):
    template = models.load(
        """\
X:
  base: OperatorTemplate
  description: 1e3
  label: on
  equations: ["v' = 1", 'u'' = 2']
  variables: {v: variable, u: variable, y: 1, n: 2, no: 3}
  events: [{when: v > 010, set: {v: 1e-3, u: 0}, emit: }]
""",
        "X",
    )
    assert (template.description, template.label, template.equations) == ("1e3", "on", ("v' = 1", "u' = 2"))
    assert list(template.variables) == ["v", "u", "y", "n", "no"]
    assert template.events[0].when == "v > 010"
    assert template.events[0].set == {"v": "1e-3", "u": "0"}


@pytest.mark.parametrize(
    "operators",
    [
        "op",
        "[op]",
        "{op: }",
        "{op: {}}",
        "[./model/op]",
        "{./model/op: {variables: {}}}",
    ],
)
def test_operators_without_values_are_a_path_a_list_or_a_mapping(models, operators):
    node = models.load(PARTS + f"X: {{base: NodeTemplate, operators: {operators}}}", "X")
    assert node == NodeTemplate("X", [OP])


@pytest.mark.parametrize(
    "operators",
    [
        "{op: {tau: 3, x: 0.25}}",
        "{op: {variables: {tau: 3, x: 0.25}}}",
        "{op: {variables: {tau: {default: 3}, x: output(0.25)}}}",
        "[{op: {tau: 3, x: 0.25}}]",
    ],
)
def test_operators_with_values_are_a_mapping(models, operators):
    node = models.load(PARTS + f"X: {{base: NodeTemplate, operators: {operators}}}", "X")
    assert node == NodeTemplate("X", {OP: {"tau": 3.0, "x": 0.25}})


def test_top_level_lists_and_scalars_only_hold_anchors(models):
    circuit = models.load(
        PARTS
        + """\
aliases:
  - &label node
  - &weight {weight: 2.0}
version: &version 1
nothing:
X: {base: CircuitTemplate, nodes: {p: *label}, edges: [[p/op/x, p/op/u, null, *weight]]}
""",
        "X",
    )
    assert circuit == CircuitTemplate("X", {"p": NODE}, edges=[Edge("p/op/x", "p/op/u", None, 2.0)])


def test_a_template_knows_file_and_line(models):
    circuit = models.load("\n" + PARTS + "X:\n  base: CircuitTemplate\n  nodes: {p: node}\n", "X")
    assert str(circuit.location) == f"{models.folder}/model.yaml:8"
    assert str(circuit.nodes["p"].location) == f"{models.folder}/model.yaml:4"


def test_the_name_of_a_template_may_differ_from_its_key(models):
    node = models.load(PARTS + "X: {base: NodeTemplate, name: node, operators: [op]}", "X")
    assert node == NODE


def test_parts_lie_in_other_files(models):
    models.write(PARTS, "parts/basic.yaml")
    models.write("pair: {base: CircuitTemplate, nodes: {p: ./basic/node, q: ../parts/basic/node}}", "parts/pairs.yml")
    circuit = models.load("X: {base: CircuitTemplate, circuits: {a: parts.pairs.pair, b: parts/pairs/pair}}", "X")
    pair = CircuitTemplate("pair", {"p": NODE, "q": NODE})
    assert circuit == CircuitTemplate("X", circuits={"a": pair, "b": pair})


def test_a_file_stands_for_its_one_circuit(models):
    path = models.write(PARTS + "X: {base: CircuitTemplate, nodes: {p: node}}")
    assert load(path) == load("model/X") == CircuitTemplate.from_yaml("model.yaml")


def test_a_file_stands_for_the_circuit_that_no_other_one_holds(models):
    path = models.write(
        PARTS + "X: {base: CircuitTemplate, circuits: {y: Y}}\nY: {base: CircuitTemplate, nodes: {p: node}}\n"
    )
    assert load(path).name == "X"


def test_a_file_of_several_circuits_lists_them_and_the_form_to_use(models):
    models.write("Y: {base: CircuitTemplate}\nX: {base: Y}\nZ: [1]\n", "a/model.yaml")
    listed = f"names a file, and {models.folder}/a/model.yaml holds several circuits: Y, X. Name one template, as"
    for text, form in (("a.model", "a.model.Y"), ("a/model.yaml", "a/model.yaml/Y"), ("./a/model", "./a/model/Y")):
        error = models.error_of(lambda text=text: load(text))
        assert error == f"ModelFileError: '{text}' {listed} '{form}'.".replace(str(models.folder), "<folder>")


def test_a_file_without_circuits_stands_for_the_template_that_no_other_one_holds(models):
    path = models.write(PARTS.replace("plain", "# plain"))
    assert models.error_of(lambda: load(path)) == (
        "ModelFileError: '<folder>/model.yaml' names a file, and <folder>/model.yaml holds several templates: "
        "edge, pop. Name one template, as '<folder>/model.yaml/edge'."
    )
    path = models.write("".join(line for line in PARTS.splitlines(True) if line.startswith(("op", "node"))))
    assert load(path) == NODE


def test_a_file_of_anchors_holds_no_template(models):
    path = models.write("aliases: [1]\n")
    assert models.error_of(lambda: load(path)) == (
        "ModelFileError: '<folder>/model.yaml' names a file, and <folder>/model.yaml holds no template. "
        "Name one template, as '<folder>/model.yaml/Name'."
    )


def test_a_name_that_a_file_does_not_hold_is_an_error_with_the_closest_one(models):
    models.write("".join(f"op{i}: {{base: OperatorTemplate}}\n" for i in range(25)))
    listed = ", ".join(f"op{i}" for i in range(20))
    assert models.error_of(lambda: load("model.opp3")) == (
        "ModelFileError: <folder>/model.yaml holds no template 'opp3'. Did you mean 'op3', 'op23' or 'op13'? "
        f"It holds: {listed} and 5 more."
    )


def test_only_texts_and_paths_name_templates(models):
    assert models.error_of(lambda: load(None)) == "ArgumentError: A template is named by a text or a path, not by None."


def test_a_folder_that_is_not_there_is_named(models):
    assert models.error_of(lambda: load("./model/X", base_directory=models.folder / "b")) == (
        "ModelFileError: There is no folder '<folder>/b' in which './model/X' could be looked for."
    )


def test_a_file_that_changed_is_read_again(models):
    text = 'X: {base: OperatorTemplate, equations: "x\' = k", variables: {x: output, k: 1}}'
    first = models.load(text, "X")
    second = models.load(text.replace("k: 1", "k: 2"), "X")
    assert (first.variables["k"].value, second.variables["k"].value) == (1.0, 2.0)


def test_what_one_user_changes_another_user_does_not_see(models):
    text = PARTS + "Y: {base: CircuitTemplate, nodes: {p: node}}\nX: {base: CircuitTemplate, circuits: {c: Y}}"
    first = models.load(text, "X")
    first.update_var(node_vars={"c/p/op/tau": 7.0})
    second = load("model/X")
    assert first is not second
    assert (first.get_var("c/p/op/tau"), second.get_var("c/p/op/tau")) == (7.0, 2.0)


def test_a_derived_circuit_does_not_change_its_base(models):
    text = PARTS + "Y: {base: CircuitTemplate, nodes: {p: node}}\nX: {base: Y, overrides: {node_vars: {p/op/tau: 7}}}"
    derived = models.load(text, "X")
    assert derived.get_var("p/op/tau") == 7.0
    assert load("model/Y").get_var("p/op/tau") == 2.0


CIRCLES = {
    "a base": (
        "X: {base: Y}\nY: {base: Z}\nZ: {base: X}\n",
        ":3: 'X' is derived from itself: 'X' -> 'Y' -> 'Z' -> 'X'. Change one 'base'.",
    ),
    "a base that is itself": (
        "X: {base: X}\n",
        ":1: 'X' is derived from itself: 'X' -> 'X'. Change one 'base'.",
    ),
    "a base above a circle": (
        "X: {base: Y}\nY: {base: Z}\nZ: {base: Y}\n",
        ":3: 'Y' is derived from itself: 'Y' -> 'Z' -> 'Y'. Change one 'base'.",
    ),
    "a circuit": (
        "X: {base: CircuitTemplate, circuits: {a: Y}}\nY:\n  base: CircuitTemplate\n  circuits:\n    b: X\n",
        ":5: 'X' contains itself: 'X' -> 'Y' -> 'X'. Take one of them out.",
    ),
    "a circuit that is itself": (
        "X: {base: CircuitTemplate, circuits: {a: X}}\n",
        ":1: 'X' contains itself: 'X' -> 'X'. Take one of them out.",
    ),
    "a circuit that holds what is derived from it": (
        "X: {base: CircuitTemplate, circuits: {a: Y}}\nY: {base: X}\n",
        ":2: 'X' contains itself: 'X' -> 'Y' -> 'X'. Take one of them out.",
    ),
    "a node that is its operator": (
        "X: {base: NodeTemplate, operators: [X]}\n",
        ":1: 'X' contains itself: 'X' -> 'X'. Take one of them out.",
    ),
}


@pytest.mark.parametrize(("text", "message"), CIRCLES.values(), ids=CIRCLES)
def test_a_circle_is_an_error_that_names_it_in_under_a_second(models, text, message):
    start = time.perf_counter()
    assert models.error(text) == f"ModelFileError: <folder>/model.yaml{message}"
    assert time.perf_counter() - start < 1.0


def test_a_circle_through_two_files_is_found(models):
    models.write("Y: {base: ./model/X}", "other.yaml")
    assert models.error("X: {base: ./other/Y}") == (
        "ModelFileError: <folder>/other.yaml:1: 'X' is derived from itself: 'X' -> 'Y' -> 'X'. Change one 'base'."
    )


def test_a_long_chain_of_bases_is_read(models):
    lines = ["X0: {base: OperatorTemplate, equations: x = k, variables: {x: output, k: 1}}"]
    lines += [f"X{i}: {{base: X{i - 1}, variables: {{k: {i}}}}}" for i in range(1, 2001)]
    assert models.load("\n".join(lines), "X2000").variables["k"].value == 2000.0


def nested(depth: int) -> str:
    lines = ["X1: {base: CircuitTemplate, nodes: {p: node}}"]
    lines += [f"X{i}: {{base: CircuitTemplate, circuits: {{c: X{i - 1}}}}}" for i in range(2, depth + 1)]
    return PARTS + "\n".join(lines)


def test_circuits_may_be_nested_deep(models):
    circuit = models.load(nested(MAX_DEPTH), f"X{MAX_DEPTH}")
    assert circuit == load(f"model/X{MAX_DEPTH}")
    assert hash(circuit) == hash(load(f"model/X{MAX_DEPTH}"))
    assert circuit.get_nodes() == ["c/" * (MAX_DEPTH - 1) + "p"]


def test_circuits_nested_too_deep_are_an_error(models):
    models.write(nested(5000))
    assert models.error_of(lambda: load("model/X5000")) == (
        f"ModelFileError: <folder>/model.yaml:{6 + MAX_DEPTH + 1}: With 'X{MAX_DEPTH + 1}', circuits are nested more "
        f"than {MAX_DEPTH} deep."
    )


CODE = "__import__('pathlib').Path('executed').touch()"


@pytest.mark.parametrize(
    "text",
    [
        f'X: {{base: OperatorTemplate, equations: "x = {CODE}", variables: {{x: output}}}}',
        f'X: {{base: OperatorTemplate, equations: x = 1, variables: {{x: "{CODE}"}}}}',
        f'X: {{base: OperatorTemplate, equations: x = 1, variables: {{"{CODE}": 1}}}}',
        f'X: {{base: OperatorTemplate, equations: x = 1, variables: {{x: "output({CODE})"}}}}',
        f'X: {{base: "{CODE}"}}',
        "X: !!python/object/apply:pathlib.Path.touch [!!python/object/apply:pathlib.Path [executed]]",
        "X: {base: op, description: !!python/name:os.system }",
    ],
)
def test_python_in_a_model_file_is_an_error_and_is_not_executed(models, text):
    models.error_of(lambda: models.load(text, "X").parsed)
    assert not (models.folder / "executed").exists()


def test_reading_writes_nothing_and_leaves_the_process_as_it_was(models):
    models.write(PARTS)
    before = list(sys.path), sorted(models.folder.iterdir())
    load("model/node")
    assert (list(sys.path), sorted(models.folder.iterdir())) == before


def test_importing_the_reader_imports_no_yaml_and_no_array_library():
    code = (
        "import sys, rates_core.yaml.reader, rates_core.yaml.writer\n"
        "print({'yaml', 'numpy', 'scipy', 'pandas', 'pluggy'} & set(sys.modules))"
    )
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert process.stdout.strip() == "set()"


def test_a_large_circuit_is_read_in_a_moment(models):
    text = PARTS + "X:\n  base: CircuitTemplate\n  nodes:\n" + "".join(f"    n{i}: node\n" for i in range(2000))
    text += "  edges:\n" + "".join(f"    - [n{i}/op/x, n{i + 1}/op/u, null, {{weight: {i}}}]\n" for i in range(1999))
    assert len(models.load(text, "X").edges) == 1999
    assert parse_document(text, "model.yaml")
