"""Networks and experiments: edges, lengths, coupling functions, integration settings."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rates_core.errors import ArgumentError, RatesError
from rates_core.reference import Interpreter
from rates_tvbo import Experiment, read_experiment
from rates_tvbo.reader import read

from rates_core import CircuitTemplate, NodeTemplate, OmissionWarning, OperatorTemplate

Writer = Callable[..., Path]

LEAK = """\
label: net
dynamics:
  leak:
    name: leak
    parameters: {tau: {value: 2.0}}
    coupling_inputs: {c: {}}
    state_variables: {x: {equation: {rhs: c - x/tau}, initial_value: 1.0, coupling_variable: true}}
nodes:
- {id: 0, label: left}
- {id: 1, label: right side, parameters: {tau: {value: 4.0}}, state: {x: {value: -1.0}}}
"""


def derivatives(circuit: CircuitTemplate, **state: float) -> dict[str, float]:
    """Return the derivative of x of each node, by the reference interpreter."""
    values = {f"{label}/leak_op/x": value for label, value in state.items()}
    found = Interpreter(circuit).derivative(0.0, values)
    return {path.split("/")[0]: value for path, value in found.items()}


def test_nodes_edges_weights_and_delays(file: Writer) -> None:
    text = (
        f"{LEAK}edges:\n- {{source: 0, target: 1, weight: 0.5, delay: 0.25, directed: true}}\n"
        "- {source: 1, target: 0, directed: true}\n"
    )
    leak = OperatorTemplate("leak_op", "x' = c - x/tau", {"x": "output(1.0)", "tau": 2.0, "c": "input"})
    nodes = {"left": NodeTemplate("leak", [leak]), "right_side": NodeTemplate("leak", {leak: {"tau": 4.0, "x": -1.0}})}
    edges = [
        ("left/leak_op/x", "right_side/leak_op/c", None, {"weight": 0.5, "delay": 0.25}),
        ("right_side/leak_op/x", "left/leak_op/c"),
    ]
    assert read(file(text)) == CircuitTemplate("net", nodes, edges=edges)


@pytest.mark.parametrize(
    ("units", "speed", "delay"),
    [
        ("", "{value: 2.0, unit: mm_per_ms}", 6.0),
        ("", "{value: 2.0, unit: m_per_s}", 6.0),
        ("distance_unit: cm\n", "{value: 2.0}", 60.0),
        ("distance_unit: m\ntime_unit: s\n", "{value: 2.0, unit: m_per_s}", 6.0),
    ],
)
def test_lengths_are_delays_at_a_speed(file: Writer, units: str, speed: str, delay: float) -> None:
    text = (
        f"{LEAK}{units}parameters: {{conduction_speed: {speed}}}\n"
        "edges: [{source: 0, target: 1, distance: 12.0, directed: true}]\n"
    )
    (edge,) = read(file(text)).edges
    assert edge.delay == pytest.approx(delay, rel=1e-15)


@pytest.mark.parametrize("said", [", directed: false", ""])
def test_an_edge_goes_both_ways_unless_it_is_directed(file: Writer, said: str) -> None:
    text = f"{LEAK}edges: [{{source: 0, target: 1, weight: 2.0{said}}}]\n"
    assert derivatives(read(file(text)), left=1.0, right_side=3.0) == {"left": 6.0 - 0.5, "right_side": 2.0 - 0.75}


def test_a_coupling_function_acts_on_what_is_sent_and_on_what_has_arrived(
    file: Writer, comes_back: Callable[[CircuitTemplate], bool]
) -> None:
    text = (
        LEAK + "coupling:\n  Kuramoto:\n    parameters: {a: {value: 3.0}, k: {value: 0.5}}\n"
        "    pre_expression: {rhs: sin(k*(x_j - x_i))}\n    post_expression: {rhs: a*gx + 1}\n"
        "edges: [{source: 0, target: 1, weight: 2.0, directed: true}, {source: 1, target: 1, weight: 5.0}]\n"
    )
    found = derivatives(read(file(text)), left=0.25, right_side=1.5)
    arrived = 2.0 * math.sin(0.5 * (0.25 - 1.5)) + 5.0 * math.sin(0.0)
    assert found["right_side"] == pytest.approx(3.0 * arrived + 1 - 1.5 / 4.0, rel=1e-14)
    assert found["left"] == pytest.approx(1 - 0.25 / 2.0, rel=1e-14)  # nothing arrives, and post makes 1 of it
    circuit = read(file(text))
    assert comes_back(circuit)


def test_states_by_their_names_are_those_of_the_source_and_of_the_target(file: Writer) -> None:
    text = (
        LEAK + "coupling: {C: {delayed: false, pre_expression: {rhs: x_j*x_i + x_j}, post_expression: {rhs: gx}}}\n"
        "edges: [{source: 0, target: 1, weight: 2.0, delay: 3.0, directed: true}]\n"
    )
    circuit = read(file(text))
    assert derivatives(circuit, left=0.5, right_side=3.0)["right_side"] == 2.0 * (0.5 * 3.0 + 0.5) - 0.75
    (edge,) = circuit.edges
    assert edge.delay is None  # of a coupling without delays


def test_delays_act_on_what_the_source_sends_alone(file: Writer) -> None:
    edge = "{source: 0, target: 1, delay: 0.5, directed: true}"
    text = f"{LEAK}coupling: {{C: {{pre_expression: {{rhs: x_j - x_i}}}}}}\nedges: [{edge}]\n"
    table = read(file(text)).run(
        0.75, 0.125, outputs={"a": "left/leak_op/x", "b": "right_side/leak_op/x"}, verbose=False
    )
    first, second = table["a"].to_numpy(), table["b"].to_numpy()
    past = [1.0] * 4 + list(first)  # 0.5 are four steps; before the start it was what it is there
    expected = [-1.0]
    for step in range(5):
        expected.append(expected[-1] + 0.125 * (past[step] - expected[-1] - expected[-1] / 4.0))
    assert second == pytest.approx(expected, rel=1e-14)


def test_an_edge_may_have_its_numbers_among_parameters_as_tvbo_runs_them(file: Writer) -> None:
    numbers = "{weight: {value: 0.5}, length: {value: 6.0}}"
    text = f"{LEAK}edges: [{{source: 0, target: 1, directed: true, parameters: {numbers}}}]\n"
    (edge,) = read(file(text)).edges
    assert (edge.weight, edge.delay) == (0.5, 2.0)  # at 3 mm/ms


def test_the_way_back_is_left_out_where_there_is_nothing_to_feed(file: Writer) -> None:
    sender = "sender: {name: sender, state_variables: {s: {equation: {rhs: -s}, initial_value: 1.0}}}"
    text = LEAK.replace("nodes:", f"  {sender}\nnodes:").replace("label: left", "label: left, dynamics: sender")
    text = text.replace("label: right side", "label: right, dynamics: leak")
    path = file(f"{text}edges: [{{source: 0, target: 1, source_var: s, target_var: c}}]\n")
    with pytest.warns(OmissionWarning) as caught:
        circuit = read(path)
    assert str(caught[0].message).endswith("the way back, for which there are no variables: edge 0 to 1")
    assert [str(edge) for edge in circuit.edges] == ["left/sender_op/s->right/leak_op/c"]


def test_a_newer_schema_is_read_with_a_warning(file: Writer) -> None:
    path = file(f"{LEAK}schema_version: tvb-datamodel/0.9.1\n")
    with pytest.warns(OmissionWarning) as caught:
        read(path)
    assert str(caught[0].message) == (
        f"{path} says what a template of rates cannot hold; it is left out:\n"
        "  what is new in the schema 'tvb-datamodel/0.9.1', which is newer than 0.7: Network net"
    )
    read(file(f"{LEAK}schema_version: tvb-datamodel/0.7.0\n"))


EXPERIMENT = """\
id: 1
label: Test
dynamics:
  name: leak
  state_variables: {x: {equation: {rhs: -x}, initial_value: 1.0}}
