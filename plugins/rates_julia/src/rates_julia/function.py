"""Print one function of time, state and plain arguments, as a module of its own, and call it from Python."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from attrs import frozen
from rates_core.errors import ArgumentError
from rates_core.programs.elementwise.given import Given, Key
from rates_core.programs.elementwise.syntax import shifted
from rates_core.programs.naming import one_line
from rates_core.programs.program import FunctionRequest, FunctionSource, slot_paths
from rates_core.programs.signature import Signature, check_state
from rates_core.system.shapes import shape_of
from rates_core.system.system import InputSignal, Read

from rates_julia.binding import Library
from rates_julia.body import STATE, TIME, Body
from rates_julia.entries import Entries
from rates_julia.layout import GIVEN_WAY, RESERVED, JuliaLayout, zeros
from rates_julia.matrix import matrix_layout
from rates_julia.module import Module, assembled
from rates_julia.printer import SYNTAX
from rates_julia.procedure import Argument, Procedure
from rates_julia.process import Asked


@frozen(eq=False, kw_only=True)
class JuliaSource(FunctionSource):
    """Source text of one function, and how it is called.

    Attributes:
        module: that it is the only function of.
        keys: of the arguments of the function that Python calls, in their order, those by keyword behind them.
        shape: of what it returns.
        functions: number and type of what each argument returns that is a function of time, by its key.
        past_kind: type of past values.
    """

    module: Module
    keys: tuple[Key, ...]
    shape: tuple[int, ...]
    functions: dict[Key, tuple[int, type]]
    past_kind: type


def write_function(request: FunctionRequest) -> JuliaSource:
    """Return the module of one function.

    Raises:
        ArgumentError: Julia, or the generated module, uses its name for something else.
    """
    if request.name in RESERVED - GIVEN_WAY or not re.fullmatch(r"[^\W\d]\w*", request.name, flags=re.ASCII):
        raise ArgumentError(
            f"'{request.name}' is a word of Julia, or one that the generated module uses; choose another func_name."
        )
    return _Writer(Signature.of(request)).source()


class _Writer:
    """Write a right-hand side or a Jacobian as a function of plain arguments."""

    def __init__(self, signature: Signature) -> None:
        self.signature, self.request, self.system = signature, signature.request, signature.system
        self.linearisation = self.request.linearisation
        if self.linearisation is None:
            derivatives = {item.state: item.expression for item in self.system.derivatives}
            taken = (*signature.parameters, *signature.bound)
            self.layout = JuliaLayout(
                self.system, {"derivative": derivatives}, taken, hoist=False, alone=self.request.name
            )
            self.body: Body = Body(self.layout, self.layout.parts["derivative"])
        else:
            self.layout = matrix_layout(self.linearisation, self.request.name, signature.parameters)
            self.body = Entries(self.layout, self.linearisation, self.request.sparse)
        slots = slot_paths(self.system)
        self.past_kind: type = complex if set(slots) & self.layout.kinds else float
        self.width = sum(self.system.shapes[slot][0] if self.system.shapes[slot] else 1 for slot in slots)

    def source(self) -> JuliaSource:
        """Return the text, and how it is called."""
        before = [line for signal in self.signature.sampled for line in self._sample(signal)]
        before += [
            f"{self._name(signal)} = {self.layout.own(signal.path, '{}_of')}(t)" for signal in self.signature.called
        ]
        before += [line for read in self.signature.reads for line in self._read(read)]
        out, shape = self._out()
        body = self.body
        if isinstance(body, Entries):
            statements = body.all_statements(before)
        else:
            statements = body.statements(after=body.into("dy"), before=before)
        arguments = [out, STATE, TIME, *self._arguments()]
        said = [one_line(line) for line in self.signature.documentation(self.layout.names, first=1)]
        procedure = Procedure(self.request.name, said, arguments, statements)
        module = assembled(self.system.name, self.layout, {"function": procedure}, self.request.name)
        signals = tuple(signal.path for signal in self.signature.signals)
        names = self.layout.names
        keys: list[Key] = [("t",), ("y",), *(("constant", path) for path in self.signature.parameters)]
        keys += [("signal", path) for path in signals]
        keys += [(name,) for name in self.signature.past]
        return JuliaSource(
            text=module.source,
            parameters=self.signature.parameters,
            signals=signals,
            names=tuple(self.signature.arguments(names)),
            suffix=".jl",
            states=self.system.width,
            past=bool(self.signature.past),
            bound={path: names[path] for path in self.signature.bound},
            module=module,
            keys=(*keys, *(("constant", path) for path in self.signature.bound)),
            shape=shape,
            functions=self._functions(),
            past_kind=self.past_kind,
        )

    def _functions(self) -> dict[Key, tuple[int, type]]:
        """Return what each argument returns that is a function of time."""
        found: dict[Key, tuple[int, type]] = {
            ("signal", signal.path): (signal.shape[0] if signal.shape else 1, float) for signal in self.signature.called
        }
        if self.signature.reads and self.request.continuous:
            found["history",] = self.width, self.past_kind
        return found

    def _out(self) -> tuple[Argument, tuple[int, ...]]:
        linearisation = self.linearisation
        if linearisation is None:
            return Argument(("out",), "dy", "out"), (self.system.width,)
        shape = (
            (sum(len(block.rows) for block in linearisation.blocks),) if self.request.sparse else linearisation.shape
        )
        return Argument(("out",), self.layout.matrix, "out"), shape

    def _arguments(self) -> Iterator[Argument]:
        """Yield the arguments behind the result, y and t."""
        known = self.layout.constants.known
        for path in (*self.signature.parameters, *self.signature.bound):
            if path in known:
                yield Argument(("constant", path), self.layout.names[path])
        for signal in self.signature.sampled:
            yield Argument(("signal", signal.path), self.layout.own(signal.path, "{}_samples"))
        for signal in self.signature.called:
            yield Argument(("signal", signal.path), self.layout.own(signal.path, "{}_of"))
        if self.signature.reads:
            name = "history" if self.request.continuous else "buffer"
            yield Argument((name,), name)

    def _name(self, item: InputSignal | Read) -> str:
        return self.layout.names[item.path]

    def _sample(self, signal: InputSignal) -> list[str]:
        """Return the lines that take an input at time t from its samples."""
        name, place = self._name(signal), f"{self.layout.own(signal.path, '{}_samples')}, t/{self.request.step_size!r}"
        self.layout.used.add("sampled!" if signal.shape else "sampled")
        if not signal.shape:
            return [f"{name} = sampled({place})"]
        return [f"{name} = {zeros(signal.shape, False)}", f"sampled!({name}, {place})"]

    def _read(self, read: Read) -> list[str]:
        """Return the lines that look up a delayed value."""
        name, printer = self._name(read), self.body.printer
        printer.entry = "i" if read.shape else ""
        delay, entry = printer.text(read.delay), self._entry(read)
        each = shape_of(read.delay, self.layout.shapes) != ()
        target = f"{name}[i]" if read.shape else name
        lines = [f"{name} = {zeros(read.shape, read.complex)}"] if read.shape else []
        if not self.request.continuous:
            self.layout.used.add("buffered")
            text = f"buffered(buffer, {entry}, t, {delay}, {self.request.step_size!r}, {self.request.samples})"
            line = f"{target} = {self._real(text, read)}{SYNTAX.said(read.path)}"
            return [*lines, *SYNTAX.nested(read.shape, [line])]
        if each or not read.shape:
            value = self._real(f"history(t - ({delay}))[{entry}]", read)
            return [*lines, *SYNTAX.nested(read.shape, [f"{target} = {value}{SYNTAX.said(read.path)}"])]
        value = self._real(f"before[{entry}]", read)
        lines.append(f"before = history(t - ({delay}))")
        return [*lines, *SYNTAX.nested(read.shape, [f"{target} = {value}{SYNTAX.said(read.path)}"])]

    def _entry(self, read: Read) -> str:
        """Return the place of an entry among all past values."""
        slot_shape, where = self.system.shapes[read.slot], self.signature.place(read)
        start = where.start if isinstance(where, slice) else where
        if read.index is not None and slot_shape:
            return shifted(self.body.printer.known_place(read.index, "i"), start)
        return shifted("i", start) if slot_shape and read.shape else f"{start + 1}"

    def _real(self, text: str, read: Read) -> str:
        return f"real({text})" if self.past_kind is complex and not read.complex else text


def load_function(source: JuliaSource, name: str) -> Callable[..., Any]:
    """Return a function of Python that calls one of Julia."""
    library = Library(source.module)
    procedure = source.module.procedures["function"]
    taken = {argument.key for argument in procedure.arguments}
    by_keyword = dict(zip(source.bound.values(), source.keys[len(source.names) :], strict=True))
    constants = source.module.layout.constants.known

    def function(*arguments: Any, **bound: Any) -> np.ndarray:
        check_state(arguments[1], source.states)
        out = np.empty(source.shape[::-1])
        given: Given = {("out",): out}
        named = [(by_keyword[word], value) for word, value in bound.items()]
        for key, value in [*zip(source.keys, arguments, strict=False), *named]:
            if key in source.functions:
                given[key] = Asked(value, *source.functions[key])
            elif key in taken:
                known = constants.get(key[1]) if key[0] == "constant" else None
                kind = known.kind if known is not None else source.past_kind if key == ("buffer",) else float
                given[key] = _given(key, value, kind)
        library.call("function", given)
        return out.T

    function.__name__, function.__doc__ = name, "\n".join(procedure.summary)
    return function


def _given(key: Key, value: Any, kind: type) -> Any:
    """Return an argument as it lies in memory."""
    array: np.ndarray = np.asarray(value, dtype=np.int64 if kind is int else kind)
    if array.ndim == 0:
        return array.item()
    return np.ascontiguousarray(array.T) if key[0] == "constant" else np.ascontiguousarray(array)
