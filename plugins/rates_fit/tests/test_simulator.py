"""A model as a simulator: batches of parameters, priors, failures, and a posterior that is known in closed form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rates_core.simulation.compile import CompiledModel
from rates_fit import Experiment, fit, simulator
from scipy import stats

from rates_core import ArgumentError, CircuitTemplate, NodeTemplate, OperatorTemplate, UnknownNameError

H, STEPS = 0.05, 40
CURRENT = np.sin(0.3 * np.arange(STEPS + 4))
TIMES = H * np.arange(0, STEPS + 1, 4)


def response(tau: float = 1.0) -> np.ndarray:
    """Return x of the leak for g = 1, by its steps."""
    x = [0.0]
    for u in CURRENT[:STEPS]:
        x.append(x[-1] + H * (u - x[-1] / tau))
    return np.array(x)


def table(values: Any) -> pd.DataFrame:
    return pd.DataFrame({"p/op/x": values}, index=TIMES)


def leaking(leak: CircuitTemplate, parameters: Any, data: Any = None, **options: Any) -> Any:
    given = table(np.zeros(len(TIMES))) if data is None else data
    return simulator(leak, given, parameters, **{
        "inputs": {"p/op/u": CURRENT}, "step_size": H, "backend": "numpy", **options,
    })  # fmt: skip


def test_rows_are_runs_with_these_parameters(leak: CircuitTemplate) -> None:
    simulate = leaking(leak, {"p/op/g": (0.0, 3.0), "p/op/tau": "positive"}, priors={"p/op/tau": (1.0, 0.5)})
    assert simulate.names == ("p/op/g", "p/op/tau")
    theta = np.array([[1.0, 1.0], [2.0, 0.7], [0.5, 3.0]])
    expected = [g * response(tau)[::4] for g, tau in theta]
    np.testing.assert_allclose(simulate(theta), expected, rtol=0, atol=1e-13)
    np.testing.assert_allclose(simulate(theta[1]), expected[1], rtol=0, atol=1e-13)
    assert simulate.failures.empty


@pytest.mark.parametrize("backend", ["numpy", "jax"])
def test_all_runs_of_an_experiment_are_asked_for_at_once(
    leak: CircuitTemplate, monkeypatch: pytest.MonkeyPatch, backend: str
) -> None:
    calls: list[int] = []
    own = CompiledModel.run_many

    def counted(self: CompiledModel, points: Any, **options: Any) -> Iterator[Any]:
        calls.append(len(points))
        return own(self, points, **options)

    monkeypatch.setattr(CompiledModel, "run_many", counted)
    simulate = leaking(leak, {"p/op/g": (0.0, 3.0)}, backend=backend)
    theta = simulate.prior.sample((20,), seed=1)
    np.testing.assert_allclose(simulate(theta), theta * response()[::4], rtol=0, atol=1e-12)
    assert calls == [20]


def test_rejection_recovers_the_posterior_that_is_known(leak: CircuitTemplate) -> None:
    spread, shape = 0.1, response()[::4]
    data = 1.4 * shape + np.random.default_rng(7).normal(0.0, spread, len(shape))
    # the estimate by least squares is all that such data say of g
    simulate = leaking(
        leak, ["p/op/g"], table(data), priors={"p/op/g": (1.0, 0.5)}, noise=spread, seed=5,
        summaries=lambda values: values[:, :, 0] @ shape / (shape @ shape),
    )  # fmt: skip
    theta = simulate.prior.sample((3000,), seed=6)
    distance = np.abs(simulate(theta) - simulate.observed)
    accepted = theta[np.argsort(distance)[:200], 0]
    precision = 1 / 0.5**2 + shape @ shape / spread**2
    mean, deviation = (1.0 / 0.5**2 + shape @ data / spread**2) / precision, precision**-0.5
    assert deviation < 0.4 * 0.5  # the data say more than the prior
    # the mean of 200 draws is uncertain by 0.07 standard deviations, and theirs by a share of 0.05: four times that
    assert accepted.mean() == pytest.approx(mean, abs=0.28 * deviation)
    assert accepted.std() == pytest.approx(deviation, rel=0.2)


def test_the_mode_of_the_posterior_is_what_a_fit_with_the_same_arguments_finds(leak: CircuitTemplate) -> None:
    data, priors = table(1.4 * response()[::4] + 0.05 * np.cos(TIMES)), {"p/op/g": (1.0, 0.5)}
    simulate = leaking(leak, ["p/op/g"], data, priors=priors)
    found = fit(leak, data, ["p/op/g"], priors=priors, noise=0.3, inputs={"p/op/u": CURRENT}, step_size=H,
                backend="numpy")  # fmt: skip
    around = found["p/op/g"] + np.array([[-1e-3], [0.0], [1e-3]])
    likelihood = stats.norm(simulate.observed, 0.3).logpdf(simulate(around)).sum(axis=1)
    posterior = simulate.prior.log_prob(around) + likelihood
    assert posterior.argmax() == 1


def test_priors_draw_and_have_densities(leak: CircuitTemplate) -> None:
    simulate = leaking(
        leak, {"p/op/g": (0.5, 2.5), "p/op/tau": "positive", "p/op/b": None},
        priors={"p/op/tau": (0.3, 0.5), "p/op/b": stats.t(5, loc=1.0)},
    )  # fmt: skip
    prior = simulate.prior
    drawn = prior.sample((4000, 2), seed=3)
    assert drawn.shape == (4000, 2, 3)
    assert prior.sample(seed=3).shape == (3,)
    np.testing.assert_array_equal(drawn, prior.sample((4000, 2), seed=3))
    np.testing.assert_array_equal(prior.bounds, [[0.5, 0.0, -np.inf], [2.5, np.inf, np.inf]])
    # a normal distribution above 0: its mean is m + s*phi(m/s)/Phi(m/s)
    z = 0.3 / 0.5
    mean = [1.5, 0.3 + 0.5 * stats.norm.pdf(z) / stats.norm.cdf(z), 1.0]
    np.testing.assert_allclose(prior.mean, mean, rtol=1e-12)
    np.testing.assert_allclose(drawn.reshape(-1, 3).mean(0), mean, atol=4 * prior.variance.max() ** 0.5 / 8000**0.5)
    # of a uniform distribution, a normal one above 0 (with r = phi/Phi at z), and Student's
    ratio = stats.norm.pdf(z) / stats.norm.cdf(z)
    np.testing.assert_allclose(prior.variance, [2.0**2 / 12, 0.25 * (1 - z * ratio - ratio**2), 5 / 3], rtol=1e-10)
    place = np.array([[1.0, 0.6, 2.0], [0.4, 0.6, 2.0], [1.0, -0.1, 2.0]])
    expected = -np.log(2.0) + stats.norm.logpdf(0.6, 0.3, 0.5) - np.log(stats.norm.cdf(z)) + stats.t.logpdf(1.0, 5)
    np.testing.assert_allclose(prior.log_prob(place), [expected, -np.inf, -np.inf], rtol=1e-12)


def squared() -> CircuitTemplate:
    op = OperatorTemplate("op", "x' = k*x^2", {"x": "output(1.0)", "k": 1.0})
    return CircuitTemplate("grows", nodes={"p": NodeTemplate("n", [op])})


def test_runs_that_fail_are_rows_of_nan_and_named() -> None:
    data = pd.DataFrame({"p/op/x": [1.0, 1.0]}, index=[0.0, 5.0])
    simulate = simulator(squared(), data, {"p/op/k": (-1.0, 60.0)}, step_size=0.5, backend="numpy")
    found = simulate(np.array([[-0.1], [50.0], [0.0], [np.nan]]))
    assert np.isfinite(found).all(axis=1).tolist() == [True, False, True, False]
    assert np.isnan(found[[1, 3]]).all()
    assert simulate.failures.index.tolist() == [1, 3]
    assert simulate.failures["p/op/k"].iloc[0] == 50.0
    assert simulate.failures["reason"].tolist()[1] == "A parameter is not finite."
    assert simulate.failures["reason"].tolist()[0].startswith("'data': ")
    assert "p/op/x" in simulate.failures["reason"].tolist()[0]
    simulate(np.array([[0.0]]))
    assert simulate.failures.empty
    assert np.isnan(simulate(np.array([[50.0]]))).all()


def test_a_summary_that_is_not_finite_is_named(leak: CircuitTemplate) -> None:
    simulate = leaking(leak, ["p/op/g"], priors={"p/op/g": (0.0, 1.0)},
                       summaries=lambda values: values.max(axis=1) / values[:, -1])  # fmt: skip
    with np.errstate(invalid="ignore"):
        found = simulate(np.array([[0.0], [1.0]]))
    assert np.isnan(found[:, 0]).tolist() == [True, False]
    assert simulate.failures["reason"].tolist() == ["Its summary is not finite."]


def test_experiments_have_inputs_parameters_and_noise_of_their_own(leak: CircuitTemplate) -> None:
    weak = Experiment(table([np.nan, *np.zeros(len(TIMES) - 1)]), parameters={"p/op/b": 0.0})
    strong = Experiment(table(np.zeros(len(TIMES))), inputs={"p/op/u": 2 * CURRENT}, free={"p/op/tau": (0.1, 9.0)},
                        noise=0.1)  # fmt: skip
    seen: list[Mapping[str, np.ndarray]] = []

    def summaries(tables: Mapping[str, np.ndarray]) -> np.ndarray:
        seen.append(tables)
        return np.concatenate([tables["weak"][:, 1:, 0], tables["strong"][:, :, 0]], axis=1)

    simulate = leaking(leak, {"p/op/g": (0.0, 3.0)}, {"weak": weak, "strong": strong}, summaries=summaries, seed=1)
    assert simulate.names == ("p/op/g", "p/op/tau of strong")
    found = simulate(np.array([[1.5, 0.5]] * 400))
    assert np.isnan(seen[0]["weak"][:, 0]).all()
    np.testing.assert_allclose(found[:, : len(TIMES) - 1], [1.5 * response()[4::4]] * 400, rtol=0, atol=1e-13)
    noise = found[:, len(TIMES) - 1 :] - 3.0 * response(0.5)[::4]
    assert noise.std() == pytest.approx(0.1, rel=4 / np.sqrt(2 * noise.size))
    assert np.abs(np.corrcoef(noise.T) - np.eye(len(TIMES))).max() < 4 / 400**0.5


def test_seeds_make_numbers_come_again_whatever_stands_beside_them(leak: CircuitTemplate) -> None:
    one, two = (leaking(leak, {"p/op/g": (0.0, 3.0)}, noise=0.2, seed=9) for _ in range(2))
    theta = one.prior.sample((5,), seed=0)
    first = one(theta)
    np.testing.assert_array_equal(first, two(theta))
    assert not np.array_equal(first, one(theta))
    np.testing.assert_array_equal(one(theta, seed=3)[:2], one(theta[:2], seed=3))


def test_random_numbers_of_a_model_differ_from_run_to_run() -> None:
    op = OperatorTemplate("op", "x' = -x + s*randn()", {"x": "output(0.0)", "s": 1.0})
    circuit = CircuitTemplate("noisy", nodes={"p": NodeTemplate("n", [op])})
    simulate = simulator(circuit, table(np.zeros(len(TIMES))), {"p/op/s": (0.0, 2.0)}, step_size=H, backend="numpy",
                         seed=2)  # fmt: skip
    found = simulate(np.ones((30, 1)))
    assert len(np.unique(found[:, -1])) == 30
    np.testing.assert_array_equal(simulate(np.ones((3, 1)), seed=8), simulate(np.ones((3, 1)), seed=8))


class Tensor:
    """What of PyTorch's tensors a simulator sees."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = np.asarray(values, dtype=np.float32)

    def detach(self) -> Tensor:
        return self

    def cpu(self) -> Tensor:
        return self

    def numpy(self) -> np.ndarray:
        return self.values

    def new_tensor(self, values: np.ndarray) -> Tensor:
        return Tensor(values)


