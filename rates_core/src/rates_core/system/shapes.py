"""Shapes of expressions: `()` for a number, `(n,)` for an axis, `(m, n)` for a matrix parameter."""

from __future__ import annotations

from collections.abc import Mapping

from rates_core.errors import EquationError
from rates_core.expressions.functions import FUNCTIONS, INTERNAL
from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Apply, Expression, Number, Symbol

Shape = tuple[int, ...]


def shape_of(expression: Expression, shapes: Mapping[str, Shape]) -> Shape:
    """Return the shape of an expression, given those of its symbols.

    Raises:
        EquationError: axes of different length meet.
    """
    if isinstance(expression, Symbol):
        return shapes[expression.name]
    if not isinstance(expression, Apply):
        return ()
    parts = [shape_of(argument, shapes) for argument in expression.arguments]
    special = _SPECIAL.get(expression.function)
    if special is not None:
        return special(expression, parts)
    definition = FUNCTIONS.get(expression.function) or INTERNAL[expression.function]
    if definition.kind == "reduction":
        return ()
    return _broadcast(expression, parts)


def _broadcast(expression: Expression, parts: list[Shape]) -> Shape:
    result: Shape = ()
    for part in parts:
        if part and result and part != result:
            raise EquationError(
                f"Axes of length {result} and {part} meet in '{to_text(expression)}'. "
                "Reduce one with vsum or mean, or pick elements with index."
            )
        result = part or result
    return result


def _matvec(expression: Apply, parts: list[Shape]) -> Shape:
    matrix, vector = parts[0], parts[1]
    if len(matrix) != 2 or len(vector) != 1 or matrix[1] != vector[0]:
        raise EquationError(
            f"'{to_text(expression)}' needs a matrix [m, n] and a vector [n]; it got shapes {matrix} and {vector}."
        )
    return (matrix[0],)


def _matmul(expression: Apply, parts: list[Shape]) -> Shape:
    left, right = parts[0], parts[1]
    if not left or not right or left[-1] != right[0]:
        raise EquationError(f"'{to_text(expression)}' cannot multiply shapes {left} and {right}.")
    return left[:-1] + right[1:]


def _index(expression: Apply, parts: list[Shape]) -> Shape:
    if not parts[0]:
        raise EquationError(f"'{to_text(expression)}' takes an element of a number; it needs a vector or matrix.")
    return (parts[1] if len(parts) > 1 else ()) + parts[0][1:]


def _index_range(expression: Apply, parts: list[Shape]) -> Shape:
    bounds = expression.arguments[1:]
    numbers = [bound.value for bound in bounds if isinstance(bound, Number) and isinstance(bound.value, int)]
    if not parts[0] or len(numbers) != 2:
        raise EquationError(f"'{to_text(expression)}' needs a vector and two integer bounds written as numbers.")
    start, stop, _ = slice(*numbers).indices(parts[0][0])
    return (max(0, stop - start), *parts[0][1:])


def _index_axis(expression: Apply, parts: list[Shape]) -> Shape:
    axis = expression.arguments[2] if len(expression.arguments) > 2 else Number(0)
    if not parts[0] or not isinstance(axis, Number) or axis.value not in range(len(parts[0])):
        raise EquationError(f"'{to_text(expression)}' needs an array, an index and an axis written as a number.")
    position = int(axis.value.real)
    return parts[0][:position] + parts[1] + parts[0][position + 1 :]


def _concatenate(expression: Apply, parts: list[Shape]) -> Shape:
    return (sum(part[0] if part else 1 for part in parts),)


def _ravel(expression: Apply, parts: list[Shape]) -> Shape:
    length = 1
    for size in parts[0]:
        length *= size
    return (length,)


_SPECIAL = {
    "ravel": _ravel,
    "concatenate": _concatenate,
    "matvec": _matvec,
    "matmul": _matmul,
    "index": _index,
    "index_range": _index_range,
    "index_axis": _index_axis,
}
