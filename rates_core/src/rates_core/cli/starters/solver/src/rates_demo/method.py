"""Kutta's method of third order, 1901, as its Butcher tableau.

A step from y at time t is `y + h*sum(b_i*k_i)` with `k_i = f(t + c_i*h, y + h*sum(a_ij*k_j))`.
"""

from __future__ import annotations

from rates_core.solvers.tableau import Tableau

TABLEAU = Tableau(
    name="demo",
    order=3,
    nodes=(0, 1 / 2, 1),  # c
    matrix=((), (1 / 2,), (-1, 2)),  # the rows of a
    weights=(1 / 6, 2 / 3, 1 / 6),  # b
    # Inside the step y(t + θ h) is y + h*sum(p_i(θ)*k_i), with p_i(1) = b_i; here p_1 = θ - 5/6 θ², ...
    dense=((1, -5 / 6), (0, 2 / 3), (0, 1 / 6)),
)
