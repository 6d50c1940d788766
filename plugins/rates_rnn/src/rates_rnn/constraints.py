"""What values of parameters are held to: smooth functions of free numbers, which optimisers move."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

import numpy as np
import torch
from attrs import frozen
from rates_core.errors import ArgumentError, shown

from rates_rnn.parts import array

ROUNDING = 1e-9  # relative: singular values below that of the largest are 0


class Constraint(ABC):
    """A smooth function from free numbers to values; its text is what it is called. Abstract."""

    @abstractmethod
    def __str__(self) -> str:
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

    def __str__(self) -> str:
        return "none"

    def value(self, free: torch.Tensor) -> torch.Tensor:
        """Return the numbers."""
        return free

    def free(self, path: str, value: torch.Tensor) -> torch.Tensor:
        """Return the values."""
        return value


@frozen
class Interval(Constraint):
    """Between two numbers: an exponential above one, a logistic function between two of them.

    Attributes:
        low: below all values, or -inf.
        high: above all values, or inf; one of both is finite.
    """

    low: float
    high: float

    def __str__(self) -> str:
        return "positive" if (self.low, self.high) == (0.0, inf) else f"({self.low!r}, {self.high!r})"

    def value(self, free: torch.Tensor) -> torch.Tensor:
        """Return the function of free numbers."""
        if self.high == inf:
            return self.low + torch.exp(free) if self.low else torch.exp(free)
        if self.low == -inf:
            return self.high - torch.exp(-free)
        return self.low + (self.high - self.low) * torch.sigmoid(free)

    def free(self, path: str, value: torch.Tensor) -> torch.Tensor:
        """Return the inverse of that."""
        positive = (self.low, self.high) == (0.0, inf)
        said = "'positive': it has to be above 0" if positive else f"{self}: it has to lie between these"
        _check(path, value, (value > self.low) & (value < self.high), said)
        below, above = torch.log(value - self.low), torch.log(self.high - value)
        return below if self.high == inf else -above if self.low == -inf else below - above


@frozen(eq=False)
class Dale(Constraint):
    """Weights `[target, source]` whose columns have one sign each, or are 0 and stay so.

    Attributes:
        signs: of each weight: 1, -1, or 0.
    """

    signs: np.ndarray

    def __str__(self) -> str:
        return "dale"

    def value(self, free: torch.Tensor) -> torch.Tensor:
        """Return the signs times what is always positive, and linear for large numbers."""
        return like(self.signs, free) * torch.nn.functional.softplus(free, threshold=40.0)

    def free(self, path: str, value: torch.Tensor) -> torch.Tensor:
        """Return the inverse of that; 0 for weights that are 0."""
        signs = like(self.signs, value)
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

    def __str__(self) -> str:
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

    def __str__(self) -> str:
        return f"{self.within} with a mask"

    def value(self, free: torch.Tensor) -> torch.Tensor:
        """Return the values with zeros among them."""
        return self.within.value(free) * like(self.mask, free)

    def free(self, path: str, value: torch.Tensor) -> torch.Tensor:
        """Return free numbers of the others."""
        mask = like(self.mask, value)
        if bool((value * (1 - mask) != 0).any()):
            raise ArgumentError(f"The start of '{path}' is not 0 where its mask is 0. Multiply it by the mask.")
        if isinstance(self.within, Interval):  # 0 may lie outside of it: anything inside stands for what is masked
            value = torch.where(mask == 0, self.within.value(torch.zeros_like(value)), value)
        return self.within.free(path, value)


def like(numbers: np.ndarray, other: torch.Tensor) -> torch.Tensor:
    """Return numbers as a tensor of the kind of another one."""
    return torch.as_tensor(numbers, dtype=other.dtype, device=other.device)


def constraint_of(path: str, given: Any, value: np.ndarray, mask: np.ndarray | None = None) -> Constraint:
    """Return a constraint as users name it.

    Args:
        path: of the parameter.
        given: "positive", `(low, high)`, "dale", `{"dale": signs}`, `{"rank": r}`, `{"mask": mask}`, a list of a mask
            and another one, or None.
        value: of the parameter at first.
        mask: that is said elsewhere, or None.

    Raises:
        ArgumentError: it is something else, or belongs to matrices.
    """
    named = list(given) if _is_list(given) else [given]
    masks = [item["mask"] for item in named if _has(item, "mask")]
    others = [item for item in named if item is not None and not _has(item, "mask")]
    if len(masks) + (mask is not None) > 1 or len(others) > 1:
        raise ArgumentError(
            f"The constraints of '{path}' are {shown(given)}; a mask and one other constraint hold together."
        )
    found = _single(path, others[0], value) if others else Free()
    if masks:
        mask = _matrix_of(path, "mask", masks[0], value.shape) != 0
    return found if mask is None else Masked(np.asarray(mask, dtype=float), found)


def upper_bound(path: str, given: Any, step_size: float) -> float:
    """Return how long a delay can become that samples of the past are interpolated for.

    Args:
        path: of the delay.
        given: its constraint, as it was named.
        step_size: least of delays.

    Raises:
        ArgumentError: it is no interval of finite numbers from one step on.
    """
    if not _is_interval(given) or not step_size <= given[0] < given[1] < inf:
        raise ArgumentError(
            f"'{path}' is a delay without a spread. To be trained it needs bounds of one step and more, up to which "
            f"the past is kept: constraints={{'delay': ({step_size:g}, longest)}}; its constraint is {shown(given)}."
        )
    return float(given[1])


def _single(path: str, given: Any, value: np.ndarray) -> Constraint:
    """Return one constraint, which is no mask."""
    if isinstance(given, Constraint):
        return given
    if isinstance(given, str) and given == "positive":
        return Interval(0.0, inf)
    if isinstance(given, str) and given == "dale":
        _check_matrix(path, "dale", value)
        return _dale(np.sign(value.sum(axis=0)), value)
    if _has(given, "dale"):
        _check_matrix(path, "dale", value)
        return _dale(np.sign(_matrix_of(path, "dale", given["dale"], value.shape[1:])), value)
    if _has(given, "rank") and isinstance(given["rank"], int) and given["rank"] > 0:
        _check_matrix(path, "rank", value)
        return LowRank(len(value), given["rank"])
    if _is_interval(given):
        low, high = map(float, given)
        if low < high and (low, high) != (-inf, inf):
            return Interval(low, high)
    raise ArgumentError(
        f"The constraint of '{path}' is {shown(given)}; it can be 'positive', (low, high) with low < high, 'dale', "
        "{'dale': signs}, {'rank': r}, {'mask': mask}, or a list of a mask and another one."
    )


def _dale(signs: np.ndarray, value: np.ndarray) -> Dale:
    """Return the signs of sources for weights; those that are 0 stay so."""
    return Dale(np.where(value == 0, 0.0, np.broadcast_to(signs, value.shape)))


def _is_interval(given: Any) -> bool:
    return isinstance(given, tuple | list) and len(given) == 2 and all(isinstance(end, int | float) for end in given)


def _is_list(given: Any) -> bool:
    """Tell whether constraints are listed."""
    return isinstance(given, Sequence) and not isinstance(given, str) and not _is_interval(given)


def _has(given: Any, name: str) -> bool:
    return isinstance(given, Mapping) and set(given) == {name}


def _matrix_of(path: str, name: str, given: Any, shape: tuple[int, ...]) -> np.ndarray:
    found = array(f"The {name} of '{path}'", given)
    if found.shape != shape:
        raise ArgumentError(f"The {name} of '{path}' has the shape {found.shape}; it has to be {shape}.")
    return found


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
