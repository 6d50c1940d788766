"""Files for continuation programs that scripts had written, and the circuits that they were written of."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

_WRITTEN: dict[Path, tuple[str, Any]] = {}


def remember(files: Iterable[Path], circuit: Any) -> None:
    """Keep which circuit files were written of, as long as they say what they say now."""
    for file in files:
        _WRITTEN[file.resolve()] = file.read_text(encoding="utf-8"), circuit


def circuit_of(name: str, folder: Path) -> Any:
    """Return the circuit that a file of equations was written of, by its name without the ending, or None."""
    wanted = (folder / name).resolve().with_suffix("")
    found = (
        circuit
        for file, (text, circuit) in _WRITTEN.items()
        if file.with_suffix("") == wanted and file.is_file() and file.read_text(encoding="utf-8") == text
    )
    return next(found, None)
