"""Run the rows and print them as a table, then how networks grow, with a picture.

A row that fails is a row, and a miss stays in the table. The text is also written into the output folder.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import platform
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks import backends, growth, peers, rows
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
    parts += [f"**The rows of {name} were NOT RUN**: {why}." for name, why in backends.missing().items()]
    missing = [tool for tool in peers.TOOLS if peers.interpreter(tool) is None]
    if missing:
        parts.append(f"**Peers that were NOT RUN**, for want of an environment (`nox -s peer`): {', '.join(missing)}.")
    return " ".join(parts)


def reason(error: Exception) -> str:
    """Spell an error in one cell of a table."""
    return f"{type(error).__name__}: {error}".replace("\n", " ").replace("|", "/")


class Report:
    """Lines that are printed and kept in a file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")
        self._path = path

    def write(self, *lines: str) -> None:
        """Add lines."""
        text = "\n".join(lines)
        print(text, flush=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(text + "\n")


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", default="", help="part of the names of the rows to run")
    parser.add_argument(
        "--quick", action="store_true", help="small and once: to see that the rows work, not for figures"
    )
    parser.add_argument("--output", type=Path, default=Path("output"), help="folder of the report and its picture")
    options = parser.parse_args()
    settings = Settings(repeats=1, scale=0.1) if options.quick else Settings()
    report = Report(options.output / "benchmarks.md")
    report.write(conditions(), "", heading())
    for name, measure in measurements(settings, options.only):
        try:
            texts = cells(measure())
        except Exception as error:  # noqa: BLE001  # the other rows are still worth having
            texts = (f"{name}: {reason(error)}", *[NONE] * (len(HEADINGS) - 2), "**FAILED**")
        report.write(line(texts))
    found: list[growth.Panel] = []
    for name, curves in growth.panels(settings):
        if options.only not in name:
            continue
        try:
            new = curves()
        except Exception as error:  # noqa: BLE001  # as above
            report.write("", f"{name}: **FAILED**: {reason(error)}")
            continue
        for panel in new:
            report.write("", *panel.lines())
        found += new
    if found:
        growth.draw(found, options.output / "growth.svg")
        report.write("", f"Drawn in {options.output / 'growth.svg'}.")


if __name__ == "__main__":
    main()
