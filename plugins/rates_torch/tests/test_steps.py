"""Steps of runs as functions of values by path, of inputs, and of what goes on between steps."""

from __future__ import annotations

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
    UnknownNameError,
    UnsupportedFeatureError,
)

COUNT, H, N = 40, 0.05, 3
EQUATIONS = ["x' = (-x + k*s + u)/tau + 0.1*xi", "r = tanh(x)"]
RATE = OperatorTemplate(
    "op", EQUATIONS,
    {"x": "output(0.4)", "r": "output", "s": "input(0.0)", "u": "input(0.1)", "tau": 2.0, "k": 1.5,
     "xi": "noise"},
)  # fmt: skip
RNG = np.random.default_rng(5)
WEIGHTS, SAMPLES = RNG.normal(size=(N, N)), RNG.normal(size=(COUNT, N))
WEIGHT = "p/op/r->p/op/s/weight"
PATHS = ["p/op/tau", "p/op/k", "p/op/x", WEIGHT]
DELAYS: dict[str, dict[str, Any]] = {
    "none": {},
    "whole": {"delays": np.where(np.eye(N), 4 * H, 11 * H)},
    "between": {"delays": np.where(np.eye(N), 0.31, 0.47)},
    "inside": {"delays": 0.4 * H},
    "spread": {"delays": 0.4, "spread": 0.2},
}
FOLLOWED = [name for name in DELAYS if name != "inside"]


def compiled(delays: str = "whole", **options: Any) -> Any:
    """Return a population that noise and an input drive."""
    population = PopulationTemplate("p", NodeTemplate("n", [RATE]), N)
    ring = Connectivity("p/op/r", "p/op/s", WEIGHTS, **DELAYS[delays])
    return CircuitTemplate("network", populations={"p": population}, connections=[ring]).compile(
        **{"backend": "torch", "step_size": H, "simulation_time": COUNT * H, "inputs": {"p/op/u": SAMPLES},
           "outputs": {"x": "p/op/x", "s": "p/op/s"}} | options
    )  # fmt: skip


def steps_of(model: Any) -> Any:
    return model.steps(PATHS, seed=3)


@pytest.mark.parametrize("delays", FOLLOWED)
def test_steps_one_by_one_are_many_steps_and_the_rows_of_a_run(delays: str) -> None:
    model = compiled(delays)
    steps, samples, rows = steps_of(model), torch.tensor(SAMPLES), model.run(seed=3)
    values = steps.arrays()
    whole, end = steps.advance(values, {"p/op/u": samples})
    between, found = None, []
    for sample in samples:
        outputs, between = steps.advance(values, {"p/op/u": sample[None]}, between)
        found.append(outputs["s"])
    assert end.step == between.step == COUNT
    np.testing.assert_allclose(torch.cat(found), whole["s"], rtol=0, atol=1e-14)
    np.testing.assert_allclose(between.y, end.y, rtol=0, atol=1e-14)
    for name in ("x", "s"):
        np.testing.assert_allclose(whole[name], rows[name], rtol=0, atol=1e-13)


@pytest.mark.parametrize("delays", FOLLOWED)
def test_derivatives_flow_from_call_to_call_and_are_those_of_whole_runs(delays: str) -> None:
    model = compiled(delays)
    steps, samples = steps_of(model), torch.tensor(SAMPLES)
    values = {name: value.requires_grad_() for name, value in steps.arrays().items()}
    between, loss = None, torch.tensor(0.0, dtype=torch.float64)
    for some in (samples[:1], samples[1:8], samples[8:]):
        outputs, between = steps.advance(values, {"p/op/u": some}, between)
        loss = loss + (outputs["x"] ** 2).sum()
    found = torch.autograd.grad(loss, list(values.values()))
    expected = model.gradient(lambda outputs: (outputs["x"] ** 2).sum(), PATHS, seed=3)
    assert loss.item() == pytest.approx(expected.loss, rel=1e-13)
    for path, part in zip(values, found, strict=True):
        np.testing.assert_allclose(part, expected[path], rtol=1e-11, atol=1e-13)


