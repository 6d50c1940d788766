"""Folders: a run that a language takes alone, to where the oracle goes."""

from __future__ import annotations

import csv
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from rates_core.errors import RatesError, UnsupportedFeatureError
from rates_core.plugins import get_manager
from rates_core.plugins.capabilities import Requirements
from rates_core.programs.folder import Folder
from rates_core.testing.case import Case
from rates_core.testing.compare import FOLLOWED, expect, expect_close
from rates_core.testing.families.delays import COMPUTED
from rates_core.testing.models import models
from rates_core.testing.parts import circuit, connectivity, node, population, single
from rates_core.testing.scenario import Scenario, followed
from rates_core.testing.subject import Subject

FILES = Requirements(files=True)
WORD = re.compile(r"\b[A-Za-z]\w*")
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
    yield Case(
        "folders",
        "parameters may have the names that the files of a folder use",
        partial(_check_names, _named(())),
        needs=Requirements(delays={"ring"}),
    )


def _named(names: Sequence[str]) -> Scenario:
    """Return a model of one unit with a delay and parameters of these names."""
    terms = [f"{number % 7 + 1}*{name}" for number, name in enumerate(names)]
    total = " + ".join(f"({' - '.join(terms[first::9])})" for first in range(min(9, len(terms)))) or "1"
    values = {name: 0.1 * (number % 5) - 0.3 for number, name in enumerate(names)}
    return Scenario(
        key=f"parameters are called {' '.join(names)}",
        circuit=lambda: single(
            [f"v_1' = cos({total}) - past(w_1, late_1)*v_1", "w_1 = 2*v_1"],
            v_1="output(0.2)", w_1="variable(0.0)", late_1=0.2, **values,
        ),
        outputs=["p/op/v_1", "p/op/w_1"],
        steps=6,
    )  # fmt: skip


def _check_names(few: Scenario, subject: Subject) -> None:
    """Follow a model whose parameters are called like all words of the files that are written without them."""
    with TemporaryDirectory() as place:
        model = subject.compiled(
            few.circuit(), "heun", few.step_size, outputs=list(few.outputs), simulation_time=few.simulation_time
        )
        try:
            files = model.to_file(Path(place) / "folder")
        except UnsupportedFeatureError:
            _check(few, "heun", subject)  # it has to be this that is refused
            return
        text = " ".join(file.read_text(encoding="utf-8") for file in files if file.suffix != ".md")
    own = {"v_1", "w_1", "late_1"}
    _check(_named([word for word in sorted(set(WORD.findall(text)) - own) if _is_name(word)]), "heun", subject)


def _is_name(word: str) -> bool:
    """Tell whether the language of models lets a parameter be called so."""
    try:
        single(f"v' = {word} - v", v="output(0.0)", **{word: 1.0})
    except RatesError:
        return False
    return True


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
