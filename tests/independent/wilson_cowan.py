"""Wilson and Cowan (1972), equations 11, 12 and 15: a pair, plastic synapses, the published limit cycle, a ring."""

from __future__ import annotations

from typing import Any

import numpy as np
from record import Model, Values, by_path, edge, entry, write
from scipy.optimize import fsolve
from stability import crossing, fold, period, slope_of

FAMILY = "model_templates.neural_mass_models.wilsoncowan"
RINGS = "model_templates.systems.wilson_cowan_rings"
SOURCES = {"ee": ("e", "e"), "ei": ("e", "i"), "ie": ("i", "e"), "ii": ("i", "i")}
RESPONSE = {"e": "e/se_op", "i": "i/si_op"}
NEIGHBOURS = {n: ((n - 1) % 8, (n + 1) % 8) for n in range(8)}


def response(drive: float, a: float, theta: float) -> float:
    """Return equation 15: logistic, less its value without drive."""
    return 1 / (1 + np.exp(-a * (drive - theta))) - 1 / (1 + np.exp(a * theta))


def pair(s: Values, p: Values, effective: Values | None = None) -> dict[str, float]:
    """Return the rates of change; effective presynaptic rates replace those of the pair where given."""
    x = effective or {key: s[source] for key, (source, _) in SOURCES.items()}
    slope = {}
    for k in "ei":
        drive = sum(p[f"w_{key}"] * x[key] for key, (_, target) in SOURCES.items() if target == k) + p[f"ext_{k}"]
        gain = response(drive, p[f"a_{k}"], p[f"theta_{k}"])
        slope[k] = (-s[k] + (1 - p[f"k_{k}"] * s[k]) * gain) / p[f"tau_{k}"]
    return slope


def plastic_pair(s: Values, p: Values) -> dict[str, float]:
    """Return the pair with resources x and release u per connection, Tsodyks, Pawelzik and Markram (1998)."""
    effective, slope = {}, {}
    for key, (source, _) in SOURCES.items():
        x, u, r = s[f"x_{key}"], s[f"u_{key}"], s[source]
        effective[key] = used = u * x * r
        slope[f"x_{key}"] = (1 - x) / p[f"taux_{key}"] - p[f"kx_{key}"] * used
        slope[f"u_{key}"] = (p[f"U_{key}"] - u) / p[f"tauu_{key}"] + p[f"U_{key}"] * (1 - u) * r
    return pair(s, p, effective) | slope


def ring(s: Values, p: Values) -> dict[str, float]:
    """Return the rates of change of eight oscillators; `late` is what a neighbour's rate was, if that counts."""
    slope = {}
    for n in range(8):
        own = {symbol: p[f"{symbol}_{n}"] for symbol in CYCLE}
        for m in NEIGHBOURS[n]:
            own["ext_e"] += p[f"w_{m}{n}"] * s.get(f"late_{m}{n}", s[f"e{m}"])
        found = pair({"e": s[f"e{n}"], "i": s[f"i{n}"]}, own)
        slope |= {f"e{n}": found["e"], f"i{n}": found["i"]}
    return slope


def connection(key: str, prefix: str = "") -> tuple[str, str]:
    source, target = SOURCES[key]
    return f"{prefix}{source}/rate_op/r", f"{prefix}{RESPONSE[target]}/r_in"


def neighbours(m: int, n: int) -> tuple[str, str]:
    return f"p{m}/e/rate_op/r", f"p{n}/e/se_op/r_in"


def pair_paths(prefix: str = "") -> dict[str, str]:
    paths = {f"w_{key}": edge(*connection(key, prefix), "weight") for key in SOURCES}
    for k in "ei":
        paths |= {
            k: f"{prefix}{k}/rate_op/r",
            f"k_{k}": f"{prefix}{k}/rate_op/k",
            f"tau_{k}": f"{prefix}{k}/rate_op/tau",
        }
        at = prefix + RESPONSE[k]
        paths |= {f"a_{k}": f"{at}/s", f"theta_{k}": f"{at}/theta", f"ext_{k}": f"{at}/r_ext"}
    return paths


def settings(
    weights: tuple[float, ...], a: tuple[float, ...], theta: tuple[float, ...], drive: float
) -> dict[str, float]:
    values = {f"w_{key}": w for key, w in zip(SOURCES, weights, strict=True)}
    for index, k in enumerate("ei"):
        values |= {f"a_{k}": a[index], f"theta_{k}": theta[index], f"ext_{k}": 0.0, f"k_{k}": 1.0, f"tau_{k}": 10.0}
    return {**values, "ext_e": drive}


