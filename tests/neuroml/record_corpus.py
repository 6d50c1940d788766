"""Run files of LEMS with PyLEMS, and write down what it records; runs in an environment with pyNeuroML, without rates.

`record_corpus.py TARGET [--halve] [FILE…]`: without files, the examples that pyNeuroML brings. They and the types of
NeuroML
are unpacked to TARGET/corpus; of each file, TARGET/NAME.json has the step, the number of steps and rows of everything
recorded. With `--halve`, steps are half as long as files say.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

STEPS = 12000  # at most: Python takes that many of a cell with channels in some seconds
FOLDERS = ("NeuroML2CoreTypes/", "LEMSexamples/", "examples/")


def main() -> None:
    arguments = [argument for argument in sys.argv[1:] if argument != "--halve"]
    parts = 1 + (len(arguments) < len(sys.argv[1:]))
    target, *files = map(Path, arguments)
    corpus = unpack(target / "corpus")
    for file in files or sorted((corpus / "LEMSexamples").glob("*.xml")):
        with contextlib.redirect_stdout(io.StringIO()):
            record = recorded(file, corpus / "NeuroML2CoreTypes", parts)
        (target / f"{file.stem}.json").write_text(json.dumps(record), encoding="utf-8")


def unpack(corpus: Path) -> Path:
    spec = find_spec("pyneuroml")
    (jar,) = Path(spec.submodule_search_locations[0], "lib").glob("jNeuroML-*.jar")
    with zipfile.ZipFile(jar) as archive:
        archive.extractall(corpus, [name for name in archive.namelist() if name.startswith(FOLDERS)])
    return corpus


def recorded(file: Path, types: Path, parts: int) -> dict:
    from lems.model.model import Model
    from lems.sim.build import SimulationBuilder

    count_steps()
    try:
        model = Model()
        model.add_include_directory(str(types))
        model.import_from_file(str(file))
        settings = model.components[model.targets[0]].parameters
        step, length = (model.get_numeric_value(settings[name].replace(" ", "")) for name in ("step", "length"))
        steps, step = min(STEPS, round(length / step)) * parts, step / parts
        settings["step"] = repr(step)
        settings["length"] = repr((steps + 0.5) * step)  # PyLEMS adds up steps
        simulation = SimulationBuilder(model.resolve()).build()
        simulation.run()
    except (Exception, SystemExit) as error:  # noqa: BLE001  # whatever it is, it is what PyLEMS says
        return {"refused": f"{type(error).__name__}: {error}"}
    return {"step": step, "steps": steps, "rows": rows(simulation)}


def count_steps() -> None:
    """Let times be k*h, as in rates: PyLEMS adds up steps, so that what begins at a time may do so a step later."""
    from lems.sim.runnable import Runnable

    def single_step(self: Runnable, dt: float) -> float:
        if dt:
            self.time_completed = round(self.time_completed / dt) * dt
        return self.single_step2(dt)

    Runnable.single_step = single_step


def rows(simulation: object) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    stack = list(simulation.runnables.values())
    seen = set()
    while stack:
        runnable = stack.pop()
        if id(runnable) in seen:
            continue
        seen.add(id(runnable))
        stack += [*runnable.uchildren.values(), *runnable.array]
        for recording in runnable.recorded_variables:
            found[recording.full_path] = [value for _, value in recording.values]
    return found


if __name__ == "__main__":
    main()
