"""Auto-07p's diagnostics: `fort.9`, from which eigenvalues and multipliers are taken."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from rates_continuation.auto.numerals import real

_STABLE = re.compile(r"(?:Eigenvalues  :|Multipliers:)\s+Stable:")
_VALUE = re.compile(r"(?:Eigenvalue|Multiplier)\s*(\d+)\s*:?\s+(\S+)\s+(\S+)")
_HEAD = re.compile(r"^\s*BR\s+PT\s+TY\s+LAB\s")


def spectra(text: str) -> Iterator[np.ndarray]:
    """Yield the eigenvalues or multipliers of each point, in the order of the points in `fort.7`.

    A point before which none are printed has none: an empty array. While a point is located they are printed again
    and again; its own are the last.
    """
    found: dict[int, complex] = {}
    lines = iter(text.splitlines())
    for line in lines:
        if _STABLE.search(line):
            found = {}
        elif match := _VALUE.search(line):
            found[int(match[1])] = complex(real(match[2]), real(match[3]))
        elif _HEAD.match(line):
            yield np.array([found[number] for number in sorted(found)], dtype=complex)
            next(lines, None)
            found = {}
