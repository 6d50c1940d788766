"""Events inside steps of SciPy's methods, against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from rates_core.testing.parts import circuit

from rates_core import NodeTemplate, OperatorTemplate

DRIVE, TAU, DECAY = 0.23, 10.0, 2.0
PERIOD = -TAU * math.log(1.0 - 1.0 / (DRIVE * TAU))


@pytest.mark.parametrize("method", ["RK45", "DOP853", "Radau", "BDF", "LSODA"])
def test_spikes_come_when_they_should_and_their_pulses_are_jumps(method: str) -> None:
    unit = OperatorTemplate(
        "op", ["v' = I - v/tau", "x' = s - x/decay"],
        {
            "v": "output(0.0)", "last": "variable(0.0)", "x": "variable(0.0)", "s": "variable(0.0)", "I": DRIVE,
            "tau": TAU, "decay": DECAY,
        },
        events=[{"when": "v > 1.0", "set": {"v": "0.0", "last": "t"}, "emit": "s"}],
    )  # fmt: skip
    model = circuit(nodes={"p": NodeTemplate("node", [unit])})
    found = model.run(
        60.0, step_size=0.5, solver="scipy", method=method, outputs=["p/op/last", "p/op/x"], rtol=1e-11, atol=1e-13,
        backend="numpy", verbose=False,
    )  # fmt: skip
    spikes = [PERIOD * np.arange(1, math.floor(t / PERIOD) + 1) for t in found.index]
    # methods of several steps leave more of their tolerance of 1e-11 than those of one
    assert np.abs(found["p/op/last"] - [times[-1] if len(times) else 0.0 for times in spikes]).max() < 1e-8
    traces = [np.exp(-(t - times) / DECAY).sum() for t, times in zip(found.index, spikes, strict=True)]
    assert np.abs(found["p/op/x"] - traces).max() < 1e-8
