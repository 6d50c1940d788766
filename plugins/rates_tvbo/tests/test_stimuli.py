"""Stimuli of experiments: functions of time that equations name, at all nodes or at some with weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from rates_core.errors import RatesError
from rates_tvbo import read_experiment
from rates_tvbo.reader import read
from rates_tvbo.writer import write

from rates_core import OmissionWarning

Writer = Callable[..., Path]

EXPERIMENT = """\
id: 1
label: Test
dynamics:
  name: D
  state_variables: {x: {equation: {rhs: pulse - k*x}, initial_value: 1.0}}
  parameters: {k: {value: 0.0}}
%sevents:
  pulse: {%s}
"""
PULSE = "equation: {rhs: 'Piecewise((size, (t >= 0.5) & (t < 1.0)), (0.0, True))'}, parameters: {size: {value: 4.0}}"
NETWORK = "network: {nodes: [{id: 0}, {id: 1}, {id: 7}]}\n"


def test_a_stimulus_is_a_variable_of_what_names_it(file: Writer, tmp_path: Path) -> None:
    experiment = read_experiment(file(EXPERIMENT % ("", f"event_type: stimulus, {PULSE}")))
    table = experiment.run(
        simulation_time=1.5, step_size=0.25, outputs={"x": "p/D_op/x", "s": "p/D_op/pulse"}, verbose=False
    )
    assert table["s"].tolist() == [0.0, 0.0, 4.0, 4.0, 0.0, 0.0]
    assert table["x"].tolist() == [1.0, 1.0, 1.0, 2.0, 3.0, 3.0]
    assert experiment.circuit.get_var("p/D_op/pulse_size") == 4.0
    write(experiment.circuit, tmp_path / "again.yaml")
    assert read(tmp_path / "again.yaml") == experiment.circuit


def test_nodes_that_are_named_have_it_with_their_weights(file: Writer, tmp_path: Path) -> None:
    path = file(EXPERIMENT % (NETWORK, f"{PULSE}, nodes: [0, 7], weights: [0.5, -2.0]"))
    circuit = read(path)
    outputs = {label: f"{label}/D_op/x" for label in ("node_0", "node_1", "node_7")}
    table = circuit.run(1.5, 0.25, outputs=outputs, verbose=False)
    assert table.iloc[-1].tolist() == [2.0, 1.0, -3.0]
    write(circuit, tmp_path / "again.yaml")
    assert read(tmp_path / "again.yaml").nodes == circuit.nodes


def test_a_weight_holds_without_a_network_too(file: Writer) -> None:
    assert read(file(EXPERIMENT % ("", f"{PULSE}, nodes: [0]"))).get_var("p/D_op/pulse_weight") == 1.0


def test_a_stimulus_that_no_equation_names_is_said(file: Writer) -> None:
    path = file((EXPERIMENT % ("", PULSE)).replace("pulse - k*x", "-k*x"))
    with pytest.warns(OmissionWarning) as caught:
        assert "pulse" not in read(path).nodes["p"].operators[0][0].variables
    assert str(caught[0].message).endswith("\n  stimulus that no equation names: event pulse")


def test_a_variable_of_its_name_is_refused(file: Writer) -> None:
    path = file((EXPERIMENT % ("", PULSE)).replace("k: {value: 0.0}", "pulse: {value: 0.0}, k: {value: 0.0}"))
    with pytest.raises(RatesError) as caught:
        read(path)
    assert str(caught.value) == f"{path}:8: event 'pulse': The dynamics 'D' have something of that name."


REFUSED = {
    "event_type: discrete, condition: {rhs: x > 1}": (
        "It is one of the kind 'discrete'; events of an experiment are read as stimuli. Write it as an event of the "
        "dynamics."
    ),
    "dataLocation: wave.npy": (
        "Its signal lies in a file. Give the samples to 'run' as inputs of a coupling input."
    ),
    "condition: {rhs: x > 1}": "It begins when a condition is met (condition). Write it as an event of the dynamics.",
    "affect: {rhs: x = 1}": "It changes states (affect). Write it as an event of the dynamics.",
    "trigger_times: [1.0]": "It happens at given times (trigger_times). Write it as an event of the dynamics.",
    f"{PULSE}, duration: 3.0": (
        "Its duration is not read, nor does tvbo run it. Write it into the equation, as a Piecewise of t."
    ),
    f"{PULSE}, target_variable: x": (
        "It names a target_variable, and tvbo runs what equations name. Write it into an equation."
    ),
    f"{PULSE}, target_regions: [a]": (
        "It names target_regions, and tvbo runs 'nodes' with 'weights'. Write those."
    ),
    f"{PULSE}, target_component: a": (
        "It names a target_component, and tvbo runs 'nodes' with 'weights'. Write those."
    ),
    f"{PULSE}, weight_distribution: {{name: Uniform}}": (
        "Its weights are draws (weight_distribution). Write them as numbers, in 'weights'."
    ),
    f"{PULSE}, weights: [1.0]": "It has weights, and tvbo runs those of 'nodes' alone. Name these.",
    f"{PULSE}, nodes: [0], weights: [1.0, 2.0]": "It has 1 nodes and 2 weights.",
    f"{PULSE}, nodes: [3]": "There is no node with the id 3.",
    "description: nothing": "It has no equation.",
}  # fmt: skip


@pytest.mark.parametrize(("said", "message"), REFUSED.items(), ids=REFUSED)
def test_what_is_no_function_of_time_is_refused_by_name(
    file: Writer, refusal: Callable[[Path], str], said: str, message: str
) -> None:
    path = file(EXPERIMENT % ("", said))
    assert refusal(path).partition(": ")[2] == f"{path}:8: event 'pulse': {message}"


def test_a_parameter_that_is_drawn_in_each_step_is_refused(file: Writer) -> None:
    said = "equation: {rhs: u}, parameters: {u: {distribution: {name: Uniform, axis: time}}}"
    path = file(EXPERIMENT % ("", said))
    with pytest.raises(RatesError) as caught:
        read(path)
    assert str(caught.value) == (
        f"{path}:8: parameter of event 'pulse' 'u': It is drawn anew in each step (distribution), by tvbo's generator."
    )
