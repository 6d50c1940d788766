"""Whether JAX is there."""

from __future__ import annotations

from rates_core.plugins.tools import library_missing


def probe() -> str | None:
    """Return None, or what is wrong with JAX and what to do."""
    return library_missing("JAX", "jax", "0.8")
