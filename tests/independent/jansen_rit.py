"""Cortical columns of Jansen and Rit (1995), equations 6, alone and coupled with gamma-distributed delays."""

from __future__ import annotations

from math import exp
from typing import Any

import numpy as np
from record import Model, Values, edge, entry, under, write
from scipy.optimize import fsolve

FAMILY = "model_templates.neural_mass_models.jansenrit"
SYMBOLS = ("y0", "z0", "y1", "z1", "y2", "z2", "y3", "z3")
COLUMN = {
    "A": 3.25e-3,
    "a": 100.0,
    "B": 22e-3,
    "b": 50.0,
    "C": 135.0,
    "e0": 2.5,
    "v0": 6e-3,
    "steep": 560.0,
    "u": 220.0,
}
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


def two_columns(s: Values, p: Values) -> dict[str, float]:
    """Each column feels the other's pyramidal rate through a chain of stages that stands for the gamma kernel."""
    slope: dict[str, float] = {}
    for own, other, strength in (("1", "2", 40.0), ("2", "1", 20.0)):
        state = {symbol: s[symbol + own] for symbol in SYMBOLS}
        drive = strength * s[f"k{STAGES - 1}{other}"]
        slope |= {k + own: v for k, v in column(state, {**THREE, "h_i": 22e-3, "more": drive}).items()}
        before = share(s["y2" + own] - s["y3" + own], 5.0, 560.0, 6e-3)
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


def models() -> list[dict[str, Any]]:
    zeros = dict.fromkeys(SYMBOLS, 0.0)
    first = share(0.0, 5.0, 560.0, 6e-3)  # a chain starts where the rate is
    chains = {f"k{k}{own}": first for own in "12" for k in range(STAGES)}
    pair_paths = {f"{symbol}{own}": f"jrc{own}/{THREE_PATHS[symbol]}" for own in "12" for symbol in SYMBOLS[:6]}
    rest = fixed_point()
    return [
        entry(Model(f"{FAMILY}.JRC", three_populations, zeros, THREE, THREE_PATHS, 1.0, BOX)),
        entry(
            Model(
                f"{FAMILY}.JRC2",
                one_operator,
                zeros,
                ONE,
                ONE_PATHS,
                1.0,
                BOX,
                observed=lambda s, p: {"rate": share(s["y2"] - s["y3"], p["m"], p["s"], p["v"])},
                points={
                    "fixed_points": [
                        {"how": "Newton", "parameters": {}, "state": {ONE_PATHS[k]: v for k, v in rest.items()}}
                    ]
                },
            )
        ),
        entry(
            Model(
                f"{FAMILY}.JRC_2delaycoupled",
                two_columns,
                {s + o: 0.0 for o in "12" for s in SYMBOLS} | chains,
                {},
                pair_paths,
                0.5,
                random_states=False,
            )
        ),
    ]


if __name__ == "__main__":
    write(__file__, models())
