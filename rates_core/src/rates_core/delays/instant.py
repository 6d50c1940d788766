"""Values of the variables of a System at one instant, computed from its statements and by no backend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rates_core.expressions.evaluate import evaluate
from rates_core.system.schedule import reads_of
from rates_core.system.system import Assign, Project, System


class Instant:
    """All that the variables of one instant follow from.

    Args:
        system: the lowered System.
        given: value of each symbol that no statement computes: time, states, parameters, inputs and reads.
    """

    def __init__(self, system: System, given: Mapping[str, Any]) -> None:
        self._values = dict(given)
        self._statements = {item.target: item for item in system.statements}

    def value(self, name: str) -> Any:
        """Return the value of a variable."""
        waiting = [name]
        while waiting:
            top = waiting[-1]
            missing = [] if top in self._values else self._missing(top)
            waiting.extend(missing)
            if not missing:
                waiting.pop()
                self._compute(top)
        return self._values[name]

    def _missing(self, name: str) -> list[str]:
        return [need for need in reads_of(self._statements[name]) if need not in self._values]

    def _compute(self, name: str) -> None:
        if name not in self._values:
            item = self._statements[name]
            if isinstance(item, Assign):
                self._values[name] = evaluate(item.expression, self._values)
            else:
                self._values[name] = self._projected(item)

    def _projected(self, item: Project) -> Any:
        weights, source = self._values[item.weights], np.asarray(self._values[item.source])
        if item.index is not None:
            source = source[self._values[item.index]]
        if item.form == "uniform":
            return weights * source.sum()
        if item.form == "dense":
            return weights @ source
        if item.form == "indexed":
            return weights * source
        assert item.rows is not None
        terms = weights * source
        total = np.zeros(item.shape, dtype=terms.dtype)
        np.add.at(total, self._values[item.rows], terms)
        return total
