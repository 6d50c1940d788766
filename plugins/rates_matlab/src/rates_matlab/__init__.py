"""MATLAB backend of rates: function files with vectorised statements, run in GNU Octave or MATLAB and to take away."""

from __future__ import annotations

from collections.abc import Iterable

from rates_core.plugins import BackendSpec, Capabilities, hookimpl

rates_api = (1, 0)


@hookimpl
def rates_backends() -> Iterable[BackendSpec]:
    """Offer the MATLAB backend."""
    yield BackendSpec(
        name="matlab",
        target="rates_matlab.backend:MatlabBackend",
        probe="rates_matlab.probe:probe",
        language="MATLAB",
        requires=("octave",),
        summary="function files with vectorised statements for MATLAB, run in GNU Octave",
        capabilities=Capabilities(
            dtypes=("float64",),
            complex=True,
            vector=True,
            projections=frozenset({"dense", "sparse", "uniform", "indexed"}),
            delays=frozenset({"ring", "history"}),
            fused=True,
            noise="multiplicative",
            events=True,
            jacobian=True,
        ),
    )
