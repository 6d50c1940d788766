"""What the PyTorch backend claims, and nothing that it does not have."""

from __future__ import annotations

from rates_core.plugins import Capabilities, get_manager


def test_it_claims_what_it_has() -> None:
    assert get_manager().backend("torch").capabilities == Capabilities(
        dtypes=("float64", "float32"),
        complex=True,
        vector=True,
        projections={"dense", "sparse", "uniform", "indexed"},
        delays={"ring", "history"},
        differentiation={"reverse", "forward"},
        devices=("cpu",),
        batch=True,
        fused=False,
        noise="multiplicative",
        events=False,
        functions=None,
        jacobian=True,
        files=True,
    )
