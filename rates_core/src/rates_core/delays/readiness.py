"""Which entries of variables can be computed when some entries of the past are not known yet.

Equal units are computed together, but a chain of them is no circle: what is known is followed unit by unit, through
the statements of a System, with truth values in place of numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rates_core.delays.dependence import Dependence
from rates_core.expressions.evaluate import evaluate
from rates_core.expressions.functions import FUNCTIONS
from rates_core.expressions.tree import Apply, Expression, Symbol, symbols
from rates_core.system.schedule import reads_of
from rates_core.system.system import Assign, Project, System

Known = Any  # True, False, or an array of those, one per entry


class Readiness:
    """Follows what is known from delayed reads to the variables that depend on them.

    What is multiplied by a weight of 0 need not be known.

    Args:
        system: the lowered System.
        names: the variables that are asked for.
        arguments: values of parameters; weights that are not among them count as different from 0.
    """

    def __init__(self, system: System, names: Sequence[str], arguments: Mapping[str, Any]) -> None:
        self._arguments = arguments
        reached = system.once(Dependence).reached(*names)
        self._statements = [(item, reads_of(item)) for item in system.statements if item.target in reached]

    def masks(self, leaves: Mapping[str, Known]) -> dict[str, Known]:
        """Return what is known of the variables of which not all entries are.

        Args:
            leaves: what is known of reads and of other symbols that no statement computes.
        """
        masks = {path: known for path, known in leaves.items() if not np.all(known)}
        for item, needed in self._statements:
            if masks.keys() & needed:
                known = self.of(item.expression, masks) if isinstance(item, Assign) else self._projected(item, masks)
                if not np.all(known):
                    masks[item.target] = known
        return masks

    def of(self, node: Expression, masks: Mapping[str, Known]) -> Known:
        """Return what is known of an expression, given that of its symbols, of which others are known."""
        if isinstance(node, Symbol):
            return masks.get(node.name, True)
        if not isinstance(node, Apply) or not symbols(node) & masks.keys():
            return True
        parts = [self.of(argument, masks) for argument in node.arguments]
        if node.function == "index":
            return self._picked(node, parts)
        if node.function == "index_range" and np.ndim(parts[0]):
            return np.asarray(parts[0])[slice(*(int(evaluate(bound, {})) for bound in node.arguments[1:]))]
        if FUNCTIONS[node.function].kind != "elementwise":
            return all(np.all(part) for part in parts)
        if node.function == "multiply":
            left, right = (self._is_zero(argument) for argument in node.arguments)
            parts = [np.logical_or(parts[0], right), np.logical_or(parts[1], left)]
        known = parts[0]
        for part in parts[1:]:
            known = np.logical_and(known, part)
        return known

    def _picked(self, node: Apply, parts: Sequence[Known]) -> Known:
        places = node.arguments[1]
        if not symbols(places) <= self._arguments.keys() or not np.ndim(parts[0]):
            return all(np.all(part) for part in parts)
        return np.asarray(parts[0])[np.asarray(evaluate(places, self._arguments)).astype(int)]

    def _is_zero(self, node: Expression) -> Known:
        if not isinstance(node, Symbol):
            return False
        return np.equal(self._arguments.get(node.name, 1.0), 0)

    def _projected(self, item: Project, masks: Mapping[str, Known]) -> Known:
        needless = self._is_zero(Symbol(item.weights))
        known = masks.get(item.source, True)
        if item.index is not None and np.ndim(known):
            known = np.asarray(known)[self._arguments[item.index]]
        ready = np.logical_or(known, needless)
        if item.form == "indexed":
            return ready
        if item.form == "uniform":
            return bool(np.all(ready))
        if item.form == "dense":
            return ready.all(axis=-1)
        assert item.rows is not None
        waiting = np.bincount(self._arguments[item.rows], ~ready, minlength=item.shape[0])
        return np.equal(waiting, 0)
