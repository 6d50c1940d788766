"""Products of matrices and vectors, and projections, as sums of products of single entries."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import frozen

from rates_core.expressions.tree import Expression, Symbol
from rates_core.system.linearisation.entries import Algebra, Index, size_of
from rates_core.system.system import Parameter, Project


@frozen(eq=False)
class Product:
    """`z[rows[k]] += left[left_places[k]] * right[right_places[k]]`, matrices being read row by row."""

    rows: Index
    left: Expression
    left_places: Index
    right: Expression
    right_places: Index


def product_of(left: Expression, right: Expression, algebra: Algebra) -> Product:
    """Return the matrix product of two expressions, of which each is a vector or a matrix."""
    shapes = algebra.shape(left), algebra.shape(right)
    first, last = (np.arange(size_of(shape)).reshape(shape) for shape in shapes)
    first, last = np.atleast_2d(first), last if last.ndim == 2 else last[:, None]
    height, length, width = first.shape[0], first.shape[1], last.shape[1]
    size = height, width, length
    return Product(
        np.repeat(np.arange(height * width), length),
        left,
        np.broadcast_to(first[:, None, :], size).reshape(-1),
        right,
        np.broadcast_to(last.T[None, :, :], size).reshape(-1),
    )


def project_product(statement: Project, algebra: Algebra, parameters: Mapping[str, Parameter]) -> Product:
    """Return a projection."""
    count, size = size_of(statement.shape), algebra.count(statement.source)
    weights, source = Symbol(statement.weights), Symbol(statement.source)
    match statement.form:
        case "dense":
            rows, columns = np.repeat(np.arange(count), size), np.tile(np.arange(size), count)
        case "uniform":
            rows, columns = np.zeros(size, dtype=int), np.arange(size)
        case "indexed":
            rows, columns = np.arange(count), _values(statement.index, parameters, count)
        case "sparse":
            rows = _values(statement.rows, parameters, 0)
            columns = _values(statement.index, parameters, len(rows))
    if not algebra.shapes[statement.source]:
        columns = np.zeros_like(rows)
    places = np.arange(len(rows)) if algebra.shapes[statement.weights] else np.zeros_like(rows)
    return Product(rows, weights, places, source, columns)


def _values(path: str | None, parameters: Mapping[str, Parameter], count: int) -> Index:
    return np.arange(count) if path is None else np.asarray(parameters[path].value)