def test_what_is_kept_on_the_way_changes_no_derivative() -> None:
    steps = steps_of(compiled())
    found = []
    for checkpoint in (False, True):
        values = {name: value.requires_grad_() for name, value in steps.arrays().items()}
        outputs, _ = steps.advance(values, {"p/op/u": torch.tensor(SAMPLES)}, checkpoint=checkpoint)
        found.append(torch.autograd.grad(outputs["x"].sum(), list(values.values())))
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-13)


def test_rows_stand_before_every_so_many_steps_and_the_last_may_have_fewer() -> None:
    steps = steps_of(compiled())
    values, samples = steps.arrays(), torch.tensor(SAMPLES)
    every, end = steps.advance(values, {"p/op/u": samples})
    some, same = steps.advance(values, {"p/op/u": samples}, stride=7)
    assert torch.equal(some["x"], every["x"][::7])
    assert torch.equal(same.y, end.y)


def test_inputs_are_held_during_steps_of_several_stages() -> None:
    model = compiled("none", solver="heun")
    held = model.run(seed=3, inputs={"p/op/u": np.full((COUNT, N), 0.7)})
    steps = steps_of(model)
    outputs, _ = steps.advance(steps.arrays(), {"p/op/u": torch.full((COUNT, N), 0.7, dtype=torch.float64)})
    np.testing.assert_allclose(outputs["x"], held["x"], rtol=0, atol=1e-13)


def test_a_model_without_inputs_is_told_how_many_steps() -> None:
    op = OperatorTemplate("op", "x' = -x/tau", {"x": "output(1.0)", "tau": 2.0})
    model = CircuitTemplate("c", nodes={"p": NodeTemplate("n", [op])}).compile(backend="torch", step_size=0.1)
    steps = model.steps(["p/op/tau"])
    outputs, _ = steps.advance({"p/op/tau": torch.tensor(4.0, dtype=torch.float64)}, steps=6)
    np.testing.assert_allclose(outputs["p/op/x"], (1 - 0.1 / 4.0) ** np.arange(6), rtol=1e-15)
    with pytest.raises(ArgumentError) as error:
        steps.advance(steps.arrays())
    assert str(error.value) == ("There is no step to take: give one sample of each input per step, or steps=1 or more.")


def test_what_does_not_fit_is_refused() -> None:
    steps = steps_of(compiled())
    values, samples = steps.arrays(), torch.tensor(SAMPLES)
    cases: list[tuple[Any, type[Exception], str]] = [
        ((values, {}), ArgumentError, "The input 'p/op/u' is missing."),
        (
            (values, {"p/op/u": samples[:, :2]}), ArgumentError,
            "The input 'p/op/u' has the shape (40, 2); it has to be (40, 3).",
        ),
        (
            (values, {"p/op/u": samples, "p/op/v": samples}), UnknownNameError,
            "There is no input 'p/op/v'. Did you mean 'p/op/u'? There are: p/op/u.",
        ),
        (({"p/op/tau": values["p/op/tau"]}, {"p/op/u": samples}), ArgumentError, "The value 'p/op/k' is missing."),
    ]  # fmt: skip
    for arguments, kind, text in cases:
        with pytest.raises(kind) as error:
            steps.advance(*arguments)
        assert str(error.value) == text


DELAY = "p/op/r->p/op/s/delay"


def squares(outputs: Any) -> Any:
    return (outputs["x"] ** 2).sum()


