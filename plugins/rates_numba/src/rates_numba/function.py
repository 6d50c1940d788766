"""Print one function of time, state and plain arguments, as a module of its own."""

from __future__ import annotations

import keyword

from rates_core.errors import ArgumentError
from rates_core.programs.naming import one_line
from rates_core.programs.program import FunctionRequest, FunctionSource
from rates_core.programs.python_function import head, inputs_now, past_values, python_source, support
from rates_core.programs.signature import Signature, state_check
from rates_core.system.system import Read

from rates_numba.function_text import JIT, FunctionText
from rates_numba.layout import Layout
from rates_numba.matrix import assembly_lines, entry_lines, matrix_layout
from rates_numba.module import opening
from rates_numba.printer import KNOWN
from rates_numba.writer import INDENT

MODULE_NAMES = frozenset(
    {
        *keyword.kwlist, *KNOWN, "np", "math", "njit", "sampled", "buffered", "abs", "int", "float", "complex", "range",
        "len", "zip", "min", "max", "round",
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
    return python_source(writer.text(), writer.signature, writer.layout.names)


class _Writer:
    """Write a compiled function of plain arguments, and the function that users call, which looks into the past."""

    def __init__(self, signature: Signature) -> None:
        self.signature, self.request, self.system = signature, signature.request, signature.system
        linearisation = self.request.linearisation
        if linearisation is None:
            derivatives = {item.state: item.expression for item in self.system.derivatives}
            self.layout = Layout(self.system, {"derivative": derivatives}, hoist=False)
        else:
            self.layout = matrix_layout(linearisation, hoist=False)
        part = next(iter(self.layout.parts.values()))
        self.field = FunctionText(self.layout, part)
        self.compiled = self.layout.identifiers.derived("{}_compiled", self.request.name)
        self.constants = [*signature.parameters, *signature.bound]

    def text(self) -> str:
        """Return the text of the module."""
        compiled, called = self._compiled(), self._called()
        texts = opening(self.system.name, self.layout.used)
        return "\n\n\n".join([*texts, *support(self.signature), compiled, called]) + "\n"

    def _given(self) -> list[str]:
        """Return the names of external inputs and delayed values that are computed with."""
        inputs = [signal.path for signal in (*self.signature.sampled, *self.signature.called)]
        return self.layout.of([*inputs, *(read.path for read in self.signature.reads)])

    def _compiled(self) -> str:
        out = "dy" if self.request.linearisation is None else "jacobian"
        arguments = ["t", "y", out, *self.layout.of(self.constants), *self._given()]
        lines = [*self.field.head(constants=False), *self.field.allocations(), *self.field.body(), *self._results()]
        return "\n".join(
            [JIT, f"def {self.compiled}({', '.join(arguments)}):", *(INDENT + line for line in lines or ["return"])]
        )

    def _results(self) -> list[str]:
        linearisation = self.request.linearisation
        if linearisation is None:
            return self.field.vector_lines()
        return (entry_lines if self.request.sparse else assembly_lines)(linearisation, self.layout)

    def _called(self) -> str:
        names, signature = self.layout.names, self.signature
        lines = head(signature, names)
        lines += [f"    {line}" for line in inputs_now(signature, names)]
        for read in signature.reads:
            lines += [f"    {line}" for line in self._read(read)]
        for path in self.constants:
            if self.system.shapes[path]:
                lines.append(f"    {names[path]} = np.ascontiguousarray({names[path]})")
        out, shape = self._out()
        given = ["y = np.ascontiguousarray(y, dtype=float)", *state_check(self.system.width)]
        lines += [f"    {line}" for line in given]
        arguments = ["float(t)", "y", out]
        lines.append(f"    {out} = np.zeros({shape})")
        lines.append(f"    {self.compiled}({', '.join([*arguments, *self.layout.of(self.constants), *self._given()])})")
        return "\n".join([*lines, f"    return {out}"])

    def _out(self) -> tuple[str, str]:
        linearisation = self.request.linearisation
        if linearisation is None:
            return "dy", str(self.system.width)
        if self.request.sparse:
            return "jacobian", str(sum(len(block.rows) for block in linearisation.blocks))
        return "jacobian", str(linearisation.shape)

    def _read(self, read: Read) -> list[str]:
        """Return the lines that look up a delayed value."""
        from rates_core.system.shapes import shape_of

        name = self.layout.names[read.path]
        delay = self._delay(read)
        source, place = past_values(self.signature, read)
        kind = "complex" if read.complex else "float"
        if not shape_of(read.delay, self.layout.shapes):
            lines = [f"{name} = {source.format(delay=f'({delay})')}[{place}]  # {one_line(read.path)}"]
            if read.index is not None and self.system.shapes[read.slot]:
                lines.append(f"{name} = {name}[{self.layout.names[read.index]}]")
            if read.shape:
                lines.append(f"{name} = np.ascontiguousarray(np.broadcast_to({name}, {read.shape}), dtype={kind})")
            return lines
        index = self.layout.names[read.index] if read.index else "range(len(delays))"
        picked = f"[{place}]" + ("[i]" if self.system.shapes[read.slot] else "")
        each = f"[{source.format(delay='d')}{picked} for d, i in zip(delays, {index})]"
        return [f"delays = {delay}", f"{name} = np.array({each}, dtype={kind})  # {one_line(read.path)}"]

    def _delay(self, read: Read) -> str:
        """Return the delay as an expression of whole arrays, which plain Python computes."""
        printer = self.layout.printer()
        printer.local = frozenset(self.layout.shapes)
        return printer.text(read.delay)
