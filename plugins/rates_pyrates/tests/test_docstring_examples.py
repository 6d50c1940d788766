"""Examples in docstrings are executed."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest
import rates_pyrates

SOURCE = Path(rates_pyrates.__file__).parent
WITH_EXAMPLES = sorted(
    ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__")
    for path in SOURCE.rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
)


def test_modules_with_examples_are_found() -> None:
    assert {"rates_pyrates", "rates_pyrates.circuit", "rates_pyrates.networks"} <= set(WITH_EXAMPLES)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_give_what_they_show(name: str) -> None:
    tried = doctest.testmod(import_module(name))
    assert tried.attempted
    assert not tried.failed
