"""The solver 'demo' of rates.

This module is light: it is imported whenever somebody asks what is installed, so that it imports the standard library
and rates_core only. What does the work is named by its target and imported when it is used.
"""

from __future__ import annotations

from collections.abc import Iterable

from rates_core import SolverSpec, hookimpl

rates_api = (1, 0)


@hookimpl
def rates_solvers() -> Iterable[SolverSpec]:
    """Offer the method."""
    yield SolverSpec(
        "demo",
        "rates_demo.method:TABLEAU",
        kind="tableau",
        order=3,
        adaptive=False,
        # Claim what is done, and no more: `rates check demo` tests both.
        delays={"ring"},
        noise="additive",
        events=True,
        summary="Kutta's method of third order with three stages",
    )
