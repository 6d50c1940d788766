"""What variables were before the start, given what they are at the start and what the user says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import define, field

from rates_core.delays.delayed import hidden_expressions
from rates_core.delays.instant import Instant
from rates_core.delays.readiness import Known, Readiness
from rates_core.delays.reads import entries_of
from rates_core.delays.said import Said
from rates_core.expressions.evaluate import evaluate
from rates_core.expressions.functions import FUNCTIONS
from rates_core.expressions.tree import Apply, Expression, symbols, walk
from rates_core.paths import TIME
from rates_core.system.system import System


@define(eq=False)
class Before:
    """The past of variables: of those with a path, of delayed expressions, and of what these read.

    Attributes:
        delays: value of each read's delay.
        indices: per read, which entries of its slot it takes, or None for all.
        said: what the user says, by variable.
        readiness: follows what is known.
        at_start: the variables at the start, as far as they are known.
        unknown: what is known of those of which not all entries are.
        hidden: delayed expressions by slot.
    """

    system: System
    arguments: Mapping[str, Any]
    delays: Sequence[Any]
    indices: Sequence[Any]
    said: Mapping[str, Said]
    readiness: Readiness
    at_start: Instant
    unknown: Mapping[str, Known]
    hidden: Mapping[str, Expression] = field(init=False)
    _reads: Mapping[str, int] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.hidden = self.system.once(hidden_expressions)
        self._reads = {read.path: number for number, read in enumerate(self.system.reads)}

    def value(self, name: str, t: float) -> Any:
        """Return what a variable was at a time before the start."""
        if name in self.said:
            return self.said[name].at(t, 0.0 if self.said[name].mask.all() else self.at_start.value(name))
        if name not in self.hidden or not np.any(self.says(name)):
            return self.at_start.value(name)
        expression = self.hidden[name]
        past = evaluate(expression, {symbol: self._of_symbol(symbol, t) for symbol in symbols(expression)})
        if np.all(self.says(name)):
            return past
        return np.where(self.says(name), past, self.at_start.value(name))

    def _of_symbol(self, name: str, t: float) -> Any:
        if name == TIME:
            return t
        if name in self.arguments:
            return self.arguments[name]
        return self.read(self._reads[name], t) if name in self._reads else self.value(name, t)

    def read(self, number: int, t: float) -> Any:
        """Return what a read gave at a time, so that all that it read was before the start."""
        read, index, delay = self.system.reads[number], self.indices[number], self.delays[number]
        if not np.ndim(delay) or not self.varies(read.slot):
            return entries_of(read.shape, index, self.value(read.slot, t - float(np.max(delay))))
        found = np.empty(read.shape, dtype=complex if read.complex else float)
        order = np.argsort(delay, kind="stable")
        for places in np.split(order, np.flatnonzero(np.diff(delay[order])) + 1):
            found[places] = entries_of(read.shape, index, self.value(read.slot, t - float(delay[places[0]])))[places]
        return found

    def says(self, name: str) -> Known:
        """Return the entries of which something is said, of delayed expressions through what they are made of."""
        if name in self.said:
            return self.said[name].mask
        if name in self._reads:
            number = self._reads[name]
            read = self.system.reads[number]
            return entries_of(read.shape, self.indices[number], self.says(read.slot))
        if name not in self.hidden:
            return False
        expression = self.hidden[name]
        parts = [self.says(symbol) for symbol in symbols(expression)]
        if not _is_elementwise(expression):
            parts = [np.any(part) for part in parts]
        return np.logical_or.reduce([np.broadcast_to(part, self.system.shapes[name]) for part in parts])

    def varies(self, name: str) -> bool:
        """Tell whether a past is a function of time."""
        if name in self.said:
            return self.said[name].varies
        if name in self._reads:
            return self.varies(self.system.reads[self._reads[name]].slot)
        if name not in self.hidden or not np.any(self.says(name)):
            return False
        return any(symbol == TIME or self.varies(symbol) for symbol in symbols(self.hidden[name]))

    def known(self, name: str) -> Known:
        """Return the entries whose past is known."""
        if name in self.said:
            return np.logical_or(self.said[name].mask, self.unknown.get(name, True))
        if name in self._reads:
            number = self._reads[name]
            read = self.system.reads[number]
            return entries_of(read.shape, self.indices[number], self.known(read.slot))
        at_start = self.unknown.get(name, True)
        if name not in self.hidden or not np.any(self.says(name)):
            return at_start
        expression = self.hidden[name]
        masks = {symbol: self.known(symbol) for symbol in symbols(expression)}
        return np.where(self.says(name), self.readiness.of(expression, masks), at_start)


def _is_elementwise(expression: Expression) -> bool:
    return all(FUNCTIONS[node.function].kind == "elementwise" for node in walk(expression) if isinstance(node, Apply))
