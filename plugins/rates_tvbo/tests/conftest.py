"""Files as TVBO writes them, by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
from rates_core.errors import RatesError
from rates_tvbo.reader import read
from rates_tvbo.writer import write

from rates_core import CircuitTemplate

Writer = Callable[..., Path]


@pytest.fixture
def file(tmp_path: Path) -> Writer:
    """Return a function that writes a text to a file and returns its path."""

    def write(text: str, name: str = "model.yaml") -> Path:
        path = tmp_path / name
        path.write_text(dedent(text), encoding="utf-8")
        return path

    return write


@pytest.fixture
def comes_back(tmp_path: Path) -> Callable[[CircuitTemplate], bool]:
    """Return a function that tells whether a circuit that is written is equal where it is read again."""

    def equal(circuit: CircuitTemplate) -> bool:
        path = tmp_path / "again.yaml"
        write(circuit, path)
        return read(path) == circuit

    return equal


@pytest.fixture
def refusal() -> Callable[[Path], str]:
    """Return a function that reads a file that is refused, and returns the kind of the error and its text."""

    def read_refused(path: Path) -> str:
        with pytest.raises(RatesError) as caught:
            read(path)
        return f"{type(caught.value).__name__}: {caught.value}"

    return read_refused
