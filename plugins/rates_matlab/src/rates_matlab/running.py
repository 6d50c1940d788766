"""Functions of a generated file where it runs; their errors are told with the path of the model that they happen at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rates_matlab.session import Kept, OctaveError, ReportedError, Session
from rates_matlab.sessions import session

_BEFORE = 4  # lines that stand in front of a file when it is loaded


class Running:
    """Functions of a file, in the session of this process; where that is another one than before they are loaded again.

    Raises:
        OctaveError: there is none, or it does not accept the file.
    """

    def __init__(self, source: str, names: Sequence[str]) -> None:
        self._source, self._names = source, names
        self._session: Session | None = None
        self._functions: Mapping[str, Kept] = {}
        self._loaded()

    def _loaded(self) -> Session:
        now = session()
        if now is not self._session:
            try:
                self._functions = now.load(self._source, self._names)
            except ReportedError as failure:
                raise OctaveError(
                    f"{now.name} does not accept a generated file: {' '.join(failure.message.split())}\n"
                    "This is an error of rates; please report it with the model."
                ) from None
            self._session = now
        return now

    def bound(self, fields: dict[str, Any]) -> Parameters:
        """Return parameters with what `prepare` computes of them."""
        found = Parameters(self, fields)
        found.kept(self._loaded())
        return found

    def prepared(self, fields: dict[str, Any]) -> Kept:
        """Return what `prepare` makes of a struct with these fields; it stays there."""
        kept: Kept = self.call("prepare", [self._loaded().structure(fields)], keep=True)
        return kept

    def call(self, name: str, arguments: Sequence[Any], results: int = 1, keep: bool = False) -> Any:
        """Return what a function of the file returns, as `Session.call` does; parameters may be among the arguments.

        Raises:
            IndexError: a computed index is no place of its axis.
            OctaveError: anything else that it does not do.
        """
        now = self._loaded()
        given = [value.kept(now) if isinstance(value, Parameters) else value for value in arguments]
        try:
            return now.call(self._functions[name], given, results, keep)
        except ReportedError as failure:
            if failure.identifier == "rates:index":
                raise IndexError(failure.message) from None
            raise OctaveError(self._told(now, failure)) from None

    def _told(self, now: Session, failure: ReportedError) -> str:
        """Return what is said, with the function and the path of the model at whose line it happens."""
        lines = self._source.splitlines()
        number = failure.line - _BEFORE
        said = f"{now.name} reports an error in a generated file: {failure.message}"
        if not 0 < number <= len(lines):
            return said
        line = lines[number - 1]
        path = line.partition("  % ")[2]
        where = f", which computes '{path}'" if path else ""
        return f"{said}\nIt happens in '{failure.function.rpartition('>')[2]}'{where}:\n    {line.strip()}"


class Parameters:
    """Parameters of a run, which are prepared again in another session than before."""

    def __init__(self, running: Running, fields: dict[str, Any]) -> None:
        self._running, self._fields = running, fields
        self._session: Session | None = None
        self._kept: Kept | None = None

    def kept(self, now: Session) -> Kept:
        """Return the struct in a session."""
        if self._kept is None or self._session is not now:
            self._kept = self._running.prepared(self._fields)
            self._session = now
        return self._kept
