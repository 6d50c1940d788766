"""Files as TVBO writes them, by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

Writer = Callable[..., Path]


@pytest.fixture
def file(tmp_path: Path) -> Writer:
    """Return a function that writes a text to a file and returns its path."""

    def write(text: str, name: str = "model.yaml") -> Path:
        path = tmp_path / name
        path.write_text(dedent(text), encoding="utf-8")
        return path

    return write
