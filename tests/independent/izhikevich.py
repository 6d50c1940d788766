"""Mean fields of Izhikevich neurons: Chen and Campbell (2022); Gast, Solla and Kennedy (2023).

The right-hand sides are derived here from the Lorentzian ansatz, in the half width w and the centre v of the density
of potentials: for C*v_j' = k*(v_j - v_r)*(v_j - theta) + eta - u + g*s*(E - v_j) and r = k*w/(pi*C).
"""

from __future__ import annotations

from math import pi
from typing import Any

from neurons import self_consistent
from record import Model, Values, by_path, edge, entry, under, write
from scipy.optimize import fsolve
from stability import period, slope_of

FAMILY = "model_templates.neural_mass_models.ik"


def averaged(s: Values, p: Values, width_eta: float, width_theta: float) -> dict[str, float]:
    """Continue w + i*v to the pole of the parameter's density: eta -> eta - i*Delta, theta -> theta + i*Delta."""
    k, c, conductance = p["k"], p["C"], p["g"] * s["s"]
    z = complex(pi * c * s["r"] / k, s["v"])  # w + i*v
    v = -1j * z  # the complex potential v - i*w whose dynamics are the single neuron's
    eta = p["eta"] + p["I_ext"] - 1j * width_eta
    theta = p["v_t"] + 1j * width_theta
    slope = (k * (v - p["v_r"]) * (v - theta) + eta - s["u"] + conductance * (p["E_r"] - v)) / c
    return {
        "r": -slope.imag * k / (pi * c),
        "v": slope.real,
        "u": p["a"] * (p["b"] * (s["v"] - p["v_r"]) - s["u"]) + p["d"] * s["r"],
        "s": p["J"] * s["r"] - s["s"] / p["tau_s"],
    }


def with_currents(s: Values, p: Values) -> dict[str, float]:
    return averaged(s, p, p["Delta"], 0.0)


def with_thresholds(s: Values, p: Values) -> dict[str, float]:
    return averaged(s, p, 0.0, p["Delta"])


def without_dimension(s: Values, p: Values) -> dict[str, float]:
    same = {"k": 1.0, "C": p["tau"], "v_r": 0.0, "v_t": p["alpha"], "g": p["g"] * p["tau"]}
    return averaged(s, {**p, **same}, p["Delta"], 0.0)


def firing_point(p: Values) -> dict[str, float]:
    """Return a fixed point of the population without the mean field: the mean over eta of a neuron's own rate.

    Under constant u and s a neuron is k*(v - m)^2 + e and fires at sqrt(k*e)/(pi*C) where e > 0. The mean potential
    comes from the published equation for r.
    """

    def rest(r: float) -> tuple[float, float, float, float]:
        s = p["J"] * p["tau_s"] * r
        v = (p["v_r"] + p["v_t"] + (p["g"] * s - p["k"] * p["Delta"] / (pi * p["C"] * r)) / p["k"]) / 2
        u = p["b"] * (v - p["v_r"]) + p["d"] * r / p["a"]
        m = (p["v_r"] + p["v_t"] + p["g"] * s / p["k"]) / 2
        fixed = p["k"] * p["v_r"] * p["v_t"] - u + p["g"] * s * p["E_r"] + p["I_ext"] - p["k"] * m * m
        return s, v, u, fixed + p["eta"]

    k, c = p["k"], p["C"]  # C*v' = k*(v - m)^2 + e is tau*V' = V^2 + k*e in V = k*(v - m), tau = C
    r = self_consistent(lambda r: k * rest(r)[3], k * p["Delta"], c, (1e-5, 1.0))
    s, v, u, _ = rest(r)
    return {"r": r, "v": v, "u": u, "s": s}


COMMON = {"I_ext": 0.0, "eta": 0.0, "g": 0.5, "J": 1.0, "b": -0.01, "a": 0.008}
NODIM = {**COMMON, "Delta": 0.02, "tau": 1.0, "alpha": 0.6, "E_r": 1.0, "d": 0.02, "tau_s": 2.6}
FULL = {**COMMON, "Delta": 0.02, "k": 1.0, "C": 100.0, "v_r": -70.0, "v_t": -40.0, "E_r": 0.0, "d": 10.0, "tau_s": 5.0}
# the dimensionless neuron of hippocampal area CA3 in Chen and Campbell (2022): the population bursts
CA3 = {"alpha": 0.6215, "a": 0.0077, "b": -0.0062, "d": 0.0189, "g": 1.2308, "eta": 0.12}
BOX = {"r": (0.005, 0.05), "v": (-65.0, -35.0), "u": (-20.0, 60.0)}


def paths(operator: str, parameters: Values) -> dict[str, str]:
    names = under(f"p/{operator}", "r", "v", "u", "s", *(symbol for symbol in parameters if symbol != "J"))
    return {**names, "J": edge(f"p/{operator}/r", f"p/{operator}/r_in", "weight")}


def resting(model: Model, changed: Values, full: Values) -> dict[str, Any]:
    """Record the fixed point that single neurons lead to; `full` is the same in the symbols with dimension."""
    p, point = {**model.parameters, **changed}, firing_point(full)
    assert max(map(abs, model.rhs(point, p).values())) < 1e-9
    return {
        "how": "mean over the Lorentzian of single neurons' rates",
        "parameters": by_path(model, changed),
        "state": by_path(model, point),
    }


def model_of(name: str, rhs: Any, parameters: Values, box: Values) -> Model:
    start = {"r": 0.0, "v": 0.0 if name == "ik_nodim" else -60.0, "u": 0.0, "s": 0.0}
    return Model(f"{FAMILY}.{name}", rhs, start, parameters, paths(f"{name}_op", parameters), 50.0, box)


def nodim() -> dict[str, Any]:
    """Record the population without dimension, and the period of its bursts."""
    model = model_of("ik_nodim", without_dimension, NODIM, {})
    changed = {"eta": 0.3, "Delta": 0.05, "tau": 1.4}
    full = {**NODIM, **changed, "k": 1.0, "C": 1.4, "v_r": 0.0, "v_t": 0.6, "g": NODIM["g"] * 1.4}
    bursts = {**period(model, "r", 0.06, 4000.0, CA3), "rows": 8000}
    return {**entry(model), "fixed_points": [resting(model, changed, full)], "period": bursts}


def currents() -> dict[str, Any]:
    model = model_of("ik_eta", with_currents, FULL, BOX)
    changed = {"k": 0.7, "eta": 300.0, "Delta": 20.0}  # k away from 1, where k and k^2 differ
    return {**entry(model), "fixed_points": [resting(model, changed, {**FULL, **changed})]}


def thresholds() -> dict[str, Any]:
    """Record a fixed point as the root of the complex potential: the mean field of thresholds is no mean of neurons."""
    model = model_of("ik_theta", with_thresholds, FULL, BOX)
    changed = {"k": 0.7, "eta": 300.0, "Delta": 1.0}
    slope = slope_of(model.rhs, tuple(model.states), {**FULL, **changed})
    root = fsolve(slope, [0.01, -50.0, 10.0, 0.05], xtol=1e-12)
    found = {
        "how": "Newton",
        "parameters": by_path(model, changed),
        "state": by_path(model, dict(zip(model.states, root.tolist(), strict=True))),
    }
    return {**entry(model), "fixed_points": [found]}


def models() -> list[dict[str, Any]]:
    return [nodim(), currents(), thresholds()]


if __name__ == "__main__":
    write(__file__, models())
