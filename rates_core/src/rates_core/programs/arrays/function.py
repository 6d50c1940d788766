"""Print one function of time, state and plain arguments, as a module of its own."""

from __future__ import annotations

import builtins

import numpy as np

from rates_core.errors import ArgumentError
from rates_core.programs.arrays.language import ArrayLanguage
from rates_core.programs.arrays.matrix import joined_entries
from rates_core.programs.arrays.module import ModuleWriter
from rates_core.programs.naming import in_docstring, one_line
from rates_core.programs.program import FunctionRequest, FunctionSource
from rates_core.programs.python_function import head, python_source
from rates_core.programs.signature import Signature, state_check
from rates_core.system.linearisation import Linearisation
from rates_core.system.system import Read


def write_function(request: FunctionRequest, language: ArrayLanguage) -> FunctionSource:
    """Return the module of one function.

    Raises:
        ArgumentError: generated code uses its name for something else.
    """
    reserved = language.reserved - {"derivative", "vector_field", "jacobian", "entries"}
    if request.name in reserved or hasattr(builtins, request.name):  # helpers of the module call some of Python's own
        raise ArgumentError(f"A function cannot be called '{request.name}' here; choose another func_name.")
    writer = FunctionWriter(Signature.of(request), language)
    return python_source(writer.text(), writer.signature, writer.writer.names)


class FunctionWriter:
    """Write a right-hand side, or a Jacobian that takes the same arguments and its index arrays by keyword."""

    def __init__(self, signature: Signature, language: ArrayLanguage) -> None:
        self.signature, self.request, self.language = signature, signature.request, language
        self.system, self.routine = signature.system, signature.routine
        self.writer = ModuleWriter(self.system, [self.routine], language)

    def text(self) -> str:
        """Return the module."""
        return self.language.module(in_docstring(self.system.name), [self._function()], self.request.precision)

    def _function(self) -> str:
        return "\n".join([*head(self.signature, self.writer.names), *(f"    {line}" for line in self._body())])

    def _body(self) -> list[str]:
        names, known = self.writer.names, self.system.parameter_paths
        lines = ["t, y = real(t), real(y)", *state_check(self.system.width, axes=True)]
        for path in (*self.signature.parameters, *self.signature.bound):
            kind = "whole" if known[path].integer else "complex_array" if known[path].complex else "real"
            lines.append(f"{names[path]} = {kind}({names[path]})")
        for signal in self.signature.sampled:
            name = names[signal.path]
            lines.append(f"{name} = sampled(real({name}), t, {self.request.step_size!r})  # {one_line(signal.path)}")
        for signal in self.signature.called:
            lines.append(f"{names[signal.path]} = real({names[signal.path]}(t))  # {one_line(signal.path)}")
        used = self.routine.arguments
        states = [state for state in self.system.states if state.path in used]
        lines += [f"{names[state.path]} = {self.writer.unpacked(state)}" for state in states]
        for read in self.signature.reads:
            lines += self._read(read)
        return [*lines, *self.writer.statements(self.routine.body), *self._result()]

    def _read(self, read: Read) -> list[str]:
        """Return the lines that name a delayed value."""
        name, printer = self.writer.names[read.path], self.writer.printer
        where, index = self.signature.place(read), read.index
        kind = "complex_array" if read.complex else "real"
        if self.request.continuous:
            source = f"{kind}(history(t - {{delay}}))"
        else:
            source = f"buffered({kind}(buffer), t, {{delay}}, {self.request.step_size!r}, {self.request.samples})"
        shaped = isinstance(where, slice)
        place = f"[{where.start}:{where.stop}]" if isinstance(where, slice) else f"[{where}]"
        if not printer.rank(read.delay):
            delay = printer.text(read.delay, 10)
            lines = [f"{name} = {source.format(delay=delay)}{place}  # {one_line(read.path)}"]
            if index is not None and shaped:
                lines.append(f"{name} = picked({name}, {self.writer.names[index]}, -1)")
            return lines
        delays = printer.text(read.delay)
        each = f"{source.format(delay='delay')}{place}"
        if not shaped:
            items = f"[{each}[None] for delay in {delays}]"
        elif index is not None:
            items = f"[{each}[i, None] for delay, i in zip({delays}, {self.writer.names[index]})]"
        else:
            items = f"[{each}[i, None] for i, delay in enumerate({delays})]"
        return [f"{name} = joined(*{items})  # {one_line(read.path)}"]

    def _result(self) -> list[str]:
        linearisation, results = self.request.linearisation, self.routine.results
        if linearisation is None:
            return self.writer.slope_lines(results)
        entries = joined_entries(self.writer, linearisation, results)
        if self.request.sparse:
            return [f"return {entries}"]
        rows, columns = linearisation.shape
        return [
            f"entries = {entries}",
            *self._places(linearisation),
            f"return in_rows(summed(entries, places_of_entries, {rows * columns}), {rows}, {columns})",
        ]

    def _places(self, linearisation: Linearisation) -> list[str]:
        """Return the lines that name the places of all entries, row by row one behind the other."""
        width = linearisation.shape[1]
        parts: list[str] = []
        single: list[int] = []

        def close() -> None:
            if single:
                parts.append(f"whole({single})")
                single.clear()

        for block in linearisation.blocks:
            if len(block.rows) == 1 or block.places is None:
                single += (np.asarray(block.rows) * width + np.asarray(block.columns)).tolist()
            else:
                close()
                rows, columns = self.writer.of(block.places)
                parts.append(f"{rows}*{width} + {columns}")
        close()
        return [f"places_of_entries = joined({', '.join(parts or ['whole([])'])})"]
