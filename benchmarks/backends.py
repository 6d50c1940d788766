"""Which backends are measured."""

from __future__ import annotations

from rates_core.plugins import get_manager

NAMES = ("numba", "fortran", "julia", "torch", "jax", "tf")


def missing() -> dict[str, str]:
    """Return why backends cannot be measured here: a plugin that is not installed, or the program that it runs."""
    found = {name: _reason(name) for name in NAMES}
    return {name: reason for name, reason in found.items() if reason is not None}


def available(name: str) -> bool:
    """Tell whether a backend can be measured here."""
    return _reason(name) is None


def _reason(name: str) -> str | None:
    known = get_manager().backends()
    return known[name].missing_tool() if name in known else f"rates-{name} is not installed"
