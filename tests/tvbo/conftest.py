"""Programs that run where tvbo is.

`RATES_TVBO_PYTHON` and `RATES_OLDER_TVBOPTIM_PYTHON`, which the session `tvbo` sets, name Pythons.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Program = Callable[..., None]


def runner(variable: str) -> Program:
    """Return a function that runs a program of this folder by the Python that a variable names, with arguments."""

    def run(name: str, *arguments: object) -> None:
        command = [os.environ[variable], str(Path(__file__).with_name(name)), *map(str, arguments)]
        subprocess.run(command, check=True, timeout=1200)

    return run


@pytest.fixture(scope="session")
def in_tvbo() -> Program:
    """Return a function that runs a program of this folder where tvbo is, with arguments."""
    return runner("RATES_TVBO_PYTHON")


@pytest.fixture(scope="session")
def in_older_tvbo() -> Program:
    """Return one that does so where tvboptim is older, which runs couplings that the newer one does not."""
    return runner("RATES_OLDER_TVBOPTIM_PYTHON")
