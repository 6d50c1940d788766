"""Past values from a buffer, in functions for other tools."""

from __future__ import annotations

import numpy as np
import pytest

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate


@pytest.mark.parametrize("time", [0.3, 0.31, 0.35, 0.399])
@pytest.mark.parametrize("delay", [0.02, 0.1, 0.13, 0.2])
def test_a_straight_line_is_read_wherever_the_delay_ends(time: float, delay: float) -> None:
    op = OperatorTemplate("op", "x' = past(x, tau)", {"x": "output(0.0)", "tau": 0.3})
    circuit = CircuitTemplate("late", nodes={"p": NodeTemplate("n", [op])})
    func, (_, y, _, buffer) = circuit.get_run_func("late", step_size=0.1, backend="numba", adaptive=False)
    line = 0.3 - 0.1 * np.arange(len(buffer))[:, None]  # x(t) = t, up to the last point of the grid
    assert np.allclose(func(time, y, delay, line), time - delay, rtol=1e-12)
