"""The example of the Arnold tongue: where the force locks the oscillator, and what the ratio is where it does not."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pandas as pd

EXAMPLE = Path(__file__).parent.parent / "examples" / "arnold_tongue.py"
LOCKED = [(0.4158, 1.053), (0.39, 1.0), (0.42, 2.0)]
FREE = {(0.33, 0.5): 2.53, (0.42, 0.5): 3.18}


def test_the_force_locks_the_oscillator_three_to_one_inside_of_the_tongue_only() -> None:
    example = runpy.run_path(str(EXAMPLE))
    points = pd.DataFrame([*LOCKED, *FREE], columns=[example["OMEGA"], example["STRENGTH"]])
    result = example["tongue"](points)
    locked = len(LOCKED)
    assert np.allclose(result["ratio"][:locked], 3.0, atol=1e-5)
    assert np.allclose(result["ratio"][locked:], list(FREE.values()), atol=0.005)
    assert (result["coherence"][:locked] > 0.99).all()
    assert (result["coherence"][locked:] < 0.2).all()
