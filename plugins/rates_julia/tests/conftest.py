"""Julia compiles quickly, not well, where tests run, and looks at every index.

Generated text does not depend on that: `--check-bounds=yes` finds what `@inbounds` would hide, and with `-O1` the many
small modules of the kit compile in half the time.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator

import pytest
from rates_julia import process
from rates_julia.probe import command

from plugins.rates_julia.tests.driven import STANDIN

FOR_TESTS = ("-O1", "--check-bounds=yes")


@pytest.fixture(scope="session", autouse=True)
def quickly_compiled() -> Iterator[None]:
    """Let Julia be started with options for tests."""
    found = command()
    with pytest.MonkeyPatch.context() as patch:
        if found is not None:
            patch.setenv("RATES_JULIA", shlex.join([*found, *FOR_TESTS]))
        yield


@pytest.fixture(scope="module")
def standin() -> Iterator[None]:
    """Let Julia have modules of the names of DifferentialEquations.jl's packages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JULIA_LOAD_PATH", os.pathsep.join(["@stdlib", str(STANDIN)]))
        process._end()
        yield
        process._end()
