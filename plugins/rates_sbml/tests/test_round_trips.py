"""Templates written as SBML and read back: the same right-hand sides; what SBML cannot say is refused."""

from __future__ import annotations

import random
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import libsbml
import numpy as np
import pandas as pd
import pytest
from rates_core.errors import UnsupportedFeatureError
from rates_core.reference import Interpreter
from rates_sbml.reader import read
from rates_sbml.writer import write

from rates_core import (
    CircuitTemplate,
    EdgeTemplate,
    NodeTemplate,
    OmissionWarning,
    OperatorTemplate,
    PopulationTemplate,
)

Reader = Callable[..., CircuitTemplate]
TOLERANCE = 1e-13  # numbers are written with 15 digits
FUNCTIONS = (
    "sin(x) + cos(x) + tan(x) + sinh(x) + cosh(x) + tanh(x)",
    "arcsin(x/3) + arccos(x/3) + arctan(x) + exp(x) + log(x^2 + 1) + log10(x^2 + 1) + sqrt(abs(x))",
    "sigmoid(x) + sign(x) + heaviside(x) + floor(3*x) + ceil(3*x) + round(3*x) + round(2.5) + round(-1.5)",
    "mod(x, 0.7) + fmod(x, 0.7) + mod(x, -0.7) + min(x, y, 0.3) + max(x, y, 0.3)",
    "where(x > 0 and (y < 1 or not t > 2), -x, where(x == 0, 1, pi + E)) + (x >= y) + (x != y) + (x <= 0.2)",
    "where(x, 2, 3) + where(1, x, y) + where(0, x, y) + (x and y) + (x or 0) + (not x)",
)
OPERATORS = {
    "states, computed variables and numbers": OperatorTemplate(
        "vdp",
        ["friction = mu*(1 - x^2)", "x' = z", "z' = friction*z - x + 1e-3*sin(t)"],
        {"x": "output(0.5)", "z": "variable(1e-3)", "mu": 2.5, "friction": "variable"},
        "An oscillator,\nin two lines.\n\n`mu`: damping\n\nUnits: mu 1/min, x (2.5 mol)/l^2.\n\n"
        "Reference: doi:10.1080/14786442608564127",
        "Van der Pol",
    ),
    "functions": OperatorTemplate(
        "f",
        [f"v{number} = {text}" for number, text in enumerate(FUNCTIONS)]
        + ["x' = v0 + v1 + v2 + v3 + v4 + v5", "y' = -x"],
        {"x": "variable(0.1)", "y": "variable(0.2)", **{f"v{number}": "variable" for number in range(len(FUNCTIONS))}},
    ),
    "events": OperatorTemplate(
        "e",
        ["v' = 2.0", "u' = -u"],
        {"v": "output(0.0)", "u": "variable(1.0)", "peak": 1.5},
        events=[{"when": "v >= peak", "set": {"v": "-1.0", "u": "u + v"}}],
    ),
    "delays": OperatorTemplate("d", "x' = -past(x, tau) + past(x^2, 0.5)", {"x": "variable(1.0)", "tau": 1.25}),
}


def again(template: Any, folder: Path) -> CircuitTemplate:
    """Return what comes back of a template; what is left out is tested elsewhere."""
    path = folder / "again.xml"
    path.unlink(missing_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OmissionWarning)
        write(template, path)
        found = read(path)
    document = libsbml.readSBMLFromFile(str(path))
    document.setConsistencyChecks(libsbml.LIBSBML_CAT_MODELING_PRACTICE, False)
    document.setConsistencyChecks(libsbml.LIBSBML_CAT_UNITS_CONSISTENCY, False)
    document.checkConsistency()
    assert document.getNumErrors() == 0, document.getErrorLog().toString()
    return found


def circuit_of(operator: OperatorTemplate) -> CircuitTemplate:
    return CircuitTemplate(operator.name, {"p": NodeTemplate("n", [operator])})


