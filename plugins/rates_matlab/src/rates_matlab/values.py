"""Values as rows of doubles: their kind, their axes, their numbers column by column."""

from __future__ import annotations

from typing import Any

import numpy as np

REAL, COMPLEX, TEXT, KEPT, ON_TIME, NUMBER, COLUMN = 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0


def encoded(value: Any) -> np.ndarray:
    """Return a value as doubles: a number, text or an array of up to three axes; one axis is a column."""
    if isinstance(value, str):
        letters = np.frombuffer(value.encode(), dtype=np.uint8)
        return np.concatenate([[TEXT, 2.0, 1.0, float(len(letters))], letters.astype(float)])
    array = np.asarray(value)
    if array.dtype.kind == "f" and array.ndim < 2:
        return np.array([NUMBER, array]) if not array.ndim else np.concatenate([[COLUMN, len(array)], array])
    two = np.iscomplexobj(array)
    shape = array.shape if array.ndim > 1 else (array.size, 1)
    numbers = array.ravel(order="F").astype(complex if two else float)
    head = [COMPLEX if two else REAL, float(len(shape)), *map(float, shape)]
    return np.concatenate([head, numbers.view(float)])


def decoded(message: np.ndarray) -> list[np.ndarray]:
    """Return the values of a message, at least two axes each."""
    values, at = [], 0
    while at < len(message):
        kind, axes = message[at], int(message[at + 1])
        shape = tuple(message[at + 2 : at + 2 + axes].astype(int))
        at += 2 + axes
        count = int(np.prod(shape)) * (2 if kind == COMPLEX else 1)
        numbers = message[at : at + count]
        at += count
        values.append((numbers.view(complex) if kind == COMPLEX else numbers).reshape(shape, order="F"))
    return values
