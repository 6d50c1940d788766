"""Discrete delays by the method of steps: Mackey and Glass (1977), late predators, a late ring.

Between two multiples of the delay the past is known and the equation is an ordinary one; DOP853 solves each piece, and
its dense output is the past of the next. A second run at a coarser tolerance says how many digits stand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from record import write
from scipy.integrate import solve_ivp
from wilson_cowan import CYCLE, pair

Slope = Callable[[np.ndarray, np.ndarray], np.ndarray]


def method_of_steps(slope: Slope, start: np.ndarray, delay: float, t_end: float, rtol: float) -> np.ndarray:
    """Return y(t_end) of y' = slope(y, y(t - delay)) with y = start before 0."""
    past: Callable[[float], np.ndarray] = lambda t: start  # noqa: E731
    y, t = start, 0.0
    while t < t_end - 1e-12:
        until = min(t + delay, t_end)
        piece = solve_ivp(
            lambda time, state, past=past: slope(state, past(time - delay)),
            (t, until),
            y,
            method="DOP853",
            rtol=rtol,
            atol=1e-14,
            dense_output=True,
            max_step=delay / 4,
        )
        past, y, t = piece.sol, piece.y[:, -1], until
    return y


def mackey_glass(y: np.ndarray, late: np.ndarray) -> np.ndarray:
    return 0.2 * late / (1 + late**10) - 0.1 * y


def late_predators(y: np.ndarray, late: np.ndarray) -> np.ndarray:
    predator, prey = y
    return np.array([predator * (-1.0 + late[1]), prey * (0.7 - 1.3 * predator)])


def late_ring(y: np.ndarray, late: np.ndarray) -> np.ndarray:
    slope = np.empty(16)
    for n in range(8):
        drive = CYCLE["ext_e"] + 0.5 * (late[2 * ((n - 1) % 8)] + late[2 * ((n + 1) % 8)])
        own = pair({"e": y[2 * n], "i": y[2 * n + 1]}, {**CYCLE, "ext_e": drive})
        slope[2 * n], slope[2 * n + 1] = own["e"], own["i"]
    return slope


def record(model: str, slope: Slope, start: dict[str, float], delay: float, t_end: float) -> dict[str, Any]:
    """Record the end of a trajectory, the initial values on it, and the error that the coarser run shows."""
    first = np.array(list(start.values()))
    fine = method_of_steps(slope, first, delay, t_end, 1e-13)
    coarse = method_of_steps(slope, first, delay, t_end, 1e-11)
    assert np.max(np.abs(fine - coarse)) < 1e-9, model
    return {
        "model": model,
        "initial": start,
        "trajectory": {"t": t_end, "expected": dict(zip(start, fine.tolist(), strict=True))},
    }


def models() -> list[dict[str, Any]]:
    ring = {}
    for n in range(8):
        ring |= {f"p{n}/e/rate_op/r": 0.05 * (n % 3), f"p{n}/i/rate_op/r": 0.02 * (n % 4)}
    family = "model_templates.systems"
    pair_start = {"predator/lv_op/x": 0.5, "prey/lv_op/x": 0.5}
    return [
        record(f"{family}.mackey_glass.mg", mackey_glass, {"p/mg_op/x": 1.2}, 17.0, 100.0),
        record(f"{family}.lotka_volterra.lv_delayed", late_predators, pair_start, 0.5, 10.0),
        record(f"{family}.wilson_cowan_rings.wc_ring_delayed", late_ring, ring, 4.0, 60.0),
    ]


if __name__ == "__main__":
    write(__file__, models())
