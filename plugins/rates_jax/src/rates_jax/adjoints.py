"""Derivatives of losses of runs, by diffrax's own ways through its steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import diffrax
import jax
import jax.numpy as jnp
import numpy as np
from attrs import frozen
from rates_core.errors import ArgumentError, did_you_mean, shown
from rates_core.programs.arrays.losses import CheckedLoss
from rates_core.programs.equations import Equations
from rates_core.programs.gradient import GradientRequest

from rates_jax.losses import value_and_derivatives
from rates_jax.methods import controller_of, method_of
from rates_jax.travel import Road

ADJOINTS: Mapping[str, Callable[[], diffrax.AbstractAdjoint]] = {
    "recursive_checkpoint": diffrax.RecursiveCheckpointAdjoint,
    "direct": diffrax.DirectAdjoint,
    "backsolve": diffrax.BacksolveAdjoint,
    "forward": diffrax.ForwardMode,
}


def adjoint_name(value: Any) -> str:
    """Return the name of a way, checked.

    Raises:
        ArgumentError: there is none of that name.
    """
    if isinstance(value, str) and value in ADJOINTS:
        return value
    meant = did_you_mean(value, ADJOINTS) if isinstance(value, str) else ""
    raise ArgumentError(f"adjoint is {shown(value)}.{meant} It is one of {', '.join(ADJOINTS)}.")


@frozen
class Way:
    """What a compiled derivative depends on beside arrays.

    Attributes:
        method: of diffrax.
        adjoint: how it is differentiated.
        most: number of steps that there is room for.
        moved: paths of the parameters that are variables.
        initial: whether the state at the start is one, behind them.
        paired: paths of complex parameters, which come as real numbers in pairs.
        parts: what the loss takes.
        first: rows before it are dropped.
    """

    method: str
    adjoint: str
    most: int
    moved: tuple[str, ...]
    initial: bool
    paired: frozenset[str]
    parts: tuple[tuple[str, int, tuple[int, ...] | None, bool], ...]
    first: int

    @classmethod
    def of(cls, method: str, adjoint: str, paired: frozenset[str], request: GradientRequest) -> Way:
        """Return the way to what a request asks for, without room for any steps."""
        parts = tuple(
            (
                part.key,
                part.recorded,
                None if part.units is None else tuple(np.asarray(part.units).tolist()),
                part.alone,
            )
            for part in request.parts
        )
        return cls(method, adjoint, 0, request.parameters, request.initial, paired, parts, request.first)


class Derivative:
    """Outputs of a run as a function of variables, and their derivatives, compiled.

    Args:
        equations: of any run of the program.
        way: what is differentiated, and how.
    """

    def __init__(self, equations: Equations, way: Way) -> None:
        self._bind, self._precision, self._way = equations.bind, jnp.dtype(equations.precision), way
        self._outputs = jax.jit(self._solved)
        self._forward = jax.jit(jax.jacfwd(lambda variables, rest: self._solved(variables, rest)[0]))

    def of(self, loss: CheckedLoss, variables: tuple[Any, ...], rest: Any) -> tuple[Any, Sequence[Any], Any]:
        """Return the loss, its derivatives by variables, and whether there was room for all steps."""
        if self._way.adjoint == "forward":
            found, done = self._outputs(variables, rest)
            value, by_outputs = value_and_derivatives(loss, found)
            by_variables = self._forward(variables, rest)
            parts = [_contracted(by_outputs, by_variables, number) for number in range(len(variables))]
            return value, parts, done
        found, pull, done = jax.vjp(lambda moved: self._outputs(moved, rest), variables, has_aux=True)
        value, by_outputs = value_and_derivatives(loss, found)
        (derivatives,) = pull(by_outputs)
        return value, derivatives, done

    def _solved(self, variables: tuple[Any, ...], rest: Any) -> tuple[dict[str, Any], Any]:
        """Return the outputs by name, and whether there was room for all steps."""
        way = self._way
        fixed, fed, y, road, start, h, stops, times = rest
        parameters = {**fixed, **dict(zip(way.moved, variables, strict=False))}
        y = variables[-1] if way.initial else y

        form = jax.tree.map(lambda item: np.zeros(jnp.shape(item)), fed)

        def slope(t: Any, y: Any, given: Any) -> Any:
            derivative, _ = self._bind((self._numbers(given[0]), _from_bits(form, given[1])))
            return jnp.asarray(derivative(t, y.astype(self._precision)), dtype=float)

        solution = diffrax.diffeqsolve(
            diffrax.ODETerm(slope), method_of(way.method, road.rtol, road.atol), start, road.end, h, y,
            (parameters, _in_bits(fed)),
            saveat=diffrax.SaveAt(ts=times), stepsize_controller=_controller(road, stops),
            adjoint=ADJOINTS[way.adjoint](), max_steps=way.most, throw=False,
        )  # fmt: skip
        _, observe = self._bind((self._numbers(parameters), fed))
        rows = jax.vmap(lambda t, y: observe(t, y.astype(self._precision)))(times, solution.ys)
        return self._named(rows), solution.result != diffrax.RESULTS.max_steps_reached

    def _numbers(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return parameters, complex ones of their pairs: all that a way is given is real, or it may integrate it."""
        return {
            path: jax.lax.complex(value[..., 0], value[..., 1]) if path in self._way.paired else value
            for path, value in parameters.items()
        }

    def _named(self, rows: tuple[Any, ...]) -> dict[str, Any]:
        """Return columns by name, as a loss takes them."""
        found: dict[str, list[Any]] = {}
        for key, recorded, units, alone in self._way.parts:
            block = rows[recorded][self._way.first :]
            block = block[:, None] if block.ndim == 1 else block
            block = block if units is None or block.shape[1] == 1 else block[:, np.array(units)]
            found.setdefault(key, []).append(block[:, 0] if alone else block)
        return {key: blocks[0] if len(blocks) == 1 else jnp.concatenate(blocks, 1) for key, blocks in found.items()}


def _controller(road: Road, stops: Any) -> Any:
    plain = controller_of(road.rtol, road.atol, road.coefficients, road.longest)
    return diffrax.ClipStepSizeController(plain, step_ts=stops) if len(stops) else plain


def _contracted(by_outputs: Mapping[str, Any], by_variables: Mapping[str, Any], number: int) -> Any:
    """Return the derivative of a loss by one variable, from those by outputs and of outputs."""
    parts = (jnp.tensordot(by_outputs[key], by_variables[key][number], by_outputs[key].ndim) for key in by_outputs)
    return sum(map(jnp.real, parts))


def _in_bits(tree: Any) -> Any:
    """Return numbers as one row of bits, by which nothing is differentiated: backsolve would integrate that."""
    parts = [jnp.ravel(jnp.asarray(leaf, dtype=float)) for leaf in jax.tree.leaves(tree)]
    return jax.lax.bitcast_convert_type(jnp.concatenate(parts), jnp.uint32)


def _from_bits(tree: Any, bits: Any) -> Any:
    """Return numbers in the form of a tree."""
    leaves, form = jax.tree.flatten(tree)
    numbers = jax.lax.bitcast_convert_type(bits, jnp.float64)
    parts = jnp.split(numbers, np.cumsum([jnp.size(leaf) for leaf in leaves])[:-1])
    shaped = [part.reshape(jnp.shape(leaf)) for part, leaf in zip(parts, leaves, strict=True)]
    return jax.tree.unflatten(form, shaped)
