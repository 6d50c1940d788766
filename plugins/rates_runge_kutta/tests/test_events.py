"""Events inside steps, against closed forms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from rates_core.errors import SimulationError, UnsupportedFeatureError
from rates_core.testing.parts import circuit, connectivity, population

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

TIGHT = {"rtol": 1e-11, "atol": 1e-13, "backend": "numpy", "verbose": False}
PRECISE = ("dopri5", "dop853")  # of the orders that tight tolerances are for


def node(events: list[dict[str, Any]], *equations: str, **variables: Any) -> NodeTemplate:
    """Return a node whose operator has events."""
    return NodeTemplate("node", [OperatorTemplate("op", list(equations), variables, events=events)])


def alone(events: list[dict[str, Any]], *equations: str, **variables: Any) -> CircuitTemplate:
    """Return a circuit of one node."""
    return circuit(nodes={"p": node(events, *equations, **variables)})


def ball(t: float, height: float, g: float, restitution: float) -> float:
    """Return the height of a ball that falls from rest and bounces."""
    t -= math.sqrt(2.0 * height / g)
    speed = math.sqrt(2.0 * height * g)
    if t < 0:
        return height - 0.5 * g * (t + math.sqrt(2.0 * height / g)) ** 2
    speed *= restitution
    while t > 2.0 * speed / g:
        t -= 2.0 * speed / g
        speed *= restitution
    return speed * t - 0.5 * g * t * t


@pytest.mark.parametrize("solver", ["bosh3", *PRECISE])
def test_a_ball_bounces_where_it_meets_the_ground(solver: str) -> None:
    falling = alone(
        [{"when": "x < 0", "set": {"v": "-e*v"}}], "x' = v", "v' = -g",
        x="output(1.0)", v="variable(0.0)", g=9.81, e=0.8,
    )  # fmt: skip
    found = falling.run(2.5, step_size=0.01, solver=solver, **TIGHT)["p/op/x"]
    wanted = [ball(t, 1.0, 9.81, 0.8) for t in found.index]
    # a parabola is followed exactly; the time of each of the six bounces is known to 1e-12 of a step below 1
    assert np.abs(found.to_numpy() - wanted).max() < 1e-10


LIF = {"v": "output(0.0)", "last": "variable(0.0)", "x": "variable(0.0)", "s": "variable(0.0)"}
SPIKE = {"when": "v > 1.0", "set": {"v": "0.0", "last": "t"}, "emit": "s"}
DRIVE, TAU, DECAY = 0.23, 10.0, 2.0
PERIOD = -TAU * math.log(1.0 - 1.0 / (DRIVE * TAU))


@pytest.mark.parametrize("solver", PRECISE)
def test_spikes_of_a_leaky_unit_come_when_they_should_and_its_pulses_are_jumps(solver: str) -> None:
    unit = alone([SPIKE], "v' = I - v/tau", "x' = s - x/decay", **LIF, I=DRIVE, tau=TAU, decay=DECAY)
    outputs = ["p/op/last", "p/op/x", "p/op/s"]
    found = unit.run(60.0, step_size=0.5, solver=solver, outputs=outputs, **TIGHT)
    spikes = [PERIOD * np.arange(1, math.floor(t / PERIOD) + 1) for t in found.index]
    # tolerances of 1e-11 per step leave some 1e-10 at the end
    assert np.abs(found["p/op/last"] - [times[-1] if len(times) else 0.0 for times in spikes]).max() < 1e-8
    traces = [np.exp(-(t - times) / DECAY).sum() for t, times in zip(found.index, spikes, strict=True)]
    assert np.abs(found["p/op/x"] - traces).max() < 1e-8
    assert (found["p/op/s"] == 0.0).all()  # a pulse lasts for no time


@pytest.mark.parametrize("solver", PRECISE)
def test_a_quadratic_unit_spikes_at_a_finite_peak(solver: str) -> None:
    drive, peak = 0.7, 200.0
    unit = alone(
        [{"when": "v >= peak", "set": {"v": "-peak", "n": "n + 1", "last": "t"}}], "v' = v^2 + eta",
        v="output(0.0)", n="variable(0.0)", last="variable(0.0)", eta=drive, peak=peak,
    )  # fmt: skip
    found = unit.run(20.0, step_size=0.1, solver=solver, outputs=["p/op/last", "p/op/n"], **TIGHT)
    root = math.sqrt(drive)
    first, period = math.atan(peak / root) / root, 2.0 * math.atan(peak / root) / root
    count = np.floor((found.index.to_numpy() - first) / period) + 1
    assert (found["p/op/n"] == count).all()
    assert np.abs(found["p/op/last"] - (first + (count - 1) * period) * (count > 0)).max() < 1e-8


def test_events_of_two_units_in_one_step_come_in_their_order() -> None:
    rates = np.array([1.0, 0.999])  # what they reach 1 with, in steps that are as long as the run
    unit = node(
        [{"when": "v > 1", "set": {"v": "0", "last": "t"}}], "v' = r", v="output(0.0)", last="variable(0.0)", r=1.0
    )
    model = circuit(populations={"p": population(unit, 2, r=rates)})
    found = model.run(4.0, step_size=0.5, solver="dopri5", outputs=["all/op/last"], **TIGHT)
    wanted = np.floor(np.maximum(found.index.to_numpy()[:, None] * rates - 1e-9, 0.0)) / rates
    assert np.abs(found.to_numpy() - wanted).max() < 1e-11


def test_a_pulse_that_lifts_a_unit_over_its_threshold_sets_off_its_event_at_the_same_time() -> None:
    unit = node([SPIKE], "v' = I + u", v="output(0.0)", last="variable(0.0)", s="variable(0.0)", u="input(0.0)", I=1.0)
    model = circuit(
        populations={"p": population(unit, 2, I=np.array([1.0, 0.5]))},
        connections=[connectivity("p/op/s", "p/op/u", np.array([[0.0, 0.0], [0.7, 0.0]]))],
    )
    found = model.run(1.5, step_size=0.25, solver="dopri5", outputs=["all/op/v", "all/op/last"], **TIGHT).iloc[-1]
    assert found.to_numpy() == pytest.approx([0.25, 0.125, 1.0, 1.0], abs=1e-10)


def test_units_that_set_each_other_off_without_end_are_told() -> None:
    unit = node([SPIKE], "v' = I + u", v="output(0.0)", last="variable(0.0)", s="variable(0.0)", u="input(0.0)", I=1.0)
    model = circuit(
        nodes={"p": unit, "q": unit},
        edges=[("p/op/s", "q/op/u", None, {"weight": 2.0}), ("q/op/s", "p/op/u", None, {"weight": 2.0})],
    )
    with pytest.raises(SimulationError) as refused:
        model.run(2.0, step_size=0.5, solver="dopri5", **TIGHT)
    assert str(refused.value) == (
        "Events of 'model' set each other off without end at t = 1: pulses without delay lead in a circle. Give them a "
        "delay, or let what is reset be out of reach of one pulse. 'p/op/v' changes fastest there. What was recorded "
        "until then is in the error's result."
    )


def late() -> CircuitTemplate:
    """Return a unit that sends pulses to another one, which come late."""
    sender = node([SPIKE], "v' = I - v/tau", v="output(0.0)", last="variable(0.0)", s="variable(0.0)", I=DRIVE, tau=TAU)
    receiver = node([], "x' = u - x/decay", x="output(0.0)", u="input(0.0)", decay=DECAY)
    return circuit(
        nodes={"p": sender, "q": receiver}, edges=[("p/op/s", "q/op/u", None, {"weight": 0.9, "delay": 3.7})]
    )


def test_pulses_that_are_on_their_way_arrive_in_the_run_that_goes_on() -> None:
    model = late().compile("numpy", solver="dopri5", step_size=0.5, outputs=["q/op/x"], rtol=1e-11, atol=1e-13)
    first = model.run(simulation_time=8.0, verbose=False)  # the first spike is sent at 5.7 and arrives at 9.4
    assert PERIOD < 8.0 < PERIOD + 3.7
    assert (first["q/op/x"] == 0.0).all()
    second = model.run(simulation_time=22.0, state=first, verbose=False)["q/op/x"]
    arrivals = 3.7 + PERIOD * np.arange(1, 6)
    since = second.index.to_numpy()[:, None] - arrivals
    assert np.abs(second.to_numpy() - (0.9 * np.exp(-since / DECAY) * (since >= 0)).sum(axis=1)).max() < 1e-8


EMITS = [{"when": "v > 1", "emit": "s"}]
CHOICE = "Take a solver with fixed steps, or"


@pytest.mark.parametrize(
    ("events", "equations", "variables", "text"),
    [
        (
            [*EMITS, {"when": "s > 0", "set": {"v": "0"}}], ["v' = 1"], {},
            "An event of 'model' depends on pulses in 'p/op/s', which last for no time where a solver chooses its "
            f"steps. {CHOICE} let a state follow them and the event depend on that.",
        ),
        (
            EMITS, ["v' = 1 + s^2"], {},
            "'p/op/v' depends on pulses other than linearly, so that a pulse of no duration is no jump by a known "
            f"height. {CHOICE} let pulses be added, each times what does not depend on pulses.",
        ),
        (
            EMITS, ["v' = 1", "z = 2*s", "x' = past(z, 0.3)"], {"z": "variable", "x": "variable(0.0)"},
            "'p/op/z' depends on pulses and is read with a delay, which a solver that chooses its steps cannot do. "
            f"{CHOICE} read what receives the pulses with a delay.",
        ),
    ],
)  # fmt: skip
def test_pulses_without_a_meaning_as_jumps_are_refused(
    events: list[dict[str, Any]], equations: list[str], variables: dict[str, Any], text: str
) -> None:
    model = alone(events, *equations, v="output(0.0)", s="variable(0.0)", **variables)
    model.compile("numpy", solver="rk4", step_size=0.1)  # pulses that last for a step have one
    with pytest.raises(UnsupportedFeatureError) as refused:
        model.compile("numpy", solver="dopri5", step_size=0.1)
    assert str(refused.value) == text
