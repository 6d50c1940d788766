"""What branches and curves of special points have in common: points whose values go by path."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from rates_core.errors import UnknownNameError, did_you_mean

from rates_continuation.special import SpecialPoint, of_kind, table_of

if TYPE_CHECKING:
    import pandas as pd


class NamedPoints:
    """Points with parameters and states by path, and special points among them.

    Attributes:
        name: what they are together, in messages.
        parameters: path of each parameter.
        states: path of each state.
        p: `[points, parameters]`.
        x: `[points, states]`.
        specials: in order.
    """

    name: ClassVar[str]
    parameters: tuple[str, ...]
    states: tuple[str, ...]
    p: np.ndarray
    x: np.ndarray
    specials: tuple[SpecialPoint, ...]

    def __len__(self) -> int:
        return len(self.p)

    def special(self, kind: str) -> list[SpecialPoint]:
        """Return the special points of a kind, in order.

        Raises:
            UnknownNameError: there is no such kind.
        """
        return of_kind(self.specials, kind)

    @property
    def special_points(self) -> pd.DataFrame:
        """Return the special points as a table."""
        return table_of(self.specials, [*self.parameters, *self.states])

    def column(self, path: str) -> np.ndarray:
        """Return the values of a parameter or of a state at all points.

        Raises:
            UnknownNameError: there is none of that path.
        """
        names = [*self.parameters, *self.states]
        if path not in names:
            raise UnknownNameError(f"The {self.name} has no value {path!r}.{did_you_mean(str(path), names)} "
                                   f"It has: {', '.join(names)}.")  # fmt: skip
        number = names.index(path)
        return self.p[:, number] if number < len(self.parameters) else self.x[:, number - len(self.parameters)]