def test_tensors_give_tensors_of_their_kind(leak: CircuitTemplate) -> None:
    simulate = leaking(leak, {"p/op/g": (0.0, 3.0)})
    theta = np.array([[1.0], [2.0]])
    found = simulate(Tensor(theta))
    assert isinstance(found, Tensor)
    np.testing.assert_allclose(found.values, simulate(theta), rtol=1e-6, atol=1e-7)
    assert isinstance(simulate.prior.log_prob(Tensor(theta)), Tensor)


REFUSED: list[tuple[dict[str, Any], str]] = [
    (
        {"parameters": ["p/op/g"]},
        "There is no prior of 'p/op/g'. Give it a range, parameters={path: (low, high)}, or priors={path: (mean, "
        "standard deviation)}, or a distribution of scipy.stats.",
    ),
    (
        {"parameters": ["p/op/g"], "priors": {"p/op/g": 1.0}},
        "priors['p/op/g'] is (mean, standard deviation), or a distribution of scipy.stats; it is 1.0.",
    ),
    (
        {"parameters": {"p/op/tau": "positive"}, "priors": {"p/op/tau": stats.norm(0, 1)}},
        "priors['p/op/tau'] has values from -inf to inf, and the parameter has to be positive. Choose another "
        "distribution, or another constraint.",
    ),
    ({"parameters": {"p/op/g": (0, 1)}, "priors": {"p/op/h": (0, 1)}},
     "priors: 'p/op/h' is not fitted. Did you mean 'p/op/g'?"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "text"), REFUSED, ids=[str(place) for place in range(len(REFUSED))])
def test_priors_are_checked(leak: CircuitTemplate, given: dict[str, Any], text: str) -> None:
    with pytest.raises((ArgumentError, UnknownNameError)) as error:
        leaking(leak, **given)
    assert str(error.value) == text


def test_calls_are_checked(leak: CircuitTemplate) -> None:
    simulate = leaking(leak, {"p/op/g": (0.0, 1.0), "p/op/tau": (0.5, 1.0)}, summaries=lambda values: values[0])
    with pytest.raises(ArgumentError) as error:
        simulate(np.ones((4, 3)))
    assert str(error.value) == "theta has the shape (4, 3); it has to be (runs, 2): p/op/g, p/op/tau."
    with pytest.raises(ArgumentError) as error:
        simulate(np.ones((4, 2)))
    assert str(error.value) == "summaries returned the shape (11, 1) for 4 runs: give one row for each."
    with pytest.raises(ArgumentError) as error:
        simulate("much")
    assert str(error.value) == "theta must be numbers; it is 'much'."
    with pytest.raises(ArgumentError) as error:
        simulate.prior.log_prob(np.ones(3))
    assert str(error.value) == "theta has the shape (3,); it has to be (..., 2)."
