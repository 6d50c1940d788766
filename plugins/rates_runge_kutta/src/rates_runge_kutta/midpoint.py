"""The explicit midpoint method: Runge (1895), (1.4) in section II.1 of [hairer1993].

Its continuous extension is the polynomial of order 2 over both stages.
"""

from __future__ import annotations

from fractions import Fraction

from rates_core.solvers.tableau import Tableau

NODES = (0, Fraction(1, 2))
MATRIX = ((), (Fraction(1, 2),))
WEIGHTS = (0, 1)
DENSE = ((1, -1), (0, 1))

TABLEAU = Tableau(
    name="midpoint",
    order=2,
    nodes=NODES,
    matrix=MATRIX,
    weights=WEIGHTS,
    dense=DENSE,
    references=("hairer1993",),
)
