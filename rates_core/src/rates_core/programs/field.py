"""A vector field with its derivatives at many states at once: what analyses build on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import frozen

from rates_core.system.linearisation import Linearisation
from rates_core.system.system import System

#: Takes states `[..., width]`, inputs and delayed values, each with the same axes in front: none for one state.
Function = Callable[[np.ndarray, Sequence[Any], Sequence[Any]], Any]


@frozen(eq=False)
class FieldRequest:
    """What is wanted of a vector field that does not depend on time.

    Attributes:
        system: the lowered System.
        matrices: derivatives of its right-hand side.
        name: of the model, for people.
    """

    system: System
    matrices: tuple[Linearisation, ...]
    name: str


@frozen(eq=False)
class FieldFunctions:
    """Functions with the values of parameters bound; all are pure.

    Attributes:
        rates: the derivative, `[..., width]`.
        slots: what delayed reads take their values from, each `[..., *shape]`, in the order of `slot_paths`.
        matrices: the values of each derivative matrix, in the order of its blocks, `[..., entries]`; `Entries` places
            them.
    """

    rates: Function
    slots: Function
    matrices: tuple[Function, ...]


class FieldProgram(ABC):
    """Functions of many states, generated once for any values of parameters."""

    source: str

    @abstractmethod
    def bind(self, arguments: Mapping[str, Any]) -> FieldFunctions:
        """Return the functions for values of all parameters, by path; added ones of matrices have their own values."""


class Entries:
    """Where the values of a derivative matrix lie; those at one place are added up.

    Args:
        linearisation: whose values they are.
    """

    def __init__(self, linearisation: Linearisation) -> None:
        none = np.zeros(0, dtype=int)
        rows = np.concatenate([none, *(block.rows for block in linearisation.blocks)])
        columns = np.concatenate([none, *(block.columns for block in linearisation.blocks)])
        self.shape, self._places = linearisation.shape, rows * linearisation.shape[1] + columns
        places, self._starts = np.unique(np.sort(self._places), return_index=True)
        self._order = np.argsort(self._places, kind="stable")
        self.rows, self.columns = np.divmod(places, max(1, linearisation.shape[1]))

    def summed(self, values: np.ndarray) -> np.ndarray:
        """Return one value for each place of `rows` and `columns`, `[..., places]`."""
        found = values[..., self._order]
        return found if len(self._starts) == len(self._order) else np.add.reduceat(found, self._starts, axis=-1)

    def dense(self, values: np.ndarray) -> np.ndarray:
        """Return the matrices, `[..., rows, columns]`."""
        if values.ndim == 1 and len(values):  # of none, NumPy counts
            return np.bincount(self._places, values, self.shape[0] * self.shape[1]).reshape(self.shape)
        matrix = np.zeros((*values.shape[:-1], self.shape[0] * self.shape[1]))
        if len(self._starts) == len(self._places):
            matrix[..., self._places] = values
        else:
            matrix[..., self._places[self._order[self._starts]]] = self.summed(values)
        return matrix.reshape(*values.shape[:-1], *self.shape)
