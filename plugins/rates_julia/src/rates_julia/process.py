"""One Julia that stays: it is started at the first use, spoken to through its pipes, and ends with this process.

Julia could also be embedded, and then a call would cost a microsecond instead of some tens, of which the pipes alone
take twenty. A process of its own is chosen because Julia takes over signals, threads and the libraries of the process
that it is loaded into, which Python, array libraries and debuggers want for themselves; and what goes wrong in it is an
error here, not the end of a session. Loops run on Julia's side for long times, so that calls are few.
"""

from __future__ import annotations

import atexit
import os
import shlex
import struct
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.resources import as_file, files
from typing import IO, Any

import numpy as np
from attrs import frozen
from rates_core.errors import SimulationError

from rates_julia.probe import command, probe

LOAD, CALL, KEEP, KEEP_RESULT, DROP = range(1, 6)
DONE, FAILED, NO_PLACE, ASKED = range(4)
ENTRIES = {np.dtype(kind): number for number, kind in enumerate((float, complex, np.int64, np.int32), 1)}
IN, INOUT, OUT = range(3)
ROOM = 2**20  # bytes that may lie in a pipe: large arrays go over in few turns


class JuliaError(SimulationError):
    """Julia is not there, ended, or does not accept or finish what it was asked for.

    Attributes:
        line: of a generated module on which it arose, or 0.
    """

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


@frozen(eq=False)
class Array:
    """An array of which the function also writes."""

    values: np.ndarray
    way: int


@frozen(eq=False)
class Asked:
    """A function of time that Julia calls.

    Attributes:
        function: takes a time and returns numbers.
        count: how many.
        kind: of which type.
    """

    function: Callable[[float], Any]
    count: int
    kind: type


@frozen
class Function:
    """A function of a module, as an argument of another one.

    Attributes:
        module: number of the module.
        name: of the function in it.
    """

    module: int
    name: str


@frozen(eq=False)
class Kept:
    """A value on Julia's side; it is dropped there when nothing here holds it any more."""

    julia: Julia
    number: int

    def __del__(self) -> None:
        self.julia.dropped.append(self.number)


class _Message:
    """A request, part by part."""

    def __init__(self, *numbers: int) -> None:
        self.parts: list[bytes | memoryview] = []
        self.back: list[np.ndarray] = []
        self.asked: list[Asked] = []
        self.numbers(*numbers)

    def numbers(self, *numbers: int) -> None:
        self.parts.append(struct.pack(f"<{len(numbers)}q", *numbers))

    def text(self, text: str) -> None:
        encoded = text.encode()
        self.numbers(len(encoded))
        self.parts.append(encoded)

    def value(self, value: Any) -> None:
        """Add a value; arrays keep the order of memory, so that their axes are reversed in Julia."""
        match value:
            case Array(values, way):
                self._array(values, way)
            case np.ndarray():
                self._array(value, IN)
            case Kept(_, number):
                self.numbers(5, number)
            case Asked(_, count, kind):
                self.numbers(6, ENTRIES[np.dtype(kind)], len(self.asked), count)
                self.asked.append(value)
            case Function(module, name):
                self.numbers(8, module)
                self.text(name)
            case Mapping():
                self.numbers(7, len(value))
                for name, part in value.items():
                    self.text(name)
                    self.value(part)
            case int() | np.integer():
                self.numbers(1, int(value))
            case complex():
                self.parts.append(struct.pack("<q2d", 3, value.real, value.imag))
            case _:
                self.parts.append(struct.pack("<qd", 2, float(value)))

    def _array(self, values: np.ndarray, way: int) -> None:
        if way == IN and not values.ndim:
            self.value(values.item())
            return
        if not values.flags.c_contiguous:
            if way != IN:
                raise JuliaError("An array that Julia writes is not contiguous; this is an error of rates-julia.")
            values = np.ascontiguousarray(values)
        self.numbers(4, ENTRIES[values.dtype], way, values.ndim, *values.shape[::-1])
        if way != OUT:
            self.parts.append(_bytes(values))
        if way != IN:
            self.back.append(values)


def _bytes(values: np.ndarray) -> memoryview:
    return memoryview(values.reshape(-1).view(np.uint8))  # type: ignore[arg-type]


