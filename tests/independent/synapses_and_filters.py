"""Short-term plasticity (Tsodyks, Pawelzik and Markram, 1998), linear filters and rate units, each under a drive."""

from __future__ import annotations

from math import exp, tanh
from typing import Any

from record import Model, Values, described, edge, entry, under, write

PLASTICITY = "model_templates.neural_mass_models.synaptic_plasticity"
BLOCKS = "model_templates.base_templates"
UNITS = "neuron_model_templates.rate_neurons.leaky_integrator"


def logistic(x: float) -> float:
    return 1 / (1 + exp(-x))


def recovery(x: float, p: Values, used: float) -> float:
    return (1 - x) / p["tau_x"] - p["k"] * used


def release(u: float, p: Values) -> float:
    return (p["U0"] - u) / p["tau_u"] + p["U0"] * (1 - u) * p["r_in"]


def tsodyks(s: Values, p: Values) -> dict[str, float]:
    return {"x": recovery(s["x"], p, s["u"] * s["x"] * p["r_in"]), "u": release(s["u"], p)}


def depression(s: Values, p: Values) -> dict[str, float]:
    return {"x": recovery(s["x"], p, s["x"] * p["r_in"])}


def facilitation(s: Values, p: Values) -> dict[str, float]:
    return {"u": release(s["u"], p)}


def product(*symbols: str) -> Any:
    """Return the observation r_eff = r_in times states."""

    def observed(s: Values, p: Values) -> dict[str, float]:
        value = p["r_in"]
        for symbol in symbols:
            value = value * s[symbol]
        return {"r_eff": value}

    return observed


def steady(parameters: Values, *symbols: str) -> dict[str, float]:
    """Return the steady state in closed form under the drive r_in."""
    p, found = parameters, {}
    u = 1.0
    if "u" in symbols:
        u = found["u"] = p["U0"] * (1 + p["tau_u"] * p["r_in"]) / (1 + p["U0"] * p["tau_u"] * p["r_in"])
    if "x" in symbols:
        found["x"] = 1 / (1 + p["k"] * p["tau_x"] * u * p["r_in"])
    return found


def plasticity(name: str, rhs: Any, start: Values, parameters: Values) -> dict[str, Any]:
    at = under(f"p/{name}", *start, *parameters, "r_eff")
    driven = {**parameters, "r_in": 20.0}
    return entry(
        Model(
            f"{PLASTICITY}.{name}",
            rhs,
            start,
            parameters,
            at,
            10.0,
            observed=product(*start),
            drive={"r_in": 0.3},
            points={
                "fixed_points": [
                    {
                        "how": "closed form",
                        "parameters": {at["r_in"]: 20.0},
                        "state": {at[key]: value for key, value in steady(driven, *start).items()},
                    }
                ]
            },
        )
    )


def block(
    name: str, operators: dict[str, str], rhs: Any, start: Values, parameters: Values, observed: Any
) -> dict[str, Any]:
    """Record a node whose symbols are spread over operators, as {symbol: operator}."""
    at = {symbol: f"p/{operator}/{symbol}" for symbol, operator in operators.items()}
    drive = {symbol: 0.7 for symbol in parameters if symbol in ("r_in", "m_in")}
    return entry(Model(name, rhs, start, parameters, at, 3.0, observed=observed, drive=drive))


def joined(name: str, operator: str, rhs: Any, start: Values, parameters: Values, passed: Any) -> dict[str, Any]:
    """Record an edge template between the leaky integrators a and b.

    Args:
        name: what users load.
        operator: of the edge.
        rhs: rates of change of the edge's states, which see the rate of a as r_in.
        start: the edge's states.
        parameters: the edge's parameters.
        passed: what the edge gives on, from the rate of a, the edge's states and parameters.
    """
    ends = "a/li_op/r", "b/li_op/m_in"
    at = {"a": ends[0], "b": "b/li_op/r", "weight": edge(*ends, "weight")}
    at |= {symbol: edge(*ends, f"{operator}/{symbol}") for symbol in (*start, *parameters)}
    nodes: dict[str, float] = {"m_in_a": 0.0}
    for node in "ab":
        nodes |= {f"tau_{node}": 1.0, f"r0_{node}": 0.0, f"u_{node}": 0.0}
    at |= {symbol: f"{symbol[-1]}/li_op/{symbol[:-2]}" for symbol in nodes}

    def circuit(s: Values, p: Values) -> dict[str, float]:
        given = p["weight"] * passed(s["a"], s, p)
        slope = {
            "a": (p["r0_a"] - s["a"]) / p["tau_a"] + p["m_in_a"] + p["u_a"],
            "b": (p["r0_b"] - s["b"]) / p["tau_b"] + given + p["u_b"],
        }
        return slope | (rhs(s, {**p, "r_in": s["a"]}) if start else {})

    states, values = {"a": 0.0, "b": 0.0, **start}, {"weight": 1.0, **nodes, **parameters}
    return entry(Model(name, circuit, states, values, at, 5.0, drive={"u_a": 0.4}))


def integrator(s: Values, p: Values) -> dict[str, float]:
    return {"r": (p["r0"] - s["r"]) / p["tau"] + p["m_in"] + p["u"]}


def unit(s: Values, p: Values) -> dict[str, float]:
    return {"v": -s["v"] / p["tau"] + p["k"] * p["r_in"] + p["I_ext"] + p["eta"]}


