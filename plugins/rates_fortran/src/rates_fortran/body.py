"""What one procedure computes of time, state and constants: its arguments, variables and statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import prod

from rates_core.programs.elementwise.body import FunctionBody, assigned
from rates_core.programs.elementwise.layout import VECTORS, Part, buffered
from rates_core.programs.naming import one_line
from rates_core.system.system import TIME as TIME_SYMBOL
from rates_core.system.system import Read

from rates_fortran.layout import FortranLayout, type_of_constant
from rates_fortran.lines import INDENT
from rates_fortran.printer import FortranPrinter, Past
from rates_fortran.procedure import Argument, Procedure, extent
from rates_fortran.writer import FortranWriter

LARGEST_LOCAL = 4096  # entries of an array on the stack

TIME = Argument(("t",), "t", by_value=True)


class Body(FunctionBody):
    """The statements of one procedure.

    Args:
        layout: of the module.
        part: what is computed.
        late: whether delayed values are read from buffers where they are used, instead of being arguments.
        trials: that stand side by side on a first axis of all that varies; 1 for no such axis.
    """

    layout: FortranLayout
    printer: FortranPrinter

    def __init__(self, layout: FortranLayout, part: Part, late: bool = False, trials: int = 1) -> None:
        super().__init__(layout, part, late)
        self._trials = trials
        if trials > 1:
            system, assigns = layout.system, [target for block in self.blocks.blocks for target in assigned(block)]
            varying = (item.path for kind in (system.states, system.inputs, system.reads) for item in kind)
            self.printer.wide = frozenset([*assigns, *varying])
            self.printer.gathered = {}
        self._results: dict[str, str] = {}  # where results are put that have no variable of their own
        self._variables: list[tuple[str, str]] = []
        self._allocated: list[str] = []
        self._aliases: list[str] = []  # `name => y(1:3)`

    def constants(self) -> list[Argument]:
        """Return the arguments that hold parameters and what is prepared from them."""
        known = self.layout.constants.known
        numbers = self.read & self.layout.components.keys()
        arguments = [parameters_argument()] if numbers else []
        for path in known:
            if path in self.read and path not in self.layout.components:
                arguments.append(constant_argument(self.layout, path))
        return arguments

    def now(self) -> list[Argument]:
        """Return the arguments that are time and state, if they are read."""
        system = self.layout.system
        states = any(state.path in self.read for state in system.states)
        state = state_argument(*self.wide((system.width,)))
        return [*([TIME] if TIME_SYMBOL in self.read else ()), *([state] if states else ())]

    @property
    def _all(self) -> str:
        """Return what stands for all trials in front of the place of a state, if there are several."""
        return ":, " if self._trials > 1 else ""

    def wide(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of what varies, with the axis of trials if there are several."""
        return shape if self._trials == 1 else (self._trials, *shape)

    def given(self) -> list[Argument]:
        """Return the arguments with external inputs, delayed values and random numbers."""
        system, layout = self.layout.system, self.layout
        arguments: list[Argument] = []
        for kind, items in (("input", system.inputs), ("read", system.reads), ("draw", system.draws)):
            if kind == "read" and self.late:
                arguments += self._late_arguments()
                continue
            for item in items:
                if item.path in self.read:
                    two, shape = kind == "read" and item.path in layout.kinds, item.shape
                    shape = shape if kind == "draw" else self.wide(shape)
                    arguments.append(
                        Argument(
                            (kind, item.path),
                            layout.names[item.path],
                            "complex(dp)" if two else "real(dp)",
                            axes(shape),
                            by_value=not shape and not two,
                        )
                    )
        return arguments

    def _late_arguments(self) -> Iterator[Argument]:
        slots = buffered(self.layout.system)
        for slot in dict.fromkeys(read.slot for read in self.reads):
            name = self.layout.own(slot, "{}_buffer")
            bounds = (*axes(self.wide(())), "0:*")
            yield Argument(("buffer", slots.index(slot)), name, self.layout.type_of(slot), bounds)
        for read in self.reads:
            past = self.past(read)
            yield Argument(("samples", read.path), past.samples, "integer(c_int)", by_value=True)
            entries = read.shape[0] if read.shape else 1
            yield Argument(("places", read.path), past.places, "integer(c_int)", (f"{entries}",))
            yield Argument(("weights", read.path), past.weights, "real(dp)", (f"max({past.samples}, 1)", f"{entries}"))

    def past(self, read: Read) -> Past:
        """Return the names under which a delayed value is read."""
        layout, two = self.layout, read.slot in self.layout.kinds
        layout.used.add("complex_past" if two else "past")
        places, weights, samples = (layout.own(read.path, f"{{}}_{word}") for word in ("at", "shares", "samples"))
        buffer = layout.own(read.slot, "{}_buffer")
        return Past(buffer, places, weights, samples, self.layout.width(read.slot), two)

    def states(self) -> list[str]:
        """Return the lines that name the states; those with an axis become aliases of parts of `y`."""
        lines = []
        for state in self.layout.system.states:
            if state.path not in self.read:
                continue
            name, first, last = self.layout.names[state.path], state.offset + 1, state.offset + state.width
            if state.shape and not state.complex:
                self._aliases.append(f"{name} => y({self._all}{first}:{last})")
                continue
            self._variables.append(self.variable(state.path, name))
            if not state.complex:
                lines.append(f"{name} = y({self._all}{first})  ! {one_line(state.path)}")
            elif state.shape:
                lines.append(f"{name} = cmplx(y({first}:{last}:2), y({first + 1}:{last}:2), dp)")
            else:
                lines.append(f"{name} = cmplx(y({first}), y({last}), dp)  ! {one_line(state.path)}")
        return lines

    def variable(self, symbol: str, name: str) -> tuple[str, str]:
        """Return type and declared name of a variable; a large array is allocated."""
        return self._sized(self.layout.type_of(symbol), name, self.layout.shapes[symbol])

    def _sized(self, kind: str, name: str, shape: tuple[int, ...]) -> tuple[str, str]:
        shape = self.wide(shape)
        count = prod(shape)
        if count > LARGEST_LOCAL:
            self._allocated.append(f"{name}{extent(*shape)}")
            return f"{kind}, allocatable", f"{name}({', '.join(':' for _ in shape)})"
        return kind, f"{name}{extent(*shape)}"

    def late_values(self) -> list[str]:
        """Return the lines that read delayed values which are numbers, or are needed as whole arrays."""
        lines = []
        for read in self.whole_reads():
            past, name = self.past(read), self.layout.names[read.path]
            self._variables.append(self._sized("complex(dp)" if past.complex else "real(dp)", name, read.shape))
            if self._trials > 1:
                self.layout.used.add("late_together")
                arguments = f"{past.buffer}, {past.places}, {prod(read.shape)}, {past.width}, {past.samples}"
                lines.append(f"call late_together({name}, {arguments}, {past.weights})  ! {one_line(read.path)}")
            elif not read.shape:
                lines.append(f"{name} = {past.entry('1')}  ! {one_line(read.path)}")
            else:
                self._variables.append(("integer", "i"))
                lines += [
                    f"do i = 1, {read.shape[0]}  ! {one_line(read.path)}",
                    f"{INDENT}{name}(i) = {past.entry('i')}",
                    "end do",
                ]
        return lines

    def into(self, vector: str) -> list[str]:
        """Name the results as parts of a vector like y; return the lines that put the complex ones there."""
        lines = []
        for result, path in zip(self.part.results, self.part.paths, strict=True):
            state, name = self.layout.system.state_paths[path], self.layout.names[result]
            first, last = state.offset + 1, state.offset + state.width
            if state.complex:
                self._variables.append(self.variable(result, name))
                places = (f"{first}:{last}:2", f"{first + 1}:{last}:2") if state.shape else (f"{first}", f"{last}")
                real = f"cmplx({name}, kind=dp)" if result not in self.layout.kinds else name
                lines += [f"{vector}({places[0]}) = real({real}, dp)", f"{vector}({places[1]}) = aimag({real})"]
            elif state.shape:
                self._aliases.append(f"{name} => {vector}({self._all}{first}:{last})")
            else:
                self.layout.names[result] = f"{vector}({self._all}{first})"
        return lines

    def statements(self, after: Iterable[str] = (), before: Iterable[str] = ()) -> list[str]:
        """Return all statements, those of `before` first and of `after` last; aliases hold for them."""
        writer = FortranWriter(self.printer, self.blocks, self._trials)
        states, late = self.states(), self.late_values()
        lines = [*before, *states, *late, *writer.lines(), *after]
        self._variables += writer.declared
        self._variables += self._temporaries()
        if self._aliases:
            lines = [f"associate ({', '.join(self._aliases)})", *(INDENT + line for line in lines), "end associate"]
        return [*(f"allocate({name})" for name in self._allocated), *lines]

    def _temporaries(self) -> Iterator[tuple[str, str]]:
        """Yield the variables that blocks assign and that are no results."""
        for target in self.temporaries():
            name = self.layout.names[target]
            if target in self.blocks.stored or not self.layout.shapes[target]:
                yield self.variable(target, name)
            else:
                yield self.layout.type_of(target), f"{name}{extent(*self.wide(()))}"

    @property
    def variables(self) -> list[tuple[str, str]]:
        """Return types and declared names of all variables, once the statements are printed."""
        return list(dict.fromkeys(self._variables))


