"""Measure the constants of the model of cost, and simulated clusters; write them into the page that explains both."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.scale import chunks, networks
from benchmarks.scale.simulated import simulated

WORKERS = (1, 2, 4, 8, 16, 32, 64)
ASKED = ((1.0, 6), (0.1, 20))  # seconds of a chunk, and chunks for each worker
BLOCK = r"(<!-- {mark} -->\n```{language}\n).*?(^```$)"


def constants() -> Iterator[tuple[str, float]]:
    """Yield what the model of cost is made of, by name: seconds or bytes of one thing each."""
    yield "flop_near", networks.dense(500, 2000)
    yield "flop_far", networks.dense(4000, 20)
    yield "connection", networks.sparse(100_000, 5, 50)
    yield "delayed", networks.delayed(500, 500)
    yield "ring", networks.ring_bytes(300, 2000)
    yield "serial", chunks.per_chunk("serial", 100, 20_000)[0]
    yield "threads", chunks.per_chunk("threads", 100, 2000, workers=2)[0]
    each, start = chunks.per_chunk("processes", 100, 2100, workers=2)
    yield from (("processes", each), ("processes_start", start / 2))
    client, worker = chunks.per_chunk_of_dask(1000)
    yield from (("dask_client", client), ("dask_worker", worker))
    yield "parquet", chunks.store(".parquet", None, 60)[0]
    few, few_bytes = chunks.store(".zarr", 10, 60)
    many, many_bytes = chunks.store(".zarr", 10_000, 60)
    per_byte = (many - few) / (many_bytes - few_bytes)
    yield from (("zarr", few - per_byte * few_bytes), ("zarr_byte", per_byte))


def clusters(repeats: int) -> Iterator[str]:
    """Yield what simulated clusters take, as lines of a table."""
    yield "workers,chunk,rounds,measured,processor"
    for found in simulated(WORKERS, ASKED, repeats):
        yield f"{found.workers},{found.seconds:g},{found.rounds},{found.measured:.2f},{found.processor:.2f}"


def replaced(page: str, mark: str, language: str, text: str) -> str:
    """Return a page with another text in the block with a mark."""
    found = re.compile(BLOCK.format(mark=re.escape(mark), language=language), re.DOTALL | re.MULTILINE)
    assert len(found.findall(page)) == 1
    return found.sub(lambda match: f"{match[1]}{text.rstrip()}\n{match[2]}", page)


def printed(page: str) -> str:
    """Return what the programs of a page print, in a folder with its files."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in re.findall(r"<!-- file: (.+?) -->\n```\w+\n(.*?)^```$", page, re.DOTALL | re.MULTILINE):
            (Path(folder) / name).write_text(text, encoding="utf-8")
        program = "\n".join(re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE))
        done = subprocess.run([sys.executable, "-c", program], cwd=folder, check=True, capture_output=True, text=True)
        return done.stdout


def main() -> None:
    """Measure, and print or write what was found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--write", type=Path, help="page whose tables are written anew")
    parser.add_argument("--only", choices=("constants", "clusters", "printed"), help="leave the others as they are")
    options = parser.parse_args()
    found: dict[str, str] = {}
    if options.only in (None, "constants"):
        found["constants.csv"] = "\n".join(["name,value", *(f"{name},{value:.3g}" for name, value in constants())])
    if options.only in (None, "clusters"):
        found["clusters.csv"] = "\n".join(clusters(3))
    for name, text in found.items():
        print(f"{name}, load {os.getloadavg()[0]:.1f}", text, sep="\n")
    if options.write is not None:
        page = options.write.read_text(encoding="utf-8")
        for name, text in found.items():
            page = replaced(page, f"file: {name}", "csv", text)
        page = replaced(page, "printed", "text", printed(page))
        options.write.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
