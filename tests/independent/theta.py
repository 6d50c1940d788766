"""Theta neurons in their complex order parameter: Luke, Barreto and So (2013); Coombes and Byrne (2019).

The right-hand side is that of rate and potential (QIF), carried to z by w = pi*tau*r + i*v and
z = (1 - conj(w))/(1 + conj(w)).
"""

from __future__ import annotations

from math import pi
from typing import Any

from record import Model, Values, edge, entry, under, write

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


def models() -> list[dict[str, Any]]:
    common = {"tau": 1.0, "eta": -5.0, "Delta": 1.0, "I_ext": 0.0, "J": 15.0}
    entries = []
    for name, operator, rhs, more in (
        ("kmo_theta", "theta_op", theta, {}),
        ("kmo_conductance", "conductance_op", conductance, {"v_s": -10.0}),
    ):
        paths = {
            **under(f"p/{operator}", "z", "r", "tau", "eta", "Delta", "I_ext", *more),
            "J": edge(f"p/{operator}/r", f"p/{operator}/s", "weight"),
        }
        box = {"z": (-0.6, 0.6)}
        start = {"z": -0.6 - 0.8j}
        entries.append(entry(Model(f"{FAMILY}.{name}", rhs, start, {**common, **more}, paths, 5.0, box, observed)))
    return entries


if __name__ == "__main__":
    write(__file__, models())
