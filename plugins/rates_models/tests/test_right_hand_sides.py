"""Every model's right-hand side, against what was computed without rates."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from rates_core import CircuitTemplate

Numbers = dict[str, Any]
Loader = Callable[[str], CircuitTemplate]
STEP = 2.0**20  # a step of Euler adds STEP times the derivative: the state is lost in it, and the division is exact


def line(t: float, value: float, slope: float) -> float:
    """Return a past that is a straight line."""
    return value + slope * t


def evaluated(
    circuit: CircuitTemplate, points: list[Numbers], names: list[str], **options: Any
) -> list[tuple[Numbers, Numbers]]:
    """Return start and derivative at each point."""
    model = circuit.compile(
        solver="euler",
        step_size=STEP,
        simulation_time=2 * STEP,
        outputs={name: name for name in names},
        backend="numpy",
        **options,
    )
    found = []
    for point in points:
        past = {path: partial(line, value=a, slope=b) for path, (a, b) in point.get("history", {}).items()}
        frame = model.run(
            parameters=point["parameters"], initial=point["state"], history=past or None, stop_on_nonfinite=False
        )
        first, second = frame.iloc[0], frame.iloc[1]
        found.append(({n: first[n] for n in names}, {n: (second[n] - first[n]) / STEP for n in names}))
    return found


def close(got: Any, wanted: Any) -> bool:
    return abs(got - wanted) <= 1e-12 * abs(wanted)


def test_the_right_hand_side_is_the_published_one_at_random_states_and_parameters(
    recorded_rhs: Numbers, circuit_of: Loader, numbers: Callable[[Numbers], Numbers]
) -> None:
    points = [{key: numbers(values) for key, values in point.items()} for point in recorded_rhs["rhs"]]
    names = [*points[0]["derivative"], *points[0].get("observed", {})]
    assert names
    # unit by unit, because a past is given for a unit, and values of one edge are set without untying it first
    found = evaluated(circuit_of(recorded_rhs["model"]), points, names, vectorize=False)
    for point, (start, slope) in zip(points, found, strict=True):
        for path, wanted in point["derivative"].items():
            assert start[path] == point["state"][path], path
            assert close(slope[path], wanted), (path, slope[path], wanted)
        for path, wanted in point.get("observed", {}).items():
            assert close(start[path], wanted), (path, start[path], wanted)


def test_a_right_hand_side_is_the_same_for_grouped_units(recorded_rhs: Numbers, circuit_of: Loader) -> None:
    names, circuit = list(recorded_rhs["initial"]), circuit_of(recorded_rhs["model"])
    if not names:  # a function without a state has none
        return
    start = {path: complex(v).real + 0.01 * place for place, (path, v) in enumerate(recorded_rhs["initial"].items())}
    point = {"parameters": {}, "state": start}
    ((_, alone),), ((_, grouped),) = (evaluated(circuit, [point], names, vectorize=v) for v in (False, True))
    for path in names:
        assert abs(grouped[path] - alone[path]) <= 1e-14 * max(1.0, *map(abs, alone.values())), path


def test_a_recorded_fixed_point_does_not_move(
    recorded_fixed_points: Numbers, circuit_of: Loader, numbers: Callable[[Numbers], Numbers]
) -> None:
    points = [{key: numbers(p[key]) for key in ("parameters", "state")} for p in recorded_fixed_points["fixed_points"]]
    names = list(points[0]["state"])
    found = evaluated(circuit_of(recorded_fixed_points["model"]), points, names)
    for start, slope in found:
        size = max(1.0, *(abs(value) for value in start.values()))
        for path in names:
            assert abs(slope[path]) <= 1e-9 * size, (path, slope[path])


def eigenvalues(circuit: CircuitTemplate, state: Numbers) -> np.ndarray:
    made = circuit.get_jacobian_func("jacobian", step_size=1e-3, backend="numpy")
    t, y, *rest = made.args
    for path, value in state.items():
        y[made.state_indices[path]] = value
    return np.linalg.eigvals(made.func(t, y, *rest))


def changed(circuit: CircuitTemplate, parameters: Numbers) -> CircuitTemplate:
    """Return the circuit with parameters of nodes and edges set."""
    for path, value in parameters.items():
        source, arrow, rest = path.partition("->")
        if arrow:
            target, _, attribute = rest.partition("[0]/")
            circuit.update_var(edge_vars=[(source, target, {attribute: value})])
        else:
            circuit.update_var(node_vars={path: value})
    return circuit


def test_stability_is_lost_where_the_published_equations_lose_it(
    recorded_bifurcations: Numbers, circuit_of: Loader
) -> None:
    """At a Hopf point a pair of eigenvalues is +-i*omega; at a fold, where omega is 0, one is 0."""
    for point in recorded_bifurcations["bifurcations"]:
        circuit = changed(circuit_of(recorded_bifurcations["model"]), point["parameters"])
        found = eigenvalues(circuit, point["state"])
        for wanted in {1j * point["omega"], -1j * point["omega"]}:
            # a fold is a square root: its eigenvalue is known to half the digits of its place
            assert min(abs(found - wanted)) < 1e-7 * max(1.0, point["omega"]), (found, wanted)


def test_every_model_has_a_right_hand_side_and_a_number(circuits: list[str], recorded: dict[str, Numbers]) -> None:
    for name in circuits:
        assert recorded[name]["rhs"], name
        assert {"trajectory", "period", "fixed_points"} & recorded[name].keys(), name


@pytest.mark.parametrize("part", ["rhs", "trajectory"])
def test_every_synapse_and_unit_by_name_has_them_too(part: str, recorded: dict[str, Numbers]) -> None:
    synapses = [f"{kind}_{form}" for kind in ("tsodyks", "depression", "facilitation") for form in ("op", "edge")]
    names = [f"model_templates.neural_mass_models.synaptic_plasticity.{name}" for name in synapses]
    names += [f"neuron_model_templates.rate_neurons.leaky_integrator.{name}" for name in ("tanh", "sigmoid")]
    for name in names:
        assert recorded[name][part], name
