"""Trials side by side: what a loop over them gives, in numbers and derivatives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from plugins.rates_torch.tests.test_steps import COUNT, DELAY, FOLLOWED, PATHS, H, compiled
from rates_core import (
    ArgumentError,
    CircuitTemplate,
    Connectivity,
    NodeTemplate,
    OperatorTemplate,
    PopulationTemplate,
)

TRIALS, N = 5, 3
SAMPLES = torch.tensor(np.random.default_rng(8).normal(size=(TRIALS, COUNT, N)))
U = "p/op/u"


def mixed() -> Any:
    """Return units that read a computed variable of an input late, single units and populations, chains and events."""
    rate = OperatorTemplate(
        "op", ["x' = (-x + tanh(s) + u)/tau", "r = x + 0.3*u"],
        {"x": "output(0.4)", "r": "variable", "s": "input(0.0)", "u": "input(0.1)", "tau": 2.0},
    )  # fmt: skip
    fire = OperatorTemplate(
        "op", "v' = 1.0 + 0.5*u", {"v": "output(0.2)", "u": "input(0.0)"},
        events=[{"when": "v > 1.0", "set": {"v": "0.0"}}],
    )  # fmt: skip
    unit, generator = NodeTemplate("n", [rate]), np.random.default_rng(2)
    return CircuitTemplate(
        "mixed",
        nodes={"q": unit},
        populations={"p": PopulationTemplate("p", unit, N), "f": PopulationTemplate("f", NodeTemplate("f", [fire]), 2)},
        connections=[
            Connectivity("p/op/r", "p/op/s", generator.normal(size=(N, N)), delays=np.where(np.eye(N), 0.31, 0.5)),
            Connectivity("p/op/r", "q/op/s", 0.7, delays=0.2),
            Connectivity("q/op/r", "p/op/s", 0.4, delays=0.3, spread=0.1),
            Connectivity("p/op/x", "f/op/u", generator.normal(size=(2, N))),
        ],
    ).compile(
        backend="torch", surrogate=10.0, step_size=H, simulation_time=COUNT * H,
        inputs={U: np.zeros((COUNT, N)), "q/op/u": np.zeros(COUNT)},
        outputs={"x": "p/op/x", "q": "q/op/r", "v": "f/op/v", "alone": "q/op/x"},
    )  # fmt: skip


@pytest.mark.parametrize("stride", [1, 7])
@pytest.mark.parametrize("delays", FOLLOWED)
def test_trials_side_by_side_are_a_loop_over_them(delays: str, stride: int) -> None:
    steps = compiled(delays).steps(PATHS, seed=3)
    values = steps.arrays()
    found, end = steps.advance(values, {U: SAMPLES}, stride=stride)
    assert found["x"].shape == (TRIALS, -(-COUNT // stride), N)
    for number, samples in enumerate(SAMPLES):
        alone, last = steps.advance(values, {U: samples}, stride=stride)
        for name in alone:
            np.testing.assert_allclose(found[name][number], alone[name], rtol=0, atol=1e-12)
        np.testing.assert_allclose(end.y[number], last.y, rtol=0, atol=1e-12)


def test_all_kinds_of_variables_stand_side_by_side() -> None:
    steps = mixed().steps(["p/op/tau", "p/op/r->p/op/s/weight"])
    values, other = steps.arrays(), torch.linspace(-1.0, 1.0, COUNT, dtype=torch.float64)
    found, _ = steps.advance(values, {U: SAMPLES, "q/op/u": other})
    events = found["v"].diff(dim=1) < -0.5
    assert bool(events.any())
    assert not torch.equal(events[0], events[1])
    for number, samples in enumerate(SAMPLES):
        alone, _ = steps.advance(values, {U: samples, "q/op/u": other})
        for name in alone:
            np.testing.assert_allclose(found[name][number], alone[name], rtol=0, atol=1e-12)


@pytest.mark.parametrize("delays", FOLLOWED)
def test_their_derivatives_are_the_sums_of_those_of_each(delays: str) -> None:
    steps = compiled(delays).steps(PATHS, seed=3)
    values = {name: value.requires_grad_() for name, value in steps.arrays().items()}
    outputs, between = steps.advance(values, {U: SAMPLES[:, :15]}, checkpoint=True)
    later, _ = steps.advance(values, {U: SAMPLES[:, 15:]}, between)
    together = torch.autograd.grad((outputs["x"] ** 2).sum() + (later["x"] ** 2).sum(), list(values.values()))
    total = sum((steps.advance(values, {U: samples})[0]["x"] ** 2).sum() for samples in SAMPLES)
    for one, other in zip(together, torch.autograd.grad(total, list(values.values())), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("delays", ["whole", "between"])
@pytest.mark.parametrize("shift", [0.0, 0.013])
def test_delays_that_are_values_are_those_of_all_trials(delays: str, shift: float) -> None:
    steps = compiled(delays).steps([*PATHS, DELAY], seed=3)
    values = steps.arrays()
    values[DELAY] = values[DELAY] + shift
    values = {name: value.requires_grad_() for name, value in values.items()}
    outputs, between = steps.advance(values, {U: SAMPLES[:, :15]})
    later, _ = steps.advance(values, {U: SAMPLES[:, 15:]}, between)
    together = torch.autograd.grad((outputs["x"] ** 2).sum() + (later["x"] ** 2).sum(), list(values.values()))
    total = sum((steps.advance(values, {U: samples})[0]["x"] ** 2).sum() for samples in SAMPLES)
    for one, other in zip(together, torch.autograd.grad(total, list(values.values())), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("delays", FOLLOWED)
def test_one_trial_becomes_several_and_goes_on_as_each_would(delays: str) -> None:
    steps = compiled(delays).steps(PATHS, seed=3)
    values = steps.arrays()
    _, between = steps.advance(values, {U: SAMPLES[0, :13]})
    found, after = steps.advance(values, {U: SAMPLES[:, 13:20]}, between)
    shared, _ = steps.advance(values, {U: SAMPLES[2, 20:]}, after)
    for number, samples in enumerate(SAMPLES):
        alone, end = steps.advance(values, {U: samples[13:20]}, between)
        rest, _ = steps.advance(values, {U: SAMPLES[2, 20:]}, end)
        np.testing.assert_allclose(found["s"][number], alone["s"], rtol=0, atol=1e-12)
        np.testing.assert_allclose(shared["s"][number], rest["s"], rtol=0, atol=1e-12)


@pytest.mark.exhaustive  # compiling takes a minute
def test_pieces_that_are_compiled_have_them_too() -> None:
    plain, made = (compiled("whole", **options).steps(PATHS, seed=3) for options in ({}, {"compile": True}))
    expected, _ = plain.advance(plain.arrays(), {U: SAMPLES[:, :20]})
    found, _ = made.advance(made.arrays(), {U: SAMPLES[:, :20]})
    np.testing.assert_allclose(found["x"].detach(), expected["x"], rtol=0, atol=1e-12)


def test_numbers_of_trials_have_to_be_the_same() -> None:
    steps = mixed().steps(["p/op/tau"])
    values, other = steps.arrays(), torch.zeros(4, COUNT, dtype=torch.float64)
    with pytest.raises(ArgumentError) as error:
        steps.advance(values, {U: SAMPLES, "q/op/u": other})
    assert str(error.value) == "The number of trials is 5 in 'p/op/u' and 4 in 'q/op/u'."
    _, between = steps.advance(values, {U: SAMPLES, "q/op/u": other[0]})
    with pytest.raises(ArgumentError) as error:
        steps.advance(values, {U: SAMPLES[:2], "q/op/u": other[0]}, between)
    assert str(error.value) == "The number of trials is 5 in 'between' and 2 in 'p/op/u'."
    with pytest.raises(ArgumentError) as error:
        steps.advance(values, {U: SAMPLES[..., :2], "q/op/u": other[0]})
    assert str(error.value) == "The input 'p/op/u' has the shape (5, 40, 2); it has to be (5, 40, 3)."
