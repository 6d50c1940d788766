"""What Octave and MATLAB are told, and what they answer, whatever the messages travel through.

Numbers are raw doubles in both directions, never text. Values that stay there (functions, parameters of a run) are
known by a number here.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, ClassVar
from weakref import finalize

import numpy as np
from attrs import frozen
from rates_core.errors import SimulationError

from rates_matlab.values import KEPT, ON_TIME, decoded, encoded

CALL, LOAD, STRUCT, ANSWER = 1.0, 2.0, 3.0, 4.0
DONE, FAILED, ASKED = 0.0, 1.0, 2.0


class OctaveError(SimulationError):
    """There is no Octave or MATLAB, or it ended, or it reports an error in generated code."""


@frozen(eq=False)
class ReportedError(Exception):
    """What Octave or MATLAB says of an error.

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
    """A value that stays on the other side until nobody here refers to it."""

    def __init__(self, session: Session, number: int) -> None:
        self.session, self.number = session, number
        # a finalizer may run in the middle of a message: it only takes note
        finalize(self, session.released.append, number)


class Session(ABC):
    """One program that runs generated files, in a folder of its own.

    Attributes:
        name: of the program, in messages.
        files: that it finds in the folder, by name: the files of this package that stand in each, one behind the other.
    """

    name: ClassVar[str]
    files: ClassVar[Mapping[str, tuple[str, ...]]]

    def __init__(self) -> None:
        self._folder, self._owner = Path(tempfile.mkdtemp(prefix="rates-matlab-")), os.getpid()
        for file, parts in self.files.items():
            texts = [resources.files("rates_matlab").joinpath(part).read_text(encoding="utf-8") for part in parts]
            self._write(file, "\n".join(texts))
        self._broken = False
        self._lock = threading.RLock()
        self._numbers, self._loaded = 0, 0
        self._free: list[int] = []
        self.released: deque[int] = deque()
        self._callbacks: list[Callable[[float], Any]] = []
        atexit.register(self.close)

    def close(self) -> None:
        """End the program; a process that was forked leaves that of its parent alone."""
        if os.getpid() != self._owner:
            return
        atexit.unregister(self.close)
        self._broken = True
        self._end()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    @abstractmethod
    def is_alive(self) -> bool:
        """Tell whether the program takes messages."""

    @abstractmethod
    def _end(self) -> None:
        """End the program."""

    @abstractmethod
    def _answer(self, message: np.ndarray) -> np.ndarray:
        """Return what the program answers to a message; what it asks meanwhile is answered."""

    def load(self, text: str, names: Sequence[str]) -> dict[str, Kept]:
        """Return functions of a file by name.

        The file's own first function is no different from its others: one in front of it returns handles of all that
        are wanted. So a name means that function in that text and no other, whatever has been loaded before.

        Raises:
            ReportedError: the text is not accepted.
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
        """Return what a function returns: a list of arrays, or with `keep` its one value, which stays there.

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
        """Return the values that are answered.

        Raises:
            ReportedError: what is asked for fails.
        """
        answer = self._answer(np.asarray(message, dtype=float))
        values = decoded(answer[1:])
        if answer[0] == FAILED:
            identifier, text, function, line = values
            raise ReportedError(_text(identifier), _text(text), _text(function), int(line[0, 0]))
        return values


def _argument(value: Any, asked: Any) -> np.ndarray:
    """Return an argument as numbers: a value, one that is kept, or a function of time that is asked for here."""
    if isinstance(value, Kept):
        return np.array([KEPT, float(value.number)])
    if callable(value):
        return np.array([ON_TIME, float(next(asked))])
    return encoded(value)


def _text(letters: np.ndarray) -> str:
    return bytes(letters.ravel(order="F").astype(np.uint8)).decode("utf-8", errors="replace")
