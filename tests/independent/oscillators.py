"""Oscillators: Kuramoto (1975), Ott and Antonsen (2008), van der Pol (1926), Stuart (1960)."""

from __future__ import annotations

from math import cos, exp, pi, sin, sqrt
from typing import Any

from record import Model, Values, by_path, edge, entry, under, write
from stability import period

KURAMOTO = "model_templates.oscillators.kuramoto"
VAN_DER_POL = "model_templates.oscillators.vanderpol"
STUART_LANDAU = "model_templates.oscillators.stuartlandau"


def phase(s: Values, p: Values) -> dict[str, float]:
    return {"theta": p["omega"] + p["K"] * p["s_in"] + p["s_ext"]}


def two_phases(s: Values, p: Values) -> dict[str, float]:
    difference = s["b"] - s["a"]
    return {
        "a": p["omega_a"] + p["K_a"] * p["w_a"] * sin(difference) + p["ext_a"],
        "b": p["omega_b"] - p["K_b"] * p["w_b"] * sin(difference) + p["ext_b"],
    }


def order_parameter(z: complex, field: complex, omega: float, width: float) -> complex:
    """Return dz/dt = -(Delta - i*omega)*z + (H - conj(H)*z^2)/2, Ott and Antonsen's reduction with the field H."""
    return complex(-width, omega) * z + (field - field.conjugate() * z * z) / 2


def mean_field(s: Values, p: Values) -> dict[str, complex]:
    return {"z": order_parameter(s["z"], p["K"] * s["z"] + p["s_ext"], p["omega"], p["Delta"])}


def two_mean_fields(s: Values, p: Values) -> dict[str, complex]:
    to_a = p["K_aa"] * s["a"] + p["K_ba"] * s["b"] + p["s_ext_a"]
    to_b = p["K_bb"] * s["b"] + p["K_ab"] * s["a"] + p["s_ext_b"]
    return {
        "a": order_parameter(s["a"], to_a, p["omega_a"], p["Delta_a"]),
        "b": order_parameter(s["b"], to_b, p["omega_b"], p["Delta_b"]),
    }


def van_der_pol(s: Values, p: Values) -> dict[str, float]:
    return {"x": s["z"], "z": p["mu"] * s["z"] - p["mu"] * s["x"] ** 2 * s["z"] - s["x"] + p["inp"]}


def stuart_landau(s: Values, p: Values) -> dict[str, float]:
    w = complex(s["x"], -s["z"])  # W' = (1 + i*omega)*W - abs(W)^2*W
    slope = complex(1, p["omega"]) * w - abs(w) ** 2 * w
    return {"x": slope.real, "z": -slope.imag}


START = 0.5 + 0.1j


def single_phases() -> list[dict[str, Any]]:
    """Record one phase, alone and with a sine of it."""
    one = {"omega": 10.0, "K": 1.0, "s_in": 0.0, "s_ext": 0.0}
    at, start = under("p/phase_op", "theta", *one), {"theta": 0.0}

    def sine(s: Values, p: Values) -> dict[str, float]:
        return {"s": sin(2 * pi * s["theta"])}

    wave = {**at, "s": "p/sin_op/s"}
    return [
        entry(Model(f"{KURAMOTO}.kmo", phase, start, one, at, 1.0)),
        entry(Model(f"{KURAMOTO}.sin_pop", phase, start, one, wave, 0.33, observed=sine)),
    ]


def pair_of_phases() -> dict[str, Any]:
    two, at = {}, {}
    for own, node, other in (("a", "p1", "p2"), ("b", "p2", "p1")):
        two |= {f"omega_{own}": 10.0, f"K_{own}": 1.0, f"ext_{own}": 0.0, f"w_{own}": -4.0}
        at |= {
            own: f"{node}/phase_op/theta",
            f"omega_{own}": f"{node}/phase_op/omega",
            f"K_{own}": f"{node}/phase_op/K",
            f"ext_{own}": f"{node}/phase_op/s_ext",
            f"w_{own}": edge(f"{other}/phase_op/theta", f"{node}/phase_op/s_in", "weight"),
        }
    return entry(Model(f"{KURAMOTO}.kmo_2coupled", two_phases, {"a": 0.0, "b": 0.0}, two, at, 1.0))


