"""Losses of users: what they are given, and what they have to return."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import frozen

from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown
from rates_core.programs.gradient import Loss


class Named(dict[str, Any]):
    """Outputs by name, for a loss."""

    def __missing__(self, name: str) -> Any:
        """Raise for an output that is not recorded."""
        raise UnknownNameError(
            f"loss asks for the output {name!r}.{did_you_mean(str(name), self)} Recorded are: {', '.join(self)}."
        )


@frozen
class CheckedLoss:
    """A loss that is given outputs by name, and returns one number of the library or raises.

    Two of them are equal if they call the same function.

    Attributes:
        given: the function of the user.
    """

    given: Loss

    def __call__(self, outputs: Mapping[str, Any]) -> Any:
        """Return the loss.

        Raises:
            ArgumentError: it is no real number of the library.
            UnknownNameError: it asks for an output that is not recorded.
        """
        return _checked(self.given(Named(outputs)))


def _checked(value: Any) -> Any:
    """Return what a loss returned, if it is one number of the library.

    Raises:
        ArgumentError: it is not.
    """
    shape = None if isinstance(value, np.generic | np.ndarray) else getattr(value, "shape", None)
    if shape is None:
        raise ArgumentError(
            "loss has to return a number of the backend's library, computed from the outputs by functions of that "
            f"library; it returned {shown(value)}."
        )
    if tuple(shape) != ():
        raise ArgumentError(f"loss has to return one number; it returned an array of shape {tuple(shape)}.")
    if "complex" in str(value.dtype):  # that is what all libraries call them
        raise ArgumentError(
            "loss has to return a real number; it returned a complex one. Take its absolute value, or its real part."
        )
    return value
