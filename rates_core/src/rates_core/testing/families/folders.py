"""Folders: a run that a language takes alone, to where the oracle goes."""

from __future__ import annotations

import csv
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from rates_core.errors import UnsupportedFeatureError
from rates_core.plugins import get_manager
from rates_core.plugins.capabilities import Requirements
from rates_core.programs.folder import Folder
from rates_core.testing.case import Case
from rates_core.testing.compare import FOLLOWED, expect, expect_close
from rates_core.testing.families.delays import COMPUTED
from rates_core.testing.models import models
from rates_core.testing.parts import circuit, connectivity, node, population
from rates_core.testing.scenario import Scenario, followed
from rates_core.testing.subject import Subject

FILES = Requirements(files=True)
TIMEOUT = 600  # seconds that a folder may take to be compiled and run


def cases() -> Iterator[Case]:
    """Yield models; the method changes from one to the next."""
    scenarios = [_network(), *(one for one in models() if one.inputs is None and one.history is None)]
    for number, scenario in enumerate(scenarios):
        method = ("heun", "rk4", "euler")[number % 3]
        yield Case(
            "folders",
            f"the folder of {scenario.key} runs by {method} where there is no rates",
            partial(_check, scenario, method),
            needs=scenario.needs,
            exhaustive=number > 0,
        )


def _network() -> Scenario:
    unit = node(["x' = -k*x + tanh(u) + w", "w' = x - w"], x="output(0.4)", w="variable(0.1)", u="input(0.0)", k=0.7)
    weights = np.sin(np.arange(25.0)).reshape(5, 5)
    return Scenario(
        key="a population and delayed variables",
        circuit=lambda: circuit(
            nodes={"a": COMPUTED, "b": COMPUTED},
            populations={"p": population(unit, 5, x=np.linspace(-1, 1, 5))},
            connections=[connectivity("p/op/x", "p/op/u", weights)],
            edges=[
                ("a/op/z", "b/op/u", None, {"weight": 0.8, "delay": 0.3}),
                ("b/op/x", "a/op/u", None, {"weight": -1.5, "delay": 0.5}),
            ],
        ),
        outputs=["p/op/x", "a/op/z", "b/op/x"],
        stride=3,
        needs=Requirements(vector=True, projections={"dense"}, delays={"ring"}),
    )


def _check(scenario: Scenario, method: str, subject: Subject) -> None:
    model = subject.compiled(
        scenario.circuit(), method, scenario.step_size, outputs=list(scenario.outputs),
        delay_approximation=scenario.stages, simulation_time=scenario.simulation_time,
        sampling_step_size=scenario.stride * scenario.step_size,
    )  # fmt: skip
    with TemporaryDirectory() as place:
        folder = Path(place) / "folder"
        try:
            model.to_file(folder, parameters=scenario.parameters, initial=scenario.initial)
        except UnsupportedFeatureError as error:
            if not subject.missing(FILES) and subject.watched.folders[-1:] != [None]:
                raise
            expect("files" in str(error) or "folders" in str(error), f"The refusal does not name folders: {error}")
            return
        made = subject.watched.folders[-1]
        assert made is not None
        rows = _run(folder, made)
    spec = get_manager().solver(method)
    wanted = subject.oracle.once(("run", scenario.key, method), partial(followed, scenario, spec))
    expect_close("The time", rows[:, 0], wanted.times)
    found = [np.array(values).reshape(len(rows), -1) for values in wanted.values.values()]
    expected = np.concatenate([part.view(float) if np.iscomplexobj(part) else part for part in found], axis=1)
    size = FOLLOWED * max(1.0, float(np.abs(expected).max()))
    expect_close("The table", rows[:, 1:], expected, FOLLOWED, size)


def _run(folder: Path, made: Folder) -> np.ndarray:
    """Return the table that the commands of a folder write, each in a process without environment."""
    known = {"python": sys.executable, **made.programs}
    for command in made.run:
        word, *arguments = shlex.split(command)
        program = str(folder / word) if word.startswith("./") else known.get(word) or shutil.which(word) or word
        process = subprocess.run(
            [program, *arguments],
            cwd=folder, env={"PATH": os.defpath}, capture_output=True, text=True, check=False, timeout=TIMEOUT,
        )  # fmt: skip
        expect(process.returncode == 0, f"'{command}' fails in the folder:\n{process.stdout}{process.stderr}")
    with (folder / "result.csv").open(newline="") as file:
        _, *rows = csv.reader(file)
    return np.array(rows, dtype=float)
