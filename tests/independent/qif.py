"""QIF mean fields, Montbrió, Pazó and Roxin (2015), equations 12, and what was built on them."""

from __future__ import annotations

from math import pi
from typing import Any

from neurons import self_consistent
from record import Model, Values, by_path, described, edge, entry, trajectory, under, write
from scipy.optimize import brentq
from stability import crossing, period

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
    """Depression of what the rate was: `late` is the delayed rate."""
    slope = membrane(s, p, p["J"] * s["x"] * s["late"])
    slope["x"] = (1 - s["x"]) / p["tau_x"] - p["k"] * s["x"] * s["late"]
    return slope


def qif_sd_stages(s: Values, p: Values) -> dict[str, Any]:
    """The same with a gamma delay of six stages: (0.75/0.3)^2 rounded, stages of mean 0.75/6."""
    slope = qif_sd({**s, "late": s["c6"]}, p)
    before = s["r"]
    for stage in (f"c{k}" for k in range(1, 7)):
        slope[stage] = 6 / 0.75 * (before - s[stage])
        before = s[stage]
    return slope


def qif_tsodyks(s: Values, p: Values) -> dict[str, Any]:
    x, u, r = s["x"], s["u"], s["r"]
    slope = membrane(s, p, p["J"] * x * u * r)
    slope["x"] = (1 - x) / p["tau_x"] - p["k"] * x * u * r
    slope["u"] = (p["U0"] - u) / p["tau_u"] + p["U0"] * (1 - u) * r
    return slope


def potential(r: float, p: Values, leak: float = 0.0) -> float:
    """Return the mean potential at rest under a conductance, from the published equation for r."""
    return (leak - p["Delta"] / (pi * p["tau"] * r)) / 2


def resting(
    model: Model,
    changed: Values,
    centre: Any,
    others: Any,
    between: tuple[float, float] = (1e-3, 0.2),
    leak: Any = None,
) -> dict[str, Any]:
    """Record a fixed point that the neurons' own rates lead to.

    Args:
        model: the mean field.
        changed: parameters that are not the defaults.
        centre: of the neurons' excitability in V' = V^2 + e, less eta, from r, V and the parameters.
        others: the states other than r and v, from r and the parameters.
        between: where r is looked for.
        leak: g*s, from r and the parameters; e loses the square of its half.
    """
    p = {**model.parameters, **changed}

    def conductance(r: float) -> float:
        return leak(r, p) if leak else 0.0

    def excitability(r: float) -> float:
        g = conductance(r)
        return p["eta"] + p["I_ext"] + centre(r, potential(r, p, g), p) - g * g / 4

    r = self_consistent(excitability, p["Delta"], p["tau"], between)
    state = {"r": r, "v": potential(r, p, conductance(r)), **others(r, p)}
    return {
        "how": "mean over the Lorentzian of single neurons' rates",
        "parameters": by_path(model, changed),
        "state": by_path(model, state),
    }


def with_points(model: Model, **points: Any) -> dict[str, Any]:
    return {**entry(model), **points}


OPERATOR = ("r", "v", "Delta", "tau", "eta", "I_ext")
STATES = {"r": 0.01, "v": -2.0}
PARAMETERS = {"Delta": 1.0, "tau": 1.0, "eta": -5.0, "I_ext": 0.0, "J": 15.0}
BOX = {"r": (0.05, 1.5), "v": (-3.0, 1.0)}
SLOW = {"eta": -4.0, "Delta": 0.7, "tau": 1.3, "J": 9.0}
EDGE = "p/qif_op/r->p/qif_op/r_in[0]"

