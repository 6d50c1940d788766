"""Derivatives of losses of functions of arrays, accumulated backwards or forwards; the functions are compiled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from rates_core.programs.arrays.losses import CheckedLoss
from rates_core.programs.arrays.runtime import Differentiated, Followed

from rates_jax.formulas import Formula, Formulas
from rates_jax.losses import value_and_derivatives


def backwards(outputs: Callable[..., Any]) -> Differentiated:
    """Return a function that returns a loss and its derivatives, by one way back.

    The loss is called each time, and sees what it refers to as it is. Run, loss and way back are compiled as one for
    each formula that losses turn out to be; another one is computed step by step, as is a loss of which none can be
    told, which is called again for that.
    """
    run = jax.jit(outputs)
    there = jax.jit(lambda variables, rest: jax.vjp(lambda moved: run(moved, rest), variables))
    back = jax.jit(lambda pull, by_outputs: pull(by_outputs))
    formulas: list[Formulas] = []  # made with the first run, which shows what outputs look like

    @partial(jax.jit, static_argnums=0)
    def whole(formula: Formula, arrays: Sequence[Any], variables: Sequence[Any], rest: Any) -> Any:
        return jax.value_and_grad(lambda moved: formula.of(run(moved, rest), arrays))(variables)

    def both(loss: CheckedLoss, variables: Sequence[jax.Array], rest: Any) -> Any:
        variables = tuple(variables)
        if not formulas:
            formulas.append(Formulas(jax.eval_shape(run, variables, rest)))
        found = formulas[0].of(loss)
        if found is not None and found.compiled:
            return whole(found.formula, found.arrays, variables, rest)
        outputs, pull = there(variables, rest)
        value, by_outputs = (
            value_and_derivatives(loss, outputs) if found is None else jax.value_and_grad(found.of)(outputs)
        )
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
