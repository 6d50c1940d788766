"""Runs as pure functions of dicts of arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
from rates_core.programs.arrays.outputs import Given
from rates_core.programs.arrays.trainable import RunOfValues

from rates_jax.setting import check_bits


class Run:
    """A run as a pure, compiled function: `grad`, `vmap`, `jit` and the like go through it.

    Attributes:
        values: what it is a function of, as it was at first: arrays by path.
    """

    def __init__(self, function: RunOfValues, given: Given) -> None:
        self.values: dict[str, jax.Array] = function.arrays()
        self._given = given
        self._outputs = jax.jit(function.outputs)

    def __call__(
        self, values: Mapping[str, Any] | None = None, inputs: Mapping[str, Any] | None = None
    ) -> dict[str, jax.Array]:
        """Return the outputs by name.

        Args:
            values: arrays by path; those that are missing are what they were at first.
            inputs: samples by path, in place of those that the run was made with.

        Raises:
            ArgumentError: JAX goes through it in single precision, for which it was not compiled, or something is not
                of its shape.
            UnknownNameError: there is no such value or input.
        """
        kind = self._given.h.dtype
        traced = any(
            isinstance(value, jax.core.Tracer) for given in (values, inputs) for value in (given or {}).values()
        )
        if traced:
            check_bits(kind)
        with jax.enable_x64(True):
            moved, fed = (
                {path: jnp.asarray(value, kind) for path, value in (given or {}).items()} for given in (values, inputs)
            )
            found: dict[str, jax.Array] = self._outputs({**self.values, **moved}, fed, self._given)
        return found

    def __repr__(self) -> str:
        """Return what it is a function of."""
        return f"<Run of {', '.join(f'{path}: {value.shape}' for path, value in self.values.items())}>"
