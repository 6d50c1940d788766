"""Record what a published model does, computed from its equations alone, as JSON beside the script that says so.

A script names each model, its states, parameters and right-hand side in the symbols of the paper; here they are
evaluated at random states under random parameters and integrated from the defaults. Only NumPy and SciPy are used.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp

Values = dict[str, Any]
RightHandSide = Callable[[Values, Values], Mapping[str, Any]]


@dataclass(frozen=True)
class Model:
    """A model in the symbols of its paper.

    Attributes:
        name: what users load.
        rhs: derivatives by symbol, from states and parameters by symbol.
        states: initial value by symbol.
        parameters: default by symbol.
        paths: path by symbol; a path with `->` is the attribute of an edge.
        box: range of random states by symbol; (0.1, 0.9) where nothing is said.
        observed: algebraic variables by symbol, from states and parameters.
        t_end: how long the trajectory is.
        points: further entries of the record, such as fixed points.
        drive: parameters that the trajectory does not take from the defaults, by symbol.
        late: what the right-hand side reads from the past, by symbol: the path of a variable, and the delay as a
            number or as the symbol of a parameter. Random pasts are straight lines in time.
        count: how many random states and parameters are recorded.
    """

    name: str
    rhs: RightHandSide
    states: Mapping[str, Any]
    parameters: Mapping[str, float]
    paths: Mapping[str, str]
    t_end: float
    box: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    observed: Callable[[Values, Values], Mapping[str, Any]] | None = None
    points: Mapping[str, Any] = field(default_factory=dict)
    drive: Mapping[str, float] = field(default_factory=dict)
    late: Mapping[str, tuple[str, float | str]] = field(default_factory=dict)
    count: int = 5


def edge(source: str, target: str, attribute: str) -> str:
    """Return the path of an attribute of the one edge between two variables, or of a variable `op/var` in it."""
    return f"{source}->{target}[0]/{attribute}"


def under(prefix: str, *symbols: str) -> dict[str, str]:
    """Return the path of each symbol that is a variable of one operator."""
    return {symbol: f"{prefix}/{symbol}" for symbol in symbols}


def jsonable(value: Any) -> Any:
    """Return a number as JSON holds it; a complex one as text."""
    if isinstance(value, complex | np.complexfloating):
        return repr(complex(value)).strip("()")
    return float(value)


def by_path(model: Model, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values by path instead of by symbol; what has no path is left out."""
    return {model.paths[symbol]: jsonable(value) for symbol, value in values.items() if symbol in model.paths}


def random_states(model: Model, rng: np.random.Generator) -> Values:
    """Return a random value of each state; complex ones have two."""
    states: Values = {}
    for symbol, initial in model.states.items():
        low, high = model.box.get(symbol, (0.1, 0.9))
        states[symbol] = float(rng.uniform(low, high))
        if isinstance(initial, complex):
            states[symbol] = complex(states[symbol], float(rng.uniform(low, high)))
    return states


def random_pasts(model: Model, p: Values, rng: np.random.Generator) -> tuple[dict[str, list[float]], Values]:
    """Return the past of each delayed variable by path, as value at 0 and slope, and what each symbol reads there."""
    pasts: dict[str, list[float]] = {}
    read: Values = {}
    for symbol, (path, delay) in model.late.items():
        ago = p[delay] if isinstance(delay, str) else delay
        if path not in pasts:  # within 30 % of a random value as long as the delay lasts
            value = float(rng.uniform(*model.box.get(symbol, (0.1, 0.9))))
            pasts[path] = [value, float(rng.uniform(-0.3, 0.3)) * value / ago]
        value, slope = pasts[path]
        read[symbol] = value - slope * ago
    return pasts, read


def right_hand_sides(model: Model, seed: int = 1) -> list[dict[str, Any]]:
    """Evaluate the right-hand side at random states, each under parameters within 30 % of the defaults."""
    rng = np.random.default_rng(seed)
    points = []
    for _ in range(model.count):
        states = random_states(model, rng)
        p = {symbol: float((value or 1.0) * rng.uniform(0.7, 1.3)) for symbol, value in model.parameters.items()}
        pasts, read = random_pasts(model, p, rng)
        point = {
            "parameters": by_path(model, p),
            "state": by_path(model, states),
            "derivative": by_path(model, model.rhs(states | read, p)),
        }
        if model.observed is not None:
            point["observed"] = by_path(model, model.observed(states, p))
        if pasts:
            point["history"] = pasts
        points.append(point)
    return points


def integrate(model: Model) -> Values:
    """Return the states at the end of the trajectory; DOP853 at the limit of double precision."""
    p = {**model.parameters, **model.drive}
    symbols = tuple(model.states)
    start = np.array([model.states[symbol] for symbol in symbols])

    def slope(_: float, y: np.ndarray) -> np.ndarray:
        derivative = model.rhs(dict(zip(symbols, y, strict=True)), dict(p))
        return np.array([derivative[symbol] for symbol in symbols])

    scale = 1e-15 * max(1e-3, float(np.max(np.abs(start))))
    solution = solve_ivp(slope, (0.0, model.t_end), start, method="DOP853", rtol=3e-14, atol=scale)
    assert solution.success, solution.message
    return {symbol: value.item() for symbol, value in zip(symbols, solution.y[:, -1], strict=True)}


def described(model: Model) -> dict[str, Any]:
    """Return what is recorded of a model that is not integrated."""
    return {
        "model": model.name,
        "defaults": by_path(model, model.parameters),
        "initial": by_path(model, model.states),
        "rhs": right_hand_sides(model),
        **model.points,
    }


def trajectory(model: Model) -> dict[str, Any]:
    """Return the end of the trajectory from the initial values."""
    end = integrate(model)
    expected = dict(end)
    if model.observed is not None:
        expected |= model.observed(end, {**model.parameters, **model.drive})
    return {"t": model.t_end, "parameters": by_path(model, model.drive), "expected": by_path(model, expected)}


def entry(model: Model) -> dict[str, Any]:
    """Return everything that is recorded of a model."""
    return {**described(model), "trajectory": trajectory(model)}


def write(script: str, entries: Sequence[dict[str, Any]]) -> None:
    """Write the record of a script beside it."""
    path = Path(script)
    record = {"script": path.name, "models": list(entries)}
    path.with_suffix(".json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
