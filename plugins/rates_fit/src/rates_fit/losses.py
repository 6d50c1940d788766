"""How far a simulation is from data: functions of simulated numbers, with slopes and curvatures."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import frozen
from rates_core.errors import ArgumentError, did_you_mean, shown


class Loss(ABC):
    """A sum over observations of a smooth function of what is simulated. Abstract.

    All arrays have an entry for each observation. `noise` is its standard deviation.
    """

    @abstractmethod
    def values(self, simulated: np.ndarray, observed: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """Return the terms, of which the loss is the sum."""

    @abstractmethod
    def slopes(self, simulated: np.ndarray, observed: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """Return the derivatives of terms by what is simulated."""

    @abstractmethod
    def curvatures(self, simulated: np.ndarray, observed: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """Return positive numbers near the second derivatives, which Gauss-Newton steps take."""


@frozen
class Squares(Loss):
    """Half the squares of deviations in units of the noise: the likelihood of Gaussian noise."""

    def values(self, simulated: np.ndarray, observed: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """Return half of squares."""
        return np.asarray(0.5 * ((simulated - observed) / noise) ** 2)

    def slopes(self, simulated: np.ndarray, observed: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """Return deviations over variances."""
        return np.asarray((simulated - observed) / noise**2)

    def curvatures(self, simulated: np.ndarray, observed: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """Return the inverse of variances."""
        return np.asarray(1.0 / noise**2)


@frozen
class Robust(Loss):
    """A function of squared deviations that grows slower than they do, so that outliers pull less.

    Attributes:
        name: `soft_l1`, `huber` or `cauchy`, as `scipy.optimize.least_squares` defines them.
    """

    name: str

    def values(self, simulated: np.ndarray, observed: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """Return half of what is made of squares."""
        z = ((simulated - observed) / noise) ** 2
        if self.name == "soft_l1":
            return np.asarray(np.sqrt(1 + z) - 1)
        if self.name == "cauchy":
            return np.asarray(0.5 * np.log1p(z))
        return np.asarray(0.5 * np.where(z <= 1, z, 2 * np.sqrt(z) - 1))

    def slopes(self, simulated: np.ndarray, observed: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """Return deviations over variances, weighted."""
        return np.asarray((simulated - observed) * self.curvatures(simulated, observed, noise))

    def curvatures(self, simulated: np.ndarray, observed: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """Return the weights of iteratively reweighted squares."""
        z = ((simulated - observed) / noise) ** 2
        if self.name == "soft_l1":
            weight = 1 / np.sqrt(1 + z)
        elif self.name == "cauchy":
            weight = 1 / (1 + z)
        else:
            weight = 1 / np.sqrt(np.maximum(z, 1))
        return np.asarray(weight / noise**2)


@frozen
class Poisson(Loss):
    """What is simulated is the expected number of counts: the likelihood of these, but for what the data alone say."""

    def values(self, simulated: np.ndarray, observed: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """Return deviances, halved: 0 where the count is what was expected."""
        with np.errstate(divide="ignore", invalid="ignore"):
            counted = np.where(observed > 0, observed * np.log(observed / simulated), 0.0)
            return np.where(simulated > 0, simulated - observed + counted, np.inf)

    def slopes(self, simulated: np.ndarray, observed: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """Return one minus the share that was counted."""
        return np.asarray(1 - observed / simulated)

    def curvatures(self, simulated: np.ndarray, observed: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """Return the information that a count has."""
        return np.asarray(1 / simulated)


LOSSES: Mapping[str, Loss] = {
    "squares": Squares(),
    "soft_l1": Robust("soft_l1"),
    "huber": Robust("huber"),
    "cauchy": Robust("cauchy"),
    "poisson": Poisson(),
}


def loss_of(given: Any) -> Loss:
    """Return the loss of a name, or one that a user brings.

    Raises:
        ArgumentError: there is none.
    """
    if isinstance(given, Loss):
        return given
    if isinstance(given, str) and given in LOSSES:
        return LOSSES[given]
    meant = did_you_mean(given, LOSSES) if isinstance(given, str) else ""
    raise ArgumentError(f"loss is {shown(given)}.{meant} It is one of {', '.join(LOSSES)}, or a `rates_fit.Loss`.")
