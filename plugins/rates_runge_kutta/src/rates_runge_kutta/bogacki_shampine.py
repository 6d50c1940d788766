"""The pair of orders 3 and 2 of [bogacki1989].

With fixed steps only the three stages of the method of order 3 are computed; `DENSE` is a continuous extension of
order 2 over them. The pair adds the derivative at the new point, which is the first stage of the next step: to the
error, and to the cubic Hermite interpolant of order 3 in `HERMITE`.
"""

from __future__ import annotations

from fractions import Fraction

from rates_core.solvers.tableau import Tableau

NODES = (0, Fraction(1, 2), Fraction(3, 4))
MATRIX = ((), (Fraction(1, 2),), (0, Fraction(3, 4)))
WEIGHTS = (Fraction(2, 9), Fraction(1, 3), Fraction(4, 9))
LOWER_WEIGHTS = (Fraction(7, 24), Fraction(1, 4), Fraction(1, 3), Fraction(1, 8))
ERROR = (Fraction(-5, 72), Fraction(1, 12), Fraction(1, 9), Fraction(-1, 8))
DENSE = (
    (1, -1, Fraction(2, 9)),
    (0, 1, Fraction(-2, 3)),
    (0, 0, Fraction(4, 9)),
)
HERMITE = (
    (1, Fraction(-4, 3), Fraction(5, 9)),
    (0, 1, Fraction(-2, 3)),
    (0, Fraction(4, 3), Fraction(-8, 9)),
    (0, -1, 1),
)

TABLEAU = Tableau(
    name="bogacki_shampine",
    order=3,
    nodes=NODES,
    matrix=MATRIX,
    weights=WEIGHTS,
    dense=DENSE,
    references=("bogacki1989",),
)

PAIR = Tableau(
    name="bosh3",
    order=3,
    nodes=(*NODES, 1),
    matrix=(*MATRIX, WEIGHTS),
    weights=(*WEIGHTS, 0),
    error=ERROR,
    error_order=2,
    dense=HERMITE,
    references=("bogacki1989",),
)
