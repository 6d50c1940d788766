"""Classical systems without delay.

FitzHugh (1961), Hodgkin and Huxley (1952), Lorenz (1963), Rössler (1976), Prigogine and Lefever (1968), Volterra
(1926), Kermack and McKendrick (1927).
"""

from __future__ import annotations

from math import exp, expm1, log, sqrt
from typing import Any

import numpy as np
from record import Model, Values, by_path, entry, under, write
from scipy.integrate import solve_ivp
from scipy.optimize import brentq, fsolve
from stability import crossing, period, slope_of

FAMILY = "model_templates.systems"


def fitzhugh_nagumo(s: Values, p: Values) -> dict[str, float]:
    """FitzHugh's equations 1 and 2 in x = -v and y = w, with z = -I and time in units of c, where eps = 1/c^2."""
    x, y, z, c = -s["v"], s["w"], -p["I_ext"], 1 / sqrt(p["eps"])
    x_slope = c * (y + x - x**3 / 3 + z)
    y_slope = -(x - p["a"] + p["b"] * y) / c
    return {"v": -x_slope / c, "w": y_slope / c}


def hodgkin_huxley(s: Values, p: Values) -> dict[str, float]:
    """The rates as published, in the depolarisation u = -V of the paper, which is v + 65 here."""
    u, m, h, n = s["v"] + 65, s["m"], s["h"], s["n"]
    opening = {
        "m": 0.1 * (25 - u) / expm1((25 - u) / 10),
        "h": 0.07 * exp(-u / 20),
        "n": 0.01 * (10 - u) / expm1((10 - u) / 10),
    }
    closing = {"m": 4 * exp(-u / 18), "h": 1 / (exp((30 - u) / 10) + 1), "n": 0.125 * exp(-u / 80)}
    ions = {"Na": p["g_Na"] * m * m * m * h, "K": p["g_K"] * n * n * n * n, "L": p["g_L"]}
    current = sum(g * (s["v"] - p[f"E_{ion}"]) for ion, g in ions.items())
    gates = {gate: opening[gate] * (1 - s[gate]) - closing[gate] * s[gate] for gate in "mhn"}
    return {"v": (p["I_ext"] - current) / p["C"], **gates}


def lorenz(s: Values, p: Values) -> dict[str, float]:
    x, y, z = s["x"], s["y"], s["z"]
    return {"x": -p["sigma"] * x + p["sigma"] * y, "y": -x * z + p["rho"] * x - y, "z": x * y - p["beta"] * z}


def roessler(s: Values, p: Values) -> dict[str, float]:
    return {"x": -(s["y"] + s["z"]), "y": s["x"] + p["a"] * s["y"], "z": p["b"] + s["x"] * s["z"] - p["c"] * s["z"]}


def brusselator(s: Values, p: Values) -> dict[str, float]:
    reaction = s["x"] * s["x"] * s["y"]
    turnover = p["b"] * s["x"]
    return {"x": p["a"] + reaction - turnover - s["x"], "y": turnover - reaction}


def predator_prey(s: Values, p: Values) -> dict[str, float]:
    u, w = s["u"], s["w"]
    return {"u": p["die"] * u + p["eat"] * w * u, "w": p["grow"] * w + p["eaten"] * u * w}


def sir(s: Values, p: Values) -> dict[str, float]:
    infections = p["beta"] * s["S"] * (s["I"] + p["I_in"])
    removals = p["gamma"] * s["I"]
    return {"S": -infections, "I": infections - removals, "R": removals}


def seir(s: Values, p: Values) -> dict[str, float]:
    infections = p["beta"] * s["S"] * (s["I"] + p["I_in"])
    onsets, removals = p["sigma"] * s["E"], p["gamma"] * s["I"]
    return {"S": -infections, "E": infections - onsets, "I": onsets - removals, "R": removals}


def spared(susceptible: float, infectious: float, ratio: float) -> float:
    """Return the susceptible in the end: log(S) = log(S0) - ratio*(S0 + I0 - S), Kermack and McKendrick."""
    return float(brentq(lambda s: log(s / susceptible) + ratio * (susceptible + infectious - s), 1e-6, 1 / ratio))


def single(name: str, operator: str, rhs: Any, start: Values, parameters: Values, t_end: float, **box: Any) -> Model:
    """Return a model of one operator in the node p."""
    return Model(f"{FAMILY}.{name}", rhs, start, parameters, under(f"p/{operator}", *start, *parameters), t_end, box)


