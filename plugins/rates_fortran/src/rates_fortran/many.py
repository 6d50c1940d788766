"""Print the loops over points around the loops over steps; points run on all threads.

What belongs to points has a last axis for them, of length 1 where they share one value.
"""

from __future__ import annotations

from attrs import evolve
from rates_core.programs.program import ProgramRequest

from rates_fortran.lines import INDENT
from rates_fortran.procedure import Argument, Procedure

STEPS = "0:max(samples, 1_long)*stride - 1"
POINTS = Argument(("points",), "points", "integer(long)", by_value=True)


SHARED = ("constant", "table", "draws")  # what points may have in common


def of_points(argument: Argument) -> list[Argument]:
    """Return the arguments that hold what an argument of one point is, for many."""
    if argument.by_value:
        return [argument]
    if argument.key[0] not in SHARED:
        return [evolve(argument, bounds=(*argument.bounds, "points"))]
    count = evolve(POINTS, key=(*argument.key, "points"), name=f"{argument.name}_points")
    bounds = (STEPS if bound == "0:*" else bound for bound in argument.bounds)
    return [count, evolve(argument, bounds=(*bounds, count.name))]


def at_point(argument: Argument) -> str:
    """Return what of an argument belongs to point q."""
    if argument.by_value:
        return argument.name
    return argument.entry(f"min(q, {argument.name}_points)" if argument.key[0] in SHARED else "q")


def loop_many(loop: Procedure, request: ProgramRequest) -> Procedure:
    """Return the procedure that runs fixed steps of many points."""
    given = {argument.key: at_point(argument) for argument in loop.arguments}
    body = ["!$omp parallel do schedule(dynamic)", "do q = 1, points", INDENT + loop.called(given), "end do"]
    arguments = [POINTS, *(many for argument in loop.arguments for many in of_points(argument))]
    return Procedure(
        "loop_many", ["Advance many points, each as `loop` does one."], arguments, [("integer(long)", "q")], body
    )
