"""Runs as modules of TensorFlow."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import tensorflow as tf
from rates_core.programs.arrays.outputs import Given
from rates_core.programs.arrays.trainable import RunOfValues

from rates_tf.derivatives import compiled


class Run(tf.Module):  # type: ignore[misc]
    """A run whose values are variables.

    Attributes:
        values: variables by path.
    """

    def __init__(self, function: RunOfValues, given: Given, placed: Callable[..., Any]) -> None:
        super().__init__(name="run")
        self.values = {path: tf.Variable(value, name=_name(path)) for path, value in function.arrays().items()}
        self._given = given
        self._outputs = placed(compiled(lambda moved, rest: function.outputs(moved[0], moved[1], rest)))

    def __repr__(self) -> str:
        """Return what it is a function of."""
        return f"<Run of {', '.join(f'{path}: {tuple(value.shape)}' for path, value in self.values.items())}>"

    def __call__(self, inputs: Mapping[str, Any] | None = None) -> dict[str, tf.Tensor]:
        """Return the outputs by name.

        Args:
            inputs: samples by path, in place of those that the run was made with.

        Raises:
            ArgumentError: samples are not of their shape.
            UnknownNameError: there is no such input.
        """
        values = {path: variable.value() for path, variable in self.values.items()}
        fed = {path: tf.cast(samples, self._given.h.dtype) for path, samples in (inputs or {}).items()}
        found: dict[str, tf.Tensor] = self._outputs((values, fed), self._given)
        return found


def _name(path: str) -> str:
    """Return a path as TensorFlow takes names."""
    return re.sub(r"[^A-Za-z0-9_./>-]", "_", path)
