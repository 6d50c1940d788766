"""Gradients of runs: against a closed form, compiled once, and in a fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import numpy as np
import pytest
from jax.example_libraries import optimizers
from rates_core.errors import RatesError

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

DECAY = OperatorTemplate("op", ["x' = c - k*x"], {"x": "output(0.4)", "k": 0.7, "c": 1.3})
H, STEPS = 0.1, 10


def decay() -> Any:
    circuit = CircuitTemplate("units", populations={"p": PopulationTemplate("p", NodeTemplate("n", [DECAY]), 3)})
    return circuit.compile(backend="jax", step_size=H, simulation_time=STEPS * H, outputs={"x": "p/op/x"})


def by_k(k: float = 0.7, c: float = 1.3, x: float = 0.4) -> float:
    """Return the derivative by k of what Euler's method makes of the decay, (1 - h k)^n (x - c/k) + c/k."""
    n, left = STEPS - 1, 1 - H * k
    return -n * H * left ** (n - 1) * (x - c / k) + left**n * c / k**2 - c / k**2


def test_numbers_for_all_and_for_one_unit_have_their_derivatives() -> None:
    model, before = decay(), jax.config.jax_enable_x64
    found = model.gradient(lambda outputs: outputs["x"][-1].sum(), ["p/op/k", "p/op/x"])
    assert np.isclose(found["p/op/k"], 3 * by_k(), rtol=1e-12)
    assert np.allclose(found["p/op/x"], 0.93**9, rtol=1e-12)
    assert jax.config.jax_enable_x64 == before


def test_a_loss_sees_what_it_refers_to_as_it_is() -> None:
    model, wanted = decay(), [0.0]

    def distance(outputs: Mapping[str, Any]) -> Any:
        return (outputs["x"][-1].sum() - wanted[0]) ** 2

    first = model.gradient(distance, ["p/op/k"])
    wanted[0] = 5.0
    second = model.gradient(distance, ["p/op/k"])
    total = 3 * (0.93**9 * (0.4 - 1.3 / 0.7) + 1.3 / 0.7)
    assert np.allclose([first.loss, second.loss], [total**2, (total - 5.0) ** 2], rtol=1e-12)
    assert np.allclose(second["p/op/k"], 2 * (total - 5.0) * 3 * by_k(), rtol=1e-12)


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_a_loss_that_is_compiled_has_the_same_derivatives_and_is_traced_once(mode: str) -> None:
    model, traced = decay(), []

    @jax.jit
    def distance(outputs: Mapping[str, Any]) -> Any:
        traced.append(None)
        return (outputs["x"][-1] ** 2).sum()

    for k in (0.7, 0.9):
        found = model.gradient(distance, ["p/op/k"], parameters={"p/op/k": k}, mode=mode)
        last = (1 - H * k) ** 9 * (0.4 - 1.3 / k) + 1.3 / k
        assert np.allclose([found.loss, found["p/op/k"]], [3 * last**2, 6 * last * by_k(k)], rtol=1e-12)
    assert len(traced) == 1


def test_a_loss_that_is_compiled_is_told_what_is_wrong_with_it() -> None:
    for wrong, told in (
        (lambda outputs: outputs["y"].sum(), "loss asks for the output 'y'. Recorded are: x."),
        (lambda outputs: outputs["x"], "loss has to return one number; it returned an array of shape (10, 3)."),
    ):
        with pytest.raises(RatesError) as caught:
            decay().gradient(jax.jit(wrong), ["p/op/k"])
        assert str(caught.value) == told


def test_an_optimiser_of_the_library_recovers_the_damping_of_a_trace() -> None:
    circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
    model = circuit.compile(
        backend="jax", solver="rk4", step_size=0.05, simulation_time=4.0, outputs={"x": "p/vdp_op/x"}
    )
    trace = model.run(parameters={"p/vdp_op/mu": 2.5})["x"].to_numpy()
    begin, update, value = optimizers.adam(0.1)
    state, update = begin(1.0), jax.jit(update)  # as it is, it compiles something for each number of a step

    def distance(outputs: Mapping[str, Any]) -> Any:
        return ((outputs["x"] - trace) ** 2).mean()

    for number in range(300):
        mu = float(value(state))
        found = model.gradient(distance, ["p/vdp_op/mu"], parameters={"p/vdp_op/mu": mu})
        state = update(number, found["p/vdp_op/mu"], state)
    assert abs(float(value(state)) - 2.5) < 1e-3
