"""Explicit Runge-Kutta methods, written down once more for the interpreter."""

from __future__ import annotations

from typing import Protocol

from attrs import frozen


class ExplicitMethod(Protocol):
    """What the interpreter needs to know of a method; any object with these attributes will do."""

    @property
    def order(self) -> int:
        """Return the order of the method."""

    @property
    def nodes(self) -> tuple[float, ...]:
        """Return c: when in the step each stage is."""

    @property
    def matrix(self) -> tuple[tuple[float, ...], ...]:
        """Return the rows of a: what each stage adds of the slopes of earlier ones."""

    @property
    def weights(self) -> tuple[float, ...]:
        """Return b: what the step adds of each slope."""

    @property
    def dense(self) -> tuple[tuple[float, ...], ...] | None:
        """Return per slope the factors of θ, θ², … in what a part θ of the step adds of it, or None."""


@frozen
class Tableau:
    """A Butcher tableau with the order of its method and its continuous extension."""

    order: int
    nodes: tuple[float, ...]
    matrix: tuple[tuple[float, ...], ...]
    weights: tuple[float, ...]
    dense: tuple[tuple[float, ...], ...] | None = None


EULER = Tableau(1, (0.0,), ((),), (1.0,), ((1.0,),))
HEUN = Tableau(2, (0.0, 1.0), ((), (1.0,)), (0.5, 0.5), ((1.0, -0.5), (0.0, 0.5)))
RK4 = Tableau(
    4,
    (0.0, 0.5, 0.5, 1.0),
    ((), (0.5,), (0.0, 0.5), (0.0, 0.0, 1.0)),
    (1 / 6, 1 / 3, 1 / 3, 1 / 6),
    ((1.0, -3 / 2, 2 / 3), (0.0, 1.0, -2 / 3), (0.0, 1.0, -2 / 3), (0.0, -1 / 2, 2 / 3)),
)
