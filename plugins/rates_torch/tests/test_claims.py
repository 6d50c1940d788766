"""What the PyTorch backend claims, and nothing that it does not have."""

from __future__ import annotations

import importlib.metadata

import pytest
from rates_core.plugins import Capabilities, get_manager


def test_it_claims_what_it_has() -> None:
    assert get_manager().backend("torch").capabilities == Capabilities(
        dtypes=("float64", "float32"),
        complex=True,
        vector=True,
        projections={"dense", "sparse", "uniform", "indexed"},
        delays={"ring", "history"},
        differentiation={"reverse", "forward", "along"},
        devices=("cpu", "cuda"),
        batch=True,
        fused=False,
        noise="multiplicative",
        events=True,
        functions=None,
        jacobian=True,
        files=True,
    )


def test_a_library_that_is_too_old_makes_it_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = get_manager().backend("torch")
    assert spec.missing_tool() is None
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "0.1")
    assert spec.missing_tool() == "PyTorch 0.1 is too old; 2.8 is needed. Get it: pip install 'torch>=2.8'."
