"""What code may do while it reads the text of a model: nearly nothing, in bounded time and memory."""

from __future__ import annotations

import re
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SECONDS = 2.0  # of the processor, for one text
MEGABYTES = 512  # beyond those that are in use when the guard is set

_HARMLESS = frozenset(
    {"object.__getattr__", "object.__setattr__", "sys._getframe", "builtins.id", "os.listdir", "os.scandir"}
    | {"pathlib.Path.glob", "pathlib.Path.rglob", "pathlib.Path.walk"}
)
_STATUS = Path("/proc/self/statm")
_SPELLED = re.compile(r"(?:v[0-9]+|and|or|not|if|else|[-+*/%<>=!(),&|]+| )*")


class GuardError(BaseException):
    """Something happened that no text may cause; not an `Exception`, so that nobody catches it by the way."""


class Guard:
    """Refuse events of the interpreter while a text is read; there is one guard in a process, and it stays.

    Python tells its audit hooks of every execution, compilation, import, opened file, process and connection. All
    are refused, but reading folders, opening files to read them, and the compilation of what the parser spells: names
    `v0`, `v1`, … and operators.
    """

    def __init__(self) -> None:
        self.active = False
        self.broken = ""
        sys.addaudithook(self._hook)
        signal.signal(signal.SIGPROF, self._too_slow)
        if _STATUS.is_file():  # elsewhere nothing limits the memory of a process
            limit = int(_STATUS.read_text().split()[0]) * resource.getpagesize() + MEGABYTES * 2**20
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch what happens inside.

        Raises:
            GuardError: something happened that no text may cause, even if that was caught inside.
        """
        self.active = True
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0.0)
            self.active = False
        if self.broken:
            raise GuardError(self.broken)

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.active or event in _HARMLESS or _is_allowed(event, arguments):
            return
        self.broken = f"{event} {arguments!r:.300}"
        raise GuardError(self.broken)

    def _too_slow(self, *_: Any) -> None:
        if self.active:
            self.broken = f"more than {SECONDS} s"
            raise GuardError(self.broken)


def _is_allowed(event: str, arguments: tuple[Any, ...]) -> bool:
    if event == "open":
        return arguments[1] in ("r", "rb")
    if event == "compile":
        source, file = arguments
        return file == "<unknown>" and isinstance(source, (str, bytes)) and bool(_SPELLED.fullmatch(_text(source)))
    return False


def _text(source: str | bytes) -> str:
    return source.decode() if isinstance(source, bytes) else source
