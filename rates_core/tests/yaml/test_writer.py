"""What is written is read back equal, keeps the files of the user, and looks as a person would write it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest
import yaml
from rates_core.errors import ArgumentError
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.connectivity import Connectivity
from rates_core.templates.edge import Edge
from rates_core.templates.node import EdgeTemplate, NodeTemplate
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.population import PopulationTemplate
from rates_core.templates.variable import Variable
from rates_core.yaml.document import MAX_BYTES
from rates_core.yaml.emitter import LONGEST_KEY
from rates_core.yaml.reader import MAX_DEPTH, load
from rates_core.yaml.writer import HEADER, write

OP = OperatorTemplate("op", ["x' = -x/tau + u"], {"x": "output(0.5)", "tau": 2.0, "u": "input"})
OTHER_OP = OperatorTemplate("op", ["x' = u"], {"x": "output", "u": "input"})
COUPLING = OperatorTemplate("coupling", ["s = k*(a - b)"], {"s": "output", "k": 1.0, "a": "input", "b": "input"})
NODE = NodeTemplate("node", [OP])
EDGE = EdgeTemplate("edge", [COUPLING])
UNWRITTEN = "ModelFileError: The template cannot be written to 'x.yaml': "


def written(template, models):
    """Write a template and check that reading gives an equal one, for readers of YAML 1.1 the same data."""
    path = write(template, models.folder / "written.yaml")
    again = load(path)
    assert again == template
    assert again is not template
    assert load(f"{path}/{template.name}") == template
    text = path.read_text(encoding="utf-8")
    assert set(yaml.safe_load(text)) >= {template.name}
    return text


def test_a_circuit_is_written_as_a_person_would_write_it(models):
    circuit = CircuitTemplate(
        "pair",
        nodes={"p": NodeTemplate("node", {OP: {"tau": 1e-3}}), "q": NodeTemplate("other", [OP])},
        populations={"r": PopulationTemplate("r", NodeTemplate("other", [OP]), 3, {"op/tau": [1.0, 2.0, 1e-5]})},
        edges=[
            Edge("p/op/x", "q/op/u", None, 2.0, 1.5, 0.5),
            Edge("q/op/x", "p/op/u", EDGE, mapping={"coupling/a": "source", "coupling/b": "p/op/x", "coupling/k": 3}),
        ],
        connections=[Connectivity("r/op/x", "r/op/u", np.eye(3), delays=0.5)],
        description="Two nodes.\n\nReference: none",
        label="pair of nodes",
    )
    circuit.update_var(node_vars={"all/op/tau": 4.0}, edge_vars=[("p/op/x", "q/op/u", {"weight": 5.0})])
    assert (
        written(circuit, models)
        == f"""{HEADER}

op:
  base: OperatorTemplate
  equations:
    - "x' = -x/tau + u"
  variables:
    x: output(0.5)
    tau: 2.0
    u: input(0.0)

coupling:
  base: OperatorTemplate
  equations:
    - "s = k*(a - b)"
  variables:
    s: output(0.0)
    k: 1.0
    a: input(0.0)
    b: input(0.0)

node:
  base: NodeTemplate
  operators:
    op: {{tau: 0.001}}

other:
  base: NodeTemplate
  operators:
    - op

edge:
  base: EdgeTemplate
  operators:
    - coupling

pair:
  base: CircuitTemplate
  description: |-
    Two nodes.

    Reference: none
  label: "pair of nodes"
  nodes:
    p: node
    q: other
  populations:
    r:
      node: other
      "n": 3
      params:
        op/tau: [1.0, 2.0, 1.0e-05]
  edges:
    - [p/op/x, q/op/u, null, {{weight: 2.0, delay: 1.5, spread: 0.5}}]
    - [q/op/x, p/op/u, edge, {{edge/coupling/a: source, edge/coupling/b: p/op/x, edge/coupling/k: 3.0}}]
  connections:
    - source: r/op/x
      target: r/op/u
      weights:
        - [1.0, 0.0, 0.0]
        - [0.0, 1.0, 0.0]
        - [0.0, 0.0, 1.0]
      delays: 0.5
  overrides:
    node_vars:
      all/op/tau: 4.0
    edge_vars:
      - [p/op/x, q/op/u, null, {{weight: 5.0}}]