@pytest.mark.parametrize("delays", ["whole", "between"])
@pytest.mark.parametrize("shift", [0.0, 0.013, H, -0.3 * H])
def test_delays_are_values_whose_derivatives_are_those_of_whole_runs(delays: str, shift: float) -> None:
    model, samples = compiled(delays), torch.tensor(SAMPLES)
    steps = model.steps([*PATHS, DELAY], seed=3)
    values = steps.arrays()
    values[DELAY] = values[DELAY] + shift
    values = {path: value.requires_grad_() for path, value in values.items()}
    between, loss = None, torch.tensor(0.0, dtype=torch.float64)
    for some in (samples[:1], samples[1:8], samples[8:]):
        outputs, between = steps.advance(values, {"p/op/u": some}, between)
        loss = loss + squares(outputs)
    expected = model.gradient(squares, values, seed=3, parameters={DELAY: values[DELAY].detach().numpy()})
    assert loss.item() == pytest.approx(expected.loss, rel=1e-13)
    for path, part in zip(values, torch.autograd.grad(loss, list(values.values())), strict=True):
        np.testing.assert_allclose(part, expected[path], rtol=1e-11, atol=1e-13)


def test_derivatives_by_delays_of_steps_are_central_differences() -> None:
    model, samples = compiled("between"), torch.tensor(SAMPLES)
    steps = model.steps([DELAY], seed=3)
    start = steps.arrays()[DELAY].requires_grad_()
    [found] = torch.autograd.grad(squares(steps.advance({DELAY: start}, {"p/op/u": samples})[0]), [start])
    for place in range(N * N):
        losses = []
        for side in (1e-5, -1e-5):
            moved = start.detach().clone()
            moved[place] += side
            losses.append(squares(steps.advance({DELAY: moved}, {"p/op/u": samples})[0]).item())
        assert found[place].item() == pytest.approx((losses[0] - losses[1]) / 2e-5, rel=1e-6, abs=1e-8)


def test_delays_may_change_on_the_way_within_what_is_kept_of_the_past() -> None:
    model, samples = compiled("whole"), torch.tensor(SAMPLES)
    steps = model.steps([DELAY], seed=3)
    values = steps.arrays()
    _, between = steps.advance(values, {"p/op/u": samples[:20]})
    shorter, _ = steps.advance({DELAY: 0.5 * values[DELAY]}, {"p/op/u": samples[20:]}, between)
    stored = model.run(seed=3, simulation_time=20 * H)
    on = compiled("whole").run(
        seed=3, state=stored, parameters={DELAY: 0.5 * values[DELAY].numpy()}, simulation_time=20 * H,
        inputs={"p/op/u": SAMPLES[20:]},
    )  # fmt: skip
    np.testing.assert_allclose(shorter["x"], on["x"], rtol=0, atol=1e-13)
    with pytest.raises(ArgumentError) as error:
        steps.advance({DELAY: 3.0 * values[DELAY]}, {"p/op/u": samples[20:]}, between)
    assert str(error.value) == (
        "The delays have become longer: they need 37 samples of the past, and 15 are kept. Start anew, without "
        "between=, or begin with the longest delays, by parameters= of steps()."
    )


def test_what_steps_cannot_be_made_of_is_refused() -> None:
    model = compiled()
    within = model.steps([DELAY])
    with pytest.raises(UnsupportedFeatureError) as error:
        within.advance({DELAY: 0.001 * within.arrays()[DELAY]}, {"p/op/u": torch.tensor(SAMPLES)})
    assert "one of these delays lies inside a step, or is 0" in str(error.value)
    with pytest.raises(UnsupportedFeatureError) as error:
        compiled("inside").steps(PATHS)
    assert str(error.value) == (
        "steps() takes delays from stored samples, and one of these delays lies inside a step, or is 0. Give delays of "
        "one step and more, with solver='euler'; a delay of 0 is no delay: leave it out."
    )
    with pytest.raises(ArgumentError) as refused:
        compiled(inputs={"p/op/u": lambda t: t}).steps(PATHS)
    assert str(refused.value) == (
        "The input 'p/op/u' is a function of time; steps() is given samples. Compile with an array."
    )
    with pytest.raises(UnsupportedFeatureError) as error:
        compiled(backend="numpy").steps(PATHS)
    assert "derivatives of runs" in str(error.value)