PLAIN = {**under("p/qif_op", *OPERATOR), "J": weight("qif_op")}
SFA = {**under("p/qif_sfa_op", *OPERATOR, "a", "x", "alpha", "tau_a"), "J": weight("qif_sfa_op")}
GAP = {**under("p/qif_gap_op", *OPERATOR, "g"), "J": weight("qif_gap_op")}
CONDUCT = {**under("p/qif_conduct_op", *OPERATOR, "s", "g", "e_r", "tau_s"), "J": weight("qif_conduct_op")}
ALPHA = {**PLAIN, "y": f"{EDGE}/alpha_syn_op/v", "z": f"{EDGE}/alpha_syn_op/x", "tau_s": f"{EDGE}/alpha_syn_op/tau"}
TSODYKS = {**PLAIN, **under(f"{EDGE}/tsodyks_op", "x", "u", "tau_x", "tau_u", "k", "U0")}
DEPRESSION = {**PLAIN, **under(f"{EDGE}/depression_op", "x", "tau_x", "k")}


def drive(r: float, v: float, p: Values) -> float:
    return p["J"] * p["tau"] * r


def nothing(r: float, p: Values) -> Values:
    return {}


def folds() -> list[dict[str, Any]]:
    """Record where rest and activity meet the state between them: d eta/dr = 0 of the fixed points' closed form."""

    def eta(r: float) -> float:
        return -((1 / (2 * pi * r)) ** 2) - 15 * r + (pi * r) ** 2

    def slope(r: float) -> float:
        return 1 / (2 * pi**2 * r**3) - 15 + 2 * pi**2 * r

    return [
        {
            "how": "closed form of the fixed points, d eta/dr = 0",
            "parameters": {PLAIN["eta"]: eta(r)},
            "state": {PLAIN["r"]: r, PLAIN["v"]: -1 / (2 * pi * r)},
            "omega": 0.0,
        }
        for r in (brentq(slope, 0.05, 0.3, xtol=1e-16), brentq(slope, 0.3, 2.0, xtol=1e-16))
    ]


def plain() -> dict[str, Any]:
    model = Model(f"{FAMILY}.qif", qif, STATES, PARAMETERS, PLAIN, 29.99, BOX)
    rests = [resting(model, {}, drive, nothing), resting(model, SLOW, drive, nothing)]
    return with_points(model, fixed_points=rests, bifurcations=folds())


def adaptation() -> dict[str, Any]:
    states, parameters = {**STATES, "a": 0.0, "x": 0.0}, {**PARAMETERS, "alpha": 0.5, "tau_a": 10.0}
    model = Model(f"{FAMILY}.qif_sfa", qif_sfa, states, parameters, SFA, 10.0, BOX)

    def centre(r: float, v: float, p: Values) -> float:
        return drive(r, v, p) - p["alpha"] * p["tau_a"] * r

    def others(r: float, p: Values) -> Values:
        return {"a": p["alpha"] * p["tau_a"] * r, "x": 0.0}

    at = {"r": 0.16, "v": -1.0, "a": 0.8, "x": 0.0}
    beyond = {"r": 0.775, "v": -0.2, "a": 3.9, "x": 0.0}
    return with_points(
        model,
        fixed_points=[resting(model, SLOW, centre, others)],
        bifurcations=[crossing(model, "eta", (-2.35, -2.32), at), crossing(model, "eta", (-1.9, -1.83), beyond)],
        period=period(model, "r", 0.3, 1500.0, {"eta": -2.1}),
    )


def gap_junctions() -> dict[str, Any]:
    model = Model(f"{FAMILY}.qif_gap", qif_gap, STATES, {**PARAMETERS, "g": 0.0}, GAP, 10.0, BOX)

    def centre(r: float, v: float, p: Values) -> float:
        return drive(r, v, p) + p["g"] * v

    changed = {"g": 1.5, "J": 3.0, "eta": 1.0}
    rest = resting(model, changed, centre, nothing, (1e-3, 2.0), lambda r, p: p["g"])
    # without chemical synapses: trace 4*v - g = 0 and v = (g - Delta/(pi*r))/2 make r = 2*Delta/(pi*g)
    g, r = 1.5, 2 / (pi * 1.5)
    hopf = {
        "how": "closed form for J = 0: trace of the Jacobian 0",
        "parameters": {GAP["g"]: g, GAP["J"]: 0.0, GAP["eta"]: (pi * r) ** 2 - (g / 4) ** 2},
        "state": {GAP["r"]: r, GAP["v"]: g / 4},
        "omega": (4 * (pi * r) ** 2 - g * g / 4) ** 0.5,
    }
    return with_points(model, fixed_points=[rest], bifurcations=[hopf])