def still(model: Model, **state: float) -> dict[str, Any]:
    return {"how": "closed form", "parameters": {}, "state": by_path(model, state)}


def turning(model: Model, omega: float, parameters: Values, **state: float) -> dict[str, Any]:
    """Record a Hopf point in closed form."""
    how = "closed form: trace of the Jacobian 0"
    return {"how": how, "parameters": by_path(model, parameters), "state": by_path(model, state), "omega": omega}


def closed_orbit(
    model: Model, free: tuple[str, str], guess: tuple[float, float, float], **held: float
) -> dict[str, Any]:
    """Record a periodic orbit, however unstable: where it meets a plane, and its period, by Newton's method."""
    symbols = tuple(model.states)
    slope = slope_of(model.rhs, symbols, dict(model.parameters))

    def point(unknown: np.ndarray) -> np.ndarray:
        values = {**held, **dict(zip(free, unknown[:2].tolist(), strict=True))}
        return np.array([values[symbol] for symbol in symbols])

    def miss(unknown: np.ndarray) -> np.ndarray:
        run = solve_ivp(
            lambda _, y: slope(y), (0.0, unknown[2]), point(unknown), method="DOP853", rtol=1e-13, atol=1e-14
        )
        return run.y[:, -1] - point(unknown)

    found = fsolve(miss, guess, xtol=1e-13)
    assert np.max(np.abs(miss(found))) < 1e-10, model.name
    state = dict(zip(symbols, point(found).tolist(), strict=True))
    return {"state": by_path(model, state), "period": float(found[2])}


def membrane() -> dict[str, Any]:
    """Record FitzHugh's membrane: where its cubic nullcline turns the fixed point's trace is 0."""
    start, parameters = {"v": -1.0, "w": -0.5}, {"a": 0.7, "b": 0.8, "eps": 0.08, "I_ext": 0.5}
    model = single("fitzhugh_nagumo.fhn", "fhn_op", fitzhugh_nagumo, start, parameters, 50.0, v=(-2.0, 2.0))
    omega = sqrt(0.08 - 0.064**2)
    points = []
    for v in (-sqrt(1 - 0.064), sqrt(1 - 0.064)):
        w = (v + 0.7) / 0.8
        points.append(turning(model, omega, {"I_ext": w - v + v**3 / 3}, v=v, w=w))
    return {**entry(model), "bifurcations": points, "period": period(model, "v", 0.0, 1000.0)}


def axon() -> dict[str, Any]:
    """Record the axon; its Hopf points are those of Rinzel and Miller (1980), 9.78 and 154.5 uA/cm^2."""
    parameters = {
        "g_Na": 120.0,
        "g_K": 36.0,
        "g_L": 0.3,
        "E_Na": 50.0,
        "E_K": -77.0,
        "E_L": -54.387,
        "C": 1.0,
        "I_ext": 10.0,
    }
    gates = {"m": 0.052932485257249577, "h": 0.59612075350846028, "n": 0.31767691406069742}
    model = single(
        "hodgkin_huxley.hh", "hh_op", hodgkin_huxley, {"v": -65.0, **gates}, parameters, 20.0, v=(-80.0, 30.0)
    )
    low = {"v": -59.6, "m": 0.098, "h": 0.403, "n": 0.403}
    high = {"v": -43.03, "m": 0.42, "h": 0.07, "n": 0.644}
    points = [crossing(model, "I_ext", (9.5, 10.0), low), crossing(model, "I_ext", (153.0, 156.0), high)]
    return {**entry(model), "bifurcations": points, "period": {**period(model, "v", 0.0, 400.0), "rows": 8000}}


def convection() -> dict[str, Any]:
    """Record Lorenz's cell: its steady rolls, where they lose stability, and the shortest orbit around both."""
    start, parameters = {"x": 0.0, "y": 1.0, "z": 0.0}, {"sigma": 10.0, "rho": 28.0, "beta": 8 / 3}
    box = {"x": (-15.0, 15.0), "y": (-20.0, 20.0), "z": (5.0, 40.0)}
    model = single("lorenz.lorenz", "lorenz_op", lorenz, start, parameters, 3.0, **box)
    side, sigma, beta = sqrt(72.0), 10.0, 8 / 3
    rho = sigma * (sigma + beta + 3) / (sigma - beta - 1)
    roll, omega = sqrt(beta * (rho - 1)), sqrt(beta * (rho + sigma))
    orbit = closed_orbit(model, ("x", "y"), (-13.76, -19.58, 1.5587), z=27.0)
    assert abs(orbit["period"] - 1.5586522107161747) < 1e-11  # Viswanath (2004), the orbit AB
    return {
        **entry(model),
        "fixed_points": [still(model, x=side, y=side, z=27.0), still(model, x=-side, y=-side, z=27.0)],
        "bifurcations": [turning(model, omega, {"rho": rho}, x=roll, y=roll, z=rho - 1)],
        "orbit": orbit,
    }


