"""Gradients by complex numbers: dL/da + i dL/db by a + ib, against closed forms of Euler's steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch

from rates_core import (
    ArgumentError,
    CircuitTemplate,
    Connectivity,
    NodeTemplate,
    OperatorTemplate,
    PopulationTemplate,
)

H, STEPS = 0.1, 12
START, K = 0.7 + 0.2j, -0.3 + 1.1j
TURN = OperatorTemplate("op", "z' = k*z", {"z": "output(0.7+0.2j)", "k": K})
WAYS: list[dict[str, Any]] = [{}, {"checkpoint": True}, {"mode": "forward"}]
STARTS = np.array([0.7 + 0.2j, -0.4j, 0.5 + 0j])
WEIGHTS = 0.5 * np.exp(1j * np.arange(9.0)).reshape(3, 3)


def compiled(circuit: CircuitTemplate, **options: Any) -> Any:
    return circuit.compile(
        backend="torch", step_size=H, simulation_time=STEPS * H, outputs={"z": "p/op/z"},
        **options,
    )  # fmt: skip


def turn(**options: Any) -> Any:
    return compiled(CircuitTemplate("turn", nodes={"p": NodeTemplate("n", [TURN])}), **options)


def loss(outputs: Mapping[str, Any]) -> Any:
    """Return a number whose derivatives by real and imaginary parts are no multiples of each other."""
    late, early = outputs["z"][-1], outputs["z"][3]
    return 2.0 * late.real + late.imag**2 + (early * early).real + late.imag * early.real


def by_hand(start: complex = START, k: complex = K) -> tuple[float, complex, complex]:
    """Return the loss of z_n = z (1 + h k)^n, and its derivatives by k and z.

    Where L moves by Re(conj(g) dz_n), it moves by Re(conj(g) dz_n/dk dk): its derivative by k is g conj(dz_n/dk).
    """
    n, left = STEPS - 1, 1 + H * k
    late, early = start * left**n, start * left**3
    by_late, by_early = 2.0 + 1j * (2.0 * late.imag + early.real), np.conj(2.0 * early) + late.imag
    by_k = by_late * np.conj(start * n * H * left ** (n - 1)) + by_early * np.conj(start * 3 * H * left**2)
    by_start = by_late * np.conj(left**n) + by_early * np.conj(left**3)
    return float(loss({"z": np.array([0, 0, 0, early, late])})), by_k, by_start


@pytest.mark.parametrize("way", WAYS)
def test_a_parameter_and_a_start_have_the_derivatives_of_the_closed_form(way: dict[str, Any]) -> None:
    found = turn().gradient(loss, ["p/op/k", "p/op/z"], **way)
    value, by_k, by_start = by_hand()
    assert found.loss == pytest.approx(value, rel=1e-13)
    assert isinstance(found["p/op/k"], complex)
    assert found["p/op/k"] == pytest.approx(by_k, rel=1e-13)
    assert found["p/op/z"] == pytest.approx(by_start, rel=1e-13)


def test_other_values_of_a_run_have_their_own() -> None:
    given = {"parameters": {"p/op/k": 0.2 - 0.5j}, "initial": {"p/op/z": -1.0 + 0j}}
    found = turn().gradient(loss, ["p/op/k", "p/op/z"], **given)
    _, by_k, by_start = by_hand(-1.0 + 0j, 0.2 - 0.5j)
    assert found["p/op/k"] == pytest.approx(by_k, rel=1e-13)
    assert found["p/op/z"] == pytest.approx(by_start, rel=1e-13)


@pytest.mark.parametrize("way", WAYS)
def test_single_precision_has_them_to_its_digits(way: dict[str, Any]) -> None:
    kinds = []

    def seen(outputs: Mapping[str, Any]) -> Any:
        kinds.append(outputs["z"].dtype)
        return loss(outputs)

    found = turn(float_precision="float32").gradient(seen, ["p/op/k", "p/op/z"], **way)
    _, by_k, by_start = by_hand()
    assert found["p/op/k"] == pytest.approx(by_k, rel=2e-6)  # a few tens of roundings of 6e-8
    assert found["p/op/z"] == pytest.approx(by_start, rel=2e-6)
    assert kinds == [torch.complex64]


def test_units_have_one_each_and_a_number_of_all_their_sum() -> None:
    units = PopulationTemplate("p", NodeTemplate("n", [TURN]), 3, {"op/z": STARTS})
    model = compiled(CircuitTemplate("turns", populations={"p": units}))

    def total(outputs: Mapping[str, Any]) -> Any:
        return sum(loss({"z": outputs["z"][:, unit]}) for unit in range(3))

    found = model.gradient(total, ["p/op/k", "p/op/z"])
    wanted = [by_hand(start) for start in STARTS.tolist()]
    assert found["p/op/k"] == pytest.approx(sum(by_k for _, by_k, _ in wanted), rel=1e-13)
    np.testing.assert_allclose(found["p/op/z"], [by_start for *_, by_start in wanted], rtol=1e-13)
    one = model.gradient(total, ["p[1]/op/k", "p[2]/op/z"])
    assert one["p[1]/op/k"] == pytest.approx(wanted[1][1], rel=1e-13)
    assert one["p[2]/op/z"] == pytest.approx(wanted[2][2], rel=1e-13)


def coupled(form: str) -> Any:
    unit = OperatorTemplate("op", "z' = s", {"z": "output(0.7+0.2j)", "s": "input(0.0)"})
    units = PopulationTemplate("p", NodeTemplate("n", [unit]), 3, {"op/z": STARTS})
    circuit = CircuitTemplate(
        "coupled", populations={"p": units}, connections=[Connectivity("p/op/z", "p/op/s", WEIGHTS)]
    )
    return compiled(circuit, projections=form)


@pytest.mark.parametrize("form", ["dense", "sparse"])
@pytest.mark.parametrize("way", WAYS)
def test_weights_have_them(form: str, way: dict[str, Any]) -> None:
    """z_n = M^n z with M = 1 + h W: dz_n is the sum of M^(n-1-m) h dW M^m z, and L = Re(conj(g) z_n) follows."""
    g, n = np.array([1.0 - 0.5j, 0.3j, -0.8 + 0j]), STEPS - 1

    def projected(outputs: Mapping[str, Any]) -> Any:
        return (outputs["z"][-1] * torch.tensor(np.conj(g))).real.sum()

    found = coupled(form).gradient(projected, ["p/op/z->p/op/s/weight", "p/op/z"], **way)
    step = np.eye(3) + H * WEIGHTS
    powers = [np.linalg.matrix_power(step, m) for m in range(STEPS)]
    parts = [H * np.outer(powers[n - 1 - m].conj().T @ g, np.conj(powers[m] @ STARTS)) for m in range(n)]
    assert found.loss == pytest.approx(np.vdot(g, powers[n] @ STARTS).real, rel=1e-13)
    np.testing.assert_allclose(found["p/op/z->p/op/s/weight"], np.sum(parts, axis=0).ravel(), rtol=1e-12)
    np.testing.assert_allclose(found["p/op/z"], powers[n].conj().T @ g, rtol=1e-12)


def test_an_edge_beside_a_real_one_has_its_own() -> None:
    unit = OperatorTemplate("op", "z' = s", {"z": "output(0.7+0.2j)", "s": "input(0.0)"})
    nodes = {name: NodeTemplate("n", [unit]) for name in "pqr"}
    edges = [("q/op/z", "p/op/s", None, {"weight": 0.5 - 0.3j}), ("r/op/z", "p/op/s", None, {"weight": 0.7})]
    model = compiled(CircuitTemplate("edges", nodes=nodes, edges=edges))
    paths = ["q/op/z->p/op/s/weight", "r/op/z->p/op/s/weight"]
    found = model.gradient(lambda outputs: outputs["z"][-1].real + 2.0 * outputs["z"][-1].imag, paths)
    wanted = (1.0 + 2.0j) * np.conj((STEPS - 1) * H * START)  # q and r stay where they are
    assert found[paths[0]] == pytest.approx(wanted, rel=1e-13)
    assert np.real(found[paths[1]]) == pytest.approx(wanted.real, rel=1e-13)


def test_what_nothing_depends_on_has_a_derivative_of_zero() -> None:
    unit = OperatorTemplate("op", ["z' = k*z", "w = c*z"], {**TURN.variables, "w": "variable(0.0)", "c": 1.0 + 2.0j})
    model = compiled(CircuitTemplate("turn", nodes={"p": NodeTemplate("n", [unit])}))
    found = model.gradient(loss, ["p/op/c"])
    assert found["p/op/c"] == 0
    assert isinstance(found["p/op/c"], complex)


def test_a_loss_is_a_real_number() -> None:
    with pytest.raises(ArgumentError) as caught:
        turn().gradient(lambda outputs: outputs["z"][-1], ["p/op/k"])
    assert str(caught.value) == (
        "loss has to return a real number; it returned a complex one. Take its absolute value, or its real part."
    )
