"""Cortical columns of Jansen and Rit (1995), equations 6, alone and coupled with gamma-distributed delays."""

from __future__ import annotations

from math import exp
from typing import Any

import numpy as np
from record import Model, Values, described, edge, entry, trajectory, under, write
from scipy.optimize import fsolve
from stability import crossing, period

FAMILY = "model_templates.neural_mass_models.jansenrit"
SYMBOLS = ("y0", "z0", "y1", "z1", "y2", "z2", "y3", "z3")
STAGES = 16  # (4 ms / 1 ms)^2
STAGE_RATE = STAGES / 4e-3


def share(v: float, top: float, steep: float, threshold: float) -> float:
    return top / (1.0 + exp(-steep * (v - threshold)))


def synapse(y: float, z: float, gain: float, rate: float, drive: float) -> tuple[float, float]:
    """Return the rates of change of a potential y and of its own rate of change z."""
    return z, gain * rate * drive - 2 * rate * z - rate * rate * y


def column(s: Values, p: Values) -> dict[str, float]:
    """y0, y1: potentials of the two interneurons; y2, y3: excitation and inhibition of the pyramidal cells."""
    rate = share(s["y2"] - s["y3"], p["m_pc"], p["s_pc"], p["v_pc"])
    from_ein = share(s["y0"], p["m_ein"], p["s_ein"], p["v_ein"])
    from_iin = share(s["y1"], p["m_iin"], p["s_iin"], p["v_iin"])
    y0, z0 = synapse(s["y0"], s["z0"], p["h_ein"], 1 / p["tau_ein"], p["c1"] * rate)
    y1, z1 = synapse(s["y1"], s["z1"], p["h_iin"], 1 / p["tau_iin"], p["c3"] * rate)
    y2, z2 = synapse(s["y2"], s["z2"], p["h_e"], 1 / p["tau_e"], p["u"] + p["c2"] * from_ein + p["more"])
    y3, z3 = synapse(s["y3"], s["z3"], p["h_i"], 1 / p["tau_i"], p["c4"] * from_iin)
    return dict(zip(SYMBOLS, (y0, z0, y1, z1, y2, z2, y3, z3), strict=True))


def three_populations(s: Values, p: Values) -> dict[str, float]:
    """The library counts inhibition as a negative potential of the pyramidal cells, with a negative amplitude."""
    flipped = {**s, "y3": -s["y3"], "z3": -s["z3"]}
    slope = column(flipped, {**p, "h_i": -p["h_i"], "more": 0.0})
    return {**slope, "y3": -slope["y3"], "z3": -slope["z3"]}


def one_operator(s: Values, p: Values) -> dict[str, float]:
    same = {f"{x}_{k}": p[x] for x in "msv" for k in ("pc", "ein", "iin")}
    contacts = {"c1": p["c"], "c2": 0.8 * p["c"], "c3": p["c"] / p["ei"], "c4": p["c"] / p["ei"]}
    times = {"tau_ein": p["tau_e"], "tau_iin": p["tau_e"], "h_ein": p["h_e"], "h_iin": p["h_e"]}
    return column(s, {**p, **same, **contacts, **times, "more": p["c"] * p["m_in"] / p["io"]})


def published(y: np.ndarray, p: Values) -> np.ndarray:
    """Return the paper's six equations: y0 of the pyramidal cells feeds both kinds of interneurons."""

    def sigm(v: float) -> float:
        return share(v, p["m"], p["s"], p["v"])

    a, b, c = 1 / p["tau_e"], 1 / p["tau_i"], p["c"]
    y0, y1, y2, z0, z1, z2 = y
    return np.array(
        [
            z0,
            z1,
            z2,
            p["h_e"] * a * sigm(y1 - y2) - 2 * a * z0 - a * a * y0,
            p["h_e"] * a * (p["u"] + 0.8 * c * sigm(c * y0)) - 2 * a * z1 - a * a * y1,
            p["h_i"] * b * c / 4 * sigm(c / 4 * y0) - 2 * b * z2 - b * b * y2,
        ]
    )


def check_against_the_paper(seed: int = 3) -> None:
    """Assert that the eight equations with V_ein = C1*y0 and V_iin = C3*y0 are the paper's six at a random state."""
    rng = np.random.default_rng(seed)
    y = rng.uniform(-0.03, 0.03, 6) * (1e-2, 1, 1, 1, 10, 10)
    c, ei = ONE["c"], ONE["ei"]
    s = {"y0": c * y[0], "z0": c * y[3], "y1": c / ei * y[0], "z1": c / ei * y[3]}
    s |= {"y2": y[1], "z2": y[4], "y3": y[2], "z3": y[5]}
    ours, theirs = one_operator(s, ONE), published(y, ONE)
    expected = (c * theirs[0], c * theirs[3], c / ei * theirs[0], c / ei * theirs[3], *theirs[[1, 4, 2, 5]])
    np.testing.assert_allclose([ours[symbol] for symbol in SYMBOLS], expected, rtol=1e-12)


