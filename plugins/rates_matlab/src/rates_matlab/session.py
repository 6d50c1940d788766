"""One GNU Octave that works for this process, and what it is told through pipes.

Numbers travel as raw doubles in both directions, never as text. Values that stay in Octave (functions, parameters of a
run) are known by a number here.
"""

from __future__ import annotations

import atexit
import os
import shlex
import shutil
import struct
import subprocess
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from weakref import finalize

import numpy as np
from attrs import frozen
from rates_core.errors import SimulationError

from rates_matlab.probe import probe
from rates_matlab.values import KEPT, ON_TIME, decoded, encoded

CALL, LOAD, STRUCT, ANSWER = 1.0, 2.0, 3.0, 4.0
DONE, FAILED, ASKED = 0.0, 1.0, 2.0


class OctaveError(SimulationError):
    """There is no Octave, or it ended, or it reports an error in generated code."""


@frozen(eq=False)
class ReportedError(Exception):
    """What Octave says of an error.

    Attributes:
        identifier: of the error.
        message: its text.
        function: name of the function in which it happened.
        line: of the file, counted from 1; 0 if that is not known.
    """

    identifier: str
    message: str
    function: str
    line: int


class Kept:
    """A value that stays in Octave until nobody here refers to it."""

    def __init__(self, session: Session, number: int) -> None:
        self.session, self.number = session, number
        # a finalizer may run in the middle of a message: it only takes note
        finalize(self, session.released.append, number)


