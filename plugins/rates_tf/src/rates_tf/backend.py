"""The TensorFlow backend."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
import tensorflow as tf
from rates_core.programs.arrays.devices import chosen_device
from rates_core.programs.arrays.kernel import ArrayBackend
from rates_core.programs.arrays.outputs import Given
from rates_core.programs.arrays.runtime import ArrayRuntime, Binder, Differentiated, Followed, Kind
from rates_core.programs.arrays.trainable import RunOfValues

from rates_tf.derivatives import along, backwards, forwards
from rates_tf.functions import picked
from rates_tf.language import TENSORFLOW
from rates_tf.segments import Segments
from rates_tf.trainable import Run

KINDS = {
    "float64": {"real": tf.float64, "complex": tf.complex128, "integer": tf.int64},
    "float32": {"real": tf.float32, "complex": tf.complex64, "integer": tf.int64},
}


class TensorFlowBackend(ArrayBackend):
    """Generate modules of pure functions of tensors."""

    language = TENSORFLOW

    def runtime(self, precision: str, options: Mapping[str, Any]) -> ArrayRuntime:
        """Return the runtime for programs of this precision."""
        return TensorFlowRuntime(precision, _device(options.get("device")))


class TensorFlowRuntime(ArrayRuntime):
    """Tensors of one precision."""

    compiles = True

    def __init__(self, precision: str, device: str | None = None) -> None:
        self._kinds, self._device = KINDS[precision], device

    def array(self, value: Any, kind: Kind) -> tf.Tensor:
        """Return numbers as a tensor with memory of its own."""
        with tf.device(self._device):
            return tf.constant(np.array(value, self._kinds[kind].as_numpy_dtype))

    def numpy(self, value: Any) -> np.ndarray:
        """Return a tensor as an array with memory of its own."""
        return np.array(value)

    def view(self, value: Any) -> np.ndarray:
        """Return a tensor as an array in the same memory."""
        return np.asarray(value)

    def binder(self, make: Callable[..., Callable[..., Any]], traceable: bool) -> Binder:
        """Return what binds parameters to a function that is traced once for all of them."""

        def run(parameters: Sequence[Any], *arguments: Any) -> Any:
            return make(*parameters)(*arguments)

        traced = self._placed(tf.function(run, autograph=False, jit_compile=True) if traceable else run)
        return lambda parameters: partial(traced, parameters)

    def _placed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that computes on the device that was asked for."""

        def call(*arguments: Any) -> Any:
            with tf.device(self._device):
                return function(*arguments)

        return function if self._device is None else call

    def columns(self, rows: Any, units: np.ndarray | None) -> Any:
        """Return some entries of each row, all for None; rows of numbers get an axis."""
        rows = rows[:, None] if rows.shape.rank == 1 else rows
        return rows if units is None or rows.shape[1] == 1 else tf.gather(rows, units, axis=1)

    def rollout(self, module: ModuleType, forward: bool) -> Callable[..., Any]:
        """Return what runs steps so that derivatives can flow."""
        return Segments(module, forward)

    def joined(self, parts: Sequence[Any], axis: int = 0) -> Any:
        """Return arrays one behind the other."""
        return tf.concat(list(parts), axis)

    def repeated(self, function: Callable[[Any, Any], Any], state: Any, tables: Any, count: int) -> Any:
        """Return a tensor that a function has replaced so often, in a loop that is compiled as one."""

        def body(place: Any, state: Any) -> tuple[Any, Any]:
            return place + 1, function(state, self.mapped(lambda table: table[place], tables))

        return tf.while_loop(lambda place, _: place < count, body, (0, state), maximum_iterations=count)[1]

    def broadcast_to(self, value: Any, shape: tuple[int, ...]) -> Any:
        """Return an array, repeated along new first axes and such of length 1."""
        return tf.broadcast_to(value, shape)

    def reshaped(self, value: Any, shape: tuple[int, ...]) -> Any:
        """Return a tensor in another shape."""
        return tf.reshape(value, shape)

    def entries(self, values: Any, index: np.ndarray, last: bool = False) -> Any:
        """Return entries of the first axis, or of the last one."""
        return picked(values, index, -1 if last else 0)  # type: ignore[no-untyped-call]  # it is text of modules too

    def complex_of(self, pairs: Any) -> Any:
        """Return complex numbers, whose real and imaginary parts stand in a last axis of two."""
        return tf.complex(pairs[..., 0], pairs[..., 1])

    def parts_of(self, numbers: Any) -> Any:
        """Return the real and imaginary parts of complex numbers side by side, along the last axis."""
        return tf.reshape(tf.stack((tf.math.real(numbers), tf.math.imag(numbers)), -1), (*numbers.shape[:-1], -1))

    def differentiated(self, outputs: Callable[..., Any], forward: bool) -> Differentiated:
        """Return the function that returns a loss and its derivatives."""
        return self._placed(forwards(outputs) if forward else backwards(outputs))

    def tangents(self, outputs: Callable[..., Any]) -> Followed:
        """Return the function that returns outputs and how they move."""
        return self._placed(along(outputs))

    def trainable(self, function: RunOfValues, given: Given) -> Run:
        """Return a run as a module of TensorFlow."""
        with tf.device(self._device):
            return Run(function, given, self._placed)


def _device(value: Any) -> str | None:
    """Return a device by the name that TensorFlow has for it, None for that on which it makes tensors."""
    names = {"cpu": "CPU", "cuda": "GPU"}
    remedy = "a GPU of NVIDIA and: pip install 'tensorflow[and-cuda]'"
    chosen = chosen_device(value, "TensorFlow", lambda kind: len(tf.config.list_logical_devices(names[kind])), remedy)
    return None if chosen is None else f"/{names[chosen[0]]}:{chosen[1]}"
