"""The methods of diffrax on plain initial value problems, for which nothing is generated."""

from __future__ import annotations

import math
from collections.abc import Sequence
from inspect import isclass
from itertools import pairwise
from typing import Any

import diffrax
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from rates_core.errors import ArgumentError, SimulationError, UnsupportedFeatureError
from rates_core.plugins import get_manager
from rates_core.programs.equations import Bound, Equations
from rates_core.solvers.driver import Problem, Progress
from rates_jax.driver import DiffraxDriver
from rates_jax.methods import ROOT_FINDERS

SPEC = get_manager().solver("diffrax")
DEFAULTS = {option.name: option.default for option in SPEC.options}
ORDERS = {
    "Tsit5": 5, "Dopri5": 5, "Dopri8": 8, "Bosh3": 3, "Heun": 2, "Midpoint": 2, "Ralston": 2, "Euler": 1,
    "Kvaerno3": 3, "Kvaerno4": 4, "Kvaerno5": 5, "ImplicitEuler": 1,
}  # fmt: skip
STEPS = {1: 400, 2: 100, 3: 50, 4: 40, 5: 24, 8: 10}  # of the coarser run: errors far above rounding
END = 5.0
USUAL = ("Tsit5", "Dopri8", "Bosh3", "Kvaerno5", "ImplicitEuler")  # others are tried too where time is no matter
METHOD = pytest.mark.parametrize(
    "method", [name if name in USUAL else pytest.param(name, marks=pytest.mark.exhaustive) for name in SPEC.methods]
)


class Oscillator:
    """x' = w y, y' = -w x + u, with u that jumps at 1 and 2; x is recorded. It counts how often it is bound.

    Attributes:
        equations: with w = 1, and u = 0.
    """

    def __init__(self) -> None:
        self.bound = 0
        self.equations = self.of(1.0)

    def bind(self, values: Any) -> Bound:
        self.bound += 1
        omega, height = values[0]["omega"], values[1]

        def derivative(t: Any, y: Any) -> Any:
            u = jnp.where((t > 1.0) & (t < 2.0), height, 0.0)
            return jnp.stack([omega * y[1], -omega * y[0] + u])

        return derivative, lambda t, y: (y[0],)

    def of(self, omega: float, height: float = 0.0, kept: dict[Any, Any] | None = None) -> Equations:
        values = {"omega": np.float64(omega)}, np.float64(height)
        return Equations(self.bind, values, (float,), "float64", lambda: None, {} if kept is None else kept)


@pytest.fixture(scope="module")
def oscillator() -> Oscillator:
    """Return the one problem, so that each method is compiled once."""
    return Oscillator()


def problem(equations: Equations, method: str | None, end: float = END, **given: Any) -> Problem:
    names = DEFAULTS.keys() & given.keys()
    options = {**DEFAULTS, **{name: given.pop(name) for name in names}}
    settings: dict[str, Any] = {"times": (), "stops": (), "start": 0.0, "y": np.array([0.0, 1.0]), **given}
    return Problem(
        derivative=lambda t, y: y, end=end, options=options, method=method, make_equations=lambda: equations, **settings
    )


def solved(given: Problem) -> tuple[Progress, np.ndarray]:
    parts = list(DiffraxDriver().integrate(given))
    return parts[-1], np.concatenate([part.columns[0] for part in parts if part.columns is not None])


def error_at(end: Progress, time: float = END) -> float:
    return float(np.abs(end.y - [math.sin(time), math.cos(time)]).max())


def test_all_methods_are_here_with_their_orders() -> None:
    assert set(SPEC.methods) == set(ORDERS)


def test_no_runge_kutta_method_of_diffrax_is_missing_explicit_or_implicit() -> None:
    kinds = diffrax.AbstractERK, diffrax.AbstractDIRK
    found = {name for name, kind in vars(diffrax).items() if isclass(kind) and issubclass(kind, kinds)}
    by_itself = {"Euler", "ImplicitEuler"}  # which diffrax writes without a tableau
    assert set(SPEC.methods) == {name for name in found if not name.startswith("Abstract")} | by_itself


