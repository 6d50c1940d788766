"""Wilson and Cowan (1972), equations 11, 12 and 15: a pair, plastic synapses, the published limit cycle, a ring."""

from __future__ import annotations

from typing import Any

import numpy as np
from record import Model, Values, edge, entry, write

FAMILY = "model_templates.neural_mass_models.wilsoncowan"
RINGS = "model_templates.systems.wilson_cowan_rings"
SOURCES = {"ee": ("e", "e"), "ei": ("e", "i"), "ie": ("i", "e"), "ii": ("i", "i")}
RESPONSE = {"e": "e/se_op", "i": "i/si_op"}


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
    """Return the rates of change of eight published oscillators whose neighbours excite each other."""
    slope = {}
    for n in range(8):
        drive = CYCLE["ext_e"] + 0.5 * (s[f"e{(n - 1) % 8}"] + s[f"e{(n + 1) % 8}"])
        own = pair({"e": s[f"e{n}"], "i": s[f"i{n}"]}, {**CYCLE, "ext_e": drive})
        slope |= {f"e{n}": own["e"], f"i{n}": own["i"]}
    return slope


def connection(key: str, prefix: str = "") -> tuple[str, str]:
    source, target = SOURCES[key]
    return f"{prefix}{source}/rate_op/r", f"{prefix}{RESPONSE[target]}/r_in"


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


def period() -> float:
    """Return the period of the published limit cycle: two crossings of its mean after the transient, by bisection."""
    from scipy.integrate import solve_ivp

    def slope(_: float, y: np.ndarray) -> list[float]:
        return list(pair({"e": y[0], "i": y[1]}, CYCLE).values())

    def crossing(_: float, y: np.ndarray) -> float:
        return float(y[0] - 0.18)

    crossing.direction = 1.0  # type: ignore[attr-defined]
    run = solve_ivp(slope, (0.0, 3000.0), [0.0, 0.0], method="DOP853", rtol=1e-12, atol=1e-14, events=crossing)
    crossings = run.t_events[0]
    assert abs(crossings[-1] - 2 * crossings[-2] + crossings[-3]) < 1e-8
    return float(crossings[-1] - crossings[-2])


def models() -> list[dict[str, Any]]:
    start = {"e": 0.0, "i": 0.0}
    inside = {"stp": {}, "paths": {}, "start": {}}
    for key in SOURCES:
        inside["stp"] |= {f"{symbol}_{key}": value for symbol, value in SYNAPSE.items()}
        inside["start"] |= {f"x_{key}": 1.0, f"u_{key}": 0.6}
        inside["paths"] |= {
            f"{symbol}_{key}": edge(*connection(key), f"tsodyks_op/{name}") for symbol, name in SYNAPSE_PATHS.items()
        }
    symbols = {f"{k}{n}": 0.0 for n in range(8) for k in "ei"}
    ring_paths = {f"{k}{n}": f"p{n}/{k}/rate_op/r" for n in range(8) for k in "ei"}
    return [
        entry(Model(f"{FAMILY}.WC", pair, start, PLAIN, pair_paths(), 50.0, drive={"ext_e": 1.0})),
        entry(
            Model(
                f"{FAMILY}.WC_stp",
                plastic_pair,
                start | inside["start"],
                WEAK | inside["stp"],
                pair_paths() | inside["paths"],
                50.0,
                drive={"ext_e": 2.0},
            )
        ),
        entry(
            Model(
                f"{RINGS}.wc_oscillator",
                pair,
                start,
                CYCLE,
                pair_paths(),
                100.0,
                points={"period": {"of": "e/rate_op/r", "value": period()}},
            )
        ),
        entry(Model(f"{RINGS}.wc_ring", ring, symbols, {}, ring_paths, 100.0)),
    ]


if __name__ == "__main__":
    write(__file__, models())
