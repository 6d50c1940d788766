"""Runs as functions of values by path: pure functions of JAX."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rates_core import (
    ArgumentError,
    CircuitTemplate,
    Connectivity,
    NodeTemplate,
    OperatorTemplate,
    PopulationTemplate,
    UnknownNameError,
    UnsupportedFeatureError,
)

STEPS, H, N = 30, 0.05, 3
RATE = OperatorTemplate(
    "op", ["x' = (-x + tanh(s) + u)/tau"], {"x": "output(0.4)", "s": "input(0.0)", "u": "input(0.1)", "tau": 2.0}
)
UNIT = NodeTemplate("n", [RATE])
RNG = np.random.default_rng(5)
WEIGHTS, SAMPLES = RNG.normal(size=(N, N)), RNG.normal(size=(STEPS, N))
PATHS = ["p/op/tau", "p[1]/op/x", "p/op/x->p/op/s/weight", "q/op/tau", "q/op/x->p/op/s/weight", "p/op/u"]


def network(delay: float = 0.31) -> CircuitTemplate:
    """Return a population with a delay per connection, and a unit that acts on all of it."""
    delays = np.where(np.eye(N), delay, 3 * delay)
    return CircuitTemplate(
        "network",
        nodes={"q": UNIT},
        populations={"p": PopulationTemplate("p", UNIT, N)},
        connections=[
            Connectivity("p/op/x", "p/op/s", WEIGHTS, delays=delays),
            Connectivity("q/op/x", "p/op/s", 0.7),
            Connectivity("p/op/x", "q/op/s", 0.3),
        ],
    )


def compiled(solver: str = "euler", **options: Any) -> Any:
    return network().compile(
        backend="jax", solver=solver, step_size=H, simulation_time=STEPS * H, outputs={"p": "p/op/x", "q": "q/op/x"},
        inputs={"p/op/u": SAMPLES}, **options,
    )  # fmt: skip


def loss(outputs: Any) -> Any:
    return (outputs["p"] ** 2).sum() + outputs["q"][-1]


@pytest.fixture
def double() -> Iterator[None]:
    """Set JAX to 64 bits, as a program does that trains in double precision."""
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", False)


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize(
    "solver", ["euler", *(pytest.param(name, marks=pytest.mark.exhaustive) for name in ("heun", "rk4"))]
)
def test_outputs_are_the_rows_of_runs_and_derivatives_those_of_gradient(solver: str) -> None:
    model = compiled(solver)
    run, rows = model.trainable(PATHS), model.run()
    assert list(run.values) == PATHS
    for name, found in run().items():
        np.testing.assert_allclose(found, rows[name].to_numpy(), rtol=1e-12)
    found, wanted = jax.grad(lambda values: loss(run(values)))(run.values), model.gradient(loss, PATHS)
    for path in PATHS:
        np.testing.assert_allclose(found[path], wanted[path], rtol=1e-11, atol=1e-15, err_msg=path)


def test_values_begin_as_they_are_in_the_run_and_move_its_rows() -> None:
    model = compiled()
    run = model.trainable(PATHS, parameters={"q/op/tau": 3.0})
    assert float(run.values["q/op/tau"]) == 3.0
    weights = 1.5 * WEIGHTS.ravel()
    found = run({"p/op/x->p/op/s/weight": weights, "p[1]/op/x": 0.7})
    wanted = model.run(
        parameters={"p/op/x->p/op/s/weight": weights, "q/op/tau": 3.0}, initial={"p/op/x": [0.4, 0.7, 0.4]}
    )
    np.testing.assert_allclose(found["p"], wanted["p"].to_numpy(), rtol=1e-12)


@pytest.mark.usefixtures("double")
def test_values_and_inputs_go_side_by_side() -> None:
    model = compiled()
    run, others = model.trainable(["p/op/tau"]), RNG.normal(size=(4, STEPS, N))
    found = jax.jit(jax.vmap(lambda samples: run(inputs={"p/op/u": samples})["p"]))(others)
    for rows, samples in zip(found, others, strict=True):
        np.testing.assert_allclose(rows, model.run(inputs={"p/op/u": samples})["p"].to_numpy(), rtol=1e-12)
    several = jax.vmap(lambda tau: run({"p/op/tau": tau})["q"])(jnp.array([1.0, 2.0]))
    np.testing.assert_allclose(several[0], model.run(parameters={"p/op/tau": 1.0})["q"].to_numpy(), rtol=1e-12)


@pytest.mark.usefixtures("double")
def test_derivatives_of_many_runs_are_those_of_each_and_runs_stand_side_by_side_in_memory() -> None:
    run, several = compiled().trainable(["p/op/tau", "q/op/tau"]), jnp.linspace(1.0, 2.0, 9)

    def by_both(tau: Any) -> Any:
        return jax.grad(lambda values: loss(run(values)))({"p/op/tau": tau, "q/op/tau": 2.0 * tau})

    together = jax.jit(jax.vmap(by_both)).lower(several).compile()
    assert f"f64[9,{N + 1}]{{0,1}}" in together.as_text()
    found = together(several)
    for number in (0, 8):
        for path, wanted in by_both(several[number]).items():
            np.testing.assert_allclose(found[path][number], wanted, rtol=1e-12)


def test_single_precision_needs_nothing_of_jax() -> None:
    model = compiled(float_precision="float32")
    run = model.trainable(["q/op/tau"])
    found = jax.grad(lambda tau: run({"q/op/tau": tau})["q"][-1])(jnp.float32(2.0))
    wanted = compiled().gradient(lambda outputs: outputs["q"][-1], ["q/op/tau"])["q/op/tau"]
    assert np.isclose(found, wanted, rtol=1e-4)


def test_double_precision_is_asked_for_where_jax_goes_through() -> None:
    run = compiled().trainable(["q/op/tau"])
    with pytest.raises(ArgumentError) as error:
        jax.grad(lambda tau: run({"q/op/tau": tau})["q"][-1])(2.0)
    assert str(error.value) == (
        "The model was compiled with float_precision='float64', and JAX is set to 32 bits. Say "
        "jax.config.update('jax_enable_x64', True) first, or compile it with float_precision='float32'."
    )


def test_what_it_does_not_take_is_refused_by_name() -> None:
    run = compiled().trainable(["p/op/tau", "q/op/tau"])
    assert repr(run) == "<Run of p/op/tau: (), q/op/tau: ()>"
    with pytest.raises(UnknownNameError) as unknown:
        run({"p/op/taw": 1.0})
    assert str(unknown.value) == (
        "There is no value 'p/op/taw'. Did you mean 'p/op/tau'? There are: p/op/tau, q/op/tau."
    )
    with pytest.raises(ArgumentError) as shape:
        run({"p/op/tau": np.ones(3)})
    assert str(shape.value) == "The value 'p/op/tau' has the shape (3,); it has to be ()."


@pytest.mark.usefixtures("double")
def test_steps_keep_delays_as_they_are_since_tracers_have_no_values() -> None:
    with pytest.raises(UnsupportedFeatureError) as error:
        compiled("euler").steps(["p/op/x->p/op/s/delay"])
    assert str(error.value) == (
        "wrt: 'p/op/x->p/op/s/delay' is a delay, which says what is stored of a run; steps() keeps it as it is. "
        "gradient() differentiates by it."
    )


@pytest.mark.exhaustive  # compiling takes a minute
@pytest.mark.usefixtures("double")
def test_steps_go_on_from_call_to_call_and_are_those_of_the_run() -> None:
    model = compiled("euler")
    steps, rows = model.steps(["p/op/tau"]), model.run()
    values = steps.arrays()

    def summed(values: Any) -> Any:
        first, between = steps.advance(values, {"p/op/u": SAMPLES[:7]})
        second, _ = steps.advance(values, {"p/op/u": SAMPLES[7:]}, between)
        return loss({name: jax.numpy.concatenate([first[name], second[name]]) for name in first})

    whole, _ = steps.advance(values, {"p/op/u": SAMPLES})
    np.testing.assert_allclose(whole["p"], rows["p"], rtol=1e-12)
    wanted = model.gradient(loss, ["p/op/tau"])
    np.testing.assert_allclose(summed(values), wanted.loss, rtol=1e-12)
    np.testing.assert_allclose(jax.grad(summed)(values)["p/op/tau"], wanted["p/op/tau"], rtol=1e-11)
