"""Arithmetic of literals is that of floating-point numbers."""

from __future__ import annotations

import math

import pytest

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1/0", math.inf),
        ("-1/0", -math.inf),
        ("0/0", math.nan),
        ("2^10000", math.inf),
        ("2^10000*0.0", math.nan),
        ("2^0.5", math.sqrt(2)),
        ("(-8)^(1/3)", math.nan),
        ("2^-1", 0.5),
        ("7/2", 3.5),
        ("1e308*10", math.inf),
    ],
)
@pytest.mark.parametrize("count", [1, 9])
def test_literals_overflow_and_divide_like_floats(text: str, expected: float, count: int) -> None:
    operator = OperatorTemplate("op", ["z = x + " + text, "x' = -x"], {"x": "output(0.0)", "z": "variable(0.0)"})
    node = NodeTemplate("n", [operator])
    circuit = CircuitTemplate("c", nodes={f"p{number}": node for number in range(count)})
    frame = circuit.run(0.1, 0.1, outputs={"z": "p0/op/z"}, stop_on_nonfinite=False, verbose=False)
    assert frame["z"].iloc[0] == pytest.approx(expected, nan_ok=True)
