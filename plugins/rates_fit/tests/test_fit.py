"""What fits find, against the closed form of the steps that are taken."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import rates_fit
from rates_core.plugins import load_target
from rates_fit import LBFGS, Evolution, Experiment, FitResult, Fitter, LevenbergMarquardt, Outcome, Problem, fit

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

H = 0.05
FITTERS = {
    "Levenberg and Marquardt": LevenbergMarquardt(),
    "L-BFGS": LBFGS(),
    "evolution": Evolution(seed=3, generations=15),
}


def fitted(model: CircuitTemplate, data: Any, parameters: Any, **options: Any) -> FitResult:
    return fit(model, data, parameters, **{"step_size": H, "backend": "numpy", **options})


@pytest.mark.parametrize("fitter", FITTERS.values(), ids=FITTERS)
def test_every_fitter_finds_a_rate_and_a_start(decay: CircuitTemplate, decayed: pd.DataFrame, fitter: Fitter) -> None:
    ranges = {"p/op/k": (0.1, 3.0), "p/op/x": (0.5, 4.0)}
    found = fitted(decay, decayed, ranges, start={"p/op/k": 1.3, "p/op/x": 1.0}, fitter=fitter)
    assert found.converged
    np.testing.assert_allclose([found["p/op/k"], found["p/op/x"]], [0.4, 2.0], rtol=1e-6)
    assert found.evaluations >= found.gradients > 0
    assert found.loss < 1e-12


@pytest.mark.parametrize("constraint", [None, "positive", (0.0, 2.0)])
def test_constraints_change_the_way_and_not_the_end(decay: CircuitTemplate, decayed: pd.DataFrame, constraint) -> None:
    found = fitted(decay, decayed, {"p/op/k": constraint})
    assert found["p/op/k"] == pytest.approx(0.4, rel=1e-7)


def test_what_the_constraint_excludes_is_not_found(decay: CircuitTemplate, decayed: pd.DataFrame) -> None:
    found = fitted(decay, decayed, {"p/op/k": (0.5, 2.0)})
    assert 0.5 <= found["p/op/k"] < 0.5001


@pytest.mark.parametrize("derivatives", ["along", "reverse"])
@pytest.mark.parametrize("fitter", ["levenberg-marquardt", "lbfgs"])
def test_exact_derivatives_find_the_same(decay: CircuitTemplate, decayed: pd.DataFrame, derivatives, fitter) -> None:
    found = fit(
        decay, decayed, {"p/op/k": "positive", "p/op/x": None}, start={"p/op/x": 1.0}, step_size=H, backend="jax",
        derivatives=derivatives, fitter=FITTERS["L-BFGS"] if fitter == "lbfgs" else FITTERS["Levenberg and Marquardt"],
    )  # fmt: skip
    np.testing.assert_allclose([found["p/op/k"], found["p/op/x"]], [0.4, 2.0], rtol=1e-8)


def test_engines_agree_on_value_gradient_and_squares(decay: CircuitTemplate, decayed: pd.DataFrame) -> None:
    """At k, x0 the loss of Euler's steps is half the sum of squares of x0*(1 - h*k)^n - data."""
    k, start, steps = 0.9, 1.5, np.rint(decayed.index / H).to_numpy()
    rest = start * (1 - H * k) ** steps - decayed["p/op/x"].to_numpy()
    by_k = -start * H * steps * (1 - H * k) ** (steps - 1)
    wanted = np.array([rest @ by_k * k, rest @ (1 - H * k) ** steps])  # k moves by its logarithm
    for backend, engine, close in (("jax", "along", 1e-12), ("jax", "reverse", 1e-12), ("numpy", "differences", 1e-8)):
        problem = fitted(
            decay, decayed, {"p/op/k": "positive", "p/op/x": None}, backend=backend, derivatives=engine,
            fitter=LevenbergMarquardt(iterations=1),
        ).problem  # fmt: skip
        free = problem.space.free({"p/op/k": k, "p/op/x": start})
        value, gradient = problem.value_and_gradient(free)
        linearised = problem.linearised(free)
        assert value == pytest.approx(0.5 * rest @ rest, rel=1e-12)
        assert linearised.value == pytest.approx(value, rel=1e-12)
        np.testing.assert_allclose(gradient, wanted, rtol=close)
        np.testing.assert_allclose(linearised.gradient, wanted, rtol=close)


def test_gaps_are_left_out(decay: CircuitTemplate, decayed: pd.DataFrame) -> None:
    data = decayed.assign(**{"p/op/x": decayed["p/op/x"].where(decayed.index != 4 * H)})
    wrong = decayed.copy()
    wrong.loc[4 * H, "p/op/x"] = 9.0
    assert fitted(decay, data, ["p/op/k"])["p/op/k"] == pytest.approx(0.4, rel=1e-7)
    assert fitted(decay, wrong, ["p/op/k"])["p/op/k"] != pytest.approx(0.4, rel=1e-2)


