"""What one function of a generated module computes of time, state and constants."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator

from rates_core.expressions.tree import symbols
from rates_core.programs.blocks import Block, Blocks, Loop
from rates_core.programs.elementwise.layout import Layout, Part
from rates_core.programs.elementwise.printer import EntryPrinter, PastEntries
from rates_core.programs.elementwise.writer import taken_whole
from rates_core.system.schedule import reads_of
from rates_core.system.system import Read


class FunctionBody(ABC):
    """The blocks of one function, and what they read.

    Args:
        layout: of the module.
        part: what is computed.
        late: whether delayed values are read from buffers where they are used, instead of being arguments.

    Attributes:
        read: symbols that the function reads or names.
        reads: delayed values among them.
    """

    def __init__(self, layout: Layout, part: Part, late: bool = False) -> None:
        self.layout, self.part = layout, part
        self.late = late and bool(layout.system.reads)
        self.blocks: Blocks = layout.blocks(part)
        self.printer: EntryPrinter = layout.printer()
        self.read = frozenset(set().union(*map(reads_of, part.routine.body), *map(symbols, part.routine.results)))
        self.reads = [read for read in layout.system.reads if read.path in self.read]
        if self.late:
            whole = taken_whole(self.blocks)
            self.printer.gathered = {
                read.path: self.past(read) for read in self.reads if read.shape and read.path not in whole
            }

    @abstractmethod
    def past(self, read: Read) -> PastEntries:
        """Return the names under which a delayed value is read."""

    def whole_reads(self) -> list[Read]:
        """Return the delayed values that are read before all else: they are numbers, or needed as whole arrays."""
        return [read for read in self.reads if self.late and read.path not in self.printer.gathered]

    def temporaries(self) -> Iterator[str]:
        """Yield what blocks assign that is no result and no constant."""
        known = {*self.part.results, *self.layout.constants.known}
        for block in self.blocks.blocks:
            yield from (target for target in assigned(block) if target not in known)


def assigned(block: Block) -> list[str]:
    """Return the symbols that a block assigns."""
    return [statement.target for statement in block.statements] if isinstance(block, Loop) else [block.target]
