"""Runs whose steps are compiled: those of Python, however long the past, the rows and the run are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

H, STEPS = 0.05, 137
RNG = np.random.default_rng(2)
WEIGHTS = RNG.normal(size=(3, 3))
WHOLE, BETWEEN = H * RNG.integers(3, 19, (3, 3)), H * (3 + 9 * RNG.random((3, 3)))


def units(
    equations: list[str], source: str = "x", delays: Any = None, events: Any = (), **variables: Any
) -> CircuitTemplate:
    """Return three units that read each other."""
    variables = {"x": "output(0.4)", "s": "input(0.0)", "u": "input(0.1)", **variables}
    operator = OperatorTemplate("op", equations, variables, events=events)
    population = PopulationTemplate("p", NodeTemplate("n", [operator]), 3)
    read = Connectivity(f"p/op/{source}", "p/op/s", WEIGHTS, delays=delays)
    return CircuitTemplate("units", populations={"p": population}, connections=[read])


def rates(*equations: str, **given: Any) -> CircuitTemplate:
    return units(["x' = (tanh(s) - x)/tau + u", *equations], tau=0.7, **given)


MODELS: dict[str, Callable[[], CircuitTemplate]] = {
    "no delay": rates,
    "delays of whole steps": lambda: rates(delays=WHOLE),
    "delays between steps": lambda: rates(delays=BETWEEN),
    "a delay that reads the present": lambda: rates(delays=1.2 * H),
    "the past of a computed variable": lambda: rates("z = 2*x + u", source="z", delays=WHOLE, z="variable(0.0)"),
    "pasts of two widths": lambda: rates("g' = -past(vsum(x), 0.31) - g", delays=WHOLE, g="variable(1.0)"),
    "noise and events": lambda: units(
        ["x' = 1.5 + tanh(s) + u - x + 0.1*xi"], delays=WHOLE, events=[{"when": "x > 1", "set": {"x": "0"}}], xi="noise"
    ),
    "a complex variable": lambda: units(["x' = (1.0*I - 0.3)*x + 0.2*past(x, 0.4) + u"], x="output(0.4+0.1j)"),
}


def model(name: str, solver: str, stride: int, compile: bool) -> Any:
    return MODELS[name]().compile(
        backend="torch", solver=solver, step_size=H, simulation_time=STEPS // stride * stride * H,
        sampling_step_size=stride * H, inputs={"p/op/u": np.sin(np.arange(STEPS + 1.0))}, compile=compile,
    )  # fmt: skip


@pytest.fixture
def pieces(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """Let nothing be compiled, and count how often something is called that would be."""
    calls: list[None] = []

    def counted(function: Callable[..., Any], **_: Any) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            calls.append(None)
            return function(*arguments)

        return call

    monkeypatch.setattr(torch, "compile", counted)
    return calls


@pytest.mark.parametrize(
    ("name", "solver", "stride"),
    [
        *((name, "euler", 1 if number % 2 else 3) for number, name in enumerate(MODELS)),
        ("delays of whole steps", "rk4", 25),
        ("delays between steps", "heun", 25),
    ],
)
def test_rows_are_those_of_steps_from_python(name: str, solver: str, stride: int, pieces: list[None]) -> None:
    """Nearly all steps are taken ten at a time: but those that begin a run, or end it, or come before a row."""
    ours, plain = (model(name, solver, stride, each) for each in (True, False))
    found, wanted = ours.run(seed=1), plain.run(seed=1)
    assert np.ptp(wanted.to_numpy().real) > 0.1
    np.testing.assert_allclose(found.to_numpy(), wanted.to_numpy(), rtol=1e-11, atol=1e-13)
    assert STEPS // 10 - 8 < len(pieces) < STEPS // 5


def test_a_run_goes_on_where_another_one_ended(pieces: list[None]) -> None:
    ours = model("delays of whole steps", "rk4", 1, compile=True)
    whole, first = ours.run(), ours.run(simulation_time=61 * H)
    late = {"p/op/u": np.sin(np.arange(61.0, STEPS + 1))}  # samples of a run begin where it does
    rest = ours.run(simulation_time=(STEPS - 61) * H, state=first, inputs=late)
    np.testing.assert_allclose(rest.to_numpy(), whole.to_numpy()[61:], rtol=1e-12)


@pytest.mark.exhaustive  # compiling takes ten seconds
def test_pieces_are_compiled_once_for_all_parameters() -> None:
    ours, plain = (model("delays of whole steps", "euler", 1, each) for each in (True, False))
    ours.run()
    with torch.compiler.set_stance("fail_on_recompile"):
        for tau in (0.5, 2.0):
            given = {"p/op/tau": tau}
            np.testing.assert_allclose(ours.run(given).to_numpy(), plain.run(given).to_numpy(), rtol=1e-11)
