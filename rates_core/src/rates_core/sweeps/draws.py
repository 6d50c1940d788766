"""Points that are drawn from ranges: Latin hypercubes and Sobol's sequence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import frozen

from rates_core.errors import ArgumentError, shown
from rates_core.needed import check_needed
from rates_core.sweeps.ranges import Range, ranges_of
from rates_core.sweeps.samples import Samples

MOST_POINTS = 2**30  # that can be drawn


@frozen(eq=False)
class Drawn(Samples):
    """Points drawn from ranges.

    Attributes:
        ranges: by name.
        units: coordinates of the points between 0 and 1, `[points, names]`.
    """

    ranges: dict[str, Range]
    units: np.ndarray

    @property
    def names(self) -> tuple[str, ...]:
        """Return what is swept."""
        return tuple(self.ranges)

    def __len__(self) -> int:
        return len(self.units)

    def at(self, numbers: np.ndarray) -> dict[str, np.ndarray]:
        """Return the values at some points."""
        columns = self.units[numbers].T
        return {name: span.at(column) for (name, span), column in zip(self.ranges.items(), columns, strict=True)}


def latin_hypercube(ranges: Mapping[str, tuple[Any, ...]], count: int, seed: int | None = None) -> Samples:
    """Return points that fill ranges evenly in each name: a Latin hypercube.

    Args:
        ranges: `(low, high)` by path or name, or `(low, high, "log")` for equal shares of the logarithm.
        count: number of points.
        seed: equal seeds give equal points.

    Raises:
        ArgumentError: a range or the count is none.
        PluginError: SciPy is not installed.

    Example:
        >>> from rates_core.sweeps import latin_hypercube
        >>> samples = latin_hypercube({"p/op/tau": (1.0, 2.0), "p/op/eta": (0.1, 10.0, "log")}, 100, seed=1)
        >>> len(samples)
        100
    """
    spans = ranges_of(ranges)
    return Drawn(spans, _engine("LatinHypercube", len(spans), seed).random(_counted(count)))


def sobol(ranges: Mapping[str, tuple[Any, ...]], count: int, seed: int | None = None) -> Samples:
    """Return points that fill the space of ranges evenly: a scrambled Sobol sequence.

    Args:
        ranges: as in `latin_hypercube`.
        count: number of points, a power of 2.
        seed: equal seeds give equal points.

    Raises:
        ArgumentError: a range or the count is none.
        PluginError: SciPy is not installed.

    Example:
        >>> from rates_core.sweeps import sobol
        >>> len(sobol({"p/op/tau": (1.0, 2.0)}, 128, seed=1))
        128
    """
    spans, exponent = ranges_of(ranges), _counted(count).bit_length() - 1
    if count != 2**exponent:
        raise ArgumentError(
            f"count must be a power of 2, at which Sobol's points are balanced; it is {count}. "
            f"Next to it are {2**exponent} and {2 ** (exponent + 1)}."
        )
    return Drawn(spans, _engine("Sobol", len(spans), seed).random_base2(exponent))


def _counted(count: Any) -> int:
    if isinstance(count, bool) or not isinstance(count, int | np.integer) or not 1 <= count <= MOST_POINTS:
        raise ArgumentError(f"count must be a whole number from 1 to 2**30; it is {shown(count)}.")
    return int(count)


def _engine(name: str, dimensions: int, seed: int | None) -> Any:
    """Return SciPy's generator of points between 0 and 1."""
    check_needed(f"{name} sampling", "scipy", extra="sweeps")
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0):
        raise ArgumentError(f"seed must be a whole number of at least 0, or None; it is {shown(seed)}.")
    from scipy.stats import qmc

    return getattr(qmc, name)(d=dimensions, seed=np.random.default_rng(seed))
