"""Tables written to files and drawn into pictures; a file that exists is kept unless it may be overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from rates_core.errors import ArgumentError
from rates_core.files import obstacle

if TYPE_CHECKING:
    import pandas as pd

TABLES = (".csv", ".npz")
PICTURES = (".png", ".pdf", ".svg")


def check_save(path: str | None, force: bool) -> None:
    """Check that a table can be written to a file.

    Raises:
        ArgumentError: its ending is unknown, it exists, or its folder does not.
    """
    if path is not None:
        _check(path, "--save", TABLES, force)


def check_plot(path: str | None, force: bool) -> None:
    """Check that a picture can be drawn into a file.

    Raises:
        ArgumentError: its ending is unknown, it exists, its folder does not, or Matplotlib is missing.
    """
    if path is None:
        return
    _check(path, "--plot", PICTURES, force)
    if find_spec("matplotlib") is None:
        raise ArgumentError("--plot needs Matplotlib, which is not installed. Install it with: pip install matplotlib.")


def check_graph(path: str | None, force: bool) -> None:
    """Check that the structure of a model can be drawn into a file; a picture of ours may be replaced.

    Raises:
        ArgumentError: its ending is unknown, it cannot be written, or exists and is not ours.
        PluginError: a library that draws is missing.
    """
    if path is None:
        return
    from rates_core.needed import check_needed
    from rates_core.reports.mark import is_our_picture
    from rates_core.reports.picture import LIBRARIES

    _check(path, "--graph", PICTURES, force or is_our_picture(Path(path)))
    check_needed("--graph", *LIBRARIES, extra="pictures")


def check_report(path: str | None, force: bool) -> None:
    """Check that a report can be written to a file; a report of ours may be replaced.

    Raises:
        ArgumentError: it cannot be written, or exists and is not ours.
    """
    if path is None:
        return
    from rates_core.reports.mark import is_our_text

    check_target(Path(path), "--output ", force or is_our_text(Path(path)))


def _check(path: str, flag: str, suffixes: Sequence[str], force: bool) -> None:
    file = Path(path)
    if file.suffix.lower() not in suffixes:
        raise ArgumentError(f"{flag} '{path}' must end in {', '.join(suffixes[:-1])} or {suffixes[-1]}.")
    check_target(file, f"{flag} ", force)


def check_target(file: Path, what: str, force: bool) -> None:
    """Check that a file can be written, and that it does not exist or may be overwritten.

    Args:
        file: where to write.
        what: what an error begins with.
        force: whether the user lets it be overwritten.

    Raises:
        ArgumentError: it cannot be written, or exists.
    """
    if (reason := obstacle(file)) is not None:
        raise ArgumentError(f"{what}{reason}.")
    if file.exists() and not force:
        raise ArgumentError(f"{what}'{file}' exists and is not overwritten. Choose another name, or add --force.")


def flat(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with one text over each column."""
    named = frame.copy(deep=False)
    named.columns = [_name(label) for label in frame.columns]
    return named


def _name(label: object) -> str:
    return "/".join(part for part in label if part) if isinstance(label, tuple) else str(label)


def save(frame: pd.DataFrame, path: str) -> None:
    """Write a table: a column `time` and one per variable, or the arrays `time`, `columns` and `values`."""
    import numpy as np

    table = flat(frame)
    if Path(path).suffix.lower() == ".csv":
        _real(table).to_csv(path)
    else:
        np.savez(path, time=table.index.to_numpy(), columns=np.array(table.columns, dtype=str), values=table.to_numpy())


def plot(frame: pd.DataFrame, path: str) -> None:
    """Draw every column over time."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    table = _real(flat(frame))
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for place, name in enumerate(table.columns):
        axes.plot(table.index, table.iloc[:, place], label=name)
    axes.set_xlabel("time")
    if 0 < len(table.columns) <= 12:  # a longer legend would hide what it explains
        axes.legend()
    figure.savefig(path, dpi=150)


def _real(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table in which each complex column is two real ones."""
    import pandas as pd

    columns = []
    for place, name in enumerate(table.columns):
        column = table.iloc[:, place]
        if column.dtype.kind == "c":
            values = column.to_numpy()
            columns += [
                pd.Series(values.real, table.index, name=f"real({name})"),
                pd.Series(values.imag, table.index, name=f"imag({name})"),
            ]
        else:
            columns.append(column)
    return pd.concat(columns, axis=1) if columns else table
