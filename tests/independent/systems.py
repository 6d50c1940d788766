"""Classical systems without delay.

FitzHugh (1961), Hodgkin and Huxley (1952), Lorenz (1963), Rössler (1976), Prigogine and Lefever (1968), Volterra
(1926), Kermack and McKendrick (1927).
"""

from __future__ import annotations

from math import exp, expm1, log, sqrt
from typing import Any

from record import Model, Values, entry, under, write
from scipy.optimize import brentq

FAMILY = "model_templates.systems"


def fitzhugh_nagumo(s: Values, p: Values) -> dict[str, float]:
    v, w = s["v"], s["w"]
    return {"v": v - v * v * v / 3 - w + p["I_ext"], "w": p["eps"] * (v + p["a"] - p["b"] * w)}


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


def single(
    name: str, operator: str, rhs: Any, start: Values, parameters: Values, t_end: float, **more: Any
) -> dict[str, Any]:
    """Record a model of one operator in the node p."""
    at = under(f"p/{operator}", *start, *parameters)
    return entry(Model(f"{FAMILY}.{name}", rhs, start, parameters, at, t_end, **more))


def fixed_point(operator: str, how: str, **state: float) -> dict[str, Any]:
    return {"how": how, "parameters": {}, "state": under_values(operator, state)}


def under_values(operator: str, values: Values) -> Values:
    return {f"p/{operator}/{symbol}": value for symbol, value in values.items()}


def models() -> list[dict[str, Any]]:
    axon = {"g_Na": 120.0, "g_K": 36.0, "g_L": 0.3, "E_Na": 50.0, "E_K": -77.0, "E_L": -54.387, "C": 1.0, "I_ext": 10.0}
    gates = {"m": 0.052932485257249577, "h": 0.59612075350846028, "n": 0.31767691406069742}
    axon_box = {"v": (-80.0, 30.0)}
    cell = {"sigma": 10.0, "rho": 28.0, "beta": 8 / 3}
    side = sqrt(72.0)
    c, a = 5.7, 0.2
    inner = (c - sqrt(c * c - 4 * a * 0.2)) / (2 * a)
    species = {"die": -1.0, "grow": 0.7, "eaten": -1.3, "eat": 1.0}
    species_at = {
        "u": "predator/lv_op/x",
        "w": "prey/lv_op/x",
        "die": "predator/lv_op/alpha",
        "grow": "prey/lv_op/alpha",
        "eaten": "predator/lv_op/x->prey/lv_op/x_in[0]/weight",
        "eat": "prey/lv_op/x->predator/lv_op/x_in[0]/weight",
    }
    left = spared(0.99, 0.01, 0.5 / 0.2)
    contact = {"beta": 0.5, "gamma": 0.2, "I_in": 0.0}
    return [
        single(
            "fitzhugh_nagumo.fhn",
            "fhn_op",
            fitzhugh_nagumo,
            {"v": -1.0, "w": -0.5},
            {"a": 0.7, "b": 0.8, "eps": 0.08, "I_ext": 0.5},
            50.0,
            box={"v": (-2.0, 2.0)},
        ),
        single("hodgkin_huxley.hh", "hh_op", hodgkin_huxley, {"v": -65.0, **gates}, axon, 20.0, box=axon_box),
        single(
            "lorenz.lorenz",
            "lorenz_op",
            lorenz,
            {"x": 0.0, "y": 1.0, "z": 0.0},
            cell,
            3.0,
            box={"x": (-15.0, 15.0), "y": (-20.0, 20.0), "z": (5.0, 40.0)},
            points={"fixed_points": [fixed_point("lorenz_op", "closed form", x=side, y=side, z=27.0)]},
        ),
        single(
            "roessler.roessler",
            "roessler_op",
            roessler,
            {"x": 1.0, "y": 1.0, "z": 0.0},
            {"a": 0.2, "b": 0.2, "c": 5.7},
            10.0,
            box={"x": (-8.0, 8.0), "y": (-8.0, 8.0)},
            points={"fixed_points": [fixed_point("roessler_op", "closed form", x=a * inner, y=-inner, z=inner)]},
        ),
        single(
            "brusselator.brusselator",
            "brusselator_op",
            brusselator,
            {"x": 1.0, "y": 1.0},
            {"a": 1.0, "b": 3.0},
            20.0,
            points={"fixed_points": [fixed_point("brusselator_op", "closed form", x=1.0, y=3.0)]},
        ),
        entry(
            Model(
                f"{FAMILY}.lotka_volterra.lv",
                predator_prey,
                {"u": 0.5, "w": 0.5},
                species,
                species_at,
                10.0,
                points={
                    "fixed_points": [
                        {
                            "how": "closed form",
                            "parameters": {},
                            "state": {species_at["u"]: 0.7 / 1.3, species_at["w"]: 1.0},
                        }
                    ]
                },
            )
        ),
        single(
            "epidemics.sir",
            "sir_op",
            sir,
            {"S": 0.99, "I": 0.01, "R": 0.0},
            contact,
            30.0,
            points={"end": {"t": 400.0, "expected": {"p/sir_op/S": left}, "how": "final size"}},
        ),
        single(
            "epidemics.seir",
            "seir_op",
            seir,
            {"S": 0.99, "E": 0.0, "I": 0.01, "R": 0.0},
            {**contact, "sigma": 0.25},
            30.0,
            points={"end": {"t": 600.0, "expected": {"p/seir_op/S": left}, "how": "final size"}},
        ),
    ]


if __name__ == "__main__":
    write(__file__, models())
