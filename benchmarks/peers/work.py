"""What the scripts of all tools share: arguments from a file, a clock, and the result into a file."""

from __future__ import annotations

import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter, time
from typing import Any

import numpy as np

Again = Callable[[], Any]


def main(version: str, works: dict[str, Callable[..., tuple[Any, Again | None]]]) -> None:
    """Do the work that the command line names, and write what came of it.

    Args:
        version: of the tool.
        works: each returns its result, and what does it again, if that is possible without building anything.
    """
    _, name, source, destination = sys.argv
    with np.load(source) as file:
        given = {key: file[key][()] for key in file.files}
    begun, repeats = float(given.pop("begun")), int(given.pop("repeats"))
    result, again = works[name](**given)
    first = time() - begun
    times: list[float] = []
    while again is not None and len(times) < repeats:
        begin = perf_counter()
        again()
        times.append(perf_counter() - begin)
    np.savez(destination, result=result, first=first, again=median(times) if times else np.nan, version=version)
