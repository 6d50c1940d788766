"""For every name that a distribution of this project offers, an error can say what to install."""

from __future__ import annotations

from typing import Any

import pytest
from rates_core.plugins import get_manager
from rates_core.plugins.known import KNOWN

OFFERED = {
    "backend": "backends",
    "solver": "solvers",
    "delay strategy": "delay_strategies",
    "analysis": "analyses",
    "executor": "executors",
    "model library": "model_libraries",
    "format": "formats",
    "command": "commands",
}


def offered(kind: str) -> dict[str, Any]:
    """Return the distributions that offer names of a kind, without what core brings, by name."""
    found = getattr(get_manager(), OFFERED[kind])()
    return {name: spec.distribution for name, spec in found.items() if spec.distribution != "rates-core"}


def test_every_kind_is_looked_at() -> None:
    assert list(OFFERED) == list(KNOWN)


@pytest.mark.parametrize("kind", KNOWN)
def test_the_names_that_can_be_installed_are_those_that_are_offered(kind: str) -> None:
    assert dict(KNOWN[kind]) == offered(kind)
