"""Functions that pick elements of an array: which ones they pick."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rates_core.expressions.tree import Apply, Expression, Number, Symbol
from rates_core.system.linearisation.entries import Index, size_of
from rates_core.system.shapes import Shape
from rates_core.system.system import Parameter


def selected_places(expression: Apply, shape: Shape, parameters: Mapping[str, Parameter]) -> Index | None:
    """Return the places of the picked elements, row by row, or None if they are no constants of the structure.

    Args:
        expression: index, index_range, index_axis or ravel of an array.
        shape: of that array.
        parameters: of the System.
    """
    places: Any = np.arange(size_of(shape)).reshape(shape)
    constants: list[Any] = [_constant(argument, parameters) for argument in expression.arguments[1:]]
    if any(constant is None for constant in constants):
        return None
    match expression.function, constants:
        case "ravel", []:
            picked = places
        case "index" | "index_axis", [place]:
            picked = places[place]
        case "index_axis", [place, axis]:
            picked = np.take(places, place, axis=axis)
        case "index_range", [start, stop]:
            picked = places[start:stop]
        case _:
            return None
    return np.asarray(picked).reshape(-1)


def _constant(expression: Expression, parameters: Mapping[str, Parameter]) -> int | Index | None:
    if isinstance(expression, Number) and isinstance(expression.value, int):
        return expression.value
    if isinstance(expression, Symbol) and expression.name in parameters and parameters[expression.name].integer:
        value: int | Index = parameters[expression.name].value
        return value
    return None