class Julia:
    """A running Julia.

    Raises:
        JuliaError: there is none, or it does not start.
    """

    def __init__(self) -> None:
        found = command()
        if found is None:
            raise JuliaError(f"A Julia module cannot run: {probe()}.")
        self.dropped: list[int] = []
        self.ended = False
        self._lock = threading.RLock()
        self._modules: dict[str, int] = {}
        self._words: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
        with as_file(files("rates_julia").joinpath("server.jl")) as server:
            # signals of the terminal are for Python, which ends Julia if it has to
            self._process = subprocess.Popen(
                [*found, "--startup-file=no", *_threads(found), str(server)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._words, start_new_session=True,
                pipesize=ROOM,
            )  # fmt: skip
            try:
                self._exchange(_Message(KEEP, 1, 0))  # it has read its file, and works
            except JuliaError as error:
                raise JuliaError(
                    f"'{shlex.join(found)}' does not start as Julia does: {error}. Let RATES_JULIA name a Julia."
                ) from None
            self._numbers(1)

    def load(self, name: str, source: str) -> int:
        """Return the number of a module, which is loaded once."""
        with self._lock:
            if source not in self._modules:
                message = _Message(LOAD)
                message.text(name)
                message.text(source)
                self._exchange(message)
                (self._modules[source],) = self._numbers(1)
            return self._modules[source]

    def keep(self, value: Any) -> Kept:
        """Send a value that later calls take by its number."""
        with self._lock:
            message = _Message(KEEP)
            message.value(value)
            self._exchange(message)
            return Kept(self, *self._numbers(1))

    def call(self, module: int, name: str, lists: Sequence[Sequence[Any]]) -> list[Any]:
        """Call a function of a module for each list of arguments; return what it returns and fill what it writes."""
        with self._lock:
            message = self._calls(CALL, module, name, lists)
            back = iter(message.back)
            results = []
            for arguments in lists:
                results.append(self._answer())
                for _ in range(sum(isinstance(argument, Array) and argument.way != IN for argument in arguments)):
                    self._read_into(_bytes(next(back)))
            return results

    def made(self, module: int, name: str, arguments: Sequence[Any]) -> Kept:
        """Call a function of a module whose result stays on Julia's side."""
        with self._lock:
            self._calls(KEEP_RESULT, module, name, [arguments])
            return Kept(self, *self._numbers(1))

    def _calls(self, kind: int, module: int, name: str, lists: Sequence[Sequence[Any]]) -> _Message:
        message = _Message(kind, module)
        message.text(name)
        message.numbers(len(lists))
        for arguments in lists:
            message.numbers(len(arguments))
            for argument in arguments:
                message.value(argument)
        self._exchange(message)
        return message

    def _exchange(self, message: _Message) -> None:
        """Send a request, and return when its results can be read.

        Raises:
            JuliaError: an error in Julia, or its end.
            IndexError: a computed index is no whole number, or lies outside of its axis.
        """
        errors: list[Exception] = []
        try:
            while self.dropped:
                self._write([struct.pack("<2q", DROP, self.dropped.pop())])
                self._numbers(1)
            self._write(message.parts)
            while (status := self._numbers(1)[0]) == ASKED:
                self._asked(message.asked, errors)
            if status == FAILED:
                line, length = self._numbers(2)
                said = bytearray(length)
                self._read_into(memoryview(said))
        except BaseException:
            self.end()  # what has been sent in part cannot be taken back
            raise
        if errors:
            raise errors[0]
        if status == FAILED:
            raise JuliaError(said.decode(errors="replace"), line)
        if status == NO_PLACE:
            raise IndexError("An index is no whole number, or lies outside of its axis.")

    def _asked(self, asked: Sequence[Asked], errors: list[Exception]) -> None:
        """Send the values of a function of time; what it raises is raised when Julia has ended the call."""
        (number,) = self._numbers(1)
        time = bytearray(8)
        self._read_into(memoryview(time))
        one = asked[number]
        values: np.ndarray = np.empty(one.count, dtype=one.kind)
        try:
            values[:] = one.function(*struct.unpack("<d", time))
        except Exception as error:  # noqa: BLE001 - it cannot pass through Julia
            errors.append(error)
            self._write([struct.pack("<q", 1)])
            return
        self._write([struct.pack("<q", 0), _bytes(values)])

    def _answer(self) -> Any:
        (kind,) = self._numbers(1)
        if kind == 0:
            return None
        if kind == 1:
            return self._numbers(1)[0]
        if kind == 2:
            number = bytearray(8)
            self._read_into(memoryview(number))
            return struct.unpack("<d", number)[0]
        if kind == 4:
            said = bytearray(*self._numbers(1))
            self._read_into(memoryview(said))
            return said.decode(errors="replace")
        return tuple(self._answer() for _ in range(self._numbers(1)[0]))

    def _write(self, parts: Iterable[bytes | memoryview]) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        try:
            for part in parts:
                pipe.write(part)
            pipe.flush()
        except (BrokenPipeError, ValueError):
            raise self._ended() from None

    def _numbers(self, count: int) -> tuple[int, ...]:
        buffer = bytearray(8 * count)
        self._read_into(memoryview(buffer))
        return struct.unpack(f"<{count}q", buffer)

    def _read_into(self, place: memoryview) -> None:
        pipe = self._process.stdout
        assert pipe is not None
        done = 0
        while done < len(place):
            count = pipe.readinto(place[done:])  # type: ignore[attr-defined]
            if not count:
                raise self._ended()
            done += count

    def _ended(self) -> JuliaError:
        """Return the error that Julia is no longer there, with the last that it said."""
        self._process.kill()
        self._process.wait()
        said = ""
        if not self._words.closed:
            self._words.seek(0)
            said = self._words.read()[-2000:].decode(errors="replace").strip()
        self.end()
        return JuliaError(f"Julia has ended: {said or 'it did not say why'}")

    def end(self) -> None:
        """End Julia."""
        self.ended = True
        self._process.kill()
        self._process.wait()
        self._words.close()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            try:
                pipe.close()
            except BrokenPipeError:  # of what was not yet sent
                continue


def _threads(found: Sequence[str]) -> list[str]:
    """Return the option that says on how many threads points of a sweep run, unless there is one already."""
    if any(option.startswith(("-t", "--threads")) for option in found[1:]):
        return []
    return ["-t", os.environ.get("OMP_NUM_THREADS", "auto").partition(",")[0]]


_RUNNING: dict[int, Julia] = {}  # by process, because a copy of this one must not speak through the same pipes
_STARTING = threading.Lock()


def running() -> Julia:
    """Return this process's Julia, started if it is not there."""
    with _STARTING:
        found = _RUNNING.get(os.getpid())
        if found is None or found.ended:
            found = _RUNNING[os.getpid()] = Julia()
        return found


@atexit.register
def _end() -> None:
    found = _RUNNING.pop(os.getpid(), None)
    if found is not None and not found.ended:
        found.end()
