"""Where a template was written."""

from __future__ import annotations

from attrs import frozen


@frozen
class Location:
    """A file and a line in it, for error messages; never part of a template's identity."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"
