"""How methods of DifferentialEquations.jl are called, over a stand-in.

The package itself has never been run by these tests. `standin/` has a module of its name, which has what is called of
it, over methods of its own.
"""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.errors import ArgumentError, InputSignalError, PluginError
from rates_core.testing import solver_tests
from rates_core.testing.parts import circuit, node, population, single
from rates_julia import process, steps
from rates_julia.equations import JuliaEquations, between
from rates_julia.probe import package_probe
from rates_julia.process import Function, running

from plugins.rates_julia.tests.driven import run, said_at_a_pole, said_of_steps
from rates_core import CircuitTemplate

pytestmark = pytest.mark.usefixtures("standin")

test_conformance = solver_tests("diffeq", backend="julia")


def decay() -> CircuitTemplate:
    return single("x' = u - k*x", x="output(1.0)", k=2.0, u="input(0.0)")


def test_the_probe_finds_a_package_where_julia_does() -> None:
    assert package_probe() is None


def test_a_sampled_input_is_the_line_between_its_samples() -> None:
    samples = np.array([0.0, *np.full(20, 1.0)])  # a ramp up to t = 0.1
    frame = run(single("x' = u", x="output(0.0)", u="input(0.0)"), inputs={"p/op/u": samples}, sampling_step_size=0.1)
    t = frame.index.to_numpy()
    wanted = np.where(t < 0.1, 5 * t**2, t - 0.05)
    # a polynomial that every method has exactly, but for roundings of some tens of steps
    assert np.abs(frame.iloc[:, 0].to_numpy() - wanted).max() < 1e-13


@pytest.mark.parametrize("as_function", [False, True])
def test_each_unit_has_its_own_column_of_an_input(as_function: bool) -> None:
    model = circuit(populations={"p": population(node("x' = u", x="output(0.0)", u="input(0.0)"), 3)})
    slopes = np.array([1.0, -2.0, 0.5])
    fed = (lambda t: slopes) if as_function else np.tile(slopes, (21, 1))
    frame = run(model, inputs={"p/op/u": fed}, outputs=["all/op/x", "all/op/u"])
    t = frame.index.to_numpy()[:, None]
    assert np.abs(frame.to_numpy()[:, :3] - t * slopes).max() < 1e-13
    assert np.array_equal(frame.to_numpy()[:, 3:], np.tile(slopes, (len(t), 1)))


def test_what_an_input_raises_is_raised() -> None:
    def fed(t: float) -> float:
        if t > 0.5:
            raise KeyError("no such time")
        return 1.0

    with pytest.raises(InputSignalError, match=r"its function raises KeyError at t = 0\.5.*: 'no such time'$"):
        run(decay(), inputs={"p/op/u": fed})
    frame = run(decay(), inputs={"p/op/u": lambda t: 2.0})
    assert frame.iloc[-1, 0] == pytest.approx(1.0, abs=1e-12)  # Julia is still there, and x rests


def test_rows_and_steps_do_not_depend_on_how_many_come_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = {"p/op/u": np.sin(np.arange(201) / 10)}
    whole = run(decay(), inputs=inputs, step_size=0.01)
    monkeypatch.setattr(steps, "ROOM", 7)
    monkeypatch.setattr(steps, "SECONDS", 0.0)
    parts = run(decay(), inputs=inputs, step_size=0.01)
    assert len(whole) == 200
    assert np.array_equal(whole.to_numpy(), parts.to_numpy())


def test_rows_are_all_there_where_one_step_passes_more_than_one_call_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "ROOM", 7)
    frame = run(single("x' = 1 + 0*x", x="output(1.0)"), step_size=0.01, max_steps=12)  # steps grow as they can
    assert len(frame) == 200
    assert np.abs(frame.iloc[:, 0].to_numpy() - (1 + frame.index.to_numpy())).max() < 1e-12


def test_implicit_methods_are_given_the_matrix_of_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {}
    original = JuliaEquations.function

    def function(self: JuliaEquations, julia: process.Julia, key: str) -> Function | int:
        seen[key] = original(self, julia, key)
        return seen[key]

    monkeypatch.setattr(JuliaEquations, "function", function)
    model = single(["x' = -1e4*(x - v)", "v' = -v"], x="output(1.0)", v="variable(1.0)")
    frame = run(model, method="Rodas5")
    found = seen["jacobian"]
    assert isinstance(found, Function)
    assert found.name == "jac!"
    # the fast state follows: x = v/(1 - 1e-4) behind the first 1e-3
    t = frame.index.to_numpy()[1:]
    assert frame.iloc[1:, 0].to_numpy() == pytest.approx(np.exp(-t) / (1 - 1e-4), rel=1e-8)


def test_a_solution_that_becomes_infinite_is_an_error_that_keeps_what_was_before() -> None:
    said = said_at_a_pole("x' = x^2")
    assert said.startswith("Method 'Tsit5' of solver 'diffeq' failed at t = 1: OrdinaryDiffEq says '")


def test_too_many_steps_are_an_error() -> None:
    assert said_of_steps("x' = -x").startswith("Solver 'diffeq' took max_steps=50 steps to t = 0.5.")


def test_options_without_meaning_are_refused() -> None:
    with pytest.raises(ArgumentError) as raised:
        run(decay(), first_step=-1.0, inputs={"p/op/u": np.zeros(21)})
    assert str(raised.value) == "first_step must be a number that is positive; it is -1.0."


def test_a_method_that_the_installed_package_does_not_have_is_named() -> None:
    with pytest.raises(PluginError) as raised:
        steps.module_with(running(), "Vern99")
    assert str(raised.value) == (
        "The solver 'diffeq' cannot run 'Vern99': the installed OrdinaryDiffEq has no such method. "
        'Bring it up to date: using Pkg; Pkg.update("OrdinaryDiffEq"), or choose another method.'
    )


def test_equations_are_functions_of_arrays_too() -> None:
    model = decay().compile(
        backend="julia", solver="diffeq", step_size=0.5, outputs=["p/op/x", "p/op/u"], inputs={"p/op/u": np.zeros(5)}
    )
    arguments = {item.path: item.value for item in model.system.parameters}
    equations = model.program.bind(arguments).equations([np.array([1.0, 3.0, 3.0])], 0.0, 0.5)
    derivative, recorded = equations.bind(({**arguments, "p/op/k": 4.0}, equations.fed))
    assert derivative(0.25, np.array([1.5])) == [2.0 - 4.0 * 1.5]
    assert recorded(0.25, np.array([1.5])) == (1.5, 2.0)


def test_a_value_between_samples_is_on_the_line_and_the_ends_hold() -> None:
    assert [between(np.array([1.0, 3.0, 4.0]), place) for place in (-1.0, 0.0, 0.5, 1.25, 2.0, 7.0)] == [
        1.0, 1.0, 2.0, 3.25, 4.0, 4.0,
    ]  # fmt: skip
    assert between(np.array([5.0]), 0.3) == 5.0
