"""Print the module that follows steps forwards and carries derivatives of a loss back through them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod

from attrs import evolve
from rates_core.programs import increments
from rates_core.programs.elementwise.adjoint import AdjointRequest, Span
from rates_core.programs.elementwise.given import Key
from rates_core.programs.elementwise.layout import BACK, EVENTS
from rates_core.system.system import Read

from rates_fortran.body import carried_back, state_argument
from rates_fortran.layout import FortranLayout
from rates_fortran.lines import INDENT
from rates_fortran.loop import END_OF_STEP, H, Loop, time_at
from rates_fortran.module import Module, assembled, prepare
from rates_fortran.printer import SYNTAX
from rates_fortran.procedure import Argument, Procedure, extent, merged

MOST_LOCAL = 4096
STEPS = tuple(
    Argument((name,), name, "integer(long)", by_value=True) for name in ("first", "begun", "start", "stop", "stride")
)


def write_adjoint(request: AdjointRequest) -> Module:
    """Return the module for a request."""
    layout = FortranLayout(request.adjoint.system, request.functions)
    layout.trials = request.trials
    loops = AdjointLoop(request, layout)
    procedures = [prepare(layout)] if layout.prepared else []
    return assembled(f"{request.program.name}, and its adjoint", layout, [*procedures, *loops.procedures()])


class AdjointLoop(Loop):
    """The loops forwards and back of one method over one System; buffers have one row for each step of a segment.

    Entries of all that varies stand one behind the other, those of all trials side by side at the place of each.
    """

    def __init__(self, request: AdjointRequest, layout: FortranLayout) -> None:
        super().__init__(request.program, layout)
        self.adjoint, self.state = request, "y"
        self.width, self.whole = request.system.width * self.trials, layout.system.width * self.trials
        self.back = {
            name: carried_back(
                layout, BACK.format(name), self.late and name not in ("store", EVENTS),
                1 if name == "store" else self.trials,
            )
            for name in request.routines
        }  # fmt: skip
        self.stages = range(1, self.tableau.advancing + 1)

    def procedures(self) -> list[Procedure]:
        """Return both loops, behind what they call."""
        others = [item for item in (self.keep, self.events) if item is not None]
        return [self.field, self.observe, *others, *self.back.values(), self._forward(), self._backward()]

    def _called(self) -> list[Procedure]:
        others = [item for item in (self.keep, self.events) if item is not None]
        return [self.field, self.observe, *others, *(item for name, item in self.back.items() if name != "store")]

    def _uses(self, key: Key) -> bool:
        return any(argument.key == key for procedure in self._called() for argument in procedure.arguments)

    def _late_arguments(self) -> list[Argument]:
        kinds = ("samples", "places", "weights")
        return merged([a for procedure in self._called() for a in procedure.arguments if a.key[0] in kinds])

    def arguments(self) -> list[Argument]:
        """Return the arguments of both loops."""
        others = {("y",), ("h",), ("first",), ("samples",), ("stride",)}
        given = [item for item in super().arguments() if item.key not in others]
        constants = [a for item in self._called() for a in item.arguments if a.key[0] in ("p", "constant")]
        kept = Argument(("kept",), "kept", bounds=(f"{self.adjoint.kept * self.trials}", "*"), intent="inout")
        return merged([H, *STEPS, kept], constants, [_open(item) for item in given])

    def _local(self, name: str, procedure: list[str]) -> tuple[str, str]:
        """Return the declaration of a vector; a large one is allocated, which a line of the procedure does."""
        if self.whole <= MOST_LOCAL:
            return "real(dp)", f"{name}({self.whole})"
        procedure.append(f"allocate({name}({self.whole}))")
        return "real(dp), allocatable", f"{name}(:)"

    def _forward(self) -> Procedure:
        names = [*(f"k{stage}" for stage in self.stages), *(["moved"] if len(self.stages) > 1 else [])]
        names += ["after"] if self.events else []
        body: list[str] = []
        variables = [self._local(name, body) for name in names]
        variables += [("integer(long)", name) for name in ("k", "row")] + self._results()
        body += [
            *(["moved = y"] if len(self.stages) > 1 else []),
            "do k = start, stop - 1",
            f"{INDENT}kept(:{self.width}, k - begun + 1) = y(:{self.width})",
            *(INDENT + line for line in (self._stored() if self.late else [])),
            f"{INDENT}if (modulo(k, stride) == 0) then",
            INDENT * 2 + self.observe.called(self._at(0.0, time_at(0.0), "y") | self._row()),
            f"{INDENT}end if",
            *(INDENT + line for line in self._forwards()),
            "end do",
        ]
        summary = [f"Advance y by steps of {self.tableau.name}; keep it before each, and a row before every stride."]
        arguments = [state_argument(self.whole, intent="inout"), *self.arguments()]
        return Procedure("forward", summary, arguments, variables, body).trimmed()

    def _results(self) -> list[tuple[str, str]]:
        """Return variables for computed values that are stored."""
        results = [item for item in self.keep.arguments if item.key[0] == "result"] if self.keep else []
        shapes = [self.system.shapes[self.slots[number]] for number in self.computed]
        return [
            (item.type, f"{item.name}{extent(*self.extents(shape))}")
            for item, shape in zip(results, shapes, strict=True)
        ]

    def _row(self) -> dict[Key, str]:
        """Return where the recorded variables of step k are put."""
        results = [item for item in self.observe.arguments if item.key[0] == "result"]
        return {item.key: evolve(item, name=self._column(item)).entry("k/stride + 1") for item in results}

    def _stored(self) -> list[str]:
        """Return the lines that store what delayed reads need."""
        return ["row = k - begun + length", *super()._stored()[1:]]

    def _both(self, number: int, value: str) -> list[str]:
        return super()._both(number, value)[:1]

    def _forwards(self) -> Iterator[str]:
        """Yield the lines of one step."""
        for stage, node in enumerate(self.tableau.nodes[: len(self.stages)]):
            row = self.tableau.matrix[stage]
            if any(row):
                yield self._moved("moved", "y", row)
            yield self._field(stage + 1, node, "moved" if any(row) else "y")
        yield self._moved("y", "y", self.tableau.weights)
        if self.events is not None:
            yield f"kept({self.width + 1}:, k - begun + 1) = y(:{self.width})"
            yield self.events.called({("t",): END_OF_STEP, ("after",): "after"})
            yield f"y(:{self.width}) = after(:{self.width})"

    def _field(self, stage: int, node: float, state: str) -> str:
        return self.field.called(self._at(node, time_at(node), state) | {("dy",): f"k{stage}"})

    def _moved(self, target: str, state: str, row: Sequence[float]) -> str:
        part = f"(:{self.width})"
        moved = increments.increment(increments.slopes(row, f"k{{}}{part}"), SYNTAX.real)
        return f"{target}{part} = {state}{part}{moved}"

    def _backward(self) -> Procedure:
        names = [f"{word}{stage}" for stage in self.stages for word in ("y", "k", "back")]
        names += [f"back_{routine}" for routine in self.adjoint.once]
        body: list[str] = []
        variables = [self._local(name, body) for name in names] + [("integer(long)", name) for name in ("k", "row")]
        steps = [line for line in self._backwards() if line]
        body += [
            *(f"{name} = 0" for name in names if not name.startswith("k")),
            "do k = stop - 1, start, -1",
            *(INDENT + line for line in steps),
            "end do",
        ]
        summary = ["Carry the derivatives by the state behind steps to the state before them, the last step first."]
        return Procedure("backward", summary, [*self._totals(), *self.arguments()], variables, body).trimmed()

    def _totals(self) -> list[Argument]:
        """Return the arguments to which steps add, and the seeds of rows."""
        request = self.adjoint
        (first, last), seeds = self._scaled(request.parameters), self._scaled(request.seeds("observe"))
        found = [
            Argument(("by_state",), "by_state", bounds=(f"{self.width}",), intent="inout"),
            Argument(("by_parameters",), "by_parameters", bounds=(f"{last - first}",), intent="inout"),
            Argument(("seeds",), "seeds", bounds=(f"{seeds[1] - seeds[0]}", "*")),
        ]
        for place in self.nodes.values():
            for path in request.wanted.inputs:
                bounds = (*self.extents(self.system.shapes[path]), "0:*")
                found.append(
                    Argument(("by_input", place, path), self._by_input(place, path), "real(dp)", bounds, "inout")
                )
        for number, slot in enumerate(self.slots):
            bounds = (*self.extents(self.system.shapes[slot]), "0:*")
            found.append(Argument(("bars", number), self._bars(slot), bounds=bounds, intent="inout"))
        return [*found, *(self._by_delays() if request.delays else ())]

    def _by_delays(self) -> Iterator[Argument]:
        for read in self.system.reads:
            entries, every = f"{prod(read.shape)}", f"{prod(read.shape) * self.trials}"
            yield Argument(("by_delays", read.path), self._own(read, "by_{}_delays"), bounds=(every,), intent="inout")
            for place in self.nodes.values():
                name = self._own(read, f"{{}}_slopes_{place + 1}")
                samples = self._own(read, f"{{}}_slope_samples_{place + 1}")
                yield Argument(("slope_samples", read.path, place), samples, "integer(c_int)", by_value=True)
                yield Argument(("slopes", read.path, place), name, bounds=(samples, entries))

    def _own(self, read: Read, form: str) -> str:
        return self.layout.own(read.path, form)

    def _by_input(self, place: int, path: str) -> str:
        return self.layout.own(path, f"by_{{}}_{place + 1}")

    def _bars(self, slot: str) -> str:
        return self.layout.own(slot, "{}_bars")

    def _backwards(self) -> Iterator[str]:
        """Yield the lines that follow one step."""
        if self.late:
            yield "row = k - begun + length"
        if self.events:
            yield from self._events_back()
        yield from self._again()
        for stage in reversed(self.stages):
            yield from self._stage_back(stage)
        states = self._part(self.adjoint.states)
        yield " + ".join(["by_state = by_state", *(f"back{stage}{states}" for stage in self.stages)])
        seeds = self.adjoint.seeds("observe")
        if seeds[0] < seeds[1]:
            yield "if (modulo(k, stride) == 0) then"
            yield f"{INDENT}y1{self._part(seeds)} = seeds(:, k/stride + 1)"
            yield from (INDENT + line for line in self._through("observe"))
            yield "end if"
        yield from self._stored_back()

    def _events_back(self) -> Iterator[str]:
        """Yield the lines that follow events: from the state after them to the one that the step led to."""
        back = f"back_{EVENTS}"
        yield f"y1(:{self.width}) = kept({self.width + 1}:, k - begun + 1)"
        yield f"y1{self._part(self.adjoint.seeds(EVENTS))} = by_state"
        yield self.back[EVENTS].called({("t",): END_OF_STEP, ("y",): "y1", ("dy",): back})
        yield f"by_state = {back}{self._part(self.adjoint.states)}"
        yield from self._elsewhere(EVENTS, back, 0.0)

    def _scaled(self, span: Span) -> Span:
        """Return where entries lie, of those of one trial."""
        return span[0] * self.trials, span[1] * self.trials

    def _part(self, span: Span) -> str:
        first, last = self._scaled(span)
        return f"({first + 1}:{last})"

    def _again(self) -> Iterator[str]:
        """Yield the lines that compute the states at the stages of a step once more."""
        yield f"y1(:{self.width}) = kept(:{self.width}, k - begun + 1)"
        count = len(self.stages)
        for stage, node in enumerate(self.tableau.nodes[:count]):
            if stage:
                yield self._moved(f"y{stage + 1}", "y1", self.tableau.matrix[stage])
            if any(self.tableau.matrix[later][stage] for later in range(stage + 1, count)):
                yield self._field(stage + 1, node, f"y{stage + 1}")

    def _stage_back(self, stage: int) -> Iterator[str]:
        """Yield the lines that follow one stage."""
        states = self._part(self.adjoint.states)
        terms = list(increments.slopes((self.tableau.weights[stage - 1],), "by_state"))
        for later in self.stages[stage:]:
            weight = self.tableau.matrix[later - 1][stage - 1]
            terms += [(weight, f"back{later}{states}")] if weight else []
        seeds, node = self._part(self.adjoint.seeds("derivative")), self.tableau.nodes[stage - 1]
        yield f"y{stage}{seeds} = {increments.increment(terms, SYNTAX.real).removeprefix(' + ')}"
        yield from self._carried("derivative", f"back{stage}", f"y{stage}", node)

    def _carried(self, routine: str, bars: str, state: str, node: float) -> Iterator[str]:
        """Yield the call that carries seeds back, and the lines that add what it brings."""
        yield self.back[routine].called(self._at(node, time_at(node), state) | {("dy",): bars})
        yield from self._elsewhere(routine, bars, node)

    def _through(self, routine: str) -> Iterator[str]:
        """Yield the lines that follow what was computed of the state before a step."""
        yield from self._carried(routine, f"back_{routine}", "y1", 0.0)
        yield f"by_state = by_state + back_{routine}{self._part(self.adjoint.states)}"

    def _stored_back(self) -> Iterator[str]:
        """Yield the lines that follow what was stored before a step."""
        for slot in self.slots:
            state, axis = self.system.state_paths.get(slot), self.all_of(self.system.shapes[slot])
            bars = f"{self._bars(slot)}({axis}row)"
            span = (state.offset, state.offset + state.width) if state else self.adjoint.seed("buffer", slot)
            place = self._part(span) if axis else f"({span[0] + 1})"
            yield f"by_state{place} = by_state{place} + {bars}" if state else f"y1{place} = {bars}"
        if self.keep:
            yield from self._through("buffer")

    def _elsewhere(self, routine: str, bars: str, node: float) -> Iterator[str]:
        """Yield the lines that add what a routine brings to parameters, inputs and the past."""
        request, place = self.adjoint, self.nodes[node]
        if request.reaches_parameters(routine):
            yield f"by_parameters = by_parameters + {bars}{self._part(request.parameters)}"
        for number, span in request.inputs(routine):
            path = request.wanted.inputs[number]
            axis = self.all_of(self.system.shapes[path])
            target = f"{self._by_input(place, path)}({axis}k)"
            yield f"{target} = {target} + {bars}{self._part(span) if axis else f'({span[0] + 1})'}"
        for _, read, span in request.reads(routine):
            yield from self._read_back(read, f"{bars}{self._part(span)}", place)

    def _read_back(self, read: Read, bars: str, place: int) -> Iterator[str]:
        shape = self.system.shapes[read.slot]
        names = self._names(read, place)
        oldest = f"({'1, ' if self.all_of(shape) else ''}row - length)"
        count, many = f"{prod(read.shape)}, {prod(shape)}", "_together" if self.trials > 1 else ""
        self.layout.used.add(f"read_back{many}")
        if self.adjoint.delays:
            self.layout.used.add(f"delayed_back{many}")
            buffer = f"{self.layout.own(read.slot, '{}_buffer')}{oldest}"
            slopes = [self._own(read, f"{{}}_{word}_{place + 1}") for word in ("slope_samples", "slopes")]
            total = self._own(read, "by_{}_delays")
            yield f"call delayed_back{many}({bars}, {total}, {buffer}, {names['places']}, {count}, {', '.join(slopes)})"
        buffer = f"{self._bars(read.slot)}{oldest}"
        past = f"{names['places']}, {count}, {names['samples']}, {names['weights']}"
        yield f"call read_back{many}({bars}, {buffer}, {past})"

    def _names(self, read: Read, place: int) -> Mapping[str, str]:
        """Return the names of what a read takes at a node."""
        own = [item for item in self._late_arguments() if item.key[1] == read.path]
        return {item.key[0]: f"{item.name}_{place + 1}" for item in own}


def _open(argument: Argument) -> Argument:
    """Return an argument of the loop with as many rows as are given."""
    kinds = {"column": "*", "buffer": "0:*"}
    if argument.key[0] not in kinds:
        return argument
    return evolve(argument, bounds=(*argument.bounds[:-1], kinds[argument.key[0]]))
