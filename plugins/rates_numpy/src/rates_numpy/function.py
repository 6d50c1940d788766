"""Print one function of time, state and plain arguments, as a module of its own."""

from __future__ import annotations

import keyword

from rates_core.errors import ArgumentError
from rates_core.programs.module_names import ModuleNames
from rates_core.programs.naming import one_line
from rates_core.programs.program import FunctionRequest, FunctionSource
from rates_core.programs.python_function import head, inputs_now, past_values, python_source, support
from rates_core.programs.signature import Signature, state_check
from rates_core.system.system import Read

from rates_numpy import scalar_functions
from rates_numpy.matrix import assembly_lines, entries_text
from rates_numpy.module import (
    header,
    helpers,
    module_names,
    module_printer,
    pack,
    statement_lines,
    unpack,
)
from rates_numpy.printer import NumpyPrinter

MODULE_NAMES = frozenset(
    {
        *keyword.kwlist, "np", "math", "cmath", "pi", "e", "tanh", "atan", "atan2", "erf", "erfc", "array_erf",
        "array_erfc", "pack", "unpack", "sampled", "buffered", "abs", "int", "float", "complex", "range", "len", "zip",
        "min", "max", "round", *(name for name in vars(scalar_functions) if not name.startswith("_")),
    }
)  # fmt: skip


def write_function(request: FunctionRequest) -> FunctionSource:
    """Return the module of one function.

    Raises:
        ArgumentError: generated Python uses its name for something else.
    """
    if request.name in MODULE_NAMES:
        raise ArgumentError(f"A function of Python cannot be called '{request.name}' here; choose another func_name.")
    writer = _Writer(Signature.of(request))
    return python_source(writer.text(), writer.signature, writer.names.identifiers)


class _Writer:
    """Write a right-hand side, or a Jacobian that takes the same arguments and its index arrays by keyword."""

    def __init__(self, signature: Signature) -> None:
        self.signature, self.request = signature, signature.request
        self.system, self.routine = signature.system, signature.routine
        self.names: ModuleNames = module_names(self.system, [self.routine])
        self.printer: NumpyPrinter = module_printer(self.system, self.names, [self.routine])
        self.printer.caught = False

    def text(self) -> str:
        body = [*self._support(), self._function()]
        title = self.system.name
        return "\n\n\n".join([header(title, self.printer, "\n".join(body)), *helpers(self.printer), *body]) + "\n"

    def _support(self) -> list[str]:
        parts = [*support(self.signature), unpack(self.system, self.printer)]
        return parts if self.request.linearisation is not None else [*parts, pack(self.system, self.printer)]

    def _function(self) -> str:
        names = self.names.identifiers
        states = [names[state.path] for state in self.system.states]
        lines = head(self.signature, names)
        lines += [f"    {line}" for line in ("y = np.asarray(y, dtype=float)", *state_check(self.system.width))]
        lines.append(f"    {', '.join(states)}{',' if len(states) == 1 else ''} = unpack(y)")
        lines += [f"    {line}" for line in inputs_now(self.signature, names)]
        for read in self.signature.reads:
            lines += [f"    {line}" for line in self._read(read)]
        lines += ["    " + line for line in statement_lines(self.routine.body, self.printer)]
        return "\n".join([*lines, *(f"    {line}" for line in self._result())])

    def _read(self, read: Read) -> list[str]:
        """Print a delayed read."""
        name, delay = self.names.identifiers[read.path], self.printer.text(read.delay, 10)
        source, place = past_values(self.signature, read)
        if not self.printer_shape(read):
            lines = [f"{name} = {source.format(delay=delay)}[{place}]  # {one_line(read.path)}"]
            if read.index is not None and self.system.shapes[read.slot]:
                lines.append(f"{name} = {name}[{self.names.identifiers[read.index]}]")
            return lines
        index = self.names.identifiers[read.index] if read.index else "range(len(delays))"
        picked = f"[{place}]" + ("[i]" if self.system.shapes[read.slot] else "")
        each = f"[{source.format(delay='d')}{picked} for d, i in zip(delays, {index})]"
        return [f"delays = {delay}", f"{name} = np.array({each})  # {one_line(read.path)}"]

    def printer_shape(self, read: Read) -> tuple[int, ...]:
        from rates_core.system.shapes import shape_of

        return shape_of(read.delay, self.printer.shapes)

    def _result(self) -> list[str]:
        linearisation = self.request.linearisation
        if linearisation is None:
            values = [self.printer.text(result) for result in self.routine.results]
            names = self.names.of([item.state for item in self.system.derivatives], "d_{}")
            lines = [
                f"{name} = {text}  # {one_line(item.state)}"
                for name, text, item in zip(names, values, self.system.derivatives, strict=True)
            ]
            return [*lines, f"return pack(({', '.join(names)}{',' if len(names) == 1 else ''}))"]
        if self.request.sparse:
            return [f"return {entries_text(linearisation, self.routine.results, self.printer)}"]
        return [*assembly_lines(linearisation, self.routine.results, self.printer), "return jacobian"]
