"""Print the loop over fixed steps of a Runge-Kutta method."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve
from rates_core.programs.elementwise.given import Key
from rates_core.programs.elementwise.layout import buffered
from rates_core.programs.increments import increment, slopes
from rates_core.programs.program import ProgramRequest
from rates_core.system.system import State

from rates_julia.body import PARAMETERS, STATE, derivative, recording
from rates_julia.layout import JuliaLayout
from rates_julia.lines import inner
from rates_julia.procedure import Argument, Procedure, merged

H = Argument(("h",), "h")
COUNTS = tuple(Argument((name,), name) for name in ("first", "samples", "stride"))
LENGTH = Argument(("length",), "period")


class Loop:
    """The loop of one method over one System."""

    def __init__(self, request: ProgramRequest, layout: JuliaLayout) -> None:
        assert request.tableau is not None
        self.request, self.system, self.tableau, self.layout = request, request.system, request.tableau, layout
        self.late = bool(self.system.reads)
        self.slots = buffered(self.system)
        self.computed = [number for number, slot in enumerate(self.slots) if slot not in self.system.state_paths]
        self.nodes = self.tableau.distinct_nodes
        self.field = derivative(layout, self.late)
        name = "observe_late!" if self.late else "observe!"
        self.observe = recording(layout, "observe", name, "Write what is recorded into a row.", self.late)
        self.keep = (
            recording(layout, "buffer", "keep!", "Write computed variables that delayed reads need later.", late=True)
            if self.computed
            else None
        )

    @property
    def called(self) -> list[Procedure]:
        """Return what the loop calls and other functions do not, with delays."""
        return [self.field, self.observe, *([self.keep] if self.keep else [])] if self.late else []

    def procedure(self) -> Procedure:
        """Return the loop."""
        advancing = self.tableau.advancing
        vectors = [f"k{stage + 1}" for stage in range(advancing)]
        if any(any(row) for row in self.tableau.matrix[:advancing]):
            vectors.append("moved")
        if self.system.updates:
            vectors.append("after")
        body = [
            *(f"{name} = zeros({self.system.width})" for name in vectors),
            "for sample in 0:max(samples, 1) - 1",
            *inner(["if samples > 0", *inner(self._record()), "end"]),
            *inner(["for k in sample*stride:(sample + 1)*stride - 1", *inner(self._step()), "end"]),
            "end",
        ]
        summary = [
            f"Advance `y` by `samples*stride` steps of size `h` of {self.tableau.name}; "
            "write a row before every `stride` steps."
        ]
        return Procedure("loop!", summary, self.arguments(), body)

    def _procedures(self) -> list[Procedure]:
        return [self.field, self.observe, *([self.keep] if self.keep else [])]

    def arguments(self) -> list[Argument]:
        """Return the arguments of the loop."""
        columns = [
            evolve(argument, key=("column", argument.key[1]))
            for argument in self.observe.arguments
            if argument.key[0] == "result"
        ]
        tables = [
            Argument(("table", node, item.path), self._table(node, item.path))
            for node in range(len(self.nodes))
            for item in self.system.inputs
            if self._uses(("input", item.path))
        ]
        draws = [
            Argument(("draws", item.path), self._table(None, item.path))
            for item in self.system.draws
            if self._uses(("draw", item.path))
        ]
        past = self._past() if self.late else ()
        return [evolve(STATE, way="inout"), PARAMETERS, H, *COUNTS, *columns, *tables, *draws, *past]

    def _uses(self, key: Key) -> bool:
        return any(argument.key == key for procedure in self._procedures() for argument in procedure.arguments)

    def _past(self) -> list[Argument]:
        """Return the arguments with buffers, and what reads take from them at each node."""
        arguments = [LENGTH]
        for number, slot in enumerate(self.slots):
            arguments.append(Argument(("buffer", number), self._buffer(slot), "inout"))
        for node in range(len(self.nodes)):
            for argument in self._late_arguments():
                arguments.append(evolve(argument, key=(*argument.key, node), name=f"{argument.name}_{node + 1}"))
        return arguments

    def _buffer(self, slot: str) -> str:
        return self.layout.own(slot, "{}_buffer")

    def _late_arguments(self) -> list[Argument]:
        kinds = ("places", "weights")
        return merged([a for procedure in self._procedures() for a in procedure.arguments if a.key[0] in kinds])

    def _table(self, node: int | None, path: str) -> str:
        form = "{}_at" if node is None or len(self.nodes) == 1 else f"{{}}_at_{node + 1}"
        return self.layout.own(path, form)

    def _at(self, node: float, time: str, state: str) -> dict[Key, str]:
        """Return what a function is given at a node of step k."""
        place = self.nodes.index(node)
        given: dict[Key, str] = {("t",): time, ("y",): state, ("oldest",): "now - period"}
        for item in self.system.inputs:
            given["input", item.path] = _of_step(self._table(place, item.path), item.shape)
        for draw in self.system.draws:
            given["draw", draw.path] = _of_step(self._table(None, draw.path), draw.shape)
        for argument in self._late_arguments() if self.late else ():
            given[argument.key] = f"{argument.name}_{place + 1}"
        return given

    def _record(self) -> list[str]:
        given = self._at(0.0, _time(0.0), "y") | {("row",): "sample + 1"}
        return ["k = sample*stride", *(self._stored() if self.late else ()), self.observe.called(given)]

    def _stored(self) -> list[str]:
        """Return the lines that store what delayed reads need, in both halves of the buffers."""
        lines = ["now = mod(first + k, period) + period"]
        for number, slot in enumerate(self.slots):
            state = self.system.state_paths.get(slot)
            if state is not None:
                lines += self._both(number, state)
        if self.keep:
            given: dict[Key, str] = {}
            for result, number in zip(self.keep.arguments, self.computed, strict=False):
                given[result.key] = self._buffer(self.slots[number])
            lines.append(self.keep.called(self._at(0.0, _time(0.0), "y") | given | {("row",): "now + 1"}))
            for number in self.computed:
                lines += self._both(number, None)
        return lines

    def _both(self, number: int, state: State | None) -> list[str]:
        """Return the lines that put a variable into both halves of its buffer; a computed one is in the later half."""
        slot = self.slots[number]
        name, shape = self._buffer(slot), self.system.shapes[slot]
        entry = "i, " if shape else ""
        later, earlier = f"{name}[{entry}now + 1]", f"{name}[{entry}now - period + 1]"
        if state is None:
            lines = [f"{earlier} = {later}"]
        elif state.complex:
            place = "2i" if shape else "2"
            value = f"complex(y[{place} + {state.offset - 1}], y[{place} + {state.offset}])"
            lines = [f"{later} = {value}", f"{earlier} = {later}"]
        else:
            value = f"y[i + {state.offset}]" if shape else f"y[{state.offset + 1}]"
            lines = [f"{later} = {value.replace(' + 0]', ']')}", f"{earlier} = {later}"]
        return [f"for i in 1:{shape[0]}", *inner(lines), "end"] if shape else lines

    def _step(self) -> list[str]:
        lines = self._stored() if self.late else []
        for stage, node in enumerate(self.tableau.nodes[: self.tableau.advancing]):
            row, state = self.tableau.matrix[stage], "y"
            if any(row):
                lines += moved("moved", row)
                state = "moved"
            lines.append(self.field.called(self._at(node, _time(node), state) | {("dy",): f"k{stage + 1}"}))
        return [*lines, *moved("y", self.tableau.weights), *self._events()]

    def _events(self) -> list[str]:
        return ["events!(after, y, p, (first + k + 1)*h)", "copyto!(y, after)"] if self.system.updates else []


def _of_step(table: str, shape: tuple[int, ...]) -> str:
    return f"view({table}, :, k + 1)" if shape else f"{table}[k + 1]"


def _time(node: float) -> str:
    """Return the time at a node of step k."""
    return f"(first + k + {node!r})*h" if node else "(first + k)*h"


def moved(target: str, row: Sequence[float]) -> list[str]:
    """Return the loop that moves the state along slopes that are weighted by one row of a tableau."""
    return [
        "@inbounds for i in eachindex(y)",
        *inner([f"{target}[i] = y[i]{increment(slopes(row, 'k{}[i]'))}"]),
        "end",
    ]
