"""Compile the kernels that the rows are measured against."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

FLAGS = ("-O3", "-march=native", "-fopenmp", "-shared", "-fPIC")


@cache
def kernel(name: str) -> ctypes.CDLL | None:
    """Compile `benchmarks/limits/<name>.c` for this machine and load it; None without a C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    folder = Path(mkdtemp(prefix="rates-benchmarks-"))
    library = folder / f"{name}.so"
    subprocess.run(
        [compiler, *FLAGS, str(Path(__file__).with_name(f"{name}.c")), "-o", str(library), "-lm"], check=True
    )
    loaded = ctypes.CDLL(str(library))
    shutil.rmtree(folder)
    return loaded
