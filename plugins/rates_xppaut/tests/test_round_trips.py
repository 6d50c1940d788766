"""Templates written as files and read back: equal where XPPAUT can say it, and what it cannot is said."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rates_core.errors import UnsupportedFeatureError
from rates_xppaut.reader import read
from rates_xppaut.writer import write

from rates_core import (
    CircuitTemplate,
    Connectivity,
    NodeTemplate,
    OmissionWarning,
    OperatorTemplate,
    PopulationTemplate,
)

Operators = Mapping[str, OperatorTemplate]


def circuit_of(operator: OperatorTemplate, values: Any = None) -> CircuitTemplate:
    return CircuitTemplate("net", nodes={"cell": NodeTemplate("kind", [(operator, values)])})


def again(template: Any, folder: Path) -> CircuitTemplate:
    path = folder / "again.ode"
    path.unlink(missing_ok=True)
    write(template, path)
    return read(path)


@pytest.mark.parametrize("name", ["a model", "words of XPPAUT", "names that differ by their case", "events", "noise"])
def test_an_operator_comes_back_equal(name: str, operators: Operators, tmp_path: Path) -> None:
    operator = operators[name]
    circuit = circuit_of(operator)
    assert again(circuit, tmp_path) == circuit
    for template in (operator, circuit.nodes["cell"]):
        assert again(template, tmp_path).nodes["p"].operators[0][0] == operator


def test_values_of_nodes_and_records_are_those_of_the_file(operators: Operators, tmp_path: Path) -> None:
    circuit = circuit_of(operators["a model"], {"tau": 7.0})
    circuit.update_var(node_vars={"cell/leak_op/x": -1.0})
    back = again(circuit, tmp_path)
    assert [back.get_var(f"cell/leak_op/{name}") for name in ("tau", "x")] == [7.0, -1.0]


def test_networks_become_equations_with_the_same_numbers(network: CircuitTemplate, tmp_path: Path) -> None:
    back = again(network, tmp_path)
    ours = ["a/leak_op/x", "b/leak_op/x", "pop/leak_op/x"]
    theirs = ["x", "x_b", "x_pop", "x1", "x2"]
    run = {"simulation_time": 2.0, "step_size": 0.05, "solver": "heun", "verbose": False}
    found = back.run(outputs={name: f"p/again_op/{name}" for name in theirs}, **run).to_numpy()
    np.testing.assert_allclose(found, network.run(outputs=ours, **run).to_numpy(), rtol=1e-13)


def test_comments_say_which_name_stands_for_which_path(network: CircuitTemplate, tmp_path: Path) -> None:
    write(network, tmp_path / "net.ode")
    notes = [line for line in (tmp_path / "net.ode").read_text().splitlines() if line.startswith("#%")]
    assert notes[:5] == [
        "#% x = a/leak_op/x (output)",
        "#% x_b = b/leak_op/x (output)",
        "#% x_pop = pop[0]/leak_op/x (output)",
        "#% x1 = pop[1]/leak_op/x (output)",
        "#% x2 = pop[2]/leak_op/x (output)",
    ]


def test_what_is_long_stands_in_lines_of_its_own(tmp_path: Path) -> None:
    unit = NodeTemplate("n", [OperatorTemplate("o", "x' = -x + c", {"x": "output(1.0)", "c": "input"})])
    weights = np.random.default_rng(1).normal(size=(60, 60))
    circuit = CircuitTemplate(
        "dense",
        populations={"p": PopulationTemplate("p", unit, 60)},
        connections=[Connectivity("p/o/x", "p/o/c", weights)],
    )
    write(circuit, tmp_path / "dense.ode")
    text = (tmp_path / "dense.ode").read_text()
    assert max(map(len, text.splitlines())) < 500
    back = read(tmp_path / "dense.ode")
    run = {"simulation_time": 0.1, "step_size": 0.05, "verbose": False}
    expected = circuit.run(outputs={"x": "p/o/x"}, **run).to_numpy()
    names = [line.split()[1] for line in text.splitlines() if line.startswith("#% x")]
    found = back.run(outputs={name: f"p/dense_op/{name}" for name in names}, **run).to_numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_all_that_xppaut_cannot_hold_is_named_at_once(tmp_path: Path) -> None:
    operator = OperatorTemplate(
        "bad_op",
        ["m = 2*x", "x' = past(m, 1.0) + randn()", "v' = 1", "y' = v"],
        {"x": "variable", "m": "variable", "v": "variable", "y": "variable", "s": "variable"},
        events=[{"when": "v > 1", "set": {"v": "0"}, "emit": "s"}],
    )
    with pytest.raises(UnsupportedFeatureError) as caught:
        write(operator, tmp_path / "bad.ode")
    assert str(caught.value) == (
        "XPPAUT cannot hold what 'bad' says:\n"
        "  An event of 'p/bad_op' emits a pulse, which events of XPPAUT cannot.\n"
        "  'p/bad_op/randn#1' is one draw per step; XPPAUT draws at each evaluation."
    )
    late = OperatorTemplate(
        "late_op",
        ["m = 2*x", "x' = past(m, 1.0)", "y' = x"],
        {"x": "variable", "m": "variable", "y": "variable"},
        events=[{"when": "x > 1", "set": {"x": "y", "y": "x"}}, {"when": "y > 1 or floor(x) == 2", "set": {"y": "0"}}],
    )
    with pytest.raises(UnsupportedFeatureError) as caught:
        write(late, tmp_path / "bad.ode")
    assert str(caught.value) == (
        "XPPAUT cannot hold what 'late' says:\n"
        "  the equation of 'p/late_op/x': 'p/late_op/m' is read late and is computed; XPPAUT keeps the past of "
        "variables with equations x'=....\n"
        "  an event of 'p/late_op': An event sets x, y by each other's values, and XPPAUT sets one after the other.\n"
        "  an event of 'p/late_op': 'floor(x) == 2' becomes true without a number that crosses 0, at which XPPAUT has "
        "its events."
    )
    assert not (tmp_path / "bad.ode").exists()


def test_complex_values_and_too_many_parameters_are_refused(tmp_path: Path) -> None:
    operator = OperatorTemplate("z_op", "z' = I*z", {"z": "variable(1j)"})
    with pytest.raises(UnsupportedFeatureError) as caught:
        write(operator, tmp_path / "z.ode")
    assert str(caught.value) == (
        "XPPAUT cannot hold what 'z' says:\n  'p/z_op/z' is complex, and numbers of XPPAUT are real."
    )
    unit = NodeTemplate("n", [OperatorTemplate("o", "x' = -k*x", {"x": "output(1.0)", "k": 2.0})])
    many = PopulationTemplate("p", unit, 400, {"o/k": np.arange(400.0)})
    with pytest.raises(UnsupportedFeatureError) as caught:
        write(CircuitTemplate("many", populations={"p": many}), tmp_path / "many.ode")
    assert str(caught.value) == (
        "XPPAUT cannot hold what 'many' says:\n  It has 400 parameters, and xppaut room for 380."
    )


def test_prose_that_xppaut_would_take_for_more_is_told(tmp_path: Path) -> None:
    long = " ".join(["word"] * 300)
    operator = OperatorTemplate("o_op", "x' = -x", {"x": "variable"}, f"A \\ B\n\n{long}")
    with pytest.warns(OmissionWarning) as caught:
        write(operator, tmp_path / "o.ode")
    assert str(caught[0].message) == (
        "'o' has what a file of XPPAUT cannot hold:\n"
        "  backslashes in the description, which become '/': lines go on behind them"
    )
    lines = (tmp_path / "o.ode").read_text().splitlines()
    assert max(map(len, lines)) < 1000
    assert lines[1:3] == ["# A / B", "#"]
