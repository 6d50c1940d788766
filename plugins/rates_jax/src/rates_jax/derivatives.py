"""Derivatives of losses of functions of arrays, accumulated backwards or forwards; the functions are compiled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from rates_core.programs.arrays.losses import CheckedLoss
from rates_core.programs.arrays.runtime import Differentiated, Followed

from rates_jax.losses import value_and_derivatives


def backwards(outputs: Callable[..., Any]) -> Differentiated:
    """Return a function that returns a loss and its derivatives, by one way back."""
    run = jax.jit(lambda variables, rest: jax.vjp(lambda moved: outputs(moved, rest), variables))
    back = jax.jit(lambda pull, by_outputs: pull(by_outputs))

    def both(loss: CheckedLoss, variables: Sequence[jax.Array], rest: Any) -> Any:
        found, pull = run(tuple(variables), rest)
        value, by_outputs = value_and_derivatives(loss, found)
        (derivatives,) = back(pull, by_outputs)
        return value, derivatives

    return both


def along(outputs: Callable[..., Any]) -> Followed:
    """Return a function that returns outputs and how they move with numbers, side by side for all of them."""

    @jax.jit
    def both(variables: Sequence[jax.Array], rest: Any, directions: Sequence[jax.Array]) -> Any:
        def one(direction: Sequence[jax.Array]) -> Any:
            return jax.jvp(lambda moved: outputs(moved, rest), (variables,), (direction,))

        return jax.vmap(one, out_axes=(None, 0))(directions)

    return both


def forwards(outputs: Callable[..., Any]) -> Differentiated:
    """Return a function that runs for each entry of the variables, side by side for those of one of them."""
    run = jax.jit(outputs)

    @partial(jax.jit, static_argnums=0)
    def by_one(number: int, variables: Sequence[jax.Array], rest: Any, by_outputs: Any) -> jax.Array:
        def run_of(value: jax.Array) -> Any:
            return run((*variables[:number], value, *variables[number + 1 :]), rest)

        def along(direction: jax.Array) -> Any:
            moved = jax.jvp(run_of, (variables[number],), (direction,))[1]
            return sum(jax.tree.leaves(jax.tree.map(lambda a, b: jnp.sum((a * b).real), by_outputs, moved)))

        shape = variables[number].shape
        directions = jnp.eye(variables[number].size, dtype=variables[number].dtype).reshape(-1, *shape)
        found: jax.Array = jax.vmap(along)(directions).reshape(shape)
        return found

    def both(loss: CheckedLoss, variables: Sequence[jax.Array], rest: Any) -> Any:
        value, by_outputs = value_and_derivatives(loss, run(tuple(variables), rest))
        return value, [by_one(number, tuple(variables), rest, by_outputs) for number in range(len(variables))]

    return both
