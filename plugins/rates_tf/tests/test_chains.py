"""Loops in parts, and their derivatives both ways, against closed forms and against what TensorFlow makes of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from rates_tf.chains import Chain

MANY, SIZE = 5, 3  # parts, and places of the window that moves on by one with each of them
SHARED = tf.constant(0.8, tf.float64)
START = tf.constant([1.0, -0.5], tf.float64)
WINDOW = tf.constant([[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]], tf.float64)
OWN = tf.constant(np.linspace(-1, 1, MANY), tf.float64)


def part(shared: Any, state: Any, own: Any) -> Any:
    """Return a state that follows what it was three parts ago."""
    y, (window,) = state
    number, drive = own
    after = y + 0.1 * (tf.tanh(shared * window[0]) + drive * y + tf.cast(number, tf.float64) * shared)
    return (after, (tf.concat((window[1:], y[None]), 0),)), (y * y,)


def by_chain(forward: bool, advance: int = 1) -> Any:
    chain = Chain(part, MANY, [0, advance], forward)

    def run(shared: Any, y: Any, window: Any, own: Any) -> Any:
        (y, (window,)), (rows,) = chain(shared, (y, (window,)), (tf.range(MANY), own))
        return y, window, rows

    return run


def written_out(shared: Any, y: Any, window: Any, own: Any) -> Any:
    state, found = (y, (window,)), []
    for place in range(MANY):
        state, (rows,) = part(shared, state, (tf.constant(place), own[place]))
        found.append(rows)
    return state[0], state[1][0], tf.stack(found)


def loss(results: Any) -> Any:
    end, window, rows = results
    return tf.reduce_sum(end * [1.0, 2.0]) + tf.reduce_sum(tf.sin(window)) + tf.reduce_sum(tf.cos(rows) * rows)


def backwards(run: Any) -> Any:
    given = SHARED, START, WINDOW, OWN
    with tf.GradientTape() as tape:
        tape.watch(given)
        value = loss(run(*given))
    return value, tape.gradient(value, given)


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("advance", [0, 1])
def test_states_rows_and_derivatives_are_those_of_parts_that_are_written_out(compiled: bool, advance: int) -> None:
    run = tf.function(by_chain(False, advance), autograph=False, jit_compile=compiled)
    value, found = backwards(run)
    wanted_value, wanted = backwards(written_out)
    for part_, right in zip(run(SHARED, START, WINDOW, OWN), written_out(SHARED, START, WINDOW, OWN), strict=True):
        np.testing.assert_allclose(part_, right, rtol=1e-14)
    assert np.isclose(value, wanted_value, rtol=1e-14)
    for part_, right in zip(found, wanted, strict=True):
        np.testing.assert_allclose(part_, right, rtol=1e-13, atol=1e-15)


def test_derivatives_along_a_direction_are_those_of_a_chain_that_goes_forwards() -> None:
    given = SHARED, START, WINDOW, OWN
    tangents = tuple(tf.cos(tf.cast(tf.size(value), tf.float64) + value) for value in given)

    @tf.function(autograph=False, jit_compile=True)
    def along() -> Any:
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                inner.watch(given)
                found = by_chain(True)(*given)
            weights = [tf.zeros_like(value) for value in found]
            outer.watch(weights)
            pulled = inner.gradient(found, given, weights)
        return outer.gradient(pulled, weights, list(tangents))

    with tf.autodiff.ForwardAccumulator(given, tangents) as accumulator:
        wanted = [accumulator.jvp(value) for value in written_out(*given)]
    for part_, right in zip(along(), wanted, strict=True):
        np.testing.assert_allclose(part_, right, rtol=1e-13, atol=1e-15)


def test_second_derivatives_of_a_chain_that_goes_backwards_are_those_of_differences() -> None:
    def slope(shared: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(shared)
            value = loss(by_chain(False)(shared, START, WINDOW, OWN))
        return tape.gradient(value, shared)

    @tf.function(autograph=False, jit_compile=True)
    def twice(shared: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(shared)
            first = slope(shared)
        return tape.gradient(first, shared)

    once = tf.function(slope, autograph=False, jit_compile=True)
    difference = (once(SHARED + 1e-5) - once(SHARED - 1e-5)) / 2e-5  # its error is of order 1e-10
    assert np.isclose(twice(SHARED), difference, rtol=1e-8)
