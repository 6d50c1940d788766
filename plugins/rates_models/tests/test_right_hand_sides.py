"""Every model's right-hand side, against what was computed without rates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rates_core import CircuitTemplate

Numbers = dict[str, Any]
TOLERANCE = 1e-12  # the issue's, of the larger of 1, the state and the derivative: a sum rounds in units of its terms


def slopes(circuit: CircuitTemplate, points: list[Numbers], names: list[str]) -> list[tuple[Numbers, Numbers]]:
    """Return start and derivative at each point: a step of Euler of length 1 adds exactly the derivative."""
    model = circuit.compile(
        solver="euler", step_size=1.0, simulation_time=2.0, outputs={name: name for name in names}, backend="numpy"
    )
    found = []
    for point in points:
        frame = model.run(parameters=point["parameters"], initial=point["state"], stop_on_nonfinite=False)
        first, second = frame.iloc[0], frame.iloc[1]
        found.append(({n: first[n] for n in names}, {n: second[n] - first[n] for n in names}))
    return found


def close(got: Any, wanted: Any, *scales: Any) -> bool:
    return abs(got - wanted) <= TOLERANCE * max(1.0, abs(wanted), *map(abs, scales))


def test_the_right_hand_side_is_the_published_one_at_random_states_and_parameters(
    recorded_rhs: Numbers, circuit_of: Callable[[str], CircuitTemplate], number: Callable[[Any], Any]
) -> None:
    points = [
        {key: {path: number(value) for path, value in values.items()} for key, values in point.items()}
        for point in recorded_rhs["rhs"]
    ]
    names = [*points[0]["derivative"], *points[0].get("observed", {})]
    found = slopes(circuit_of(recorded_rhs["model"]), points, names)
    for point, (start, slope) in zip(points, found, strict=True):
        for path, wanted in point["derivative"].items():
            assert start[path] == point["state"][path], path
            assert close(slope[path], wanted, start[path]), (path, slope[path], wanted)
        for path, wanted in point.get("observed", {}).items():
            assert close(start[path], wanted), (path, start[path], wanted)


def test_a_recorded_fixed_point_does_not_move(
    recorded_fixed_points: Numbers, circuit_of: Callable[[str], CircuitTemplate]
) -> None:
    points = recorded_fixed_points["fixed_points"]
    names = list(points[0]["state"])
    for point, (start, slope) in zip(
        points, slopes(circuit_of(recorded_fixed_points["model"]), points, names), strict=True
    ):
        size = max(1.0, *(abs(value) for value in start.values()))
        for path in names:
            assert abs(slope[path]) <= 1e-9 * size, (path, slope[path], point["how"])
