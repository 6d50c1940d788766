"""Print one function of time, state and plain arguments, as a module of its own, and call it from Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from attrs import frozen
from rates_core.errors import ArgumentError
from rates_core.programs.elementwise.given import Key
from rates_core.programs.elementwise.syntax import shifted
from rates_core.programs.naming import one_line
from rates_core.programs.program import FunctionRequest, FunctionSource, slot_paths
from rates_core.programs.signature import Signature, check_state
from rates_core.system.shapes import shape_of
from rates_core.system.system import InputSignal, Read

from rates_fortran.binding import Called, Library
from rates_fortran.body import TIME, Body, axes, constant_argument, state_argument
from rates_fortran.layout import GIVEN_WAY, RESERVED, FortranLayout
from rates_fortran.lines import INDENT
from rates_fortran.matrix import Entries, matrix_layout
from rates_fortran.module import Module, assembled
from rates_fortran.procedure import Argument, Procedure

INTERFACE = """!> What depends on time: writes its values at t.
abstract interface
  subroutine {0}function_of_time(t, values) bind(c)
    import :: dp
    real(dp), intent(in), value :: t
    {1}(dp), intent(out) :: values(*)
  end subroutine
end interface"""
REAL, COMPLEX = INTERFACE.format("", "real").split("\n"), INTERFACE.format("complex_", "complex").split("\n")


@frozen(eq=False, kw_only=True)
class FortranSource(FunctionSource):
    """Source text of one procedure, and how it is called.

    Attributes:
        module: that it is the only procedure of.
        keys: of the arguments of the function that Python calls, in their order, those by keyword behind them.
        shape: of what it returns.
        functions: shape and type of what each argument returns that is a function of time, by its key.
    """

    module: Module
    keys: tuple[Key, ...]
    shape: tuple[int, ...]
    functions: dict[Key, tuple[int, type]]


def write_function(request: FunctionRequest) -> FortranSource:
    """Return the module of one function.

    Raises:
        ArgumentError: Fortran, or the generated module, uses its name for something else.
    """
    if request.name.lower() in RESERVED - GIVEN_WAY or request.name.startswith("_"):
        raise ArgumentError(
            f"'{request.name}' is a word of Fortran, or one that the generated module uses; choose another func_name."
        )
    return _Writer(Signature.of(request)).source()


class _Writer:
    """Write a right-hand side or a Jacobian as a procedure of plain arguments."""

    def __init__(self, signature: Signature) -> None:
        self.signature, self.request, self.system = signature, signature.request, signature.system
        self.linearisation = self.request.linearisation
        if self.linearisation is None:
            derivatives = {item.state: item.expression for item in self.system.derivatives}
            taken = (*signature.parameters, *signature.bound)
            self.layout = FortranLayout(
                self.system, {"derivative": derivatives}, taken, hoist=False, alone=self.request.name
            )
            self.body = Body(self.layout, self.layout.parts["derivative"])
        else:
            self.layout = matrix_layout(self.linearisation, self.request.name, signature.parameters)
            self.body = Entries(self.layout, self.linearisation, self.request.sparse)
        self.past_type = "complex" if set(slot_paths(self.system)) & self.layout.kinds else "real"
        self.width = sum(
            self.system.shapes[slot][0] if self.system.shapes[slot] else 1 for slot in slot_paths(self.system)
        )

    def source(self) -> FortranSource:
        """Return the text, and how it is called."""
        before = [line for signal in self.signature.sampled for line in self._sample(signal)]
        variables: list[tuple[str, str]] = []
        for signal in self.signature.called:
            before += self._call(signal, variables)
        for read in self.signature.reads:
            before += self._read(read, variables)
        out, shape = self._out()
        body = self.body
        if isinstance(body, Entries):
            statements = body.all_statements()
            statements = [*before, *statements]
        else:
            statements = body.statements(after=body.into("dy"), before=before)
        given: list[InputSignal | Read] = [*self.signature.sampled, *self.signature.called, *self.signature.reads]
        variables += [body.variable(item.path, self.layout.names[item.path]) for item in given]
        variables += [("integer", "i")] if any("do i =" in line for line in before) else []
        arguments = [TIME, state_argument(self.system.width), out, *self._arguments()]
        unused = unneeded(statements, arguments)
        if unused:  # solvers and right-hand sides of the same model have them all the same
            named = ", ".join(f"unused{number} => {name}" for number, name in enumerate(unused, 1))
            statements = [f"associate ({named})", "end associate", *statements]
        procedure = Procedure(
            self.request.name, self._documentation(), arguments, list(dict.fromkeys([*variables, *body.variables])),
            statements,
        )  # fmt: skip
        used = {argument.interface for argument in arguments}
        interfaces = [
            *(REAL if "function_of_time" in used else ()),
            *(COMPLEX if "complex_function_of_time" in used else ()),
        ]
        module = assembled(self.system.name, self.layout, [procedure], interfaces, self.request.name)
        signals = tuple(signal.path for signal in self.signature.signals)
        names = self.layout.names
        keys: list[Key] = [("t",), ("y",), *(("constant", path) for path in self.signature.parameters)]
        keys += [("signal", path) for path in signals]
        keys += [(name,) for name in self.signature.past]
        return FortranSource(
            text=module.source,
            parameters=self.signature.parameters,
            signals=signals,
            names=tuple(self.signature.arguments(names)),
            suffix=".f90",
            states=self.system.width,
            past=bool(self.signature.past),
            columns_first=True,
            bound={path: names[path] for path in self.signature.bound},
            module=module,
            keys=(*keys, *(("constant", path) for path in self.signature.bound)),
            shape=shape,
            functions=self._functions(),
        )

    def _functions(self) -> dict[Key, tuple[int, type]]:
        """Return what each argument returns that is a function of time."""
        found: dict[Key, tuple[int, type]] = {
            ("signal", signal.path): (signal.shape[0] if signal.shape else 1, float) for signal in self.signature.called
        }
        if self.signature.reads and self.request.continuous:
            found["history",] = self.width, complex if self.past_type == "complex" else float
        return found

    def _documentation(self) -> list[str]:
        return [one_line(line) for line in self.signature.documentation(self.layout.names, first=1)]

    def _out(self) -> tuple[Argument, tuple[int, ...]]:
        linearisation = self.linearisation
        if linearisation is None:
            shape: tuple[int, ...] = (self.system.width,)
            return Argument(("out",), "dy", bounds=axes(shape), intent="out"), shape
        shape = (
            (sum(len(block.rows) for block in linearisation.blocks),) if self.request.sparse else linearisation.shape
        )
        return Argument(("out",), self.layout.matrix, bounds=axes(shape), intent="out"), shape

    def _arguments(self) -> Iterator[Argument]:
        """Yield the arguments behind t, y and the result."""
        known = self.layout.constants.known
        for path in (*self.signature.parameters, *self.signature.bound):
            if path in known:
                yield constant_argument(self.layout, path)
        for signal in self.signature.sampled:
            length = self.layout.own(signal.path, "{}_length")
            yield Argument(("length", signal.path), length, "integer(long)", by_value=True)
            bounds = (*axes(signal.shape), length)
            yield Argument(("signal", signal.path), self.layout.own(signal.path, "{}_samples"), bounds=bounds)
        for signal in self.signature.called:
            yield Argument(("signal", signal.path), self.layout.own(signal.path, "{}_of"), interface="function_of_time")
        if self.signature.reads and self.request.continuous:
            kind = "complex_" if self.past_type == "complex" else ""
            yield Argument(("history",), "history", interface=f"{kind}function_of_time")
        elif self.signature.reads:
            yield Argument(("rows",), "rows", "integer(long)", by_value=True)
            yield Argument(("buffer",), "buffer", f"{self.past_type}(dp)", (f"{self.width}", "rows"))

    def _sample(self, signal: InputSignal) -> list[str]:
        """Return the lines that take an input at time t from its samples."""
        self.layout.used.add("sampled")
        name, samples, length = (
            self.layout.names[signal.path],
            self.layout.own(signal.path, "{}_samples"),
            self.layout.own(signal.path, "{}_length"),
        )
        place = f"t/{self.request.step_size!r}_dp"
        if not signal.shape:
            return [f"{name} = sampled({samples}, 1, 1, {length}, {place})"]
        size = signal.shape[0]
        return [
            f"do i = 1, {size}", f"{INDENT}{name}(i) = sampled({samples}, {size}, i, {length}, {place})", "end do",
        ]  # fmt: skip

    def _call(self, signal: InputSignal, variables: list[tuple[str, str]]) -> list[str]:
        """Return the lines that call the function of time that an input is."""
        name, function = self.layout.names[signal.path], self.layout.own(signal.path, "{}_of")
        if signal.shape:
            return [f"call {function}(t, {name})"]
        now = self.layout.own(signal.path, "{}_now")
        variables.append(("real(dp)", f"{now}(1)"))
        return [f"call {function}(t, {now})", f"{name} = {now}(1)"]

    def _read(self, read: Read, variables: list[tuple[str, str]]) -> list[str]:
        """Return the lines that look up a delayed value."""
        name, printer = self.layout.names[read.path], self.body.printer
        printer.entry = "i" if read.shape else ""
        delay = printer.text(read.delay)
        slot_shape = self.system.shapes[read.slot]
        where = self.signature.place(read)
        start = where.start if isinstance(where, slice) else where
        if read.index is not None and slot_shape:
            entry = f"int({shifted(printer.known_place(read.index, 'i'), start)})"
        else:
            entry = shifted("i", start) if slot_shape and read.shape else f"{start + 1}"
        each = shape_of(read.delay, self.layout.shapes) != ()
        target = f"{name}(i)" if read.shape else name
        if not self.request.continuous:
            function = "complex_buffered" if self.past_type == "complex" else "buffered"
            self.layout.used.add(function)
            place = f"{entry}, t, {delay}, {self.request.step_size!r}_dp, {self.request.samples}"
            text = f"{function}(buffer, {self.width}, rows, {place})"
            lines = [f"{target} = {self._real(text, read)}  ! {one_line(read.path)}"]
        else:
            variables.append((f"{self.past_type}(dp)", f"before({self.width})"))
            call = f"call history(t - ({delay}), before)"
            lines = [f"{target} = {self._real(f'before({entry})', read)}  ! {one_line(read.path)}"]
            if each or not read.shape:
                lines.insert(0, call)
            else:
                return [call, f"do i = 1, {read.shape[0]}", *(INDENT + line for line in lines), "end do"]
        if read.shape:
            lines = [f"do i = 1, {read.shape[0]}", *(INDENT + line for line in lines), "end do"]
        return lines

    def _real(self, text: str, read: Read) -> str:
        return f"real({text}, dp)" if self.past_type == "complex" and not read.complex else text


def unneeded(statements: Sequence[str], arguments: Sequence[Argument]) -> list[str]:
    """Return the names of arguments that no statement has, nor the bounds of one that some statement has."""
    kept = Procedure("", [""], arguments, [], statements).trimmed().arguments
    return [argument.name for argument in arguments if argument not in kept]


def load_function(source: FortranSource, name: str) -> Callable[..., Any]:
    """Return a function of Python that calls a compiled procedure."""
    loaded: list[Library] = []  # compiled when it is called: the text is had without a compiler
    procedure = source.module.procedures[name]
    taken = {argument.key: argument for argument in procedure.arguments}
    by_keyword = dict(zip(source.bound.values(), source.keys[len(source.names) :], strict=True))

    def function(*arguments: Any, **bound: Any) -> np.ndarray:
        check_state(arguments[1], source.states)
        out = np.empty(source.shape[::-1])
        given: dict[Key, Any] = {("out",): out}
        named = [(by_keyword[word], value) for word, value in bound.items()]
        called: list[Called] = []
        for key, value in [*zip(source.keys, arguments, strict=False), *named]:
            argument = taken.get(key)
            if argument is None:
                continue
            if argument.interface:
                called.append(Called(value, *source.functions[key]))
                given[key] = called[-1].pointer
            else:
                given |= _given(argument, value)
        if not loaded:
            loaded.append(Library(source.module))
        loaded[0].call(name, given)
        for one in called:
            one.check()
        return out.T

    function.__name__, function.__doc__ = name, "\n".join(procedure.summary)
    return function


def _given(argument: Argument, value: Any) -> dict[Key, Any]:
    """Return what a procedure is given for an argument, with its length where it takes that too."""
    key = argument.key
    if argument.by_value:
        return {key: value}
    kind: type = {"complex(dp)": complex, "integer(long)": np.int64}.get(argument.type, float)
    array: np.ndarray = np.asarray(value, dtype=kind)
    if key == ("buffer",):
        return {key: np.ascontiguousarray(array), ("rows",): len(array)}
    if key[0] == "signal":
        return {key: np.ascontiguousarray(array), ("length", key[1]): len(array)}
    return {key: np.ascontiguousarray(array.T)}
