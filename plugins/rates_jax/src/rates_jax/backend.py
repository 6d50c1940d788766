"""The JAX backend."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial, wraps
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from rates_core.programs.arrays.devices import chosen_device
from rates_core.programs.arrays.kernel import ArrayBackend
from rates_core.programs.arrays.outputs import Given
from rates_core.programs.arrays.runtime import ArrayRuntime, Binder, Differentiated, Followed, Kind
from rates_core.programs.arrays.trainable import RunOfValues
from rates_core.programs.program import FunctionSource

from rates_jax.derivatives import along, backwards, forwards
from rates_jax.language import JAX
from rates_jax.setting import check_bits
from rates_jax.trainable import Run

KINDS: Mapping[str, Mapping[Kind, np.dtype[Any]]] = {
    "float64": {"real": np.dtype("f8"), "complex": np.dtype("c16"), "integer": np.dtype("i8")},
    "float32": {"real": np.dtype("f4"), "complex": np.dtype("c8"), "integer": np.dtype("i8")},
}


class JaxBackend(ArrayBackend):
    """Generate modules of pure functions of JAX's arrays."""

    language = JAX

    def runtime(self, precision: str, options: Mapping[str, Any]) -> ArrayRuntime:
        """Return the runtime for programs of this precision."""
        return JaxRuntime(precision, _device(options.get("device")))

    def load(self, source: FunctionSource, name: str) -> Callable[..., Any]:
        """Return the callable of a written function, in double precision whatever JAX is set to."""
        return _in_double(super().load(source, name))


class JaxRuntime(ArrayRuntime):
    """Arrays of one precision; JAX is set to 64 bits while they are made and used, and then back."""

    compiles = True
    points_last = True

    def __init__(self, precision: str, device: jax.Device | None = None) -> None:
        self._precision, self._kinds, self._device = precision, KINDS[precision], device

    @property
    def for_compiled(self) -> ArrayRuntime:
        """Return what makes arrays that only go into compiled functions; without a device these take NumPy's."""
        return HostRuntime(self._precision) if self._device is None else self

    def array(self, value: Any, kind: Kind) -> jax.Array:
        """Return numbers as an array with memory of its own."""
        with jax.enable_x64(True):
            return jnp.asarray(np.array(value, self._kinds[kind]), device=self._device)

    def numpy(self, value: Any) -> np.ndarray:
        """Return an array as one of NumPy with memory of its own."""
        return np.array(value)

    def view(self, value: Any) -> np.ndarray:
        """Return an array as one of NumPy in the same memory."""
        return np.asarray(value)

    def binder(self, make: Callable[..., Callable[..., Any]], traceable: bool) -> Binder:
        """Return what binds parameters to a compiled function; other parameters compile nothing again."""

        def run(parameters: Sequence[Any], *arguments: Any) -> Any:
            return make(*parameters)(*arguments)

        compiled = _in_double(jax.jit(run) if traceable else run)
        return lambda parameters: partial(compiled, parameters)

    def joined(self, parts: Sequence[Any], axis: int = 0) -> Any:
        """Return arrays one behind the other."""
        return jnp.concatenate(parts, axis)

    def asked(self, function: Callable[..., Any], arguments: tuple[Any, ...], shapes: Sequence[tuple[int, ...]]) -> Any:
        """Return what a function of NumPy's arrays returns, called from compiled code.

        Numbers go there and back as bits: JAX calls it in threads of its own, where it is not set to 64 bits.
        """
        sizes = [math.prod(shape) for shape in shapes]

        def called(bits: Any) -> np.ndarray:
            values = function(*np.array(bits).view(np.float64).ravel())
            return np.concatenate([np.ravel(value) for value in values]).view(np.uint32).reshape(-1, 2)

        numbers = jnp.stack([jnp.asarray(argument, dtype=float) for argument in arguments])
        form = jax.eval_shape(partial(jnp.zeros, (sum(sizes), 2), jnp.uint32))
        given = jax.lax.bitcast_convert_type(numbers, jnp.uint32)
        found = jax.lax.bitcast_convert_type(
            jax.pure_callback(called, form, given, vmap_method="sequential"), jnp.float64
        )
        parts = jnp.split(found, np.cumsum(sizes)[:-1])
        return tuple(part.reshape(shape) for part, shape in zip(parts, shapes, strict=True))

    def repeated(self, function: Callable[[Any, Any], Any], state: Any, tables: Any, count: int) -> Any:
        """Return an array that a function has replaced so often, in a loop that is compiled as one."""
        return jax.lax.scan(lambda state, own: (function(state, own), None), state, tables)[0]

    def broadcast_to(self, value: Any, shape: tuple[int, ...]) -> Any:
        """Return an array, repeated along new first axes and such of length 1."""
        return jnp.broadcast_to(value, shape)

    def complex_of(self, pairs: Any) -> Any:
        """Return complex numbers, whose real and imaginary parts stand in a last axis of two."""
        return jax.lax.complex(pairs[..., 0], pairs[..., 1])

    def parts_of(self, numbers: Any) -> Any:
        """Return the real and imaginary parts of complex numbers side by side, along the last axis."""
        return jnp.stack((numbers.real, numbers.imag), -1).reshape(*numbers.shape[:-1], -1)

    def differentiated(self, outputs: Callable[..., Any], forward: bool) -> Differentiated:
        """Return the function that returns a loss and its derivatives."""
        return _in_double(forwards(outputs) if forward else backwards(outputs))

    def tangents(self, outputs: Callable[..., Any]) -> Followed:
        """Return the function that returns outputs and how they move."""
        return _in_double(along(outputs))

    def check_setting(self) -> None:
        """Raise where JAX would make numbers of 64 bits ones of 32."""
        check_bits(self._kinds["real"])

    def trainable(self, function: RunOfValues, given: Given) -> Run:
        """Return a run as a pure function."""
        return Run(function, given)


class HostRuntime(JaxRuntime):
    """Arrays of NumPy in place of JAX's, which compiled functions bring to JAX's device in less time."""

    def array(self, value: Any, kind: Kind) -> Any:
        """Return numbers as an array with memory of its own."""
        return np.array(value, self._kinds[kind])


def _in_double(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def call(*arguments: Any, **named: Any) -> Any:
        with jax.enable_x64(True):
            return function(*arguments, **named)

    return call


def _device(value: Any) -> jax.Device | None:
    """Return a device by name, None for that on which JAX makes arrays."""
    remedy = "a GPU of NVIDIA and: pip install 'jax[cuda]'"
    chosen = chosen_device(value, "JAX", lambda kind: len(_devices(kind)), remedy)
    return None if chosen is None else _devices(chosen[0])[chosen[1]]


def _devices(kind: str) -> list[jax.Device]:
    try:
        return jax.devices(kind)
    except RuntimeError:  # JAX knows no such platform here
        return []
