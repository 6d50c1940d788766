"""Models that fits are tried on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

H = 0.05


@pytest.fixture(scope="session")
def decay() -> CircuitTemplate:
    """Return x' = -k*x, which starts at 2."""
    op = OperatorTemplate("op", "x' = -k*x", {"x": "output(2.0)", "k": 1.0})
    return CircuitTemplate("decay", nodes={"p": NodeTemplate("n", [op])})


@pytest.fixture(scope="session")
def leak() -> CircuitTemplate:
    """Return x' = g*u - x/tau + b."""
    op = OperatorTemplate(
        "op", "x' = g*u - x/tau + b", {"x": "output(0.0)", "u": "input(0.0)", "g": 1.0, "tau": 1.0, "b": 0.0}
    )
    return CircuitTemplate("leak", nodes={"p": NodeTemplate("n", [op])})


def euler(k: float, start: float, steps: np.ndarray, h: float = H) -> np.ndarray:
    """Return x of the decay after steps of Euler's method."""
    return np.asarray(start * (1 - h * k) ** steps)


@pytest.fixture(scope="session")
def decayed() -> pd.DataFrame:
    """Return the decay with k = 0.4 at irregular steps."""
    steps = np.array([0, 1, 4, 6, 13, 14, 27])
    return pd.DataFrame({"p/op/x": euler(0.4, 2.0, steps)}, index=steps * H)
