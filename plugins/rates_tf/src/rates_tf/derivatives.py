"""Derivatives of losses of functions of tensors, accumulated backwards or forwards; the functions are compiled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import tensorflow as tf
from rates_core.programs.arrays.runtime import Differentiated, Followed


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a compiled function; tapes go through it."""
    found: Callable[..., Any] = tf.function(function, autograph=False, jit_compile=True)
    return found


def backwards(outputs: Callable[..., Any]) -> Differentiated:
    """Return a function that returns a loss and its derivatives, by one way back."""
    run = compiled(outputs)

    def both(loss: Callable[..., Any], variables: Sequence[tf.Tensor], rest: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(variables)
            value = loss(run(variables, rest))
        return value, tape.gradient(value, variables, unconnected_gradients="zero")

    return both


def along(outputs: Callable[..., Any]) -> Followed:
    """Return a function that returns outputs and how they move; it runs once for each number."""
    one = compiled(partial(_moved, outputs))

    def both(variables: Sequence[tf.Tensor], rest: Any, directions: Sequence[tf.Tensor]) -> Any:
        runs = [one(variables, rest, direction) for direction in zip(*map(tf.unstack, directions), strict=True)]
        found = runs[0][0]
        return found, {name: tf.stack([moved[name] for _, moved in runs]) for name in found}

    return both


def _moved(
    outputs: Callable[..., Any], variables: Sequence[tf.Tensor], rest: Any, tangents: Sequence[tf.Tensor]
) -> tuple[dict[str, tf.Tensor], dict[str, tf.Tensor]]:
    """Return outputs, and how they move when variables move along tangents.

    Derivatives by variables are linear in those by outputs; the derivative of that is how outputs move.
    """
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            inner.watch(variables)
            found = outputs(variables, rest)
        weights = {name: tf.zeros_like(value) for name, value in found.items()}
        outer.watch(weights)
        pulled = inner.gradient(found, variables, weights, unconnected_gradients="zero")
        pulled = [tf.convert_to_tensor(value) for value in pulled]
    return found, outer.gradient(pulled, weights, list(tangents), unconnected_gradients="zero")


def forwards(outputs: Callable[..., Any]) -> Differentiated:
    """Return a function that runs once for each entry of the variables."""
    run = compiled(outputs)

    @compiled
    def along(variables: Sequence[tf.Tensor], rest: Any, tangents: Sequence[tf.Tensor], by_outputs: Any) -> tf.Tensor:
        """Return how a loss moves when variables move along tangents."""
        _, moved = _moved(outputs, variables, rest, tangents)
        parts = [tf.math.conj(by_outputs[name]) * value for name, value in moved.items()]
        return tf.add_n([tf.reduce_sum(tf.math.real(part)) for part in parts])

    def both(loss: Callable[..., Any], variables: Sequence[tf.Tensor], rest: Any) -> Any:
        found = run(variables, rest)
        with tf.GradientTape() as tape:
            tape.watch(found)
            value = loss(found)
        by_outputs = tape.gradient(value, found, unconnected_gradients="zero")
        still = [tf.zeros_like(variable) for variable in variables]
        derivatives = []
        for number, variable in enumerate(variables):
            entries = []
            for direction in tf.unstack(tf.eye(tf.size(variable), dtype=variable.dtype)):
                tangents = [*still[:number], tf.reshape(direction, variable.shape), *still[number + 1 :]]
                entries.append(along(variables, rest, tangents, by_outputs))
            derivatives.append(tf.reshape(tf.stack(entries), variable.shape) if entries else variable)
        return value, derivatives

    return both
