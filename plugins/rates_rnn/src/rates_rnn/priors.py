"""What is known of parameters before a fit: densities of their values, as terms of its loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown
from torch import distributions

if TYPE_CHECKING:
    from rates_rnn.network import Network

DENSITIES: Mapping[str, tuple[type[distributions.Distribution], str]] = {
    "normal": (distributions.Normal, "mean, standard deviation"),
    "lognormal": (distributions.LogNormal, "mean of the logarithm, standard deviation of it"),
    "laplace": (distributions.Laplace, "mean, scale"),
    "cauchy": (distributions.Cauchy, "median, scale"),
    "gamma": (distributions.Gamma, "shape, rate"),
    "beta": (distributions.Beta, "alpha, beta"),
    "exponential": (distributions.Exponential, "rate"),
    "half-normal": (distributions.HalfNormal, "scale"),
}


class Prior:
    """A density of values, all of which it has alike.

    Args:
        path: of the parameter, for messages.
        given: its name and its numbers, such as `("normal", 2.0, 0.5)`, or an object of `torch.distributions`.

    Raises:
        ArgumentError: it is something else, or its numbers are not allowed.
        UnknownNameError: there is no such density.
    """

    def __init__(self, path: str, given: Any) -> None:
        self._density = None if isinstance(given, tuple | list) else given
        if self._density is None:
            self._kind, self._numbers = _named(path, given)
        elif not isinstance(given, distributions.Distribution):
            raise ArgumentError(
                f"The prior of '{path}' is {shown(given)}; it is a name with its numbers, such as "
                "('normal', 2.0, 0.5), or an object of torch.distributions."
            )

    def term(self, value: torch.Tensor) -> torch.Tensor:
        """Return minus the logarithm of the density, summed over values; infinite where it is 0."""
        density = self._density
        if density is None:
            numbers = (torch.as_tensor(number, dtype=value.dtype, device=value.device) for number in self._numbers)
            density = self._kind(*numbers, validate_args=False)
        found: torch.Tensor = -density.log_prob(value).sum()
        return found


def _named(path: str, given: Any) -> tuple[Any, tuple[float, ...]]:
    """Return a density by name, and its numbers."""
    name, *numbers = given or [None]
    if not isinstance(name, str) or name not in DENSITIES:
        raise UnknownNameError(
            f"The prior of '{path}' is {shown(name)}.{did_you_mean(str(name), DENSITIES)} There are: "
            f"{', '.join(DENSITIES)}."
        )
    kind, wanted = DENSITIES[name]
    are_numbers = all(isinstance(item, int | float) and not isinstance(item, bool) for item in numbers)
    if are_numbers and len(numbers) == wanted.count(",") + 1:
        chosen = tuple(map(float, numbers))
        if _is_allowed(kind, chosen):
            return kind, chosen
    raise ArgumentError(f"The prior of '{path}' is {shown(given)}; it is ('{name}', {wanted}).")


def _is_allowed(kind: Any, numbers: tuple[float, ...]) -> bool:
    try:
        kind(*numbers, validate_args=True)
    except ValueError:
        return False
    return True


def add_priors(network: Network, priors: Mapping[str, Any]) -> None:
    """Say what is known of parameters: every loss of `fit_bptt` has a term for each, minus its logarithmic density.

    Args:
        network: whose parameters they are.
        priors: by path, each a name with its numbers: ("normal", mean, standard deviation), ("lognormal", mean of the
            logarithm, standard deviation of it), ("laplace", mean, scale), ("cauchy", median, scale), ("gamma", shape,
            rate), ("beta", alpha, beta), ("exponential", rate) or ("half-normal", scale); an object of
            `torch.distributions`; or None for none any more.

    Raises:
        ArgumentError, UnknownNameError: something is not as it should be, or not trained.
    """
    network.ready()
    for path, given in priors.items():
        owner = network.owner(path)
        if owner not in dict(network.named_parameters()):
            raise UnknownNameError(
                f"priors names '{path}', which is not trained.{did_you_mean(path, network.parameter_values())} Trained "
                f"are: {', '.join(network.parameter_values()) or 'none'}."
            )
        network.priors.pop(owner, None)
        if given is not None:
            network.priors[owner] = Prior(path, given)


def prior_terms(network: Network) -> dict[str, torch.Tensor]:
    """Return the terms that priors add to a loss, by path; derivatives flow through them."""
    return {path: prior.term(network.value(path)) for path, prior in network.priors.items()}
