"""External inputs from files and from expressions of time."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rates_core.cli.assignments import split
from rates_core.errors import ArgumentError, EquationError, InputSignalError

if TYPE_CHECKING:
    import numpy as np

_TIME_NAMES = ("t", "time")
_TOLERANCE = 1e-6  # of a step: how far a time in a file may lie from its sample


def inputs_of(texts: Sequence[str], simulation_time: float, step_size: float) -> dict[str, np.ndarray]:
    """Return the samples of `--input`, on the grid `k * step_size`.

    Raises:
        ArgumentError: a text is no assignment, or a path has two.
        InputSignalError: a file does not hold samples.
        EquationError: an expression is malformed, or uses what is no number at one time.
    """
    from rates_core.simulation.grid import time_grid

    found: dict[str, np.ndarray] = {}
    steps = time_grid(simulation_time, step_size, None, 0.0, fixed=False).steps
    for text in texts:
        path, source = split(text, "--input", "PATH=FILE or PATH=EXPRESSION")
        if path in found:
            raise ArgumentError(f"--input gives '{path}' twice.")
        suffix = Path(source).suffix.lower()
        if suffix == ".csv":
            found[path] = _from_csv(Path(source), step_size)
        elif suffix == ".npy":
            found[path] = _from_npy(Path(source))
        else:
            found[path] = _from_expression(source, path, steps, step_size)
    return found


def _from_expression(text: str, path: str, steps: int, step_size: float) -> np.ndarray:
    import numpy as np

    from rates_core.expressions import FUNCTIONS, Apply, parse_expression, walk
    from rates_core.expressions.evaluate import evaluate

    where = f"--input {path}; a file ends in .csv or .npy"
    expression = parse_expression(text, (), where=where)
    for part in walk(expression):
        if isinstance(part, Apply) and FUNCTIONS[part.function].kind != "elementwise":
            raise EquationError(f"'{part.function}' is no function of time ({where}).")
    times = np.arange(steps + 1) * step_size
    return np.array(np.broadcast_to(evaluate(expression, {"t": times}), times.shape))


def _from_npy(path: Path) -> np.ndarray:
    import numpy as np

    try:
        array = np.load(path, allow_pickle=False)
    except OSError as error:
        raise _unreadable(path, error) from None
    except (ValueError, EOFError):
        raise InputSignalError(f"'{path}' is no file of NumPy that holds one array of numbers.") from None
    if not isinstance(array, np.ndarray):
        raise InputSignalError(f"'{path}' is no file of NumPy that holds one array of numbers.")
    return array


def _from_csv(path: Path, step_size: float) -> np.ndarray:
    """Read one column per unit, with or without names above them; a first column `time` must be the grid of steps."""
    import numpy as np

    names: list[str] = []
    rows: list[list[float]] = []
    for line, cells in _lines(path):
        try:
            rows.append([float(cell) for cell in cells])
        except ValueError:
            if names or rows:
                wrong = next(cell for cell in cells if not _is_number(cell))
                raise InputSignalError(f"{path}:{line}: '{wrong}' is no number.") from None
            names = cells
        width = len(names or rows[0])
        if rows and len(rows[-1]) != width:
            raise InputSignalError(f"{path}:{line}: {len(rows[-1])} columns, but the first line has {width}.")
    if not rows:
        raise InputSignalError(f"'{path}' holds no samples.")
    values = np.array(rows)
    if names and names[0].strip().lower() in _TIME_NAMES and len(names) > 1:
        _check_times(path, values[:, 0], step_size)
        values = values[:, 1:]
    return values


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of a file that are not empty, with their numbers."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream)
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield reader.line_num, cells
    except OSError as error:
        raise _unreadable(path, error) from None
    except (UnicodeDecodeError, csv.Error):
        raise InputSignalError(f"'{path}' is no table of numbers, separated by commas.") from None


def _check_times(path: Path, times: np.ndarray, step_size: float) -> None:
    import numpy as np

    expected = np.arange(len(times)) * step_size
    wrong = np.nonzero(np.abs(times - expected) > _TOLERANCE * step_size)[0]
    if len(wrong):
        k = int(wrong[0])
        raise InputSignalError(
            f"The times in '{path}' are not those of the steps: sample {k} is at {float(times[k])!r} instead of "
            f"{float(expected[k])!r} = {k} * {step_size!r}. Sample the input at every step, or choose another --step."
        )


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _unreadable(path: Path, error: OSError) -> InputSignalError:
    return InputSignalError(f"'{path}' cannot be read: {error.strerror or error}.")
