"""What curves of special points in two parameters begin with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import frozen
from rates_core.errors import ArgumentError
from rates_core.simulation.field import VectorField

from rates_continuation.bounds import bounds_by_path, check_within
from rates_continuation.delayed_field import Analysed
from rates_continuation.native.engine import WIDTHS
from rates_continuation.native.tracing import Bounds
from rates_continuation.special import SpecialPoint
from rates_continuation.wording import named


def second_parameter(first: str, parameter: str | None) -> list[str]:
    """Return the path of the parameter of a branch and that of a second one.

    Raises:
        ArgumentError: there is no second one, or it is the first.
    """
    if parameter is None:
        raise ArgumentError(f"A curve needs a second parameter besides '{first}': c.curve(point, 'path', ...).")
    if parameter == first:
        raise ArgumentError(f"'{first}' varies along the branch already; a curve needs another parameter besides it.")
    return [first, parameter]


@frozen(eq=False)
class Begun:
    """A model with two free parameters, at a special point.

    Attributes:
        field: the model.
        p: both parameters.
        within: their bounds.
    """

    field: VectorField
    p: np.ndarray
    within: Bounds

    @classmethod
    def at(
        cls,
        model: Analysed,
        values: Mapping[str, float],
        point: SpecialPoint,
        paths: Sequence[str],
        bounds: Any,
    ) -> Begun:
        """Return it; a parameter of which the point has no value has that of the model.

        Raises:
            ArgumentError: bounds are missing, or leave out the point.
        """
        limits = bounds_by_path(bounds, paths)
        with named(free="parameter"):
            field = model.get_vector_field(paths, values)
        p = np.array([point.values.get(path, own) for path, own in zip(paths, field.p, strict=True)])
        for path, value, own in zip(paths, p.tolist(), limits, strict=True):
            check_within(path, value, own)
        return cls(field, p, Bounds(*np.transpose(limits)))

    @property
    def widths(self) -> np.ndarray:
        """Return the scales of both parameters."""
        return np.asarray((self.within.upper - self.within.lower) / WIDTHS)
