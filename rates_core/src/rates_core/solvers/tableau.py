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

    The last stages may have the weight 0: they serve the error, or the interpolant alone. One of them is the derivative
    at the new point if it has the node 1 and the weights as its row of a; it is the first stage of the next step.

    Attributes:
        name: as users choose it.
        order: of the solution that is carried on.
        nodes: c, one per stage.
        matrix: the rows of a below the diagonal; the first is empty.
        weights: b, one per stage.
        error: weights of the embedded solution's difference `b - b̂`, one per stage, or None.
        coarse_error: those of a second embedded solution of lower order, or None; with the norms e and e' of both, the
            error is `e² / √(e² + 0.01 e'²)`, section II.10 of [hairer1993].
        error_order: order of the embedded solution; with two of them, one less than that of the error in h.
        dense: for each stage the coefficients of θ, θ², … in the interpolant `y(t + θ h) = y + h Σ p_i(θ) k_i`.
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
    coarse_error: Row | None = field(default=None, converter=optional(_row))

    @property
    def stages(self) -> int:
        """Return the number of stages, those for the error and the interpolant among them."""
        return len(self.weights)

    @property
    def advancing(self) -> int:
        """Return how many of the first stages make the step."""
        return _used(self.weights)

    @property
    def tried(self) -> int:
        """Return how many of the first stages make the step and its error."""
        return max(self.advancing, *(_used(row) for row in self.errors), 1)

    @property
    def errors(self) -> tuple[Row, ...]:
        """Return the weights of the errors that are estimated: of none, of one, or of a second, coarser one too."""
        return tuple(row for row in (self.error, self.coarse_error) if row is not None)

    @property
    def estimated_order(self) -> int:
        """Return the order k of the estimate of a pair: the error of a step is proportional to `h**(k + 1)`."""
        assert self.error_order is not None
        return min(self.order, self.error_order)

    @property
    def at_end(self) -> int | None:
        """Return which stage is the derivative at the new point, or None."""
        made = self.weights[: self.advancing]
        behind = range(self.advancing, self.stages)
        return next((number for number in behind if self.nodes[number] == 1 and self.row(number) == made), None)

    def row(self, stage: int) -> Row:
        """Return the row of a of a stage, without zeros at its end."""
        return self.matrix[stage][: _used(self.matrix[stage])]

    @property
    def distinct_nodes(self) -> Row:
        """Return the distinct abscissae, ascending."""
        return tuple(sorted(set(self.nodes)))

    @property
    def adaptive(self) -> bool:
        """Tell whether the method estimates its error."""
        return self.error is not None


def _used(row: Row) -> int:
    """Return the number of entries up to the last that is not 0."""
    return max((place + 1 for place, value in enumerate(row) if value), default=0)