def biexponential(s: Values, p: Values) -> dict[str, float]:
    """(1 + tau_r*d/dt)(1 + tau_d*d/dt) v = r_in."""
    return {
        "v": s["x"],
        "x": (p["r_in"] - s["v"]) / (p["tau_r"] * p["tau_d"]) - (1 / p["tau_r"] + 1 / p["tau_d"]) * s["x"],
    }


def alpha(s: Values, p: Values) -> dict[str, float]:
    """(d/dt + 1/tau)^2 v = r_in."""
    return {"v": s["x"], "x": p["r_in"] - (2 * s["x"] + s["v"] / p["tau"]) / p["tau"]}


def models() -> list[dict[str, Any]]:
    depressing = {"tau_x": 100.0, "k": 1.0, "r_in": 0.0}
    facilitating = {"tau_u": 100.0, "U0": 0.2, "r_in": 0.0}
    both = {"tau_x": 100.0, "tau_u": 200.0, "k": 0.1, "U0": 0.6, "r_in": 0.0}
    leak = {"r0": 0.0, "tau": 1.0, "m_in": 0.0, "u": 0.0}
    leak_at = dict.fromkeys(("r", *leak), "li_op")
    sigmoid = {"m_max": 1.0, "s": 1.0, "r_thr": 0.0}
    sigmoid_at = dict.fromkeys(("m", *sigmoid), "sigmoid_op")
    li = {"tau": 10.0, "k": 1.0, "eta": 0.0, "r_in": 0.0, "I_ext": 0.0}
    li_at = dict.fromkeys(("v", *li), "li_op")
    output = {"r_max": 1.0, "s": 1.0, "v0": 0.0}
    pulse = {"r_in": 0.0}
    edges = {
        "tsodyks": (tsodyks, {"x": 1.0, "u": 0.6}, both, lambda r, s, p: s["u"] * s["x"] * r),
        "depression": (depression, {"x": 1.0}, depressing, lambda r, s, p: s["x"] * r),
        "facilitation": (facilitation, {"u": 0.2}, facilitating, lambda r, s, p: s["u"] * r),
    }
    shares = {"m_max": 1.0, "s": 1.0, "r_thr": 0.0}

    def logistic_share(r: float, s: Values, p: Values) -> float:
        return p["m_max"] * logistic(p["s"] * (r - p["r_thr"]))

    static = {symbol: f"p/sigmoid_op/{symbol}" for symbol in ("m", "r", *shares)}
    return [
        *(
            joined(
                f"{PLASTICITY}.{name}_edge",
                f"{name}_op",
                rhs,
                start,
                {symbol: value for symbol, value in parameters.items() if symbol != "r_in"},
                passed,
            )
            for name, (rhs, start, parameters, passed) in edges.items()
        ),
        joined(f"{BLOCKS}.sigmoid_edge", "sigmoid_op", None, {}, shares, logistic_share),
        described(
            Model(
                f"{BLOCKS}.sigmoid_node",
                lambda s, p: {},
                {},
                {**shares, "r": 0.0},
                static,
                0.0,
                observed=lambda s, p: {"m": logistic_share(p["r"], s, p)},
            )
        ),
        plasticity("tsodyks_op", tsodyks, {"x": 1.0, "u": 0.6}, both),
        plasticity("depression_op", depression, {"x": 1.0}, depressing),
        plasticity("facilitation_op", facilitation, {"u": 0.2}, facilitating),
        block(f"{BLOCKS}.li_node", leak_at, integrator, {"r": 0.0}, leak, None),
        block(
            f"{BLOCKS}.tanh_node",
            leak_at | {"m": "tanh_op"},
            integrator,
            {"r": 0.0},
            leak,
            lambda s, p: {"m": tanh(s["r"])},
        ),
        block(
            f"{BLOCKS}.nonlinear_li_node",
            leak_at | sigmoid_at,
            integrator,
            {"r": 0.0},
            leak | sigmoid,
            lambda s, p: {"m": p["m_max"] * logistic(p["s"] * (s["r"] - p["r_thr"]))},
        ),
        block(
            f"{BLOCKS}.monoexp_op",
            dict.fromkeys(("v", "tau", "r_in"), "monoexp_op"),
            lambda s, p: {"v": p["r_in"] - s["v"] / p["tau"]},
            {"v": 0.0},
            {"tau": 1.0} | pulse,
            None,
        ),
        block(
            f"{BLOCKS}.biexp_op",
            dict.fromkeys(("v", "x", "tau_r", "tau_d", "r_in"), "biexp_op"),
            biexponential,
            {"v": 0.0, "x": 0.0},
            {"tau_r": 1.0, "tau_d": 10.0} | pulse,
            None,
        ),
        block(
            f"{BLOCKS}.alpha_op",
            dict.fromkeys(("v", "x", "tau", "r_in"), "alpha_op"),
            alpha,
            {"v": 0.0, "x": 0.0},
            {"tau": 1.0} | pulse,
            None,
        ),
        block(f"{UNITS}.tanh", li_at | {"r": "tanh_op"}, unit, {"v": 0.0}, li, lambda s, p: {"r": tanh(s["v"])}),
        block(
            f"{UNITS}.sigmoid",
            li_at | dict.fromkeys(("r", *output), "sigmoid_op"),
            unit,
            {"v": 0.0},
            li | output,
            lambda s, p: {"r": p["r_max"] * logistic(p["s"] * (s["v"] - p["v0"]))},
        ),
    ]


if __name__ == "__main__":
    write(__file__, models())
