"""Print the loops over points around the loops over steps; points run on all threads.

What belongs to points has a last axis for them, of length 1 where they share one value.
"""

from __future__ import annotations

from attrs import evolve
from rates_core.programs.pair import Status
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
    summary = ["Advance many points, each as `loop` does one."]
    return Procedure("loop_many", summary, arguments, [("integer(long)", "q")], body).trimmed()


def pair_many(pair: Procedure) -> Procedure:
    """Return the procedure that takes steps of their own of many points through all of their spans."""
    own = {
        ("t",): "t(q)", ("y",): "y(:, q)", ("proposal",): "proposal(q)", ("goal",): "goals(span(q) + 1, s)",
        ("first",): "firsts(span(q) + 1, s)", ("last",): "lasts(span(q) + 1, s)", ("fresh",): "fresh(q)",
        ("wanted",): "passed - rows(q)", ("most",): "until - steps(q)", ("times",): "times(rows(q) + 1:passed)",
        ("status",): "status(q)", ("steps",): "taken", ("due",): "made",
    }  # fmt: skip
    given = {argument.key: own.get(argument.key) or _of_pair(argument) for argument in pair.arguments}
    body = [
        "!$omp parallel do schedule(dynamic) private(q, s, passed, taken, made)",
        "do place = 1, active",
        f"{INDENT}q = which(place) + 1",
        f"{INDENT}s = min(q, spans_points)",
        f"{INDENT}do",
        f"{INDENT * 2}passed = count(times <= goals(span(q) + 1, s))",
        f"{INDENT * 2}{pair.called(given)}",
        f"{INDENT * 2}steps(q) = steps(q) + taken",
        f"{INDENT * 2}rows(q) = rows(q) + made",
        f"{INDENT * 2}fresh(q) = 0",
        f"{INDENT * 2}if (status(q) /= {Status.DONE:d} .or. span(q) + 1 == counts(s)) exit",
        f"{INDENT * 2}span(q) = span(q) + 1",
        f"{INDENT * 2}fresh(q) = 1",
        f"{INDENT}end do",
        "end do",
    ]
    variables = [("integer(long)", name) for name in ("place", "q", "s", "passed", "taken", "made")]
    summary = ["Let some points go on, each as `pair` does one, through all of their spans."]
    return Procedure("pair_many", summary, _arguments_of_pairs(pair), variables, body).trimmed()


def _of_pair(argument: Argument) -> str:
    """Return what of an argument of the loop of one point belongs to point q."""
    if argument.key[0] == "column":
        return f"{argument.name}({':, ' * (len(argument.bounds) - 1)}rows(q) + 1:passed, q)"
    return argument.name if argument.key in EQUAL else at_point(argument)


EQUAL = {(name,) for name in ("rtol", "atol", "max_step", "given_step", "base", "interval")}  # for all points


def _arguments_of_pairs(pair: Procedure) -> list[Argument]:
    """Return the arguments of the loop over points."""
    counted = [
        evolve(POINTS, key=(name,), name=name) for name in ("active", "spans_points", "most_spans", "until", "wanted")
    ]
    travellers = [
        Argument((name,), name, "integer(long)", ("points",), "inout")
        for name in ("status", "span", "fresh", "steps", "rows")
    ]
    spans = [Argument((name,), name, bounds=("most_spans", "spans_points")) for name in ("goals", "firsts", "lasts")]
    others = [
        many
        for argument in pair.arguments
        if argument.key[0] in ("t", "y", "proposal", "p", "constant", "column", "table", "length")
        for many in of_points(argument)
    ]
    return [
        POINTS, *counted, Argument(("which",), "which", "integer(long)", ("active",)), *travellers,
        Argument(("counts",), "counts", "integer(long)", ("spans_points",)), *spans,
        *(argument for argument in pair.arguments if argument.key in EQUAL),
        Argument(("times",), "times", bounds=("wanted",)), *others,
    ]  # fmt: skip
