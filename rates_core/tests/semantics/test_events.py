"""Events: what they are in a System, and which are refused."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from rates_core.errors import EquationError, TemplateError, UnsupportedFeatureError
from rates_core.simulation.compile import compile_model
from rates_core.testing.pairs import PAIR
from rates_core.testing.parts import circuit

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate


def model(events: list[dict[str, Any]], *equations: str, **variables: Any) -> CircuitTemplate:
    """Return one node whose operator has events."""
    operator = OperatorTemplate("op", list(equations), variables, events=events)
    return circuit(nodes={"p": NodeTemplate("node", [operator])})


@pytest.mark.parametrize(
    ("events", "equations", "variables", "error", "text"),
    [
        (
            [{"when": "x > 1", "set": {"k": "2*k"}}], ["x' = k"], {"x": "output(0.0)", "k": 1.5}, TemplateError,
            "'k' is declared as parameter and cannot be changed by an event (operator 'op'). Declare it as "
            "'variable(1.5)'.",
        ),
        (
            [{"when": "x > 1", "set": {"u": "0"}}], ["x' = u"], {"x": "output(0.0)", "u": "input(0.5)"}, TemplateError,
            "'u' is declared as input and cannot be changed by an event (operator 'op'). Declare it as "
            "'variable(0.0)'.",
        ),
        (
            [{"when": "x > 1", "set": {"z": "0"}}], ["x' = z", "z = 2*x"], {"x": "output(0.0)", "z": "variable"},
            TemplateError,
            "'z' follows from 'z = 2*x' at all times and cannot be changed by an event (operator 'op'). Change what it "
            "follows from.",
        ),
        (
            [{"when": "x > 1", "emit": "x"}], ["x' = 1"], {"x": "output(0.0)"}, TemplateError,
            "Pulses are emitted into 'x', which has an equation (operator 'op'). Emit them into a variable without "
            "one, which the equation of 'x' reads.",
        ),
        (
            [{"when": "x > 1", "emit": "s"}, {"when": "x > 2", "set": {"s": "1"}}], ["x' = 1"],
            {"x": "output(0.0)", "s": "variable"}, TemplateError,
            "Pulses are emitted into 's', which events set (operator 'op'). Take two variables.",
        ),
        (
            [{"when": "x > 1", "set": {"x": "0", "y": "0"}}], ["x' = 1", "y' = 1"],
            {"x": "output(0.0,2)", "y": "variable(0.0,3)"}, EquationError,
            "An event changes 'x' and 'y', which have different lengths (operator 'op'). It happens at each element "
            "of a vector by itself; write an event for each.",
        ),
        (
            [{"when": "x > past(x, 1.0)", "set": {"x": "0"}}], ["x' = 1"], {"x": "output(0.0)"},
            UnsupportedFeatureError,
            "An event of 'model' depends on what 'p/op/x' was a delay before, which is not known when a step has "
            "just been taken. Let a state follow it, as in z' = (u - z)/tau, and the event depend on that.",
        ),
    ],
)  # fmt: skip
def test_events_that_mean_nothing_or_cannot_happen_are_refused(
    events: list[dict[str, Any]], equations: list[str], variables: dict[str, Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error) as refused:
        model(events, *equations, **variables).compile("numpy", step_size=0.1)
    assert str(refused.value) == text


def test_an_event_that_depends_on_an_input_is_refused_where_it_is_fed() -> None:
    given = model([{"when": "x + u > 1", "set": {"x": "0"}}], "x' = 1", x="output(0.0)", u="input(0.1)")
    assert given.run(0.5, step_size=0.1, verbose=False)["p/op/x"].max() == pytest.approx(0.4)
    with pytest.raises(UnsupportedFeatureError) as refused:
        given.run(0.5, step_size=0.1, inputs={"p/op/u": [0.0] * 5}, verbose=False)
    assert str(refused.value) == (
        "An event of 'model' depends on the external input 'p/op/u', which is not known when a step has just been "
        "taken. Let a state follow it, as in z' = (u - z)/tau, and the event depend on that."
    )


RESET = [{"when": "x > 1", "set": {"x": "0"}}]


def test_a_solver_that_does_not_claim_events_refuses_them() -> None:
    blind = evolve(PAIR, events=False)
    with pytest.raises(
        UnsupportedFeatureError, match=r"^The solver 'pair' does not support what this model needs: events"
    ):
        compile_model(model(RESET, "x' = 1", x="output(0.0)"), backend="numpy", solver=blind)


def test_a_right_hand_side_alone_has_no_events() -> None:
    with pytest.raises(UnsupportedFeatureError) as refused:
        model(RESET, "x' = 1", x="output(0.0)").get_run_func("f", 0.1)
    assert str(refused.value) == (
        "A model with events is more than a right-hand side: states change at the end of steps, too. Run it, or take "
        "compile(...).program.source, which has both."
    )


def test_a_folder_has_no_events(tmp_path: Any) -> None:
    compiled = model(RESET, "x' = 1", x="output(0.0)").compile("numpy", simulation_time=1.0, step_size=0.1)
    with pytest.raises(UnsupportedFeatureError) as refused:
        compiled.to_file(tmp_path / "folder")
    assert str(refused.value) == "'model' has events, which a folder does not hold."


def test_an_event_has_a_state_of_its_own_and_only_what_it_changes_differs() -> None:
    system = model(RESET, "x' = 1", "y' = x", x="output(0.0)", y="variable(0.0)").compile("numpy").system
    assert [state.path for state in system.states] == ["p/op/x", "p/op/y", "p/op/held#1"]
    assert list(system.updates) == ["p/op/x", "p/op/held#1"]
    assert system.still == {"p/op/held#1"}
