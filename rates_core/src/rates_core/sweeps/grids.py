"""Points that are written down: every combination of values, and values side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from rates_core.errors import ArgumentError, shown
from rates_core.sweeps.samples import Samples
from rates_core.templates.value import to_number

if TYPE_CHECKING:
    import pandas as pd


@frozen(eq=False)
class Grid(Samples):
    """Every combination of values; the first name varies slowest.

    Attributes:
        values: by name.
    """

    values: dict[str, np.ndarray]

    @property
    def names(self) -> tuple[str, ...]:
        """Return what is swept."""
        return tuple(self.values)

    @property
    def axes(self) -> dict[str, np.ndarray]:
        """Return the values along each axis."""
        return self.values

    def __len__(self) -> int:
        return prod(map(len, self.values.values()))

    def at(self, numbers: np.ndarray) -> dict[str, np.ndarray]:
        """Return the values at some points; no list of all points exists."""
        places = np.unravel_index(numbers, tuple(map(len, self.values.values())))
        return {name: self.values[name][place] for name, place in zip(self.values, places, strict=True)}


@frozen(eq=False)
class Listed(Samples):
    """Values side by side: point k takes entry k of each.

    Attributes:
        values: by name, all of one length.
    """

    values: dict[str, np.ndarray]

    @property
    def names(self) -> tuple[str, ...]:
        """Return what is swept."""
        return tuple(self.values)

    def __len__(self) -> int:
        return len(next(iter(self.values.values())))

    def at(self, numbers: np.ndarray) -> dict[str, np.ndarray]:
        """Return the values at some points."""
        return {name: values[numbers] for name, values in self.values.items()}


def grid(values: Mapping[str, Iterable[float | complex]]) -> Samples:
    """Return every combination of values; the first name varies slowest.

    Args:
        values: by path, or by a name that `paths` or an input explains.

    Raises:
        ArgumentError: these are no lists of numbers, or there is no point.

    Example:
        >>> from rates_core.sweeps import grid
        >>> samples = grid({"p/op/tau": [1.0, 2.0], "p/op/eta": [0.0, 5.0, 10.0]})
        >>> len(samples)
        6
    """
    return Grid(_columns("parameters", values))


def points(values: Mapping[str, Iterable[float | complex]] | pd.DataFrame) -> Samples:
    """Return values side by side: point k takes entry k of each list, or row k of a table.

    Raises:
        ArgumentError: these are no lists of numbers, or their lengths differ, or there is no point.

    Example:
        >>> from rates_core.sweeps import points
        >>> len(points({"p/op/tau": [1.0, 2.0], "p/op/eta": [0.0, 5.0]}))
        2
    """
    columns = _columns("parameters", values)
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name}: {length}" for name, length in lengths.items())
        raise ArgumentError(
            f"The lists of parameters have unequal lengths ({listed}). "
            "Give lists of one length, or grid(...) for every combination."
        )
    return Listed(columns)


def samples_of(parameters: Any) -> Samples:
    """Return what a sweep is asked to run: samples, every combination of a dict's lists, or the rows of a table.

    Raises:
        ArgumentError: it is something else.
    """
    if isinstance(parameters, Samples):
        return parameters
    if isinstance(parameters, Mapping):
        return grid(parameters)
    if hasattr(parameters, "columns"):
        return points(parameters)
    raise ArgumentError(
        "parameters must be a dict of path to list of values, a DataFrame with one row per point, or what grid(), "
        f"points(), latin_hypercube() or sobol() give; it is {shown(parameters)}."
    )


def values_of(argument: str, name: Any, entries: Any) -> list[float | complex]:
    """Return the values of one parameter.

    Raises:
        ArgumentError: they are no list of numbers.
    """
    if not isinstance(name, str):
        raise ArgumentError(f"{argument}: A path is text such as 'node/op/var', not {shown(name)}.")
    if isinstance(entries, str) or not isinstance(entries, Iterable):
        raise ArgumentError(
            f"{argument}['{name}'] must be a list of values; it is {shown(entries)}. Write [{shown(entries)}]."
        )
    try:
        return [to_number(value) for value in entries]
    except (ArgumentError, TypeError) as error:
        raise ArgumentError(f"{argument}['{name}']: {error}") from None


def _columns(argument: str, values: Any) -> dict[str, np.ndarray]:
    """Return values as arrays of real or complex numbers.

    Raises:
        ArgumentError: there are none, or they are no lists of numbers.
    """
    if not isinstance(values, Mapping) and not hasattr(values, "columns"):
        raise ArgumentError(
            f"{argument} must be a dict of path to list of values, or a DataFrame; it is {shown(values)}."
        )
    columns = {name: np.array(values_of(argument, name, values[name])) for name in values}
    if not columns or not min(map(len, columns.values())):
        raise ArgumentError(f"{argument} holds no point. Give each parameter one value at least.")
    return columns
