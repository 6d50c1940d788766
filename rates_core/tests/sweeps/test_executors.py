"""Where points run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from rates_core.simulation import many
from rates_core.sweeps import Executor
from rates_core.sweeps.pool import Processes, Threads

from rates_core import ArgumentError

from .conftest import ROWS

RATES = np.linspace(-2, 1, 23)


@pytest.mark.parametrize("executor", ["serial", "threads", "processes"])
def test_every_executor_gives_the_same(sweep, decay, decayed, executor):
    workers = {} if executor == "serial" else {"workers": 2}
    result = sweep(decay, {"a/op/k": RATES}, reduce="last", executor=executor, memory_limit=1000, **workers)
    np.testing.assert_allclose(result["x_last"], decayed(RATES)[:, -1], rtol=1e-13)


@pytest.mark.parametrize("executor", ["threads", "processes"])
def test_points_that_diverge_and_errors_come_back_from_workers(sweep, burst, executor):
    with pytest.warns(RuntimeWarning, match="1 of 2 points ended early"):
        result = sweep(burst, {"p/op/k": [0.0, 80.0]}, reduce="last", executor=executor, workers=1)
    assert result.ended_early[1].reason.startswith("'p/op/x' became NaN")
    with pytest.raises(ArgumentError) as caught:
        sweep(burst, {"p/op/k": [0.0, 1.0]}, reduce={"x": np.result_type}, executor=executor, workers=1)
    assert str(caught.value) == (
        "reduce: 'x_result_type' has to be a real number; the function returned dtype('float64')."
    )


def test_an_executor_of_ones_own_is_given_work_and_chunks(sweep, decay, decayed):
    class Backwards(Executor):
        """Run two chunks at a time, the later one first."""

        def run(self, work, tasks):
            waiting = []
            for task in tasks:
                waiting.append(task)
                if len(waiting) == 2:
                    yield work(waiting.pop())
                    yield work(waiting.pop())
            yield from map(work, waiting)

    result = sweep(decay, {"a/op/k": RATES}, reduce="last", executor=Backwards(), memory_limit=160)
    np.testing.assert_allclose(result["x_last"], decayed(RATES)[:, -1], rtol=1e-13)


def test_how_many_workers_there_are_does_not_decide_which_loop_points_run_in(sweep, decay, monkeypatch):
    """A point alone has another loop than points side by side, whose last digits differ."""

    class Wide(Executor):
        @property
        def workers(self):
            return 16

        def run(self, work, tasks):
            yield from map(work, tasks)

    real, together = many.run_together, []

    def counted(model, requests):
        together.append(len(requests))
        return real(model, requests)

    monkeypatch.setattr(many, "run_together", counted)
    rates = {"a/op/k": np.linspace(-1.0, 0.0, 16)}
    sweep(decay, rates, reduce="last", executor=Wide(), memory_limit=16 * ROWS * 8, backend="numpy")
    assert sum(together) == 16
    sweep(decay, rates, reduce="last", executor=Wide(), memory_limit=ROWS * 8, backend="numpy")
    assert sum(together) == 16


def test_tasks_are_taken_as_workers_are_free():
    taken, most = [], []

    def tasks():
        for number in range(20):
            taken.append(number)
            yield number

    for done, _ in enumerate(Threads(workers=2).run(lambda number: number, tasks()), 1):
        most.append(len(taken) - done)
    assert len(taken) == 20
    assert max(most) <= 3


def test_a_function_that_no_process_can_import_is_refused(sweep, decay):
    with pytest.raises(ArgumentError) as caught:
        sweep(decay, {"a/op/k": RATES}, reduce={"x": {"end": lambda values, times: values[-1]}}, executor="processes")
    text = str(caught.value)
    assert text.startswith("This work cannot be sent to processes: ")
    assert text.endswith(
        ". Models are sent as their templates, and compiled there; functions by their names: define those of inputs "
        "and reductions at the top of a module, or use executor='threads'."
    )


PROGRAM = """
import sys
from pathlib import Path
import numpy as np
from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

operator = OperatorTemplate("op", "x' = k*x", {"x": "output(1.0)", "k": -1.0})
circuit = CircuitTemplate("decay", {"a": NodeTemplate("n", [operator])})

def sweep(resume):
    return circuit.sweep({"a/op/k": np.linspace(-2, 0, 40)}, 20.0, 1e-3, {"x": "a/op/x"}, reduce="last",
                         save=sys.argv[1], resume=resume, executor=sys.argv[2], backend="numpy", memory_limit=1)

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


@pytest.mark.parametrize("executor", ["serial", "threads", "processes"])
def test_ctrl_c_keeps_what_is_done_and_the_rest_is_run_later(tmp_path, executor):
    script = tmp_path / "program.py"
    script.write_text(PROGRAM)
    target = tmp_path / "out.parquet"
    process = subprocess.Popen(
        [sys.executable, "-W", "error", str(script), str(target), executor],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    wait_for(process, target / "part-000001.parquet")
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: every process of the group gets it
    out, err = process.communicate(timeout=120)
    assert (out, err) == ("resumed\n", "")


def wait_for(process: subprocess.Popen[str], file: Path) -> None:
    """Wait until a file is there."""
    import time

    end = time.monotonic() + 60
    while not file.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_script_without_a_guard_is_told_so(tmp_path):
    script = tmp_path / "program.py"
    script.write_text(PROGRAM.partition("if __name__")[0] + "\nsweep(False)\n")
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "out.parquet"), "processes"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr.strip().splitlines()[-1] == (
        "rates_core.errors.SimulationError: A process ended without a result: memory ran out, or the program starts "
        "this work anew in each process. A script has to start it below `if __name__ == '__main__':`."
    )


def test_workers_are_one_per_core_that_may_be_used():
    assert Threads().workers == Processes().workers >= 1