@METHOD
def test_a_method_has_its_order_and_its_error_follows_the_tolerance(oscillator: Oscillator, method: str) -> None:
    """One compilation serves all of it: other tolerances, other bounds of steps, other times of rows."""
    before = oscillator.bound
    order = ORDERS[method]
    fixed = []
    for steps in (STEPS[order], 2 * STEPS[order]):
        h = END / steps
        bounds = {"rtol": 1e3, "atol": 1e3, "first_step": h, "max_step": h}
        if method in {kind.__name__ for kind in ROOT_FINDERS}:
            bounds |= {"rtol": 1e-4, "atol": 1.0}  # of the equations of stages too; errors of steps are below
        end, _ = solved(problem(oscillator.equations, method, **bounds))
        fixed.append(error_at(end))
    # higher powers of the step, which some methods have on linear problems alone, make the error fall faster
    assert order - 0.35 <= math.log2(fixed[0] / fixed[1]) <= order + 1.0
    errors = []
    for rtol in (1e-3, 1e-5, 1e-7):
        end, rows = solved(problem(oscillator.equations, method, rtol=rtol, atol=rtol, times=np.arange(7) * 0.7))
        errors.append(error_at(end))
        assert end.time == END
        assert len(rows) == 7
    # Errors of steps add up. At order 1, where steps err by h^2/2 and two tolerances allow 2 rtol, 5/h of them do so to
    # 5 roots of rtol; the factor of what is longer than that is for steps that the controller makes too long at first.
    allowed = [8 * math.sqrt(rtol) if order == 1 else 100 * rtol for rtol in (1e-3, 1e-5, 1e-7)]
    assert all(error < most for error, most in zip(errors, allowed, strict=True))
    assert all(first / second > 5 for first, second in pairwise(errors))
    # Bound once to learn what the method keeps, and once for what is compiled.
    assert oscillator.bound == before + 2


def test_other_values_compile_nothing(oscillator: Oscillator) -> None:
    first, _ = solved(problem(oscillator.equations, "Tsit5", rtol=1e-9, atol=1e-9))
    before = oscillator.bound
    twice = oscillator.of(2.0, kept=oscillator.equations.kept)
    second, _ = solved(problem(twice, "Tsit5", END / 2, rtol=1e-9, atol=1e-9, max_steps=10_000, pcoeff=0.2))
    np.testing.assert_allclose(second.y, first.y, rtol=0, atol=1e-7)
    assert oscillator.bound == before


@pytest.mark.parametrize("method", ["Tsit5", "Kvaerno5"])
def test_steps_end_on_stops_and_each_side_sees_its_own_derivative(oscillator: Oscillator, method: str) -> None:
    pushed = oscillator.of(1.0, 3.0, oscillator.equations.kept)
    given = {"stops": [1.0, 2.0], "rtol": 1e-6, "atol": 1e-8, "times": [0.0, 1.0, 2.0]}
    end, rows = solved(problem(pushed, method, **given))
    moved = 3.0 * (math.cos(END - 2.0) - math.cos(END - 1.0))  # ∫ 3 sin(5 - s) ds over the push
    assert end.y[0] == pytest.approx(math.sin(END) + moved, abs=1e-5)
    assert rows[:2] == pytest.approx([0.0, math.sin(1.0)], abs=1e-5)


