"""Print the functions of a generated module."""

from __future__ import annotations

from rates_core.programs.elementwise.body import FunctionBody
from rates_core.programs.elementwise.layout import INSTANT, VECTORS, buffered
from rates_core.programs.naming import one_line
from rates_core.system.system import Read

from rates_numba.layout import load_line, place_of
from rates_numba.printer import Past
from rates_numba.writer import INDENT, NumbaWriter, filled

JIT = '@njit(cache=True, error_model="numpy", nogil=True)'
# What only compiled functions call needs no way in from Python, which takes time to compile.
INNER_JIT = JIT.removesuffix(")") + ", no_cpython_wrapper=True, no_cfunc_wrapper=True)"


class FunctionText(FunctionBody):
    """The text of one function of time, state and constants."""

    def past(self, read: Read) -> Past:
        """Return the names under which a delayed value is read."""
        self.layout.used.add("past")
        forms = ("{}_buffer", "{}_places", "{}_weights", "{}_exact")
        buffer, places, weights, exact = (self.layout.own(read.path, form) for form in forms)
        return Past(buffer, places, weights, exact, self.layout.width(read.slot))

    @property
    def arguments(self) -> list[str]:
        """Return the arguments behind t, y, numbers and arrays that every function of this kind takes."""
        system = self.layout.system
        if self.part.name in INSTANT:
            return []
        if not self.late:
            return self.layout.inputs
        given = self.layout.of(item.path for kind in (system.inputs, system.draws) for item in kind)
        return [*given, "row", "size", "buffers", "gathers"]

    def head(self, constants: bool = True) -> list[str]:
        """Return the lines that name what the function reads; constants may be arguments instead."""
        layout, read = self.layout, self.read
        lines = [
            f"{layout.names[state.path]} = {place_of(state, 'y')}"
            for state in layout.system.states
            if state.path in read
        ]
        if constants:
            known = layout.constants.known.items()
            lines += [load_line(constant, layout.names[path]) for path, constant in known if path in read]
        if self.late:
            lines += self._read_lines()
        return lines

    def _read_lines(self) -> list[str]:
        lines: list[str] = []
        numbers = {read.path: number for number, read in enumerate(self.layout.system.reads)}
        slots = buffered(self.layout.system)
        for read in self.reads:
            past = self.past(read)
            oldest = "row - size" if past.width == 1 else f"(row - size)*{past.width}"
            lines.append(f"{past.buffer} = buffers[{slots.index(read.slot)}].reshape(-1)[{oldest}:]")
            lines.append(f"{past.places}, {past.weights} = gathers[{numbers[read.path]}]")
            lines.append(f"{past.exact} = {past.weights}.shape[1] == 0")
            name = self.layout.names[read.path]
            if not read.shape:
                lines.append(f"{name} = {past.entry('0')}  # {one_line(read.path)}")
            elif read.path not in self.printer.gathered:
                kind = ", np.complex128" if read.complex else ""
                lines.append(f"{name} = np.empty({read.shape[0]}{kind})  # {one_line(read.path)}")
                lines.append(f"for i in range({read.shape[0]}):")
                lines.append(f"{INDENT}{name}[i] = {past.entry('i')}")
        return lines

    def body(self) -> list[str]:
        """Return the lines that compute the results; those with an axis need their arrays to be named before."""
        writer = NumbaWriter(self.printer, self.blocks)
        return [*writer.allocations(self.part.results), *writer.lines()]

    def allocations(self) -> list[str]:
        """Return the lines that name the arrays of the results: parts of one vector, or new ones."""
        lines = []
        for result, path in zip(self.part.results, self.part.paths, strict=True):
            name, shape = self.layout.names[result], self.layout.shapes[result]
            if not shape:
                continue
            if self.vector:
                lines.append(f"{name} = {place_of(self.layout.system.state_paths[path], self.vector)}")
            elif not self._makes_its_own(result):
                lines.append(f"{name} = {NumbaWriter(self.printer, self.blocks).empty(result, shape)}")
        return lines

    def _makes_its_own(self, result: str) -> bool:
        """Tell whether a block makes the array of a result, so that it cannot be given one."""
        return any(getattr(block, "target", None) == result and not filled(block) for block in self.blocks.blocks)

    def slopes(self) -> str:
        """Return the derivatives of states without axes as a tuple, two numbers for a complex one."""
        parts = []
        for result, path in zip(self.part.results, self.part.paths, strict=True):
            state, name = self.layout.system.state_paths[path], self.layout.names[result]
            entries = [f"{name}.real", f"{name}.imag"] if state.complex else [name]
            parts += [(state.offset + number, entry) for number, entry in enumerate(entries)]
        return f"({', '.join(entry for _, entry in sorted(parts))},)"

    @property
    def vector(self) -> str | None:
        """Return the name of the vector that takes the results, if one does."""
        return VECTORS.get(self.part.name)

    def vector_lines(self) -> list[str]:
        """Return the lines that put results into the vector, but for those whose arrays are parts of it."""
        lines, vector = [], str(self.vector)
        for result, path in zip(self.part.results, self.part.paths, strict=True):
            state, name = self.layout.system.state_paths[path], self.layout.names[result]
            if state.shape and self._makes_its_own(result):
                lines.append(f"{place_of(state, vector)}[:] = {name}")
            elif state.complex and not state.shape:
                lines += [f"{vector}[{state.offset}] = {name}.real", f"{vector}[{state.offset + 1}] = {name}.imag"]
            elif not state.shape:
                lines.append(f"{vector}[{state.offset}] = {name}")
        return lines
