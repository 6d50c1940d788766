"""The pair of orders 5 and 4 of [dormand1980], table 5.2 in section II.5 of [hairer1993].

With fixed steps only the six stages of the method of order 5 are computed; `DENSE` is the only continuous extension of
order 4 over them. The pair adds the derivative at the new point, which is the first stage of the next step: to the
error, and to the smooth interpolant of order 4 in `SMOOTH`, from [shampine1986].
"""

from __future__ import annotations

from fractions import Fraction

from rates_core.solvers.tableau import Tableau

NODES = (0, Fraction(1, 5), Fraction(3, 10), Fraction(4, 5), Fraction(8, 9), 1)
MATRIX = (
    (),
    (Fraction(1, 5),),
    (Fraction(3, 40), Fraction(9, 40)),
    (Fraction(44, 45), Fraction(-56, 15), Fraction(32, 9)),
    (Fraction(19372, 6561), Fraction(-25360, 2187), Fraction(64448, 6561), Fraction(-212, 729)),
    (Fraction(9017, 3168), Fraction(-355, 33), Fraction(46732, 5247), Fraction(49, 176), Fraction(-5103, 18656)),
)
WEIGHTS = (Fraction(35, 384), 0, Fraction(500, 1113), Fraction(125, 192), Fraction(-2187, 6784), Fraction(11, 84))
LOWER_WEIGHTS = (
    Fraction(5179, 57600),
    0,
    Fraction(7571, 16695),
    Fraction(393, 640),
    Fraction(-92097, 339200),
    Fraction(187, 2100),
    Fraction(1, 40),
)
ERROR = (
    Fraction(71, 57600),
    0,
    Fraction(-71, 16695),
    Fraction(71, 1920),
    Fraction(-17253, 339200),
    Fraction(22, 525),
    Fraction(-1, 40),
)
DENSE = (
    (1, Fraction(-1337, 480), Fraction(1039, 360), Fraction(-1163, 1152)),
    (0, 0, 0, 0),
    (0, Fraction(4216, 1113), Fraction(-18728, 3339), Fraction(7580, 3339)),
    (0, Fraction(-27, 16), Fraction(9, 2), Fraction(-415, 192)),
    (0, Fraction(-2187, 8480), Fraction(2673, 2120), Fraction(-8991, 6784)),
    (0, Fraction(33, 35), Fraction(-319, 105), Fraction(187, 84)),
)
SMOOTH = (
    (1, Fraction(-8048581381, 2820520608), Fraction(8663915743, 2820520608), Fraction(-12715105075, 11282082432)),
    (0, 0, 0, 0),
    (0, Fraction(131558114200, 32700410799), Fraction(-68118460800, 10900136933), Fraction(87487479700, 32700410799)),
    (0, Fraction(-1754552775, 470086768), Fraction(14199869525, 1410260304), Fraction(-10690763975, 1880347072)),
    (
        0,
        Fraction(127303824393, 49829197408),
        Fraction(-318862633887, 49829197408),
        Fraction(701980252875, 199316789632),
    ),
    (0, Fraction(-282668133, 205662961), Fraction(2019193451, 616988883), Fraction(-1453857185, 822651844)),
    (0, Fraction(40617522, 29380423), Fraction(-110615467, 29380423), Fraction(69997945, 29380423)),
)

TABLEAU = Tableau(
    name="dormand_prince",
    order=5,
    nodes=NODES,
    matrix=MATRIX,
    weights=WEIGHTS,
    dense=DENSE,
    references=("dormand1980",),
)

PAIR = Tableau(
    name="dopri5",
    order=5,
    nodes=(*NODES, 1),
    matrix=(*MATRIX, WEIGHTS),
    weights=(*WEIGHTS, 0),
    error=ERROR,
    error_order=4,
    dense=SMOOTH,
    references=("dormand1980", "shampine1986"),
)