def conductances() -> dict[str, Any]:
    parameters = {**PARAMETERS, "g": 5.0, "e_r": 1.0, "tau_s": 2.0, "J": 1.0}
    states = {"r": 0.0, "v": 0.0, "s": 0.0}
    model = Model(f"{FAMILY}.qif_conduct", qif_conduct, states, parameters, CONDUCT, 10.0, BOX)

    def opened(r: float, p: Values) -> float:
        return p["tau"] * p["g"] * p["J"] * p["tau_s"] * r

    def centre(r: float, v: float, p: Values) -> float:
        return opened(r, p) * p["e_r"]

    def others(r: float, p: Values) -> Values:
        return {"s": p["J"] * p["tau_s"] * r}

    changed = {**SLOW, "J": 1.2, "e_r": -2.0}
    return with_points(
        model,
        fixed_points=[
            resting(model, {}, centre, others, (1e-3, 2.0), opened),
            resting(model, changed, centre, others, (1e-3, 2.0), opened),
        ],
    )


def alpha_synapse() -> dict[str, Any]:
    states, parameters = {**STATES, "y": 0.0, "z": 0.0}, {**PARAMETERS, "tau_s": 1.0}
    model = Model(f"{FAMILY}.qif_alpha_syn", qif_alpha, states, parameters, ALPHA, 10.0, BOX)
    changed = {**SLOW, "tau_s": 0.6}  # a kernel of unit area: the rest is that of immediate synapses
    rest = resting(model, changed, drive, lambda r, p: {"y": r, "z": 0.0})
    return with_points(model, fixed_points=[rest])


def released(r: float, p: Values) -> Values:
    """Return resources and release at rest under the rate r."""
    u = p["U0"] * (1 + p["tau_u"] * r) / (1 + p["U0"] * p["tau_u"] * r)
    return {"x": 1 / (1 + p["k"] * p["tau_x"] * u * r), "u": u}


def plasticity() -> dict[str, Any]:
    parameters = {**PARAMETERS, "tau_x": 100.0, "tau_u": 200.0, "k": 0.1, "U0": 0.6}
    model = Model(f"{FAMILY}.qif_tsodyks", qif_tsodyks, {**STATES, "x": 1.0, "u": 0.6}, parameters, TSODYKS, 20.0, BOX)

    def centre(r: float, v: float, p: Values) -> float:
        return drive(r, v, p) * released(r, p)["x"] * released(r, p)["u"]

    return with_points(
        model, fixed_points=[resting(model, {}, centre, released), resting(model, SLOW, centre, released)]
    )


def late_depression() -> dict[str, Any]:
    states, parameters = {**STATES, "x": 1.0}, {**PARAMETERS, "tau_x": 100.0, "k": 1.0}
    name, late = f"{FAMILY}.qif_sd", {"late": ("p/qif_op/r", 0.75)}
    model = Model(name, qif_sd, states, parameters, DEPRESSION, 20.0, {**BOX, "late": (0.05, 1.5)}, late=late)
    stages = {f"c{k}": 0.01 for k in range(1, 7)}
    in_stages = Model(name, qif_sd_stages, {**states, **stages}, parameters, DEPRESSION, 20.0)
    found = described(model)
    found["defaults"] |= {f"{EDGE}/delay": 0.75, f"{EDGE}/spread": 0.3}
    return {**found, "trajectory": trajectory(in_stages)}


def models() -> list[dict[str, Any]]:
    makers = (plain, adaptation, gap_junctions, conductances, alpha_synapse, plasticity, late_depression)
    return [make() for make in makers]


if __name__ == "__main__":
    write(__file__, models())
