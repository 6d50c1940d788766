"""Steps of compiled loops as functions of values are those of PyTorch, and derivatives go back through them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch
from rates_core.plugins import get_manager
from rates_core.testing.parts import single

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

H, COUNT, CUT, TRIALS, N = 0.1, 23, 9, 4, 3
SAME = 1e-12  # of the largest of some derivatives: sums of few steps in another order
RNG = np.random.default_rng(5)
WEIGHTS, BETWEEN = RNG.normal(size=(N, N)), RNG.uniform(0.2, 0.9, (N, N))
SAMPLES = RNG.normal(size=(TRIALS, COUNT, N))
UNIT = OperatorTemplate(
    "op", ["x' = (-x + tanh(s) + u + w*b)/tau + 0.1*xi", "w = u + x^2", "r = tanh(x) + u"],
    {"x": "output(0.3)", "s": "input(0.0)", "u": "input(0.1)", "tau": 1.5, "b": 0.4, "w": "variable(0.0)",
     "r": "variable(0.0)", "xi": "noise"},
)  # fmt: skip
#: What is delayed, by how much, and by which method.
CASES: dict[str, tuple[str, dict[str, Any], str]] = {
    "nothing": ("x", {}, "heun"),
    "a state by whole steps": ("x", {"delays": 3 * H}, "euler"),
    "a state between steps": ("x", {"delays": BETWEEN}, "heun"),
    "what is computed": ("r", {"delays": BETWEEN}, "euler"),
    "what is computed, by a chain": ("r", {"delays": 0.5, "spread": 0.2}, "euler"),
}
NATIVE = [pytest.param("fortran"), pytest.param("numba", marks=pytest.mark.exhaustive)]  # which compiles for seconds
Found = tuple[dict[str, np.ndarray], dict[str, np.ndarray]]


def compiled(name: str, backend: str) -> Any:
    source, delays, solver = CASES[name]
    units = PopulationTemplate("p", NodeTemplate("n", [UNIT]), N, {"op/x": [0.1, 0.2, 0.3]})
    ring = Connectivity(f"p/op/{source}", "p/op/s", WEIGHTS, **delays)
    return CircuitTemplate("network", populations={"p": units}, connections=[ring]).compile(
        backend, solver=solver, step_size=H, inputs={"p/op/u": np.zeros((1, N))}, projections="dense",
        outputs={"x": "p/op/x", "r": "p/op/r"},
    )  # fmt: skip


def steps_of(name: str, backend: str) -> Any:
    source, delays, _ = CASES[name]
    edge = f"p/op/{source}->p/op/s"
    late = [f"{edge}/delay"] if "delays" in delays and "spread" not in delays else []
    return compiled(name, backend).steps(["p/op/tau", "p/op/b", "p/op/x", f"{edge}/weight", *late], seed=3)


def weights(shape: Any) -> np.ndarray:
    """Return what numbers of a shape are multiplied by in the loss."""
    return np.cos(np.arange(int(np.prod(tuple(shape)))) ** 2.0).reshape(tuple(shape))


def by_torch(name: str, samples: np.ndarray) -> Found:
    """Return outputs and derivatives of two calls, of which the second one goes on, by PyTorch."""
    steps = steps_of(name, "torch")
    values = {path: value.requires_grad_() for path, value in steps.arrays().items()}
    fed = torch.tensor(samples, requires_grad=True)
    first, between = steps.advance(values, {"p/op/u": fed[..., :CUT, :]}, stride=2)
    second, after = steps.advance(values, {"p/op/u": fed[..., CUT:, :]}, between, stride=3)
    parts = [first["x"], first["r"], second["x"], second["r"], after.y]
    torch.stack([(torch.tensor(weights(part.shape)) * part).sum() for part in parts]).sum().backward()  # type: ignore[no-untyped-call]
    outputs = {str(number): part.detach().numpy() for number, part in enumerate(parts)}
    return outputs, {path: value.grad.numpy() for path, value in [*values.items(), ("p/op/u", fed)]}


def by_loops(name: str, backend: str, samples: np.ndarray) -> Found:
    """Return the same of loops that go back."""
    steps = steps_of(name, backend)
    values = steps.arrays()
    wanted = (*values, "p/op/u")
    first, between, back = steps.followed(values, {"p/op/u": samples[..., :CUT, :]}, stride=2, wrt=wanted)
    second, after, back_again = steps.followed(
        values, {"p/op/u": samples[..., CUT:, :]}, between, stride=3, wrt=wanted
    )  # fmt: skip
    by_after = after._replace(y=weights(after.y.shape), windows=tuple(map(np.zeros_like, after.windows)))
    late, by_between = back_again(weighted(second), by_after)
    early, nothing = back(weighted(first), by_between)
    assert nothing is None
    parts = [first["x"], first["r"], second["x"], second["r"], after.y]
    total = {path: early[path] + late[path] for path in values}
    total["p/op/u"] = np.concatenate([early["p/op/u"], late["p/op/u"]], -2)
    return {str(number): part for number, part in enumerate(parts)}, total


def weighted(outputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: weights(rows.shape) for name, rows in outputs.items()}


@pytest.mark.parametrize("trials", [False, True], ids=["one trial", "trials side by side"])
@pytest.mark.parametrize("backend", NATIVE)
@pytest.mark.parametrize("name", CASES)
def test_steps_and_derivatives_are_those_of_pytorch(name: str, backend: str, trials: bool) -> None:
    samples = SAMPLES if trials else SAMPLES[0]
    for found, wanted in zip(by_loops(name, backend, samples), by_torch(name, samples), strict=True):
        assert found.keys() == wanted.keys()
        for key, value in wanted.items():
            assert np.shape(found[key]) == np.shape(value), key
            np.testing.assert_allclose(
                found[key], value, rtol=0, atol=SAME * max(1.0, np.abs(value).max()), err_msg=key
            )


def test_the_way_back_can_be_gone_twice_and_what_was_handed_out_stays() -> None:
    steps = steps_of("what is computed", "fortran")
    values, inputs = steps.arrays(), {"p/op/u": np.array(SAMPLES[0])}
    outputs, _, back = steps.followed(values, inputs, wrt=["p/op/b"])
    kept = {name: rows.copy() for name, rows in outputs.items()}
    once = back(weighted(outputs), None)[0]["p/op/b"].copy()
    inputs["p/op/u"][:] = np.nan  # what a caller does with arrays of its own
    assert back(weighted(outputs), None)[0]["p/op/b"] == once
    assert back({"x": weights(outputs["x"].shape)}, None)[0]["p/op/b"] != once
    for name, rows in outputs.items():
        np.testing.assert_array_equal(rows, kept[name])


def test_long_runs_are_followed_segment_by_segment_from_a_call_to_the_next() -> None:
    """Each of so many steps moves by x' = -k x: after n steps x = x0 (1 - k h)^n, and dx/dk = -n h x / (1 - k h)."""
    count, k = 150_000, 0.7
    model = single("x' = -k*x", x="output(1.0)", k=k).compile("fortran", solver="euler", step_size=1e-5)
    steps = model.steps(["p/op/k", "p/op/x"])
    values, between, backs = steps.arrays(), None, []
    for _ in range(2):
        _, between, back = steps.followed(values, {}, between, steps=count, stride=count, wrt=["p/op/k", "p/op/x"])
        backs.append(back)
    late, before = backs[1]({}, between._replace(y=np.ones(1)))
    early, _ = backs[0]({}, before)
    factor = 1 - k * 1e-5
    x = factor ** (2 * count)
    np.testing.assert_allclose(between.y, x, rtol=1e-10)  # 300 000 roundings of 1e-16
    np.testing.assert_allclose(early["p/op/k"] + late["p/op/k"], -2 * count * 1e-5 * x / factor, rtol=1e-9)
    np.testing.assert_allclose(early["p/op/x"], x, rtol=1e-10)


