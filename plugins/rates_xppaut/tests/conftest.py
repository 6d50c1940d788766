"""Files by hand, and runs of xppaut in folders of their own."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest

Writer = Callable[..., Path]
Runner = Callable[..., np.ndarray]


@pytest.fixture
def file(tmp_path: Path) -> Writer:
    """Return a function that writes a text to a file and returns its path."""

    def write(text: str, name: str = "model.ode") -> Path:
        path = tmp_path / name
        path.write_text(dedent(text), encoding="utf-8")
        return path

    return write


@pytest.fixture
def xppaut(tmp_path: Path) -> Runner:
    """Return a function that runs the text of a file with options of its own, and returns the rows of `output.dat`.

    Options of the file are dropped, and its named sets, each of which would be a run more.
    """

    def run(text: str, source: Path | None = None, **options: float | str) -> np.ndarray:
        folder = tmp_path / "xppaut"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for table in source.parent.glob("*.tab") if source else []:
            shutil.copy(table, folder)
        text = re.sub(r"\\\n", " ", text)
        lines = [line for line in text.splitlines() if not re.match(r"@|set\s", line)]
        end = next((at for at, line in enumerate(lines) if re.fullmatch(r"d(one)?\s*", line)), len(lines))
        given = {"bound": 1e30, "maxstor": 1_000_000, **options}
        settings = [f"@ {name}={value}" for name, value in given.items()]
        (folder / "model.ode").write_text("\n".join([*lines[:end], *settings, "done", ""]))
        done = subprocess.run(
            ["xppaut", "model.ode", "-silent"], cwd=folder, capture_output=True, timeout=120, check=False
        )
        assert (folder / "output.dat").exists(), done.stdout.decode(errors="replace")[-2000:]
        return np.loadtxt(folder / "output.dat", ndmin=2)

    return run


@pytest.fixture
def agree() -> Callable[[np.ndarray, np.ndarray], None]:
    """Return a function that compares with what xppaut prints: single precision (2^-24), of which 8 digits.

    A value that is much smaller than its column was is a difference of such, whose rounding errors it has.
    """

    def compare(found: np.ndarray, printed: np.ndarray) -> None:
        tolerance = (2**-24 + 5e-8) * np.abs(printed) + 1e-11 * np.abs(printed).max(axis=0) + 1e-37
        worst = np.max(np.abs(found - printed) / tolerance, initial=0.0)
        assert worst <= 1.0, f"{worst} times the tolerance"

    return compare