def one_community() -> dict[str, Any]:
    """Record the order parameter, and where it settles under K = 5."""
    field = {"omega": 10.0, "Delta": 1.0, "s_ext": 0.0, "K": 1.0}
    at = {**under("p/kmo_op", "z", "omega", "Delta", "s_ext"), "K": edge("p/kmo_op/z", "p/kmo_op/s_in", "weight")}
    model = Model(f"{KURAMOTO}.kmo_mf", mean_field, {"z": START}, field, at, 2.0)
    settled = {"parameters": by_path(model, {"K": 5.0}), "of": at["z"], "value": sqrt(1 - 2 / 5)}
    return {**entry(model), "modulus": {**settled, "how": "abs(z)^2 = 1 - 2*Delta/K"}}


def two_communities() -> dict[str, Any]:
    """Record two order parameters; apart by half a turn each feels K = 2 + 2."""
    fields, at, nodes = {}, {}, {"a": "p1", "b": "p2"}
    for own, node in nodes.items():
        fields |= {f"omega_{own}": 10.0, f"Delta_{own}": 1.0, f"s_ext_{own}": 0.0}
        at[own] = f"{node}/kmo_op/z"
        at |= {f"{symbol}_{own}": f"{node}/kmo_op/{symbol}" for symbol in ("omega", "Delta", "s_ext")}
        for target, other in nodes.items():
            fields[f"K_{own}{target}"] = 2.0 if own == target else -2.0
            at[f"K_{own}{target}"] = edge(f"{node}/kmo_op/z", f"{other}/kmo_op/s_in", "weight")
    model = Model(f"{KURAMOTO}.kmo_mf_2coupled", two_mean_fields, {"a": START, "b": START}, fields, at, 2.0)
    apart = {"parameters": {}, "initial": {at["a"]: "0.3+0.1j", at["b"]: "-0.2+0.1j"}, "of": at["a"]}
    return {**entry(model), "modulus": {**apart, "value": sqrt(1 - 2 / 4), "how": "abs(z)^2 = 1 - 2*Delta/4"}}


def relaxation() -> dict[str, Any]:
    parameters, box = {"mu": 1.0, "inp": 0.0}, {"x": (-2.0, 2.0), "z": (-2.0, 2.0)}
    at = under("p/vdp_op", "x", "z", *parameters)
    model = Model(f"{VAN_DER_POL}.vdp", van_der_pol, {"x": 0.0, "z": 1.0}, parameters, at, 20.0, box)
    return {**entry(model), "period": period(model, "x", 0.0, 200.0)}


def normal_forms() -> list[dict[str, Any]]:
    """Record the normal form, alone and with the pulses that a sigmoid makes of it."""
    start, at = {"x": 1.0, "z": 0.0}, under("p/sl_op", "x", "z", "omega")
    burst = {"omega": 1.0, "alpha": 1.0, "beta": 100.0, "omega_s": 1.0, "t_on": 0.1}
    burst_at = {**at, **under("p/sigmoid_op", "m", "alpha", "beta", "t_on"), "omega_s": "p/sigmoid_op/omega"}

    def pulses(s: Values, p: Values) -> dict[str, float]:
        threshold = cos(p["omega_s"] * p["t_on"] / 2)
        return {"m": p["alpha"] / (1 + exp(p["beta"] * (threshold - s["x"])))}

    return [
        entry(Model(f"{STUART_LANDAU}.sl", stuart_landau, start, {"omega": 1.0}, at, 3.0)),
        entry(Model(f"{STUART_LANDAU}.sl_burst_pop", stuart_landau, start, burst, burst_at, 3.0, observed=pulses)),
    ]


def models() -> list[dict[str, Any]]:
    return [
        *single_phases(),
        pair_of_phases(),
        one_community(),
        two_communities(),
        relaxation(),
        *normal_forms(),
    ]


if __name__ == "__main__":
    write(__file__, models())
