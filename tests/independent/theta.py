"""Theta neurons in their complex order parameter: Luke, Barreto and So (2013); Coombes and Byrne (2019).

The right-hand side is that of rate and potential (QIF), carried to z by w = pi*tau*r + i*v and
z = (1 - conj(w))/(1 + conj(w)).
"""

from __future__ import annotations

from math import pi
from typing import Any

from neurons import self_consistent
from record import Model, Values, by_path, edge, entry, under, write

FAMILY = "model_templates.neural_mass_models.theta"


def rate_and_potential(z: complex, tau: float) -> tuple[float, float]:
    w = (1 - z.conjugate()) / (1 + z.conjugate())
    return w.real / (pi * tau), w.imag


def carried(z: complex, tau: float, r_slope: float, v_slope: float) -> complex:
    """Return the rate of change of z from those of r and v: dz/dconj(w) = -2/(1 + conj(w))^2 = -(1 + z)^2/2."""
    w_slope = complex(pi * tau * r_slope, v_slope)
    return -((1 + z) ** 2) / 2 * w_slope.conjugate()


def theta(s: Values, p: Values) -> dict[str, Any]:
    tau = p["tau"]
    r, v = rate_and_potential(s["z"], tau)
    r_slope = (p["Delta"] / (pi * tau) + 2 * r * v) / tau
    v_slope = (v * v + p["eta"] + p["I_ext"] + p["J"] * r - (pi * tau * r) ** 2) / tau
    return {"z": carried(s["z"], tau, r_slope, v_slope)}


def conductance(s: Values, p: Values) -> dict[str, Any]:
    tau = p["tau"]
    r, v = rate_and_potential(s["z"], tau)
    g = p["J"] * r
    r_slope = (p["Delta"] / (pi * tau) + 2 * r * v - g * r) / tau
    v_slope = (v * v + p["eta"] + p["I_ext"] + g * (p["v_s"] - v) - (pi * tau * r) ** 2) / tau
    return {"z": carried(s["z"], tau, r_slope, v_slope)}


def observed(s: Values, p: Values) -> dict[str, float]:
    return {"r": rate_and_potential(complex(s["z"]), p["tau"])[0]}


def rest(model: Model, changed: Values) -> dict[str, Any]:
    """Record a fixed point from the rates of the neurons tau*V' = V^2 + eta + s, or + s*(v_s - V), with s = J*r."""
    p = {**model.parameters, **changed}

    def leak(r: float) -> float:
        return p["J"] * r if "v_s" in p else 0.0

    def centre(r: float) -> float:
        return p["eta"] + (leak(r) * p["v_s"] - leak(r) ** 2 / 4 if "v_s" in p else p["J"] * r)

    r = self_consistent(centre, p["Delta"], p["tau"], (1e-3, 0.2))
    w = complex(pi * p["tau"] * r, (leak(r) - p["Delta"] / (pi * p["tau"] * r)) / 2)
    z = (1 - w.conjugate()) / (1 + w.conjugate())
    return {
        "how": "mean over the Lorentzian of single neurons' rates",
        "parameters": by_path(model, changed),
        "state": by_path(model, {"z": z}),
    }


def models() -> list[dict[str, Any]]:
    common = {"tau": 1.0, "eta": -5.0, "Delta": 1.0, "I_ext": 0.0, "J": 15.0}
    changed = {"eta": -4.0, "Delta": 0.7, "tau": 1.3, "J": 9.0}
    entries = []
    for name, operator, rhs, more in (
        ("kmo_theta", "theta_op", theta, {}),
        ("kmo_conductance", "conductance_op", conductance, {"v_s": -10.0}),
    ):
        paths = {
            **under(f"p/{operator}", "z", "r", "tau", "eta", "Delta", "I_ext", *more),
            "J": edge(f"p/{operator}/r", f"p/{operator}/s", "weight"),
        }
        box, start = {"z": (-0.6, 0.6)}, {"z": -0.6 - 0.8j}
        model = Model(f"{FAMILY}.{name}", rhs, start, {**common, **more}, paths, 5.0, box, observed)
        entries.append({**entry(model), "fixed_points": [rest(model, {}), rest(model, changed)]})
    return entries


if __name__ == "__main__":
    write(__file__, models())
