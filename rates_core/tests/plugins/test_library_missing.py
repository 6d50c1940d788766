"""What probes say of libraries."""

from __future__ import annotations

import importlib.metadata

import pytest
from rates_core.plugins.tools import library_missing


@pytest.mark.parametrize("found", ["2.8", "2.8.0", "2.10.1+cpu", "3.0rc1", "2.8.dev0"])
def test_a_library_that_is_new_enough_is_not_missing(monkeypatch: pytest.MonkeyPatch, found: str) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda name: found)
    assert library_missing("Library", "library", "2.8") is None


@pytest.mark.parametrize("found", ["2.7.9", "1.10", "2"])
def test_a_library_that_is_too_old_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch, found: str) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda name: found)
    assert library_missing("Library", "library", "2.8") == (
        f"Library {found} is too old; 2.8 is needed. Get it: pip install 'library>=2.8'."
    )


def test_a_library_that_is_not_there_is_named_with_the_remedy() -> None:
    assert library_missing("Library", "no-such-library", "2.8") == (
        "Library is not installed. Get it: pip install 'no-such-library>=2.8'."
    )
