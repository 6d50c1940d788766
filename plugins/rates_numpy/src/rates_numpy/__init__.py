"""NumPy backend of rates: readable Python, scalars for single units and arrays for populations."""

from __future__ import annotations

from collections.abc import Iterable

from rates_core.plugins import BackendSpec, Capabilities, hookimpl

rates_api = (1, 0)


@hookimpl
def rates_backends() -> Iterable[BackendSpec]:
    """Offer the NumPy backend."""
    yield BackendSpec(
        name="numpy",
        target="rates_numpy.backend:NumpyBackend",
        summary="readable Python: scalars with math for single units, NumPy arrays for populations",
        capabilities=Capabilities(
            dtypes=("float64",),
            complex=True,
            vector=True,
            projections=frozenset({"dense", "sparse", "uniform", "indexed"}),
            delays=frozenset({"ring", "history"}),
            batch=True,
            noise="multiplicative",
            events=True,
            jacobian=True,
            field=True,
        ),
    )
