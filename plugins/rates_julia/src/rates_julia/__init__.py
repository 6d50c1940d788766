"""Julia backend of rates: modules for runs, and for DifferentialEquations.jl."""

from __future__ import annotations

from collections.abc import Iterable

from rates_core.plugins import BackendSpec, Capabilities, hookimpl

rates_api = (1, 0)


@hookimpl
def rates_backends() -> Iterable[BackendSpec]:
    """Offer the Julia backend."""
    yield BackendSpec(
        name="julia",
        target="rates_julia.backend:JuliaBackend",
        probe="rates_julia.probe:probe",
        language="Julia",
        requires=("julia",),
        summary="modules in Julia, run by one Julia that stays; they are problems of DifferentialEquations.jl as well",
        capabilities=Capabilities(
            dtypes=("float64",),
            complex=True,
            vector=True,
            projections=frozenset({"dense", "sparse", "uniform", "indexed"}),
            delays=frozenset({"ring", "history"}),
            batch=True,
            fused=True,
            noise="multiplicative",
            jacobian=True,
        ),
    )