class Session:
    """One process of Octave.

    Raises:
        OctaveError: there is no Octave.
    """

    def __init__(self) -> None:
        missing = probe()
        if missing is not None:
            raise OctaveError(f"A MATLAB module cannot be run: {missing}.")
        self._folder, self._owner = Path(tempfile.mkdtemp(prefix="rates-matlab-")), os.getpid()
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        text = files("rates_matlab").joinpath("server.m").read_text(encoding="utf-8")
        self._write("rates_server.m", text)
        folder = str(self._folder).replace("'", "''")
        command = [*shlex.split(os.environ.get("OCTAVE", "octave")), "--no-gui", "--quiet", "--no-init-file"]
        command += ["--no-history", "--eval", f"addpath('{folder}'); rates_server();"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said, cwd=self._folder,
            start_new_session=True,  # Ctrl-C is for Python
        )  # fmt: skip
        self._broken = False
        self._lock = threading.RLock()
        self._numbers, self._loaded = 0, 0
        self._free: list[int] = []
        self.released: deque[int] = deque()
        self._callbacks: list[Callable[[float], Any]] = []
        atexit.register(self.close)

    def close(self) -> None:
        """End the process; one that was forked leaves that of its parent alone."""
        if os.getpid() != self._owner:
            return
        atexit.unregister(self.close)
        self._process.kill()
        self._process.communicate()
        self._said.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def is_alive(self) -> bool:
        """Tell whether the process takes messages."""
        return not self._broken and self._process.poll() is None

    def load(self, text: str, names: Sequence[str]) -> dict[str, Kept]:
        """Return functions of a file by name.

        The file's own first function is no different from its others: one in front of it returns handles of all that
        are wanted. So a name means that function in that text and no other, whatever has been loaded before.

        Raises:
            ReportedError: Octave does not accept the text.
        """
        with self._lock:
            self._loaded += 1
            name = f"rates_module{self._loaded}"
            handles = ", ".join(f"@{one}" for one in names)
            folder = f"module{self._loaded}"
            self._write(f"{folder}/{name}.m", f"function handles = {name}()\nhandles = {{{handles}}};\nend\n\n{text}")
            numbers = [self._number() for _ in names]
            place = str(self._folder / folder)
            self._request([LOAD, *encoded(place), *encoded(name), float(len(numbers)), *map(float, numbers)])
            return {one: Kept(self, number) for one, number in zip(names, numbers, strict=True)}

    def structure(self, fields: dict[str, Any]) -> Kept:
        """Keep a struct with these fields."""
        with self._lock:
            number = self._number()
            parts = [np.array([STRUCT, number, len(fields)])]
            for name, value in fields.items():
                parts += [encoded(name), encoded(value)]
            self._request(np.concatenate(parts))
            return Kept(self, number)

    def call(self, function: Kept, arguments: Sequence[Any], results: int = 1, keep: bool = False) -> Any:
        """Return what a function returns: a list of arrays, or with `keep` its one value, which stays in Octave.

        Args:
            function: to be called.
            arguments: numbers, arrays, functions of time, and what was kept.
            results: how many values are wanted.
            keep: leave the value where it is.

        Raises:
            ReportedError: the function fails.
        """
        with self._lock:
            number = self._number() if keep else 0
            before = self._callbacks
            self._callbacks = [value for value in arguments if callable(value)]
            try:
                asked = iter(range(len(self._callbacks)))
                parts = [np.array([CALL, function.number, number, results, len(arguments)])]
                parts += [_argument(value, asked) for value in arguments]
                found = self._request(np.concatenate(parts))
            finally:
                self._callbacks = before
            return Kept(self, number) if keep else found

    def _write(self, name: str, text: str) -> None:
        path = self._folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def _number(self) -> int:
        """Return a number that no value that is kept has."""
        while self.released:
            self._free.append(self.released.popleft())
        if self._free:
            return self._free.pop()
        self._numbers += 1
        return self._numbers

    def _request(self, message: Any) -> list[np.ndarray]:
        """Return what Octave answers; what it asks meanwhile is answered."""
        error: Exception | None = None
        try:
            self._send(message)
            while (answer := self._receive())[0] == ASKED:
                try:
                    reply = np.concatenate([[ANSWER], encoded(self._callbacks[int(answer[1])](float(answer[2])))])
                except Exception as raised:  # noqa: BLE001 - it cannot pass through Octave; it is raised below
                    error = error or raised
                    reply = np.array([FAILED])
                self._send(reply)
        except BaseException:  # the other side is in the middle of a message: what comes next is not understood
            self._broken = True
            self._process.kill()
            raise
        if error is not None:
            raise error
        values = decoded(answer[1:])
        if answer[0] == FAILED:
            identifier, text, function, line = values
            raise ReportedError(_text(identifier), _text(text), _text(function), int(line[0, 0]))
        return values

    def _send(self, message: Any) -> None:
        array: np.ndarray = np.asarray(message, dtype=float)
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(struct.pack("=d", len(array)) + array.tobytes())
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError) as error:
            raise self._ended() from error

    def _receive(self) -> np.ndarray:
        """Return a message."""
        return np.frombuffer(self._bytes(int(struct.unpack("=d", self._bytes(8))[0]) * 8))

    def _bytes(self, count: int) -> bytes:
        assert self._process.stdout is not None
        data = self._process.stdout.read(count)
        if len(data) < count:
            raise self._ended()
        return data

    def _ended(self) -> OctaveError:
        code = self._process.wait()
        self._said.seek(0)
        said = [line for line in self._said.read().decode(errors="replace").splitlines() if line.strip()]
        last = f" It said last: {said[-1]}" if said else ""
        return OctaveError(f"GNU Octave ended with status {code}, and what it held is lost; run again.{last}")


def _argument(value: Any, asked: Any) -> np.ndarray:
    """Return an argument as numbers: a value, one that is kept, or a function of time that is asked for here."""
    if isinstance(value, Kept):
        return np.array([KEPT, float(value.number)])
    if callable(value):
        return np.array([ON_TIME, float(next(asked))])
    return encoded(value)


def _text(letters: np.ndarray) -> str:
    return bytes(letters.ravel(order="F").astype(np.uint8)).decode("utf-8", errors="replace")


@cache
def _sessions() -> dict[int, Session]:
    """Return the session of each process; one that was forked has none of its own yet."""
    return {}


def session() -> Session:
    """Return the Octave of this process, started on first use, and anew where it has ended.

    Raises:
        OctaveError: there is no Octave.
    """
    known = _sessions()
    found = known.get(os.getpid())
    if found is None or not found.is_alive:
        found = known[os.getpid()] = Session()
    return found
