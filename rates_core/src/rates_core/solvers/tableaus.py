"""The three methods that core brings."""

from __future__ import annotations

from rates_core.solvers.tableau import Tableau

EULER = Tableau(
    name="euler",
    order=1,
    nodes=(0,),
    matrix=((),),
    weights=(1,),
    dense=((1,),),
    references=("hairer1993",),
)

HEUN = Tableau(
    name="heun",
    order=2,
    nodes=(0, 1),
    matrix=((), (1,)),
    weights=(1 / 2, 1 / 2),
    dense=((1, -1 / 2), (0, 1 / 2)),
    references=("hairer1993",),
)

RK4 = Tableau(
    name="rk4",
    order=4,
    nodes=(0, 1 / 2, 1 / 2, 1),
    matrix=((), (1 / 2,), (0, 1 / 2), (0, 0, 1)),
    weights=(1 / 6, 1 / 3, 1 / 3, 1 / 6),
    dense=((1, -3 / 2, 2 / 3), (0, 1, -2 / 3), (0, 1, -2 / 3), (0, -1 / 2, 2 / 3)),
    references=("hairer1993",),
)
