"""Derivatives of losses of functions of tensors, accumulated backwards; the functions are compiled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf
from rates_core.programs.arrays.runtime import Differentiated


def backwards(outputs: Callable[..., Any]) -> Differentiated:
    """Return a function that returns a loss and its derivatives, by one way back."""

    def pulled(variables: Sequence[tf.Tensor], rest: Any, by_outputs: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(variables)
            found = outputs(variables, rest)
        return tape.gradient(found, variables, output_gradients=by_outputs, unconnected_gradients="zero")

    run, pull = (tf.function(each, autograph=False, jit_compile=True) for each in (outputs, pulled))

    def both(loss: Callable[..., Any], variables: Sequence[tf.Tensor], rest: Any) -> Any:
        found = run(variables, rest)
        with tf.GradientTape() as tape:
            tape.watch(found)
            value = loss(found)
        return value, pull(variables, rest, tape.gradient(value, found, unconnected_gradients="zero"))

    return both
