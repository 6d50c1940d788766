"""What losses compute: a loss is called each time, and compiled once for all calls that compute the same."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from attrs import field, frozen
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal, jaxpr_as_fun
from rates_core.programs.arrays.losses import CheckedLoss

from rates_jax.calls import called

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


@frozen(eq=False)
class Found:
    """What was found of a loss when it was called.

    Attributes:
        formula: what it computes.
        arrays: that it refers to, in the order of `traced`.
        compiled: whether the formula is worth compiling.
    """

    formula: Formula
    arrays: list[Any]
    compiled: bool

    def of(self, outputs: Mapping[str, Any]) -> Any:
        """Return the loss, computed step by step where nothing compiles it."""
        return self.formula.of(outputs, self.arrays)


class Formulas:
    """Formulas of losses of runs of one kind, some of which are worth compiling.

    A loss that is another one each time is not: one in which other numbers stand than before, one that makes its
    functions anew when it is called, or one of many. That is not seen at once: as long as no call met again what was
    compiled last, others are compiled when they come twice.

    Args:
        outputs: shapes and types by name.
    """

    def __init__(self, outputs: Mapping[str, Any]) -> None:
        self._outputs = outputs
        self._known: dict[Hashable, Formula] = {}  # by steps
        self._alone: Formula | None = None  # compiled last, and not met again
        self._last: Formula | None = None  # that was not compiled
        self._compiled: dict[CheckedLoss, Found | None] = {}

    def of(self, loss: CheckedLoss) -> Found | None:
        """Return what a loss computes; None where that cannot be told.

        A loss that the user compiled does not see changes of what it refers to. Another one is called once.
        """
        if not isinstance(loss.given, jax.stages.Wrapped):
            found = traced(loss, self._outputs)
            return None if found is None else Found(*self._worth(*found))
        if loss not in self._compiled and len(self._compiled) < MOST:
            found = traced(loss, self._outputs)
            self._compiled[loss] = None if found is None else Found(*found, True)
        return self._compiled.get(loss)

    def _worth(self, formula: Formula, arrays: list[Any]) -> tuple[Formula, list[Any], bool]:
        """Return the formula that stands for all equal ones, and whether it is worth compiling."""
        known = self._known.get(formula.steps)
        if known == formula:
            self._alone = None if self._alone == formula else self._alone
            return known, arrays, True
        again, self._last = self._last == formula, formula
        if known is not None or len(self._known) == MOST or not (again or self._alone is None):
            return formula, arrays, False
        self._known[formula.steps] = formula
        self._alone, self._last = None if again else formula, None
        return formula, arrays, True


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
        jaxpr, constants = called(loss, outputs)
    except (jax.errors.JAXTypeError, jax.errors.JAXIndexError):
        return None
    items = [item for step in jaxpr.eqns for item in step.invars] + jaxpr.outvars
    numbers = tuple(_number(item.val) for item in items if isinstance(item, Literal))
    formula = Formula(tuple(_steps(jaxpr)), numbers, jaxpr)
    try:
        hash(formula)
    except TypeError:  # an option that is no plain value
        return None
    return None if jaxpr.effects else (formula, list(map(_array, constants)))


def _array(value: Any) -> Any:
    """Return an array as one of NumPy, which has none of JAX's keys of random numbers."""
    return value if jnp.issubdtype(value.dtype, jax.dtypes.extended) else np.asarray(value)


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
