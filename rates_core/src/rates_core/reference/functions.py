"""Functions of the language on Python numbers and, as an axis, on lists of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Union

from rates_core.errors import EquationError, TemplateError
from rates_core.reference.complexes import COMPLEX
from rates_core.reference.real import REAL

Scalar = float | complex
Value = Union[Scalar, "list[Value]"]


def apply(name: str, arguments: Sequence[Value]) -> Value:
    """Return the value of a function.

    Raises:
        EquationError: a real function gets a complex number, axes do not fit, or an index is outside of its axis.
    """
    if name in AXIS:
        return AXIS[name](*arguments)
    return _elementwise(name, arguments)


def _elementwise(name: str, arguments: Sequence[Value]) -> Value:
    lengths = {len(argument) for argument in arguments if isinstance(argument, list)}
    if not lengths:
        return _scalar(name, [argument for argument in arguments if not isinstance(argument, list)])
    if len(lengths) > 1:
        found = " and ".join(map(str, sorted(lengths)))
        raise EquationError(f"Axes of length {found} meet in '{name}'.")
    (length,) = lengths
    rows = [argument if isinstance(argument, list) else [argument] * length for argument in arguments]
    return [_elementwise(name, row) for row in zip(*rows, strict=True)]


def _scalar(name: str, arguments: Sequence[Scalar]) -> Scalar:
    if not any(isinstance(argument, complex) for argument in arguments):
        return REAL[name](*arguments)
    if name not in COMPLEX:
        raise EquationError(f"'{name}' is defined for real numbers only and got a complex one.")
    return COMPLEX[name](*arguments)


def _vector(value: Value) -> list[Value]:
    """Return a value as an axis; a number is an axis of one."""
    return value if isinstance(value, list) else [value]


def _fold(name: str, values: Sequence[Value]) -> Value:
    """Return values combined one after the other by a function of two arguments."""
    total = values[0]
    for value in values[1:]:
        total = _elementwise(name, (total, value))
    return total


def vsum(x: Value) -> Value:
    """Return the sum over the axis."""
    return _fold("add", _vector(x))


def mean(x: Value) -> Value:
    """Return the mean over the axis."""
    return _elementwise("divide", (vsum(x), float(len(_vector(x)))))


def maxi(x: Value) -> Value:
    """Return the largest element of the axis; NaN if one is NaN."""
    return _fold("max", _vector(x))


def mini(x: Value) -> Value:
    """Return the smallest element of the axis; NaN if one is NaN."""
    return _fold("min", _vector(x))


def matvec(matrix: Value, x: Value) -> Value:
    """Return the product of a matrix and a vector."""
    return [_inner(row, x) for row in _vector(matrix)]


def _inner(row: Value, x: Value) -> Value:
    if len(_vector(row)) != len(_vector(x)):
        raise EquationError(f"A row of {len(_vector(row))} meets a vector of {len(_vector(x))}.")
    return vsum([_elementwise("multiply", pair) for pair in zip(_vector(row), _vector(x), strict=True)])


def matmul(a: Value, b: Value) -> Value:
    """Return the product of two matrices, of a matrix and a vector, or of two vectors."""
    if not _is_matrix(b):
        return matvec(a, b) if _is_matrix(a) else _inner(a, b)
    columns: list[Value] = [list(column) for column in zip(*map(_vector, _vector(b)), strict=True)]
    if not _is_matrix(a):
        return [_inner(a, column) for column in columns]
    return [[_inner(row, column) for column in columns] for row in _vector(a)]


def _is_matrix(value: Value) -> bool:
    return isinstance(value, list) and all(isinstance(row, list) for row in value)


def index(x: Value, i: Value) -> Value:
    """Return element i of the axis, counted from 0; for a list of indices, the list of those elements."""
    if isinstance(i, list):
        return [index(x, entry) for entry in i]
    return _vector(x)[_position(i, len(_vector(x)))]


def index_range(x: Value, start: Value, stop: Value) -> Value:
    """Return elements start, ..., stop - 1 of the axis."""
    length = len(_vector(x)) + 1
    return _vector(x)[_position(start, length) : _position(stop, length)]


def index_axis(x: Value, i: Value, axis: Value = 0.0) -> Value:
    """Return elements i of x along an axis."""
    if _position(axis, 2) == 0:
        return index(x, i)
    return [index(row, i) for row in _vector(x)]


def _position(i: Value, length: int) -> int:
    if isinstance(i, (list, complex)) or i != i or i != int(i) or not 0 <= i < length:
        raise EquationError(f"An index is a whole number from 0 to {length - 1}, not {i!r}.")
    return int(i)


def axis(*elements: Value) -> Value:
    """Return elements as an axis: how the units of a population meet `mean` and its like."""
    return list(elements)


def shaped(value: Value, length: int | None, is_complex: bool = False) -> Value:
    """Return a value on an axis of the declared length, complex if it is declared so.

    Raises:
        TemplateError: it has another length.
    """
    if isinstance(value, list):
        if length is not None and len(value) != length:
            raise TemplateError(f"{len(value)} values were given to a variable of length {length}.")
        return [shaped(entry, None, is_complex) for entry in value]
    number: Value = complex(value) if is_complex else value
    return number if length is None else [number] * length


AXIS: Mapping[str, Callable[..., Value]] = MappingProxyType({
    "vsum": vsum, "mean": mean, "maxi": maxi, "mini": mini, "matvec": matvec, "matmul": matmul,
    "index": index, "index_range": index_range, "index_axis": index_axis,
    "axis": axis,
})  # fmt: skip
