"""Whether TensorFlow is there."""

from __future__ import annotations

from rates_core.plugins.tools import library_missing


def probe() -> str | None:
    """Return None, or what is wrong with TensorFlow and what to do."""
    return library_missing("TensorFlow", "tensorflow", "2.18")
