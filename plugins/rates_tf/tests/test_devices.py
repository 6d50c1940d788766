"""Devices: where arrays are made and runs computed."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from rates_core.errors import PluginError

from rates_core import ArgumentError, CircuitTemplate, NodeTemplate, OperatorTemplate

DECAY = OperatorTemplate("op", ["x' = -k*x"], {"x": "output(1.0)", "k": 0.5})


def compiled(device: Any) -> Any:
    circuit = CircuitTemplate("decay", nodes={"p": NodeTemplate("n", [DECAY])})
    return circuit.compile(backend="tf", device=device, step_size=0.1, simulation_time=1.0, outputs={"x": "p/op/x"})


@pytest.mark.parametrize("device", [None, "cpu", "cpu:0"])
def test_runs_are_the_same_wherever_the_processor_is_asked_for(device: str | None) -> None:
    model = compiled(device)
    np.testing.assert_allclose(model.run()["x"], 0.95 ** np.arange(10), rtol=1e-14)
    found = model.gradient(lambda outputs: outputs["x"][-1], ["p/op/k"])
    assert np.isclose(found["p/op/k"], -0.9 * 0.95**8, rtol=1e-13)


@pytest.mark.parametrize("device", ["abacus", "gpu", "cuda:x", "cpu:-1", 0])
def test_what_is_no_device_is_refused(device: Any) -> None:
    with pytest.raises(ArgumentError) as error:
        compiled(device)
    assert str(error.value) == f"device is {device!r}; it is 'cpu', 'cuda', or one of several such as 'cuda:1'."


def test_a_processor_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(PluginError) as error:
        compiled("cpu:7")
    assert str(error.value).startswith("There is no device 'cpu:7' here; TensorFlow finds: cpu:0")
    assert "needs" not in str(error.value)  # no remedy for a GPU that nobody asked for


@pytest.mark.skipif(bool(tf.config.list_logical_devices("GPU")), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_refused_with_the_remedy() -> None:
    with pytest.raises(PluginError) as error:
        compiled("cuda")
    assert str(error.value) == (
        "There is no device 'cuda' here; TensorFlow finds: cpu:0. "
        "For 'cuda' it needs a GPU of NVIDIA and: pip install 'tensorflow[and-cuda]'."
    )


PROGRAM = """
import tensorflow as tf

cpus = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpus[0], 2 * [tf.config.LogicalDeviceConfiguration()])
from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

made = []
DECAY = OperatorTemplate("op", ["x' = -k*x"], {"x": "output(1.0)", "k": 0.5})
circuit = CircuitTemplate("decay", nodes={"p": NodeTemplate("n", [DECAY])})
model = circuit.compile(
    backend="tf", device="cpu:1", step_size=0.1, simulation_time=1.0, outputs={"x": "p/op/x"}
)
model.gradient(lambda outputs: made.append(outputs["x"]) or outputs["x"][-1], ["p/op/k"])
print(made[0].device[-5:], model.trainable(["p/op/k"])()["x"].device[-5:], model.run()["x"].iloc[1])
"""


def test_a_second_device_computes_what_is_asked_of_it() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=dict(os.environ))
    assert done.stdout == "CPU:1 CPU:1 0.95\n", done.stderr
