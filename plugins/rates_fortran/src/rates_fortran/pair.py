"""Print the loop of an embedded pair: steps, their control, rows between them.

The control is that of `rates_core.solvers.step_control`: section II.4 of [hairer1993].
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve
from rates_core.programs.elementwise.given import Key
from rates_core.programs.increments import polynomial
from rates_core.programs.pair import Status
from rates_core.programs.program import ProgramRequest
from rates_core.solvers.step_control import (
    LARGEST_FACTOR,
    MOST_REJECTIONS,
    SAFETY,
    SMALLEST_FACTOR,
    SMALLEST_STEP,
    growth_power,
)

from rates_fortran.body import axes, derivative, recording, state_argument
from rates_fortran.layout import FortranLayout
from rates_fortran.lines import INDENT
from rates_fortran.loop import increment, weighted
from rates_fortran.printer import SYNTAX
from rates_fortran.procedure import Argument, Procedure, merged
from rates_fortran.trail import PastText

CONTROL = tuple(Argument((name,), name, by_value=True) for name in ("goal", "first", "last", "max_step", "given_step"))
FRESH = Argument(("fresh",), "fresh", "integer(long)", by_value=True)
COUNTS = tuple(Argument((name,), name, "integer(long)", by_value=True) for name in ("wanted", "most"))
RESULTS = tuple(Argument((name,), name, "integer(long)", intent="out") for name in ("status", "steps", "due"))
GRID = tuple(Argument((name,), name, by_value=True) for name in ("base", "interval"))


class Pair:
    """The loop of one embedded pair over one System."""

    def __init__(self, request: ProgramRequest, layout: FortranLayout) -> None:
        assert request.pair is not None
        self.request, self.system, self.tableau, self.layout = request, request.system, request.pair, layout
        self.width = self.system.width
        self.power = growth_power(self.tableau.estimated_order)
        self.field = derivative(layout)
        self.observe = recording(layout, "observe", "observe", "What is recorded.")
        self.past = PastText(layout)
        called = [self.field, self.observe, *self.past.called]
        self.inputs = [
            item
            for item in self.system.inputs
            if any(argument.key == ("input", item.path) for procedure in called for argument in procedure.arguments)
        ]
        self.kept = merged(*([a for a in p.arguments if a.key[0] in ("p", "constant")] for p in called))
        if self.tableau.coarse_error is not None:
            layout.used.add("damped")
        layout.used |= {"sampled_all" if item.shape else "sampled" for item in self.inputs}

    def procedure(self) -> Procedure:
        """Return the loop."""
        summary = [
            f"Advance y towards goal by up to `most` steps of {self.tableau.name}; keep rows at times passed.",
            "",
            "status tells how it ended, t and y where, proposal the size of the next step, due the number of rows.",
        ]
        return Procedure("pair", summary, self.arguments(), self._variables(), self._body()).trimmed()

    def arguments(self) -> list[Argument]:
        """Return the arguments of the loop."""
        columns = [
            evolve(a, key=("column", a.key[1]), name=self._column(a), bounds=(*a.bounds, "wanted"), intent="inout")
            for a in self.observe.arguments
            if a.key[0] == "result"
        ]
        tables: list[Argument] = []
        for item in self.inputs:
            name, count = self.layout.own(item.path, "{}_at"), self.layout.own(item.path, "{}_length")
            tables.append(Argument(("length", item.path), count, "integer(long)", by_value=True))
            tables.append(Argument(("table", item.path), name, bounds=(*axes(item.shape), count)))
        tolerances = [Argument((name,), name, bounds=(f"{self.width}",)) for name in ("rtol", "atol")]
        return [
            Argument(("t",), "t", intent="inout"), state_argument(self.width, intent="inout"),
            Argument(("proposal",), "proposal", intent="inout"), *CONTROL, FRESH, *tolerances, *COUNTS,
            Argument(("times",), "times", bounds=("wanted",)), *RESULTS, *self.kept, *columns,
            *((*tables, *GRID) if tables else ()), *self.past.arguments(),
        ]  # fmt: skip

    def _column(self, argument: Argument) -> str:
        return self.layout.own(self.request.recorded[argument.key[1]], "{}_rows")

    def _variables(self) -> list[tuple[str, str]]:
        vectors = [*(f"k{stage + 1}" for stage in range(self.tableau.stages)), "moved", "new", "tolerated"]
        numbers = [
            "now", "h", "stop_time", "smallest", "wanted_step", "error", "coarse", "growth", "level", "steep", "small",
            "longest", "theta",
        ]  # fmt: skip
        found = [("real(dp)", f"{name}({self.width})") for name in vectors]
        found += [("real(dp)", name) for name in numbers]
        found += [
            ("real(dp)", f"{self._now(item.path)}{f'({item.shape[0]})' if item.shape else ''}") for item in self.inputs
        ]
        return [*found, ("integer", "rejections"), *self.past.variables()]

    def _now(self, path: str) -> str:
        return self.layout.own(path, "{}_now")

    def _at(self, time: str, bounded: bool = True) -> list[str]:
        """Return the lines that name a time `now`, and the inputs and past values of that time."""
        lines = [f"now = min(max({time}, first), last)" if bounded else f"now = {time}"]
        for item in self.inputs:
            table, count = self.layout.own(item.path, "{}_at"), self.layout.own(item.path, "{}_length")
            place = "now/interval - base"
            if item.shape:
                lines.append(f"call sampled_all({self._now(item.path)}, {table}, {item.shape[0]}, {count}, {place})")
            else:
                lines.append(f"{self._now(item.path)} = sampled({table}, 1, 1, {count}, {place})")
        return [*lines, *self.past.read("now")]

    def _given(self, state: str) -> dict[Key, str]:
        given: dict[Key, str] = {("t",): "now", ("y",): state}
        given |= {("input", item.path): self._now(item.path) for item in self.inputs}
        return given | self.past.values

    def _slope(self, time: str, state: str, target: str) -> list[str]:
        return [*self._at(time), self.field.called(self._given(state) | {("dy",): target})]

    def _observed(self, state: str) -> list[str]:
        given = self._given(state)
        for argument in self.observe.arguments:
            if argument.key[0] == "result":
                given[argument.key] = evolve(argument, name=self._column(argument)).entry("due + 1")
        return [*self._at("times(due + 1)", bounded=False), self.observe.called(given), "due = due + 1"]

    def _stages(self, first: int, last: int) -> list[str]:
        """Return the lines of stages from a first one to the one before a last one."""
        lines = []
        for stage in range(first, last):
            if stage == self.tableau.at_end:
                lines += self._slope("stop_time", "new", f"k{stage + 1}")
                continue
            lines.append(f"moved = y{increment(self.tableau.matrix[stage])}")
            lines += self._slope(f"t + {self.tableau.nodes[stage]!r}_dp*h", "moved", f"k{stage + 1}")
        return lines

    def _body(self) -> list[str]:
        stopped = Status.BAD_DERIVATIVE
        return [
            "steps = 0",
            "due = 0",
            "do while (due < wanted)",
            f"{INDENT}if (times(due + 1) > t) exit",
            *_inner(self._observed("y")),
            "end do",
            *self._slope("t", "y", "k1"),
            "if (.not. all(abs(k1) <= huge(t))) then",
            f"{INDENT}status = {stopped:d}",
            f"{INDENT}return",
            "end if",
            "if (fresh /= 0) then",
            *_inner(self._begun()),
            "end if",
            f"status = {Status.DONE:d}",
            "do while (t < goal)",
            *_inner(self._one_step()),
            "end do",
        ]

    def _begun(self) -> list[str]:
        """Return the lines that choose the first step of a span: its error is a hundredth of what is tolerated."""
        chosen = [
            "if (proposal /= proposal) then",
            f"{INDENT}proposal = growth",
            "else",
            f"{INDENT}proposal = min(proposal, {LARGEST_FACTOR!r}_dp*growth)",
            "end if",
        ]
        if not self.width:
            return ["longest = min(goal - t, max_step)", "growth = longest", *chosen]
        return [
            "longest = min(goal - t, max_step)",
            "if (proposal /= proposal .and. given_step == given_step) then",
            f"{INDENT}proposal = given_step",
            "else",
            *_inner([
                "tolerated = atol + abs(y)*rtol",
                f"level = sqrt(sum((y/tolerated)**2)/{self.width})",
                f"steep = sqrt(sum((k1/tolerated)**2)/{self.width})",
                "small = 1e-6_dp",
                "if (level >= 1e-5_dp .and. steep >= 1e-5_dp) small = 0.01_dp*level/steep",
                "small = min(small, longest)",
                "moved = y + small*k1",
                *self._slope("t + small", "moved", "new"),
                f"growth = sqrt(sum(((new - k1)/tolerated)**2)/{self.width})/small",
                "if (growth <= huge(growth)) then",
                f"{INDENT}steep = max(steep, growth)",
                f"{INDENT}growth = max(1e-6_dp, small*1e-3_dp)",
                f"{INDENT}if (steep > 1e-15_dp) growth = (0.01_dp/steep)**{self.power!r}_dp",
                f"{INDENT}growth = min(100*small, growth, longest)",
                "else",
                f"{INDENT}growth = small",
                "end if",
                *chosen,
            ]),
            "end if",
        ]  # fmt: skip

    def _one_step(self) -> list[str]:
        at_end, tableau = self.tableau.at_end, self.tableau
        late = at_end is not None and at_end >= tableau.tried
        following = self._slope("t", "y", "k1") if at_end is None else [f"k1 = k{at_end + 1}"]
        return [
            f"if (steps == most{self.past.full}) then",
            f"{INDENT}status = {Status.MORE:d}",
            f"{INDENT}return",
            "end if",
            f"smallest = {SMALLEST_STEP}*spacing(t)",
            "wanted_step = max(min(proposal, max_step), smallest)",
            "rejections = 0",
            "error = 0",
            "do",
            *_inner(self._attempt()),
            "end do",
            "if (rejections > 0) then",
            f"{INDENT}proposal = h*min(1.0_dp, growth)",
            "else",
            f"{INDENT}proposal = max(merge(wanted_step, 0.0_dp, stop_time == goal), h*growth)",
            "end if",
            *(self._slope("stop_time", "new", f"k{tableau.at_end + 1}") if late and at_end is not None else ()),  # type: ignore[operator]
            *self._rows(),
            "y = new",
            "t = stop_time",
            "steps = steps + 1",
            "if (t < goal) then",
            *_inner(following),
            f"{INDENT}if (.not. all(abs(k1) <= huge(t))) then",
            f"{INDENT * 2}status = {Status.BAD_DERIVATIVE:d}",
            f"{INDENT * 2}return",
            f"{INDENT}end if",
            "end if",
        ]

    def _attempt(self) -> list[str]:
        """Return the lines that try a step and leave the loop if its error is tolerated."""
        tableau = self.tableau
        norms = [
            f"{name} = sqrt(sum((h*({weighted(row)})/tolerated)**2)/{self.width})" if self.width else f"{name} = 0"
            for name, row in zip(("error", "coarse"), self.tableau.errors, strict=False)
        ]
        return [
            f"if (wanted_step < smallest .or. rejections == {MOST_REJECTIONS}) then",
            f"{INDENT}status = merge({Status.UNDEFINED:d}, {Status.TOO_SMALL:d}, error /= error)",
            f"{INDENT}return",
            "end if",
            "stop_time = min(t + wanted_step, goal)",
            "h = stop_time - t",
            *self._stages(1, tableau.advancing),
            f"new = y{increment(tableau.weights)}",
            *self._stages(tableau.advancing, tableau.tried),
            "tolerated = atol + max(abs(y), abs(new))*rtol",
            *norms,
            *(["error = damped(error, coarse)"] if tableau.coarse_error is not None else []),
            "if (error == 0) then",
            f"{INDENT}growth = {LARGEST_FACTOR!r}_dp",
            "else if (error > 0) then",
            f"{INDENT}growth = {SAFETY!r}_dp*error**({-self.power!r}_dp)",
            f"{INDENT}growth = min({LARGEST_FACTOR!r}_dp, max({SMALLEST_FACTOR!r}_dp, growth))",
            "else",
            f"{INDENT}growth = {SMALLEST_FACTOR!r}_dp",
            "end if",
            "if (error < 1) exit",
            "wanted_step = h*growth",
            "rejections = rejections + 1",
        ]

    def _rows(self) -> list[str]:
        """Return the lines that record at wanted times within an accepted step."""
        return [
            *self._interpolating(),
            *self.past.keep(self._between(), self._at, self._given),
            "do while (due < wanted)",
            f"{INDENT}if (times(due + 1) > stop_time) exit",
            f"{INDENT}if (times(due + 1) == stop_time) then",
            *_inner(_inner(self._observed("new"))),
            f"{INDENT}else",
            f"{INDENT * 2}theta = (times(due + 1) - t)/h",
            *_inner(_inner([*self._between(), *self._observed("moved")])),
            f"{INDENT}end if",
            "end do",
        ]

    def _between(self) -> list[str]:
        """Return the lines that compute `moved`, where the solution is a part `theta` of the step on."""
        terms = [
            f"{polynomial(row, SYNTAX.real)}*k{stage + 1}"
            for stage, row in enumerate(self.tableau.dense or ())
            if any(row)
        ]
        return [f"moved = y + h*theta*({' + '.join(terms)})"]

    def _interpolating(self) -> list[str]:
        """Return the lines that compute what only the interpolant needs: for a row inside the step, or a past."""
        tableau, at_end = self.tableau, self.tableau.at_end
        known = tableau.tried if at_end is None or at_end < tableau.tried else at_end + 1
        lines = [*self._stages(tableau.tried, max(tableau.tried, known - 1)), *self._stages(known, tableau.stages)]
        if not lines or self.past.slots:
            return lines
        return ["if (due < wanted) then", f"{INDENT}if (times(due + 1) < stop_time) then", *_inner(_inner(lines)),
                f"{INDENT}end if", "end if"]  # fmt: skip


def _inner(lines: Iterable[str]) -> list[str]:
    return [INDENT + line for line in lines]
