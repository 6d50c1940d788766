"""What the NumPy backend has to claim: all that a model can need of it, and nothing that it is not."""

from __future__ import annotations

from rates_core.plugins import Capabilities, get_manager


def test_it_claims_what_it_has_to() -> None:
    assert get_manager().backend("numpy").capabilities == Capabilities(
        dtypes=("float64",),
        complex=True,
        vector=True,
        projections={"dense", "sparse", "uniform", "indexed"},
        delays={"ring", "history"},
        differentiation=(),
        devices=("cpu",),
        batch=True,
        fused=False,  # its loop is generated, but calls functions of Python in each step
        noise="multiplicative",
        events=True,
        functions=None,
        jacobian=True,
        field=True,
        files=True,
    )
