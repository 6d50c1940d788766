"""The backend 'demo' of rates.

This module is light: it is imported whenever somebody asks what is installed, so that it imports the standard library
and rates_core only. What does the work is named by its target and imported when it is used.
"""

from __future__ import annotations

from collections.abc import Iterable

from rates_core import BackendSpec, Capabilities, hookimpl

rates_api = (1, 0)


@hookimpl
def rates_backends() -> Iterable[BackendSpec]:
    """Offer the backend."""
    yield BackendSpec(
        "demo",
        "rates_demo.backend:DemoBackend",
        # Claim what is done, and no more: `rates check demo` tests both.
        Capabilities(vector=False, projections=(), noise="multiplicative", files=False),
        summary="writes Python for models of single units",
        language="Python",
    )
