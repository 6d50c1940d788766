"""Run a script, and write what it calls RESULTS: `driver.py SCRIPT FILE`; it imports nothing of rates."""

from __future__ import annotations

import json
import runpy
import sys
import warnings
from typing import Any

import numpy as np
import pandas as pd


def plain(value: Any) -> Any:
    """Return a value as JSON has it, with what kind of table or array it is."""
    if isinstance(value, pd.DataFrame):
        return {
            "columns": [list(column) if isinstance(column, tuple) else column for column in value.columns],
            "index": value.index.tolist(),
            "index name": value.index.name,
            "values": plain(value.to_numpy()),
        }
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    if isinstance(value, np.ndarray | np.generic):
        array = np.asarray(value)
        if np.iscomplexobj(array):
            return {"real": array.real.tolist(), "imaginary": array.imag.tolist()}
        return array.tolist()
    if isinstance(value, dict):
        return {str(key): plain(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [plain(held) for held in value]
    return value


if __name__ == "__main__":
    script, file = sys.argv[1:]
    warnings.simplefilter("ignore")
    results = runpy.run_path(script, run_name="__main__")["RESULTS"]
    with open(file, "w", encoding="utf-8") as out:
        json.dump(plain(results), out, default=str)
