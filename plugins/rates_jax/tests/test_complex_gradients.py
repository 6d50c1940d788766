"""Gradients by complex numbers: dL/da + i dL/db by a + ib, against closed forms; not the conjugate, as JAX has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

EXHAUSTIVE = pytest.mark.exhaustive  # each compiles for seconds
H, STEPS = 0.1, 12
START, K = 0.7 + 0.2j, -0.3 + 1.1j
TURN = OperatorTemplate("op", "z' = k*z", {"z": "output(0.7+0.2j)", "k": K})


def turn(solver: str = "euler", **options: Any) -> Any:
    return CircuitTemplate("turn", nodes={"p": NodeTemplate("n", [TURN])}).compile(
        backend="jax", solver=solver, step_size=H, simulation_time=STEPS * H, outputs={"z": "p/op/z"}, **options
    )


def loss(outputs: Mapping[str, Any]) -> Any:
    """Return a number whose derivatives by real and imaginary parts are no multiples of each other."""
    late, early = outputs["z"][-1], outputs["z"][3]
    return 2.0 * late.real + late.imag**2 + (early * early).real + late.imag * early.real


def of_rows(late: complex, early: complex, turned: tuple[complex, complex], moved: tuple[complex, complex]) -> Any:
    """Return the loss of two rows, and its derivatives by k and by the start.

    Where L moves by Re(conj(g) dz), it moves by Re(conj(g) dz/dk dk): its derivative by k is g conj(dz/dk).

    Args:
        late: the last row.
        early: row 3.
        turned: their derivatives by k.
        moved: and by the start.
    """
    by_rows = np.array([2.0 + 1j * (2.0 * late.imag + early.real), np.conj(2.0 * early) + late.imag])
    return loss({"z": np.array([0, 0, 0, early, late])}), by_rows @ np.conj(turned), by_rows @ np.conj(moved)


def by_steps() -> Any:
    """Return the same of Euler's steps, z (1 + h k)^n."""
    n, left = STEPS - 1, 1 + H * K
    turned = START * n * H * left ** (n - 1), START * 3 * H * left**2
    return of_rows(START * left**n, START * left**3, turned, (left**n, left**3))


def by_solution() -> Any:
    """Return the same of the solution, z exp(k t)."""
    times = H * (STEPS - 1), H * 3
    late, early = np.exp(K * np.array(times)).tolist()
    return of_rows(START * late, START * early, (START * times[0] * late, START * times[1] * early), (late, early))


@pytest.mark.parametrize(("precision", "close"), [("float64", 1e-13), ("float32", 2e-6)])
@pytest.mark.parametrize("way", [{}, {"checkpoint": True}, {"mode": "forward"}])
def test_a_parameter_and_a_start_have_the_derivatives_of_the_closed_form(
    way: dict[str, Any], precision: str, close: float
) -> None:
    found = turn(float_precision=precision).gradient(loss, ["p/op/k", "p/op/z"], **way)
    value, by_k, by_start = by_steps()
    assert found.loss == pytest.approx(value, rel=close)
    assert found["p/op/k"] == pytest.approx(by_k, rel=close)
    assert found["p/op/z"] == pytest.approx(by_start, rel=close)


@pytest.mark.parametrize(
    "adjoint",
    [
        pytest.param("recursive_checkpoint", marks=EXHAUSTIVE),
        pytest.param("direct", marks=EXHAUSTIVE),
        pytest.param("backsolve", marks=EXHAUSTIVE),
        "forward",
    ],
)
def test_so_have_those_of_solvers_that_choose_their_steps(adjoint: str) -> None:
    found = turn("diffrax", adjoint=adjoint, rtol=1e-9, atol=1e-11).gradient(loss, ["p/op/k", "p/op/z"])
    value, by_k, by_start = by_solution()
    assert found.loss == pytest.approx(value, rel=1e-7)
    assert found["p/op/k"] == pytest.approx(by_k, rel=1e-6)
    assert found["p/op/z"] == pytest.approx(by_start, rel=1e-6)


@EXHAUSTIVE
def test_complex_parameters_that_stay_disturb_no_adjoint_equation() -> None:
    found = turn("diffrax", adjoint="backsolve", rtol=1e-9, atol=1e-11).gradient(loss, ["p/op/z"])
    assert found["p/op/z"] == pytest.approx(by_solution()[2], rel=1e-6)
