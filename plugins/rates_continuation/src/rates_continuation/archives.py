"""Files of arrays, as NumPy writes them (`.npz`), with a text that says what they are."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from rates_core.errors import ArgumentError
from rates_core.files import obstacle, path_of, replace

Found = TypeVar("Found")


def write(
    argument: str,
    file: str | Path,
    text: Mapping[str, Any],
    arrays: Mapping[str, np.ndarray],
    plain: Callable[[Any], Any] | None = None,
) -> None:
    """Write a file, whole or not at all.

    Args:
        argument: by which the file was given, for messages.
        file: its path.
        text: what the arrays are.
        arrays: by name; `text` is taken.
        plain: returns what a text can hold of a value that it cannot.

    Raises:
        ArgumentError: it cannot be written.
    """
    path = path_of(argument, file)
    trouble = obstacle(path)
    if trouble is not None:
        raise ArgumentError(f"{trouble}.")
    buffer = io.BytesIO()
    named: dict[str, Any] = {"text": np.array(json.dumps(text, default=plain)), **arrays}
    np.savez_compressed(buffer, **named)
    replace(path, buffer.getvalue())


def read(
    argument: str,
    file: str | Path,
    made: Callable[[Path, dict[str, Any], Mapping[str, np.ndarray]], Found],
    refused: Callable[[Path, Exception], str],
) -> Found:
    """Return what is made of a file.

    Args:
        argument: by which the file was given, for messages.
        file: its path.
        made: makes it of path, text and arrays.
        refused: says what is wrong with a file of which nothing can be made.

    Raises:
        ArgumentError: nothing can be made of it.
    """
    path = path_of(argument, file)
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return made(path, json.loads(str(arrays["text"])), arrays)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise ArgumentError(refused(path, error)) from None
