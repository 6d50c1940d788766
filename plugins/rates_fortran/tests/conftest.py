"""Compiled code of the tests is kept in a folder of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def cache_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep generated modules out of the user's cache."""
    before = os.environ.get("RATES_CACHE_DIR")
    folder = tmp_path_factory.mktemp("cache")
    os.environ["RATES_CACHE_DIR"] = str(folder)
    yield folder
    if before is None:
        del os.environ["RATES_CACHE_DIR"]
    else:
        os.environ["RATES_CACHE_DIR"] = before
