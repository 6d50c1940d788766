"""Grids of parameters: what they set, and points that go wrong."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate, grid_search

GROWTH = OperatorTemplate("op", "x' = k*x^2 + u", {"x": "output(1.0)", "k": 0.0, "u": "input"})
SEARCH = {"step_size": 0.1, "simulation_time": 1.0, "outputs": {"x": "b/op/x"}, "verbose": False}


@pytest.fixture
def pair() -> CircuitTemplate:
    """Return two nodes, the first of which drives the second."""
    node = NodeTemplate("n", [GROWTH])
    return CircuitTemplate("pair", {"a": node, "b": node}, edges=[("a/op/x", "b/op/u", None, {"weight": 0.0})])


def last(table, outputs=("x",)):
    return [table[name].iloc[-1].tolist() for name in outputs]


@pytest.mark.parametrize(
    "entry",
    [
        {"vars": ["weight"], "edges": [("a/op/x", "b/op/u")]},
        {"vars": "weight", "edges": ("a/op/x", "b/op/u")},
        {"vars": "weight", "edges": ("a/op/x", "b/op/u", 0)},
        {"vars": ["weight"], "edges": [["a/op/x", "b/op/u", np.int64(0)]]},
    ],
)
def test_a_single_edge_or_variable_needs_no_list(pair, entry):
    table, _ = grid_search(pair, {"w": [0.0, 2.0]}, {"w": entry}, **SEARCH)
    assert last(table) == [pytest.approx([1.0, 1.0 + 0.9 * 2.0])]


def test_a_single_node_needs_no_list(pair):
    _, runs = grid_search(pair, {"k": [0.0]}, {"k": {"vars": "op/k", "nodes": "b"}}, **SEARCH)
    assert runs.loc["pair_0", "k"] == 0.0


def test_an_output_may_be_called_like_a_parameter(pair):
    param_map = {"x": {"vars": "weight", "edges": ("a/op/x", "b/op/u")}}
    table, runs = grid_search(pair, {"x": [0.0, 2.0]}, param_map, **SEARCH)
    assert last(table) == [pytest.approx([1.0, 1.0 + 0.9 * 2.0])]
    assert runs["x"].tolist() == [0.0, 2.0]


def test_a_state_gets_its_value_at_the_start(pair):
    param_map = {"x0": {"vars": "op/x", "nodes": "b"}, "w": {"vars": "weight", "edges": ("a/op/x", "b/op/u")}}
    table, runs = grid_search(pair, {"x0": [3.0, 4.0], "w": [0.0, 1.0]}, param_map, **SEARCH)
    assert table.iloc[0].tolist() == [3.0, 4.0]
    assert table.iloc[-1].tolist() == pytest.approx([3.0, 4.9])
    assert runs["x0"].tolist() == [3.0, 4.0]


def test_points_that_diverge_are_nan_and_listed_and_the_others_go_on(pair):
    """x' = k x² from 1 has no solution beyond t = 1/k: Euler with h = 0.1 passes all numbers soon after it."""
    param_map = {"k": {"vars": "op/k", "nodes": "b"}}
    with pytest.warns(RuntimeWarning) as caught:
        table, runs = grid_search(pair, {"k": [0.0, 40.0, 0.1, 80.0]}, param_map, **SEARCH)
    times = [float(reason.split("t = ")[1].split()[0]) for reason in table.attrs["ended_early"].values()]
    assert [str(warning.message) for warning in caught] == [
        f"2 of 4 points ended early and are NaN: pair_1 (k = 40) at t = {times[0]:.9g}, pair_3 (k = 80) at "
        f"t = {times[1]:.9g}. The table's attrs['ended_early'] says why."
    ]
    assert {warning.filename for warning in caught} == {__file__}
    assert list(table.attrs["ended_early"]) == ["pair_1", "pair_3"]
    assert table.attrs["ended_early"]["pair_1"].startswith("'b/op/x' became NaN or infinite at t = ")
    json.dumps(table.attrs)
    assert table["x", "pair_1"].isna().all(axis=None)
    assert table["x", "pair_3"].isna().all(axis=None)
    assert table.index.tolist() == pytest.approx(np.arange(10) * 0.1)
    assert table["x", "pair_0"].iloc[-1].item() == 1.0
    assert math.isclose(table["x", "pair_2"].iloc[-1].item(), 1 / (1 - 0.1 * 0.9), rel_tol=1e-2)  # Euler's error
    assert len(runs) == 4


def test_complex_values_keep_their_imaginary_part_and_real_ones_stay_real():
    """z' = λz + k from z0: Euler gives z_n = (z0 + k/λ)(1 + λh)^n - k/λ."""
    turn = OperatorTemplate("op", "z' = lam*z + k", {"z": "output(1.0+0.0j)", "lam": 0.0 + 1.0j, "k": 1.0})
    circuit = CircuitTemplate("turn", {"p": NodeTemplate("n", [turn])})
    rates, drives, starts = [-1.0 + 2.0j, 0.5 - 3.0j], [2, 3], [1.0 - 1.0j, 0.25j]
    names = {"rate": "op/lam", "drive": "op/k", "start": "op/z"}
    table, _ = grid_search(
        circuit,
        {"rate": rates, "drive": drives, "start": starts},
        {name: {"vars": variable, "nodes": "p"} for name, variable in names.items()},
        **{**SEARCH, "outputs": {"z": "p/op/z"}},
    )
    rate, drive, start = np.array(rates), np.array(drives), np.array(starts)
    expected = (start + drive / rate) * (1 + 0.1 * rate) ** 9 - drive / rate
    assert table["z"].iloc[-1].tolist() == [pytest.approx(value, rel=1e-13) for value in expected]
