"""Constraints as smooth transforms: a fitter moves numbers that may be anything, the model gets those that may be."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from attrs import frozen
from rates_core.errors import ArgumentError, shown
from scipy.special import expit, logit


class Transform(ABC):
    """A smooth map from all real numbers to those that a parameter may have. Abstract."""

    @abstractmethod
    def value(self, free: np.ndarray) -> np.ndarray:
        """Return the parameter's values."""

    @abstractmethod
    def slope(self, free: np.ndarray) -> np.ndarray:
        """Return the derivatives of values."""

    @abstractmethod
    def free(self, value: np.ndarray) -> np.ndarray:
        """Return what values come from; not finite for those that may not be."""


@frozen
class Anything(Transform):
    """No constraint."""

    def value(self, free: np.ndarray) -> np.ndarray:
        """Return the same."""
        return np.array(free)

    def slope(self, free: np.ndarray) -> np.ndarray:
        """Return ones."""
        return np.ones_like(free)

    def free(self, value: np.ndarray) -> np.ndarray:
        """Return the same."""
        return np.array(value)

    def __str__(self) -> str:
        return "any number"


@frozen
class Positive(Transform):
    """More than 0: the logarithm is free."""

    def value(self, free: np.ndarray) -> np.ndarray:
        """Return the exponential."""
        with np.errstate(over="ignore"):
            return np.asarray(np.exp(free))

    def slope(self, free: np.ndarray) -> np.ndarray:
        """Return the exponential."""
        return self.value(free)

    def free(self, value: np.ndarray) -> np.ndarray:
        """Return the logarithm."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.log(value))

    def __str__(self) -> str:
        return "positive"


@frozen
class Between(Transform):
    """Between two numbers: what the logistic function makes the share of the range is free."""

    low: float
    high: float

    def value(self, free: np.ndarray) -> np.ndarray:
        """Return a value of the range."""
        return np.asarray(self.low + (self.high - self.low) * expit(free))

    def slope(self, free: np.ndarray) -> np.ndarray:
        """Return the derivative of the logistic function, scaled."""
        return np.asarray((self.high - self.low) * expit(free) * expit(-free))

    def free(self, value: np.ndarray) -> np.ndarray:
        """Return the logit of the share."""
        return np.asarray(logit((value - self.low) / (self.high - self.low)))

    def __str__(self) -> str:
        return f"between {self.low!r} and {self.high!r}"


def transform_of(path: str, given: Any) -> Transform:
    """Return the transform that a constraint stands for.

    Raises:
        ArgumentError: it is none.
    """
    if given is None:
        return Anything()
    if isinstance(given, Transform):
        return given
    if given == "positive":
        return Positive()
    wrong = ArgumentError(
        f"parameters['{path}'] is None for any number, 'positive', or (low, high) with low < high; "
        f"it is {shown(given)}."
    )
    if not isinstance(given, list | tuple) or len(given) != 2:
        raise wrong
    try:
        low, high = map(float, given)
    except (TypeError, ValueError):
        raise wrong from None
    if not -np.inf < low < high < np.inf:
        raise wrong
    return Between(low, high)