def band() -> dict[str, Any]:
    """Record Rössler's band: a fixed point, and the shortest orbit of the chaos."""
    start, parameters = {"x": 1.0, "y": 1.0, "z": 0.0}, {"a": 0.2, "b": 0.2, "c": 5.7}
    box = {"x": (-8.0, 8.0), "y": (-8.0, 8.0)}
    model = single("roessler.roessler", "roessler_op", roessler, start, parameters, 10.0, **box)
    c, a = 5.7, 0.2
    points = []
    for sign in (-1, 1):
        z = (c + sign * sqrt(c * c - 4 * a * 0.2)) / (2 * a)
        points.append(still(model, x=a * z, y=-z, z=z))
    orbit = closed_orbit(model, ("y", "z"), (6.0918, 1.2997, 5.8811), x=0.0)
    # ChaosBook.org, cycle 1; the table is good to 1e-9, as its neutral multiplier of 1.000000003 shows
    assert abs(orbit["period"] - 5.88108845586) < 1e-9
    return {**entry(model), "fixed_points": points, "orbit": orbit}


def reactor() -> dict[str, Any]:
    """Record the reactor: a cycle is born at b = 1 + a^2 with the frequency a."""
    start, parameters = {"x": 1.0, "y": 1.0}, {"a": 1.0, "b": 3.0}
    model = single("brusselator.brusselator", "brusselator_op", brusselator, start, parameters, 20.0)
    points = [turning(model, a, {"a": a, "b": 1 + a * a}, x=a, y=(1 + a * a) / a) for a in (1.0, 1.7)]
    return {
        **entry(model),
        "fixed_points": [still(model, x=1.0, y=3.0)],
        "bifurcations": points,
        "period": period(model, "x", 1.0, 300.0),
    }


def species() -> dict[str, Any]:
    parameters = {"die": -1.0, "grow": 0.7, "eaten": -1.3, "eat": 1.0}
    at = {
        "u": "predator/lv_op/x",
        "w": "prey/lv_op/x",
        "die": "predator/lv_op/alpha",
        "grow": "prey/lv_op/alpha",
        "eaten": "predator/lv_op/x->prey/lv_op/x_in[0]/weight",
        "eat": "prey/lv_op/x->predator/lv_op/x_in[0]/weight",
    }
    model = Model(f"{FAMILY}.lotka_volterra.lv", predator_prey, {"u": 0.5, "w": 0.5}, parameters, at, 10.0)
    return {
        **entry(model),
        "fixed_points": [still(model, u=0.7 / 1.3, w=1.0)],
        "period": period(model, "u", 0.54, 100.0),
    }


def lone_species() -> dict[str, Any]:
    def growth(s: Values, p: Values) -> dict[str, float]:
        return {"x": p["alpha"] * s["x"] + p["x_in"] * s["x"]}

    return entry(single("lotka_volterra.lv_op", "lv_op", growth, {"x": 0.5}, {"alpha": 0.5, "x_in": 0.0}, 2.0))


def epidemics() -> list[dict[str, Any]]:
    """Record both epidemics; incubation does not change how many are spared."""
    contact, left = {"beta": 0.5, "gamma": 0.2, "I_in": 0.0}, spared(0.99, 0.01, 0.5 / 0.2)
    start = {"S": 0.99, "I": 0.01, "R": 0.0}
    quick = single("epidemics.sir", "sir_op", sir, start, contact, 30.0)
    slow = single("epidemics.seir", "seir_op", seir, {**start, "E": 0.0}, {**contact, "sigma": 0.25}, 30.0)
    ends = ({"t": t, "expected": {f"p/{operator}/S": left}} for t, operator in ((400.0, "sir_op"), (600.0, "seir_op")))
    return [{**entry(model), "end": end} for model, end in zip((quick, slow), ends, strict=True)]


def models() -> list[dict[str, Any]]:
    return [membrane(), axon(), convection(), band(), reactor(), species(), lone_species(), *epidemics()]


if __name__ == "__main__":
    write(__file__, models())
