"""Values and derivatives of what users make of outputs."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from functools import partial
from typing import Any

import jax
from rates_core.programs.arrays.losses import CheckedLoss, Named


def _parts(outputs: Named) -> tuple[tuple[Any, ...], Hashable]:
    return tuple(outputs.values()), tuple(outputs)


def _joined(names: Any, values: Iterable[Any]) -> Named:
    return Named(zip(names, values, strict=True))


# A loss that users compile is a function of arrays for JAX, which has to see the outputs as a tree of such.
jax.tree_util.register_pytree_node(Named, _parts, _joined)


def value_and_derivatives(loss: CheckedLoss, outputs: Mapping[str, jax.Array]) -> tuple[jax.Array, Any]:
    """Return a loss and its derivatives by outputs.

    Another one is called anew, step by step: it sees what it refers to as it is. One that the user compiled does not,
    so that its derivative can be compiled too.
    """
    if isinstance(loss.given, jax.stages.Wrapped):
        found: tuple[jax.Array, Any] = _compiled(loss, outputs)
        return found
    return jax.value_and_grad(loss)(outputs)


@partial(jax.jit, static_argnums=0)
def _compiled(loss: CheckedLoss, outputs: Mapping[str, jax.Array]) -> tuple[jax.Array, Any]:
    return jax.value_and_grad(loss)(outputs)