def test_rows_lie_anywhere_and_may_be_more_than_a_call_has_room_for(
    oscillator: Oscillator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With room for 64 rows, of which up to 200 lie in one step."""
    times = np.sort(np.random.default_rng(1).uniform(0.0, END, 1000))
    given = {"rtol": 1e-8, "atol": 1e-8, "times": times}
    whole, rows = solved(problem(oscillator.equations, "Tsit5", **given))
    monkeypatch.setattr("rates_jax.driver.MOST_BYTES", 64 * 16)
    parts, few = solved(problem(oscillator.equations, "Tsit5", **given))
    np.testing.assert_allclose(rows, np.sin(times), rtol=0, atol=2e-6)
    np.testing.assert_array_equal(few, rows)
    np.testing.assert_array_equal(parts.y, whole.y)


def test_a_run_in_many_calls_is_the_run_in_one(oscillator: Oscillator, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"rtol": 1e-5, "atol": 1e-5, "times": np.arange(50) * 0.1, "pcoeff": 0.3, "dcoeff": 0.1}
    for method in ("Tsit5", "Kvaerno3"):
        whole, rows = solved(problem(oscillator.equations, method, **given))
        with monkeypatch.context() as patched:
            patched.setattr("rates_jax.driver.FIRST_STEPS", 3)
            patched.setattr("rates_jax.pace.CALL_SECONDS", 1e-9)  # one step in each call but the first
            parts, same = solved(problem(oscillator.equations, method, **given))
        np.testing.assert_array_equal(same, rows)
        np.testing.assert_array_equal(parts.y, whole.y)
        assert parts.controller == whole.controller


def test_a_run_goes_on_with_the_step_that_it_ended_with(oscillator: Oscillator) -> None:
    given = {"rtol": 1e-6, "atol": 1e-6}
    half, _ = solved(problem(oscillator.equations, "Tsit5", 2.5, **given))
    method, size, errors = half.controller
    assert (method, len(errors)) == ("Tsit5", 2)
    assert size > 0.1  # not what was left of a step by the end
    on = problem(oscillator.equations, "Tsit5", start=2.5, y=half.y, controller=half.controller, max_steps=60, **given)
    end, _ = solved(on)
    assert error_at(end) < 1e-5
    other = problem(oscillator.equations, "Dopri5", start=2.5, y=half.y, controller=half.controller, **given)
    assert error_at(solved(other)[0]) < 1e-5


def test_too_many_steps_are_an_error_that_keeps_the_rows(oscillator: Oscillator) -> None:
    states: list[float] = []
    given = problem(oscillator.equations, "Tsit5", rtol=1e-8, atol=1e-8, max_steps=10, times=np.arange(50) * 0.1)

    def to_the_end() -> None:
        for part in DiffraxDriver().integrate(given):
            assert part.columns is not None
            states.extend(part.columns[0].tolist())

    with pytest.raises(SimulationError) as caught:
        to_the_end()
    assert str(caught.value) == f"Solver 'diffrax' took max_steps=10 steps to t = {caught.value.time:.9g}."
    assert len(states) > 5
    np.testing.assert_allclose(states, np.sin(np.arange(len(states)) * 0.1), rtol=0, atol=1e-6)


class Growth:
    """x' = x^2, which is infinite at t = 1; or NaN beyond x = 2."""

    def __init__(self, most: float) -> None:
        self._most = most

    def bind(self, values: Any) -> Bound:
        return lambda t, y: jnp.where(y > self._most, math.nan, y**2), lambda t, y: (y[0],)


def failed(most: float, method: str) -> SimulationError:
    equations = Equations(Growth(most).bind, ({}, None), (float,), "float64", lambda: None)
    with pytest.raises(SimulationError) as caught:
        solved(problem(equations, method, 2.0, y=np.array([1.0])))
    return caught.value


def test_a_solution_that_becomes_infinite_ends_with_the_time_that_was_reached() -> None:
    error = failed(math.inf, "Tsit5")
    assert error.time == pytest.approx(1.0, abs=1e-3)
    assert str(error).startswith(f"Solver 'diffrax' cannot go on from t = {error.time:.9g}: ")


@pytest.mark.parametrize("method", ["Bosh3", pytest.param("Kvaerno3", marks=pytest.mark.exhaustive)])
def test_a_derivative_that_becomes_nan_is_named_as_such(method: str) -> None:
    error = failed(2.0, method)
    assert error.time == pytest.approx(0.5, abs=1e-5)  # to the tolerance
    assert str(error) == (
        f"Solver 'diffrax' cannot go on from t = {error.time:.9g}: beyond it the derivative is NaN or infinite, "
        "however small the step. The solution may become infinite there; if not, try larger tolerances or a solver "
        "for stiff systems."
    )


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"rtol": 0.0}, "rtol must be a number that is positive; it is 0.0."),
        ({"max_steps": 0.5}, "max_steps must be a positive whole number; it is 0.5."),
        ({"first_step": -1.0}, "first_step must be a number that is positive; it is -1.0."),
        ({"pcoeff": "much"}, "pcoeff must be a number that is not negative; it is 'much'."),
        ({"dcoeff": math.inf}, "dcoeff must be finite; it is inf."),
        ({"icoeff": 0.0}, "pcoeff, icoeff and dcoeff are all 0, so that no step would ever become another."),
    ],
)
def test_options_without_meaning_are_errors(oscillator: Oscillator, options: dict[str, Any], text: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        DiffraxDriver().check(problem(oscillator.equations, None, **options))
    assert str(caught.value) == text


def test_a_backend_without_functions_of_jax_is_refused() -> None:
    plain = Problem(lambda t, y: y, 0.0, np.zeros(1), (), 1.0, (), DEFAULTS)
    with pytest.raises(UnsupportedFeatureError) as caught:
        list(DiffraxDriver().integrate(plain))
    assert str(caught.value) == (
        "The solver 'diffrax' needs the model as a function of JAX's arrays, which this backend does not give."
    )


def test_tolerances_of_each_state_are_kept(oscillator: Oscillator) -> None:
    loose: Sequence[float] = [1e3, 1e3]
    coarse, _ = solved(problem(oscillator.equations, "Tsit5", rtol=loose, atol=loose))
    mixed, _ = solved(problem(oscillator.equations, "Tsit5", rtol=[1e-8, 1e3], atol=[1e-8, 1e3]))
    assert error_at(mixed) < 1e-5 < error_at(coarse)


def test_the_setting_of_jax_is_left_alone_between_parts(oscillator: Oscillator) -> None:
    before = jax.config.jax_enable_x64
    for _ in DiffraxDriver().integrate(problem(oscillator.equations, "Tsit5")):
        assert jax.config.jax_enable_x64 is before
