"""The text is Fortran that its own compiler finds nothing wrong with, whatever a model calls its variables."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rates_fortran import binding
from rates_fortran.binding import address
from rates_fortran.lines import LONGEST, wrapped

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

STRICT = ["-std=f2018", "-Wall", "-pedantic", "-Werror", "-fsyntax-only"]
LIBRARY = [
    "neural_mass_models.qif.qif_sfa",
    "neural_mass_models.jansenrit.JRC_2delaycoupled",
    "neural_mass_models.qif.qif_sd",
    "systems.mackey_glass.mg",
    "systems.hodgkin_huxley.hh",
    "coupled_oscillators.stuartlandau.sl",
]


def one(equations: list[str], **variables: Any) -> CircuitTemplate:
    return CircuitTemplate("c", {"p": NodeTemplate("n", [OperatorTemplate("op", equations, variables)])})


def network() -> CircuitTemplate:
    node = NodeTemplate("n", [OperatorTemplate("op", ["x' = sin(u) - x + past(x, tau)"], {
        "x": "output(0.3)", "u": "input(0.0)", "tau": 0.05})])  # fmt: skip
    rng = np.random.default_rng(3)
    sparse = np.where(rng.random((60, 60)) < 0.1, rng.random((60, 60)), 0.0)
    return CircuitTemplate(
        "net",
        populations={"p": PopulationTemplate("p", node, 60), "q": PopulationTemplate("q", node, 60)},
        connections=[
            Connectivity("p/op/x", "q/op/u", sparse, delays=np.full((60, 60), 0.02)),
            Connectivity("q/op/x", "p/op/u", rng.random((60, 60))),
        ],
    )


def accepted(source: str, folder: Path) -> str:
    """Return what the compiler says of a text when it is strict."""
    (folder / "module.f90").write_text(source, encoding="utf-8")
    compiler = os.environ.get("FC", "gfortran")
    done = subprocess.run([compiler, *STRICT, "module.f90"], cwd=folder, capture_output=True, text=True, check=False)
    return done.stderr


@pytest.mark.parametrize("solver", ["rk4", "dopri5"])
@pytest.mark.parametrize("name", LIBRARY)
def test_the_compiler_finds_nothing_in_models_of_the_library(name: str, solver: str, tmp_path: Path) -> None:
    model = CircuitTemplate.from_yaml(f"model_templates.{name}").compile(
        backend="fortran", solver=solver, step_size=1e-3, simulation_time=1.0
    )
    assert accepted(model.program.source, tmp_path) == ""


@pytest.mark.parametrize("solver", ["heun", "bosh3"])
def test_the_compiler_finds_nothing_in_a_network_with_delays(solver: str, tmp_path: Path) -> None:
    model = network().compile(backend="fortran", solver=solver, step_size=1e-2, simulation_time=1.0)
    assert accepted(model.program.source, tmp_path) == ""


@pytest.mark.parametrize("kind", ["get_run_func", "get_jacobian_func"])
@pytest.mark.parametrize("solver", ["euler", "scipy"])
def test_the_compiler_finds_nothing_in_single_functions(kind: str, solver: str, tmp_path: Path) -> None:
    for circuit in (network(), CircuitTemplate.from_yaml("model_templates.neural_mass_models.qif.qif")):
        made = getattr(circuit, kind)("field", step_size=1e-2, backend="fortran", solver=solver)
        assert accepted(made.source, tmp_path) == ""


@pytest.mark.parametrize("name", [*LIBRARY, "network", "every other state"])
def test_the_compiler_finds_nothing_in_the_program_of_a_folder(name: str, tmp_path: Path) -> None:
    given: dict[str, Any] = {"solver": "rk4", "step_size": 1e-3, "simulation_time": 2e-3}
    if name in LIBRARY:
        model = CircuitTemplate.from_yaml(f"model_templates.{name}")
    elif name == "network":
        model = network()
    else:  # of which no two stand beside each other
        states = {f"x{k}": "variable(0.5)" for k in range(120)}
        model = one([f"{state}' = -{state}" for state in states], **states)
        given["outputs"] = [f"p/op/x{k}" for k in range(0, 120, 2)]
    model.compile(backend="fortran", **given).to_file(tmp_path / "folder")
    sources = [file.name for file in (tmp_path / "folder").glob("*.f90")]
    command = [os.environ.get("FC", "gfortran"), *STRICT, *sorted(sources, key=lambda name: name == "run.f90")]
    command.remove("-fsyntax-only")  # a program reads what compiling the others leaves
    done = subprocess.run([*command, "-o", "run"], cwd=tmp_path / "folder", capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_names_that_differ_in_case_only_are_told_apart() -> None:
    circuit = one(["Tau' = -tau*Tau", "x' = TAU - x"], Tau="variable(1.0)", tau=2.0, TAU=0.5, x="output(0.0)")
    run = {"simulation_time": 1.0, "step_size": 1e-3, "solver": "rk4", "outputs": ["p/op/Tau", "p/op/x"]}
    end = circuit.run(**run, backend="fortran").iloc[-1]
    # Tau = exp(-2t), x = (1 - exp(-t))/2, at the last row; Runge-Kutta of order 4 errs by 1e-12 at this step
    assert end.to_list() == pytest.approx([np.exp(-2 * 0.999), (1 - np.exp(-0.999)) / 2], abs=1e-11)


def test_words_of_the_language_are_names_of_variables() -> None:
    circuit = one(
        ["end' = -do*end + module", "program' = end - subroutine*program"],
        end="output(1.0)", do=1.0, module=0.0, program="variable(0.0)", subroutine=1.0,
    )  # fmt: skip
    end = circuit.run(1.0, 1e-3, solver="rk4", backend="fortran", outputs={"end": "p/op/end"})["end"].iloc[-1]
    assert end == pytest.approx(np.exp(-0.999), abs=1e-11)


def test_a_name_that_is_too_long_is_shortened(tmp_path: Path) -> None:
    names = ["a" * 90, "a" * 89 + "b", "b" + "a" * 89]
    circuit = one(
        [f"{name}' = -{name}" for name in names], **{name: f"variable({k}.5)" for k, name in enumerate(names)}
    )
    model = circuit.compile(backend="fortran", step_size=0.5, simulation_time=1.0)
    assert max(map(len, re.findall(r"\w+", re.sub(r"!.*", "", model.program.source)))) <= 63
    assert accepted(model.program.source, tmp_path) == ""
    assert sorted(model.run().iloc[0]) == [0.5, 1.5, 2.5]


def test_long_expressions_go_on_in_further_lines(tmp_path: Path) -> None:
    terms = " + ".join(f"sin({k}.25*x + {k}.125*x*x)/{k + 1}.75" for k in range(150))
    circuit = one([f"x' = -({terms})"], x="output(0.3)")
    model = circuit.compile(backend="fortran", step_size=1e-3, simulation_time=2e-3)
    assert max(map(len, model.program.source.splitlines())) <= 132
    assert accepted(model.program.source, tmp_path) == ""
    x = 0.3
    slope = -sum(np.sin((k + 0.25) * x + (k + 0.125) * x * x) / (k + 1.75) for k in range(150))
    assert model.run().iloc[1, 0] == pytest.approx(x + 1e-3 * slope, rel=1e-13)


def test_lines_are_broken_in_the_fewest_brackets() -> None:
    line = "x = call_of(" + ", ".join(f"argument{k}" for k in range(20)) + ")  ! p/op/x"
    first, *rest = wrapped([line])
    assert first == "! p/op/x"
    assert all(len(part) <= LONGEST + 2 for part in rest)
    assert "".join(part.removesuffix("&").strip() for part in rest).replace(" ", "") == line.partition("  !")[
        0
    ].replace(" ", "")


@pytest.mark.parametrize("length", [90, 100, 110, 124])
def test_a_name_that_is_longer_than_a_line_is_left_whole(length: int) -> None:
    line = f"    real(dp), intent(in) :: {'n' * length}(max({'m' * length}, 1), 3), x"
    parts = wrapped([line])
    assert "".join(part.removesuffix("&").strip() for part in parts).replace(" ", "") == line.replace(" ", "")


def test_a_network_of_a_thousand_units_is_a_short_text() -> None:
    node = NodeTemplate("n", [OperatorTemplate("op", ["x' = u - x"], {"x": "output(0.0)", "u": "input(0.0)"})])
    circuit = CircuitTemplate(
        "net",
        populations={"p": PopulationTemplate("p", node, 1000)},
        connections=[Connectivity("p/op/x", "p/op/u", np.ones((1000, 1000)))],
    )
    model = circuit.compile(backend="fortran", step_size=1e-3, simulation_time=1.0)
    assert len(model.program.source) < 10_000


def test_no_two_signs_stand_side_by_side() -> None:
    operator = OperatorTemplate(name="op", equations=["x' = -(-2*x/tau)"], variables={"x": "output(0.5)", "tau": 4.0})
    circuit = CircuitTemplate(name="model", nodes={"p": NodeTemplate(name="unit", operators=[operator])})
    made = circuit.get_jacobian_func("slopes", step_size=0.1, backend="fortran", solver="scipy")
    assert "--" not in made.source
    assert made.func(*made.args).tolist() == [[0.5]]


def test_a_matrix_is_handed_over_as_it_lies_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    node = NodeTemplate("n", [OperatorTemplate("op", ["x' = u - x"], {"x": "output(0.5)", "u": "input(0.0)"})])
    weights = np.arange(12.0 * 12).reshape(12, 12)
    circuit = CircuitTemplate(
        "net",
        populations={"p": PopulationTemplate("p", node, 12)},
        connections=[Connectivity("p/op/x", "p/op/u", weights)],
    )
    function, arguments = circuit.get_run_func("field", step_size=1e-3, backend="fortran", solver="scipy")
    (matrix,) = (value for value in arguments if np.ndim(value) == 2)
    given: list[int] = []
    monkeypatch.setattr(binding, "address", lambda array: given.append(array.ctypes.data) or address(array))
    assert function(*arguments) == pytest.approx(weights.sum(1) * 0.5 - 0.5, rel=1e-14)
    assert matrix.ctypes.data in given
    np.testing.assert_array_equal(matrix, weights)
