"""What the variables of a System are at one instant, without a backend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rates_core.errors import EquationError
from rates_core.expressions.evaluate import evaluate
from rates_core.system.schedule import reads_of
from rates_core.system.system import Assign, Project, System


def instant(system: System, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of all symbols that follow from known ones; others have none.

    Args:
        system: whose statements are evaluated.
        known: values of parameters, and of states, time, inputs, reads and draws as far as they are known.
    """
    values = dict(known)
    for statement in system.statements:
        if reads_of(statement) <= values.keys():
            try:
                values[statement.target] = _value(statement, values)
            except EquationError:  # what reads it has no value either
                continue
    return values


def _value(statement: Assign | Project, values: Mapping[str, Any]) -> Any:
    return evaluate(statement.expression, values) if isinstance(statement, Assign) else _projected(statement, values)


def _projected(statement: Project, values: Mapping[str, Any]) -> Any:
    source, weights = values[statement.source], values[statement.weights]
    picked = source if statement.index is None else source[values[statement.index]]
    match statement.form:
        case "dense":
            return weights @ source
        case "uniform":
            return weights * np.sum(source)
        case "indexed":
            return weights * picked
    total = np.zeros(statement.shape, dtype=np.result_type(weights, picked))
    np.add.at(total, values[str(statement.rows)], weights * picked)
    return total
