"""Texts of all kinds that the backend generates; no Julia is started for them."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rates_core.plugins import get_manager
from rates_core.system.linearisation import linearise
from rates_core.testing.families import delays, projections
from rates_core.testing.formulas import ARGUMENTS, FORMULAS
from rates_core.testing.models import models
from rates_core.testing.parts import circuit, node, population, single
from rates_core.testing.scenario import Scenario
from rates_core.yaml.catalogue import read_catalogue
from rates_julia.backend import JuliaBackend

from rates_core import CircuitTemplate

Texts = Iterator[tuple[str, str]]

FIXED, ADAPTIVE = ("euler", "rk4"), ("bosh3", "dopri5")


def source(model: CircuitTemplate, solver: str, **given: Any) -> str:
    """Return the module of a model."""
    text: str = model.compile(**{"backend": "julia", "solver": solver, "step_size": 0.1, **given}).program.source
    return text


def of_library() -> Texts:
    """Yield the modules of all models of the library."""
    for entry in read_catalogue(get_manager().model_libraries().values()).models:
        if entry.kind == "CircuitTemplate":
            model = CircuitTemplate.from_yaml(entry.reference)
            yield f"{entry.reference} in fixed steps", source(model, "rk4")
            yield f"{entry.reference} in steps that are chosen", source(model, "dopri5")


def of_kit() -> Texts:
    """Yield the modules of all models that the conformance kit follows."""
    for scenario in (*models(), *delays.scenarios(), *projections.scenarios()):
        yield from _of_scenario(scenario)


def _of_scenario(scenario: Scenario) -> Texts:
    """Yield the modules of a model of the conformance kit, where the past is stored in rings and as accepted steps."""
    given = {"outputs": list(scenario.outputs), "inputs": scenario.inputs, "delay_approximation": scenario.stages}
    for solver in (*FIXED, *ADAPTIVE):
        yield f"{scenario.key} by {solver}", source(scenario.circuit(), solver, **given)


def of_folders() -> Texts:
    """Yield the files of folders that run alone."""
    delayed = [one for one in delays.scenarios() if one.key == "an edge delayed by 2 steps"]
    for scenario in (*(one for one in models() if one.inputs is None and one.history is None), *delayed):
        given = {"outputs": list(scenario.outputs), "simulation_time": scenario.simulation_time, "step_size": 0.1}
        model = scenario.circuit().compile(backend="julia", solver="heun", **given)
        with TemporaryDirectory() as place:
            model.to_file(Path(place) / "folder", parameters=scenario.parameters, initial=scenario.initial)
            for file in sorted((Path(place) / "folder").glob("*.jl")):
                yield f"{file.name} of {scenario.key}", file.read_text(encoding="utf-8")


def of_functions() -> Texts:
    """Yield modules of all functions of the language, of units, of populations, and of complex numbers."""
    complex_ones = [formula for formula in FORMULAS if formula.complex]
    for formulas, start in ((FORMULAS, "variable(0.5)"), (complex_ones, "variable(0.5+0.1j)")):
        states = [*ARGUMENTS, *(f"f{number}" for number in range(len(formulas)))]
        equations = [f"{name}' = 0.0" for name in ARGUMENTS]
        equations += [f"f{number}' = {formula.text}" for number, formula in enumerate(formulas)]
        unit = node(equations, **dict.fromkeys(states, start))
        yield f"functions of numbers, {start}", source(circuit(nodes={"p": unit}), "euler")
        yield f"functions of arrays, {start}", source(circuit(populations={"p": population(unit, 3)}), "euler")


def of_single_functions() -> Texts:
    """Yield functions of their own, right-hand sides and Jacobians, and matrices by all that there is."""
    for name, model in _derived():
        for solver in ("euler", "scipy"):
            yield f"{name}, field for {solver}", model.get_run_func("field", 0.1, backend="julia", solver=solver).source
            for sparse in (False, True):
                made = model.get_jacobian_func("matrix", 0.1, backend="julia", solver=solver, sparse=sparse)
                yield f"{name}, Jacobian for {solver}, {sparse=}", made.source
        system = model.compile(backend="julia", step_size=0.1).system
        for by in ("states", "reads", "parameters"):
            yield f"{name}, matrix by {by}", JuliaBackend().jacobian(linearise(system, by)).source


def _derived() -> Iterator[tuple[str, CircuitTemplate]]:
    yield "single units", single(
        ["x' = -k*x^3 + exp(-k)*v*past(x, tau)", "v' = sin(k*x)/sqrt(1 + x^2) - v"],
        x="output(0.4)", v="variable(0.3)", k=0.7, tau=0.3,
    )  # fmt: skip
    for scenario in projections.scenarios():
        if not scenario.needs.complex:
            yield scenario.key, scenario.circuit()


def of_noise() -> Texts:
    """Yield modules that take random numbers."""
    unit = node(["x' = -x + 0.5*xi*x", "z = randn()"], x="output(0.0)", z="variable(0.0)", xi="noise")
    yield "noise of a unit", source(circuit(nodes={"p": unit}), "euler")
    yield "noise of a population", source(circuit(populations={"p": population(unit, 4)}), "euler")


def of_package() -> Texts:
    """Yield what is written by hand: the other end of the pipe, calls of solvers, functions that modules bring."""
    for name in ("server.jl", "steps.jl", "delayed.jl", "support.jl"):
        yield name, files("rates_julia").joinpath(name).read_text(encoding="utf-8")
