"""What is known of parameters beforehand, as a distribution: it is drawn from, and has a density."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from attrs import frozen
from rates_core.errors import ArgumentError, shown
from scipy import stats

from rates_fit.parameters import FreeParameter, Space, checked_names
from rates_fit.transforms import Between, Positive


@frozen(eq=False)
class Prior:
    """Independent distributions of all numbers. NumPy's arrays go in and out, and tensors where these are given.

    Attributes:
        names: of the numbers.
        marginals: distributions of SciPy, one for each.
    """

    names: tuple[str, ...]
    marginals: tuple[Any, ...]

    def sample(self, sample_shape: Sequence[int] = (), seed: int | np.random.Generator | None = None) -> np.ndarray:
        """Draw values, `[*sample_shape, numbers]`.

        Args:
            sample_shape: how many.
            seed: equal seeds draw equal values.
        """
        generator, shape = np.random.default_rng(seed), tuple(sample_shape)
        drawn = [marginal.rvs(size=shape, random_state=generator) for marginal in self.marginals]
        return np.stack([np.asarray(column, dtype=float) for column in drawn], axis=-1)

    def log_prob(self, theta: Any) -> Any:
        """Return the logarithm of the density at values, `[..., numbers]`; minus infinity where none can be.

        Raises:
            ArgumentError: there are other numbers of them.
        """
        values = as_array(theta)
        if values.shape[-1:] != (len(self.names),):
            raise ArgumentError(f"theta has the shape {values.shape}; it has to be (..., {len(self.names)}).")
        parts = [marginal.logpdf(values[..., place]) for place, marginal in enumerate(self.marginals)]
        return like(theta, np.sum(parts, axis=0))

    @property
    def mean(self) -> np.ndarray:
        """Return the mean of each number."""
        return np.array([marginal.mean() for marginal in self.marginals])

    @property
    def variance(self) -> np.ndarray:
        """Return the variance of each number."""
        return np.array([marginal.var() for marginal in self.marginals])

    @property
    def bounds(self) -> np.ndarray:
        """Return between what values lie, `[2, numbers]`."""
        return np.array([marginal.support() for marginal in self.marginals]).T


def prior_of(space: Space, given: Any) -> Prior:
    """Return the distribution of what is fitted.

    Args:
        space: of parameters, whose ranges are their distribution where nothing else is said.
        given: by a user: `(mean, standard deviation)` of a normal distribution within the constraint, or a
            distribution of SciPy, by name.

    Raises:
        ArgumentError: it says nothing of a parameter without a range, or something else.
        UnknownNameError: it says something of what is not fitted.
    """
    said = checked_names(given, "priors", space)
    marginals = []
    for item in space.parameters:
        marginals += [_marginal(item, said.get(item.name))] * len(item.numbers)
    return Prior(tuple(space.names), tuple(marginals))


def _marginal(item: FreeParameter, given: Any) -> Any:
    """Return the distribution of one parameter."""
    low, high = _range(item)
    if given is None:
        if not np.isfinite([low, high]).all():
            raise ArgumentError(
                f"There is no prior of '{item.name}'. Give it a range, parameters={{path: (low, high)}}, or "
                "priors={path: (mean, standard deviation)}, or a distribution of scipy.stats."
            )
        return stats.uniform(low, high - low)
    if isinstance(given, stats.distributions.rv_frozen):
        least, most = given.support()
        if least < low or most > high:
            raise ArgumentError(
                f"priors['{item.name}'] has values from {least:g} to {most:g}, and the parameter has to be "
                f"{item.transform}. Choose another distribution, or another constraint."
            )
        return given
    try:
        mean, deviation = (float(number) for number in given)
    except (TypeError, ValueError):
        mean = deviation = np.nan
    if not (np.isfinite(mean) and 0 < deviation < np.inf):
        raise ArgumentError(
            f"priors['{item.name}'] is (mean, standard deviation), or a distribution of scipy.stats; it is "
            f"{shown(given)}."
        )
    if not np.isfinite([low, high]).any():
        return stats.norm(mean, deviation)
    return stats.truncnorm((low - mean) / deviation, (high - mean) / deviation, loc=mean, scale=deviation)


def _range(item: FreeParameter) -> tuple[float, float]:
    if isinstance(item.transform, Between):
        return item.transform.low, item.transform.high
    return (0.0 if isinstance(item.transform, Positive) else -np.inf), np.inf


def as_array(given: Any) -> np.ndarray:
    """Return numbers as an array, those of a tensor of PyTorch too.

    Raises:
        ArgumentError: they are none.
    """
    value = given.detach().cpu().numpy() if hasattr(given, "detach") else given
    try:
        return np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise ArgumentError(f"theta must be numbers; it is {shown(given)}.") from None


def like(given: Any, found: np.ndarray) -> Any:
    """Return numbers as a tensor where a tensor was given."""
    return given.new_tensor(found) if hasattr(given, "new_tensor") else found
