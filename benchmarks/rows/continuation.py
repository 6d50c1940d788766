"""Curves of equilibria and cycles, against Auto-07p as bare processes, compiled before."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import numpy as np

from benchmarks.clock import cold, interleaved
from benchmarks.row import Row, Target
from benchmarks.settings import Settings
from rates_core import CircuitTemplate

if TYPE_CHECKING:
    from rates_continuation import Continuation
    from rates_continuation.branch import Branch
    from rates_continuation.diagram import Diagram

MODEL = "model_templates.neural_mass_models.qif.qif_sfa"
ETA, START, BOUNDS = "p/qif_sfa_op/eta", -5.0, (-10.0, 5.0)
KNOWN = Path(__file__).parents[2] / "plugins" / "rates_continuation" / "tests" / "reference.json"
TOLERANCE = 1e-9
AUTO = Path(os.environ.get("AUTO_DIR", "/usr/lib/auto-07p"))
TOOLS = "gfortran", "make"
PRINTED = 1e-7  # relative: what Auto-07p locates points to with EPSS = 1e-9
KINDS = {"2": "LP", "3": "HB"}
CALLS = 1000


def rows(settings: Settings) -> Iterator[partial[Row]]:
    """Yield the rows of what continuation runs on, and of itself if it is installed."""
    yield partial(field_of_one_state, settings)
    yield partial(matrix_of_one_state, settings)
    if find_spec("rates_continuation") is not None:
        yield partial(qif_equilibria, settings)
        yield partial(qif_cycles, settings)
        yield partial(qif_diagram, settings)


def field_of_one_state(settings: Settings) -> Row:
    """Measure f of four states."""
    return Row(f"{CALLS} calls of f(x, p) at four states", calls("rates", settings), Target(seconds=5e-6 * CALLS))


def matrix_of_one_state(settings: Settings) -> Row:
    """Measure the derivative of f by four states."""
    return Row(f"{CALLS} calls of ∂f/∂x at four states", calls("by_states", settings), Target(seconds=8e-6 * CALLS))


def calls(name: str, settings: Settings) -> float:
    """Return the seconds of calls of a function of the vector field."""
    field = CircuitTemplate.from_yaml(MODEL).get_vector_field([ETA])
    function, x, p = getattr(field, name), field.x, field.p

    def work() -> None:
        for _ in range(CALLS):
            function(x, p)

    (seconds,) = interleaved([work], settings.repeats)
    return seconds


def equilibria(engine: str = "native") -> Branch:
    """Return the branch."""
    return continuation(engine).equilibria(ETA, bounds=BOUNDS)


def qif_equilibria(settings: Settings) -> Row:
    """Measure a branch with its special points, files and generated functions included."""
    with TemporaryDirectory() as folder:
        auto = in_auto(Path(folder))
        times = interleaved([equilibria, *([auto] if auto is not None else [])], settings.repeats)
        if auto is not None:
            same_points(auto())
    branch, known = equilibria(), special_points()
    found = [(point.kind, point[ETA]) for point in branch.specials]
    alike = [kind for kind, _ in found] == [kind for kind, _ in known]
    error = max(abs(one - other) for (_, one), (_, other) in zip(found, known, strict=True)) if alike else np.inf
    return Row(
        f"equilibria of QIF neurons with adaptation, eta from {BOUNDS[0]:g} to {BOUNDS[1]:g}: {len(branch)} points; "
        f"reference: Auto-07p from an equilibrium{', **NOT RUN**' if auto is None else ''}",
        ours=times[0],
        reference=times[1] if auto is not None else None,
        target=Target(seconds=0.1),
        error=error,
        tolerance=TOLERANCE,
        cold=cold(f"from {__name__} import *\nequilibria()"),
    )


def qif_cycles(settings: Settings) -> Row:
    """Measure the longer branch of cycles alone: what one of them takes.

    What Auto-07p takes for its own ones is told beside it, of which there may be more or fewer.
    """
    hopf, counts = equilibria().special("HB")[1], counts_of_auto()

    def work() -> Branch:
        return continuation().cycles(from_=hopf, bounds=BOUNDS)

    spent = list[float]()

    def in_processes() -> None:
        with auto_processes() as seconds:
            continuation("auto").cycles(from_=hopf, bounds=BOUNDS, max_points=counts[1])
        spent.append(sum(seconds))

    ours = interleaved([work, *([in_processes] if counts else [])], settings.repeats)[0]
    found = work()
    reference = (
        f"{counts[1]} of Auto-07p, {1e3 * median(spent[1:]) / counts[1]:.2g} ms each" if counts else "**NOT RUN**"
    )
    return Row(
        f"{len(found)} cycles of these neurons, {1e3 * ours / len(found):.2g} ms each; beside them {reference}",
        ours=ours,
        target=Target(seconds=0.002 * len(found)),
    )


def qif_diagram(settings: Settings) -> Row:
    """Measure the whole diagram, equilibria and both branches of cycles, against the bare processes of Auto-07p.

    Auto-07p has as many intervals, and is compiled before. It goes to the period at which its branches end, and not to
    what it takes for cycles behind that.
    """
    counts = counts_of_auto()
    spent: list[float] = []

    def in_processes() -> None:
        with auto_processes() as seconds:
            branch = equilibria("auto")
            for hopf, count in zip(branch.special("HB"), counts, strict=True):
                continuation("auto").cycles(from_=hopf, bounds=BOUNDS, max_points=count)
        spent.append(sum(seconds))

    works: list[Callable[[], object]] = [diagram, *([in_processes] if counts else [])]
    ours = interleaved(works, settings.repeats)[0]
    found = diagram()
    folds = [point[ETA] for branch in found.branches[1:] for point in branch.special("LPC")]
    known = json.loads(KNOWN.read_text(encoding="utf-8"))["qif_sfa_default"]["cycles_from_second_HB"]
    wanted = [float(point["eta"]) for point in known]
    alike = len(folds) == len(wanted)
    error = max(abs(one / other - 1) for one, other in zip(folds, wanted, strict=True)) if alike else np.inf
    count = sum(len(branch) for branch in found.branches[1:])
    beside = f"the processes of Auto-07p with {sum(counts)}" if counts else "the processes of Auto-07p, **NOT RUN**"
    return Row(
        f"the same with its {count} cycles, on two branches; reference: {beside}",
        ours=ours,
        reference=median(spent[1:]) if counts else None,
        target=Target(4.0) if counts else Target(seconds=0.002 * count),
        error=error,
        tolerance=1e-6,
    )


def counts_of_auto() -> list[int]:
    """Return how many cycles Auto-07p computes on each branch until the period is too long; none without it."""
    installed = find_spec("rates_fortran") is not None and (AUTO / "cmds" / "cmds.make").is_file()
    if not installed or any(shutil.which(tool) is None for tool in TOOLS):
        return []
    auto = continuation("auto")
    return [len(auto.cycles(from_=hopf, bounds=BOUNDS)) for hopf in equilibria("auto").special("HB")]


@contextmanager
def auto_processes() -> Iterator[list[float]]:
    """Give the seconds that each process of Auto-07p takes meanwhile, compilation not among them."""
    from rates_continuation.auto import computation
    from rates_continuation.auto.running import completed

    seconds: list[float] = []

    def timed(*arguments: Any) -> Any:
        start = perf_counter()
        try:
            return completed(*arguments)
        finally:
            seconds.append(perf_counter() - start)

    with patch.object(computation, "completed", timed):
        yield seconds


def continuation(engine: str = "native") -> Continuation:
    """Return what follows branches of the model, from its path on."""
    from rates_continuation import Continuation

    return Continuation(MODEL, engine=engine)


def diagram() -> Diagram:
    """Return the whole diagram."""
    return continuation().diagram(ETA, bounds=BOUNDS)


def special_points() -> list[tuple[str, float]]:
    """Return kind and eta of the special points, in the order of the branch, known to 15 digits."""
    known = json.loads(KNOWN.read_text(encoding="utf-8"))["qif_sfa_default"]["equilibria"]
    return [(point["kind"], float(point["eta"])) for point in known]


def equilibrium() -> dict[str, float]:
    """Return the equilibrium at the start: v = -1/(2 pi r) and a = 5 r leave an equation in r."""
    roots = np.roots([np.pi**2, -10.0, -START, 0.0, -1 / (4 * np.pi**2)])
    r = float(np.min(roots[(np.abs(roots.imag) < 1e-9) & (roots.real > 0)].real))
    values = {"r": r, "v": -1 / (2 * np.pi * r), "a": 5 * r, "x": 0.0}
    return {f"p/qif_sfa_op/{name}": value for name, value in values.items()}


def in_auto(folder: Path) -> Callable[[], str] | None:
    """Return the same by Auto-07p, which is told an equilibrium to start from; None where it is not installed."""
    if find_spec("rates_fortran") is None or not (AUTO / "cmds" / "cmds.make").is_file():
        return None
    if any(shutil.which(tool) is None for tool in TOOLS):
        return None
    constants = in_both_directions(write(folder))
    environment = os.environ | {"AUTO_DIR": str(AUTO)}
    make = ["make", "-s", "-f", str(AUTO / "cmds" / "cmds.make"), "EQUATION_NAME=model", "model.exe"]
    subprocess.run(make, check=True, capture_output=True, cwd=folder, env=environment)

    def run() -> str:
        tables = []
        for text in constants:
            subprocess.run(["./model.exe"], input=text, check=True, capture_output=True, text=True, cwd=folder)
            tables.append((folder / "fort.7").read_text(encoding="utf-8"))
        return "".join(tables)

    return run


def write(folder: Path) -> str:
    """Write the model for Auto-07p; return its constants for equilibria."""
    model: Any = CircuitTemplate.from_yaml(MODEL).update_var(node_vars=equilibrium())
    model.get_run_func(
        "model_run", 1e-4, file_name=str(folder / "model"), backend="fortran", solver="scipy", vectorize=False,
        float_precision="float64", auto={"along": ETA},
    )  # fmt: skip
    return (folder / "c.eq").read_text(encoding="utf-8")


def in_both_directions(constants: str) -> list[str]:
    """Return constants that begin at the model's initial values, end at the bounds, and print no solution between."""
    for name, value in (("IRS", "0"), ("NPR", "0"), ("EPSS", "1e-9")):
        constants = re.sub(rf"\b{name}=[^,\n]+", f"{name}={value}", constants)
    constants = constants.replace("s='ivp', ", "") + f"RL0={BOUNDS[0]}, RL1={BOUNDS[1]}\n"
    return [constants, re.sub(r"\bDS=", "DS=-", constants)]


def same_points(table: str) -> None:
    """Raise an error unless Auto-07p has found the special points that are known."""
    cells = [line.split() for line in table.splitlines() if not line.startswith("   0")]
    found = [(KINDS[row[2]], float(row[4])) for row in cells if row[2] in KINDS]
    for (kind, eta), (other, known) in zip(found, special_points(), strict=True):
        if kind != other or abs(eta - known) > PRINTED * abs(known):
            raise ValueError(f"Auto-07p has found {found}.")
