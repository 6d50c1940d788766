"""Sweeps: what is set at each point, and what is kept of it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from rates_core.plugins import get_manager
from rates_core.sweeps import grid, points, sobol
from rates_core.sweeps import sweep as run_sweep

from rates_core import ArgumentError, CircuitTemplate, NodeTemplate, OperatorTemplate

RATES = np.linspace(-2, 1, 7)


def test_a_parameter_gives_the_closed_form_at_every_point(sweep, decay, decayed):
    result = sweep(decay, {"a/op/k": RATES}, reduce=["last", "mean", "amplitude"])
    rows = decayed(RATES)
    assert result.names == ("x_last", "x_mean", "x_amplitude")
    assert result["a/op/k"].tolist() == RATES.tolist()
    np.testing.assert_allclose(result["x_last"], rows[:, -1], rtol=1e-13)
    np.testing.assert_allclose(result["x_mean"], rows.mean(axis=1), rtol=1e-13)
    np.testing.assert_allclose(result["x_amplitude"], np.ptp(rows, axis=1) / 2, rtol=1e-13, atol=1e-16)
    assert result.done.all()
    assert not result.ended_early


def test_without_a_reduction_all_rows_are_kept(sweep, decay, decayed):
    result = sweep(decay, {"a/op/k": RATES})
    np.testing.assert_allclose(result["x"], decayed(RATES), rtol=1e-13)
    np.testing.assert_allclose(result.rows("x").to_numpy(), decayed(RATES).T, rtol=1e-13)
    assert result.rows("x").index.tolist() == pytest.approx(np.arange(10) * 0.1)


def test_cutoff_and_sampling_decide_which_rows_are_reduced(sweep, decay, decayed):
    result = sweep(decay, {"a/op/k": RATES}, reduce="mean", cutoff=0.4, sampling_step_size=0.2)
    np.testing.assert_allclose(result["x_mean"], decayed(RATES)[:, 4::2].mean(axis=1), rtol=1e-13)
    assert result.times.tolist() == pytest.approx([0.4, 0.6, 0.8])


def test_a_state_is_set_at_the_start_and_an_edge_by_its_path(sweep, decay, decayed):
    parameters = {"a/op/x": [1.0, 2.0], "a/op/x->b/op/u/weight": [0.0, 3.0], "a/op/k": [0.0], "b/op/k": [0.0]}
    result = sweep(decay, parameters, outputs={"x": "b/op/x"}, reduce="last")
    expected = [1 + 0.9 * start * weight for start in (1, 2) for weight in (0, 3)]
    assert result["x_last"].tolist() == pytest.approx(expected)


def test_a_name_may_stand_for_several_paths(sweep, decay, decayed):
    sets = {"rate": ["a/op/k", "b/op/k"]}
    result = sweep(decay, {"rate": RATES}, paths=sets, outputs=["a/op/x", "b/op/x"], reduce="last")
    for name in ("a/op/x_last", "b/op/x_last"):
        np.testing.assert_allclose(result[name], decayed(RATES)[:, -1], rtol=1e-13)


def test_paths_of_one_name_may_overlap_and_those_of_two_may_be_neighbours(sweep, decay, decayed):
    sets = {"rate": ["all/op/k", "b/op/k"], "other": ["b/op/x"]}
    outputs = {"first": "a/op/x", "second": "b/op/x"}
    result = sweep(decay, {"rate": RATES, "other": [2.0], "a/op/x": [1.0]}, paths=sets, outputs=outputs)
    np.testing.assert_allclose(result["first"], decayed(RATES), rtol=1e-13)
    np.testing.assert_allclose(result["second"], 2 * decayed(RATES), rtol=1e-13)


def test_outputs_of_several_units_are_kept_unit_by_unit(sweep, decay, decayed):
    result = sweep(decay, {"b/op/k": RATES}, outputs={"x": "all/op/x"}, reduce="last")
    assert result.names == ("x_last[a]", "x_last[b]")
    np.testing.assert_allclose(result["x_last[a]"], decayed(-1.0)[-1], rtol=1e-13)
    np.testing.assert_allclose(result["x_last[b]"], decayed(RATES)[:, -1], rtol=1e-13)


def test_an_argument_of_an_input_is_swept_by_its_name(sweep, decay):
    """x' = c t from 0: Euler's x_9 is 0.1 (0 + 0.1 + … + 0.8) c = 0.36 c."""

    def ramp(t, slope, offset=0.0):
        return slope * t + offset

    parameters = {"slope": [1.0, 2.0], "a/op/k": [0.0], "a/op/x": [0.0]}
    result = sweep(decay, parameters, inputs={"a/op/u": ramp}, reduce="last")
    assert result["x_last"].tolist() == pytest.approx([0.36, 0.72])


def test_an_array_as_input_is_the_same_at_all_points(sweep, decay):
    parameters = {"a/op/x": [0.0, 1.0], "a/op/k": [0.0]}
    result = sweep(decay, parameters, inputs={"a/op/u": np.arange(11.0)}, reduce="last")
    assert result["x_last"].tolist() == pytest.approx([3.6, 4.6])


def test_complex_values_are_swept(sweep):
    turn = OperatorTemplate("op", "x' = lam*x", {"x": "output(1.0+0.0j)", "lam": 1.0j})
    circuit = CircuitTemplate("turn", {"p": NodeTemplate("n", [turn])})
    rates = np.array([1j, -1 + 2j])
    result = sweep(circuit, {"p/op/lam": rates}, reduce={"x": ["last", "std"]})
    np.testing.assert_allclose(result["x_last"], (1 + 0.1 * rates) ** 9, rtol=1e-13)
    assert result["x_std"].dtype == float


def test_functions_reduce_columns_or_the_whole_table(sweep, decay, decayed):
    def crossing(values, times):
        below = np.nonzero(values < 0.5)[0]
        return times[below[0]] if len(below) else math.nan

    rows = decayed(RATES)
    expected = [np.argmax(row < 0.5) * 0.1 if (row < 0.5).any() else math.nan for row in rows]
    by_column = sweep(decay, {"a/op/k": RATES}, reduce={"x": [crossing, "last"]})
    np.testing.assert_allclose(by_column["x_crossing"], expected)
    named = sweep(decay, {"a/op/k": RATES}, reduce={"x": {"half": crossing}})
    np.testing.assert_allclose(named["x_half"], expected)

    def ends(table):
        return {"first": table["x"].iloc[0], "last": table["x"].iloc[-1]}

    whole = sweep(decay, {"a/op/k": RATES}, reduce=ends)
    assert whole.names == ("first", "last")
    np.testing.assert_allclose(whole["last"], rows[:, -1], rtol=1e-13)
    number = sweep(decay, {"a/op/k": RATES}, reduce=lambda_of_table)
    np.testing.assert_allclose(number["lambda_of_table"], rows[:, -1], rtol=1e-13)


def lambda_of_table(table):
    return table["x"].iloc[-1]


def test_a_function_may_change_what_it_is_given(sweep, decay, decayed):
    def elapsed(values, times):
        values -= values[0]
        times -= times[0]
        return times[-1]

    reduce = {"x": {"elapsed": elapsed, "first": lambda values, times: times[0], "last": "last"}}
    found = sweep(decay, {"a/op/k": [-1.0, -2.0]}, reduce=reduce, cutoff=0.3).table
    expected = {"x_elapsed": 0.6, "x_first": 0.3, "x_last": decayed([-1.0, -2.0])[:, -1]}
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-13)


@pytest.mark.parametrize("memory_limit", [1, 3 * 80, None])
def test_chunks_of_any_size_give_the_same(sweep, decay, decayed, memory_limit):
    rates = np.linspace(-3, 1, 101)
    result = sweep(decay, {"a/op/k": rates}, reduce="last", memory_limit=memory_limit)
    np.testing.assert_allclose(result["x_last"], decayed(rates)[:, -1], rtol=1e-13)


def test_samples_are_run_where_they_lie(sweep, decay, decayed):
    result = sweep(decay, sobol({"a/op/k": (-2.0, 0.0), "a/op/x": (1.0, 2.0)}, 8, seed=1), reduce="last")
    expected = [decayed(k, start)[-1] for k, start in zip(result["a/op/k"], result["a/op/x"], strict=True)]
    np.testing.assert_allclose(result["x_last"], expected, rtol=1e-13)


def test_points_of_one_structure_share_a_model_and_others_have_theirs(sweep, decay, monkeypatch):
    """A chain of n stages of rate n/m: its mean delay m is the mean of the impulse response, whatever n."""
    import rates_core.sweeps.variants as variants

    compiled = []
    real = variants.compile_model
    monkeypatch.setattr(variants, "compile_model", lambda *given, **named: compiled.append(1) or real(*given, **named))
    decay.update_var(edge_vars=[("a/op/x", "b/op/u", {"weight": 1.0, "delay": 2.0, "spread": 1.0})],
                     node_vars={"all/op/k": 0.0, "a/op/x": 1.0, "b/op/x": 0.0})  # fmt: skip
    edge = "a/op/x->b/op/u"
    settings = {"simulation_time": 40.0, "step_size": 0.02, "reduce": "last", "outputs": {"x": "b/op/x"}}
    spreads = sweep(decay, {f"{edge}/spread": [1.0, 1.02, 0.5, 0.98]}, history=0.0, **settings)
    # x_b(T) = T - m once the chain is full; the last row is one step before T
    assert spreads["x_last"].tolist() == pytest.approx([40 - 0.02 - 2.0] * 4, rel=1e-9)
    assert len(compiled) == 2
    compiled.clear()
    delays = sweep(decay, {f"{edge}/delay": [2.0, 2.05, 3.0]}, history=0.0, **settings)
    assert delays["x_last"].tolist() == pytest.approx([40 - 0.02 - mean for mean in (2.0, 2.05, 3.0)], rel=1e-6)
    assert len(compiled) == 2
    both = sweep(decay, {f"{edge}/delay": [2.0, 3.0], f"{edge}/spread": [1.0, 0.5]}, history=0.0, **settings)
    assert both["x_last"].tolist() == pytest.approx([37.98, 37.98, 36.98, 36.98], rel=1e-6)


def test_a_discrete_delay_is_an_argument(sweep, decay):
    """u = x_a(t - d) with x_a = 1 from the start on and 0 before: x_b(T) = T - d."""
    decay.update_var(edge_vars=[("a/op/x", "b/op/u", {"weight": 1.0, "delay": 0.2})],
                     node_vars={"all/op/k": 0.0, "b/op/x": 0.0})  # fmt: skip
    result = sweep(decay, {"a/op/x->b/op/u/delay": [0.2, 0.5]}, outputs={"x": "b/op/x"}, reduce="last", history=0.0)
    assert result["x_last"].tolist() == pytest.approx([0.7, 0.4])


def test_the_seed_of_noise_is_one_for_all_points(sweep):
    noisy = OperatorTemplate("op", "x' = s*xi", {"x": "output(0.0)", "s": 1.0, "xi": "noise"})
    circuit = CircuitTemplate("noisy", {"p": NodeTemplate("n", [noisy])})
    result = sweep(circuit, {"p/op/s": [1.0, 2.0]}, seed=3)
    np.testing.assert_allclose(2 * result["x"][0], result["x"][1], rtol=1e-13)
    assert result["x"][0].std() > 0


def test_the_circuit_is_left_as_it_is(sweep, decay):
    before = decay.update_template()
    sweep(decay, {"a/op/k": RATES, "a/op/x->b/op/u/spread": [0.1], "a/op/x->b/op/u/delay": [0.3]}, reduce="last")
    assert decay == before


def test_the_result_is_a_table_and_a_dataset(sweep, decay, decayed):
    parameters = {"a/op/k": [-1.0, 0.0, 1.0], "a/op/x": [1.0, 2.0]}
    result = sweep(decay, parameters, reduce="last")
    assert result.table.columns.tolist() == ["a/op/k", "a/op/x", "x_last"]
    assert len(result.table) == len(result) == 6
    dataset = result.to_xarray()
    assert dataset["x_last"].dims == ("a/op/k", "a/op/x")
    at = dataset["x_last"].sel({"a/op/k": 1.0, "a/op/x": 2.0})
    assert float(at) == pytest.approx(decayed(1.0, 2.0)[-1])
    rows = sweep(decay, points({"a/op/k": [-1.0, 0.0]})).to_xarray()
    assert rows["x"].dims == ("point", "time")
    assert rows["a/op/k"].dims == ("point",)
    assert repr(result) == "<SweepResult: 6 of 6 points, x_last>"


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("time", lambda values: grid(values)),
        ("point", lambda values: points(values)),
    ],
)
def test_a_dataset_whose_axis_has_the_name_of_what_is_swept(sweep, decay, name, make):
    result = sweep(decay, make({name: [1.0, 2.0]}), paths={name: "a/op/k"})
    with pytest.raises(ArgumentError) as caught:
        result.to_xarray()
    assert str(caught.value) == (f"A dataset has an axis '{name}' of its own. Let paths= call what is swept otherwise.")


def test_the_sweep_is_an_analysis_that_plugins_find(decay, decayed):
    found = get_manager().analysis("sweep").load()
    assert found is run_sweep
    result = found(decay, grid({"a/op/k": RATES}), 1.0, 0.1, {"x": "a/op/x"}, reduce="last", verbose=False)
    np.testing.assert_allclose(result["x_last"], decayed(RATES)[:, -1], rtol=1e-13)


def test_where_no_backend_is_chosen_the_time_of_all_points_decides(decay, monkeypatch):
    """One run of 10 steps is for NumPy; a million of them are for compiled code where there is some."""
    from rates_core.sweeps import preparation

    asked = []

    def settled(default, system, tableau, fixed, settings, points=1):
        asked.append((settings["simulation_time"], points))
        return default

    monkeypatch.setattr(preparation, "settled_backend", settled)
    decay.sweep({"a/op/k": RATES}, 1.0, 0.1, {"x": "a/op/x"}, reduce="last", verbose=False)
    assert set(asked) == {(7.0, 1)}
    decay.sweep({"a/op/k": RATES}, 1.0, 0.1, {"x": "a/op/x"}, reduce="last", verbose=False, backend="numpy")
    assert set(asked) == {(7.0, 1)}


def test_points_side_by_side_take_less_time_than_one_by_one(decay, monkeypatch):
    from rates_core.sweeps import preparation

    asked = []

    def settled(default, system, tableau, fixed, settings, points=1):
        asked.append((settings["simulation_time"], points))
        return default

    monkeypatch.setattr(preparation, "settled_backend", settled)
    points = {"a/op/k": np.linspace(-1.0, 0.0, 100)}
    decay.sweep(points, 1.0, 0.1, {"x": "a/op/x"}, reduce="last", verbose=False)
    assert set(asked) == {(1.0, 100)}
    decay.sweep(points, 1.0, 0.1, {"x": "a/op/x"}, reduce="last", verbose=False, solver="dopri5")
    assert set(asked) == {(1.0, 100), (100.0, 1)}
