"""QIF mean fields, Montbrió, Pazó and Roxin (2015), equations 12, and what was built on them."""

from __future__ import annotations

from math import pi
from typing import Any

from record import Model, Values, edge, entry, under, write
from scipy.integrate import quad
from scipy.optimize import brentq, fsolve

FAMILY = "model_templates.neural_mass_models.qif"


def weight(operator: str) -> str:
    """Return the path of the strength J."""
    return edge(f"p/{operator}/r", f"p/{operator}/r_in", "weight")


def membrane(s: Values, p: Values, drive: float, g: float = 0.0) -> dict[str, Any]:
    """Return the rates of change of r and v under a synaptic drive."""
    r, v, tau = s["r"], s["v"], p["tau"]
    return {
        "r": (p["Delta"] / (pi * tau) + 2 * r * v - g * r) / tau,
        "v": (v * v + p["eta"] + p["I_ext"] + tau * drive - (pi * tau * r) ** 2) / tau,
    }


def qif(s: Values, p: Values) -> dict[str, Any]:
    return membrane(s, p, p["J"] * s["r"])


def qif_sfa(s: Values, p: Values) -> dict[str, Any]:
    slope = membrane(s, p, p["J"] * s["r"])
    slope["v"] -= s["a"] / p["tau"]
    slope["a"] = s["x"] / p["tau_a"]
    slope["x"] = p["alpha"] * s["r"] - (2 * s["x"] + s["a"]) / p["tau_a"]
    return slope


def qif_gap(s: Values, p: Values) -> dict[str, Any]:
    return membrane(s, p, p["J"] * s["r"], p["g"])


def qif_conduct(s: Values, p: Values) -> dict[str, Any]:
    conductance = p["g"] * s["s"]
    slope = membrane(s, p, 0.0)
    slope["r"] -= conductance * s["r"]
    slope["v"] += conductance * (p["e_r"] - s["v"])
    slope["s"] = p["J"] * s["r"] - s["s"] / p["tau_s"]
    return slope


def qif_alpha(s: Values, p: Values) -> dict[str, Any]:
    """Alpha kernel t/tau_s^2*exp(-t/tau_s): (1 + tau_s*d/dt)^2 y = r."""
    slope = membrane(s, p, p["J"] * s["y"])
    slope["y"] = s["z"]
    slope["z"] = (s["r"] - s["y"] - 2 * p["tau_s"] * s["z"]) / p["tau_s"] ** 2
    return slope


def qif_sd(s: Values, p: Values) -> dict[str, Any]:
    """Depression after a gamma delay of six stages: (0.75/0.3)^2 rounded, stages of mean 0.75/6."""
    rate = 6 / 0.75
    slope = membrane(s, p, p["J"] * s["x"] * s["c6"])
    before = s["r"]
    for stage in (f"c{k}" for k in range(1, 7)):
        slope[stage] = rate * (before - s[stage])
        before = s[stage]
    slope["x"] = (1 - s["x"]) / p["tau_x"] - p["k"] * s["x"] * before
    return slope


def qif_tsodyks(s: Values, p: Values) -> dict[str, Any]:
    x, u, r = s["x"], s["u"], s["r"]
    slope = membrane(s, p, p["J"] * x * u * r)
    slope["x"] = (1 - x) / p["tau_x"] - p["k"] * x * u * r
    slope["u"] = (p["U0"] - u) / p["tau_u"] + p["U0"] * (1 - u) * r
    return slope


def rest_by_quadrature(eta: float, width: float, tau: float, j: float) -> dict[str, float]:
    """Return the resting rate without the mean field: the mean over the Lorentzian of a neuron's own rate.

    A QIF neuron under the constant drive e fires at sqrt(e)/(pi*tau) for e > 0 and not at all else; the mean rate r
    is the root of r = <rate(eta + j*tau*r)>. v follows from the published equation for r.
    """

    def excess(r: float) -> float:
        centre = eta + j * tau * r
        # e = w^2 takes the root out of the integrand, w = x/(1-x) brings it to [0, 1)
        mean, _ = quad(
            lambda x: (w := x / (1 - x)) * w / ((w * w - centre) ** 2 + width**2) * 2 / (1 - x) ** 2,
            0.0,
            1.0,
            epsabs=1e-14,
            epsrel=1e-13,
            limit=500,
        )
        return mean * width / pi / (pi * tau) - r

    r = brentq(excess, 1e-3, 0.2, xtol=1e-15)
    return {"r": r, "v": -width / (2 * pi * tau * r)}


OPERATOR = ("r", "v", "Delta", "tau", "eta", "I_ext")
STATES = {"r": 0.01, "v": -2.0}
PARAMETERS = {"Delta": 1.0, "tau": 1.0, "eta": -5.0, "I_ext": 0.0, "J": 15.0}
BOX = {"r": (0.05, 1.5), "v": (-3.0, 1.0)}
EDGE = "p/qif_op/r->p/qif_op/r_in[0]"