def assert_same(one: CircuitTemplate, other: CircuitTemplate, names: dict[str, str]) -> None:
    """Compare derivatives at random states and times; `names` maps states of one to those of the other."""
    models = Interpreter(one), Interpreter(other)
    generator = random.Random(1)
    for _ in range(20):
        time = generator.uniform(0, 4)
        values = {name: generator.uniform(-2, 2) for name in names}
        first = models[0].derivative(time, values, {})
        second = models[1].derivative(time, {names[name]: value for name, value in values.items()}, {})
        for name, twin in names.items():
            assert second[twin] == pytest.approx(first[name], rel=TOLERANCE, abs=TOLERANCE, nan_ok=True), name


def states(operator: OperatorTemplate) -> list[str]:
    return [equation.target for equation in operator.parsed if equation.kind == "differential"]


@pytest.mark.parametrize("kind", [kind for kind in OPERATORS if kind != "delays"])
def test_right_hand_sides_are_equal_when_they_come_back(kind: str, tmp_path: Path) -> None:
    operator = OPERATORS[kind]
    back = again(circuit_of(operator), tmp_path)
    assert_same(
        circuit_of(operator), back, {f"p/{operator.name}/{name}": f"model/sbml/{name}" for name in states(operator)}
    )
    ((read_back, _),) = back.nodes["model"].operators
    values = {name: variable.value for name, variable in operator.variables.items()}
    assert {name: read_back.variables[name].value for name in values} == values
    assert [(one.when, dict(one.set)) for one in read_back.parsed_events] == [
        (one.when, dict(one.set)) for one in operator.parsed_events
    ]


@pytest.mark.parametrize("kind", OPERATORS)
def test_what_was_read_comes_back_as_it_was(kind: str, tmp_path: Path) -> None:
    """SBML to rates, to SBML, to rates; formulas of functions that SBML does not have are expanded the first time."""
    first = again(OPERATORS[kind], tmp_path)
    assert again(first, tmp_path) == first


def test_words_come_back(tmp_path: Path) -> None:
    operator = OPERATORS["states, computed variables and numbers"]
    ((found, _),) = again(circuit_of(operator), tmp_path).nodes["model"].operators
    assert found.description == (
        "An oscillator, in two lines.\n\n`mu`: damping\n\nUnits: x (2.5 mol)/l^2, mu 1/min.\n\n"
        "Reference: doi:10.1080/14786442608564127"
    )


def test_runs_with_delays_are_equal(tmp_path: Path, run: Callable[..., pd.DataFrame]) -> None:
    operator = OPERATORS["delays"]
    found = run(again(operator, tmp_path), ["x"], 4.0)["x"]
    outputs = {"x": "p/d/x"}
    options: dict[str, Any] = {"solver": "scipy", "method": "DOP853", "rtol": 1e-10, "atol": 1e-12, "verbose": False}
    wanted = circuit_of(operator).run(4.4, 0.4, outputs=outputs, **options)["x"]
    np.testing.assert_allclose(found, wanted, rtol=1e-8)


def network() -> CircuitTemplate:
    """Return two nodes in a circuit and one in another, with inputs, outputs, weights and a delay."""
    leak = OperatorTemplate(
        "leak", "x' = (gain*u - x)/tau", {"x": "output(1.0)", "u": "input", "gain": 2.0, "tau": 4.0}
    )
    rate = OperatorTemplate("rate", "r = sigmoid(x)", {"r": "output", "x": "input"})
    cell = NodeTemplate("cell", [leak, rate])
    fast = NodeTemplate("fast", {leak: {"tau": 0.5}, rate: {}})
    edges: list[Any] = [
        ("a/rate/r", "b/leak/u", None, {"weight": 0.5}),
        ("inner/c/leak/x", "b/leak/u", None, {"weight": -1.5}),
        ("b/rate/r", "inner/c/leak/u", None, {}),
    ]
    inner = CircuitTemplate("inner", {"c": cell})
    return CircuitTemplate("net", {"a": cell, "b": fast}, circuits={"inner": inner}, edges=edges)


