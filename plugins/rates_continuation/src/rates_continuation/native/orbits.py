"""Cycles that a model runs on: found by integration, as starts of a curve."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from rates_continuation.native.boundary import ProfileCurve
from rates_continuation.native.collocation import DEGREE, Care, adapted, node_times
from rates_continuation.native.curve import Place
from rates_continuation.native.cycles import Periodic
from rates_continuation.native.lsoda import ONE_AT_A_TIME
from rates_continuation.vector_field import Field

SETTLING = 200.0  # longest time constants, or shortest, whichever is longer: until a cycle has to be found
RETURNED = 1e-3  # distance between two passages of a plane, of the size of the orbit, at which it is closed
MOST_TURNS = 12  # after which it closes
PRECISION = 1e-9
FINE = 4001  # points along a turn
ATTEMPTS = 4  # each twice as long as all before


def from_orbit(
    field: Field, x: np.ndarray, p: np.ndarray, width: float, care: Care, time_constant: float | None = None
) -> tuple[ProfileCurve, Place] | None:
    """Return the cycle to which a field runs, as a curve of cycles and a place on it; None if none is found.

    Args:
        field: whose cycle it is.
        x: where the run starts.
        p: the parameters.
        width: scale of the parameter.
        care: which meshes are made.
        time_constant: the longest one; found from the rates at the start if None.
    """
    duration = SETTLING * (_time_constant(field, x, p) if time_constant is None else time_constant)
    for _ in range(ATTEMPTS):
        x = _moved(field, x, p, duration)
        loop = _loop(field, x, p, duration) if np.isfinite(x).all() else None
        if loop is not None:
            return _curve(field, p, *loop, width, care)
        duration *= 2
    return None


def _time_constant(field: Field, x: np.ndarray, p: np.ndarray) -> float:
    with np.errstate(all="ignore"):
        matrix = field.by_states(x, p)
    rates = np.abs(np.linalg.eigvals(matrix)) if np.isfinite(matrix).all() else np.zeros(1)
    slowest = rates[rates > 1e-3 * float(np.max(rates, initial=0.0))]
    return float(1.0 / np.min(slowest)) if len(slowest) else 1.0


def _moved(field: Field, x: np.ndarray, p: np.ndarray, duration: float) -> np.ndarray:
    with ONE_AT_A_TIME, np.errstate(all="ignore"):
        found = solve_ivp(lambda t, y: field.rates(y, p), (0.0, duration), x, method="LSODA", rtol=1e-8, atol=1e-10)
    return np.asarray(found.y[:, -1] if found.success else np.full(len(x), np.nan))


def _loop(field: Field, x: np.ndarray, p: np.ndarray, duration: float) -> tuple[np.ndarray, np.ndarray] | None:
    """Return times and states of one turn around a cycle, or None if none closes."""
    with ONE_AT_A_TIME, np.errstate(all="ignore"):
        run = solve_ivp(
            lambda t, y: field.rates(y, p), (0.0, duration), x, method="LSODA", rtol=PRECISION, atol=1e-12,
            dense_output=True,
        )  # fmt: skip
    size = np.ptp(run.y, axis=1)
    if not run.success or float(np.max(size / (np.abs(x) + 1e-12))) < RETURNED:  # at rest
        return None
    size = np.maximum(size, 1e-6 * float(np.max(size)))
    times = _passages(run, field.rates(x, p) / size**2)
    states = run.sol(times).T
    for turns in range(1, min(MOST_TURNS, len(times) - 1) + 1):
        if float(np.max(np.abs(states[-1] - states[-1 - turns]) / size)) < RETURNED:
            wanted = np.linspace(times[-1 - turns], times[-1], FINE)
            return wanted, run.sol(wanted).T
    return None


def _passages(run: Any, normal: np.ndarray) -> np.ndarray:
    """Return the times at which a run passes the plane through its start, in the direction in which it began."""
    start = run.y[:, 0]
    values = normal @ (run.y - start[:, None])
    before = np.nonzero((values[:-1] < 0) & (values[1:] >= 0))[0]
    return np.array(
        [0.0, *(brentq(lambda t: normal @ (run.sol(t) - start), run.t[k], run.t[k + 1]) for k in before.tolist())]
    )


def _curve(
    field: Field, p: np.ndarray, times: np.ndarray, states: np.ndarray, width: float, care: Care
) -> tuple[ProfileCurve, Place] | None:
    """Return the curve through a cycle of which a numerical turn is known."""
    period, share = float(times[-1] - times[0]), (times - times[0]) / (times[-1] - times[0])
    mesh = np.linspace(0.0, 1.0, care.most + 1)
    swing, size = np.ptp(states, axis=0), np.max(np.abs(states), axis=0)
    size = np.maximum(size, 1e-3 * float(np.max(size)))
    swing = np.maximum(swing, 1e-3 * size)
    for _ in range(5):
        at = node_times(mesh, DEGREE)
        profile = np.column_stack([np.interp(at, share, column) for column in states.T])
        mesh = adapted(mesh, profile, swing, care)
    at = node_times(mesh, DEGREE)
    profile = np.column_stack([np.interp(at, share, column) for column in states.T])
    curve = ProfileCurve(Periodic(field, size), mesh, profile, size, np.array([period, *(width for _ in p)]), care)
    z = np.concatenate([profile.ravel(), [period], p])
    normal = np.zeros_like(z)
    normal[-1] = curve.scale[-1] ** 2
    place = curve.place(z, normal, normal, curve.scale)
    return None if place is None else (curve, place)
