"""Fortran backend of rates: modules in Fortran 2008, compiled by gfortran, for runs and to take away."""

from __future__ import annotations

from collections.abc import Iterable

from rates_core.plugins import BackendSpec, Capabilities, hookimpl
from rates_core.programs.surrogate import SURROGATE

rates_api = (1, 0)


@hookimpl
def rates_backends() -> Iterable[BackendSpec]:
    """Offer the Fortran backend."""
    yield BackendSpec(
        name="fortran",
        target="rates_fortran.backend:FortranBackend",
        probe="rates_fortran.probe:probe",
        language="Fortran",
        requires=("gfortran",),
        summary="modules in Fortran 2008, compiled in a moment and kept on disk; sweeps on all threads",
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
