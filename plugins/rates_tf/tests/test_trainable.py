"""Runs as functions of values by path: modules of TensorFlow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

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
        backend="tf", solver=solver, step_size=H, simulation_time=STEPS * H, outputs={"p": "p/op/x", "q": "q/op/x"},
        inputs={"p/op/u": SAMPLES}, **options,
    )  # fmt: skip


def loss(outputs: Any) -> Any:
    return tf.reduce_sum(outputs["p"] ** 2) + outputs["q"][-1]


@pytest.mark.parametrize(
    "solver", ["euler", *(pytest.param(name, marks=pytest.mark.exhaustive) for name in ("heun", "rk4"))]
)
def test_outputs_are_the_rows_of_runs_and_derivatives_those_of_gradient(solver: str) -> None:
    model = compiled(solver)
    net, rows = model.trainable(PATHS), model.run()
    assert isinstance(net, tf.Module)
    assert list(net.values) == PATHS
    with tf.GradientTape() as tape:
        outputs = net()
        value = loss(outputs)
    for name, found in outputs.items():
        np.testing.assert_allclose(found, rows[name].to_numpy(), rtol=1e-12)
    derivatives, wanted = tape.gradient(value, dict(net.values)), model.gradient(loss, PATHS)
    for path in PATHS:
        np.testing.assert_allclose(derivatives[path], wanted[path], rtol=1e-11, atol=1e-15, err_msg=path)


def test_inputs_take_the_places_of_others_and_tapes_go_through_them() -> None:
    model = compiled()
    net, others = model.trainable(["p/op/tau", "p/op/u"]), tf.constant(0.5 * SAMPLES)
    with tf.GradientTape() as tape:
        tape.watch(others)
        found = net(inputs={"p/op/u": others})
        value = loss(found)
    np.testing.assert_allclose(found["p"], model.run(inputs={"p/op/u": 0.5 * SAMPLES})["p"].to_numpy(), rtol=1e-12)
    wanted = model.gradient(loss, ["p/op/u"], inputs={"p/op/u": 0.5 * SAMPLES})["p/op/u"]
    np.testing.assert_allclose(tape.gradient(value, others), wanted, rtol=1e-11, atol=1e-15)


def test_a_step_of_training_is_compiled_with_it_and_checkpoints_hold_its_variables(tmp_path: Path) -> None:
    model = compiled()
    net = model.trainable(["p/op/tau", "p/op/x->p/op/s/weight"])
    checkpoint = tf.train.Checkpoint(net=net)
    path, before = checkpoint.save(str(tmp_path / "net")), net()["p"]

    @tf.function(jit_compile=True)
    def trained() -> Any:
        with tf.GradientTape() as tape:
            value = loss(net())
        for variable, part in zip(net.trainable_variables, tape.gradient(value, net.trainable_variables), strict=True):
            variable.assign_sub(1e-2 * part)
        return value

    first, second = trained(), trained()
    wanted = model.gradient(loss, ["p/op/tau"])
    assert np.isclose(first, wanted.loss, rtol=1e-12)
    assert second < first
    checkpoint.restore(path)
    np.testing.assert_array_equal(net()["p"], before)


def test_what_it_does_not_take_is_refused_by_name() -> None:
    net = compiled().trainable(["p/op/tau"])
    with pytest.raises(UnknownNameError) as unknown:
        net(inputs={"p/op/v": SAMPLES})
    assert str(unknown.value) == "There is no input 'p/op/v'. Did you mean 'p/op/u'? There are: p/op/u."
    with pytest.raises(ArgumentError) as short:
        net(inputs={"p/op/u": SAMPLES[:5]})
    assert str(short.value) == "The input 'p/op/u' has the shape (5, 3); it has to be (30, 3)."


def test_steps_go_on_from_call_to_call_and_are_those_of_the_run() -> None:
    model = compiled()
    steps, samples = model.steps(["p/op/tau"]), tf.constant(SAMPLES)
    values = steps.arrays()
    with tf.GradientTape() as tape:
        tape.watch(values)
        first, between = steps.advance(values, {"p/op/u": samples[:7]})
        second, _ = steps.advance(values, {"p/op/u": samples[7:]}, between)
        value = loss({name: tf.concat([first[name], second[name]], 0) for name in first})
    wanted = model.gradient(loss, ["p/op/tau"])
    np.testing.assert_allclose(value, wanted.loss, rtol=1e-12)
    np.testing.assert_allclose(tape.gradient(value, values)["p/op/tau"], wanted["p/op/tau"], rtol=1e-11)
    with pytest.raises(UnsupportedFeatureError) as error:
        steps.advance(values, {"p/op/u": tf.stack([samples, samples])})
    assert str(error.value) == (
        "steps() takes one trial at a time with this backend; give samples without an axis of trials."
    )
