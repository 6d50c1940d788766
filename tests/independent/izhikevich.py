"""Mean fields of Izhikevich neurons: Chen and Campbell (2022); Gast, Solla and Kennedy (2023).

The right-hand sides are derived here from the Lorentzian ansatz, in the half width w and the centre v of the density
of potentials: for C*v_j' = k*(v_j - v_r)*(v_j - theta) + eta - u + g*s*(E - v_j) and r = k*w/(pi*C).
"""

from __future__ import annotations

from math import pi, sqrt
from typing import Any

from record import Model, Values, edge, entry, under, write
from scipy.integrate import quad
from scipy.optimize import brentq

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

    def excess(r: float) -> float:
        centre, width = rest(r)[3], p["Delta"]
        mean, _ = quad(  # e = q^2, q = scale*x/(1 - x)
            lambda x: 2 * (q := x / (1 - x)) * q / ((q * q - centre / width) ** 2 + 1) / (1 - x) ** 2,
            0.0,
            1.0,
            epsabs=1e-14,
            epsrel=1e-13,
            limit=1000,
        )
        return sqrt(p["k"] * width) * mean / pi / (pi * p["C"]) - r

    r = brentq(excess, 1e-5, 1.0, xtol=1e-16)
    s, v, u, _ = rest(r)
    return {"r": r, "v": v, "u": u, "s": s}


COMMON = {"I_ext": 0.0, "eta": 0.0, "g": 0.5, "J": 1.0, "b": -0.01, "a": 0.008}
NODIM = {**COMMON, "Delta": 0.02, "tau": 1.0, "alpha": 0.6, "E_r": 1.0, "d": 0.02, "tau_s": 2.6}
FULL = {**COMMON, "Delta": 0.02, "k": 1.0, "C": 100.0, "v_r": -70.0, "v_t": -40.0, "E_r": 0.0, "d": 10.0, "tau_s": 5.0}
BOX = {"r": (0.005, 0.05), "v": (-65.0, -35.0), "u": (-20.0, 60.0)}


def paths(operator: str, parameters: Values) -> dict[str, str]:
    names = under(f"p/{operator}", "r", "v", "u", "s", *(symbol for symbol in parameters if symbol != "J"))
    return {**names, "J": edge(f"p/{operator}/r", f"p/{operator}/r_in", "weight")}


def models() -> list[dict[str, Any]]:
    zeros = {"r": 0.0, "v": 0.0, "u": 0.0, "s": 0.0}
    active = {**FULL, "k": 0.7, "eta": 300.0, "Delta": 20.0}  # k away from 1, where k and k^2 differ
    light = {**NODIM, "eta": 0.3, "Delta": 0.05, "tau": 1.4}
    light_full = {**light, "k": 1.0, "C": 1.4, "v_r": 0.0, "v_t": 0.6, "g": light["g"] * 1.4}
    entries = []
    for name, rhs, parameters, changed, full in (
        ("ik_nodim", without_dimension, NODIM, light, light_full),
        ("ik_eta", with_currents, FULL, active, active),
        ("ik_theta", with_thresholds, FULL, None, None),
    ):
        at = paths(f"{name}_op", parameters)
        points = {}
        if changed is not None:
            point = firing_point(full)
            slope = rhs(point, changed)
            assert max(map(abs, slope.values())) < 1e-9, slope
            points["fixed_points"] = [
                {
                    "how": "mean over the Lorentzian of single neurons' rates",
                    "parameters": {at[key]: value for key, value in changed.items() if value != parameters[key]},
                    "state": {at[key]: value for key, value in point.items()},
                }
            ]
        start = zeros if name == "ik_nodim" else {**zeros, "v": -60.0}
        box = {} if name == "ik_nodim" else BOX
        entries.append(entry(Model(f"{FAMILY}.{name}", rhs, start, parameters, at, 50.0, box, points=points)))
    return entries


if __name__ == "__main__":
    write(__file__, models())
