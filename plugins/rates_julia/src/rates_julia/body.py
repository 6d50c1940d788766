"""What one function computes of time, state and parameters: its arguments and statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rates_core.programs.elementwise.body import FunctionBody
from rates_core.programs.elementwise.layout import Part, buffered
from rates_core.system.system import Read

from rates_julia.layout import JuliaLayout, zeros
from rates_julia.printer import SYNTAX, Past
from rates_julia.procedure import Argument, Procedure
from rates_julia.writer import JuliaWriter

TIME, STATE, SLOPE = Argument(("t",), "t"), Argument(("y",), "y"), Argument(("dy",), "dy", "out")
AFTER = Argument(("after",), "after", "out")
PARAMETERS, ROW, OLDEST = Argument(("p",), "p"), Argument(("row",), "row"), Argument(("oldest",), "oldest")


class Body(FunctionBody):
    """The statements of one function.

    Args:
        layout: of the module.
        part: what is computed.
        late: whether delayed values are read from buffers where they are used, instead of being arguments.
    """

    layout: JuliaLayout

    def __init__(self, layout: JuliaLayout, part: Part, late: bool = False) -> None:
        super().__init__(layout, part, late)
        self._aliases: dict[str, str] = {}  # names of parts of arrays, and what they are
        self._result_rooms: dict[str, str] = {}  # names of results that are arrays of their own, and what makes them

    def given(self) -> list[Argument]:
        """Return the arguments with external inputs, delayed values and random numbers."""
        system = self.layout.system
        arguments: list[Argument] = []
        for kind, items in (("input", system.inputs), ("read", system.reads), ("draw", system.draws)):
            if kind == "read" and self.late:
                arguments += self._late_arguments()
                continue
            arguments += [
                Argument((kind, item.path), self.layout.names[item.path]) for item in items if item.path in self.read
            ]
        return arguments

    def _late_arguments(self) -> Iterator[Argument]:
        slots = buffered(self.layout.system)
        if self.reads:
            yield OLDEST
        for slot in dict.fromkeys(read.slot for read in self.reads):
            yield Argument(("buffer", slots.index(slot)), self.layout.own(slot, "{}_buffer"))
        for read in self.reads:
            past = self.past(read)
            yield Argument(("places", read.path), past.places)
            yield Argument(("weights", read.path), past.shares)

    def past(self, read: Read) -> Past:
        """Return the names under which a delayed value is read."""
        places, shares = (self.layout.own(read.path, f"{{}}_{word}") for word in ("at", "shares"))
        buffer = self.layout.own(read.slot, "{}_buffer")
        self.layout.used.add("past")
        return Past(buffer, places, shares, self.layout.width(read.slot))

    def room(self, symbol: str) -> str:
        """Return the line that names an array which the function writes and reads again."""
        return self.room_of(self.layout.names[symbol], self.layout.array(symbol))

    def room_of(self, name: str, made: str) -> str:
        """Return the line that names such an array, and remember what makes it."""
        if self.layout.alone is not None:
            return f"{name} = {made}"
        self.layout.rooms[name] = made
        return f"{name} = p.rooms.{name}"

    def states(self) -> list[str]:
        """Return the lines that name the states; those with an axis are parts of `y`."""
        lines = []
        for state in self.layout.system.states:
            if state.path not in self.read:
                continue
            name, first, last = self.layout.names[state.path], state.offset + 1, state.offset + state.width
            said = SYNTAX.said(state.path)
            if not state.complex:
                value = f"view(y, {first}:{last})" if state.shape else f"y[{first}]"
                lines.append(f"{name} = {value}{said}")
            elif not state.shape:
                lines.append(f"{name} = complex(y[{first}], y[{last}]){said}")
            else:
                entry = f"{name}[i] = complex(y[2i + {first - 2}], y[2i + {first - 1}])".replace(" + -1", " - 1")
                lines += [self.room(state.path), *SYNTAX.nested(state.shape, [entry.replace(" + 0]", "]") + said])]
        return lines

    def late_values(self) -> list[str]:
        """Return the lines that read delayed values which are numbers, or are needed as whole arrays."""
        lines = []
        for read in self.whole_reads():
            past, name = self.past(read), self.layout.names[read.path]
            if not read.shape:
                lines.append(f"{name} = {past.entry('1')}{SYNTAX.said(read.path)}")
                continue
            lines.append(self.room_of(name, zeros(read.shape, read.path in self.layout.kinds)))
            lines += SYNTAX.nested(read.shape, [f"{name}[i] = {past.entry('i')}{SYNTAX.said(read.path)}"])
        return lines

    def into(self, vector: str) -> list[str]:
        """Name the results as parts of a vector like y; return the lines that put the complex ones there."""
        lines = []
        for result, path in zip(self.part.results, self.part.paths, strict=True):
            state, name = self.layout.system.state_paths[path], self.layout.names[result]
            first, last = state.offset + 1, state.offset + state.width
            if state.complex and state.shape:
                pair = [
                    f"{vector}[2i + {first - 2}] = real({name}[i])",
                    f"{vector}[2i + {first - 1}] = imag({name}[i])",
                ]
                pair = [line.replace(" + -1", " - 1").replace(" + 0]", "]") for line in pair]
                lines += SYNTAX.nested(state.shape, pair)
                self._result_rooms[name] = zeros(state.shape, True)
            elif state.complex:
                lines += [f"{vector}[{first}] = real({name})", f"{vector}[{last}] = imag({name})"]
            elif state.shape:
                self._aliases[name] = f"view({vector}, {first}:{last})"
            else:
                self.layout.names[result] = f"{vector}[{first}]"
        return lines

    def columns(self) -> list[Argument]:
        """Name the results as parts of columns; return the arguments that these are."""
        arguments = []
        for number, (result, path) in enumerate(zip(self.part.results, self.part.paths, strict=True)):
            shape = self.layout.shapes[result]
            column = self.layout.own(path, "{}_rows")
            if shape:
                self._aliases[self.layout.names[result]] = f"view({column}, {':, ' * len(shape)}row)"
            else:
                self.layout.names[result] = f"{column}[row]"
            arguments.append(Argument(("result", number), column, "inout"))
        return arguments

    def statements(self, after: Iterable[str] = (), before: Iterable[str] = ()) -> list[str]:
        """Return all statements, those of `before` first and of `after` last."""
        writer = JuliaWriter(self.printer, self.blocks)
        states, late, blocks = self.states(), self.late_values(), writer.lines()
        rooms = [self.room_of(name, made) for name, made in self._result_rooms.items()]
        rooms += [self.room(target) for target in self._stored()]
        aliases = [f"{name} = {part}" for name, part in self._aliases.items()]
        return [*before, *states, *late, *aliases, *rooms, *blocks, *after]

    def _stored(self) -> list[str]:
        """Return the temporaries that have arrays of their own."""
        stored = (target for target in self.temporaries() if target in self.blocks.stored)
        return [target for target in dict.fromkeys(stored) if self.layout.shapes[target]]


def derivative(layout: JuliaLayout, late: bool = False) -> Procedure:
    """Return the function that computes dy/dt."""
    body = Body(layout, layout.parts["derivative"], late)
    statements = body.statements(after=body.into("dy"))
    given = body.given()
    name = "derivative_late!" if body.late else "derivative!" if takes_more(layout) else "f!"
    return Procedure(name, ["dy/dt."], [SLOPE, STATE, PARAMETERS, TIME, *given], statements)


def events(layout: JuliaLayout) -> Procedure:
    """Return the function that computes what states are after events."""
    body = Body(layout, layout.parts["events"])
    statements = body.statements(after=body.into(AFTER.name))
    return Procedure(
        "events!", ["Write `y`, after events, into `after`."], [AFTER, STATE, PARAMETERS, TIME], statements
    )


def takes_more(layout: JuliaLayout) -> bool:
    """Tell whether the vector field takes more than state, parameters and time."""
    system = layout.system
    return bool(system.inputs or system.reads or system.draws)


def recording(layout: JuliaLayout, part: str, name: str, summary: str, late: bool = False) -> Procedure:
    """Return a function that writes its results into row `row` of columns."""
    body = Body(layout, layout.parts[part], late)
    columns = body.columns()
    statements = body.statements()
    return Procedure(name, [summary], [*columns, ROW, STATE, PARAMETERS, TIME, *body.given()], statements)