PLAIN = settings((15.0, 15.0, -15.0, -4.0), (1.0, 2.0), (2.0, 2.5), 0.0)
WEAK = settings((5.0, 10.0, -5.0, -5.0), (1.0, 2.0), (2.0, 2.5), 0.0)
CYCLE = settings((16.0, 15.0, -12.0, -3.0), (1.3, 2.0), (4.0, 3.7), 1.25)  # figure 11 of the paper
SYNAPSE = {"taux": 100.0, "tauu": 200.0, "kx": 0.1, "U": 0.6}
SYNAPSE_PATHS = {"x": "x", "u": "u", "taux": "tau_x", "tauu": "tau_u", "kx": "k", "U": "U0"}


LOOP = settings((12.0, 13.0, -4.0, -11.0), (1.2, 1.0), (2.8, 4.0), 0.0)  # figure 4 of the paper: hysteresis


def plain() -> dict[str, Any]:
    """Record the pair, and where the hysteresis loop of the paper's figure 4 ends: both states at P = 0 are stable."""
    start = {"e": 0.0, "i": 0.0}
    model = Model(f"{FAMILY}.WC", pair, start, PLAIN, pair_paths(), 50.0, drive={"ext_e": 1.0})
    changed = {symbol: value for symbol, value in LOOP.items() if value != PLAIN[symbol]}
    ends = ({"e": 0.06, "i": 0.0147, "ext_e": 0.283}, {"e": 0.375, "i": 0.183, "ext_e": -0.511})
    return {**entry(model), "bifurcations": [fold(model, "ext_e", end, changed) for end in ends]}


def plastic() -> dict[str, Any]:
    stp: dict[str, float] = {}
    start, paths = {"e": 0.0, "i": 0.0}, pair_paths()
    for key in SOURCES:
        stp |= {f"{symbol}_{key}": value for symbol, value in SYNAPSE.items()}
        start |= {f"x_{key}": 1.0, f"u_{key}": 0.6}
        paths |= {
            f"{symbol}_{key}": edge(*connection(key), f"tsodyks_op/{name}") for symbol, name in SYNAPSE_PATHS.items()
        }
    model = Model(f"{FAMILY}.WC_stp", plastic_pair, start, WEAK | stp, paths, 50.0, drive={"ext_e": 2.0})
    slope = slope_of(plastic_pair, tuple(start), {**model.parameters, "ext_e": 3.0})
    point = fsolve(slope, [0.3, 0.2, *[0.8, 0.9] * 4], xtol=1e-14)
    still = dict(zip(start, point.tolist(), strict=True))
    found = {"how": "Newton", "parameters": by_path(model, {"ext_e": 3.0}), "state": by_path(model, still)}
    return {**entry(model), "fixed_points": [found]}


def oscillator() -> dict[str, Any]:
    """Record the limit cycle, and the drive at which it ends."""
    start = {"e": 0.0, "i": 0.0}
    model = Model(f"{RINGS}.wc_oscillator", pair, start, CYCLE, pair_paths(), 100.0)
    end = crossing(model, "ext_e", (1.85, 1.95), {"e": 0.25, "i": 0.2})
    return {**entry(model), "bifurcations": [end], "period": period(model, "e", 0.18, 3000.0)}


def circle(name: str, start: Values, late: bool) -> Model:
    """Return a ring, its paths in the circuit, and what it reads of the past."""
    parameters, paths, reads = {}, {}, {}
    for n in range(8):
        parameters |= {f"{symbol}_{n}": value for symbol, value in CYCLE.items()}
        paths |= {f"e{n}": f"p{n}/e/rate_op/r", f"i{n}": f"p{n}/i/rate_op/r"}
        paths |= {f"{symbol}_{n}": path for symbol, path in pair_paths(f"p{n}/").items() if symbol in CYCLE}
        for m in NEIGHBOURS[n]:
            parameters[f"w_{m}{n}"] = 0.5
            paths[f"w_{m}{n}"] = edge(*neighbours(m, n), "weight")
            if late:
                parameters[f"delay_{m}{n}"] = 4.0
                paths[f"delay_{m}{n}"] = edge(*neighbours(m, n), "delay")
                reads[f"late_{m}{n}"] = (f"p{m}/e/rate_op/r", f"delay_{m}{n}")
    return Model(f"{RINGS}.{name}", ring, start, parameters, paths, 100.0, late=reads, count=2)


def together() -> dict[str, Any]:
    """Record the ring in phase: each oscillator feels itself as its two neighbours."""
    model = circle("wc_ring", {f"{k}{n}": 0.0 for n in range(8) for k in "ei"}, late=False)
    one = Model(model.name, pair, {"e": 0.0, "i": 0.0}, {**CYCLE, "w_ee": 17.0}, pair_paths("p0/"), 100.0)
    return {**entry(model), "period": {**period(one, "e", 0.2, 3000.0), "rows": 8000}}


def models() -> list[dict[str, Any]]:
    return [plain(), plastic(), oscillator(), together()]


if __name__ == "__main__":
    write(__file__, models())