PLAIN = {**under("p/qif_op", *OPERATOR), "J": weight("qif_op")}
SFA = {**under("p/qif_sfa_op", *OPERATOR, "a", "x", "alpha", "tau_a"), "J": weight("qif_sfa_op")}
GAP = {**under("p/qif_gap_op", *OPERATOR, "g"), "J": weight("qif_gap_op")}
CONDUCT = {**under("p/qif_conduct_op", *OPERATOR, "s", "g", "e_r", "tau_s"), "J": weight("qif_conduct_op")}
ALPHA = {**PLAIN, "y": f"{EDGE}/alpha_syn_op/v", "z": f"{EDGE}/alpha_syn_op/x", "tau_s": f"{EDGE}/alpha_syn_op/tau"}
TSODYKS = {**PLAIN, **under(f"{EDGE}/tsodyks_op", "x", "u", "tau_x", "tau_u", "k", "U0")}
DEPRESSION = {
    **PLAIN,
    **under(f"{EDGE}/depression_op", "x", "tau_x", "k"),
}


def models() -> list[dict[str, Any]]:
    rest = rest_by_quadrature(-5.0, 1.0, 1.0, 15.0)
    slow = rest_by_quadrature(-4.0, 0.7, 1.3, 9.0)
    sfa_rate = 0.159767966803379  # at the first Hopf point, eta from the closed form of the fixed points
    sfa_eta = -((1 / (2 * pi * sfa_rate)) ** 2) + 5 * sfa_rate - 15 * sfa_rate + (pi * sfa_rate) ** 2
    plain = Model(
        f"{FAMILY}.qif",
        qif,
        STATES,
        PARAMETERS,
        PLAIN,
        29.99,
        BOX,
        points={
            "fixed_points": [
                {
                    "how": "mean over the Lorentzian of single neurons' rates",
                    "parameters": {},
                    "state": {PLAIN[k]: v for k, v in rest.items()},
                },
                {
                    "how": "the same, with other parameters",
                    "parameters": {PLAIN["eta"]: -4.0, PLAIN["Delta"]: 0.7, PLAIN["tau"]: 1.3, PLAIN["J"]: 9.0},
                    "state": {PLAIN[k]: v for k, v in slow.items()},
                },
            ]
        },
    )
    sfa = Model(
        f"{FAMILY}.qif_sfa",
        qif_sfa,
        {**STATES, "a": 0.0, "x": 0.0},
        {**PARAMETERS, "alpha": 0.5, "tau_a": 10.0},
        SFA,
        10.0,
        BOX,
        points={
            "fixed_points": [
                {
                    "how": "closed form",
                    "parameters": {SFA["eta"]: sfa_eta},
                    "state": {
                        SFA["r"]: sfa_rate,
                        SFA["v"]: -1 / (2 * pi * sfa_rate),
                        SFA["a"]: 5 * sfa_rate,
                        SFA["x"]: 0.0,
                    },
                },
            ]
        },
    )
    gap = Model(f"{FAMILY}.qif_gap", qif_gap, STATES, {**PARAMETERS, "g": 0.0}, GAP, 10.0, BOX)
    conduct_parameters = {**PARAMETERS, "g": 5.0, "e_r": 1.0, "tau_s": 2.0, "J": 1.0}
    root = fsolve(
        lambda y: list(qif_conduct(dict(zip("rvs", y, strict=True)), conduct_parameters).values()),
        [0.05, -2.0, 0.1],
        xtol=1e-14,
    )
    conduct = Model(
        f"{FAMILY}.qif_conduct",
        qif_conduct,
        {"r": 0.0, "v": 0.0, "s": 0.0},
        conduct_parameters,
        CONDUCT,
        10.0,
        BOX,
        points={
            "fixed_points": [
                {"how": "Newton", "parameters": {}, "state": {CONDUCT[k]: v for k, v in zip("rvs", root, strict=True)}}
            ]
        },
    )
    alpha = Model(
        f"{FAMILY}.qif_alpha_syn",
        qif_alpha,
        {**STATES, "y": 0.0, "z": 0.0},
        {**PARAMETERS, "tau_s": 1.0},
        ALPHA,
        10.0,
        BOX,
    )
    tsodyks = Model(
        f"{FAMILY}.qif_tsodyks",
        qif_tsodyks,
        {**STATES, "x": 1.0, "u": 0.6},
        {**PARAMETERS, "tau_x": 100.0, "tau_u": 200.0, "k": 0.1, "U0": 0.6},
        TSODYKS,
        20.0,
        BOX,
    )
    depression = Model(
        f"{FAMILY}.qif_sd",
        qif_sd,
        {**STATES, "x": 1.0, **{f"c{k}": 0.01 for k in range(1, 7)}},
        {**PARAMETERS, "tau_x": 100.0, "k": 1.0},
        DEPRESSION,
        20.0,
        random_states=False,
    )
    return [entry(model) for model in (plain, sfa, gap, conduct, alpha, tsodyks, depression)]


if __name__ == "__main__":
    write(__file__, models())
