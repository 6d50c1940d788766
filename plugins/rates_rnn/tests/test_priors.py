"""What is known of parameters before a fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from rates_rnn import Network
from scipy import stats

from plugins.rates_rnn.tests.networks import STEPS, X, whole
from rates_core import ArgumentError, RatesError, UnknownNameError

TAU = "li/li_op/tau"


def network(**options: Any) -> Network:
    return whole(**{"train_params": ["li_op/tau", "li_op/k"], "untie": ["li_op/k"], **options})


@pytest.mark.parametrize(
    ("prior", "density"),
    [
        (("normal", 8.0, 2.0), stats.norm(8.0, 2.0)),
        (("lognormal", 2.0, 0.5), stats.lognorm(0.5, scale=np.exp(2.0))),
        (("laplace", 8.0, 2.0), stats.laplace(8.0, 2.0)),
        (("cauchy", 8.0, 2.0), stats.cauchy(8.0, 2.0)),
        (("gamma", 3.0, 0.4), stats.gamma(3.0, scale=1 / 0.4)),
        (("exponential", 0.2), stats.expon(scale=5.0)),
        (("half-normal", 7.0), stats.halfnorm(scale=7.0)),
        (torch.distributions.StudentT(3.0, 8.0, 2.0), stats.t(3.0, 8.0, 2.0)),
    ],
    ids=lambda value: str(value)[:20],
)
def test_terms_are_minus_the_logarithms_of_densities(prior: Any, density: Any) -> None:
    net = network(untie=["li_op/tau"])
    net.add_priors({TAU: prior})
    assert net.prior_terms()[TAU].item() == pytest.approx(-4 * density.logpdf(10.0), rel=1e-6)


def test_a_prior_of_shares_is_a_beta_density() -> None:
    net = network(node_vars={"li_op/k": 0.3})
    net.add_priors({"li/li_op/k": ("beta", 2.0, 5.0)})
    assert net.prior_terms()["li/li_op/k"].item() == pytest.approx(-4 * stats.beta(2.0, 5.0).logpdf(0.3), rel=1e-12)


def test_priors_are_terms_of_the_loss_that_stand_alone_too() -> None:
    alone, known = network(), network()
    known.add_priors({TAU: ("normal", 8.0, 2.0)})
    targets = np.zeros((STEPS, 3))
    without, found = (net.fit_bptt(X, targets, epochs=2, lr=0.1) for net in (alone, known))
    terms = found[f"prior of {TAU}"]
    assert terms[0] == pytest.approx(-stats.norm(8.0, 2.0).logpdf(10.0), rel=1e-12)
    assert found["loss"][0] == pytest.approx(without["loss"][0] + terms[0], rel=1e-12)
    assert len(terms) == 2


def test_where_data_say_nothing_a_fit_finds_the_mode_of_the_prior() -> None:
    net = network(weights=np.zeros((4, 4)))  # without weights, k acts on nothing
    net.add_priors({"li/li_op/k": ("normal", 0.4, 0.1)})
    net.freeze(TAU)
    net.fit_bptt(X, net.run(X)["out"], optimizer="lbfgs", epochs=10)
    np.testing.assert_allclose(net.parameter_values()["li/li_op/k"], 0.4, rtol=1e-8)
    net.add_priors({"li/li_op/k": None})
    assert net.prior_terms() == {}


BAD: list[tuple[dict[str, Any], type[RatesError], str]] = [
    (
        {"li/li_op/tua": ("normal", 1.0, 1.0)}, UnknownNameError,
        "priors names 'li/li_op/tua', which is not trained. Did you mean 'li/li_op/tau'? Trained are: li/li_op/tau, "
        "li/li_op/k.",
    ),
    (
        {TAU: ("nromal", 1.0, 1.0)}, UnknownNameError,
        "The prior of 'li/li_op/tau' is 'nromal'. Did you mean 'normal'? There are: normal, lognormal, laplace, "
        "cauchy, gamma, beta, exponential, half-normal.",
    ),
    (
        {TAU: ("normal", 1.0)}, ArgumentError,
        "The prior of 'li/li_op/tau' is ('normal', 1.0); it is ('normal', mean, standard deviation).",
    ),
    (
        {TAU: ("normal", 1.0, -1.0)}, ArgumentError,
        "The prior of 'li/li_op/tau' is ('normal', 1.0, -1.0); it is ('normal', mean, standard deviation).",
    ),
    (
        {TAU: 3.0}, ArgumentError,
        "The prior of 'li/li_op/tau' is 3.0; it is a name with its numbers, such as ('normal', 2.0, 0.5), or an object "
        "of torch.distributions.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("priors", "kind", "text"), BAD, ids=[str(number) for number in range(len(BAD))])
def test_what_is_no_prior_is_said(priors: dict[str, Any], kind: type[RatesError], text: str) -> None:
    with pytest.raises(kind) as error:
        network().add_priors(priors)
    assert str(error.value) == text