def axes(shape: tuple[int, ...]) -> tuple[str, ...]:
    """Return the bounds of an array of a shape."""
    return tuple(map(str, shape))


def constant_argument(layout: FortranLayout, path: str) -> Argument:
    """Return the argument that holds a parameter, or what is prepared, if `p` does not."""
    constant = layout.constants.known[path]
    kind, single = type_of_constant(constant), not constant.shape and not constant.complex
    return Argument(("constant", path), layout.names[path], kind, axes(constant.shape), by_value=single)


def parameters_argument(intent: str = "in") -> Argument:
    """Return the argument that holds all single numbers."""
    return Argument(("p",), "p", "type(parameters)", intent=intent)


def state_argument(*shape: int, intent: str = "in") -> Argument:
    """Return the argument that is the state."""
    return Argument(("y",), "y", bounds=axes(shape), intent=intent)


def derivative(layout: FortranLayout, late: bool = False) -> Procedure:
    """Return the procedure that computes dy/dt."""
    body = Body(layout, layout.parts["derivative"], late, layout.trials)
    return _vector(body, "derivative_late" if body.late else "derivative", "dy/dt.")


def events(layout: FortranLayout) -> Procedure:
    """Return the procedure that computes what states are after events."""
    return _vector(
        Body(layout, layout.parts["events"], trials=layout.trials), "events", "What states are after events."
    )


