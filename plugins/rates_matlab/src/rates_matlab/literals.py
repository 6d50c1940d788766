"""Numbers and arrays as text of MATLAB whose values are exactly theirs."""

from __future__ import annotations

from typing import Any

import numpy as np


def number_text(value: complex) -> str:
    """Return a literal whose value is exactly this number."""
    if isinstance(value, complex):
        return f"complex({number_text(value.real)}, {number_text(value.imag)})"
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Inf" if value > 0 else "-Inf"
    return repr(value)


def array_text(value: Any) -> str:
    """Return the text of a number, a column or a matrix."""
    array = np.asarray(value)
    if not array.ndim:
        return number_text(array.item())
    rows = array.tolist() if array.ndim > 1 else [[entry] for entry in array.tolist()]
    if not array.size:
        return f"zeros({', '.join(map(str, array.shape if array.ndim > 1 else (0, 1)))})"
    if array.size == 1:
        return number_text(array.item())
    return f"[{'; '.join(', '.join(map(number_text, row)) for row in rows)}]"
