"""A module is plain Julia: it runs in an empty environment, as solvers of Julia call it, and leaves no garbage."""

from __future__ import annotations

import math
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from rates_julia.binding import Library, Parameters
from rates_julia.probe import command
from rates_julia.process import OUT, Array, running
from rates_julia.support import support

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

RANDOM = np.random.default_rng(3)


def compiled(*equations: str, variables: dict[str, Any] | None = None, **more: Any) -> Any:
    known = {"x": "output(1.0)", **(variables or {})}
    circuit = CircuitTemplate("one", {"p": NodeTemplate("n", [OperatorTemplate("op", list(equations), known)])})
    given = {"step_size": 0.01, "simulation_time": 1.0, "outputs": {"x": "p/op/x"}, **more}
    return circuit.compile(backend="julia", **given)


def network(**more: Any) -> Any:
    """Return twelve units of which each hears each."""
    node = NodeTemplate("n", [OperatorTemplate("op", "x' = -x + tanh(u)", {"x": "output", "u": "input(0.0)"})])
    return CircuitTemplate(
        "net",
        populations={"p": PopulationTemplate("p", node, 12, {"op/x": np.linspace(-1.0, 2.0, 12)})},
        connections=[Connectivity("p/op/x", "p/op/u", RANDOM.normal(size=(12, 12)), **more.pop("connection", {}))],
    ).compile(backend="julia", step_size=0.01, simulation_time=1.0, outputs={"x": "all/op/x"}, **more)


