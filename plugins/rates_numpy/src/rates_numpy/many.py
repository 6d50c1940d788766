"""NumPy as printers of array libraries know it: for functions of many states at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from rates_core.programs.arrays.language import ArrayLanguage, texts_of
from rates_core.programs.arrays.runtime import ArrayRuntime, Kind

SAME = (
    "sin cos tan sinh cosh tanh exp log log10 sqrt abs floor ceil round sign mod fmod where real imag conj mean arcsin "
    "arccos arctan arctan2 power"
)
KINDS = {"real": np.float64, "complex": np.complex128, "integer": np.int64}

NUMPY = ArrayLanguage(
    library="NumPy",
    imports=("import numpy as np",),
    functions={
        **{name: f"np.{name}" for name in SAME.split()},
        "vsum": "np.sum", "maxi": "np.max", "mini": "np.min", "min": "np.minimum", "max": "np.maximum",
        "and": "np.logical_and", "or": "np.logical_or", "not": "np.logical_not", "heaviside": "heaviside",
        "sigmoid": "sigmoid", "erf": "error_function", "erfc": "complementary_error_function",
    },
    complex_functions={"power": "complex_power"},
    helpers=texts_of("rates_numpy", "many_functions.py"),
    precisions={"float64": ("FLOAT, COMPLEX = np.float64, np.complex128",)},
)  # fmt: skip


class NumpyRuntime(ArrayRuntime):
    """Arrays of NumPy, in double precision."""

    def array(self, value: Any, kind: Kind) -> np.ndarray:
        """Return numbers as an array with memory of its own, row by row."""
        return np.array(value, KINDS[kind], order="C")

    def numpy(self, value: Any) -> np.ndarray:
        """Return an array with memory of its own."""
        return np.array(value)
