"""Numbers as Fortran writes them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress

import numpy as np

_BARE_EXPONENT = re.compile(r"(?<=[\d.])([+-]\d+)$")


def real(text: str) -> float:
    """Return a number: also one whose exponent has no letter or a D; NaN for a field of stars, or what is no number."""
    plain = text.strip().replace("D", "E").replace("d", "e")
    for form in (plain, _BARE_EXPONENT.sub(r"E\1", plain)):
        with suppress(ValueError):
            return float(form)
    return float("nan")


def reals(cells: Sequence[str]) -> np.ndarray:
    """Return numbers as an array."""
    try:
        return np.array(cells, dtype=float)
    except ValueError:
        return np.array([real(cell) for cell in cells])


def integer(text: str, otherwise: int = 0) -> int:
    """Return an integer; another number for a field of stars, into which it did not fit."""
    try:
        return int(text)
    except ValueError:
        return otherwise
