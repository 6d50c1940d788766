"""Derivatives along a run against closed forms of its steps, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.testing.parts import circuit, node, population, single

from rates_core import RatesError, SimulationError, UnsupportedFeatureError

H, STEPS = 0.1, 12
STEP = np.arange(STEPS)


def test_rows_move_as_powers_of_a_step() -> None:
    """Euler's x after n steps is x0*(1 - h*k)^n."""
    model = single("x' = -k*x", x="output(2.0)", k=0.7).compile(backend="jax", step_size=H, simulation_time=H * STEPS)
    found = model.sensitivities(["p/op/k", "p/op/x"])
    growth = 1 - 0.7 * H
    np.testing.assert_allclose(found["p/op/k"][:, 0], -2 * H * STEP * growth ** (STEP - 1.0), rtol=1e-13)
    np.testing.assert_allclose(found["p/op/x"][:, 0], growth**STEP, rtol=1e-13)
    np.testing.assert_allclose(found.table["p/op/x"], 2 * growth**STEP, rtol=1e-13)


def test_paths_of_many_units_have_an_axis_for_them() -> None:
    unit = node("x' = -k*x", x="output(1.0)", k=1.0)
    group = circuit(populations={"p": population(unit, 3, k=np.array([0.1, 0.5, 0.9]))})
    model = group.compile(backend="jax", step_size=H, simulation_time=H * STEPS, outputs={"x": "p/op/x"}, cutoff=H)
    found = model.sensitivities(["p/op/k", "p[1]/op/k"])
    assert found["p/op/k"].shape == (STEPS - 1, 3, 3)
    wanted = -H * STEP[1:] * 0.95 ** (STEP[1:] - 1.0)
    np.testing.assert_allclose(found["p/op/k"][:, 1, 1], wanted, rtol=1e-13)
    np.testing.assert_allclose(found["p[1]/op/k"][:, 1], wanted, rtol=1e-13)
    assert not found["p/op/k"][:, 0, 1].any()


def test_a_number_that_nothing_depends_on_moves_nothing() -> None:
    model = single(["x' = -x", "z = k"], x="output(1.0)", z="variable(0.0)", k=1.0).compile(
        backend="jax", step_size=H, simulation_time=H * STEPS, outputs={"x": "p/op/x"}
    )
    assert not model.sensitivities(["p/op/k"])["p/op/k"].any()


def test_samples_of_inputs_are_refused() -> None:
    model = single("x' = u", x="output(1.0)", u="input(0.0)").compile(
        backend="jax", step_size=H, simulation_time=H * STEPS, inputs={"p/op/u": np.ones(STEPS)}
    )
    with pytest.raises(UnsupportedFeatureError) as caught:
        model.sensitivities(["p/op/u"])
    assert str(caught.value) == (
        "wrt: sensitivities() does not follow the samples of the input 'p/op/u'; gradient() differentiates by them."
    )


def test_complex_numbers_are_refused() -> None:
    model = single("z' = g*z", z="output(1.0 + 0.5j)", g=1j).compile(
        backend="jax", step_size=H, simulation_time=H * STEPS
    )
    with pytest.raises(UnsupportedFeatureError) as caught:
        model.sensitivities(["p/op/g"])
    assert str(caught.value) == (
        "wrt: 'p/op/g' is complex, and outputs need not have a complex derivative by it; gradient() differentiates a "
        "real loss."
    )


def test_a_derivative_that_is_infinite_is_named() -> None:
    model = single("x' = sqrt(k)", x="output(1.0)", k=0.0).compile(
        backend="jax", step_size=H, simulation_time=H * STEPS
    )
    with pytest.raises(SimulationError) as caught:
        model.sensitivities(["p/op/k"])
    assert str(caught.value) == (
        "The derivative by 'p/op/k' is NaN or infinite, although the run is finite: an equation is differentiated "
        "where it has no derivative, as sqrt has none at 0, be it in a branch that is not taken."
    )


@pytest.mark.parametrize(
    ("loss", "text"),
    [
        ({}, "loss is an empty dict. Give weights of one output at least."),
        ({"xx": [1.0]}, "loss: There is no output 'xx'. Did you mean 'x'? The outputs: x."),
        ({"x": [1.0]}, "loss: the weights of 'x' have the shape (1,); it has to be (12,)."),
        ({"x": "many"}, "loss: the weights of 'x' must be numbers; they are 'many'."),
    ],
)
def test_weights_that_are_none_are_refused(loss: dict[str, object], text: str) -> None:
    model = single("x' = -k*x", x="output(2.0)", k=0.7).compile(
        backend="jax", step_size=H, simulation_time=H * STEPS, outputs={"x": "p/op/x"}
    )
    with pytest.raises(RatesError) as caught:
        model.gradient(loss, ["p/op/k"])
    assert str(caught.value) == text
