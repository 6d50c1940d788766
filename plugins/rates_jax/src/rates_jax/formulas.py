"""What losses compute: a loss is called each time, and compiled once for all calls that compute the same."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

import jax
import numpy as np
from attrs import field, frozen
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal, jaxpr_as_fun
from rates_core.programs.arrays.losses import CheckedLoss

MOST = 8  # formulas that are compiled for runs of one kind


@frozen(cache_hash=True)
class Formula:
    """What a loss makes of outputs, and of arrays that it refers to, whatever those are.

    Attributes:
        steps: what is computed, of what, one operation after the other.
        numbers: that stand in it; formulas of equal steps and numbers compute the same.
        jaxpr: the same for JAX.
    """

    steps: tuple[Hashable, ...]
    numbers: tuple[Hashable, ...]
    jaxpr: Jaxpr = field(eq=False)

    def of(self, outputs: Mapping[str, Any], arrays: Sequence[Any]) -> Any:
        """Return the loss.

        Args:
            outputs: by name.
            arrays: that it refers to, in the order of `traced`.
        """
        [loss] = jaxpr_as_fun(ClosedJaxpr(self.jaxpr, arrays))(*jax.tree.leaves(outputs))
        return loss


class Formulas:
    """Formulas that are worth compiling, of losses of runs of one kind.

    A loss that is another one each time is not: one in which other numbers stand than before, one that makes its
    functions anew when it is called, or one of many.

    Args:
        outputs: shapes and types by name.
    """

    def __init__(self, outputs: Mapping[str, Any]) -> None:
        self._outputs = outputs
        self._known: dict[Hashable, Formula] = {}  # by steps
        self._compiled: dict[CheckedLoss, tuple[Formula, list[Any]] | None] = {}

    def of(self, loss: CheckedLoss) -> tuple[Formula, list[Any]] | None:
        """Return the formula of a loss, and the arrays that it refers to; None where it is not to be compiled.

        A loss that the user compiled does not see changes of what it refers to. Another one is called, twice if it is
        new.
        """
        if not isinstance(loss.given, jax.stages.Wrapped):
            return self._found(loss)
        if loss not in self._compiled and len(self._compiled) < MOST:
            self._compiled[loss] = self._found(loss)
        return self._compiled.get(loss)

    def _found(self, loss: CheckedLoss) -> tuple[Formula, list[Any]] | None:
        found = traced(loss, self._outputs)
        if found is None:
            return None
        formula, arrays = found
        known = self._known.get(formula.steps)
        if known is not None:
            return (known, arrays) if known == formula else None
        again = None if len(self._known) == MOST else traced(loss, self._outputs)
        if again is None or again[0] != formula:
            return None
        self._known[formula.steps] = formula
        return formula, arrays


def traced(loss: CheckedLoss, outputs: Mapping[str, Any]) -> tuple[Formula, list[Any]] | None:
    """Return what a loss computes, and the arrays that it refers to; None if that cannot be told.

    It cannot where a loss looks at values, or does something beside computing.

    Args:
        loss: is called once.
        outputs: shapes and types by name.

    Raises:
        ArgumentError: it returns no number of JAX.
        UnknownNameError: it asks for an output that is not recorded.
    """
    try:
        closed = jax.make_jaxpr(lambda given: loss(given))(
            outputs
        )  # anew: JAX remembers what it has seen of a function
    except (jax.errors.JAXTypeError, jax.errors.JAXIndexError):
        return None
    jaxpr = closed.jaxpr
    items = [item for step in jaxpr.eqns for item in step.invars] + jaxpr.outvars
    numbers = tuple(_number(item.val) for item in items if isinstance(item, Literal))
    formula = Formula(tuple(_steps(jaxpr)), numbers, jaxpr)
    try:
        hash(formula)
    except TypeError:  # an option that is no plain value
        return None
    return None if closed.effects else (formula, list(map(np.asarray, closed.consts)))


def _number(value: Any) -> Hashable:
    array = np.asarray(value)
    return array.dtype, array.shape, array.tobytes()


def _steps(jaxpr: Jaxpr) -> Iterator[Hashable]:
    """Yield operations with their options, and the places of variables that they take and give."""
    places: dict[Any, int] = {}

    def known(items: Sequence[Any]) -> Hashable:
        return tuple(
            (item.aval, None if isinstance(item, Literal) else places.setdefault(item, len(places))) for item in items
        )

    yield known(jaxpr.constvars), known(jaxpr.invars)
    for step in jaxpr.eqns:
        yield step.primitive, known(step.invars), known(step.outvars), tuple(step.params.items())
    yield known(jaxpr.outvars)
