"""Ensembles of fits and continuations on clusters, one worker of which is killed."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from rates_continuation import Continuation
from rates_core.sweeps import evaluate, latin_hypercube, outcomes, points
from rates_core.testing.parts import single
from rates_fit import LevenbergMarquardt, fit

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

K, X, MU = "p/op/k", "p/op/x", "p/op/mu"
TWO = single("x' = (x^2 - mu - 1)*((x - 5)^2 - mu - 1)", x="output(1.0)", mu=0.0)


@pytest.fixture(scope="module")
def waves():
    """Return sin(k*t) with k = 3, the loss of which has a valley around many k."""
    op = OperatorTemplate("op", "x' = k*cos(k*t)", {"x": "output(0.0)", "k": 1.0})
    circuit = CircuitTemplate("waves", nodes={"p": NodeTemplate("n", [op])})
    times = np.arange(0.0, 6.0, 0.25)
    return circuit, pd.DataFrame({X: np.sin(3.0 * times)}, index=times)


def lethal(log, fitter, victim):
    """Return a fitter that tells where it works, and kills one worker in the middle of its second fit there."""

    class Lethal(type(fitter)):
        def minimise(self, problem, start):
            with open(log, "a") as file:
                file.write(f"{os.getpid()} {start[0]!r}\n")
            with open(log) as file:
                own = sum(line.startswith(f"{victim} ") for line in file)
            if os.getpid() == victim and own == 2:
                os.kill(victim, signal.SIGKILL)
            time.sleep(0.05)
            return super().minimise(problem, start)

    return Lethal()


def test_fits_of_a_worker_that_is_killed_are_done_by_others_bit_for_bit(waves, loopback, tmp_path):
    log, settings = tmp_path / "log", {"step_size": 0.05, "solver": "rk4", "backend": "numpy", "verbose": False}
    starts = latin_hypercube({K: (0.5, 6.0)}, 24, seed=2)
    serial = fit(*waves, {K: "positive"}, start=starts, **settings)
    loopback.add(2)
    fitter = lethal(str(log), LevenbergMarquardt(), loopback.workers[0].pid)
    found = fit(
        *waves, {K: "positive"}, start=starts, fitter=fitter, executor="dask", cluster=loopback.address,
        save=tmp_path / "fits.parquet", **settings,
    )  # fmt: skip
    assert loopback.workers[0].wait(10) == -signal.SIGKILL
    pd.testing.assert_frame_equal(found.starts, serial.starts, check_exact=True)
    assert found[K] == serial[K]
    kept = pd.read_parquet(tmp_path / "fits.parquet")
    assert sorted(kept["point"]) == list(range(24))  # each once
    begun = Counter(line.split()[1] for line in log.read_text().splitlines())
    lost = [line.split()[1] for line in log.read_text().splitlines() if int(line.split()[0]) == loopback.workers[0].pid]
    assert len(begun) == 24
    assert {start for start, times in begun.items() if times > 1} <= set(lost)  # nobody else's fits are done again


def test_profiles_on_a_cluster_are_those_of_one_process(waves, cluster):
    found = fit(*waves, {K: "positive", X: None}, start={K: 2.9}, step_size=0.05, solver="rk4", backend="numpy")
    report = found.identifiability()
    there = report.profiles(points=5, executor="dask", cluster=cluster)
    for name in (K, X):
        pd.testing.assert_frame_equal(there[name], report.profile(name, points=5), check_exact=True)


class Killing(Continuation):
    """Kills the worker that follows a first branch, in the middle of it."""

    def __init__(self, *given, victims=()):
        super().__init__(*given)
        self.victims, follow = victims, self.engine.follow

        class Engine:
            cited = self.engine.cited

            def follow(self, *curve):
                if os.getpid() in victims and not os.path.exists(f"{victims[-1]}"):
                    open(victims[-1], "w").close()
                    os.kill(os.getpid(), signal.SIGKILL)
                return follow(*curve)

        self.engine = Engine()

    def __reduce__(self):
        return killing, (self.model, self.victims)


def killing(model, victims):
    """Return it as it is unpickled on a worker."""
    return Killing(model, victims=victims)


def test_branches_of_a_worker_that_is_killed_are_followed_by_others(loopback, tmp_path):
    starts = [{X: 1.1}, {X: 4.0}, {X: -0.9}, {X: 1.3, MU: 0.5}, {X: 6.0}]
    serial = Continuation(TWO).ensemble(MU, (-2.0, 1.0), starts)
    loopback.add(2)
    victims = (*[worker.pid for worker in loopback.workers], str(tmp_path / "killed"))
    asked = {"parameter": MU, "bounds": (-2.0, 1.0), "starts": starts, "save": tmp_path / "two.branches"}
    found = Killing(TWO, victims=victims).ensemble(
        **asked, executor="dask", cluster=loopback.address, verbose=False
    )  # fmt: skip
    assert (tmp_path / "killed").exists()
    assert sorted(worker.poll() is None for worker in loopback.workers) == [False, True]
    for ensemble in (found, Continuation(TWO).ensemble(**asked, resume=True)):  # which computes nothing
        pd.testing.assert_frame_equal(ensemble.starts, serial.starts, check_exact=True)
        for one, other in zip(ensemble.branches, serial.branches, strict=True):
            np.testing.assert_array_equal(one.p, other.p)
            np.testing.assert_array_equal(one.x, other.x)
            np.testing.assert_array_equal(one.eigenvalues, other.eigenvalues)


def test_any_function_and_any_work_run_on_a_cluster(cluster):
    found = evaluate(lambda point: point["a"] ** 2, points({"a": np.arange(5.0)}), executor="dask", cluster=cluster)
    assert found["value"].tolist() == [0.0, 1.0, 4.0, 9.0, 16.0]
    assert dict(outcomes(len, ["a", "bc"], "dask", cluster=cluster)) == {0: 1, 1: 2}
