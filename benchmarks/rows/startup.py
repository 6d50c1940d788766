"""What a user waits for before anything is computed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from benchmarks.clock import inside, interleaved, process
from benchmarks.row import Row, Target
from benchmarks.settings import Settings

IMPORT = """
import time
start = time.perf_counter()
import rates_core
print(time.perf_counter() - start)
"""
# What `rates` on the path does; its script is left out because a wheel's scripts differ between installers.
PROGRAM = "import sys; from rates_core.cli.main import main; sys.argv[1:] = ['plugins']; sys.exit(main())"
HELLO = """
from rates_core import CircuitTemplate
model = CircuitTemplate.from_yaml("model_templates.neural_mass_models.qif.qif")
print(model.run(simulation_time=1.0, step_size=1e-3, outputs={"r": "p/qif_op/r"}, verbose=False))
"""
SCIENTIFIC_PYTHON = "import numpy, sympy, pandas"


def rows(settings: Settings) -> Iterator[partial[Row]]:
    """Yield the rows of start-up."""
    yield partial(import_of_core, settings)
    yield partial(list_of_plugins, settings)
    yield partial(hello_world, settings)


def import_of_core(settings: Settings) -> Row:
    """Measure the import in a process that has imported nothing else."""
    return Row("import of rates_core", ours=inside(IMPORT, settings.repeats), target=Target(seconds=0.15))


def list_of_plugins(settings: Settings) -> Row:
    """Measure the program from its start to its end."""
    (ours,) = interleaved([process("-c", PROGRAM)], settings.repeats)
    return Row("`rates plugins`", ours=ours, target=Target(seconds=0.3))


def hello_world(settings: Settings) -> Row:
    """Measure a first model from the start of Python to the printed table."""
    ours, reference = interleaved([process("-c", HELLO), process("-c", SCIENTIFIC_PYTHON)], settings.repeats)
    work = "hello world: load QIF, 1000 steps, print (reference: import of numpy, sympy and pandas)"
    return Row(work, ours=ours, reference=reference, target=Target(1.0, 0.15))
