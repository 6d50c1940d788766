"""What values of parameters are held to: smooth functions of free numbers, which optimisers move."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import torch
from attrs import frozen
from rates_core.errors import ArgumentError, shown

ROUNDING = 1e-9  # relative: singular values below that of the largest are 0


class Constraint(ABC):
    """A smooth function from free numbers to values. Abstract."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Return what it is called: what is stored under one name means the same."""

    @abstractmethod
    def value(self, free: torch.Tensor) -> torch.Tensor:
        """Return the values of free numbers."""

    @abstractmethod
    def free(self, path: str, value: torch.Tensor) -> torch.Tensor:
        """Return free numbers of values.

        Args:
            path: of the parameter, for messages.
            value: its values.

        Raises:
            ArgumentError: no free numbers have these values.
        """


class Free(Constraint):
    """No constraint: the numbers are the values."""

    @property
    def name(self) -> str:
        """Return its name."""
        return "none"

    def value(self, free: torch.Tensor) -> torch.Tensor:
        """Return the numbers."""
        return free

    def free(self, path: str, value: torch.Tensor) -> torch.Tensor:
        """Return the values."""
        return value


class Positive(Constraint):
    """Above 0: the free numbers are logarithms."""

    @property
    def name(self) -> str:
        """Return its name."""
        return "positive"

    def value(self, free: torch.Tensor) -> torch.Tensor:
        """Return the exponential."""
        return torch.exp(free)

    def free(self, path: str, value: torch.Tensor) -> torch.Tensor:
        """Return the logarithm."""
        _check(path, value, value > 0, "'positive': it has to be above 0")
        return torch.log(value)


@frozen
class Interval(Constraint):
    """Between two numbers: a logistic function of free numbers.

    Attributes:
        low: below all values.
        high: above all values.
    """

    low: float
    high: float

    @property
    def name(self) -> str:
        """Return its name."""
        return f"({self.low!r}, {self.high!r})"

    def value(self, free: torch.Tensor) -> torch.Tensor:
        """Return the logistic function, stretched."""
        return self.low + (self.high - self.low) * torch.sigmoid(free)

    def free(self, path: str, value: torch.Tensor) -> torch.Tensor:
        """Return the inverse of that."""
        inside = (value > self.low) & (value < self.high)
        _check(path, value, inside, f"({self.low!r}, {self.high!r}): it has to lie between these")
        share = (value - self.low) / (self.high - self.low)
        return torch.log(share) - torch.log1p(-share)


@frozen(eq=False)
class Dale(Constraint):
    """Weights `[target, source]` whose columns have one sign each, or are 0 and stay so.

    Attributes:
        signs: of each weight: 1, -1, or 0.
    """

    signs: np.ndarray

    @property
    def name(self) -> str:
        """Return its name."""
        return "dale"

    def value(self, free: torch.Tensor) -> torch.Tensor:
        """Return the signs times what is always positive, and linear for large numbers."""
        signs = torch.as_tensor(self.signs, dtype=free.dtype, device=free.device)
        return signs * torch.nn.functional.softplus(free, threshold=40.0)

    def free(self, path: str, value: torch.Tensor) -> torch.Tensor:
        """Return the inverse of that; 0 for weights that are 0."""
        signs = torch.as_tensor(self.signs, dtype=value.dtype, device=value.device)
        size = value * signs
        _check(path, value, (size > 0) | ((signs == 0) & (value == 0)), "'dale': one sign for each source unit")
        size = torch.where(signs == 0, torch.ones_like(size), size)
        free = size + torch.log(-torch.expm1(-size))
        return torch.where(signs == 0, torch.zeros_like(free), free)


@frozen
class LowRank(Constraint):
    """A matrix that is a product of two narrow ones; the rows of both are the free numbers.

    Attributes:
        rows: number of rows.
        rank: at most.
    """

    rows: int
    rank: int

    @property
    def name(self) -> str:
        """Return its name."""
        return f"rank {self.rank}"

    def value(self, free: torch.Tensor) -> torch.Tensor:
        """Return the product."""
        return free[: self.rows] @ free[self.rows :].T

    def free(self, path: str, value: torch.Tensor) -> torch.Tensor:
        """Return two factors of equal size."""
        left, sizes, right = torch.linalg.svd(value, full_matrices=False)
        rank = int((sizes > ROUNDING * sizes.max()).sum())
        if rank > self.rank:
            raise ArgumentError(
                f"The start of '{path}' has the rank {rank}; its constraint is a rank of at most {self.rank}. Start "
                "with such weights."
            )
        roots = torch.sqrt(sizes[: self.rank])
        return torch.cat([left[:, : self.rank] * roots, right[: self.rank].T * roots])


@frozen(eq=False)
class Masked(Constraint):
    """Some values are 0 and stay so.

    Attributes:
        mask: 0 for these, 1 for others.
        within: constraint of the others.
    """

    mask: np.ndarray
    within: Constraint

    @property
    def name(self) -> str:
        """Return its name."""
        return f"{self.within.name} with a mask"

    def value(self, free: torch.Tensor) -> torch.Tensor:
        """Return the values with zeros among them."""
        return self.within.value(free) * torch.as_tensor(self.mask, dtype=free.dtype, device=free.device)

    def free(self, path: str, value: torch.Tensor) -> torch.Tensor:
        """Return free numbers of the others."""
        mask = torch.as_tensor(self.mask, dtype=value.dtype, device=value.device)
        if bool((value * (1 - mask) != 0).any()):
            raise ArgumentError(f"The start of '{path}' is not 0 where its mask is 0. Multiply it by the mask.")
        if isinstance(self.within, Dale | LowRank | Free):
            return self.within.free(path, value)
        return self.within.free(path, torch.where(mask == 0, self.within.value(torch.zeros_like(value)), value))


def constraint_of(path: str, given: Any, value: np.ndarray) -> Constraint:
    """Return a constraint as users name it.

    Args:
        path: of the parameter.
        given: "positive", `(low, high)`, "dale", `{"rank": r}`, or None.
        value: of the parameter at first.

    Raises:
        ArgumentError: it is something else, or belongs to matrices.
    """
    if isinstance(given, Constraint):
        return given
    if given is None:
        return Free()
    if given == "positive":
        return Positive()
    if given == "dale":
        _check_matrix(path, "dale", value)
        sums = np.sign(value.sum(axis=0))
        return Dale(np.where(value == 0, 0.0, np.broadcast_to(sums, value.shape)))
    if isinstance(given, dict) and set(given) == {"rank"} and isinstance(given["rank"], int) and given["rank"] > 0:
        _check_matrix(path, "rank", value)
        return LowRank(len(value), given["rank"])
    if isinstance(given, tuple | list) and len(given) == 2 and all(isinstance(end, int | float) for end in given):
        low, high = map(float, given)
        if low < high:
            return Interval(low, high)
    raise ArgumentError(
        f"The constraint of '{path}' is {shown(given)}; it can be 'positive', (low, high) with low < high, 'dale', or "
        "{'rank': r}."
    )


def _check_matrix(path: str, name: str, value: np.ndarray) -> None:
    if value.ndim != 2:
        raise ArgumentError(f"The constraint '{name}' is one of weights; '{path}' is no matrix.")


def _check(path: str, value: torch.Tensor, fine: torch.Tensor, constraint: str) -> None:
    """Raise for values that a constraint does not allow.

    Raises:
        ArgumentError: there are some.
    """
    if not bool(fine.all()):
        first = value[~fine].reshape(-1)[0].item()
        raise ArgumentError(f"The start of '{path}' is {first!r}, which violates its constraint {constraint}.")
