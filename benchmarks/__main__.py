"""Run the rows and print them as a table; a row that fails is a row, and a miss stays in the table."""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import platform
import shutil
from collections.abc import Iterator
from functools import partial

from benchmarks import peers, rows
from benchmarks.row import NONE, Row
from benchmarks.settings import Settings
from benchmarks.table import HEADINGS, cells, heading, line


def measurements(settings: Settings, only: str) -> Iterator[tuple[str, partial[Row]]]:
    """Yield the name of every row of every module in `benchmarks.rows`, with what measures it."""
    for module in pkgutil.iter_modules(rows.__path__):
        for measure in importlib.import_module(f"{rows.__name__}.{module.name}").rows(settings):
            name = f"{module.name}.{measure.func.__name__}"
            if only in name:
                yield name, measure


def conditions() -> str:
    """Tell what the figures were measured with, and what is missing, in one paragraph."""
    parts = [f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores; medians."]
    if shutil.which("cc") is None:
        parts.append("**No C compiler was found: the limits in C were NOT RUN.**")
    if not peers.INSTALLED:
        parts.append("No peer is installed: its column is empty.")
    return " ".join(parts)


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", default="", help="part of the names of the rows to run")
    parser.add_argument(
        "--quick", action="store_true", help="small and once: to see that the rows work, not for figures"
    )
    options = parser.parse_args()
    settings = Settings(repeats=1, scale=0.1) if options.quick else Settings()
    print(conditions() + "\n\n" + heading(), flush=True)
    for name, measure in measurements(settings, options.only):
        try:
            texts = cells(measure())
        except Exception as error:  # noqa: BLE001  # the other rows are still worth having
            reason = f"{type(error).__name__}: {error}".replace("\n", " ").replace("|", "/")
            texts = (f"{name}: {reason}", *[NONE] * (len(HEADINGS) - 2), "**FAILED**")
        print(line(texts), flush=True)


if __name__ == "__main__":
    main()
