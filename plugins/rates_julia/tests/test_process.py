"""One Julia stays: errors in it are errors here, and where it has ended another one goes on."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rates_core.errors import SimulationError
from rates_core.plugins import get_manager
from rates_julia import probe, process
from rates_julia.binding import Library
from rates_julia.module import Module
from rates_julia.procedure import Argument, Procedure
from rates_julia.process import INOUT, Array, Asked, JuliaError, running

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

SOURCE = """\
module Made

function twice!(x)
    x .*= 2
    return nothing
end

function root(x)
    y = x  # p/op/y
    return Base.sqrt(y)  # p/op/root
end

total(f) = sum(f(0.25))

end
"""


def library(source: str = SOURCE) -> Library:
    procedures = {"root": Procedure("root", ["A root."], [Argument(("x",), "x")], [])}
    return Library(Module("Made", source, None, procedures))  # type: ignore[arg-type]


def compiled(**more: Any) -> Any:
    operator = OperatorTemplate("op", "x' = -k*x", {"x": "output(1.0)", "k": 1.0})
    circuit = CircuitTemplate("one", {"p": NodeTemplate("n", [operator])})
    return circuit.compile(backend="julia", step_size=0.01, simulation_time=1.0, **more)


def test_arrays_come_back_as_they_were_changed() -> None:
    values = np.arange(6.0).reshape(2, 3)
    julia = running()
    julia.call(julia.load("Made", SOURCE), "twice!", [[Array(values, INOUT)]])
    assert values.tolist() == [[0.0, 2.0, 4.0], [6.0, 8.0, 10.0]]


def test_an_error_in_julia_is_one_here_that_names_the_path() -> None:
    message = (
        "Julia stopped on line 10 of a generated module, which computes 'p/op/root': DomainError with -1.0:\n"
        "sqrt will only return a complex result if called with a complex argument. Try sqrt(Complex(x)).\n"
        "    return Base.sqrt(y)  # p/op/root"
    )
    with pytest.raises(JuliaError) as raised:
        library().call("root", {("x",): -1.0})
    assert str(raised.value) == message
    assert library().call("root", {("x",): 4.0}) == [2.0]


def test_a_module_that_julia_does_not_accept_is_an_error() -> None:
    with pytest.raises(JuliaError) as raised:
        library("module Made\n\nf(x) = (\n\nend\n").call("root", {("x",): 1.0})
    assert str(raised.value) == ('Julia stopped on line 5 of a generated module: syntax: unexpected "end"\n    end')
    assert library().call("root", {("x",): 9.0}) == [3.0]


def test_what_a_function_of_time_raises_is_raised() -> None:
    def function(t: float) -> list[float]:
        if t:
            raise KeyError("no such time")
        return [0.0]

    julia = running()
    number = julia.load("Made", SOURCE)
    with pytest.raises(KeyError, match="no such time"):
        julia.call(number, "total", [[Asked(function, 1, float)]])
    assert julia.call(number, "total", [[Asked(lambda t: [t, 3 * t], 2, float)]]) == [1.0]


def test_where_julia_has_ended_another_one_goes_on() -> None:
    model = compiled(solver="euler")
    kernel = model.program.bind({item.path: item.value for item in model.system.parameters})
    y = np.array([2.0])
    assert kernel.rhs(0.0, y, (), (), ()) == -2.0
    first = running()
    first._process.kill()
    with pytest.raises(JuliaError, match=r"^Julia has ended: "):
        kernel.rhs(0.0, y, (), (), ())
    assert kernel.rhs(0.0, y, (), (), ()) == -2.0
    assert running() is not first


def test_threads_of_python_take_turns() -> None:
    model = compiled(solver="rk4")
    ends = {}

    def run(number: int) -> None:
        ends[number] = model.run(parameters={"p/op/k": float(number)}, verbose=False).iloc[-1, 0]

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, end in ends.items():
        # the last row is one step before the end; h^5/120 of error a step
        assert end == pytest.approx(np.exp(-0.99 * number), abs=100 * (number * 0.01) ** 5 / 120 + 1e-14)


@pytest.mark.parametrize("solver", ["rk4", "dopri5"])
def test_points_on_threads_of_julia_give_what_each_gives_alone(solver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = probe.command()
    assert found is not None
    points = [{"p/op/k": 0.1 * number} for number in range(8)]
    model = compiled(solver=solver)
    alone = [model.run(parameters=point, verbose=False).iloc[:, 0].to_numpy() for point in points]
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    running().end()  # the next one has two threads
    (together,) = model.run_many(points)
    running().end()
    assert np.array_equal(together.recorded[0].reshape(8, -1), alone)


def test_a_missing_julia_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    remedy = "Install Julia 1.5 or later (https://julialang.org/downloads), or let RATES_JULIA name it"
    monkeypatch.setenv("RATES_JULIA", "/nowhere/julia -O1")
    said = f"the program '/nowhere/julia' that the environment variable RATES_JULIA names is not there. {remedy}"
    assert probe.probe() == said
    assert get_manager().backend("julia").missing_tool() == said
    monkeypatch.delenv("RATES_JULIA")
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("XDG_DATA_HOME", "/nowhere")
    place = probe.unpacked()
    assert probe.probe() == f"the program 'julia' is neither on the path nor at '{place}'. {remedy}"


def test_a_program_that_is_no_julia_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    process._end()
    monkeypatch.setenv("RATES_JULIA", "true -q")
    with pytest.raises(JuliaError) as raised:
        compiled(solver="euler").run(verbose=False)
    assert raised.value.result is None  # before any step
    assert str(raised.value).endswith(
        "true -q' does not start as Julia does: Julia has ended: it did not say why. Let RATES_JULIA name a Julia."
    )


def test_text_and_folders_are_written_without_julia(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    process._end()
    monkeypatch.setenv("RATES_JULIA", "/nowhere/julia 'x")
    model = compiled(solver="euler")
    files = model.to_file(tmp_path / "folder")
    assert [file.name for file in files] == ["README.md", "run.jl", "parameters.jl", "field.jl"]
    with pytest.raises(JuliaError) as raised:
        model.run(verbose=False)
    assert raised.value.result is None  # before any step


def test_a_run_without_julia_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = compiled(solver="euler").program.bind({"p/op/k": 1.0})
    running().end()
    monkeypatch.setenv("RATES_JULIA", "/nowhere/julia")
    with pytest.raises(SimulationError) as raised:
        kernel.rhs(0.0, np.ones(1), (), (), ())
    assert str(raised.value) == f"A Julia module cannot run: {probe.probe()}."
