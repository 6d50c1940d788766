"""Models, the files that are written of them, and Octave without anything of rates."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from rates_matlab.kernel import MatlabProgram

from rates_core import CircuitTemplate

Octave = Callable[[Path, str], str]
Numbers = Callable[..., list[np.ndarray]]


@pytest.fixture
def octave() -> Octave:
    """Return what runs a command in a folder, in an Octave with no environment, and gives what it prints."""

    def run(folder: Path, command: str) -> str:
        called = ["/usr/bin/env", "-i", "PATH=/usr/local/bin:/usr/bin:/bin", "octave", "--no-gui", "--quiet"]
        done = subprocess.run([*called, "--eval", command], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def numbers(octave: Octave) -> Numbers:
    """Return what gives the values of expressions, computed in a folder behind some statements."""

    def values(folder: Path, before: str, *expressions: str) -> list[np.ndarray]:
        shown = "fprintf('%.17g ', size(found)); fprintf('%.17g ', found); disp('');"
        printed = octave(
            folder, f"{before};\n" * bool(before) + " ".join(f"found = {one}; {shown}" for one in expressions)
        ).splitlines()
        assert len(printed) == len(expressions)
        rows = (np.array(line.split(), dtype=float) for line in printed)
        return [row[2:].reshape(row[:2].astype(int), order="F") for row in rows]

    return values


def program(circuit: CircuitTemplate, **options: object) -> MatlabProgram:
    """Return the program of a circuit."""
    chosen = {"step_size": 0.01, "backend": "matlab", **options}
    made = circuit.compile(**chosen).program
    assert isinstance(made, MatlabProgram)
    return made


def written(folder: Path, texts: Mapping[str, str]) -> Path:
    """Write files into a folder and return it."""
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
