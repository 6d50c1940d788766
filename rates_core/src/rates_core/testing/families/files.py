"""Files: source that runs without rates."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from attrs import evolve

from rates_core.errors import UnsupportedFeatureError
from rates_core.plugins.capabilities import Requirements
from rates_core.reference import Interpreter
from rates_core.simulation.functions import get_run_func
from rates_core.templates.circuit import CircuitTemplate
from rates_core.testing.case import Case
from rates_core.testing.compare import expect, expect_close
from rates_core.testing.parts import circuit, connectivity, node, population
from rates_core.testing.subject import Subject

#: Calls a function of a file with pickled arguments, where rates cannot be imported.
ALONE = """
import pickle, runpy, sys
import numpy
sys.modules.update(dict.fromkeys(("rates_core", sys.argv[1])))
with open("arguments.pickle", "rb") as file:
    arguments = pickle.load(file)
derivative = runpy.run_path("written.py")["derivative"](*arguments)
with open("derivative.pickle", "wb") as file:
    pickle.dump(numpy.asarray(derivative), file)
"""


def cases() -> Iterator[Case]:
    """Yield what is written, and what it gives in a process of its own."""
    network = Requirements(vector=True, projections={"dense"})
    files = Requirements(files=True)
    both = evolve(network, files=True)
    yield Case("files", "the source of a program is written as it is", _check_source, needs=network)
    yield Case("files", "a written function gives the derivative where there is no rates", _check_alone, needs=both)
    yield Case("files", "an input that is a function of time stays one, or is refused by name", _check_fed, needs=files)


def _model() -> CircuitTemplate:
    unit = node(
        ["x' = -k*x + erf(u)", "v' = sigmoid(x) - v"], x="output(0.4)", v="variable(0.1)", u="input(0.0)", k=0.7
    )
    weights = np.sin(np.arange(81.0)).reshape(9, 9)
    return circuit(
        nodes={"q": unit},
        populations={"p": population(unit, 9, x=np.linspace(-1, 1, 9))},
        connections=[connectivity("p/op/x", "p/op/u", weights)],
        edges=[("q/op/v", "q/op/u", None, {"weight": 0.3})],
    )


def _check_source(subject: Subject) -> None:
    model = subject.compiled(_model(), outputs=["all/op/x"])
    with TemporaryDirectory() as folder:
        file = Path(folder) / "program"
        model.program.to_file(file)
        expect(file.read_text(encoding="utf-8") == model.program.source, "The file holds something else than `source`.")


def _check_alone(subject: Subject) -> None:
    model = _model()
    with TemporaryDirectory() as folder:
        made = get_run_func(
            model, "derivative", 0.1, file_name=str(Path(folder) / "written"), backend=subject.backend, adaptive=True
        )
        func, args = made
        found = np.asarray(func(*args))
        expect(made.file is not None and made.file.exists(), "No file was written.")
        if subject.backend.language == "Python":
            module = type(subject.watched.inner).__module__.partition(".")[0]
            expect_close("The derivative of the file", _alone(Path(folder), args, module), found)
    interpreter = Interpreter(model)
    wanted = interpreter.derivative(0.0, interpreter.initial_state())
    for path, place in made.state_indices.items():
        part = found[slice(*place)] if isinstance(place, tuple) else found[place : place + 1]
        expect_close(f"The derivative of '{path}'", part, [wanted[own] for own in interpreter.find(path)])


def _check_fed(subject: Subject) -> None:
    model = circuit(nodes={"q": node(["x' = u - x"], x="output(0.4)", u="input(0.0)")})
    try:
        func, (_, y, *rest) = get_run_func(
            model, "derivative", 0.1, inputs={"q/op/u": _ramp}, backend=subject.backend, adaptive=True
        )
    except UnsupportedFeatureError as error:
        if not subject.backend.capabilities.files:
            raise
        expect("q/op/u" in str(error), f"A function of time is refused without the path of the input: {error}")
        return
    for t in (0.0, 0.37, 250.0):
        expect_close(f"The derivative at t = {t}", np.asarray(func(t, y, *rest)), [100 * t - 0.4])


def _ramp(t: float) -> float:
    return 100 * t


def _alone(folder: Path, args: tuple[Any, ...], module: str) -> np.ndarray:
    """Return what a written function gives in a process without rates and without an environment."""
    (folder / "arguments.pickle").write_bytes(pickle.dumps(args))
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
    process = subprocess.run(
        [sys.executable, "-I", "-c", ALONE, module], cwd=folder, env=kept, capture_output=True, text=True, check=False
    )
    expect(process.returncode == 0, f"The file does not run without rates:\n{process.stderr}")
    return np.asarray(pickle.loads((folder / "derivative.pickle").read_bytes()))
