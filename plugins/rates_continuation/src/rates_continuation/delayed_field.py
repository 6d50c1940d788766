"""Models with discrete delays as fields of states: those of the model, and what they were at the nodes of delays.

People see the states of the model alone, and the roots of the model with delays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen
from rates_core.errors import ArgumentError, UnsupportedFeatureError
from rates_core.simulation.field import VectorField

from rates_continuation.characteristic import Characteristic
from rates_continuation.chebyshev import differentiation
from rates_continuation.citations import OF_DELAYS, OF_LARGE
from rates_continuation.delays import PastNodes, PastState
from rates_continuation.native.crossings import Crossing
from rates_continuation.native.equilibria import ordered_eigenvalues
from rates_continuation.sparse_field import SparseField, as_it_is, matrix_by_states
from rates_continuation.special import SpecialPoint
from rates_core import CircuitTemplate

if TYPE_CHECKING:
    import pandas as pd

ROOTS = 12  # so many are given at least, if they are found
SLOWEST = 1e-2  # times 1 over the longest delay: rates that are not as good as 0 beside it
SETTLED = 1e-13  # relative change of what is read, at which it is found


@frozen(eq=False)
class Analysed:
    """A model, from which fields are made.

    Attributes:
        circuit: the model.
        nodes: of each discrete delay.
        sparse: whether its Jacobians are to be sparse; None for what suits it.
    """

    circuit: CircuitTemplate
    nodes: int
    sparse: bool | None = None

    def get_vector_field(self, free: Sequence[str], parameters: Mapping[str, Any] | None = None) -> VectorField:
        """Return the model as a field of some free parameters.

        Raises:
            UnknownNameError, ArgumentError, UnsupportedFeatureError: as `CircuitTemplate.get_vector_field`; besides,
                a variable that is no state depends on its own past.
        """
        field: VectorField = self.circuit.get_vector_field(free, parameters, delays=PastNodes(self.nodes))
        if any(isinstance(item, PastState) for item in field.system.states):
            return DelayedField(field)
        return as_it_is(field, self.sparse)

    def field_without_delays(
        self, asked: str, free: Sequence[str], parameters: Mapping[str, Any] | None = None
    ) -> VectorField:
        """Return the model as a field of some free parameters for what takes no past.

        Args:
            asked: what that is.
            free: the parameters.
            parameters: values of others.

        Raises:
            UnsupportedFeatureError: the model has discrete delays.
            UnknownNameError, ArgumentError: as `get_vector_field`.
        """
        field = self.get_vector_field(free, parameters)
        if isinstance(field, DelayedField):
            raise UnsupportedFeatureError(
                f"'{self.circuit.name}' has discrete delays, and {asked} of such models are not followed; equilibria, "
                "cycles and curves of their special points are."
            )
        return field


class DelayedField(VectorField):
    """A field with states at the nodes of delays.

    Args:
        whole: the field, all of whose states have names.

    Attributes:
        states: path of each state of the model.
        shown: where these are among all.
        pasts: where that is what was at the nodes of each delay, `[reads, nodes]`.
    """

    def __init__(self, whole: VectorField) -> None:
        vars(self).update(vars(whole))
        added = [item for item in whole.system.states if isinstance(item, PastState)]
        self._size = len(whole.states)
        self.pasts = np.concatenate(
            [item.offset + np.arange(item.width).reshape(item.nodes, -1).T for item in added]
        )  # of one node behind the other
        self.shown = np.setdiff1d(np.arange(self._size), self.pasts)
        self.states = tuple(whole.states[place] for place in self.shown)
        self.x = self.resting(whole.x[self.shown], self.p)

    @property
    def size(self) -> int:
        """Return the number of states and of values at nodes."""
        return self._size

    @property
    def nodes(self) -> int:
        """Return the number of nodes of each delay."""
        return int(self.pasts.shape[1])

    def x_of(self, values: Mapping[str, float]) -> np.ndarray:
        """Return the initial values of all states, but for some that are given, and for ever before."""
        return self.resting(super().x_of(values)[self.shown], self.p)

    def end_of(self, result: pd.DataFrame) -> np.ndarray:
        """Refuse.

        Raises:
            ArgumentError: always.
        """
        raise ArgumentError(
            "from_ is the table of a run of a model with discrete delays, which does not tell what was before its end. "
            "Give values of states by path, from_={path: value}: they hold for all times before the start."
        )

    def delays(self, p: np.ndarray) -> np.ndarray:
        """Return the delay of each read; 0 or NaN for one that is not positive."""
        with np.errstate(all="ignore"):
            matrix = self.by_states(np.ones(self.size), p)
            return np.asarray(differentiation(self.nodes)[1, 2] / matrix[self.pasts[:, 0], self.pasts[:, 1]])

    def resting(self, states: np.ndarray, p: np.ndarray) -> np.ndarray:
        """Return states of the model with what they were: what they are.

        Variables that are read may depend on what is read of others, which is found in as many rounds.
        """
        x, weights = np.zeros(self.size), differentiation(self.nodes)[1]
        x[self.shown] = states
        delays = self.delays(p)
        if not np.all((delays > 0) & np.isfinite(delays)):
            return x
        for _ in range(len(self.pasts) + 1):
            past = x[self.pasts]
            now = (self.rates(x, p)[self.pasts[:, 0]] * delays - past @ weights[1:]) / weights[0]
            x[self.pasts] = now[:, None]
            if np.allclose(past[:, 0], now, rtol=SETTLED, atol=0.0):
                break
        return x

    def characteristic(self, x: np.ndarray, p: np.ndarray) -> Characteristic:
        """Return Δ at an equilibrium."""
        return Characteristic.of(self.by_states(x, p), self.shown, self.pasts)

    def roots(self, x: np.ndarray, p: np.ndarray) -> np.ndarray:
        """Return the rightmost roots at an equilibrium."""
        return self.characteristic(x, p).rightmost(self.nodes, max(ROOTS, len(self.shown)))


def states_of(field: VectorField, x: np.ndarray) -> np.ndarray:
    """Return those of the states of a field that belong to the model, `[..., states]`."""
    return x[..., field.shown] if isinstance(field, DelayedField) else x


def all_states(field: VectorField, x: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Return all states of a field at an equilibrium, of which the model's are given."""
    return field.resting(x, p) if isinstance(field, DelayedField) else x


