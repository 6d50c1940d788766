"""Modules are compiled once by content; a missing compiler, and one that refuses, are told with what to do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rates_fortran.compiler import CompilerError, cache_directory, library
from rates_fortran.probe import probe

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

TWICE = """
import sys
from rates_core import CircuitTemplate
model = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
compiled = model.compile(simulation_time=1.0, step_size=0.1, backend="fortran")
print(compiled.run(parameters={"p/vdp_op/mu": float(sys.argv[1])}).iloc[-1, 0])
"""


def decay() -> CircuitTemplate:
    operator = OperatorTemplate("op", ["x' = -k*x"], {"x": "output(1.0)", "k": 1.0})
    return CircuitTemplate("c", {"p": NodeTemplate("n", [operator])})


def test_a_second_process_compiles_nothing(tmp_path: Path) -> None:
    """The compiler is asked for its version, and from then on refuses everything."""
    compiler, real = tmp_path / "compiler", shutil.which(os.environ.get("FC", "gfortran"))
    environment = {**os.environ, "RATES_CACHE_DIR": str(tmp_path), "FC": str(compiler)}
    ends = []
    for mu, rest in (("1.0", f'exec {real} "$@"'), ("3.0", "exit 1")):
        compiler.write_text(f'#!/bin/sh\n[ "$1" = --version ] && exec {real} --version\n{rest}\n', encoding="utf-8")
        compiler.chmod(0o755)
        done = subprocess.run([sys.executable, "-c", TWICE, mu], capture_output=True, text=True, env=environment)
        assert done.returncode == 0, done.stderr
        ends.append(float(done.stdout))
    assert ends[0] != ends[1]


def test_a_missing_compiler_is_told_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FC", "no-such-compiler")
    assert probe() == (
        "the Fortran compiler 'no-such-compiler' is not there (the environment variable FC names it). Install one, "
        "such as gfortran (Debian: apt-get install gfortran; macOS: brew install gcc), or let FC name it"
    )
    with pytest.raises(CompilerError) as caught:
        library("end")
    assert str(caught.value) == f"A Fortran module cannot be compiled: {probe()}."


@pytest.mark.parametrize("named", ["", "gfortran -O1", "env gfortran -fcheck=all -O0"])
def test_options_may_follow_the_name_of_a_compiler(named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FC", named)
    assert probe() is None
    assert decay().run(1.0, 0.1, backend="fortran").iloc[-1, 0] == pytest.approx(0.9**9, rel=1e-14)


def test_a_name_whose_quotation_mark_is_open_is_no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FC", "gfortran 'x")
    assert str(probe()).startswith("the Fortran compiler 'gfortran 'x' is not there (the environment variable FC names")


def test_a_program_that_compiles_nothing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FC", "true")
    with pytest.raises(CompilerError) as caught:
        decay().run(1.0, 0.1, backend="fortran")
    assert str(caught.value) == "'true' makes no library of a generated module. Let FC name a compiler of Fortran."


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("RATES_CACHE_DIR", str(tmp_path / "file"))
    with pytest.raises(CompilerError) as caught:
        decay().run(1.0, 0.1, backend="fortran")
    assert str(caught.value) == (
        f"What is compiled cannot be kept in '{tmp_path / 'file' / 'fortran'}': Not a directory. Let RATES_CACHE_DIR "
        "name a folder that can be written."
    )


def test_text_is_written_without_a_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FC", "no-such-compiler")
    model = decay().compile(backend="fortran", step_size=0.1, simulation_time=1.0)
    assert "subroutine derivative(y, dy, p) bind(c)" in model.program.source
    with pytest.raises(CompilerError, match="the Fortran compiler 'no-such-compiler' is not there"):
        model.run()
    with pytest.raises(CompilerError, match="the Fortran compiler 'no-such-compiler' is not there"):
        decay().run(1.0, 0.1, backend="fortran")


def test_a_function_is_written_without_a_compiler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FC", "no-such-compiler")
    made = decay().get_run_func("field", step_size=0.1, backend="fortran", file_name=str(tmp_path / "decay"))
    assert (tmp_path / "decay.f90").read_text(encoding="utf-8") == made.source


def late() -> CircuitTemplate:
    operator = OperatorTemplate("op", ["x' = -past(z, d)", "z = 2*x"], {"x": "output(1.0)", "z": "variable", "d": 0.3})
    return CircuitTemplate("late", {"p": NodeTemplate("n", [operator])})


@pytest.mark.parametrize("solver", ["euler", "scipy"])
def test_a_function_with_a_past_is_written_without_a_compiler(solver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FC", "no-such-compiler")
    made = late().get_run_func("field", step_size=0.1, backend="fortran", solver=solver)
    past = made.args[-1](-0.3) if solver == "scipy" else made.args[-1][3]
    assert past.tolist() == [2.0]


def test_a_folder_is_written_without_a_compiler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    model = late().compile(backend="fortran", step_size=0.1, simulation_time=1.0)
    model.to_file(tmp_path / "with")
    monkeypatch.setenv("FC", "no-such-compiler")
    model.to_file(tmp_path / "without")
    texts = [{file.name: file.read_text() for file in (tmp_path / name).iterdir()} for name in ("with", "without")]
    assert texts[0] == texts[1]
    assert "before(1) = 2.0" in texts[1]["parameters.nml"]


def test_what_the_compiler_refuses_is_shown_with_the_path_of_the_model() -> None:
    lines = [
        "module m",
        "real :: x",
        "contains",
        "subroutine s()",
        "  x = 1  ! p/op/x",
        "  x = 'one'",
        "end subroutine",
    ]
    source = "\n".join([*lines, "end module m", ""])
    with pytest.raises(CompilerError) as caught:
        library(source)
    said = str(caught.value).splitlines()
    assert said[0].startswith("gfortran does not accept line 6 of a generated module, which computes 'p/op/x': ")
    assert said[1:] == ["    x = 'one'", "This is an error of rates; please report it with the model."]


def test_nothing_half_written_is_left_in_the_cache() -> None:
    before = set(cache_directory().iterdir()) if cache_directory().exists() else set()
    with pytest.raises(CompilerError):
        library("this is no Fortran\n")
    assert set(cache_directory().iterdir()) == before
