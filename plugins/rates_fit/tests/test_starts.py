"""Fits from several starts, and profiles, wherever executors run them."""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from rates_core.errors import RatesError
from rates_core.sweeps import Executor, latin_hypercube
from rates_fit import Evolution, Experiment, Fitter, Outcome, fit

from rates_core import ArgumentError, CircuitTemplate, NodeTemplate, OperatorTemplate, SimulationError, UnknownNameError

K, X = "p/op/k", "p/op/x"
EXECUTORS = [("threads", {"workers": 2}), ("processes", {"workers": 2})]
SETTINGS = {"step_size": 0.05, "backend": "numpy", "verbose": False}


@pytest.fixture(scope="module")
def waves():
    """Return sin(k*t) with k = 3, the loss of which has a valley around many k."""
    op = OperatorTemplate("op", "x' = k*cos(k*t)", {"x": "output(0.0)", "k": 1.0})
    circuit = CircuitTemplate("waves", nodes={"p": NodeTemplate("n", [op])})
    times = np.arange(0.0, 6.0, 0.25)
    return circuit, pd.DataFrame({X: np.sin(3.0 * times)}, index=times)


def starts(count=8):
    return latin_hypercube({K: (0.5, 6.0)}, count, seed=2)


@pytest.fixture(scope="module")
def serial(waves):
    return fit(*waves, {K: "positive"}, start=starts(), solver="rk4", **SETTINGS)


def test_the_best_of_several_starts_is_found_where_single_ones_end_in_other_valleys(serial):
    assert serial[K] == pytest.approx(3.0, abs=1e-4)  # what differs is the method's: 0.05^4
    table = serial.starts
    assert table.shape == (8, 6)
    best = int(table["fit", "loss"].argmin())
    assert table.loc[best, ("found", K)] == serial[K]
    assert (abs(table["found", K] - 3.0) > 0.5).any()  # other valleys
    assert sorted(serial.history["loss"]) == sorted(table["fit", "loss"])
    assert serial.evaluations == table["fit", "evaluations"].sum() > serial.iterations
    converged = int(table["fit", "converged"].sum())
    assert serial.reason == f"It has the smallest loss of 8 starts, of which {converged} converged."


def test_each_start_is_the_fit_that_begins_there(serial, waves):
    for _, row in serial.starts.head(3).iterrows():
        alone = fit(*waves, {K: "positive"}, start={K: row["start", K]}, solver="rk4", **SETTINGS)
        assert (alone[K], alone.loss, alone.iterations) == (
            row["found", K], row["fit", "loss"], row["fit", "iterations"]
        )  # fmt: skip


@pytest.mark.parametrize(("executor", "options"), EXECUTORS)
def test_executors_find_the_same_bit_for_bit(serial, waves, executor, options):
    found = fit(*waves, {K: "positive"}, start=starts(), solver="rk4", executor=executor, **options, **SETTINGS)
    pd.testing.assert_frame_equal(found.starts, serial.starts, check_exact=True)
    assert found[K] == serial[K]


def test_files_keep_what_is_done_and_the_rest_is_fitted_later(serial, waves, tmp_path):
    class Stopped(Executor):
        """Press Ctrl-C behind the first chunk."""

        def run(self, work, tasks):
            for number, task in enumerate(tasks):
                if number == 1:
                    raise KeyboardInterrupt
                yield work(task)

    given = {"start": starts(), "solver": "rk4", "save": tmp_path / "fits.parquet", **SETTINGS}
    with pytest.raises(KeyboardInterrupt) as stopped:
        fit(*waves, {K: "positive"}, executor=Stopped(), **given)
    until_then = stopped.value.result.starts
    done = until_then["fit", "loss"].notna().sum()
    assert done == 1
    assert stopped.value.result.loss == until_then["fit", "loss"].min()
    assert len(pd.read_parquet(tmp_path / "fits.parquet")) == done
    whole = fit(*waves, {K: "positive"}, resume=True, **given)
    pd.testing.assert_frame_equal(whole.starts, serial.starts, check_exact=True)
    circuit, data = waves
    others = [
        ("parameters", (circuit, data, {K: None}), {}),
        ("data", (circuit, data + 1e-9, {K: "positive"}), {}),
        ("fitter", (circuit, data, {K: "positive"}), {"fitter": "lbfgs"}),
        ("points", (circuit, data, {K: "positive"}), {"start": starts(3)}),
    ]
    for differing, asked, changed in others:
        with pytest.raises(ArgumentError) as refused:
            fit(*asked, resume=True, **{**given, **changed})
        assert str(refused.value) == (
            f"resume: '{given['save']}' comes from another call, which differs in its {differing}. Give another path."
        )


