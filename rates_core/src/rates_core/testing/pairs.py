"""A method that chooses its steps, so that a backend can be tried under one without any other distribution."""

from __future__ import annotations

from rates_core.plugins.specs import Option, SolverSpec
from rates_core.solvers.tableau import Tableau

BOGACKI_SHAMPINE = Tableau(
    name="pair",
    order=3,
    nodes=(0, 1 / 2, 3 / 4, 1),
    matrix=((), (1 / 2,), (0, 3 / 4), (2 / 9, 1 / 3, 4 / 9)),
    weights=(2 / 9, 1 / 3, 4 / 9, 0),
    error=(-5 / 72, 1 / 12, 1 / 9, -1 / 8),
    error_order=2,
    # Hermite's cubic: b_i (3θ² - 2θ³), and θ - 2θ² + θ³ and -θ² + θ³ of the derivatives at both ends
    dense=((1, -4 / 3, 5 / 9), (0, 1, -2 / 3), (0, 4 / 3, -8 / 9), (0, -1, 1)),
    references=("bogacki1989",),
)

PAIR = SolverSpec(
    name="pair",
    target="rates_core.testing.pairs:BOGACKI_SHAMPINE",
    kind="tableau",
    order=3,
    adaptive=True,
    delays=frozenset({"history"}),
    events=True,
    options=(
        Option("rtol", 1e-6, "relative tolerance"),
        Option("atol", 1e-9, "absolute tolerance"),
        Option("max_step", float("inf"), "longest step"),
        Option("first_step", None, "first step"),
    ),
    summary="Bogacki and Shampine's 3(2) pair",
)
