"""Derivative matrices as blocks of entries whose places are known and whose values are expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from rates_core.errors import shown
from rates_core.expressions.tree import Expression
from rates_core.system.system import System
from rates_core.templates.counting import counted

if TYPE_CHECKING:
    import numpy as np


@frozen(eq=False)
class Block:
    """Entries of one matrix.

    Attributes:
        rows: place of each entry in `y`.
        columns: place of each entry in `y`, or in the flattened read or parameter.
        values: an expression of shape `()`, for all entries, or with one value per entry.
        places: paths of the structural parameters of the linearisation's System that hold rows and columns; None for
            a single entry.
    """

    rows: np.ndarray
    columns: np.ndarray
    values: Expression
    places: tuple[str, str] | None = None


@frozen(eq=False)
class Linearisation:
    """A derivative matrix of a System's right-hand side.

    Attributes:
        system: the System whose statements compute what the entries read.
        blocks: all entries that are not zero for structural reasons; those at one place add up.
        shape: length of `y`, and of what is derived by.
        columns: what the columns stand for: path and number of entries, in order.
    """

    system: System
    blocks: tuple[Block, ...]
    shape: tuple[int, int]
    columns: tuple[tuple[str, int], ...]

    def __repr__(self) -> str:
        rows, columns = (counted(size, noun) for size, noun in zip(self.shape, ("row", "column"), strict=True))
        return f"<Linearisation of {shown(self.system.name)}: {rows}, {columns}, {counted(len(self.blocks), 'block')}>"

    @property
    def index_paths(self) -> frozenset[str]:
        """Return the structural parameters that hold the places of entries."""
        return frozenset(path for block in self.blocks if block.places is not None for path in block.places)
