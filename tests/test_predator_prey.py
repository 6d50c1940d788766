"""Predator and prey, written in Python with a delay, against a loop written by hand."""

from __future__ import annotations

import numpy as np
import pytest

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

H, STEPS, LAG = 0.01, 2000, 50


def circuit() -> CircuitTemplate:
    """Return Lotka and Volterra's equations; the predator feels the prey half a unit of time later."""
    op = OperatorTemplate(
        name="lv",
        equations="x' = x*(alpha + x_in)",
        variables={"x": "output(0.5)", "alpha": 0.5, "x_in": "input(0.0)"},
    )
    predator = NodeTemplate(name="predator", operators={op: {"alpha": -1.0}})
    prey = NodeTemplate(name="prey", operators={op: {"alpha": 0.7}})
    return CircuitTemplate(
        name="lotka_volterra",
        nodes={"predator": predator, "prey": prey},
        edges=[
            ("predator/lv/x", "prey/lv/x_in", None, {"weight": -1.3}),
            ("prey/lv/x", "predator/lv/x_in", None, {"weight": 1.0, "delay": 0.5}),
        ],
    )


def by_hand(heun: bool) -> np.ndarray:
    """Return predator and prey of every step, prey before the start at its initial value."""
    predator, prey = [0.5], [0.5]

    def slopes(hunter: float, hunted: float, eaten: float) -> tuple[float, float]:
        return hunter * (-1.0 + eaten), hunted * (0.7 - 1.3 * hunter)

    for k in range(STEPS - 1):
        a, b = predator[k], prey[k]
        first = slopes(a, b, prey[max(0, k - LAG)])
        if heun:
            second = slopes(a + H * first[0], b + H * first[1], prey[max(0, k + 1 - LAG)])
            first = (first[0] + second[0]) / 2, (first[1] + second[1]) / 2
        predator.append(a + H * first[0])
        prey.append(b + H * first[1])
    return np.array([predator, prey]).T


@pytest.mark.parametrize("solver", ["euler", "heun"])
def test_the_delayed_predator_follows_the_loop_written_by_hand(solver: str) -> None:
    frame = circuit().run(
        STEPS * H,
        H,
        solver=solver,
        outputs={"predator": "predator/lv/x", "prey": "prey/lv/x"},
        verbose=False,
    )
    # a few thousand additions: rounding stays far below this
    assert frame.to_numpy() == pytest.approx(by_hand(solver == "heun"), rel=1e-11)


def test_overrides_of_nodes_leave_the_operator_alone() -> None:
    model = circuit()
    assert model.get_var("predator/lv/alpha") == -1.0
    assert model.get_var("prey/lv/alpha") == 0.7
    assert model.nodes["prey"].operators[0][0].variables["alpha"].value == 0.5
