"""What Numba asks of names, and how states and constants are found."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Mapping

from rates_core.expressions.tree import Expression
from rates_core.programs.elementwise.constants import Constant
from rates_core.programs.elementwise.layout import Layout as ElementLayout
from rates_core.programs.elementwise.layout import Rules
from rates_core.system.system import State, System

from rates_numba.printer import KNOWN, NumbaPrinter

RESERVED = frozenset(
    {
        *keyword.kwlist, *keyword.softkwlist, *KNOWN, "t", "y", "dy", "h", "k", "i", "j", "l", "c", "s", "np", "math",
        "njit", "numbers", "arrays", "total", "row", "rows", "first", "samples", "stride", "columns", "record",
        "buffers", "gathers", "inputs", "draws", "derivative", "observe", "store", "prepare", "loop", "complex", "int",
        "abs", "range", "float", "p", "q", "own", "moved", "size", "sample", "buffer", "width", "matrix", "jacobian",
        "history", "delays", "events", "after", "sampled", "buffered", "len", "zip", "min", "max", "round",
    }
)  # fmt: skip


class Layout(ElementLayout):
    """Names, shapes and places of everything in one module that Numba compiles."""

    def __init__(
        self,
        system: System,
        wanted: Mapping[str, Mapping[str, Expression]],
        also: Iterable[str] = (),
        hoist: bool = True,
    ) -> None:
        """Make routines for what is wanted; arguments are those of any layout."""
        super().__init__(system, wanted, Rules(RESERVED), also, hoist)

    def printer(self) -> NumbaPrinter:
        """Return a printer that knows everything in the module."""
        return NumbaPrinter(self)


def place_of(state: State, vector: str) -> str:
    """Return the text of a state within a vector."""
    start, stop = state.offset, state.offset + state.width
    if state.shape:
        return f"{vector}[{start}:{stop}]{'.view(np.complex128)' if state.complex else ''}"
    return f"complex({vector}[{start}], {vector}[{start + 1}])" if state.complex else f"{vector}[{start}]"


def load_line(constant: Constant, name: str) -> str:
    """Return the line that names a constant at the start of a function."""
    if constant.shape:
        return f"{name} = arrays[{constant.place}]"
    if constant.complex:
        return f"{name} = complex(numbers[{constant.place}], numbers[{constant.place + 1}])"
    return f"{name} = int(numbers[{constant.place}])" if constant.integer else f"{name} = numbers[{constant.place}]"
