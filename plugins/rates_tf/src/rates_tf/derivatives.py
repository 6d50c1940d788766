"""Derivatives of losses of functions of tensors, accumulated backwards; the functions are compiled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf
from rates_core.programs.arrays.runtime import Differentiated


def compiled(outputs: Callable[..., Any]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return outputs of variables and the rest, and their derivatives by variables for those by outputs; compiled."""

    def pulled(variables: Any, rest: Any, by_outputs: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(variables)
            found = outputs(variables, rest)
        return tape.gradient(found, variables, output_gradients=by_outputs, unconnected_gradients="zero")

    return tuple(tf.function(each, autograph=False, jit_compile=True) for each in (outputs, pulled))


def backwards(outputs: Callable[..., Any]) -> Differentiated:
    """Return a function that returns a loss and its derivatives, by one way back."""
    run, pull = compiled(outputs)

    def both(loss: Callable[..., Any], variables: Sequence[tf.Tensor], rest: Any) -> Any:
        found = run(variables, rest)
        with tf.GradientTape() as tape:
            tape.watch(found)
            value = loss(found)
        return value, pull(variables, rest, tape.gradient(value, found, unconnected_gradients="zero"))

    return both


def differentiable(outputs: Callable[..., Any]) -> Callable[..., Any]:
    """Return compiled outputs of variables and the rest through which a user's tape goes, by a way back of their own.

    TensorFlow keeps nothing of a compiled loop that writes rows: on the way back it runs once more.
    """
    run, pull = compiled(outputs)

    def call(variables: Any, rest: Any) -> dict[str, tf.Tensor]:
        names: list[str] = []

        @tf.custom_gradient  # type: ignore[untyped-decorator]
        def listed(*flat: tf.Tensor) -> Any:
            packed = tf.nest.pack_sequence_as(variables, [tf.stop_gradient(value) for value in flat])
            found = run(packed, rest)
            names[:] = found

            def back(*by_outputs: tf.Tensor) -> Any:
                return tf.nest.flatten(pull(packed, rest, dict(zip(names, by_outputs, strict=True))))

            return list(found.values()), back

        found = listed(*tf.nest.flatten(variables))
        return dict(zip(names, found, strict=True))

    return call
