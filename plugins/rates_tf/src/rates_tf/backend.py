"""The TensorFlow backend."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import tensorflow as tf
from rates_core.programs.arrays.kernel import ArrayBackend
from rates_core.programs.arrays.runtime import ArrayRuntime, Binder, Differentiated, Kind

from rates_tf.language import TENSORFLOW

KINDS = {
    "float64": {"real": tf.float64, "complex": tf.complex128, "integer": tf.int64},
    "float32": {"real": tf.float32, "complex": tf.complex64, "integer": tf.int64},
}


class TensorFlowBackend(ArrayBackend):
    """Generate modules of pure functions of tensors."""

    language = TENSORFLOW

    def runtime(self, precision: str, options: Mapping[str, Any]) -> ArrayRuntime:
        """Return the runtime for programs of this precision."""
        return TensorFlowRuntime(precision)


class TensorFlowRuntime(ArrayRuntime):
    """Tensors of one precision."""

    compiles = True

    def __init__(self, precision: str) -> None:
        self._kinds = KINDS[precision]

    def array(self, value: Any, kind: Kind) -> tf.Tensor:
        """Return numbers as a tensor with memory of its own."""
        return tf.cast(tf.constant(np.array(value)), self._kinds[kind])

    def numpy(self, value: Any) -> np.ndarray:
        """Return a tensor as an array with memory of its own."""
        return np.array(value)

    def binder(self, make: Callable[..., Callable[..., Any]], traceable: bool) -> Binder:
        """Return what binds parameters to a function that is traced once for all of them."""

        def run(parameters: Sequence[Any], *arguments: Any) -> Any:
            return make(*parameters)(*arguments)

        traced = tf.function(run, autograph=False, jit_compile=True) if traceable else run
        return lambda parameters: partial(traced, parameters)

    def columns(self, rows: Any, units: np.ndarray | None) -> Any:
        """Return some entries of each row, all for None; rows of numbers get an axis."""
        rows = rows[:, None] if rows.shape.rank == 1 else rows
        return rows if units is None or rows.shape[1] == 1 else tf.gather(rows, units, axis=1)

    def side_by_side(self, parts: Sequence[Any]) -> Any:
        """Return columns as one tensor; what is alone stays as it is."""
        return parts[0] if len(parts) == 1 else tf.concat(list(parts), 1)

    def differentiated(self, outputs: Callable[..., Any]) -> Differentiated:
        """Return the function that returns a loss and its derivatives, backwards through a compiled run."""

        def pulled(variables: Sequence[tf.Tensor], rest: Any, by_outputs: Any) -> Any:
            with tf.GradientTape() as tape:
                tape.watch(variables)
                found = outputs(variables, rest)
            return tape.gradient(found, variables, output_gradients=by_outputs, unconnected_gradients="zero")

        run, pull = (tf.function(each, autograph=False, jit_compile=True) for each in (outputs, pulled))

        def both(loss: Callable[..., Any], variables: Sequence[tf.Tensor], rest: Any) -> Any:
            found = run(variables, rest)
            with tf.GradientTape() as tape:
                tape.watch(found)
                value = loss(found)
            return value, pull(variables, rest, tape.gradient(value, found, unconnected_gradients="zero"))

        return both
