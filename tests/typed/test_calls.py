"""The calls that lint shows to a type checker run too."""

from __future__ import annotations

from pathlib import Path
from runpy import run_path


def test_the_calls_run() -> None:
    run_path(str(Path(__file__).with_name("calls.py")), run_name="__main__")
