"""Works in diffrax, on JAX, in double precision."""

from __future__ import annotations

from typing import Any

import diffrax as tool
import jax
import jax.numpy as jnp
import numpy as np
from work import main  # type: ignore[import-not-found]  # beside this script


def forced(omega: Any, weight: Any, mu: float, end: float, sampling: float, rtol: float, atol: float) -> Any:
    """Sweep over a forced van der Pol oscillator."""
    config: Any = jax.config  # whose methods have no types
    config.update("jax_enable_x64", True)

    def slope(_: Any, y: Any, point: Any) -> Any:
        phase, x, v = y
        return jnp.stack([point[0], v, mu * (1 - x**2) * v - x + point[1] * jnp.sin(2 * jnp.pi * phase)])

    def one(*point: Any) -> Any:
        return tool.diffeqsolve(
            tool.ODETerm(slope), tool.Dopri8(), 0.0, float(end), None, jnp.array([0.0, 0.0, 1.0]), args=point,
            saveat=tool.SaveAt(ts=jnp.arange(0.0, end, sampling)), max_steps=1_000_000, adjoint=tool.ForwardMode(),
            stepsize_controller=tool.PIDController(rtol=float(rtol), atol=float(atol)),
        ).ys[:, 1]  # fmt: skip

    all_points = jax.jit(jax.vmap(one))

    def run() -> Any:
        return np.asarray(all_points(omega, weight))

    return run(), run


if __name__ == "__main__":
    main(tool.__version__, {"forced": forced})