integration: {method: Heun, step_size: 0.25, duration: 2.0, transient_time: 1.0}
"""


def test_an_experiment_says_how_it_is_run(file: Writer) -> None:
    experiment = read_experiment(file(EXPERIMENT))
    assert isinstance(experiment, Experiment)
    assert experiment.settings == {"solver": "heun", "simulation_time": 3.0, "cutoff": 1.0, "step_size": 0.25}
    table = experiment.run(outputs={"x": "p/leak_op/x"}, verbose=False)
    factor = 1 - 0.25 + 0.25**2 / 2
    assert table.index.tolist() == pytest.approx([1.0 + 0.25 * step for step in range(8)])
    assert table["x"].tolist() == pytest.approx([factor ** (4 + step) for step in range(8)], rel=1e-13)
    assert len(experiment.run(simulation_time=2.0, verbose=False)) == 4


def test_from_file_reads_the_circuit_and_says_that_settings_are_elsewhere(file: Writer) -> None:
    path = file(EXPERIMENT)
    with pytest.warns(OmissionWarning) as caught:
        circuit = read(path)
    assert circuit == read_experiment(path).circuit
    assert str(caught[0].message) == (
        f"{path} says what a template of rates cannot hold; it is left out:\n"
        "  how it is run, which rates_tvbo.read_experiment returns: solver='heun', simulation_time=3.0, cutoff=1.0, "
        "step_size=0.25"
    )


def test_an_adaptive_method_has_its_tolerances(file: Writer) -> None:
    text = EXPERIMENT.replace("method: Heun", "method: Dopri5, rel_tol: 1e-8, abs_tol: 1e-10")
    settings = read_experiment(file(text)).settings
    assert (settings["solver"], settings["rtol"], settings["atol"]) == ("dopri5", 1e-8, 1e-10)


def test_noise_of_the_integration_is_that_of_every_state(file: Writer) -> None:
    noise = "noise: {additive: true, parameters: {sigma: {value: 0.25}}}"
    text = EXPERIMENT.replace("method: Heun", f"method: Heun, {noise}")
    operator = read_experiment(file(text)).circuit.nodes["p"].operators[0][0]
    assert operator.equations == ("x' = -x + sigma_x*xi_x",)
    assert operator.variables["sigma_x"].value == 0.25


def test_an_experiment_of_a_network_gives_dynamics_and_coupling_to_all_nodes(file: Writer) -> None:
    text = """\
        id: 2
        dynamics:
          name: leak
          coupling_inputs: {c: {}}
          state_variables: {x: {equation: {rhs: c - x}, initial_value: 1.0, coupling_variable: true}}
        coupling: {name: Linear, parameters: {a: {value: 0.5}, b: {value: 0.25}}, pre_expression: {rhs: x_j},
                   post_expression: {rhs: a*gx + b}}
        network: {number_of_nodes: 2, edges: [{source: 0, target: 1, weight: 4.0, directed: true}]}
        """
    circuit = read(file(text))
    assert derivatives(circuit, node_0=3.0, node_1=1.0) == {"node_0": 0.25 - 3.0, "node_1": 0.5 * 12.0 + 0.25 - 1.0}


def test_dynamics_that_no_node_has_are_not_read_and_said(file: Writer) -> None:
    other = "  bold: {name: bold, state_variables: {s: {equation: {rhs: x - s}}}}\n"  # where x is no variable
    text = LEAK.replace("nodes:", f"{other}nodes:").replace("label: left", "label: left, dynamics: leak")
    path = file(text.replace("label: right side", "label: right, dynamics: leak"))
    with pytest.warns(OmissionWarning) as caught:
        assert list(read(path).nodes) == ["left", "right"]
    assert str(caught[0].message).endswith("\n  dynamics that no node has: Dynamics bold")


def test_what_an_experiment_says_of_its_network_is_said_too(file: Writer) -> None:
    path = file(f"{EXPERIMENT}network: {{number_of_nodes: 1, something_new: 3}}\n")
    with pytest.warns(OmissionWarning) as caught:
        assert list(read_experiment(path).circuit.nodes) == ["node_0"]
    assert str(caught[0].message).endswith("\n  something_new: network")


def test_settings_that_nobody_says_are_asked_for(file: Writer) -> None:
    experiment = read_experiment(file(EXPERIMENT.replace("step_size: 0.25, ", "")))
    with pytest.raises(ArgumentError) as caught:
        experiment.run()
    assert str(caught.value) == "The file does not say 'step_size'; give it, as in run(step_size=...)."


REFUSED: dict[str, tuple[str, str]] = {
    "an edge that is a matrix": (
        LEAK + "edges: [{label: sc, format: dense}]\n",
        "UnsupportedFeatureError: {path}:11: edge '0': It stands for a matrix of another file, which the network does "
        "not name (data_file). Write edges with source and target.",
    ),
    "two edges of both directions": (
        LEAK + "edges: [{source: 0, target: 1, weight: 2.0}, {source: 1, target: 0, directed: false}]\n",
        "UnsupportedFeatureError: {path}:11: edge '1': A second edge between the nodes 1 and 0 differs from the first, "
        "and each is one of both directions, which edges of TVBO are unless they say 'directed: true'.",
    ),
    "a weight that is said twice": (
        LEAK + "edges: [{source: 0, target: 1, weight: 2.0, parameters: {weight: {value: 3.0}}}]\n",
        "ModelFileError: {path}:11: edge '0': 'weight' is 2.0, and 3.0 among its parameters.",
    ),
    "another schema": (
        LEAK + "schema_version: sbml/3\n",
        "ModelFileError: {path}:11: Network 'net': The schema_version is 'sbml/3'; that of files of TVBO is as "
        "'tvb-datamodel/0.7.0'.",
    ),
    "units that give no time": (
        LEAK + "distance_unit: kg\nedges: [{source: 0, target: 1, distance: 2.0}]\n",
        "UnsupportedFeatureError: {path}:11: Network 'net': 'distance_unit' is 'kg', which gives no time here; known "
        "are mm, cm, m.",
    ),
    "a speed of 0": (
        LEAK + "parameters: {conduction_speed: {value: 0}}\nedges: [{source: 0, target: 1, distance: 2.0}]\n",
        "ModelFileError: {path}:11: network parameter 'conduction_speed': A speed is a positive number.",
    ),
    "a node that is not there": (
        LEAK + "edges: [{source: 0, target: 7}]\n",
        "ModelFileError: {path}:11: edge '0': There is no node with the id 7.",
    ),
    "a coupling that is not there": (
        LEAK + "edges: [{source: 0, target: 1, coupling: K}]\n",
        "ModelFileError: {path}:11: edge '0': There is no coupling 'K' in this file.",
    ),
    "an input that is not there": (
        LEAK + "edges: [{source: 0, target: 1, target_var: d}]\n",
        "ModelFileError: {path}:11: edge '0': The target has no coupling input 'd'.",
    ),
    "a source that is not there": (
        LEAK + "edges: [{source: 0, target: 1, source_var: d}]\n",
        "ModelFileError: {path}:11: edge '0': The source has no variable 'd'.",
    ),
    "dynamics of an edge": (
        LEAK + "edges: [{source: 0, target: 1, dynamics: d}]\n",
        "UnsupportedFeatureError: {path}:11: edge '0': It has 'dynamics' of its own, which are not read.",
    ),
    "dynamics that are not there": (
        LEAK.replace("label: left", "label: left, dynamics: JansenRit"),
        "ModelFileError: {path}:9: node 'left': It has the dynamics 'JansenRit'; this file holds 'leak'. Write them "
        "under 'dynamics' of the network.",
    ),
    "two nodes of one label": (
        LEAK.replace("right side", "left"),
        "ModelFileError: {path}:10: node 'left': There is a node with the id 1 or the label 'left' already.",
    ),
    "an unknown method": (
        EXPERIMENT.replace("Heun", "Magic"),
        "UnsupportedFeatureError: {path}:6: integration: rates has no method 'Magic'. Methods are euler, "
        "eulerdeterministic, eulerstochastic, heun, heundeterministic, heunstochastic, rk4, rungekutta4, "
        "rungekutta4thorder, dopri5, dopri853, rk45, rk23, dop853, radau, bdf, lsoda.",
    ),
    "times in two units": (
        "id: 1\nintegration: {time_scale: s}\nnetwork:\n"
        + "".join(f"  {line}\n" for line in LEAK.splitlines())
        + "  edges: [{source: 0, target: 1, delay: 2.0}]\n",
        "ModelFileError: {path}:2: SimulationExperiment: The integration counts time in 's' (time_scale), and the "
        "network its delays in 'ms', as TVBO does where time_unit is not said. Say both in one unit.",
    ),
    "a stimulation": (
        EXPERIMENT + "stimulation: {equation: {rhs: sin(t)}}\n",
        "UnsupportedFeatureError: {path}:7: SimulationExperiment 'Test': 'stimulation' changes what is simulated, and "
        "is not read. Write it as an event, a 'stimulus', which an equation names.",
    ),
    "nodes that are elsewhere": (
        EXPERIMENT + "network: {parcellation: {atlas: {name: DesikanKilliany}}}\n",
        "UnsupportedFeatureError: {path}:7: network: Its nodes and connections are those of tvbo's database "
        "('parcellation'), which rates does not have. Where tvbo is, Network.save('net.yaml') writes them, for "
        "'data_file: net.h5'.",
    ),
    "a graph that is made": (
        LEAK + "graph_generator: {type: RandomReservoir}\n",
        "UnsupportedFeatureError: {path}:11: Network 'net': Its connections are said by 'graph_generator', which is "
        "not read: give each of them in 'edges', or make the circuit in Python from matrices.",
    ),
    "a misspelt weight": (
        LEAK + "edges: [{source: 0, target: 1, weigth: 2.0}]\n",
        "ModelFileError: {path}:11: edge '0': TVBO has no key 'weigth' there. Did you mean 'weight'?",
    ),
    "a misspelt step": (
        EXPERIMENT.replace("step_size", "stepsize"),
        "ModelFileError: {path}:6: integration: TVBO has no key 'stepsize' there. Did you mean 'step_size'?",
    ),
    "no dynamics": (
        "id: 3\nintegration: {method: Heun}\n",
        "ModelFileError: {path}:1: SimulationExperiment: It has no dynamics.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_circuit_is_refused_by_name(file: Writer, text: str, message: str) -> None:
    path: Any = file(text)
    with pytest.raises(RatesError) as caught:
        read(path)
    assert f"{type(caught.value).__name__}: {caught.value}" == message.format(path=path)


@pytest.mark.parametrize(("way", "taken"), [("clamp", 1.0), ("wrap", 0.25)])
def test_a_node_begins_within_the_domain_of_its_state(file: Writer, way: str, taken: float) -> None:
    text = LEAK.replace("coupling_variable", f"domain: {{lo: -2.0, hi: 1.0, enforce: {way}}}, coupling_variable")
    path = file(text.replace("value: -1.0", "value: 3.25"))
    with pytest.warns(OmissionWarning) as caught:
        circuit = read(path)
    assert circuit.get_var("right_side/leak_op/x") == taken
    assert f"initial_value 3.25 outside the domain, so {taken} is taken: state variable x of right_side" in str(
        caught[0].message
    )