PROGRAM = """
import os, signal, sys
import numpy as np
import pandas as pd
from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate
from rates_core.sweeps import Executor, latin_hypercube
from rates_fit import fit

class Killed(Executor):
    def run(self, work, tasks):
        for number, task in enumerate(tasks):
            if number == 2:
                os.kill(os.getpid(), signal.SIGKILL)
            yield work(task)

op = OperatorTemplate("op", "x' = k*cos(k*t)", {"x": "output(0.0)", "k": 1.0})
circuit = CircuitTemplate("waves", nodes={"p": NodeTemplate("n", [op])})
times = np.arange(0.0, 6.0, 0.25)
data = pd.DataFrame({"p/op/x": np.sin(3.0 * times)}, index=times)
fit(circuit, data, {"p/op/k": "positive"}, start=latin_hypercube({"p/op/k": (0.5, 6.0)}, 8, seed=2), solver="rk4",
    step_size=0.05, backend="numpy", verbose=False, save=sys.argv[1], executor=Killed())
"""


def test_a_program_that_is_killed_goes_on_with_the_fits_that_it_had_done(serial, waves, tmp_path):
    ended = subprocess.run([sys.executable, "-c", PROGRAM, str(tmp_path / "fits.parquet")], check=False, timeout=120)
    assert ended.returncode == -signal.SIGKILL
    done = len(pd.read_parquet(tmp_path / "fits.parquet"))
    assert 0 < done < 8
    given = {"start": starts(), "solver": "rk4", "save": tmp_path / "fits.parquet", **SETTINGS}
    whole = fit(*waves, {K: "positive"}, resume=True, **given)
    pd.testing.assert_frame_equal(whole.starts, serial.starts, check_exact=True)
    assert len(pd.read_parquet(tmp_path / "fits.parquet")) == 8


def test_a_start_without_a_loss_is_named_and_the_others_go_on():
    op = OperatorTemplate("op", "x' = -k*x + log(2 - k) - log(2 - k)", {"x": "output(1.0)", "k": 1.0})
    circuit = CircuitTemplate("log", nodes={"p": NodeTemplate("n", [op])})
    data = pd.DataFrame({X: (1 - 0.05 * 0.5) ** np.arange(0, 41, 10)}, index=np.arange(0.0, 2.1, 0.5))
    given = {"start": [{K: 0.7}, {K: 3.0}], **SETTINGS}
    with pytest.warns(RuntimeWarning) as told:
        found = fit(circuit, data, [K], **given)
    assert found[K] == pytest.approx(0.5, abs=1e-6)
    assert found.starts["fit", "converged"].tolist() == [True, False]
    assert [str(item.message) for item in told] == [
        "1 of 2 starts ended early and are NaN: 1 (p/op/k = 3) at t = 0.05. The result's ended_early says why."
    ]
    with pytest.warns(RuntimeWarning), pytest.raises(SimulationError) as caught:
        fit(circuit, data, [K], **{**given, "start": [{K: 3.0}]})
    assert str(caught.value).startswith("No start led to a fit. The first one: 'p/op/x' became NaN")


def test_several_experiments_numbers_of_arrays_and_states_have_starts(leak):
    pair = CircuitTemplate("pair", nodes={"p": leak.nodes["p"], "q": leak.nodes["p"]})
    fed = {"p/op/u": np.full(60, 1.0), "q/op/u": np.full(60, 2.0)}
    pair.update_var({"p/op/tau": 2.0, "q/op/tau": 3.0})
    seen = pair.run(3.0, 0.05, inputs=fed, outputs={"x": "all/op/x"}, verbose=False).iloc[::10]
    pair.update_var({"p/op/tau": 1.0, "q/op/tau": 1.0})
    experiments = {"a": Experiment(seen, fed, free={"p/op/x": None}), "b": Experiment(seen, fed)}
    given = [{"all/op/tau": [1.0, 1.5]}, {"all/op/tau": 4.0, "p/op/x of a": 0.1}]
    found = fit(pair, experiments, {"all/op/tau": "positive"}, outputs={"x": "all/op/x"}, start=given, **SETTINGS)
    np.testing.assert_allclose(found["all/op/tau"], [2.0, 3.0], rtol=1e-6)
    assert found["p/op/x of a"] == pytest.approx(0.0, abs=1e-8)
    assert found.starts["start", "all/op/tau[1]"].tolist() == [1.5, 4.0]
    assert found.starts["start", "p/op/x of a"].tolist() == [0.0, 0.1]


