"""What tests of the layer share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import rates_pyrates


@pytest.fixture
def active() -> Iterator[None]:
    """Have `pyrates`, `pycobi` and `rectipy` be rates."""
    rates_pyrates.activate()
    yield
    rates_pyrates.deactivate()