def test_times_between_steps_are_interpolated_and_their_error_is_said(decay: CircuitTemplate) -> None:
    """With rk4 the run is the exponential up to 1e-8; polynomials through four rows leave at most 1e-7 of it."""
    times = np.array([0.013, 0.42, 1.111, 2.9, 3.37])
    data = pd.DataFrame({"p/op/x": 2.0 * np.exp(-0.4 * times)}, index=times)
    found = fitted(decay, data, ["p/op/k"], solver="rk4")
    assert found["p/op/k"] == pytest.approx(0.4, rel=1e-6)
    off = np.abs(found.simulated["simulated", "p/op/x"].to_numpy() - data["p/op/x"].to_numpy()).max()
    assert off < found.interpolation_error < 1e-5
    assert fitted(decay, data.set_axis([0.0, 0.5, 1.0, 2.0, 3.0]), ["p/op/k"]).interpolation_error == 0.0


def test_experiments_share_what_is_fitted_and_have_what_is_their_own(leak: CircuitTemplate) -> None:
    experiments = {}
    for name, current, start in (("low", 0.5, 0.3), ("high", 2.0, -0.2)):
        fed = np.full(80, current)
        model = leak.compile(backend="numpy", step_size=H, simulation_time=4.0, inputs={"p/op/u": fed})
        seen = model.run(parameters={"p/op/g": 0.7, "p/op/tau": 2.5}, initial={"p/op/x": start}).iloc[::8]
        experiments[name] = Experiment(seen, {"p/op/u": fed}, {"p/op/b": 0.0}, {"p/op/x": None})
    found = fitted(leak, experiments, {"p/op/g": "positive", "p/op/tau": "positive"})
    wanted = {"p/op/g": 0.7, "p/op/tau": 2.5, "p/op/x of low": 0.3, "p/op/x of high": -0.2}
    assert dict(found) == pytest.approx(wanted, rel=1e-7)
    assert found.simulated.index.names == ["experiment", "time"]
    np.testing.assert_allclose(found.simulated.loc["low"].index, 8 * H * np.arange(10.0))


def test_one_number_of_many_units_and_a_weight_are_found() -> None:
    op = OperatorTemplate("op", "x' = s - k*x", {"x": "output(1.0)", "s": "input(0.0)", "k": 1.0})
    node = NodeTemplate("n", [op])
    pair = CircuitTemplate("pair", nodes={"a": node, "b": node}, edges=[("a/op/x", "b/op/s", None, {"weight": 0.8})])
    weight, rate = "a/op/x->b/op/s/weight", "all/op/k"
    data = pair.compile(backend="numpy", step_size=H, simulation_time=3.0).run(parameters={weight: -0.5, rate: 0.6})
    found = fitted(pair, data.iloc[::5], {weight: None, rate: "positive"})
    assert dict(found) == pytest.approx({weight: -0.5, rate: 0.6}, rel=1e-7)


def test_values_per_unit_are_found_as_an_array() -> None:
    from rates_core import PopulationTemplate

    op = OperatorTemplate("op", "x' = -k*x", {"x": "output(1.0)", "k": 1.0})
    rates = np.array([0.3, 0.9, 1.7])
    group = CircuitTemplate(
        "group",
        populations={"p": PopulationTemplate("p", NodeTemplate("n", [op]), 3, params={"op/k": [1.0, 1.1, 1.2]})},
    )
    outputs = {"x": "p/op/x"}
    data = group.compile(backend="numpy", step_size=H, simulation_time=2.0, outputs=outputs).run(
        parameters={"p/op/k": rates}
    )
    found = fitted(group, data.iloc[::4], {"p/op/k": "positive"}, outputs=outputs)
    np.testing.assert_allclose(found["p/op/k"], rates, rtol=1e-7)
    assert found.problem.names == ["p/op/k[0]", "p/op/k[1]", "p/op/k[2]"]


def test_outliers_pull_less_with_a_robust_loss(decay: CircuitTemplate, decayed: pd.DataFrame) -> None:
    wrong = decayed.copy()
    wrong.iloc[3, 0] = 9.0
    errors = {
        loss: abs(fitted(decay, wrong, ["p/op/k"], loss=loss, noise=0.01)["p/op/k"] - 0.4)
        for loss in ("squares", "huber", "soft_l1", "cauchy")
    }
    assert errors["cauchy"] < 1e-3
    assert max(errors["huber"], errors["soft_l1"]) < 0.02 < 0.1 < errors["squares"]


