"""What holds for a profile on [0, 1] and a few numbers.

A profile u solves u' = F(u, s) with numbers s, such as a period and parameters, with conditions on u(0) and u(1) and on
integrals. There is one condition fewer than it takes for single solutions: the last number is varied.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import ClassVar

import numpy as np
from attrs import frozen


@frozen(eq=False)
class Rates:
    """F and its derivatives at many states u, `[...]`.

    Attributes:
        values: `[..., states]`.
        by_states: `[..., states, states]`.
        by_numbers: `[..., states, numbers]`.
    """

    values: np.ndarray
    by_states: np.ndarray
    by_numbers: np.ndarray


@frozen(eq=False)
class EndRates:
    """Derivatives of conditions on both ends of a profile.

    Attributes:
        by_first: by u(0), `[conditions, states]`.
        by_last: by u(1).
        by_numbers: `[conditions, numbers]`.
    """

    by_first: np.ndarray
    by_last: np.ndarray
    by_numbers: np.ndarray

    @cached_property
    def solved(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What makes both ends of a profile: from numbers without a condition, from s, and from conditions."""
        conditions = len(self.by_first)
        rotation, triangle = np.linalg.qr(np.hstack([self.by_first, self.by_last]).T, mode="complete")
        known = rotation[:, :conditions] @ np.linalg.inv(triangle[:conditions].T)
        return rotation[:, conditions:], -known @ self.by_numbers, -known


@frozen(eq=False)
class Ends:
    """Conditions on both ends of a profile, and their derivatives.

    Attributes:
        values: that are zero, `[conditions]`.
        rates: their derivatives.
    """

    values: np.ndarray
    rates: EndRates


@frozen(eq=False)
class Integrands:
    """What has integrals that are zero, at many states u, `[...]`.

    Attributes:
        values: `[..., conditions]`.
        by_states: `[..., conditions, states]`.
        by_numbers: `[..., conditions, numbers]`.
    """

    values: np.ndarray
    by_states: np.ndarray
    by_numbers: np.ndarray


class BoundaryProblem(ABC):
    """What holds for a profile.

    Attributes:
        linear_integrands: whether integrands have the same derivatives at all states and numbers.
    """

    linear_integrands: ClassVar[bool] = False

    @property
    @abstractmethod
    def size(self) -> int:
        """Return the number of states."""

    @abstractmethod
    def values(self, u: np.ndarray, s: np.ndarray) -> np.ndarray:
        """Return F, for u `[..., states]`."""

    @abstractmethod
    def rates(self, u: np.ndarray, s: np.ndarray) -> Rates:
        """Return F and its derivatives, for u `[..., states]`."""

    @abstractmethod
    def ends(self, first: np.ndarray, last: np.ndarray, s: np.ndarray) -> Ends:
        """Return the conditions on both ends."""

    @abstractmethod
    def integrands(self, u: np.ndarray, s: np.ndarray, reference: np.ndarray, slopes: np.ndarray) -> Integrands:
        """Return what has integrals that are zero.

        Args:
            u: `[..., states]`.
            s: numbers.
            reference: profile near to that which is looked for, at the same times.
            slopes: its derivative.
        """
