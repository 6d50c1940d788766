"""Discrete delays by the method of steps: Mackey and Glass (1977), late predators, a late ring.

Between two multiples of the delay the past is known and the equation is an ordinary one; DOP853 solves each piece, and
its dense output is the past of the next. A second run at a coarser tolerance says how many digits stand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from record import Model, Values, by_path, described, edge, under, write
from scipy.integrate import solve_ivp
from wilson_cowan import circle

FAMILY = "model_templates.systems"

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


def passages(slope: Slope, start: np.ndarray, delay: float, level: float, t_end: float) -> list[float]:
    """Return when the first component passes a level upwards, found on the dense output of each step."""
    past: Callable[[float], np.ndarray] = lambda t: start  # noqa: E731
    y, t, found = start, 0.0, list[float]()

    def above(_: float, state: np.ndarray) -> float:
        return float(state[0] - level)

    above.direction = 1.0  # type: ignore[attr-defined]
    while t < t_end - 1e-12:
        piece = solve_ivp(
            lambda time, state, past=past: slope(state, past(time - delay)),
            (t, t + delay),
            y,
            method="DOP853",
            rtol=1e-12,
            atol=1e-14,
            dense_output=True,
            max_step=delay / 4,
            events=above,
        )
        found += piece.t_events[0].tolist()
        past, y, t = piece.sol, piece.y[:, -1], t + delay
    return found


def mackey_glass(s: Values, p: Values) -> dict[str, float]:
    late = s["late"]
    return {"x": p["beta"] * late / (1 + late ** p["n"]) - p["gamma"] * s["x"]}


def late_predators(s: Values, p: Values) -> dict[str, float]:
    u, w = s["u"], s["w"]
    return {"u": u * (p["die"] + p["eat"] * s["late"]), "w": w * (p["grow"] + p["eaten"] * u)}


def of_vectors(model: Model, changed: Values | None = None) -> Slope:
    """Return the right-hand side of a model as a function of the state and of what it was."""
    symbols, p = tuple(model.states), {**model.parameters, **(changed or {})}
    symbol_of = {model.paths[symbol]: place for place, symbol in enumerate(symbols)}
    reads = {name: symbol_of[path] for name, (path, _) in model.late.items()}

    def slope(y: np.ndarray, late: np.ndarray) -> np.ndarray:
        states = dict(zip(symbols, y, strict=True)) | {name: late[place] for name, place in reads.items()}
        derivative = model.rhs(states, p)
        return np.array([derivative[symbol] for symbol in symbols])

    return slope


def record(model: Model, delay: float, t_end: float) -> dict[str, Any]:
    """Record the end of a trajectory, the initial values on it, and the error that the coarser run shows."""
    slope, first = of_vectors(model), np.array(list(model.states.values()))
    fine = method_of_steps(slope, first, delay, t_end, 1e-13)
    coarse = method_of_steps(slope, first, delay, t_end, 1e-11)
    assert np.max(np.abs(fine - coarse)) < 1e-9, model.name
    expected = by_path(model, dict(zip(model.states, fine.tolist(), strict=True)))
    return {**described(model), "trajectory": {"t": t_end, "parameters": {}, "expected": expected}}


def cells() -> dict[str, Any]:
    """Record the blood cells, and their cycle at a delay at which it is a simple one."""
    parameters = {"beta": 0.2, "gamma": 0.1, "n": 10.0, "tau": 17.0}
    at = under("p/mg_op", "x", *parameters)
    late = {"late": (at["x"], "tau")}
    model = Model(f"{FAMILY}.mackey_glass.mg", mackey_glass, {"x": 1.2}, parameters, at, 100.0, late=late)
    times = passages(of_vectors(model), np.array([1.2]), 8.0, 0.9, 1600.0)[-3:]
    assert abs(times[2] - 2 * times[1] + times[0]) < 1e-7, times
    cycle = {"of": at["x"], "value": times[2] - times[1], "parameters": {at["tau"]: 8.0}, "settle": 1600.0}
    return {**record(model, 17.0, 100.0), "period": {**cycle, "rows": 8000}}


def predators() -> dict[str, Any]:
    parameters = {"die": -1.0, "grow": 0.7, "eaten": -1.3, "eat": 1.0, "delay": 0.5}
    eaten, eat = ("predator/lv_op/x", "prey/lv_op/x_in"), ("prey/lv_op/x", "predator/lv_op/x_in")
    at = {"u": eaten[0], "w": eat[0], "die": "predator/lv_op/alpha", "grow": "prey/lv_op/alpha"}
    at |= {"eaten": edge(*eaten, "weight"), "eat": edge(*eat, "weight"), "delay": edge(*eat, "delay")}
    late, start = {"late": (at["w"], "delay")}, {"u": 0.5, "w": 0.5}
    name = f"{FAMILY}.lotka_volterra.lv_delayed"
    return record(Model(name, late_predators, start, parameters, at, 10.0, late=late), 0.5, 10.0)


def circle_of_late_neighbours() -> dict[str, Any]:
    start: dict[str, float] = {}
    for n in range(8):
        start |= {f"e{n}": 0.05 * (n % 3), f"i{n}": 0.02 * (n % 4)}
    return record(circle("wc_ring_delayed", start, late=True), 4.0, 60.0)


def models() -> list[dict[str, Any]]:
    return [cells(), predators(), circle_of_late_neighbours()]


if __name__ == "__main__":
    write(__file__, models())
