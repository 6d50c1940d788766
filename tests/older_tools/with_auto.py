"""Run a script with the modules of Debian's Auto-07p, which PyCoBi imports: `with_auto.py SCRIPT ARGUMENTS`.

These modules stand beside the program, where no Python looks, and read files of solutions in a way that NumPy has left.
"""

from __future__ import annotations

import os
import runpy
import sys
from typing import Any

import numpy as np

FOLDER = "/usr/lib/auto-07p"


def numbers(self: Any, solution: int, total: int) -> np.ndarray:
    """Return the numbers of a solution of a file; Auto-07p's `readfloats` compares an array with []."""
    from auto.parseB import AUTOatof

    found = self.readstr(solution)
    if not isinstance(found, np.ndarray):
        found = np.array([AUTOatof(text) for text in found.decode("ascii").split()], dtype=float)
        self.solutions[solution]["data"] = found
    assert len(found) == total
    return found


if __name__ == "__main__":
    os.environ["AUTO_DIR"] = FOLDER
    sys.path.insert(0, f"{FOLDER}/python")
    from auto import parseS

    parseS.fileS.readfloats = numbers
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
