"""Julia compiles quickly, not well, where tests run, and looks at every index.

Generated text does not depend on that: `--check-bounds=yes` finds what `@inbounds` would hide, and with `-O1` the many
small modules of the kit compile in half the time.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import pytest
from rates_julia.probe import command

FOR_TESTS = ("-O1", "--check-bounds=yes")


@pytest.fixture(scope="session", autouse=True)
def quickly_compiled() -> Iterator[None]:
    """Let Julia be started with options for tests."""
    found = command()
    with pytest.MonkeyPatch.context() as patch:
        if found is not None:
            patch.setenv("RATES_JULIA", shlex.join([*found, *FOR_TESTS]))
        yield