def two_columns(s: Values, p: Values) -> dict[str, float]:
    """Each column feels what the other's pyramidal rate was, `late`."""
    slope: dict[str, float] = {}
    for own, other in (("1", "2"), ("2", "1")):
        state = {symbol: s[symbol + own] for symbol in SYMBOLS}
        state |= {"y3": -state["y3"], "z3": -state["z3"]}
        parameters = {symbol: p[symbol + own] for symbol in THREE}
        parameters |= {"h_i": -parameters["h_i"], "more": p[f"w{other}{own}"] * s[f"late{other}"]}
        found = column(state, parameters)
        found |= {"y3": -found["y3"], "z3": -found["z3"]}
        slope |= {symbol + own: value for symbol, value in found.items()}
    return slope


def two_columns_in_stages(s: Values, p: Values) -> dict[str, float]:
    """Late is the last of a chain of stages that stands for the gamma kernel."""
    slope = two_columns({**s, **{f"late{own}": s[f"k{STAGES - 1}{own}"] for own in "12"}}, p)
    for own in "12":
        before = share(s["y2" + own] + s["y3" + own], *(p[f"{x}_pc{own}"] for x in "msv"))
        for stage in (f"k{k}{own}" for k in range(STAGES)):
            slope[stage] = STAGE_RATE * (before - s[stage])
            before = s[stage]
    return slope


THREE = {
    "h_ein": 3.25e-3,
    "tau_ein": 0.01,
    "h_iin": 3.25e-3,
    "tau_iin": 0.01,
    "h_e": 3.25e-3,
    "tau_e": 0.01,
    "h_i": -22e-3,
    "tau_i": 0.02,
    "u": 220.0,
    "c1": 135.0,
    "c2": 108.0,
    "c3": 33.75,
    "c4": 33.75,
    **{f"m_{k}": 5.0 for k in ("pc", "ein", "iin")},
    **{f"s_{k}": 560.0 for k in ("pc", "ein", "iin")},
    **{f"v_{k}": 6e-3 for k in ("pc", "ein", "iin")},
}
THREE_PATHS = {
    "y0": "ein/rpo_e/v",
    "z0": "ein/rpo_e/x",
    "y1": "iin/rpo_e/v",
    "z1": "iin/rpo_e/x",
    "y2": "pc/rpo_e_in/v",
    "z2": "pc/rpo_e_in/x",
    "y3": "pc/rpo_i/v",
    "z3": "pc/rpo_i/x",
    "h_ein": "ein/rpo_e/h",
    "tau_ein": "ein/rpo_e/tau",
    "h_iin": "iin/rpo_e/h",
    "tau_iin": "iin/rpo_e/tau",
    "h_e": "pc/rpo_e_in/h",
    "tau_e": "pc/rpo_e_in/tau",
    "h_i": "pc/rpo_i/h",
    "tau_i": "pc/rpo_i/tau",
    "u": "pc/rpo_e_in/u",
    "c1": edge("pc/pro/m", "ein/rpo_e/m_in", "weight"),
    "c3": edge("pc/pro/m", "iin/rpo_e/m_in", "weight"),
    "c2": edge("ein/pro/m", "pc/rpo_e_in/m_in", "weight"),
    "c4": edge("iin/pro/m", "pc/rpo_i/m_in", "weight"),
    **{f"m_{k}": f"{k}/pro/m_max" for k in ("pc", "ein", "iin")},
    **{f"s_{k}": f"{k}/pro/s" for k in ("pc", "ein", "iin")},
    **{f"v_{k}": f"{k}/pro/v_thr" for k in ("pc", "ein", "iin")},
}
ONE = {
    "h_e": 3.25e-3,
    "tau_e": 0.01,
    "h_i": 22e-3,
    "tau_i": 0.02,
    "m": 5.0,
    "s": 560.0,
    "v": 6e-3,
    "c": 135.0,
    "ei": 4.0,
    "io": 3.0,
    "m_in": 0.0,
    "u": 220.0,
}
ONE_PATHS = {
    **dict(
        zip(
            SYMBOLS,
            (f"jrc/jrc_op/{k}" for k in ("V_ein", "X_ein", "V_iin", "X_iin", "V_e", "X_e", "V_i", "X_i")),
            strict=True,
        )
    ),
    **under("jrc/jrc_op", "h_e", "tau_e", "h_i", "tau_i", "c", "m_in", "u"),
    "m": "jrc/jrc_op/m_max",
    "s": "jrc/jrc_op/r",
    "v": "jrc/jrc_op/V_thr",
    "ei": "jrc/jrc_op/ei_ratio",
    "io": "jrc/jrc_op/io_ratio",
}
BOX = {symbol: (-0.03, 0.03) if symbol[0] == "y" else (-1.0, 1.0) for symbol in SYMBOLS}


