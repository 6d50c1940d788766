"""Butcher tableaus of explicit Runge-Kutta methods."""

from __future__ import annotations

from collections.abc import Iterable
from typing import SupportsFloat

from attrs import field, frozen
from attrs.converters import optional

Row = tuple[float, ...]


def _row(values: Iterable[SupportsFloat]) -> Row:
    return tuple(float(value) for value in values)


def _rows(rows: Iterable[Iterable[SupportsFloat]]) -> tuple[Row, ...]:
    return tuple(_row(row) for row in rows)


@frozen
class Tableau:
    """An explicit Runge-Kutta method: `k_i = f(t + c_i h, y + h Σ a_ij k_j)`, `y_new = y + h Σ b_i k_i`.

    Attributes:
        name: as users choose it.
        order: of the solution that is carried on.
        nodes: c, one per stage.
        matrix: the rows of a below the diagonal; the first is empty.
        weights: b, one per stage.
        error: weights of the embedded solution's difference `b - b̂` over the stages (and the derivative at the new
            point, if it has one entry more), or None.
        error_order: order of the embedded solution.
        dense: for each stage (and the derivative at the new point, if it has one entry more) the coefficients
            of θ, θ², … in the interpolant `y(t + θ h) = y + h Σ p_i(θ) k_i`.
        references: keys of `docs/references.bib`.
    """

    name: str
    order: int
    nodes: Row = field(converter=_row)
    matrix: tuple[Row, ...] = field(converter=_rows)
    weights: Row = field(converter=_row)
    error: Row | None = field(default=None, converter=optional(_row))
    error_order: int | None = None
    dense: tuple[Row, ...] | None = field(default=None, converter=optional(_rows))
    references: tuple[str, ...] = ()

    @property
    def stages(self) -> int:
        """Return the number of evaluations per step."""
        return len(self.weights)

    @property
    def distinct_nodes(self) -> Row:
        """Return the distinct abscissae, ascending."""
        return tuple(sorted(set(self.nodes)))

    @property
    def adaptive(self) -> bool:
        """Tell whether the method estimates its error."""
        return self.error is not None