def test_a_fit_is_pickled_as_what_was_asked_and_profiled_elsewhere_bit_for_bit(decay, decayed):
    noisy = decayed + np.array([[0.01], [-0.02], [0.015], [0.0], [-0.01], [0.02], [0.0]])
    found = fit(decay, noisy, {K: "positive", X: None}, step_size=0.05, backend="numpy", noise=0.02)
    decay.update_var({K: 7.0})  # which is no model of the fit any more
    again = pickle.loads(pickle.dumps(found))
    decay.update_var({K: 1.0})
    assert dict(again) == dict(found)
    pd.testing.assert_frame_equal(again.simulated, found.simulated, check_exact=True)
    report = found.identifiability()
    alone = {name: report.profile(name, points=5) for name in (K, X)}
    for executor, options in [("serial", {}), *EXECUTORS]:
        profiles = report.profiles(points=5, executor=executor, **options)
        assert list(profiles) == [K, X]
        for name, table in profiles.items():
            pd.testing.assert_frame_equal(table, alone[name], check_exact=True)
    intervals = report.intervals(level=0.9, executor="processes", workers=2)
    assert intervals.index.tolist() == [K, X]
    assert tuple(intervals.loc[K, ["low", "high"]]) == report.interval(K, 0.9)
    assert intervals.loc[X, "value"] == found[X]
    assert report.intervals([X]).index.tolist() == [X]


class Third(Fitter):
    """A fitter of someone else, which stays where it begins."""

    def minimise(self, problem, start):
        problem.value(start)
        return Outcome(start, True, "It likes it here.", 1)


def test_fitters_of_others_and_those_without_a_start_run_anywhere(waves):
    somewhere = {"executor": "threads", "workers": 2}
    found = fit(*waves, {K: (0.5, 6.0)}, start=[{K: 2.0}, {K: 3.0}], fitter=Third, **somewhere, **SETTINGS)
    assert found[K] == pytest.approx(3.0, abs=1e-12)
    apart = fit(*waves, {K: (0.5, 6.0)}, start=[{K: 2.0}], fitter=Evolution(generations=3, seed=1), **SETTINGS)
    assert len(apart.starts) == 1


def test_another_backend_in_a_worker_is_refused(waves):
    found = fit(*waves, {K: "positive"}, start={K: 2.9}, **SETTINGS)
    from attrs import evolve

    elsewhere = evolve(found.problem.asked, backends=("fortran",))
    with pytest.raises(SimulationError) as caught:
        elsewhere.posed()
    assert str(caught.value) == (
        "This process would fit with 'numpy', and 'fortran' was chosen where the fit was asked for: the plugins that "
        "are installed differ. Install the same here."
    )


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ({"start": {K: 1.0}, "executor": "threads"}, ArgumentError,
         "executor is for fits from several starts: start=latin_hypercube({path: (low, high)}, 20, seed=1)."),
        ({"save": "fits.zarr"}, ArgumentError,
         "save is for fits from several starts: start=latin_hypercube({path: (low, high)}, 20, seed=1)."),
        ({"start": []}, ArgumentError,
         "start must be a dict of path to value; or for several starts a list of such, or samples, such as "
         "rates_core.sweeps.latin_hypercube({path: (low, high)}, 20, seed=1); it is []."),
        ({"start": [{K: 1.0}, {"p/op/q": 1.0}]}, UnknownNameError,
         "start: 'p/op/q' is not fitted. Did you mean 'p/op/k'?"),
        ({"start": [{K: 1.0}, {K: -1.0}]}, ArgumentError,
         "start: 'p/op/k' begins at -1.0, outside of its constraint: it has to be positive."),
        ({"start": [{K: 1.0}], "save": "fits.txt"}, ArgumentError,
         "save must be a path that ends in .zarr or .parquet; it is 'fits.txt'."),
        ({"start": [{K: 1.0}], "verbose": 3}, ArgumentError, "verbose must be True or False; it is 3."),
    ],
)  # fmt: skip
def test_wrong_starts_are_refused_before_anything_is_fitted(waves, given, error, text):
    with pytest.raises(error) as caught:
        fit(*waves, {K: "positive"}, **{**SETTINGS, **given})
    assert isinstance(caught.value, RatesError)
    assert str(caught.value) == text


def test_wrong_names_of_profiles(serial):
    report = serial.identifiability()
    with pytest.raises(UnknownNameError) as unknown:
        report.profiles(["p/op/kk"])
    assert str(unknown.value) == "'p/op/kk' was not fitted. Did you mean 'p/op/k'?"
    with pytest.raises(ArgumentError) as text:
        report.intervals(K)
    assert str(text.value) == "names must be a list of numbers that were fitted; it is 'p/op/k'."
