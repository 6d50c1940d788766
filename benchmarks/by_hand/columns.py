"""Euler steps of Jansen-Rit columns with dense coupling; each run returns y1 of the first column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

Run = Callable[[], NDArray[np.float64]]
Values = Mapping[str, float]


def torch(weights: NDArray[np.float64], steps: int, h: float, q: Values) -> Run:
    """Return it for PyTorch: few calls for each step, on all that is alike at once."""
    torch = import_module("torch")
    w, size = torch.tensor(weights), len(weights)

    def column(*values: float) -> Any:
        return torch.tensor(values, dtype=torch.float64)[:, None]

    ahead, around = q["A"] * q["a"], q["B"] * q["b"] * q["C4"]
    inner, gain = column(q["C1"], q["C3"]), column(ahead, ahead, around)
    damping, pull = column(2 * q["a"], 2 * q["a"], 2 * q["b"]), column(q["a"] ** 2, q["a"] ** 2, q["b"] ** 2)

    def firing(v: Any) -> Any:
        return 2 * q["e0"] * torch.sigmoid(q["r"] * (v - q["v0"]))

    def run() -> NDArray[np.float64]:
        y, first = torch.zeros((6, size), dtype=torch.float64), []
        with torch.no_grad():
            for _ in range(steps):
                first.append(y[1, 0])
                v, slope = y[:3], y[3:]
                s1 = firing(v[1] - v[2])
                s2, s3 = firing(inner * v[0])
                drive = torch.stack((s1, q["p"] + q["C2"] * s2 + torch.mv(w, s1), s3))
                y = y + h * torch.cat((slope, gain * drive - damping * slope - pull * v))
            return np.asarray(torch.stack(first))

    return run


def jax(weights: NDArray[np.float64], steps: int, h: float, q: Values) -> Run:
    """Return it for JAX: a scan that is compiled."""
    jax, jnp = import_module("jax"), import_module("jax.numpy")
    field = _field(jnp.exp, jnp.stack, jnp.matmul, q)

    @jax.jit  # type: ignore[untyped-decorator]
    def simulated(w: Any) -> Any:
        start = jnp.zeros((6, len(weights)))
        return jax.lax.scan(lambda y, _: (y + h * field(w, y), y[1, 0]), start, None, length=steps)[1]

    with jax.enable_x64(True):
        w = jnp.array(weights)

    def run() -> NDArray[np.float64]:
        with jax.enable_x64(True):
            return np.asarray(simulated(w))

    return run


def tf(weights: NDArray[np.float64], steps: int, h: float, q: Values) -> Run:
    """Return it for TensorFlow: a loop that is compiled by XLA."""
    tf = import_module("tensorflow")
    field, w = _field(tf.exp, tf.stack, tf.linalg.matvec, q), tf.constant(weights)

    def step(k: Any, y: Any, first: Any) -> Any:
        return k + 1, y + h * field(w, tf.unstack(y)), first.write(k, y[1, 0])

    @tf.function(jit_compile=True, autograph=False)  # type: ignore[untyped-decorator]
    def simulated() -> Any:
        start = 0, tf.zeros((6, len(weights)), tf.float64), tf.TensorArray(tf.float64, steps, element_shape=())
        return tf.while_loop(lambda k, *_: k < steps, step, start, maximum_iterations=steps)[2].stack()

    return lambda: np.asarray(simulated())


def _field(exp: Any, stack: Any, product: Any, q: Values) -> Callable[[Any, Any], Any]:
    """Return the vector field for libraries that join what is written one behind the other."""
    a, b = q["a"], q["b"]

    def firing(v: Any) -> Any:
        return 2 * q["e0"] / (1 + exp(q["r"] * (q["v0"] - v)))

    def field(w: Any, y: Any) -> Any:
        y0, y1, y2, y3, y4, y5 = y
        s1, s2, s3 = firing(y1 - y2), firing(q["C1"] * y0), firing(q["C3"] * y0)
        drive = q["p"] + q["C2"] * s2 + product(w, s1)
        return stack((
            y3, y4, y5,
            q["A"] * a * s1 - 2 * a * y3 - a**2 * y0,
            q["A"] * a * drive - 2 * a * y4 - a**2 * y1,
            q["B"] * b * q["C4"] * s3 - 2 * b * y5 - b**2 * y2,
        ))  # fmt: skip

    return field
