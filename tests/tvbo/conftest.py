"""Programs that run where tvbo is: `RATES_TVBO_PYTHON`, which the session `tvbo` sets, names its Python."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Program = Callable[..., None]


@pytest.fixture(scope="session")
def in_tvbo() -> Program:
    """Return a function that runs a program of this folder where tvbo is, with arguments."""

    def run(name: str, *arguments: object) -> None:
        command = [os.environ["RATES_TVBO_PYTHON"], str(Path(__file__).with_name(name)), *map(str, arguments)]
        subprocess.run(command, check=True, timeout=1200)

    return run