@pytest.fixture
def alone(tmp_path: Path) -> Callable[[Any, str], list[str]]:
    """Return what runs lines behind a program's module, in a Julia that has no packages, and what they print."""

    def run(model: Any, lines: str) -> list[str]:
        model.program.to_file(tmp_path / "model.jl")
        name = model.program.library.module.name
        script = tmp_path / "script.jl"
        script.write_text(f'include("model.jl")\nusing .{name}\n{lines}\n', encoding="utf-8")
        found = command()
        assert found is not None
        environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "JULIA_DEPOT_PATH": str(tmp_path)}
        called = [found[0], "--startup-file=no", str(script)]
        done = subprocess.run(called, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        return done.stdout.splitlines()

    return run


def in_julia(value: Any, folder: Path) -> str:
    """Return the text of a value; arrays, with the axes that they have in Julia, stand in files of a folder."""
    if isinstance(value, np.ndarray):
        kind = {"f": "Float64", "c": "ComplexF64", "i": f"Int{8 * value.itemsize}"}[value.dtype.kind]
        file = folder / f"{len(list(folder.glob('*.values')))}.values"
        file.write_bytes(value.tobytes())
        sizes = "".join(f"{size}, " for size in value.shape[::-1])
        return f'read!("{file}", Array{{{kind}}}(undef, ({sizes})))'
    if isinstance(value, Parameters):
        fields = "".join(f"{name} = {in_julia(field, folder)}, " for name, field in value._values.items())
        return f"parameters(({fields}))" if fields else "parameters(NamedTuple())"
    return "NaN" if value != value else repr(value)


def calls(model: Any, procedure: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Run a model; return the arguments of the last call of a function, as texts by name."""
    seen = []
    original = Library.call

    def call(self: Library, name: str, *given: Any) -> Any:
        if name == procedure:
            arguments = self.module.procedures[name].arguments
            seen.append({one.name: in_julia(given[0][one.key], folder) for one in arguments})
        return original(self, name, *given)

    monkeypatch.setattr(Library, "call", call)
    model.run(verbose=False)
    return seen[-1]


ALLOCATED = """\
used(f, arguments) = @allocated f(arguments...)
arguments(count) = ({arguments})
used({function}, arguments(2))
println(used({function}, arguments(2)))
println(used({function}, arguments(40)))
"""
NOISY = {"variables": {"u": "input(0.0)", "z": "variable(0.5+0.5j)"}, "inputs": {"p/op/u": np.linspace(0.0, 1.0, 102)}}
MODELS: dict[str, Callable[[], Any]] = {
    "a network": lambda: network(solver="rk4"),
    "delays of connections": lambda: network(solver="heun", connection={"delays": RANDOM.uniform(0.02, 0.1, (12, 12))}),
    "an input and a complex state": lambda: compiled("x' = u - x", "z' = 1j*z - z*x", solver="euler", **NOISY),
    "a computed variable's past": lambda: compiled(
        "w = sin(x)", "x' = -past(w, 0.05)", solver="heun", variables={"w": "variable(0.0)"}
    ),
}


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())
def test_fixed_steps_allocate_nothing(
    model: Callable[[], Any], alone: Callable[[Any, str], list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = model()
    given = calls(made, "loop", tmp_path, monkeypatch) | {"samples": "1", "stride": "count", "first": "30"}
    few, many = alone(made, ALLOCATED.format(function="loop!", arguments=", ".join(given.values())))
    assert few == many


@pytest.mark.parametrize("delayed", [False, True])
def test_steps_of_a_pair_allocate_nothing(
    delayed: bool, alone: Callable[[Any, str], list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = {"connection": {"delays": 0.05}} if delayed else {}
    made = network(solver="dopri5", max_step=0.01, **connection)
    given = calls(made, "pair", tmp_path, monkeypatch)
    given |= {"t": "0.0", "proposal": "0.01", "fresh": "0", "first": "0.0", "goal": "1.0", "last": "1.0"}
    given |= {"most": "count", "times": "zeros(0)"}
    few, many = alone(made, ALLOCATED.format(function="pair!", arguments=", ".join(given.values())))
    assert few == many


def test_a_module_runs_without_rates(alone: Callable[[Any, str], list[str]]) -> None:
    model = compiled("x' = -k*x", variables={"k": 2.0}, solver="euler")
    lines = "y = [1.0]\nloop!(y, parameters((k = 2.0,)), 0.01, 0, 1, 100, zeros(1))\nprintln(y[1])"
    (end,) = alone(model, lines)
    # a hundred roundings at most
    assert float(end) == pytest.approx((1 - 2.0 * 0.01) ** 100, rel=100 * 2**-52)


def test_the_vector_field_is_that_of_an_ode_problem(alone: Callable[[Any, str], list[str]]) -> None:
    model = compiled("x' = u - k*x", variables={"k": 2.0, "u": "input(0.0)"}, inputs={"p/op/u": np.zeros(101)})
    lines = """\
p = merge(parameters((k = 2.0,)), (u = t -> 10*t,))
dy = zeros(1)
f!(dy, [3.0], p, 0.7)
println(dy[1])"""
    (found,) = alone(model, lines)
    assert float(found) == 10 * 0.7 - 2.0 * 3.0


def test_the_vector_field_is_that_of_a_dde_problem(alone: Callable[[Any, str], list[str]]) -> None:
    model = compiled("x' = -past(x, tau)", variables={"tau": 0.25}, solver="euler")
    names = model.program.library.module.layout.fields
    values = {item.path: float(np.asarray(item.value)) for item in model.system.parameters}
    given = "".join(f"{name} = {values[path]!r}, " for path, name in names.items() if path in values)
    lines = f"""\
h(p, t; idxs) = 100*idxs + t
dy = zeros(1)
f!(dy, [3.0], h, parameters(({given})), 1.5)
println(dy[1])"""
    (found,) = alone(model, lines)
    assert float(found) == -(100 + 1.5 - 0.25)


def test_a_module_brings_the_matrix_of_derivatives(alone: Callable[[Any, str], list[str]]) -> None:
    variables = {"v": "variable(0.0)", "u": "input(0.0)", "k": 3.0}
    model = compiled(
        "x' = sin(v)*u",
        "v' = k*x*v - past(x, 0.5)",
        variables=variables,
        solver="euler",
        inputs={"p/op/u": np.zeros(102)},
    )
    fields = model.program.library.module.layout.fields
    values = {item.path: float(np.asarray(item.value)) for item in model.system.parameters}
    given = "".join(f"{name} = {values[path]!r}, " for path, name in fields.items() if path in values)
    lines = f"""\
p = merge(parameters(({given})), (u = t -> 10*t,))
J = fill(NaN, 2, 2)
jac!(J, [1.5, 0.25], (p, t; idxs) -> 0.0, p, 0.7)
foreach(println, J)"""
    found = [float(line) for line in alone(model, lines)]
    # column by column; the sine of a library may be one unit of the last place off
    assert found == pytest.approx([0.0, 3.0 * 0.25, math.cos(0.25) * 7.0, 3.0 * 1.5], rel=4e-16)


def test_two_signs_do_not_stand_side_by_side(alone: Callable[[Any, str], list[str]]) -> None:
    model = compiled("x' = 1/(1 + exp(-0.5*x))", solver="euler")
    # Julia knows no operator `--`: the derivative of -0.5*x has a sign before it
    (found,) = alone(model, "J = zeros(1, 1)\njac!(J, [0.0], parameters(NamedTuple()), 0.0)\nprintln(J[1])")
    assert float(found) == 0.5 * 0.25  # a logistic function rises by a quarter of its steepness


def test_rows_and_columns_of_a_recorded_matrix_are_those_of_python() -> None:
    matrix = np.arange(1.0, 7.0).reshape(3, 2)
    variables = {"N": "variable", "M": matrix.tolist()}
    model = compiled("x' = -x", "N = M*x", variables=variables, solver="euler", outputs={"N": "p/op/N"})
    kernel = model.program.bind({item.path: item.value for item in model.system.parameters})
    (row,) = kernel.observe(0.0, np.array([2.0]), (), (), ())
    np.testing.assert_array_equal(row, 2.0 * matrix)


def test_text_is_written_without_julia(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATES_JULIA", "no-such-julia")
    assert compiled("x' = -x", solver="euler").program.source.endswith("\nend\n")


def test_the_error_function_is_as_good_as_doubles_are() -> None:
    texts = "\n\n".join(support({"erf", "erfc"}))
    each = "all!(out, f, x) = (out .= getfield(Errors, f == 1 ? :erf : :erfc).(x); nothing)"
    source = f"module Errors\n\n{texts}\n\n{each}\n\nend\n"
    julia = running()
    number = julia.load("Errors", source)
    x = np.concatenate([np.linspace(-7.0, 7.0, 561), [1e-300, -1e-10, 12.0, 26.0, 26.5]])
    for function, exact in ((1, mpmath.erf), (2, mpmath.erfc)):
        found = np.empty_like(x)
        julia.call(number, "all!", [[Array(found, OUT), function, x]])
        wanted = np.array([float(exact(mpmath.mpf(value))) for value in x])
        # exp(-x^2) is had to a few units of the last place, and sums of some ten terms
        assert np.all(np.abs(found - wanted) <= 20 * 2**-52 * np.abs(wanted))
    julia.call(number, "all!", [[Array(found, OUT), 1, np.full_like(x, np.nan)]])
    assert np.isnan(found).all()
