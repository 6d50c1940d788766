"""What a run recorded, in a few lines for people or as JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rates_core.cli.files import flat
from rates_core.cli.printing import json_text

if TYPE_CHECKING:
    import pandas as pd


def extent(frame: pd.DataFrame) -> str:
    """Return the size of a table and its times in words."""
    rows, columns = frame.shape
    size = f"{rows} {'row' if rows == 1 else 'rows'} of {columns} {'variable' if columns == 1 else 'variables'}"
    return f"{size}, t = {frame.index[0]:.9g} to {frame.index[-1]:.9g}" if rows else size


def ends(name: str, frame: pd.DataFrame) -> str:
    """Return the size of a table and its first and last rows."""
    table = flat(frame).to_string(max_rows=10, min_rows=10, max_cols=8, show_dimensions=False)
    lines = (line.rstrip() for line in table.splitlines())
    return "\n".join((f"{name}: {extent(frame)}", *lines))


def data(name: str, frame: pd.DataFrame, files: Sequence[str], from_file: Mapping[str, Any]) -> str:
    """Return the size of a table, its times and last row, files with all rows, and what that of the model says."""
    table = flat(frame)
    times = [float(time) for time in table.index]
    last = {column: _plain(table.iloc[-1, place]) for place, column in enumerate(table.columns)} if times else {}
    return json_text(
        {
            "model": name,
            "rows": len(times),
            "start": times[0] if times else None,
            "end": times[-1] if times else None,
            "last": last,
            "files": list(files),
            "from_file": dict(from_file),
        }
    )


def _plain(value: Any) -> Any:
    return {"real": value.real, "imag": value.imag} if isinstance(value, complex) else float(value)
