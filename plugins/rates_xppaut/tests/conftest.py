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
from rates_core.templates.edge import EdgeTemplate

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

OPERATORS = {
    "a model": OperatorTemplate(
        "leak_op",
        ["m = tanh(x)", "x' = -x/tau + c + m*2.5^2"],
        {"m": "output", "x": "output(1.0)", "tau": 2.0, "c": "input(0.25)"},
        "A leak.\n\nUnits: tau ms.\n\nReference: Someone (1999). doi:10.1/2",
    ),
    "words of XPPAUT": OperatorTemplate(
        "long_op",
        ["membrane_potential' = -membrane_potential*membrane_leak + sin", "sin' = delay - If - sin*1e-07"],
        {"membrane_potential": "variable(-70.5)", "sin": "variable(0.1)", "membrane_leak": 3.0, "delay": 1.0, "If": -2},
    ),
    "names that differ by their case": OperatorTemplate(
        "case_op", ["V' = -V + v", "v' = -v/T + t"], {"V": "variable", "v": "variable(2.0)", "T": 4.0}
    ),
    "events": OperatorTemplate(
        "cond_op",
        "x' = where(x > 0 and not x == 1, past(x, d), -x) + (x >= 2 or x < -2)",
        {"x": "variable(0.5)", "d": 1.5, "r": 0.25},
        events=[{"when": "x > 1", "set": {"x": "r"}}, {"when": "x <= -1.5", "set": {"x": "r*x"}}],
    ),
    "noise": OperatorTemplate(
        "noise_op", "x' = -x + s*xi", {"x": "variable(1.0)", "s": 0.5, "xi": "noise"}, "Noise."
    ),
    "functions": OperatorTemplate(
        "f_op",
        [
            "x' = sigmoid(x) - mod(y, 3) + fmod(-y, 2)*erf(x) - index(w, floor(mod(y, 3)))",
            "y' = ceil(x) + round(2*x)/3 - log10(2 + y^2)/E + (x > 0 and not y < 1)",
        ],
        {"x": "variable(0.4)", "y": "variable(1.3)", "w": [0.5, -1.0, 2.0]},
    ),
}  # fmt: skip

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

    Options of the file are dropped, its named sets, each of which would be a run more, and `only`, which drops columns.
    """

    def run(text: str, source: Path | None = None, **options: float | str) -> np.ndarray:
        folder = tmp_path / "xppaut"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for table in source.parent.glob("*.tab") if source else []:
            shutil.copy(table, folder)
        text = re.sub(r"\\\n", " ", text)
        lines = [line for line in text.splitlines() if not re.match(r"@|set\s|only\s", line)]
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


@pytest.fixture
def network() -> CircuitTemplate:
    """Return nodes and a population with edges of each kind."""
    leak = OperatorTemplate("leak_op", "x' = -x/tau + c", {"x": "output(1.0)", "tau": 2.0, "c": "input"})
    sine = OperatorTemplate("s_op", "s = k*sin(other)", {"s": "output", "other": "input", "k": 2.0})
    node = NodeTemplate("leak", [leak])
    edges = [
        ("a/leak_op/x", "b/leak_op/c", None, {"weight": 0.5, "delay": 0.2}),
        ("b/leak_op/x", "a/leak_op/c", EdgeTemplate("sine", [sine]), {"weight": -2.0}),
        ("b/leak_op/x", "a/leak_op/c", None, {"delay": 0.5, "spread": 0.25}),
    ]
    weights = np.array([[0.0, 0.3, -0.5], [0.2, 0.0, 0.0], [1.0, 0.7, 0.1]])
    return CircuitTemplate(
        "net",
        nodes={"a": node, "b": NodeTemplate("other", [(leak, {"tau": 5.0, "x": -1.0})])},
        populations={"pop": PopulationTemplate("pop", node, 3, {"leak_op/tau": [1.0, 2.0, 3.0]})},
        edges=edges,
        connections=[
            Connectivity("pop/leak_op/x", "pop/leak_op/c", weights),
            Connectivity("a/leak_op/x", "pop/leak_op/c", 0.1),
        ],
    )


@pytest.fixture
def operators() -> dict[str, OperatorTemplate]:
    """Return operators that XPPAUT can hold."""
    return OPERATORS