@pytest.mark.parametrize("backend", NATIVE)
def test_the_past_of_what_depends_on_an_input_is_followed_to_that(backend: str) -> None:
    """Before the start r was tanh(x0) + u0, which is read late: the derivative by the first sample holds that too."""
    found = []
    for name in ("torch", backend):
        source, delays, solver = CASES["what is computed"]
        units = PopulationTemplate("p", NodeTemplate("n", [UNIT]), N)
        ring = Connectivity(f"p/op/{source}", "p/op/s", WEIGHTS, **delays)
        model = CircuitTemplate("network", populations={"p": units}, connections=[ring]).compile(
            name, solver=solver, step_size=H, simulation_time=2.0, inputs={"p/op/u": SAMPLES[0][:21]},
            outputs={"x": "p/op/x"},
        )  # fmt: skip
        found.append(model.gradient({"x": weights((20, N))}, ["p/op/u"], seed=3)["p/op/u"])
    np.testing.assert_allclose(found[1], found[0], rtol=1e-10, atol=1e-13)


def test_what_is_not_as_it_should_be_is_refused() -> None:
    steps = steps_of("a state between steps", "fortran")
    values, inputs = steps.arrays(), {"p/op/u": SAMPLES[0]}
    edge = "p/op/x->p/op/s"
    assert repr(steps) == f"<Steps by p/op/tau: (), p/op/b: (), p/op/x: (3,), {edge}/weight: (9,), {edge}/delay: (9,)>"
    with pytest.raises(ArgumentError) as caught:
        steps.advance({"p/op/tau": values["p/op/tau"]}, inputs)
    assert str(caught.value) == "The value 'p/op/b' is missing."
    with pytest.raises(UnknownNameError) as unknown:
        steps.advance({**values, "p/op/tua": values["p/op/tau"]}, inputs)
    assert str(unknown.value).startswith("There is no value 'p/op/tua'. Did you mean 'p/op/tau'? There are: p/op/tau, ")
    with pytest.raises(ArgumentError) as caught:
        steps.advance(values)
    assert str(caught.value) == "The input 'p/op/u' is missing."
    _, between = steps.advance(values, inputs)
    with pytest.raises(ArgumentError) as caught:
        steps.advance({**values, f"{edge}/delay": np.full(9, 1.5)}, inputs, between)
    assert str(caught.value) == (
        "The delays have become longer: they need 20 samples of the past, and 14 are kept. Start anew, without "
        "between=, or begin with the longest delays, by parameters= of steps()."
    )


def test_what_loops_do_not_follow_is_refused_by_name() -> None:
    turning = single("z' = k*z", z="output(1.0+0.5j)", k=-0.2 + 2.0j)
    with pytest.raises(UnsupportedFeatureError) as caught:
        turning.compile("fortran", solver="euler", step_size=H).steps([])
    assert str(caught.value) == "The adjoint of a compiled loop does not follow 'p/op/k', which is complex."
    short = single(["x' = -k*past(r, d)", "r = tanh(x)"], x="output(1.0)", r="variable(0.0)", d=0.04, k=1.0)
    with pytest.raises(UnsupportedFeatureError) as caught:
        short.compile("fortran", solver="euler", step_size=H).steps(["p/op/k"])
    assert str(caught.value) == (
        "steps() takes delays from stored samples, and one of these delays lies inside a step, or is 0. Give delays of "
        "one step and more, with solver='euler'; a delay of 0 is no delay: leave it out."
    )


def test_backends_that_claim_to_go_back_have_steps_too() -> None:
    native = [name for name, spec in get_manager().backends().items() if "adjoint" in spec.capabilities.differentiation]
    assert native == [name.values[0] for name in NATIVE]
