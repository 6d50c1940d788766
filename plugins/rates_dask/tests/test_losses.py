"""Workers that are lost, come late, or are not like the others."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rates_dask import shipping

from rates_core import SimulationError

RATES = np.linspace(-2, 1, 60)


def logged(file, pause=0.03):
    """Return a reduction that tells who computed which point."""

    def end(values, times):
        import os
        import time

        time.sleep(pause)
        with open(file, "a") as log:
            log.write(f"{os.getpid()} {values[-1]!r}\n")
        return values[-1]

    return {"x": {"end": end}}


def entries(file: Path) -> list[tuple[int, str]]:
    """Return process and value of each point that was computed."""
    lines = file.read_text().splitlines() if file.exists() else []
    return [(int(line.split()[0]), line.split(maxsplit=1)[1]) for line in lines]


def begun(act, when):
    """Start a thread that acts when something is so, and gives up after a minute."""

    def wait():
        end = time.monotonic() + 60
        while not when() and time.monotonic() < end:
            time.sleep(0.01)
        act()

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread


def test_a_worker_that_is_killed_has_its_points_computed_by_others(sweep, loopback, tmp_path):
    log = tmp_path / "log"
    loopback.add(2)
    victim = loopback.workers[0]

    killer = begun(victim.kill, lambda: Counter(process for process, _ in entries(log))[victim.pid] >= 6)
    found = sweep(
        RATES, executor="dask", cluster=loopback.address, reduce=logged(log), memory_limit=320,
        save=tmp_path / "out.parquet",
    )  # fmt: skip
    killer.join()
    np.testing.assert_allclose(found["x_end"], (1 + 0.1 * RATES) ** 9, rtol=1e-13)
    assert sorted(pd.read_parquet(tmp_path / "out.parquet")["point"]) == list(range(len(RATES)))  # each once
    assert victim.wait(10) == -signal.SIGKILL
    computed = entries(log)
    twice = [value for value, times in Counter(value for _, value in computed).items() if times > 1]
    assert {value for process, value in computed if process == victim.pid} >= set(twice)
    assert len(computed) - len(RATES) <= 4  # chunks of two points: the one that it ran, and one that came back no more


def test_a_worker_that_joins_takes_part(sweep, loopback, tmp_path):
    log = tmp_path / "log"
    loopback.add()
    late = begun(loopback.add, lambda: True)
    sweep(np.linspace(-2, 1, 200), executor="dask", cluster=loopback.address, reduce=logged(log), memory_limit=160)
    late.join()
    assert {process for process, _ in entries(log)} == {worker.pid for worker in loopback.workers}
    assert len(entries(log)) == 200


def test_a_cluster_without_workers_is_waited_for(sweep, loopback, monkeypatch):
    monkeypatch.setattr("rates_dask.course.WATCH", 0.2)
    late = threading.Timer(1.0, loopback.add)
    late.start()
    with pytest.warns(RuntimeWarning) as caught:
        found = sweep(RATES, executor="dask", cluster=loopback.address)
    late.join()
    assert [str(warning.message) for warning in caught] == [
        "The cluster has no worker; the sweep waits for one. Ctrl-C ends it, and keeps what is done."
    ]
    np.testing.assert_allclose(found["x_last"], (1 + 0.1 * RATES) ** 9, rtol=1e-13)


def test_a_scheduler_that_is_lost(sweep, loopback, tmp_path):
    log = tmp_path / "log"
    saved = {"rates": RATES, "reduce": logged(log), "save": tmp_path / "out.parquet"}
    loopback.add()

    killer = begun(loopback.scheduler.kill, lambda: len(entries(log)) >= 6)
    with pytest.raises(SimulationError) as caught:
        sweep(executor="dask", cluster=loopback.address, memory_limit=160, **saved)
    killer.join()
    assert str(caught.value) == (
        "The connection to Dask's scheduler is lost. What was done until then is kept: start the sweep again with "
        "resume, once the cluster is there."
    )
    assert 0 < caught.value.result.done.sum() < len(RATES)
    whole = sweep(**saved, resume=True)
    np.testing.assert_allclose(whole["x_end"], (1 + 0.1 * RATES) ** 9, rtol=1e-13)


def test_points_of_which_workers_die(sweep, loopback):
    def die(values, times):
        import os

        os._exit(1)

    loopback.client.run_on_scheduler(lambda dask_scheduler: setattr(dask_scheduler, "allowed_failures", 0))
    loopback.add()
    with pytest.raises(SimulationError) as caught:
        sweep(RATES, executor="dask", cluster=loopback.address, reduce={"x": {"end": die}})
    assert str(caught.value).startswith("1 workers died while they ran the same points, the last at tcp://127.0.0.1:")


def test_a_worker_with_another_version_is_refused(sweep, cluster, monkeypatch):
    monkeypatch.setattr(shipping, "version_of", {"rates-core": "0.0.1"}.get)
    with pytest.raises(SimulationError) as caught:
        sweep(RATES, executor="dask", cluster=cluster)
    text = str(caught.value)
    assert text.startswith("The worker at tcp://127.0.0.1:")
    assert " instead of 0.0.1, and might compute other numbers. Install the same versions." in text


PROGRAM = """
import sys
import numpy as np
from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

operator = OperatorTemplate("op", "x' = k*x", {"x": "output(1.0)", "k": -1.0})
circuit = CircuitTemplate("decay", {"a": NodeTemplate("n", [operator])})

def sweep(resume):
    return circuit.sweep({"a/op/k": np.linspace(-2, 0, 40)}, 20.0, 1e-3, {"x": "a/op/x"}, reduce="last",
                         save=sys.argv[1], resume=resume, executor="dask", backend="numpy", memory_limit=1)

if __name__ == "__main__":
    try:
        sweep(False)
    except KeyboardInterrupt as stopped:
        done = stopped.result.done.sum()
        assert 0 < done < 40, done
        whole = sweep(True)
        np.testing.assert_allclose(whole["x_last"], (1 + 1e-3 * whole["a/op/k"]) ** 19999, rtol=1e-9)
        print("resumed")
"""


def test_ctrl_c_keeps_what_is_done_and_the_rest_is_run_later(tmp_path):
    script, target = tmp_path / "program.py", tmp_path / "out.parquet"
    script.write_text(PROGRAM)
    process = subprocess.Popen(
        [sys.executable, "-W", "error", str(script), str(target)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    end = time.monotonic() + 60
    while not (target / "part-000001.parquet").exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: every process of the group gets it
    out, err = process.communicate(timeout=120)
    assert (out, err) == ("resumed\n", "")