def fixed_point() -> dict[str, float]:
    """Return the column's only fixed point at u = 220 as the root of the potentials' balance."""

    def balance(y: np.ndarray) -> list[float]:
        s = dict.fromkeys(SYMBOLS, 0.0) | dict(zip(("y0", "y1", "y2", "y3"), y, strict=True))
        slope = one_operator(s, ONE)
        return [slope[symbol] for symbol in ("z0", "z1", "z2", "z3")]

    potentials = fsolve(balance, [0.02, 0.005, 0.03, 0.02], xtol=1e-14)
    return dict.fromkeys(SYMBOLS, 0.0) | dict(zip(("y0", "y1", "y2", "y3"), potentials.tolist(), strict=True))


def one() -> dict[str, Any]:
    """Record the column; its Hopf points and its rhythm are those of Grimbert and Faugeras (2006)."""
    zeros, rest = dict.fromkeys(SYMBOLS, 0.0), fixed_point()

    def rate(s: Values, p: Values) -> dict[str, float]:
        return {"rate": share(s["y2"] - s["y3"], p["m"], p["s"], p["v"])}

    model = Model(f"{FAMILY}.JRC2", one_operator, zeros, ONE, ONE_PATHS, 1.0, BOX, observed=rate)
    still = {"how": "Newton", "parameters": {}, "state": {ONE_PATHS[k]: v for k, v in rest.items()}}
    onset, end = (crossing(model, "u", between, rest) for between in ((85.0, 95.0), (310.0, 320.0)))
    return {
        **entry(model),
        "fixed_points": [still],
        "bifurcations": [onset, end],
        "period": period(model, "y2", rest["y2"], 10.0),
    }


def three() -> dict[str, Any]:
    zeros = dict.fromkeys(SYMBOLS, 0.0)
    model = Model(f"{FAMILY}.JRC", three_populations, zeros, THREE, THREE_PATHS, 1.0, BOX)
    return {**entry(model), "period": period(model, "y2", fixed_point()["y2"], 10.0)}


def two() -> dict[str, Any]:
    zeros = {s + o: 0.0 for o in "12" for s in SYMBOLS}
    parameters = {f"{s}{o}": v for o in "12" for s, v in THREE.items()} | {"w12": 20.0, "w21": 40.0}
    paths = {f"{s}{o}": nested(o, path) for o in "12" for s, path in THREE_PATHS.items()}
    for source, target in ("12", "21"):
        ends = f"jrc{source}/pc/pro/m", f"jrc{target}/pc/rpo_e_in/m_in"
        paths[f"w{source}{target}"] = edge(*ends, "weight")
    box = {symbol + own: limits for own in "12" for symbol, limits in BOX.items()}
    late = {f"late{own}": (f"jrc{own}/pc/pro/m", 4e-3) for own in "12"}
    model = Model(f"{FAMILY}.JRC_2delaycoupled", two_columns, zeros, parameters, paths, 0.5, box, late=late, count=3)
    first = share(0.0, 5.0, 560.0, 6e-3)  # a chain starts where the rate is
    chains = {f"k{k}{own}": first for own in "12" for k in range(STAGES)}
    in_stages = Model(model.name, two_columns_in_stages, zeros | chains, parameters, paths, 0.5)
    found = described(model)
    for source, target in ("12", "21"):
        ends = f"jrc{source}/pc/pro/m", f"jrc{target}/pc/rpo_e_in/m_in"
        found["defaults"] |= {edge(*ends, "delay"): 4e-3, edge(*ends, "spread"): 1e-3}
    return {**found, "trajectory": trajectory(in_stages)}


def nested(own: str, path: str) -> str:
    """Return a path in a column as one of the circuit of two."""
    return "->".join(f"jrc{own}/{end}" for end in path.split("->"))


def models() -> list[dict[str, Any]]:
    check_against_the_paper()
    return [three(), one(), two()]


if __name__ == "__main__":
    write(__file__, models())
