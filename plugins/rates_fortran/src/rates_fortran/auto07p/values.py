"""Parameters that AUTO is not given: data of a module."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from attrs import define, field
from rates_core.programs.naming import one_line

from rates_fortran.auto07p.places import literal
from rates_fortran.layout import RESERVED
from rates_fortran.lines import INDENT

#: names in AUTO's routines
WORDS = frozenset(
    {"ndim", "u", "icp", "par", "ijac", "f", "dfdu", "dfdp", "u0", "u1", "fb", "fi", "nbc", "nint", "out", "getp"}
)
IN_A_STATEMENT = 200  # numbers; a statement may have 255 lines


@define(eq=False)
class Values:
    """Named constants of a module.

    Attributes:
        module: its name.
    """

    module: str
    _lines: list[str] = field(factory=list)
    _names: dict[tuple[str, str], str] = field(factory=dict)

    def name_of(self, owner: str, path: str, name: str, kind: str, value: Any) -> str:
        """Return the name of a value, which is in the module from then on.

        Args:
            owner: tells values of equal paths apart.
            path: of the parameter.
            name: that it is called by, if no other value is.
            kind: the type of its entries.
            value: a number or an array.
        """
        known = self._names.get((owner, path))
        if known is not None:
            return known
        chosen, taken = f"{owner}{name}", {*map(str.lower, self._names.values()), *RESERVED, *WORDS}
        while chosen.lower() in taken:
            chosen += "_"
        self._names[owner, path] = chosen
        comment = "" if path.startswith("#") else f"  ! {one_line(path)}"
        self._lines += _declared(chosen, kind, np.asarray(value), comment)
        return chosen

    def lines(self) -> list[str]:
        """Return the text of the module; nothing if it is empty."""
        if not self._lines:
            return []
        return [
            "!> Parameters that AUTO is not given.",
            f"module {self.module}",
            f"{INDENT}use, intrinsic :: iso_c_binding, only: c_double, c_int64_t",
            f"{INDENT}implicit none",
            f"{INDENT}integer, parameter :: dp = c_double, long = c_int64_t",
            *(INDENT + line for line in self._lines),
            "end module",
            "",
        ]


def _declared(name: str, kind: str, value: np.ndarray, comment: str) -> Iterator[str]:
    """Yield the lines that declare a value; an array lies as Fortran has it, in one row."""
    if not value.shape:
        yield f"{kind}, parameter :: {name} = {literal(value[()], kind)}{comment}"
        return
    row = value.ravel(order="F")
    yield f"{kind} :: {name}({len(row)}){comment}"
    for first in range(0, len(row), IN_A_STATEMENT):
        part = row[first : first + IN_A_STATEMENT]
        numbers = ", ".join(literal(entry, kind) for entry in part)
        yield f"data {name}({first + 1}:{first + len(part)}) / {numbers} /"
