"""Gradients by complex numbers: dL/da + i dL/db by a + ib, against closed forms of Euler's steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

EXHAUSTIVE = pytest.mark.exhaustive  # each compiles for seconds
H, STEPS = 0.1, 505  # in loops over parts of a few steps
START, K = 0.7 + 0.2j, -0.03 + 1.1j
TURN = OperatorTemplate("op", "z' = k*z", {"z": "output(0.7+0.2j)", "k": K})


def turn(**options: Any) -> Any:
    return CircuitTemplate("turn", nodes={"p": NodeTemplate("n", [TURN])}).compile(
        backend="tf", step_size=H, simulation_time=STEPS * H, outputs={"z": "p/op/z"}, **options
    )


def loss(outputs: Mapping[str, Any]) -> Any:
    """Return a number whose derivatives by real and imaginary parts are no multiples of each other."""
    late, early = outputs["z"][-1], outputs["z"][3]
    squares = tf.math.imag(late) ** 2 + tf.math.real(early * early)
    return 2.0 * tf.math.real(late) + squares + tf.math.imag(late) * tf.math.real(early)


def by_hand() -> tuple[float, complex, complex]:
    """Return the loss of z_n = z (1 + h k)^n, and its derivatives by k and z.

    Where L moves by Re(conj(g) dz_n), it moves by Re(conj(g) dz_n/dk dk): its derivative by k is g conj(dz_n/dk).
    """
    n, left = STEPS - 1, 1 + H * K
    late, early = START * left**n, START * left**3
    by_late, by_early = 2.0 + 1j * (2.0 * late.imag + early.real), np.conj(2.0 * early) + late.imag
    value = 2.0 * late.real + late.imag**2 + (early * early).real + late.imag * early.real
    by_k = by_late * np.conj(START * n * H * left ** (n - 1)) + by_early * np.conj(START * 3 * H * left**2)
    return value, by_k, by_late * np.conj(left**n) + by_early * np.conj(left**3)


@pytest.mark.parametrize(("precision", "close"), [("float64", 1e-11), pytest.param("float32", 2e-4, marks=EXHAUSTIVE)])
@pytest.mark.parametrize("way", [{}, pytest.param({"checkpoint": True}, marks=EXHAUSTIVE), {"mode": "forward"}])
def test_a_parameter_and_a_start_have_the_derivatives_of_the_closed_form(
    way: dict[str, Any], precision: str, close: float
) -> None:
    """Rounding of 505 steps is let pass: some 1e-13, and 1e-4 in single precision."""
    found = turn(float_precision=precision).gradient(loss, ["p/op/k", "p/op/z"], **way)
    value, by_k, by_start = by_hand()
    assert found.loss == pytest.approx(value, rel=close)
    assert found["p/op/k"] == pytest.approx(by_k, rel=close)
    assert found["p/op/z"] == pytest.approx(by_start, rel=close)