"""
    )


def test_nodes_that_differ_only_in_values_keep_them(models):
    nodes = {f"n{i}": NodeTemplate("node", {OP: {"tau": float(i)}}) for i in range(1, 5)}
    text = written(CircuitTemplate("net", nodes), models)
    assert text.count("NodeTemplate") == 4
    assert "\nnode_3:\n  base: NodeTemplate\n  name: node\n" in text


def test_operators_that_share_a_name_and_differ_in_equations_stay_apart(models):
    circuit = CircuitTemplate("op", {"p": NODE, "q": NodeTemplate("node", [OTHER_OP])})
    written(circuit, models)
    assert load("written.yaml").nodes["q"].operators[0][0].equations == ("x' = u",)


def test_equal_templates_are_written_once(models):
    twin = NodeTemplate("node", [OperatorTemplate("op", list(OP.equations), dict(OP.variables))])
    text = written(CircuitTemplate("net", {"p": NODE, "q": twin}), models)
    assert text.count("base: OperatorTemplate") == text.count("base: NodeTemplate") == 1


def test_names_that_mean_something_elsewhere_are_kept(models):
    names = ["y", "no", "null", "1", "1e3", "a.b", "./x", "model:y", "replace", "remove", "base", "<<", "x: y", "ü"]
    nodes = {
        f"n{i}": NodeTemplate(name, [OperatorTemplate(f"{i}{name}".replace("/", ""), ["x = 1"], {"x": "output"})])
        for i, name in enumerate(names)
    }
    nodes |= {name.replace("/", ""): NodeTemplate(f"{name} {name}", {OP: {"tau": 1.0}}) for name in names}
    written(CircuitTemplate("NodeTemplat", nodes), models)
    circuit = CircuitTemplate("CircuitTemplate", {"p": NodeTemplate("replace", {OTHER_OP: {"x": 1.0}})})
    path = write(circuit, "reserved.yaml")
    assert load(path) == load("reserved/CircuitTemplate_2") == circuit
    operator = OperatorTemplate("remove", ["x = 1"], {"x": "output", "y": 1.0, "on": 2.0, "N": 3.0})
    written(NodeTemplate("n", {operator: {"y": 2.0, "on": 3.0}}), models)


@pytest.mark.parametrize(
    "template",
    [
        OP,
        NODE,
        EDGE,
        NodeTemplate("empty"),
        EdgeTemplate("empty"),
        PopulationTemplate("pop", NODE, 2, {"op/tau": [1.0, 2.0]}, "some units", "units"),
        CircuitTemplate("empty"),
        OperatorTemplate("nothing", [], {}),
    ],
)
def test_every_kind_of_template_is_written_and_stands_for_its_file(models, template):
    written(template, models)


@pytest.mark.parametrize(
    "declaration",
    [
        *("input", "output(0.5)", "variable(-1e-12)", "variable(0.0,3)", "variable(complex)", "noise"),
        *("output(0.5+0.1j)", "variable(1e300,2)", "input(complex,2)", "output(inf)", "output([1, -0.0, 2e-7j])"),
        *(1, -2.5, 1e-7, float("inf"), -float("inf"), 1 + 0j, 0.1 - 2e-9j, np.float64(0.1), np.int32(3)),
        *(
            [1.0, 2.0],
            [[1.0, 2.0], [3.0, 4.0]],
            [[[1.0]], [[2.0]]],
            [1.0, 2j],
            [],
            np.zeros(0, complex),
            np.arange(3),
            np.float32([0.1]),
        ),
    ],
    ids=str,
)
def test_every_form_of_a_variable_is_written(models, declaration):
    written(OperatorTemplate("op", ["x = v"], {"x": "output", "v": declaration}), models)


def test_numpy_scalars_and_arrays_are_written_as_numbers(models):
    node = NodeTemplate("node", {OP: {"tau": np.float64(0.1), "x": np.int64(2)}})
    circuit = CircuitTemplate(
        "net",
        {"p": node},
        edges=[("p/op/x", "p/op/u", None, {"weight": np.float32(0.5), "delay": np.float64(1.0)})],
        populations={"q": PopulationTemplate("q", NODE, np.int64(3), {"op/tau": np.linspace(1, 2, 3)})},
        connections=[Connectivity("q/op/x", "q/op/u", np.arange(9, dtype=np.int16).reshape(3, 3))],
    )
    assert "numpy" not in written(circuit, models)


def test_sparse_weights_are_written_with_their_pattern(models):
    from scipy.sparse import csr_array

    weights = csr_array(([1.0, 0.0, -2.5], ([0, 2, 2], [1, 0, 2])), shape=(3, 3))
    assert weights.nnz == 3
    circuit = CircuitTemplate(
        "net",
        populations={"q": {"node": NODE, "n": 3}},
        connections=[
            Connectivity("q/op/x", "q/op/u", weights, delays=[1.0, 2.0, 3.0], spread=0.25),
            Connectivity("q/op/x", "q/op/u", csr_array((3, 3))),
            Connectivity("q/op/x", "q/op/u", 2.0, EDGE, {"coupling/a": "source", "coupling/k": 2.0}),
        ],
    )
    assert "rows: [0, 2, 2]\n        columns: [1, 0, 2]\n        values: [1.0, 0.0, -2.5]" in written(circuit, models)


def test_edges_from_a_matrix_are_written(models):
    circuit = CircuitTemplate("net", {"p": NODE, "q": NODE})
    weights, delays = np.array([[0.0, 1.0], [2.0, 3.0]]), np.array([[1.0, 2.0], [3.0, 4.0]])
    circuit.add_edges_from_matrix("op/x", "op/u", ["p", "q"], weight=weights, edge_attr={"delay": delays})
    assert "- [q/op/x, p/op/u, null, {delay: 2.0}]" in written(circuit, models)


def test_circuits_of_circuits_keep_what_is_recorded_on_each(models):
    inner = CircuitTemplate("c", {"p": NODE}, edges=[("p/op/x", "p/op/u", None, {"delay": 1.0})])
    changed = CircuitTemplate("c", {"p": NODE}, edges=[("p/op/x", "p/op/u", None, {"delay": 1.0})])
    changed.update_var({"p/op/tau": 3.0}, [("p/op/x", "p/op/u", {"weight": 2.0, "delay": None})])
    outer = CircuitTemplate("net", circuits={"a": inner, "b": changed, "c": inner})
    outer.update_var({"a/p/op/tau": 5.0, "all/p/op/x": [1.0, 2.0, 3.0]}, [("a/p/op/x", "a/p/op/u", 0, {"weight": 7.0})])
    written(outer, models)
    again = load("written.yaml")
    assert [again.get_var(f"{label}/p/op/tau") for label in "abc"] == [5.0, 3.0, 2.0]


def test_recorded_matrices_are_written(models):
    from scipy.sparse import csr_array

    circuit = CircuitTemplate(
        "net",
        populations={"q": {"node": NODE, "n": 2}},
        connections=[Connectivity("q/op/x", "q/op/u", csr_array([[0.0, 1.0], [1.0, 0.0]]))],
    )
    circuit.update_var(edge_vars=[("q/op/x", "q/op/u", {"weight": csr_array([[0.0, 3.0], [4.0, 0.0]])})])
    written(circuit, models)


def test_events_are_written(models):
    events = [{"when": "x > 1", "set": {"x": "0", "tau": "1e-3"}}, {"when": "u > on", "emit": "x"}]
    written(OperatorTemplate("op", ["x' = u"], {"x": "output", "u": "input", "tau": 1, "on": 2}, events=events), models)


PROSE = [
    *("a\nb", "a\n", "\na", " a\nb", "a \nb\t\nc", "a\n\n  b\n c", "# a\n- b: c", "a\r\nb", "\u2028"),
    *("é\nü: 'x'", "%\n---\n...", "a\n ", "a\n \nb"),
]


@pytest.mark.parametrize("prose", PROSE, ids=map(repr, PROSE))
def test_prose_is_kept_to_the_letter(models, prose):
    written(CircuitTemplate("net", {"p": NODE}, description=prose, label=prose), models)


def test_the_ending_of_a_file_is_added_and_folders_are_made(models):
    assert write(NODE, "a/b/node") == models.folder.joinpath("a/b/node.yaml").relative_to(models.folder)
    assert load("a/b/node") == load("a.b.node") == NODE
    assert write(NODE, "node.v2").name == "node.v2.yaml"
    assert write(NODE, models.folder / "node.yml") == models.folder / "node.yml"


def test_a_file_of_ours_is_replaced_and_any_other_is_kept(models):
    write(NODE, "node.yaml")
    write(EDGE, "node.yaml")
    assert load("node.yaml") == EDGE
    mine = models.write("# my model\nnode: {base: NodeTemplate, operators: []}\n", "mine.yaml")
    text = mine.read_text()
    assert models.error_of(lambda: write(NODE, "mine.yaml")) == (
        "ModelFileError: 'mine.yaml' exists and was not written by rates. Choose another name, or remove it."
    )
    assert mine.read_text() == text
    write(NODE, "mine.yaml", overwrite=True)
    assert load("mine.yaml") == NODE


def test_an_empty_file_and_one_that_quotes_the_first_line_are_not_ours(models):
    for text in ("", f"a: 1\n{HEADER}\n", HEADER + " not"):
        models.write(text, "mine.yaml")
        assert models.error_of(lambda: write(NODE, "mine")).startswith("ModelFileError: 'mine.yaml' exists and was not")


def test_writing_leaves_no_other_file(models):
    write(NODE, "node.yaml")
    assert os.listdir(models.folder) == ["node.yaml"]


def test_a_file_that_is_in_the_way_of_the_new_one_is_kept(models):
    other = models.folder / f".node.yaml.{os.getpid()}"
    other.write_text("mine")
    assert models.error_of(lambda: write(NODE, "node.yaml")) == (
        "ModelFileError: 'node.yaml' cannot be written: File exists."
    )
    assert other.read_text() == "mine"


def test_a_link_stays_a_link(models):
    (models.folder / "link.yaml").symlink_to(write(NODE, "node.yaml").absolute())
    write(EDGE, "link.yaml")
    assert (models.folder / "link.yaml").is_symlink()
    assert load("node.yaml") == EDGE


def test_a_failed_write_keeps_the_old_file(models, monkeypatch):
    write(NODE, "node.yaml")

    def fail(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    assert models.error_of(lambda: write(EDGE, "node.yaml")) == (
        "ModelFileError: 'node.yaml' cannot be written: No space left on device."
    )
    assert load("node.yaml") == NODE
    assert os.listdir(models.folder) == ["node.yaml"]


def test_a_place_where_no_file_can_be_is_an_error(models):
    models.write("", "file")
    (models.folder / "folder.yaml").mkdir()
    assert models.error_of(lambda: write(NODE, "folder.yaml")) == (
        "ModelFileError: 'folder.yaml' is a folder; name a file, as 'folder.yaml/model.yaml'."
    )
    assert models.error_of(lambda: write(NODE, "file/node.yaml")) == (
        "ModelFileError: The folder 'file' cannot be made: File exists."
    )


def test_only_templates_are_written():
    with pytest.raises(ArgumentError) as caught:
        write({"a": 1}, "x.yaml")  # type: ignore[arg-type]
    assert str(caught.value) == "A model file holds templates, not {'a': 1}."


def test_a_variable_that_no_text_declares_is_refused(models):
    operator = OperatorTemplate("op", ["x = 1"], {"x": Variable("output", 1.0, "complex")})
    assert models.error_of(lambda: write(operator, "x.yaml")) == (
        f"{UNWRITTEN}Variable 'x' of operator 'op' has no form in a model file: "
        "Variable(kind='output', value=1.0, dtype='complex', length=None)."
    )
    assert not os.listdir(models.folder)


@pytest.mark.parametrize(
    "name", ["x" * (LONGEST_KEY + 1), "\a" * (LONGEST_KEY // 4)], ids=["long", "long when written"]
)
def test_a_name_longer_than_a_simple_key_is_written_too(models, name):
    operator = OperatorTemplate(name, [f"{'x' * 2000}' = 1"], {"x" * 2000: "output", "k": 2.0})
    node = NodeTemplate(name, {operator: {"k": 3.0, "x" * 2000: 4.0}})
    edge = EdgeTemplate(name, [OTHER_OP])
    path = f"{name}/{name}/{'x' * 2000}"
    population = PopulationTemplate("pop", node, 2, {f"{name}/k": [1.0, 2.0]})
    circuit = CircuitTemplate(
        name, {name: node, "q": NODE}, populations={"pop": population}, edges=[(path, "q/op/u", edge, {"op/x": 2.0})]
    )
    written(circuit.update_var({path: 5.0}, [(path, "q/op/u", {f"{name}/op/x": 3.0})]), models)


def test_circuits_nested_too_deep_to_be_read_are_not_written(models):
    circuit = CircuitTemplate("c1", {"p": NODE})
    for depth in range(2, MAX_DEPTH + 1):
        circuit = CircuitTemplate(f"c{depth}", circuits={"c": circuit})
    written(circuit, models)
    deeper = CircuitTemplate("deeper", circuits={"c": circuit})
    assert models.error_of(lambda: write(deeper, "x.yaml")) == (
        f"{UNWRITTEN}With 'c1', circuits are nested more than {MAX_DEPTH} deep."
    )


def test_a_file_that_would_be_too_large_to_be_read_is_not_written(models, monkeypatch):
    monkeypatch.setattr("rates_core.yaml.writer.MAX_BYTES", 2**20)
    weights = np.full((500, 500), 1 / 3)
    circuit = CircuitTemplate(
        "net",
        populations={"q": {"node": NODE, "n": 500}},
        connections=[Connectivity("q/op/x", "q/op/u", weights)],
    )
    assert MAX_BYTES > 2**20
    assert models.error_of(lambda: write(circuit, "x.yaml")) == (
        f"{UNWRITTEN}it would have 4 MiB, and a model file has 1 MiB at most."
    )


def test_thousands_of_nodes_of_one_name_are_written_in_a_moment(models):
    nodes = {f"n{i}": NodeTemplate("node", {OP: {"tau": float(i)}}) for i in range(5000)}
    start = time.perf_counter()
    write(CircuitTemplate("net", nodes), "net.yaml")
    assert time.perf_counter() - start < 5.0  # a search through all names for each name would take minutes
