"""Scripts that are run from the command line, in fresh processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import sys
from pyrates import CircuitTemplate, NodeTemplate, OperatorTemplate, clear
import beside

op = OperatorTemplate("decay", "x' = -x/tau", {"x": "output(1.0)", "tau": beside.TAU})
circuit = CircuitTemplate("c", nodes={"p": NodeTemplate("n", [op])})
table = circuit.run(1.0, 0.25, outputs={"x": "p/decay/x"}, file_name="f", verbose=False)
clear(circuit)
print(__name__, sys.argv[1:], table["x"].tolist())
"""
EULER = [(1 - 0.25 / 2.0) ** k for k in range(4)]  # closed form of Euler's method


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rates_pyrates", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "inside"
    place.mkdir()
    (place / "script.py").write_text(SCRIPT, encoding="utf-8")
    (place / "beside.py").write_text("TAU = 2.0\n", encoding="utf-8")
    return tmp_path


def test_a_script_runs_unchanged_with_what_stands_beside_it(folder: Path) -> None:
    done = run(folder, "inside/script.py", "a", "--b")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"__main__ ['a', '--b'] {EULER}\n"
    left = sorted(path.name for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    assert left == ["beside.py", "script.py"]  # nothing was written


def test_a_module_and_a_command_run_too(folder: Path) -> None:
    done = run(folder / "inside", "-m", "script", "a")
    assert done.stdout == f"__main__ ['a'] {EULER}\n", done.stderr
    done = run(folder, "-c", "import sys, pyrates; print(pyrates.__name__, sys.argv)", "a")
    assert done.stdout == "pyrates ['-c', 'a']\n", done.stderr


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ([], "Usage: python -m rates_pyrates [--replace] (SCRIPT | -m MODULE | -c COMMAND) [ARGUMENT ...]\n"),
        (["none.py"], "There is no script 'none.py' in {folder}.\n"),
        (
            ["-x"],
            "There is no option '-x'.\n"
            "Usage: python -m rates_pyrates [--replace] (SCRIPT | -m MODULE | -c COMMAND) [ARGUMENT ...]\n",
        ),
    ],
)
def test_what_cannot_be_run_says_so(arguments: list[str], text: str, tmp_path: Path) -> None:
    done = run(tmp_path, *arguments)
    assert done.returncode != 0
    assert done.stdout + done.stderr == text.format(folder=tmp_path)


def test_a_real_package_is_replaced_only_when_asked(folder: Path) -> None:
    (folder / "inside" / "pyrates.py").write_text("CircuitTemplate = None\n", encoding="utf-8")
    refused = run(folder / "inside", "script.py")
    assert refused.returncode == 1
    assert refused.stderr.startswith("PluginError: pyrates itself is installed (")
    done = run(folder / "inside", "--replace", "script.py")
    assert done.stdout == f"__main__ [] {EULER}\n", done.stderr