def test_networks_of_single_nodes_are_one_model(tmp_path: Path) -> None:
    circuit = network()
    with pytest.warns(OmissionWarning) as caught:
        write(circuit, tmp_path / "net.xml")
    assert [str(one.message) for one in caught] == [
        "'net' has what a file of SBML cannot hold; it is left out:\n"
        "  paths, which become names with '_' for '/'\n"
        "  that it is an input; it is a number: a_leak_u"
    ]
    names = {f"{path}/leak/x": f"model/sbml/{path.replace('/', '_')}_leak_x" for path in ("a", "b", "inner/c")}
    assert_same(circuit, read(tmp_path / "net.xml"), names)


def test_a_delay_of_an_edge_is_one_of_the_equation(tmp_path: Path) -> None:
    leak = OperatorTemplate("leak", "x' = u - x", {"x": "output(1.0)", "u": "input"})
    edge = ("a/leak/x", "b/leak/u", None, {"weight": 0.5, "delay": 2.0})
    cell = NodeTemplate("cell", [leak])
    ((found, _),) = (
        again(CircuitTemplate("pair", {"a": cell, "b": cell}, edges=[edge]), tmp_path).nodes["model"].operators
    )
    assert found.algebraic["b_leak_u"] == "b_leak_u = 0.5*past(a_leak_x, 2.0)"


def test_names_that_sbml_cannot_have_are_changed_and_told(tmp_path: Path) -> None:
    operator = OperatorTemplate("o", "µ' = -µ", {"µ": "variable(1.0)"})
    with pytest.warns(OmissionWarning) as caught:
        write(operator, tmp_path / "o.xml")
    assert str(caught[0].message) == (
        "'o' has what a file of SBML cannot hold; it is left out:\n"
        f"  names that SBML cannot have: 'µ', which becomes 'u{ord('µ'):x}'"
    )
    assert_same(circuit_of(operator), read(tmp_path / "o.xml"), {"p/o/µ": f"model/sbml/u{ord('µ'):x}"})


def test_a_model_that_is_called_as_one_of_its_variables_is_called_otherwise(tmp_path: Path) -> None:
    operator = OperatorTemplate("x", "x' = -x", {"x": "variable(1.0)"})
    with pytest.warns(OmissionWarning) as caught:
        write(operator, tmp_path / "x.xml")
    assert str(caught[0].message) == (
        "'x' has what a file of SBML cannot hold; it is left out:\n  the name of the model: 'x', which becomes 'x_'"
    )
    assert read(tmp_path / "x.xml").name == "x_"


REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "functions and numbers that it does not have": (
        lambda: OperatorTemplate(
            "o",
            ["z' = I*z", "x' = erf(x) + randn()"],
            {"z": "variable(0.5+1j)", "x": "variable(0.1)"},
        ),
        "SBML cannot hold what 'o' says:\n  'o/o/z' is complex; numbers of SBML are real.",
    ),
    "functions": (
        lambda: OperatorTemplate("o", ["x' = erf(x) + arctan2(x, 1)"], {"x": "variable(0.1)"}),
        "SBML cannot hold what 'o' says:\n  'erf(x)' in the equation of 'x': SBML has no function 'erf'.",
    ),
    "vectors, noise and pulses": (
        lambda: OperatorTemplate(
            "o",
            ["x' = -x + xi", "w' = -w + s", "y' = k*y"],
            {"x": "variable(0.1)", "xi": "noise", "y": "variable(0.0,3)", "k": 1.0, "w": "variable", "s": "variable"},
            events=[{"when": "w > 1", "emit": "s"}],
        ),
        "SBML cannot hold what 'o' says:\n  the noise 'o/o/xi'.\n  'o/o/y' is an array; numbers of SBML are real.\n"
        "  the event 'when: w > 1' of 'o/o' emits a pulse into 's'.",
    ),
    "events that would set each other off": (
        lambda: OperatorTemplate(
            "o",
            ["x' = 1", "y = 2*x", "z' = 0"],
            {"x": "variable(0.1)", "y": "variable", "z": "variable(0.0)"},
            events=[{"when": "x > 1", "set": {"x": "3.0"}}, {"when": "y > 5", "set": {"z": "1.0"}}],
        ),
        "SBML cannot hold what 'o' says:\n  event 1 sets what the condition of event 2 depends on: in SBML it would "
        "set that off at the same time, in rates it does not.",
    ),
    "edges with spreads and equations, and populations": (
        lambda: CircuitTemplate(
            "c",
            {"a": NodeTemplate("n", [OperatorTemplate("o", "x' = u - x", {"x": "output(0.1)", "u": "input"})])},
            populations={
                "many": PopulationTemplate(
                    "many",
                    NodeTemplate("n", [OperatorTemplate("o", "x' = u - x", {"x": "output(0.1)", "u": "input"})]),
                    3,
                )
            },
            edges=[
                ("a/o/x", "a/o/u", None, {"delay": 2.0, "spread": 1.0}),
                (
                    "a/o/x",
                    "a/o/u",
                    EdgeTemplate("e", [OperatorTemplate("g", "y = v^2", {"y": "output", "v": "input"})]),
                    {},
                ),
            ],
        ),
        "SBML cannot hold what 'c' says:\n  the population 'many': write it as nodes.\n  a spread on the edge a/o/x->"
        "a/o/u.\n  equations on the edge a/o/x->a/o/u.",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_sbml_cannot_say_is_refused(what: str, tmp_path: Path) -> None:
    template, text = REFUSED[what]
    with pytest.raises(UnsupportedFeatureError) as caught:
        write(template(), tmp_path / "x.xml")
    assert str(caught.value) == text
    assert not list(tmp_path.iterdir())


def test_events_at_one_time_happen_in_their_order(tmp_path: Path, run: Callable[..., pd.DataFrame]) -> None:
    """Values are those before all of them, and the last one wins: 1 + 10, in rates and by the priorities of SBML."""
    operator = OperatorTemplate(
        "o",
        ["x' = 0", "y' = 0"],
        {"x": "variable(1.0)", "y": "variable(2.0)"},
        events=[
            {"when": "t >= 0.95", "set": {"x": "x + 5.0", "y": "x"}},
            {"when": "t > 0.9 and t >= 0.95", "set": {"x": "x + 10.0"}},
        ],
    )
    back = again(operator, tmp_path)
    table = run(back, ["x", "y"], 2.0)
    assert table["x"].iloc[-1] == 11.0
    assert table["y"].iloc[-1] == 1.0
    assert re.findall(
        r"<cn type=\"integer\"> (\d) </cn>\s*</math>\s*</priority>", (tmp_path / "again.xml").read_text()
    ) == [
        "2",
        "1",
    ]


def test_a_delayed_variable_of_time_was_what_it_is_at_the_start(
    tmp_path: Path, run: Callable[..., pd.DataFrame]
) -> None:
    """In rates z = t*x was 0 before the start, where a rule of SBML goes on; from 1 to 2, x = 1 + 0.05 (t - 1)^2."""
    operator = OperatorTemplate("op", ["z = t*x", "x' = 0.1*past(z, 1.0)"], {"x": "output(1.0)", "z": "variable(0.0)"})
    write(operator, tmp_path / "op.sbml")
    table = run(read(tmp_path / "op.sbml"), ["x"], 2.0, 4)
    late = np.maximum(table.index.to_numpy() - 1, 0.0)
    np.testing.assert_allclose(table["x"], 1 + 0.05 * late**2, rtol=1e-9)
