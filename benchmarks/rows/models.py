"""What a user of the library waits for: its list, its names on the command line, its files."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from benchmarks.clock import inside, interleaved, process
from benchmarks.row import Row, Target
from benchmarks.settings import Settings

# What `rates` on the path does; its script is left out because a wheel's scripts differ between installers.
PROGRAM = "import sys; from rates_core.cli.main import main; sys.argv[1:] = {}; sys.exit(main())"
LARGEST = """
import time
from statistics import median
from rates_core.plugins import get_manager, library_path
from rates_core.yaml.reader import load
from rates_core.yaml.scan import model_files, template_names
libraries = get_manager().model_libraries().values()
files = [file for library in libraries for file, _ in model_files(library_path(library))]
largest = max(files, key=lambda file: file.stat().st_size)

def seconds(name):
    start = time.perf_counter()
    load(f"{largest}/{name}")
    return time.perf_counter() - start

names = template_names(largest)
load(f"{largest}/{names[0]}")  # what it imports is part of hello world's row
print(max(median(seconds(name) for _ in range(5)) for name in names))
"""


def rows(settings: Settings) -> Iterator[partial[Row]]:
    """Yield the rows of the library."""
    yield partial(list_of_models, settings)
    yield partial(completion_of_a_model, settings)
    yield partial(load_of_the_largest_file, settings)


def list_of_models(settings: Settings) -> Row:
    """Measure the program from its start to its end."""
    (ours,) = interleaved([process("-c", PROGRAM.format(["models"]))], settings.repeats)
    return Row("`rates models`", ours=ours, target=Target(seconds=0.4))


def completion_of_a_model(settings: Settings) -> Row:
    """Measure what a shell waits for after a tabulator."""
    words = ["completion", "--candidates", "bash", "+run", "+model_templates.n"]
    (ours,) = interleaved([process("-c", PROGRAM.format(words))], settings.repeats)
    return Row("`rates run model_templates.n` and a tabulator", ours=ours, target=Target(seconds=0.3))


def load_of_the_largest_file(settings: Settings) -> Row:
    """Measure the slowest template of the largest file once all is imported."""
    ours = inside(LARGEST, settings.repeats)
    return Row("load of the largest library file, its slowest template", ours=ours, target=Target(seconds=0.02))