def begun(field: VectorField, point: SpecialPoint, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return all states and the parameters at a special point of equilibria, as the equations with nodes have them.

    Args:
        field: of the equilibria; its first parameter may be that of the point's branch.
        point: with the states of the model.
        p: the parameters.
    """
    found = point.found
    own = isinstance(field, DelayedField) and isinstance(found, Crossing) and len(found.z) == field.size + 1
    if own and point.parameters[0] == field.parameters[0]:
        return found.z[: field.size], np.append(found.z[field.size :], p[1:])
    return all_states(field, np.array([point[path] for path in field.states]), p), p


def spectrum(field: VectorField, x: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Return the eigenvalues at an equilibrium, or the rightmost roots of a model with delays."""
    return field.roots(x, p) if isinstance(field, DelayedField) else ordered_eigenvalues(matrix_by_states(field, x, p))


def spectra(field: VectorField, x: np.ndarray, p: np.ndarray, known: Callable[[], Sequence[np.ndarray]]) -> np.ndarray:
    """Return the eigenvalues at equilibria, or the rightmost roots with NaN behind them, `[points, values]`.

    Args:
        field: of the equilibria.
        x: the states at each.
        p: the parameters.
        known: gives the eigenvalues of the Jacobian at each.
    """
    if not isinstance(field, DelayedField):
        return in_rows(known())
    return in_rows([field.roots(*each) for each in zip(x, p, strict=True)])


def slowest(field: VectorField, x: np.ndarray, p: np.ndarray) -> float | None:
    """Return the longest delay, or a longer time constant of the states; None for a model without delays."""
    if not isinstance(field, DelayedField):
        return None
    found = field.characteristic(x, p)
    rates = found.rates
    return float(max([found.longest, *1.0 / rates[rates > SLOWEST / found.longest]]))


def fastest(field: VectorField, x: np.ndarray, p: np.ndarray) -> float | None:
    """Return the fastest rate of the states, or 1 over the longest delay; None for a model without delays."""
    if not isinstance(field, DelayedField):
        return None
    found = field.characteristic(x, p)
    return float(max([1.0 / found.longest, *found.rates]))


def cited(field: VectorField) -> tuple[str, ...]:
    """Return what to cite for how delays, or large models, are treated."""
    if isinstance(field, SparseField):
        return OF_LARGE
    return OF_DELAYS if isinstance(field, DelayedField) else ()


def check_delays(field: VectorField, bounds: Sequence[tuple[float, float]]) -> None:
    """Raise if a delay is not positive at bounds of the parameters.

    Raises:
        ArgumentError: one is.
    """
    if not isinstance(field, DelayedField):
        return
    for corner in product(*bounds):
        delays = field.delays(np.array(corner))
        if not np.all(delays > 0):
            given = " and ".join(f"{path} = {value:g}" for path, value in zip(field.parameters, corner, strict=True))
            raise ArgumentError(
                f"bounds reach {given}, where a delay is not positive; the way to 0 is no curve of delays. Let them "
                "begin above, such as at a thousandth of the other times of the model."
            )


def in_rows(found: Sequence[np.ndarray]) -> np.ndarray:
    """Return rows of numbers as one array, with NaN behind those that are shorter."""
    rows = np.full((len(found), max(map(len, found), default=0)), complex(np.nan, np.nan))
    for row, values in zip(rows, found, strict=True):
        row[: len(values)] = values
    return rows
