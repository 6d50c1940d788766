"""The examples of NeuroML, run by PyLEMS, against what rates makes of the same files.

`RATES_NEUROML_PYTHON` names the Python of an environment with pyNeuroML, which runs `record_corpus.py`; the session
`neuroml` sets it. PyLEMS steps by Euler's method: children first, then their parent, and records what is there after
the
step. So its row k of a state is our row k + 1, and its row k of a computed variable is ours.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rates_core.errors import RatesError
from rates_neuroml import Experiment, read_experiment
from rates_neuroml.writer import write

from rates_core import CircuitTemplate, NodeTemplate, OmissionWarning, OperatorTemplate, UnitsWarning

RECORDER = Path(__file__).with_name("record_corpus.py")

#: Examples that rates refuses, and the end of what it says.
REFUSED = {
    "Ex6_NMDA": "blockingPlasticSynapse 'nmdaSyn1' has <EventOut> for events at 'in', which rates does not read.",
    "Ex7_STP": "tsodyksMarkramDepMechanism 'depMech' has <EventConnection> in the Structure of its type, which rates "
    "reads in networks alone.",
    "Ex11_STDP": "An event at 'in' of stdpSynapse 'stdpSyn' sets 'stdpSyn_tsince' to '0'. Events of rates add to a "
    "state "
    "what depends on parameters alone.",
    "Ex12_Net2": "spike '0' has <EventConnection> in the Structure of its type, which rates reads in networks alone.",
    "Ex14_PyNN": "'start - log(random(1))/rate' draws a random number, which rates does not do at events and at the "
    "start. Write a number.",
    "Ex16_Inputs": "What voltageClampTriple 'vClamp0' does where 'active .eq. 1 .and. t .lt. delay' is done at each "
    "step "
    "while that holds. Events of rates happen once, when a condition becomes true.",
    "Ex17_Tissue": "population 'hhpop' has <MultiInstantiate> in the Structure of its type, which rates reads in "
    "networks alone.",
    **dict.fromkeys(
        ("Ex20_AnalogSynapses", "Ex20a_AnalogSynapsesHH", "Ex26_Weights"),
        "does where '(1-inf) .lt. 1e-4' is done at each step while that holds. Events of rates happen once, when a "
        "condition becomes true.",
    ),
    "Ex21_CurrentBasedSynapses": "spike '0' has <EventConnection> in the Structure of its type, which rates reads in "
    "networks alone.",
    "Ex23_Spiketimes": "poissonFiringSynapse 'poissonFiringSyn' has <EventConnection> in the Structure of its type, "
    "which "
    "rates reads in networks alone.",
    "Ex25_MultiComp": "connection '1': It is at the segment 3; rates reads cells of one segment.",
    "Ex27_MultiSynapses": "blockingPlasticSynapse 'NMDA' has <EventOut> for events at 'in', which rates does not read.",
}  # fmt: skip
#: Examples that are equal, step by step.
EQUAL = ("Ex0_IaF", "Ex1_HH", "Ex2_Izh", "Ex5_DetCell", "Ex8_AdEx", "Ex9_FN")
#: Networks whose events PyLEMS delivers in the step in which they are emitted or in the next one, by the order of its
#: components, and rates over the next one; both go to the same limit.
CONVERGING = ("Ex3_Net", "Ex13_Instances")
#: What PyLEMS 0.6.9 computes otherwise than the types of NeuroML say.
DIFFERENT = {
    "Ex10_Q10": "the product over q10Settings is taken to be 1: an error in it is passed over",
    "Ex15_CaDynamics": "as Ex10; and what a cell computes of calcium reaches its pool a step late",
    "Ex18_GHK": "as Ex15",
    "Ex24_FractionalConductance": "the sum over fractions of a gate is taken to be 0: an error in it is passed over",
}
#: Examples that PyLEMS does not run and rates does.
ONLY_HERE = ("Ex4_KS", "Ex4a_KS", "Ex19_GapJunctions", "Ex19a_GapJunctionInstances", "Ex22_PinskyRinzelCA3")


def record(target: Path, *arguments: str) -> dict[str, dict[str, Any]]:
    """Run the recorder, and return what PyLEMS recorded by the file."""
    python = os.environ["RATES_NEUROML_PYTHON"]
    subprocess.run([python, str(RECORDER), str(target), *arguments], check=True, timeout=1200)
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in target.glob("*.json")}


@pytest.fixture(scope="session")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("corpus")


@pytest.fixture(scope="session")
def records(target: Path) -> dict[str, dict[str, Any]]:
    return record(target)


def example(target: Path, name: str) -> Experiment:
    """Return an example; what is left out is tested elsewhere."""
    corpus = target / "corpus"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OmissionWarning)
        warnings.simplefilter("ignore", UnitsWarning)
        return read_experiment(corpus / "LEMSexamples" / f"LEMS_NML2_{name}.xml", [corpus / "NeuroML2CoreTypes"])


def deviations(simulation: Experiment, recorded: dict[str, Any]) -> dict[str, float]:
    """Return the largest deviation of each output, relative to its largest value."""
    steps, step = recorded["steps"], recorded["step"]
    table = simulation.run(simulation_time=(steps + 1) * step, step_size=step, verbose=False)
    assert set(simulation.settings["outputs"]) == set(recorded["rows"])
    found = {}
    for name, path in simulation.settings["outputs"].items():
        theirs = np.array(recorded["rows"][name][:steps], dtype=float)
        node, operator, variable = path.split("/")
        (own,) = [one for one, _ in simulation.circuit.nodes[node].operators if one.name == operator]
        shift = 0 if variable in own.algebraic else 1
        ours = table[name].to_numpy()[shift : shift + steps]
        found[name] = float(np.abs(ours - theirs).max() / (np.abs(theirs).max() or 1.0))
    return found


def test_every_example_is_in_one_of_the_lists(target: Path, records: dict[str, dict[str, Any]]) -> None:
    names = {name.removeprefix("LEMS_NML2_") for name in records}
    lists = (REFUSED, EQUAL, CONVERGING, DIFFERENT, ONLY_HERE)
    assert names == {name for one in lists for name in one}
    assert len(names) == sum(map(len, lists))
    assert {name for name in names - {*REFUSED} if "refused" in records[f"LEMS_NML2_{name}"]} == {*ONLY_HERE}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_named(target: Path, records: dict[str, dict[str, Any]], name: str) -> None:
    with pytest.raises(RatesError) as caught:
        example(target, name)
    assert str(caught.value).endswith(REFUSED[name])


@pytest.mark.parametrize("name", EQUAL)
def test_examples_are_equal_to_rounding(target: Path, records: dict[str, dict[str, Any]], name: str) -> None:
    simulation = example(target, name)
    recorded = dict(records[f"LEMS_NML2_{name}"])
    if name == "Ex0_IaF":  # starts above the threshold: rates resets at the start, PyLEMS after the first step
        recorded["rows"] = {key: rows[1:] for key, rows in recorded["rows"].items()}
    # 12 000 steps with roundings of 1e-16, which spikes magnify by up to a thousand
    for output, deviation in deviations(simulation, recorded).items():
        assert deviation < 1e-11, output


@pytest.mark.parametrize("name", CONVERGING)
def test_networks_go_to_the_same_limit(target: Path, records: dict[str, dict[str, Any]], name: str) -> None:
    file = f"LEMS_NML2_{name}"
    halved = record(target / "halved", "--halve", str(target / "corpus" / "LEMSexamples" / f"{file}.xml"))
    coarse, fine = (deviations(example(target, name), one[file]) for one in (records, halved))
    voltages = [output for output in coarse if output.endswith("/v") and coarse[output] > 1e-9]
    assert voltages
    for output in voltages:
        assert 1.7 < coarse[output] / fine[output] < 2.3, output


def test_dimensions_fit_but_where_a_type_leaves_them_out(target: Path, records: dict[str, dict[str, Any]]) -> None:
    corpus, mixed = target / "corpus", set()
    for name in {*EQUAL, *CONVERGING, *DIFFERENT, *ONLY_HERE}:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            read_experiment(corpus / "LEMSexamples" / f"LEMS_NML2_{name}.xml", [corpus / "NeuroML2CoreTypes"])
        mixed |= {name for one in caught if one.category is UnitsWarning}
    assert mixed == {"Ex22_PinskyRinzelCA3"}  # -Si/150, where a time of 150 ms is meant as a number


def test_the_factor_of_temperature_is_that_of_its_type(target: Path, records: dict[str, dict[str, Any]]) -> None:
    name = "hhpop[0]/bioPhys1/membraneProperties/kChans/kChan/n/rateScale"
    assert set(records["LEMS_NML2_Ex10_Q10"]["rows"][name]) == {1}
    table = example(target, "Ex10_Q10").run(simulation_time=1e-5, verbose=False)
    assert table[name].iloc[0] == pytest.approx(3.0 ** ((22.0 - 32.0) / 10.0), rel=1e-14)


@pytest.mark.parametrize(("name", "factor"), [("Ex5_DetCell", 1.0), ("Ex10_Q10", 1.0 / 3.0)])
def test_cells_of_channels_have_the_equations_of_hodgkin_and_huxley(
    target: Path, records: dict[str, dict[str, Any]], name: str, factor: float
) -> None:
    simulation = example(target, name)
    steps = 2000
    states = ("m", "h", "n")
    channels = {"m": "naChans/naChan", "h": "naChans/naChan", "n": "kChans/kChan"}
    table = simulation.run(simulation_time=steps * 1e-5, verbose=False)
    v, q = -65.0, {}
    for step in range(steps):
        rates = {
            "n": (0.01 * (v + 55.0) / (1.0 - math.exp(-(v + 55.0) / 10.0)), 0.125 * math.exp(-(v + 65.0) / 80.0)),
            "m": (0.1 * (v + 40.0) / (1.0 - math.exp(-(v + 40.0) / 10.0)), 4.0 * math.exp(-(v + 65.0) / 18.0)),
            "h": (0.07 * math.exp(-(v + 65.0) / 20.0), 1.0 / (1.0 + math.exp(-(v + 35.0) / 10.0))),
        }
        q = q or {gate: a / (a + b) for gate, (a, b) in rates.items()}
        # SI against ms and mV: 2000 steps with roundings of 1e-16
        assert table["hhpop[0]/v"].iloc[step] == pytest.approx(v * 1e-3, rel=1e-11)
        for gate in states:
            output = f"hhpop[0]/bioPhys1/membraneProperties/{channels[gate]}/{gate}/q"
            assert table[output].iloc[step] == pytest.approx(q[gate], rel=1e-11)
        # S/m^2 * mV = mA/m^2, over 1 uF/cm^2 = 1e-2 F/m^2, in mV/ms
        current = 1200.0 * q["m"] ** 3 * q["h"] * (50.0 - v) + 360.0 * q["n"] ** 4 * (-77.0 - v) + 3.0 * (-54.3 - v)
        v += 0.01 * current * 1e-3 / 1e-2
        q = {gate: q[gate] + 0.01 * factor * (a * (1.0 - q[gate]) - b * q[gate]) for gate, (a, b) in rates.items()}


@pytest.mark.parametrize("name", [*DIFFERENT, *ONLY_HERE])
def test_what_pylems_does_not_compute_runs_here(target: Path, records: dict[str, dict[str, Any]], name: str) -> None:
    simulation = example(target, name)
    table = simulation.run(simulation_time=100 * simulation.settings["step_size"], verbose=False)
    assert np.isfinite(table.to_numpy()).all()


#: No computed variable reads a choice here: PyLEMS would read its value of the step before.
WRITTEN = {
    "fitzhugh_nagumo": OperatorTemplate(
        "fhn",
        ["v' = v - v^3/3 - w + I", "w' = 0.08*(v + 0.7 - 0.8*w)", "fast = sigmoid(w)", "top = max(v, 0)"],
        {"v": "output(-1.0)", "w": "output(1.0)", "I": 0.5, "fast": "output", "top": "output"},
    ),
    "izhikevich": OperatorTemplate(
        "izhikevich",
        ["v' = 0.04*v^2 + 5*v + 140 - u + i", "u' = a*(b*v - u)", "i = 10 if t > 5 and not t > 80 else -1"],
        {
            "v": "output(-65.0)", "u": "output(-13.0)", "i": "output", "spike": "output", "a": 0.02, "b": 0.2,
            "c": -65.0, "d": 8.0,
        },
        events=[{"when": "v >= 30", "set": {"v": "c", "u": "u + d"}, "emit": "spike"}],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_written_is_run_by_pylems(tmp_path: Path, name: str) -> None:
    operator = WRITTEN[name]
    circuit = CircuitTemplate(name, nodes={"p": NodeTemplate("p", [operator])})
    file = tmp_path / f"{name}.xml"
    write(circuit, file)
    outputs = [one for one in operator.variables if operator.variables[one].kind == "output" and one != "spike"]
    columns = "".join(f'<OutputColumn id="{one}" quantity="{one}"/>' for one in outputs)
    simulation = f'<Simulation id="sim" length="100s" step="0.05s" target="p"><OutputFile id="o" fileName="o">{columns}'
    beginning = '<Lems><Target component="sim"/><Include file="Simulation.xml"/>'
    text = file.read_text(encoding="utf-8").replace("<Lems>", beginning)
    file.write_text(text.replace("</Lems>", f"{simulation}</OutputFile></Simulation></Lems>"), encoding="utf-8")
    theirs = record(tmp_path / "records", str(file))[name]
    assert theirs["steps"] == 2000
    table = circuit.run(100.05, 0.05, outputs={one: f"p/{operator.name}/{one}" for one in outputs}, verbose=False)
    for one in outputs:
        shift = 0 if one in operator.algebraic else 1
        rows = np.array(theirs["rows"][one][:2000], dtype=float)
        # 2000 steps with roundings of 1e-16, which spikes magnify
        assert table[one].to_numpy()[shift : shift + 2000] == pytest.approx(rows, abs=1e-10 * np.abs(rows).max())
