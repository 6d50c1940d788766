"""Devices: where arrays are made and runs computed."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import torch
from rates_core.errors import PluginError

from rates_core import ArgumentError, CircuitTemplate, NodeTemplate, OperatorTemplate

DECAY = OperatorTemplate("op", ["x' = -k*x"], {"x": "output(1.0)", "k": 0.5})


def compiled(device: Any) -> Any:
    circuit = CircuitTemplate("decay", nodes={"p": NodeTemplate("n", [DECAY])})
    return circuit.compile(backend="torch", device=device, step_size=0.1, simulation_time=1.0, outputs={"x": "p/op/x"})


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
    assert str(error.value).startswith("There is no device 'cpu:7' here; PyTorch finds: cpu:0")
    assert "needs" not in str(error.value)  # no remedy for a GPU that nobody asked for


def without_a_driver() -> bool:
    """Say what a build of PyTorch for CUDA says of a machine without one."""
    warnings.warn("CUDA initialization: Unexpected error from cudaGetDeviceCount().", UserWarning, stacklevel=2)
    return False


def test_a_processor_that_is_there_is_taken_without_a_word_of_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", without_a_driver)
    np.testing.assert_allclose(compiled("cpu").run()["x"], 0.95 ** np.arange(10), rtol=1e-14)


def test_a_gpu_that_is_not_there_is_refused_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", without_a_driver)
    with pytest.raises(PluginError) as error:
        compiled("cuda")
    assert str(error.value) == (
        "There is no device 'cuda' here; PyTorch finds: cpu:0. "
        "For 'cuda' it needs a GPU of NVIDIA and a build of PyTorch for CUDA."
    )
