"""Where a fixed point of published equations loses its stability, and how long a cycle of theirs lasts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from record import Model, RightHandSide, Values, by_path
from scipy.integrate import solve_ivp
from scipy.optimize import brentq, fsolve

Slope = Callable[[np.ndarray], np.ndarray]


def slope_of(rhs: RightHandSide, symbols: Sequence[str], p: Values) -> Slope:
    """Return a right-hand side as a function of a vector."""

    def slope(y: np.ndarray) -> np.ndarray:
        derivative = rhs(dict(zip(symbols, y, strict=True)), dict(p))
        return np.array([derivative[symbol] for symbol in symbols])

    return slope


def jacobian(slope: Slope, y: np.ndarray) -> np.ndarray:
    """Return the Jacobian by central differences of sixth order, whose error is about 1e-12 of its size."""
    columns = []
    for place, value in enumerate(y):
        step = np.zeros_like(y)
        step[place] = 2e-3 * max(abs(value), 1e-2)
        first, second, third = (slope(y + k * step) - slope(y - k * step) for k in (1, 2, 3))
        columns.append((45 * first - 9 * second + third) / (60 * step[place]))
    return np.array(columns).T


def critical_point(
    model: Model, symbol: str, between: tuple[float, float], guess: Mapping[str, float]
) -> tuple[float, dict[str, float], float]:
    """Return the parameter at which the fixed point near a guess loses stability, the point, and the frequency."""
    symbols = tuple(model.states)
    near = np.array([guess[name] for name in symbols], dtype=float)

    def at(value: float) -> tuple[np.ndarray, complex]:
        nonlocal near
        slope = slope_of(model.rhs, symbols, {**model.parameters, symbol: value})
        near, _, found, message = fsolve(slope, near, xtol=1e-14, full_output=True)
        assert found == 1 or np.max(np.abs(slope(near))) < 1e-9, message
        eigenvalues = np.linalg.eigvals(jacobian(slope, near))
        return near, complex(max(eigenvalues, key=lambda z: (z.real, z.imag)))

    value = float(brentq(lambda value: at(value)[1].real, *between, xtol=1e-13, rtol=1e-14))
    point, eigenvalue = at(value)
    return value, dict(zip(symbols, point.tolist(), strict=True)), abs(eigenvalue.imag)


def crossing(model: Model, symbol: str, between: tuple[float, float], guess: Mapping[str, float]) -> dict[str, Any]:
    """Record a critical point: eigenvalues +-i*omega, where omega is 0 at a fold."""
    value, point, omega = critical_point(model, symbol, between, guess)
    return {
        "how": f"{symbol} at which the real part of an eigenvalue is 0, by bisection",
        "parameters": by_path(model, {symbol: value}),
        "state": by_path(model, point),
        "omega": omega,
    }


def fold(model: Model, symbol: str, guess: Mapping[str, float], changed: Mapping[str, float]) -> dict[str, Any]:
    """Record where two fixed points meet: the determinant of the Jacobian is 0. The guess holds the parameter too."""
    symbols = tuple(model.states)

    def equations(unknown: np.ndarray) -> list[float]:
        slope = slope_of(model.rhs, symbols, {**model.parameters, **changed, symbol: unknown[-1]})
        return [*slope(unknown[:-1]), np.linalg.det(jacobian(slope, unknown[:-1]))]

    found = fsolve(equations, [guess[name] for name in (*symbols, symbol)], xtol=1e-12)
    assert np.max(np.abs(equations(found))) < 1e-12, model.name
    return {
        "how": f"{symbol} at which two fixed points meet, by Newton's method",
        "parameters": by_path(model, {**changed, symbol: float(found[-1])}),
        "state": by_path(model, dict(zip(symbols, found[:-1].tolist(), strict=True))),
        "omega": 0.0,
    }


def period(
    model: Model, symbol: str, level: float, settle: float, changed: Mapping[str, float] | None = None
) -> dict[str, Any]:
    """Record the period of a cycle: the time between upward passages of a level, once it is always the same."""
    symbols, parameters = tuple(model.states), {**model.parameters, **(changed or {})}
    slope, place = slope_of(model.rhs, symbols, parameters), symbols.index(symbol)

    def passage(_: float, y: np.ndarray) -> float:
        return float(y[place] - level)

    passage.direction = 1.0  # type: ignore[attr-defined]
    start = [model.states[name] for name in symbols]
    run = solve_ivp(
        lambda _, y: slope(y), (0.0, settle), start, method="DOP853", rtol=1e-13, atol=1e-15, events=passage
    )
    last = run.t_events[0][-3:]
    assert abs(last[2] - 2 * last[1] + last[0]) < 1e-9 * (last[2] - last[1]), (model.name, last)
    return {
        "of": model.paths[symbol],
        "value": float(last[2] - last[1]),
        "parameters": by_path(model, changed or {}),
        "settle": settle,
    }
