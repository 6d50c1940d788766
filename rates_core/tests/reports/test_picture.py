"""The structure of circuits as graphs of networkx and as pictures."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import matplotlib.text
import numpy as np
import pytest
from matplotlib.patches import FancyArrowPatch
from rates_core.errors import ArgumentError, PluginError
from rates_core.reports.sketch import DRAWN, Arrow, sketch

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

DECAY = OperatorTemplate("decay", "x' = -x + u", {"x": "output(1.0)", "u": "input"})
UNIT = NodeTemplate("unit", [DECAY])


def test_a_graph_has_the_nodes_and_all_edges(circuit: CircuitTemplate) -> None:
    circuit.update_var(edge_vars=[("p/decay_op/x", "c/a/decay_op/x_in", {"weight": 5.0})])
    found = circuit.graph()
    assert dict(found.nodes(data=True)) == {
        "p": {"template": "unit", "operators": ("decay_op",), "units": 1},
        "many": {"template": "unit", "operators": ("decay_op",), "units": 3},
        "c/a": {"template": "unit", "operators": ("decay_op",), "units": 1},
        "c/b": {"template": "driven", "operators": ("decay_op", "drive"), "units": 1},
    }
    ends = {"source": "decay_op/x", "target": "decay_op/x_in"}
    assert sorted(found.edges(data=True), key=lambda edge: edge[:2]) == [
        ("c/a", "c/b", {**ends, "weight": 1.0, "delay": 0.0, "spread": 0.0, "edge": None}),
        ("many", "many", {**ends, "weight": 0.5, "delay": 0.0, "spread": 0.0, "edge": None}),
        ("many", "p", {**ends, "weight": 1e-9, "delay": 0.0, "spread": 0.0, "edge": None}),
        ("p", "c/a", {**ends, "weight": 5.0, "delay": 0.5, "spread": 0.1, "edge": "gated"}),
    ]


def test_connections_of_a_matrix_are_one_edge_with_its_arrays() -> None:
    weights = np.arange(9.0).reshape(3, 3)
    crowd = PopulationTemplate("crowd", UNIT, 3)
    connections = [Connectivity("q/decay/x", "q/decay/u", weights, delays=2.0)]
    ((source, target, attributes),) = (
        CircuitTemplate("c", populations={"q": crowd}, connections=connections).graph().edges(data=True)
    )
    assert (source, target, attributes["delay"]) == ("q", "q", 2.0)
    assert np.array_equal(attributes["weight"], weights)


def test_a_sketch_joins_what_runs_between_two_nodes(circuit: CircuitTemplate) -> None:
    found = sketch(circuit)
    assert found.vertices == {"p": "p\nunit", "many": "many\nunit\n3 units", "c/a": "c/a\nunit", "c/b": "c/b\ndriven"}
    assert found.arrows == (
        Arrow("p", "c/a", 1, -2.0, -2.0, True),
        Arrow("many", "p", 1, 1e-9, 1e-9, False),
        Arrow("c/a", "c/b", 1, 1.0, 1.0, False),
        Arrow("many", "many", 9, 4.5, 0.5, False),
    )
    twice = CircuitTemplate(
        "twice",
        nodes={"a": UNIT, "b": UNIT},
        edges=[("a/decay/x", "b/decay/u", None, {"weight": w, "delay": d}) for w, d in ((3.0, 0.0), (-1.0, 2.0))],
    )
    assert sketch(twice).arrows == (Arrow("a", "b", 2, 2.0, None, True),)


def test_many_nodes_are_drawn_by_their_templates() -> None:
    other = NodeTemplate("other", [DECAY])
    nodes = {f"p{k}": UNIT if k % 2 else other for k in range(DRAWN + 2)}
    edges = [("p0/decay/x", f"p{k}/decay/u", None, {"weight": -1.0}) for k in range(1, DRAWN + 1, 2)]
    found = sketch(CircuitTemplate("c", nodes=nodes, edges=edges))
    assert found.vertices == {"other": "other\n16 units", "unit": "unit\n16 units"}
    assert found.arrows == (Arrow("other", "unit", 15, -15.0, -1.0, False),)


def test_a_picture_shows_every_node_and_arrow_and_is_written(circuit: CircuitTemplate, tmp_path: Path) -> None:
    figure = circuit.draw(tmp_path / "web.png")
    (axes,) = figure.axes
    texts = {text.get_text() for text in axes.findobj(matplotlib.text.Text)}
    assert {"web", "p\nunit", "many\nunit\n3 units", "-2", "1e-09", "9× 0.5"} <= texts
    arrows = [patch for patch in axes.patches if isinstance(patch, FancyArrowPatch)]
    assert len(arrows) == 4
    assert [patch.get_linestyle() for patch in arrows].count("dashed") == 1  # the one with a delay
    assert (tmp_path / "web.png").read_bytes().startswith(b"\x89PNG")


def test_loops_are_drawn_where_all_nodes_lie_in_a_row(tmp_path: Path) -> None:
    edges = [(f"{source}/decay/x", f"{target}/decay/u") for source in "ab" for target in "ab"]
    (axes,) = CircuitTemplate("row", nodes={"a": UNIT, "b": UNIT}, edges=edges).draw().axes
    extents = [patch.get_window_extent() for patch in axes.patches if isinstance(patch, FancyArrowPatch)]
    assert len(extents) == 4
    assert all(extent.width > 10 and extent.height > 10 for extent in extents)


def test_drawing_changes_no_setting_and_opens_no_figure(circuit: CircuitTemplate) -> None:
    import matplotlib.pyplot as plt

    before = dict(mpl.rcParams)
    circuit.draw()
    assert dict(mpl.rcParams) == before
    assert plt.get_fignums() == []


@pytest.mark.parametrize(
    ("missing", "text"),
    [
        (
            ("networkx",),
            "A picture of the structure needs networkx, which is not installed. "
            "Install with: pip install networkx, or pip install 'rates-core[pictures]'.",
        ),
        (
            ("networkx", "matplotlib"),
            "A picture of the structure needs networkx and matplotlib, which are not installed. "
            "Install with: pip install networkx matplotlib, or pip install 'rates-core[pictures]'.",
        ),
    ],
)
def test_what_is_missing_is_named(
    circuit: CircuitTemplate, monkeypatch: pytest.MonkeyPatch, missing: tuple[str, ...], text: str
) -> None:
    monkeypatch.setattr("rates_core.needed.find_spec", lambda name: None if name in missing else object())
    with pytest.raises(PluginError) as caught:
        circuit.draw()
    assert str(caught.value) == text
    with pytest.raises(PluginError) as caught:
        circuit.graph()
    assert str(caught.value) == (
        "The graph of a circuit needs networkx, which is not installed. "
        "Install with: pip install networkx, or pip install 'rates-core[pictures]'."
    )


def test_a_picture_of_many_different_nodes_stays_small(tmp_path: Path) -> None:
    templates = [NodeTemplate(f"unit{k}", [DECAY]) for k in range(120)]
    edges = [(f"p{k}/decay/x", "p0/decay/u", None, {"weight": float(k)}) for k in range(120)]
    circuit = CircuitTemplate("c", nodes={f"p{k}": node for k, node in enumerate(templates)}, edges=edges)
    figure = circuit.draw(tmp_path / "c.png")
    assert max(figure.get_size_inches()) <= 18
    assert len(figure.axes[0].patches) == 120


@pytest.mark.parametrize("suffix", ["png", "pdf", "svg"])
def test_a_picture_of_ours_is_replaced_and_any_other_file_is_kept(
    circuit: CircuitTemplate, tmp_path: Path, suffix: str
) -> None:
    file = tmp_path / f"web.{suffix}"
    circuit.draw(file)
    circuit.draw(file)
    file.write_bytes(b"mine")
    with pytest.raises(ArgumentError) as caught:
        circuit.draw(file)
    assert str(caught.value) == f"'{file}' exists and was not generated by rates. Choose another name, or remove it."
    assert file.read_bytes() == b"mine"
    circuit.draw(file, overwrite=True)
    assert file.stat().st_size > 1000


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.txt", "A picture 'a.txt' must end in .png, .pdf, .svg."),
        ("no/a.png", "'no/a.png' cannot be written: there is no folder 'no'."),
    ],
)
def test_a_file_that_cannot_be_a_picture_is_an_error(
    circuit: CircuitTemplate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, text: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ArgumentError) as caught:
        circuit.draw(path)
    assert str(caught.value) == text


def test_names_are_no_formulas(tmp_path: Path) -> None:
    nodes = {"a$\\x$": UNIT, "$_": UNIT}
    circuit = CircuitTemplate("$\\frac{", nodes=nodes, edges=[("$_/decay/x", "a$\\x$/decay/u")])
    circuit.draw(tmp_path / "c.png")
    assert (tmp_path / "c.png").stat().st_size > 1000
