"""A folder of model files, which is the working directory of a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
from rates_core.errors import RatesError
from rates_core.yaml.reader import load


class Models:
    """Model files in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, text: str, file: str = "model.yaml") -> Path:
        """Write a model file; the text may be indented."""
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
        return path

    def load(self, text: str, name: str):
        """Write a text to `model.yaml` and load a template of it."""
        self.write(text)
        return load(f"./model/{name}")

    def error(self, text: str, name: str = "X") -> str:
        """Return class and text of the error that loading a template of a text gives; `<folder>` is this folder."""
        self.write(text)
        return self.error_of(lambda: load(f"./model/{name}"))

    def error_of(self, call: Callable[[], object]) -> str:
        """Return class and text of the error of a call; `<folder>` is this folder."""
        with pytest.raises(RatesError) as caught:
            call()
        return f"{type(caught.value).__name__}: {caught.value}".replace(str(self.folder), "<folder>")


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Models:
    """Return an empty folder for model files, and make it the working directory."""
    folder = tmp_path / "models"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return Models(folder.resolve())
