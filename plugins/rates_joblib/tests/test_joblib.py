"""Sweeps in processes of joblib: the numbers of one process, functions from anywhere, processes that end."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rates_core.errors import SimulationError
from rates_core.plugins import get_manager

from rates_core import ArgumentError, CircuitTemplate, NodeTemplate, OperatorTemplate

RATES = np.linspace(-2, 1, 23)
SCRIPT = """
from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

print("runs")
leak = OperatorTemplate("op", "x' = k*x", {"x": "output(1.0)", "k": -1.0})
circuit = CircuitTemplate("decay", {"a": NodeTemplate("n", [leak])})
found = circuit.sweep(
    {"a/op/k": [0.0, 1.0]}, 1.0, 0.1, outputs={"x": "a/op/x"}, executor="joblib", workers=2, verbose=False,
    backend="numpy", reduce={"x": {"end": lambda values, times: values[-1]}},
)
print(abs(found["x_end"] - [1.0, 1.1**9]).max() < 1e-13)
"""


def sweep(rates: Any, **options: Any) -> Any:
    """Return a sweep over k of x' = k x, of which Euler's method makes x_n = (1 + h k)^n."""
    operator = OperatorTemplate("op", "x' = k*x", {"x": "output(1.0)", "k": -1.0})
    circuit = CircuitTemplate("decay", {"a": NodeTemplate("n", [operator])})
    settings = {"outputs": {"x": "a/op/x"}, "verbose": False, "backend": "numpy", "reduce": "last"}
    return circuit.sweep({"a/op/k": rates}, 1.0, 0.1, **{**settings, **options})


def test_processes_give_the_numbers_of_one():
    found = sweep(RATES, executor="joblib", workers=2, memory_limit=1000)
    np.testing.assert_allclose(found["x_last"], (1 + 0.1 * RATES) ** 9, rtol=1e-13)
    np.testing.assert_array_equal(found["x_last"], sweep(RATES)["x_last"])


def test_a_script_needs_no_guard_and_functions_may_stand_anywhere(tmp_path: Path):
    (tmp_path / "script.py").write_text(SCRIPT)
    command = [sys.executable, "script.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (0, "runs\nTrue\n"), done.stderr


def test_a_process_that_ends_ends_the_sweep_with_a_reason():
    executor = get_manager().executor("joblib").load()(workers=2)
    with pytest.raises(SimulationError, match=r"^A process ended without a result: "):
        list(executor.run(os._exit, [3]))


def test_what_cannot_be_sent_is_told():
    executor = get_manager().executor("joblib").load()(workers=1)
    lock = threading.Lock()
    with pytest.raises(ArgumentError) as caught:
        list(executor.run(lambda task: lock, [1]))
    assert str(caught.value) == (
        "This work cannot be sent to processes: TypeError: cannot pickle '_thread.lock' object. Models are sent as "
        "their templates, and compiled there; functions with all that they hold, which may be no open file, no lock "
        "and no connection."
    )
