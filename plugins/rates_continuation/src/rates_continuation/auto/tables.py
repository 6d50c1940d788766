"""Auto-07p's bifurcation diagrams: `fort.7`, one line for each point that was computed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from attrs import frozen

from rates_continuation.auto.numerals import integer, reals

#: what the last digit of a type says: of equilibria and of cycles
TYPES = {
    1: "BP", 2: "LP", 3: "HB", 4: "", -4: "UZ", 5: "LP", 6: "BP", 7: "PD", 8: "TR", 9: "EP", -9: "MX", 0: "",
}  # fmt: skip
_BEFORE_VALUES = 4  # branch, point, type, label


@frozen(eq=False)
class Row:
    """A point as a line of the table has it.

    Attributes:
        branch: its number.
        number: of the point.
        stable: what the sign of that says.
        type: as Auto-07p numbers it.
        label: under which the solution is in `fort.8`; 0 for none.
        values: parameters, norm and some of the states; parameters that are shown besides.
    """

    branch: int
    number: int
    stable: bool
    type: int
    label: int
    values: np.ndarray

    @property
    def kind(self) -> str:
        """Return `BP`, `LP`, `HB`, `PD`, `TR`, `UZ`, `EP`, `MX`, or nothing."""
        return kind_of(self.type)


def kind_of(number: int) -> str:
    """Return what a type is called; its tens tell special points of special points apart."""
    return TYPES.get(int(np.fmod(number, 10)), "")


def rows(text: str) -> Iterator[Row]:
    """Yield the points of a table, without its heads, which begin with a 0."""
    for line in text.splitlines():
        cells = line.split()
        if len(cells) <= _BEFORE_VALUES or cells[0] == "0":
            continue
        branch, number, kind, label = (integer(cell) for cell in cells[:_BEFORE_VALUES])
        yield Row(abs(branch), abs(number), number < 0, kind, label, reals(cells[_BEFORE_VALUES:]))
