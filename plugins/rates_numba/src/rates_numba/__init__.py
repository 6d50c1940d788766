"""Numba backend of rates: whole runs as native loops, compiled on first use and kept on disk."""

from __future__ import annotations

from collections.abc import Iterable

from rates_core.plugins import BackendSpec, Capabilities, hookimpl
from rates_core.programs.surrogate import SURROGATE

rates_api = (1, 0)


@hookimpl
def rates_backends() -> Iterable[BackendSpec]:
    """Offer the Numba backend."""
    yield BackendSpec(
        name="numba",
        target="rates_numba.backend:NumbaBackend",
        summary="native loops over whole runs, compiled on first use and kept on disk",
        capabilities=Capabilities(
            dtypes=("float64",),
            complex=True,
            vector=True,
            projections=frozenset({"dense", "sparse", "uniform", "indexed"}),
            delays=frozenset({"ring", "history"}),
            batch=True,
            fused=True,
            differentiation=frozenset({"adjoint"}),
            noise="multiplicative",
            events=True,
            jacobian=True,
        ),
        options=(SURROGATE,),
    )
