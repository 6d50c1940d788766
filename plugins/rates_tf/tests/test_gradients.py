"""Gradients of runs: against a closed form, compiled once, and in a fit."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

DECAY = OperatorTemplate("op", ["x' = c - k*x"], {"x": "output(0.4)", "k": 0.7, "c": 1.3})
H, STEPS = 0.1, 10


def decay() -> Any:
    circuit = CircuitTemplate("units", populations={"p": PopulationTemplate("p", NodeTemplate("n", [DECAY]), 3)})
    return circuit.compile(backend="tf", step_size=H, simulation_time=STEPS * H, outputs={"x": "p/op/x"})


def by_k(k: float = 0.7, c: float = 1.3, x: float = 0.4) -> float:
    """Return the derivative by k of what Euler's method makes of the decay, (1 - h k)^n (x - c/k) + c/k."""
    n, left = STEPS - 1, 1 - H * k
    return -n * H * left ** (n - 1) * (x - c / k) + left**n * c / k**2 - c / k**2


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_numbers_for_all_and_for_one_unit_have_their_derivatives(mode: str) -> None:
    found = decay().gradient(lambda outputs: tf.reduce_sum(outputs["x"][-1]), ["p/op/k", "p/op/x"], mode=mode)
    assert np.isclose(found["p/op/k"], 3 * by_k(), rtol=1e-12)
    assert np.allclose(found["p/op/x"], 0.93**9, rtol=1e-12)


def test_a_loss_sees_what_it_refers_to_as_it_is() -> None:
    model, wanted = decay(), [0.0]

    def distance(outputs: Mapping[str, Any]) -> Any:
        return (tf.reduce_sum(outputs["x"][-1]) - wanted[0]) ** 2

    first = model.gradient(distance, ["p/op/k"])
    wanted[0] = 5.0
    second = model.gradient(distance, ["p/op/k"])
    total = 3 * (0.93**9 * (0.4 - 1.3 / 0.7) + 1.3 / 0.7)
    assert np.allclose([first.loss, second.loss], [total**2, (total - 5.0) ** 2], rtol=1e-12)
    assert np.allclose(second["p/op/k"], 2 * (total - 5.0) * 3 * by_k(), rtol=1e-12)


def test_an_optimiser_of_the_library_recovers_the_damping_of_a_trace() -> None:
    circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
    model = circuit.compile(
        backend="tf", solver="rk4", step_size=0.05, simulation_time=4.0, outputs={"x": "p/vdp_op/x"}
    )
    trace = model.run(parameters={"p/vdp_op/mu": 2.5})["x"].to_numpy()
    mu = tf.Variable(1.0, dtype=tf.float64)
    optimiser = tf.keras.optimizers.Adam(0.1)

    def distance(outputs: Mapping[str, Any]) -> Any:
        return tf.reduce_mean((outputs["x"] - trace) ** 2)

    for _ in range(300):
        found = model.gradient(distance, ["p/vdp_op/mu"], parameters={"p/vdp_op/mu": float(mu)})
        optimiser.apply_gradients([(tf.constant(found["p/vdp_op/mu"], tf.float64), mu)])
    assert abs(float(mu) - 2.5) < 1e-3


@pytest.mark.parametrize("steps", [1, 2, 3, 505])
def test_runs_of_any_number_of_steps_have_the_same_derivatives_in_all_ways(steps: int) -> None:
    circuit = CircuitTemplate("unit", nodes={"p": NodeTemplate("n", [DECAY])})
    model = circuit.compile(backend="tf", step_size=H, simulation_time=steps * H, outputs={"x": "p/op/x"})
    left, n, k = 1 - H * 0.7, np.arange(steps), 0.7
    wanted = np.sum(-n * H * left ** (n - 1.0) * (0.4 - 1.3 / k) + left**n * 1.3 / k**2 - 1.3 / k**2)
    ways: list[dict[str, Any]] = [{}, {"checkpoint": True}, {"mode": "forward"}]
    for way in ways:
        found = model.gradient(lambda outputs: tf.reduce_sum(outputs["x"]), ["p/op/k"], **way)
        assert np.isclose(found["p/op/k"], wanted, rtol=1e-12, atol=1e-15), way


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_derivatives_of_complex_variables_lose_no_imaginary_part_by_a_cast(mode: str) -> None:
    variables = {"z": "output(1.0+0.0j)", "a": "variable(0.0)", "w": 0.9}
    turn = OperatorTemplate("op", ["z' = I*w*z", "a = real(z)"], variables)
    model = CircuitTemplate("turn", nodes={"p": NodeTemplate("n", [turn])}).compile(
        backend="tf", step_size=H, simulation_time=STEPS * H, outputs={"a": "p/op/a"}
    )
    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    tf.get_logger().addHandler(handler)
    try:
        found = model.gradient(lambda outputs: outputs["a"][-1], ["p/op/w"], mode=mode)
    finally:
        tf.get_logger().removeHandler(handler)
    n = STEPS - 1  # of Euler's steps: z is (1 + i h w)^n
    assert np.isclose(found["p/op/w"], (n * 1j * H * (1 + 1j * H * 0.9) ** (n - 1)).real, rtol=1e-12)
    assert not [text for text in said if "casting" in text]
