"""Tables: functions of one argument that are known at equal distances."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
from attrs import frozen
from rates_core.errors import ModelFileError, UnsupportedFeatureError
from rates_core.expressions.tree import Apply, Expression, Number, Symbol

from rates_xppaut.declarations import Declaration, number_of, whole

LARGEST = 100_000  # values of one table


@frozen(eq=False)
class Table:
    """Values at equal distances.

    Attributes:
        name: of the parameter that holds the values.
        values: from the lowest argument to the highest.
        low: the lowest argument.
        high: the highest.
        steps: it keeps the value of the last argument, instead of going on along a line.
    """

    name: str
    values: np.ndarray
    low: float
    high: float
    steps: bool = False

    def at(self, argument: Expression) -> Expression:
        """Return the value at an argument; beyond its ends a table goes on along its first and last line."""
        last = len(self.values) - 1
        distance = (self.high - self.low) / last
        position: Expression = argument if self.low == 0.0 else Apply("subtract", (argument, Number(self.low)))
        position = position if distance == 1.0 else Apply("divide", (position, Number(distance)))
        below = Apply("min", (Apply("max", (Apply("floor", (position,)), Number(0))), Number(last - 1)))
        values = Symbol(self.name)
        left = Apply("index", (values, below))
        right = Apply("index", (values, Apply("add", (below, Number(1)))))
        part: Expression = Apply("subtract", (position, below))
        if self.steps:  # only inside; beyond the ends it is a line here, too
            inside = Apply("and", (Apply("greater", (position, Number(-1))), Apply("less", (position, Number(last)))))
            part = Apply("where", (inside, Number(0.0), part))
        return Apply("add", (left, Apply("multiply", (Apply("subtract", (right, left)), part))))


def read_table(
    declaration: Declaration, name: str, folder: Path, sampled: Callable[[Declaration, str, np.ndarray], np.ndarray]
) -> Table:
    """Return a table of a formula, `% 101 -5 5 exp(-t^2)`, or of a file.

    Args:
        declaration: of the table.
        name: of the parameter that will hold its values.
        folder: where the model's file is.
        sampled: what a formula is at many arguments.

    Raises:
        ModelFileError: it is malformed, or the file cannot be read.
        UnsupportedFeatureError: it is interpolated by splines, or has two arguments.
    """
    line, text = declaration.line, declaration.text
    if text.startswith("@"):
        raise UnsupportedFeatureError(
            f"{line.where}: table '{declaration.name}': Tables of two arguments are not read."
        )
    if not text.startswith("%"):
        return _from_file(declaration, name, folder)
    parts = text[1:].split(maxsplit=3)
    if len(parts) < 4:
        raise line.error("A table of a formula is 'table name % points lowest highest formula(t)'.")
    count = whole(parts[0], line, "The number of points of a table")
    low, high = (number_of(part) for part in parts[1:3])
    if low is None or high is None or low >= high or not 2 <= count <= LARGEST:
        raise line.error(f"A table has 2 to {LARGEST} points, and ends above where it begins.")
    arguments = low + (high - low) / (count - 1) * np.arange(count)
    return Table(name, sampled(declaration, parts[3], arguments), low, high)


def _from_file(declaration: Declaration, name: str, folder: Path) -> Table:
    path = folder / declaration.text.strip().strip('"')
    line = declaration.line
    try:
        words = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise ModelFileError(f"{line.where}: The table '{path}' cannot be read: {error.strerror}.") from None
    kind, count = re.fullmatch(r"\s*([a-z]*)\s*(\d*)\s*", words[0] if words else "").groups(default="")  # type: ignore[union-attr]
    if kind not in ("", "i"):
        raise UnsupportedFeatureError(
            f"{line.where}: table '{declaration.name}': '{path}' begins with '{words[0].strip()}'; rates reads "
            "tables of equal distances that are interpolated along lines or not at all."
        )
    values = [number_of(word.split()[0]) if word.split() else None for word in words[1 : int(count or 0) + 3]]
    if len(values) != int(count or 0) + 2 or int(count or 0) < 2 or None in values:
        raise ModelFileError(
            f"{line.where}: '{path}' is no table: the number of its values, the lowest and the highest argument "
            "and the values stand on lines of their own."
        )
    low, high, *rest = (float(value) for value in values if value is not None)
    return Table(name, np.array(rest), low, high, steps=kind == "i")
