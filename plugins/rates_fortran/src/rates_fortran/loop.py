"""Print the loop over fixed steps of a Runge-Kutta method."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from attrs import evolve
from rates_core.programs import increments
from rates_core.programs.elementwise.given import Key
from rates_core.programs.elementwise.layout import buffered
from rates_core.programs.program import ProgramRequest
from rates_core.system.shapes import Shape

from rates_fortran.body import axes, derivative, events, recording, state_argument
from rates_fortran.layout import FortranLayout
from rates_fortran.lines import INDENT
from rates_fortran.printer import SYNTAX
from rates_fortran.procedure import Argument, Procedure, merged

H = Argument(("h",), "h", by_value=True)
COUNTS = tuple(Argument((name,), name, "integer(long)", by_value=True) for name in ("first", "samples", "stride"))
MOST_IN_REGISTERS = 32
ROWS = "max(samples, 1_long)"
END_OF_STEP = "real(first + k + 1, dp)*h"
LENGTH = Argument(("length",), "length", "integer(long)", by_value=True)


class Loop:
    """The loop of one method over one System."""

    def __init__(self, request: ProgramRequest, layout: FortranLayout) -> None:
        assert request.tableau is not None
        self.request, self.system, self.tableau, self.layout = request, request.system, request.tableau, layout
        self.late, self.trials = bool(self.system.reads), layout.trials
        #: a state of few numbers stays in registers if it is a variable of the loop's own
        self.state = "here" if self.system.width <= MOST_IN_REGISTERS else "y"
        self.slots = buffered(self.system)
        self.computed = [number for number, slot in enumerate(self.slots) if slot not in self.system.state_paths]
        #: number of each node that a stage of the step is at, among all distinct ones
        used = {0.0, *self.tableau.nodes[: self.tableau.advancing]}
        self.nodes = {node: number for number, node in enumerate(self.tableau.distinct_nodes) if node in used}
        self.field = derivative(layout, self.late)
        self.observe = recording(
            layout, "observe", "observe_late" if self.late else "observe", "What is recorded.", self.late
        )
        self.keep = (
            recording(layout, "buffer", "keep", "Computed variables that delayed reads need later.", late=True)
            if self.computed
            else None
        )
        self.events = events(layout) if self.system.updates else None

    def procedures(self) -> list[Procedure]:
        """Return the loop, behind what it calls with delays."""
        called = [self.field, self.observe, *([self.keep] if self.keep else [])] if self.late else []
        return [*called, self._loop()]

    def _loop(self) -> Procedure:
        width, here = self.system.width, self.state
        advancing = self.tableau.advancing
        variables = [("real(dp)", f"k{stage + 1}({width})") for stage in range(advancing)]
        if any(any(row) for row in self.tableau.matrix[:advancing]):
            variables.append(("real(dp)", f"moved({width})"))
        if self.events:
            variables.append(("real(dp)", f"after({width})"))
        variables += [("integer(long)", name) for name in ("sample", "k")]
        if here != "y":
            variables.append(("real(dp)", f"{here}({width})"))
        if self.late:
            variables.append(("integer(long)", "row"))
        if self.keep:
            variables += [
                (argument.type, f"{argument.name}{argument.extent}")
                for argument in self.keep.arguments
                if argument.key[0] == "result"
            ]
        body = [
            "do sample = 0, max(samples, 1_long) - 1",
            f"{INDENT}if (samples > 0) then",
            *(INDENT * 2 + line for line in self._record()),
            f"{INDENT}end if",
            f"{INDENT}do k = sample*stride, (sample + 1)*stride - 1",
            *(INDENT * 2 + line for line in self._step()),
            f"{INDENT}end do",
            "end do",
        ]
        if here != "y":
            body = [f"{here} = y", *body, f"y = {here}"]
        summary = [f"Advance y by samples*stride steps of {self.tableau.name}; keep a row before every stride steps."]
        if width > 4096:  # the stack is not for large arrays
            allocated = [name for kind, name in variables if name.endswith(f"({width})")]
            variables = [
                (f"{kind}, allocatable", name.replace(f"({width})", "(:)")) if name in allocated else (kind, name)
                for kind, name in variables
            ]
            body = [*(f"allocate({name})" for name in allocated), *body]
        return Procedure("loop", summary, self.arguments(), variables, body).trimmed()

    def arguments(self) -> list[Argument]:
        """Return the arguments of the loop."""
        called = [item for item in (self.field, self.observe, self.keep, self.events) if item is not None]
        kept = [a for procedure in called for a in procedure.arguments if a.key[0] in ("p", "constant")]
        columns = [
            evolve(a, key=("column", a.key[1]), name=self._column(a), bounds=(*a.bounds, ROWS), intent="inout")
            for a in self.observe.arguments
            if a.key[0] == "result"
        ]
        tables = [
            Argument(
                ("table", node, item.path), self._table(node, item.path), bounds=(*self.extents(item.shape), "0:*")
            )
            for node in self.nodes.values()
            for item in self.system.inputs
            if self._uses(("input", item.path))
        ]
        draws = [
            Argument(("draws", item.path), f"{self._table(None, item.path)}", bounds=(*axes(item.shape), "0:*"))
            for item in self.system.draws
            if self._uses(("draw", item.path))
        ]
        return [
            state_argument(self.system.width, intent="inout"), H, *COUNTS, *merged(kept), *columns, *tables, *draws,
            *(self._past() if self.late else ()),
        ]  # fmt: skip

    def extents(self, shape: Shape) -> tuple[str, ...]:
        """Return the bounds of one axis for the entries of what varies, of all trials; none for a number."""
        return axes(shape) if self.trials == 1 else (f"{self.trials * prod(shape)}",)

    def all_of(self, shape: Shape) -> str:
        """Return what stands for all such entries in front of the place of a row."""
        return ":, " if self.extents(shape) else ""

    def _uses(self, key: Key) -> bool:
        procedures = (self.field, self.observe, *([self.keep] if self.keep else []))
        return any(argument.key == key for procedure in procedures for argument in procedure.arguments)

    def _past(self) -> list[Argument]:
        """Return the arguments with buffers, and what reads take from them at each node."""
        arguments = [LENGTH]
        for number, slot in enumerate(self.slots):
            name = self.layout.own(slot, "{}_buffer")
            bounds = (*self.extents(self.system.shapes[slot]), "0:2*length - 1")
            arguments.append(Argument(("buffer", number), name, self.layout.type_of(slot), bounds, "inout"))
        for node in self.nodes.values():
            for argument in self._late_arguments():
                bounds = argument.bounds
                if argument.key[0] == "weights":  # their first axis has as many entries as there are samples
                    samples = self.field_past[argument.key[1]]
                    bounds = (f"max({samples}_{node + 1}, 1)", *bounds[1:])
                name = f"{argument.name}_{node + 1}"
                arguments.append(evolve(argument, key=(*argument.key, node), name=name, bounds=bounds))
        return arguments

    @property
    def field_past(self) -> dict[str, str]:
        """Return the name of the number of samples of each read."""
        return {a.key[1]: a.name for a in self._late_arguments() if a.key[0] == "samples"}

    def _late_arguments(self) -> list[Argument]:
        procedures = (self.field, self.observe, *([self.keep] if self.keep else []))
        kinds = ("samples", "places", "weights")
        return merged([a for procedure in procedures for a in procedure.arguments if a.key[0] in kinds])

    def _column(self, argument: Argument) -> str:
        return self.layout.own(self.request.recorded[argument.key[1]], "{}_rows")

    def _table(self, node: int | None, path: str) -> str:
        form = "{}_at" if node is None or len(self.nodes) == 1 else f"{{}}_at_{node + 1}"
        return self.layout.own(path, form)

    def _at(self, node: float, time: str, state: str) -> dict[Key, str]:
        """Return what a procedure is given at a node of step k."""
        place = self.nodes[node]
        given: dict[Key, str] = {("t",): time, ("y",): state}
        for item in self.system.inputs:
            given["input", item.path] = f"{self._table(place, item.path)}({self.all_of(item.shape)}k)"
        for draw in self.system.draws:
            given["draw", draw.path] = f"{self._table(None, draw.path)}({':, ' if draw.shape else ''}k)"
        for number, slot in enumerate(self.slots):
            entry = "1, " if self.all_of(self.system.shapes[slot]) else ""
            given["buffer", number] = f"{self.layout.own(slot, '{}_buffer')}({entry}row - length)"
        for argument in self._late_arguments() if self.late else ():
            given[argument.key] = f"{argument.name}_{place + 1}"
        return given

    def _record(self) -> list[str]:
        lines = ["k = sample*stride"]
        if self.late:
            lines += self._stored()
        given = self._at(0.0, time_at(0.0), self.state)
        for argument in self.observe.arguments:
            if argument.key[0] == "result":
                given[argument.key] = evolve(argument, name=self._column(argument)).entry("sample + 1")
        return [*lines, self.observe.called(given)]

    def _stored(self) -> list[str]:
        """Return the lines that store what delayed reads need, in both halves of the buffers."""
        lines = ["row = modulo(first + k, length) + length"]
        for number, slot in enumerate(self.slots):
            state = self.system.state_paths.get(slot)
            if state is None:
                continue
            first, last = state.offset * self.trials + 1, (state.offset + state.width) * self.trials
            if state.complex:
                places = (f"{first}:{last}:2", f"{first + 1}:{last}:2") if state.shape else (f"{first}", f"{last}")
                value = f"cmplx({self.state}({places[0]}), {self.state}({places[1]}), dp)"
            else:
                value = f"{self.state}({first}:{last})" if self.all_of(state.shape) else f"{self.state}({first})"
            lines += self._both(number, value)
        if self.keep:
            lines.append(self.keep.called(self._at(0.0, time_at(0.0), self.state)))
            results = [argument for argument in self.keep.arguments if argument.key[0] == "result"]
            for number, argument in zip(self.computed, results, strict=True):
                lines += self._both(number, argument.name)
        return lines

    def _both(self, number: int, value: str) -> list[str]:
        slot = self.slots[number]
        name = self.layout.own(slot, "{}_buffer")
        entry = self.all_of(self.system.shapes[slot])
        return [f"{name}({entry}row) = {value}", f"{name}({entry}row - length) = {value}"]

    def _step(self) -> list[str]:
        lines = self._stored() if self.late else []
        for stage, node in enumerate(self.tableau.nodes[: self.tableau.advancing]):
            state = self.state
            row = self.tableau.matrix[stage]
            if any(row):
                lines.append(f"moved = {self.state}{increment(row)}")
                state = "moved"
            lines.append(self.field.called(self._at(node, time_at(node), state) | {("dy",): f"k{stage + 1}"}))
        return [*lines, f"{self.state} = {self.state}{increment(self.tableau.weights)}", *self._happened()]

    def _happened(self) -> list[str]:
        """Return the lines that let events happen."""
        if self.events is None:
            return []
        given: dict[Key, str] = {("t",): END_OF_STEP, ("y",): self.state, ("after",): "after"}
        return [self.events.called(given), f"{self.state} = after"]


def time_at(node: float) -> str:
    """Return the time at a node of step k."""
    return f"(real(first + k, dp) + {node!r}_dp)*h" if node else "real(first + k, dp)*h"


def increment(row: Sequence[float]) -> str:
    """Return ` + h*(...)` for slopes that are weighted by one row of a tableau."""
    return increments.increment(increments.slopes(row), SYNTAX.real)


def weighted(row: Sequence[float]) -> str:
    """Return the sum of slopes that are weighted by one row of a tableau."""
    return increments.weighted(increments.slopes(row), SYNTAX.real)
