"""The circuits inside a circuit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rates_core.templates.circuit import CircuitTemplate


def levels(circuit: CircuitTemplate, prefix: str = "") -> Iterator[tuple[str, CircuitTemplate]]:
    """Yield all sub-circuits, inner ones first, and the circuit itself, each with what stands before its paths."""
    for label, child in circuit.circuits.items():
        yield from levels(child, f"{prefix}{label}/")
    yield prefix, circuit
