"""Columns of a derivative that stand for what a user calls by a path."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from attrs import frozen

from rates_core.system.linearisation.entries import Algebra, Index
from rates_core.system.linearisation.matrix import Block


@frozen(eq=False)
class Entries:
    """Elements of one symbol, and the column that each adds to, counted within those of the path."""

    symbol: str
    places: Index
    columns: Index


@frozen(eq=False)
class Columns:
    """What a path names: one column for each number that may be changed on its own, two if numbers are complex."""

    path: str
    count: int
    entries: Sequence[Entries]

    def width(self, complexes: Collection[str]) -> int:
        """Return the number of columns of each number."""
        return 2 if any(item.symbol in complexes for item in self.entries) else 1


def rearranged(
    blocks: Sequence[Block], columns: Sequence[Columns], offsets: Mapping[str, int], algebra: Algebra
) -> list[Block]:
    """Return the entries of a derivative by whole symbols as those of a derivative by what paths name.

    Args:
        blocks: entries of the derivative by symbols.
        columns: what is asked for.
        offsets: first column of each symbol.
        algebra: of the entries' values.
    """
    old, new = _moves(columns, offsets, algebra.complex_symbols)
    order = old.argsort(kind="stable")
    old, new = old[order], new[order]
    found = []
    for block in blocks:
        starts, stops = old.searchsorted(block.columns), old.searchsorted(block.columns, "right")
        counts = stops - starts
        entry = np.repeat(np.arange(len(block.columns)), counts)
        if len(entry):
            within = np.arange(len(entry)) - np.repeat(np.cumsum(counts) - counts, counts)
            places = new[np.repeat(starts, counts) + within]
            found.append(Block(block.rows[entry], places, algebra.picked(block.values, entry)))
    return found


def _moves(columns: Sequence[Columns], offsets: Mapping[str, int], complexes: Collection[str]) -> tuple[Index, Index]:
    """Return columns of symbols and the columns that they add to."""
    old, new = [np.zeros(0, dtype=int)], [np.zeros(0, dtype=int)]
    first = 0
    for group in columns:
        width = group.width(complexes)
        for item in group.entries:
            parts = 2 if item.symbol in complexes else 1
            for part in range(parts):
                old.append(offsets[item.symbol] + item.places * parts + part)
                new.append(first + item.columns * width + part)
        first += group.count * width
    return np.concatenate(old), np.concatenate(new)
