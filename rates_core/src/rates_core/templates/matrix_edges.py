"""Edges from a matrix, added to a circuit in place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from rates_core.errors import ArgumentError, TemplateError, shown, warn
from rates_core.paths import EDGE_ATTRIBUTES
from rates_core.templates.array import Array
from rates_core.templates.connectivity import to_matrix
from rates_core.templates.edges import EdgeMatrix, Edges
from rates_core.templates.forms import items, mapping, text
from rates_core.templates.kept_edges import kept_overrides
from rates_core.templates.mapping import FrozenMapping
from rates_core.templates.members import check_edges
from rates_core.templates.queries import node_paths
from rates_core.templates.sparse import SparseMatrix
from rates_core.templates.updates import check_open
from rates_core.templates.value import shape_of, to_number

LEAST_WEIGHT = 1e-6  # unless another one is given

if TYPE_CHECKING:
    from rates_core.templates.circuit import CircuitTemplate


def record_matrix(
    circuit: CircuitTemplate,
    variables: tuple[str, str],
    nodes: tuple[str | Iterable[str], str | Iterable[str]],
    weight: Any,
    template: Any,
    edge_attr: Mapping[str, Any] | None,
    min_weight: float,
) -> None:
    """Add the edges of a matrix to a circuit, in place.

    Raises:
        UnknownNameError: a node, a variable or an attribute does not exist.
        TemplateError: a shape does not fit, a value is not finite, or the circuit is part of another one.
    """
    check_open(circuit)
    attributes = mapping(edge_attr, "'edge_attr'")
    if "weight" in attributes:
        raise TemplateError("The weights of edges from a matrix are its entries; 'edge_attr' holds no weight.")
    sources, targets = (_node_list(circuit, given) for given in nodes)
    source_var, target_var = (text(variable, "A variable 'op/var' of edges from a matrix") for variable in variables)
    matrix = EdgeMatrix(
        source_var,
        target_var,
        sources,
        targets,
        _entries(weight, _threshold(min_weight)),
        template,
        attributes.get("delay"),
        attributes.get("spread"),
        FrozenMapping((name, value) for name, value in attributes.items() if name not in EDGE_ATTRIBUTES),
    )
    added = Edges((), (matrix,))
    check_edges(circuit, added)
    kept = list(kept_overrides(circuit, added))
    edges = Edges(circuit.edges.single, (*circuit.edges.matrices, matrix))
    object.__setattr__(circuit, "edges", edges)  # one of the two changes in place that programs rely on
    circuit.overrides.edge_vars[:] = kept


def _threshold(given: Any) -> float:
    try:
        number = to_number(given)
    except ArgumentError as error:
        raise TemplateError(f"min_weight: {error}") from None
    if isinstance(number, complex):
        raise TemplateError(f"min_weight must be real; it is {shown(given)}.")
    return number


def _node_list(circuit: CircuitTemplate, given: str | Iterable[str]) -> tuple[str, ...]:
    if isinstance(given, str):
        return tuple(node_paths(circuit, given, None))
    return tuple(text(path, "The path of a node") for path in items(given, "The nodes of edges from a matrix"))


def _warn_of_small(values: Any, min_weight: float) -> None:
    """Say how many weights make no edge, unless they are small beside others or somebody has said what is too small."""
    left = values[(values != 0) & (abs(values) < min_weight)]
    if left.size and min_weight == LEAST_WEIGHT and abs(left).max() > LEAST_WEIGHT * abs(values).max():
        warn(
            f"{left.size} of {int((values != 0).sum())} weights are smaller than min_weight = {min_weight!r} and make "
            f"no edge; the largest of them is {float(abs(left).max())!r}. Give min_weight=0 to keep them."
        )


def _entries(weight: Any, min_weight: float) -> SparseMatrix:
    """Return the entries of a matrix that are at least `min_weight` in size."""
    matrix = to_matrix(weight, "weight")
    if isinstance(matrix, Array) and len(matrix.shape) == 2:
        _warn_of_small(matrix.values, min_weight)
        return SparseMatrix.from_dense(matrix.values, abs(matrix.values) >= min_weight)
    if isinstance(matrix, SparseMatrix):
        _warn_of_small(matrix.values.values, min_weight)
        return matrix.only(abs(matrix.values.values) >= min_weight)
    raise TemplateError(f"weight has the shape {shape_of(matrix)}; give a 2-D matrix [target, source].")