def carried_back(layout: FortranLayout, part: str, late: bool = False, trials: int = 1) -> Procedure:
    """Return the procedure that writes what seeds add to bars; other entries of the vector stay."""
    body = Body(layout, layout.parts[part], late, trials)
    return _vector(body, part, f"What seeds of the results of {part.removesuffix('_back')} add to bars.", "inout")


def _vector(body: Body, name: str, summary: str, intent: str = "out") -> Procedure:
    vector, width = VECTORS[body.part.name], body.layout.system.width
    out = Argument((vector,), vector, bounds=axes(body.wide((width,))), intent=intent)
    statements = body.statements(after=body.into(vector)) or ([f"{vector} = 0"] if intent == "out" else [])
    given = [*body.now(), out, *body.constants(), *body.given()]
    return Procedure(name, [summary], given, body.variables, statements).trimmed()


def recording(layout: FortranLayout, part: str, name: str, summary: str, late: bool = False) -> Procedure:
    """Return a procedure whose results are arguments."""
    body = Body(layout, layout.parts[part], late, layout.trials)
    results = [
        Argument(
            ("result", number), layout.names[result], layout.type_of(result), axes(body.wide(layout.shapes[result])),
            "out",
        )
        for number, result in enumerate(layout.parts[part].results)
    ]  # fmt: skip
    statements = body.statements()
    arguments = [*body.now(), *results, *body.constants(), *body.given()]
    return Procedure(name, [summary], arguments, body.variables, statements).trimmed()