def test_counts_have_the_rate_that_maximises_their_likelihood(leak: CircuitTemplate) -> None:
    """Of a constant rate the best one is the mean of the counts."""
    counts = pd.DataFrame({"p/op/x": [3.0, 0.0, 4.0, 2.0]}, index=[0.0, H, 2 * H, 3 * H])
    still = Experiment(counts, parameters={"p/op/tau": 1e12, "p/op/g": 0.0})
    found = fitted(leak, still, {"p/op/x": "positive"}, start={"p/op/x": 1.0}, loss="poisson")
    assert found["p/op/x"] == pytest.approx(2.25, rel=1e-6)


def test_a_prior_and_data_meet_at_their_weighted_mean(leak: CircuitTemplate) -> None:
    """Three values of a constant with noise 0.5, and what is known of it with 0.25."""
    data = pd.DataFrame({"p/op/x": [1.0, 2.0, 1.5]}, index=[0.0, H, 2 * H])
    still = Experiment(data, parameters={"p/op/tau": 1e12, "p/op/g": 0.0})
    found = fitted(leak, still, {"p/op/x": None}, noise=0.5, priors={"p/op/x": (3.0, 0.25)})
    assert found["p/op/x"] == pytest.approx((4.5 / 0.25 + 3.0 / 0.0625) / (3 / 0.25 + 1 / 0.0625), rel=1e-9)
    assert found.loss == pytest.approx(
        0.5 * sum((found["p/op/x"] - value) ** 2 / 0.25 for value in (1.0, 2.0, 1.5))
        + 0.5 * (found["p/op/x"] - 3.0) ** 2 / 0.0625
    )


def test_short_horizons_come_first(decay: CircuitTemplate, decayed: pd.DataFrame) -> None:
    found = fitted(decay, decayed, ["p/op/k"], horizons=[0.25])
    until = found.history["until"].to_numpy()
    assert until[0] == 0.25
    assert until[-1] == np.inf
    assert (np.diff(until[np.isfinite(until)]) >= 0).all()
    assert found["p/op/k"] == pytest.approx(0.4, rel=1e-7)


def test_a_run_that_explodes_is_stepped_back_from() -> None:
    """x' = k*x^2 is infinite at 1/(k*x0): at k = 2, before the last time of the data."""
    op = OperatorTemplate("op", "x' = k*x^2", {"x": "output(1.0)", "k": 0.01})
    model = CircuitTemplate("m", nodes={"p": NodeTemplate("n", [op])})
    data = model.compile(backend="numpy", step_size=H, simulation_time=2.0).run(parameters={"p/op/k": 0.45})
    found = fitted(model, data.iloc[::5], {"p/op/k": "positive"})
    assert np.isinf(found.history["loss"]).any()
    assert found["p/op/k"] == pytest.approx(0.45, rel=1e-6)


def test_a_fitter_of_ones_own_sees_the_problem(decay: CircuitTemplate, decayed: pd.DataFrame) -> None:
    class Grid(Fitter):
        def minimise(self, problem: Problem, start: np.ndarray) -> Outcome:
            values = problem.values(np.linspace(0.0, 1.0, 11)[:, None])
            return Outcome(np.array([0.1 * values.argmin()]), True, "All were looked at.", 1)

    found = fitted(decay, decayed, ["p/op/k"], fitter=Grid())
    assert found["p/op/k"] == pytest.approx(0.4)
    assert (found.evaluations, found.gradients, found.reason) == (11, 0, "All were looked at.")


def test_a_result_shows_what_was_found(decay: CircuitTemplate, decayed: pd.DataFrame) -> None:
    found = fitted(decay, decayed, ["p/op/k"], fitter=LevenbergMarquardt(iterations=1))
    assert not found.converged
    assert repr(found) == (
        f"<FitResult, did not converge: {{'p/op/k': {found['p/op/k']!r}}}, loss {found.loss:.6g}. "
        "It took 1 steps, which is the most it may.>"
    )
    assert list(found.history.columns) == ["loss", "derivatives", "until", "p/op/k"]
    figure = found.plot()
    assert [axes.get_xlabel() for axes in figure.axes] == ["time", "evaluation"]


def test_fit_and_fitters_are_offered() -> None:
    offered = {spec.name: (spec.kind, load_target(spec.target)) for spec in rates_fit.rates_analyses()}
    assert offered["fit"] == ("analysis", fit)
    assert {name for name, (kind, _) in offered.items() if kind == "analysis"} == {"fit", "simulator"}
    fitters = [target for kind, target in offered.values() if kind == "fitter"]
    assert len(fitters) == len(offered) - 2
    assert all(issubclass(target, Fitter) for target in fitters)
