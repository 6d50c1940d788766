"""What is missing for Auto-07p is named with what to do; programs that are run end with whoever started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from rates_continuation import Continuation
from rates_continuation.auto import finding
from rates_continuation.auto.running import completed
from rates_core.errors import PluginError, SimulationError, UnknownNameError
from rates_core.testing.parts import single

CUSP = single("x' = mu + k*x - x^3", x="output(-1.3)", mu=0.0, k=1.0)
FOLLOW = """
from rates_continuation import Continuation
from rates_core.testing.parts import single
model = single("x' = mu + k*x - x^3", x="output(-1.3)", mu=0.0, k=1.0)
Continuation(model, engine="auto").equilibria("p/op/mu", bounds=(-2.0, 2.0))
"""


def make_installation(folder: Path) -> Path:
    """Make what looks like a folder of Auto-07p."""
    (folder / "lib").mkdir(parents=True)
    (folder / "lib" / "main.o").touch()
    return folder


def test_an_engine_has_a_name() -> None:
    with pytest.raises(UnknownNameError) as refused:
        Continuation(CUSP, engine="aut")
    assert str(refused.value) == "There is no engine 'aut'. Did you mean 'auto'? Engines: native, auto."


def test_the_environment_says_where_auto_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FC", sys.executable)  # some program that is there
    monkeypatch.setenv("AUTO_DIR", str(tmp_path))
    with pytest.raises(PluginError) as refused:
        Continuation(CUSP, engine="auto")
    assert str(refused.value) == (
        f"engine='auto' cannot be used. Auto-07p is not compiled in '{tmp_path}', which AUTO_DIR names: there is no "
        "'lib/main.o'. Let AUTO_DIR name the folder in which it was made, or unset it."
    )
    make_installation(tmp_path)
    assert finding.installation() == finding.Installation((sys.executable,), (tmp_path / "lib" / "main.o",))


def test_auto_is_where_its_command_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FC", sys.executable)
    monkeypatch.delenv("AUTO_DIR", raising=False)
    monkeypatch.setattr(finding, "OF_DEBIAN", tmp_path / "none")
    monkeypatch.setenv("PATH", str(tmp_path / "07p" / "bin"))
    with pytest.raises(PluginError) as refused:
        finding.installation()
    assert str(refused.value) == (
        f"engine='auto' cannot be used. Auto-07p is not there: neither in '{tmp_path / 'none'}', nor is there a "
        "command 'auto' on the path. Install it (Debian: apt-get install auto-07p; elsewhere from "
        "https://github.com/auto-07p/auto-07p), or let AUTO_DIR name its folder."
    )
    folder = make_installation(tmp_path / "07p")
    (folder / "bin").mkdir()
    command = folder / "bin" / "auto"
    command.write_text("#!/bin/sh\n", encoding="utf-8")
    command.chmod(0o755)
    assert finding.auto_folder() == folder


def test_a_missing_compiler_is_told_with_its_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FC", "no-such-compiler")
    monkeypatch.setenv("AUTO_DIR", str(make_installation(tmp_path)))
    with pytest.raises(PluginError) as refused:
        Continuation(CUSP, engine="auto")
    assert str(refused.value) == (
        "engine='auto' cannot be used. The Fortran compiler 'no-such-compiler' is not there (the environment variable "
        "FC names it). Install one, such as gfortran (Debian: apt-get install gfortran; macOS: brew install gcc), or "
        "let FC name it."
    )


def test_a_missing_backend_is_told_with_its_remedy(tmp_path: Path) -> None:
    environment = {
        **os.environ, "RATES_DISABLE_PLUGINS": "rates-fortran", "AUTO_DIR": str(make_installation(tmp_path)),
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-c", FOLLOW], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1] == (
        "rates_core.errors.PluginError: engine='auto' cannot be used. Its equations are written by rates-fortran. The "
        "backend 'fortran' comes with rates-fortran, which is disabled. Take it out of RATES_DISABLE_PLUGINS to use it."
    )


def test_a_compiler_that_refuses_is_quoted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    compiler = tmp_path / "compiler"
    compiler.write_text("#!/bin/sh\necho 'ld: Error: wrong format'\nexit 1\n", encoding="utf-8")
    compiler.chmod(0o755)
    folder = make_installation(tmp_path / "auto")
    monkeypatch.setenv("FC", str(compiler))
    monkeypatch.setenv("AUTO_DIR", str(folder))
    with pytest.raises(SimulationError) as refused:
        Continuation(CUSP, engine="auto").equilibria("p/op/mu", bounds=(-2.0, 2.0))
    assert str(refused.value) == (
        f"{compiler} does not make a program of the equations and of Auto-07p in '{folder / 'lib'}': "
        "ld: Error: wrong format"
    )


def beating(script: Path, beats: Path) -> Path:
    """Write a program that starts another one, which writes into a file until it is ended."""
    script.write_text(
        f"#!/bin/sh\n(while true; do echo beat >> '{beats}'; sleep 0.05; done) &\nwait\n", encoding="utf-8"
    )
    script.chmod(0o755)
    return script


def has_ended(beats: Path) -> bool:
    size = beats.stat().st_size
    time.sleep(0.5)
    return size > 0 and beats.stat().st_size == size


def test_a_program_that_takes_too_long_has_ended_with_all_that_it_started(tmp_path: Path) -> None:
    script = beating(tmp_path / "script", tmp_path / "beats")
    with pytest.raises(SimulationError) as refused:
        completed([str(script)], tmp_path, 0.5, "Auto-07p", "Ask for less.")
    assert str(refused.value) == "Auto-07p took longer than 0.5 seconds and was stopped. Ask for less."
    assert has_ended(tmp_path / "beats")


def test_an_interrupt_ends_what_runs_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "private").mkdir()
    environment = {
        **os.environ, "FC": str(beating(tmp_path / "compiler", tmp_path / "beats")),
        "AUTO_DIR": str(make_installation(tmp_path / "auto")), "TMPDIR": str(tmp_path / "private"),
    }  # fmt: skip
    follow = [sys.executable, "-c", FOLLOW]
    with subprocess.Popen(follow, stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            deadline = time.monotonic() + 60.0
            while not (tmp_path / "beats").exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            assert len(list((tmp_path / "private").iterdir())) == 1
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=30.0)
        finally:
            process.kill()
    assert said.strip().endswith("KeyboardInterrupt")
    assert has_ended(tmp_path / "beats")
    assert list((tmp_path / "private").iterdir()) == []


def test_all_but_what_runs_auto_is_tested_without_it() -> None:
    folder = Path(__file__).parents[1]
    settings = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["rates"]
    files = {f"tests/{file.name}" for file in (folder / "tests").glob("test_*.py")}
    assert set(settings["tests-without-tools"]) == {name for name in files if not name.endswith("auto.py")}
