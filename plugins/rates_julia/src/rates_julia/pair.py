"""Print the loop of an embedded pair: steps, their control, rows between them.

The control is that of `rates_core.solvers.step_control`: section II.4 of [hairer1993].
"""

from __future__ import annotations

from attrs import evolve
from rates_core.programs.elementwise.given import Key
from rates_core.programs.increments import polynomial, slopes, weighted
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

from rates_julia.body import PARAMETERS, STATE, TIME, derivative, recording
from rates_julia.layout import JuliaLayout, zeros
from rates_julia.lines import inner
from rates_julia.loop import moved
from rates_julia.procedure import Argument, Procedure
from rates_julia.trail import PastText

CONTROL = tuple(
    Argument((name,), name)
    for name in (
        "proposal",
        "goal",
        "first",
        "last",
        "max_step",
        "given_step",
        "fresh",
        "rtol",
        "atol",
        "most",
        "times",
    )
)
GRID = tuple(Argument((name,), name) for name in ("base", "interval"))


class Pair:
    """The loop of one embedded pair over one System."""

    def __init__(self, request: ProgramRequest, layout: JuliaLayout) -> None:
        assert request.pair is not None
        self.request, self.system, self.tableau, self.layout = request, request.system, request.pair, layout
        self.width = self.system.width
        self.power = growth_power(self.tableau.estimated_order)
        self.field = derivative(layout)
        self.observe = recording(layout, "observe", "observe!", "Write what is recorded into a row.")
        self.past = PastText(layout)
        called = [self.field, self.observe, *self.past.called]
        self.inputs = [
            item
            for item in self.system.inputs
            if any(argument.key == ("input", item.path) for procedure in called for argument in procedure.arguments)
        ]
        layout.used |= {"sampled!" if item.shape else "sampled" for item in self.inputs}
        self.state = ", ".join(["t", "proposal", "steps", "due", *(["kept"] if self.past.slots else [])])

    def procedure(self) -> Procedure:
        """Return the loop."""
        summary = [
            f"Advance `y` towards `goal` by up to `most` steps of {self.tableau.name}; write rows at times passed.",
            "",
            "Return how it ended, the time reached, the size of the next step, and the numbers of steps and rows.",
        ]
        return Procedure("pair!", summary, self.arguments(), self._body(), f"{Status.DONE:d}, {self.state}")

    def arguments(self) -> list[Argument]:
        """Return the arguments of the loop."""
        columns = [
            evolve(argument, key=("column", argument.key[1]))
            for argument in self.observe.arguments
            if argument.key[0] == "result"
        ]
        tables = [Argument(("table", item.path), self.layout.own(item.path, "{}_at")) for item in self.inputs]
        return [
            evolve(STATE, way="inout"), PARAMETERS, TIME, *CONTROL, *columns, *((*tables, *GRID) if tables else ()),
            *self.past.arguments(),
        ]  # fmt: skip

    def _ended(self, status: str | int) -> str:
        return f"return {status}, {self.state}"

    def _now(self, path: str) -> str:
        return self.layout.own(path, "{}_now")

    def _at(self, time: str, bounded: bool = True) -> list[str]:
        """Return the lines that name a time `now`, and the inputs and past values of that time."""
        lines = [f"now = min(max({time}, first), last)" if bounded else f"now = {time}"]
        for item in self.inputs:
            table, name = self.layout.own(item.path, "{}_at"), self._now(item.path)
            place = f"{table}, now/interval - base"
            lines.append(f"sampled!({name}, {place})" if item.shape else f"{name} = sampled({place})")
        return [*lines, *self.past.read("now")]

    def _given(self, state: str) -> dict[Key, str]:
        given: dict[Key, str] = {("t",): "now", ("y",): state}
        given |= {("input", item.path): self._now(item.path) for item in self.inputs}
        return given | self.past.values

    def _slope(self, time: str, state: str, target: str) -> list[str]:
        return [*self._at(time), self.field.called(self._given(state) | {("dy",): target})]

    def _observed(self, state: str) -> list[str]:
        at = self._at("times[due + 1]", bounded=False)
        return [*at, self.observe.called(self._given(state) | {("row",): "due + 1"}), "due += 1"]

    def _stages(self, first: int, last: int) -> list[str]:
        """Return the lines of stages from a first one to the one before a last one."""
        lines = []
        for stage in range(first, last):
            if stage == self.tableau.at_end:
                lines += self._slope("stop_time", "new", f"k{stage + 1}")
                continue
            lines += moved("moved", self.tableau.matrix[stage])
            lines += self._slope(f"t + {self.tableau.nodes[stage]!r}*h", "moved", f"k{stage + 1}")
        return lines

    def _body(self) -> list[str]:
        vectors = [*(f"k{stage + 1}" for stage in range(self.tableau.stages)), "moved", "new", "tolerated"]
        return [
            *(f"{name} = zeros({self.width})" for name in vectors),
            *(f"{self._now(item.path)} = {zeros(item.shape, False)}" for item in self.inputs if item.shape),
            *self.past.variables(),
            "steps = 0",
            "due = 0",
            "while due < size(times, 1) && times[due + 1] <= t",
            *inner(self._observed("y")),
            "end",
            *self._slope("t", "y", "k1"),
            "if !all(isfinite, k1)",
            *inner([self._ended(Status.BAD_DERIVATIVE)]),
            "end",
            "if fresh != 0",
            *inner(self._begun()),
            "end",
            "while t < goal",
            *inner(self._one_step()),
            "end",
        ]

    def _begun(self) -> list[str]:
        """Return the lines that choose the first step of a span: its error is a hundredth of what is tolerated."""
        chosen = [f"proposal = isnan(proposal) ? growth : min(proposal, {LARGEST_FACTOR!r}*growth)"]
        if not self.width:
            return ["longest = min(goal - t, max_step)", "growth = longest", *chosen]
        return [
            "longest = min(goal - t, max_step)",
            "if isnan(proposal) && !isnan(given_step)",
            *inner(["proposal = given_step"]),
            "else",
            *inner([
                *entries("tolerated[i] = atol[i] + abs(y[i])*rtol[i]"),
                *norm("level", "y[i]"),
                *norm("steep", "k1[i]"),
                "small = level >= 1e-5 && steep >= 1e-5 ? 0.01*level/steep : 1e-6",
                "small = min(small, longest)",
                *entries("moved[i] = y[i] + small*k1[i]"),
                *self._slope("t + small", "moved", "new"),
                *norm("growth", "(new[i] - k1[i])"),
                "growth /= small",
                "if isfinite(growth)",
                *inner([
                    "steep = max(steep, growth)",
                    f"growth = steep > 1e-15 ? (0.01/steep)^{self.power!r} : max(1e-6, small*1e-3)",
                    "growth = min(100*small, growth, longest)",
                ]),
                "else",
                *inner(["growth = small"]),
                "end",
                *chosen,
            ]),
            "end",
        ]  # fmt: skip

    def _one_step(self) -> list[str]:
        at_end, tableau = self.tableau.at_end, self.tableau
        late = (
            self._slope("stop_time", "new", f"k{at_end + 1}") if at_end is not None and at_end >= tableau.tried else ()
        )
        following = self._slope("t", "y", "k1") if at_end is None else [f"copyto!(k1, k{at_end + 1})"]
        return [
            f"if steps == most{self.past.full}",
            *inner([self._ended(Status.MORE)]),
            "end",
            f"smallest = {SMALLEST_STEP}*eps(t)",
            "wanted_step = max(min(proposal, max_step), smallest)",
            "rejections = 0",
            "error = growth = h = 0.0",
            "stop_time = t",
            "while true",
            *inner(self._attempt()),
            "end",
            "if rejections > 0",
            *inner(["proposal = h*min(1.0, growth)"]),
            "else",
            *inner(["proposal = max(stop_time == goal ? wanted_step : 0.0, h*growth)"]),
            "end",
            *late,
            *self._rows(),
            "copyto!(y, new)",
            "t = stop_time",
            "steps += 1",
            "if t < goal",
            *inner([*following, "if !all(isfinite, k1)", *inner([self._ended(Status.BAD_DERIVATIVE)]), "end"]),
            "end",
        ]

    def _attempt(self) -> list[str]:
        """Return the lines that try a step and leave the loop if its error is tolerated."""
        tableau = self.tableau
        norms = [
            line
            for name, row in zip(("error", "coarse"), self.tableau.errors, strict=False)
            for line in (norm(name, f"h*({weighted(slopes(row, 'k{}[i]'))})") if self.width else [f"{name} = 0.0"])
        ]
        if tableau.coarse_error is not None:
            self.layout.used.add("damped")
            norms.append("error = damped(error, coarse)")
        return [
            f"if wanted_step < smallest || rejections == {MOST_REJECTIONS}",
            *inner([self._ended(f"isnan(error) ? {Status.UNDEFINED:d} : {Status.TOO_SMALL:d}")]),
            "end",
            "stop_time = min(t + wanted_step, goal)",
            "h = stop_time - t",
            *self._stages(1, tableau.advancing),
            *moved("new", tableau.weights),
            *self._stages(tableau.advancing, tableau.tried),
            *entries("tolerated[i] = atol[i] + max(abs(y[i]), abs(new[i]))*rtol[i]"),
            *norms,
            "if error == 0",
            *inner([f"growth = {LARGEST_FACTOR!r}"]),
            "elseif error > 0",
            *inner([
                f"growth = min({LARGEST_FACTOR!r}, max({SMALLEST_FACTOR!r}, {SAFETY!r}*error^({-self.power!r})))"
            ]),
            "else",
            *inner([f"growth = {SMALLEST_FACTOR!r}"]),
            "end",
            "error < 1 && break",
            "wanted_step = h*growth",
            "rejections += 1",
        ]  # fmt: skip

    def _rows(self) -> list[str]:
        """Return the lines that record at wanted times within an accepted step."""
        between = ["theta = (times[due + 1] - t)/h", *self._between(), *self._observed("moved")]
        return [
            *self._interpolating(),
            *self.past.keep(self._between(), self._at, self._given),
            "while due < size(times, 1) && times[due + 1] <= stop_time",
            *inner(["if times[due + 1] == stop_time", *inner(self._observed("new")), "else", *inner(between), "end"]),
            "end",
        ]

    def _between(self) -> list[str]:
        """Return the lines that compute `moved`, where the solution is a part `theta` of the step on."""
        rows = [(stage, row) for stage, row in enumerate(self.tableau.dense or ()) if any(row)]
        terms = [f"{polynomial(row)}*k{stage + 1}[i]" for stage, row in rows]
        return entries(f"moved[i] = y[i] + h*theta*({' + '.join(terms)})")

    def _interpolating(self) -> list[str]:
        """Return the lines that compute what only the interpolant needs: for a row inside the step, or a past."""
        tableau, at_end = self.tableau, self.tableau.at_end
        known = tableau.tried if at_end is None or at_end < tableau.tried else at_end + 1
        lines = [*self._stages(tableau.tried, max(tableau.tried, known - 1)), *self._stages(known, tableau.stages)]
        if not lines or self.past.slots:
            return lines
        return ["if due < size(times, 1) && times[due + 1] < stop_time", *inner(lines), "end"]


def entries(line: str) -> list[str]:
    """Return the loop over all entries of the state."""
    return ["@inbounds for i in eachindex(y)", *inner([line]), "end"]


def norm(name: str, entry: str) -> list[str]:
    """Return the lines that compute the norm of a vector relative to what is tolerated."""
    total = entries(f"{name} += ({entry}/tolerated[i])^2")
    return [f"{name} = 0.0", *total, f"{name} = sqrt({name}/size(y, 1))"]
