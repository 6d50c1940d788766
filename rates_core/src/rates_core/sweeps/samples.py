"""Points of a sweep, whatever they come from."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np


class Samples(ABC):
    """The points of a sweep: a value of each name at each of them. Abstract.

    Example:
        >>> from rates_core.sweeps import Samples, grid
        >>> isinstance(grid({"p/op/tau": [1.0, 2.0]}), Samples)
        True
    """

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """Return what is swept."""

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of points."""

    @abstractmethod
    def at(self, numbers: np.ndarray) -> dict[str, np.ndarray]:
        """Return the values at some points, by name.

        Example:
            >>> import numpy as np
            >>> from rates_core.sweeps import grid
            >>> grid({"p/op/tau": [1.0, 2.0], "p/op/eta": [0.0, 5.0]}).at(np.array([1, 2]))["p/op/eta"].tolist()
            [5.0, 0.0]
        """

    @property
    def axes(self) -> dict[str, np.ndarray] | None:
        """Return the values along each axis of a grid, or None for points that lie on none."""
        return None

    @property
    def complex_names(self) -> frozenset[str]:
        """Return the names whose values are complex."""
        first = self.at(np.arange(1))
        return frozenset(name for name, values in first.items() if values.dtype.kind == "c")
