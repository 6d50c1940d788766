"""Intervals, spectra and profiles of models that are linear in what is fitted, against closed forms of regression."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from rates_fit import FitResult, fit
from scipy.stats import chi2, t

from rates_core import ArgumentError, CircuitTemplate, NodeTemplate, OperatorTemplate, UnknownNameError

H = 0.1
STEPS = np.arange(12)
NOISE = 0.3


@pytest.fixture(scope="module")
def line() -> CircuitTemplate:
    """Return x' = a + c, which is a line: x0 + (a + c)*t, exactly so under Euler's method."""
    op = OperatorTemplate("op", "x' = a + c", {"x": "output(0.0)", "a": 1.0, "c": 0.0})
    return CircuitTemplate("line", nodes={"p": NodeTemplate("n", [op])})


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    return pd.DataFrame({"p/op/x": 0.5 + 2.0 * STEPS * H + rng.normal(0, NOISE, len(STEPS))}, index=STEPS * H)


@pytest.fixture(scope="module")
def found(line: CircuitTemplate, data: pd.DataFrame) -> FitResult:
    parameters = {"p/op/a": None, "p/op/x": None}
    return fit(line, data, parameters, noise=NOISE, step_size=H, backend="jax", start={"p/op/a": 0.0})


def regression(data: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, float]:
    """Return slope and intercept, their covariance for noise of 1, and the estimate of the noise."""
    design = np.column_stack([STEPS * H, np.ones(len(STEPS))])
    inverse = np.linalg.inv(design.T @ design)
    best = inverse @ design.T @ data["p/op/x"].to_numpy()
    left = data["p/op/x"].to_numpy() - design @ best
    return best, inverse, float(np.sqrt(left @ left / (len(STEPS) - 2)))


def test_the_fit_is_the_regression(found: FitResult, data: pd.DataFrame) -> None:
    best, inverse, noise = regression(data)
    np.testing.assert_allclose(list(found.values()), best, rtol=1e-10)
    report = found.identifiability()
    assert report.scale == pytest.approx(noise / NOISE, rel=1e-10)
    np.testing.assert_allclose(report.covariance(), inverse * noise**2, rtol=1e-9)


@pytest.mark.parametrize("level", [0.5, 0.95])
def test_intervals_are_those_of_student(found: FitResult, data: pd.DataFrame, level: float) -> None:
    best, inverse, noise = regression(data)
    reach = t.ppf((1 + level) / 2, len(STEPS) - 2) * noise * np.sqrt(np.diag(inverse))
    table = found.identifiability().confidence(level)
    np.testing.assert_allclose(table, np.column_stack([best - reach, best, best + reach]), rtol=1e-9)


def test_the_spectrum_is_that_of_the_design(found: FitResult) -> None:
    values = np.linalg.svd(np.column_stack([STEPS * H, np.ones(len(STEPS))]) / NOISE, compute_uv=False)
    spectrum = found.identifiability().spectrum
    np.testing.assert_allclose(spectrum["singular value"], values, rtol=1e-10)
    directions = spectrum[["p/op/a", "p/op/x"]].to_numpy()
    np.testing.assert_allclose(directions @ directions.T, np.eye(2), atol=1e-12)


def test_a_profile_of_a_linear_model_is_a_parabola(found: FitResult, data: pd.DataFrame) -> None:
    best, inverse, _ = regression(data)
    profile = found.identifiability().profile("p/op/a", points=5, reach=2.0)
    wanted = found.loss + 0.5 * (profile["value"] - best[0]) ** 2 / (inverse[0, 0] * NOISE**2)
    np.testing.assert_allclose(profile["loss"], wanted, rtol=1e-9)
    shift = inverse[1, 0] / inverse[0, 0] * (profile["value"] - best[0])  # the intercept follows
    np.testing.assert_allclose(profile["p/op/x"], best[1] + shift, rtol=1e-8)


def test_the_interval_of_a_profile_is_that_of_the_likelihood(found: FitResult, data: pd.DataFrame) -> None:
    best, inverse, noise = regression(data)
    reach = np.sqrt(chi2.ppf(0.9, 1) * inverse[0, 0]) * noise
    np.testing.assert_allclose(
        found.identifiability().interval("p/op/a", 0.9), [best[0] - reach, best[0] + reach], rtol=1e-3
    )


def test_a_sum_that_the_data_say_is_told_from_its_parts(line: CircuitTemplate, data: pd.DataFrame) -> None:
    best, _, _ = regression(data)
    found = fit(line, data, ["p/op/a", "p/op/c", "p/op/x"], noise=NOISE, step_size=H, backend="jax")
    assert found["p/op/a"] + found["p/op/c"] == pytest.approx(best[0], rel=1e-8)
    report = found.identifiability()
    assert repr(report).startswith("<Identifiability: the data say 2 of 3 directions, noise times ")
    (direction,) = report.unseen[["p/op/a", "p/op/c", "p/op/x"]].to_numpy()
    np.testing.assert_allclose(np.abs(direction), [np.sqrt(0.5), np.sqrt(0.5), 0.0], atol=1e-7)
    assert direction[0] * direction[1] < 0
    table = report.confidence()
    assert (table.loc["p/op/a", "high"] - table.loc["p/op/a", "low"]) > 1e6
    assert report.interval("p/op/a") == (-np.inf, np.inf)


def test_intervals_of_what_is_positive_are_positive(line: CircuitTemplate, data: pd.DataFrame) -> None:
    found = fit(line, data, {"p/op/a": "positive"}, noise=5.0, step_size=H, backend="jax")
    low, value, high = found.identifiability().confidence(0.999).loc["p/op/a"]
    assert 0 < low < value < high
    assert value / low == pytest.approx(high / value)


def test_what_is_asked_of_a_report_is_checked(found: FitResult) -> None:
    report = found.identifiability()
    with pytest.raises(UnknownNameError) as unknown:
        report.profile("p/op/aa")
    assert str(unknown.value) == "'p/op/aa' was not fitted. Did you mean 'p/op/a'?"
    with pytest.raises(ArgumentError) as wrong:
        report.confidence(95)
    assert str(wrong.value) == "level must be a number between 0 and 1; it is 95."
