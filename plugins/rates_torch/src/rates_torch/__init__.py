"""PyTorch backend of rates: pure functions of tensors, with batch axes in front."""

from __future__ import annotations

from collections.abc import Iterable

from rates_core.plugins import BackendSpec, Capabilities, Option, hookimpl
from rates_core.programs.surrogate import SURROGATE

rates_api = (1, 0)


@hookimpl
def rates_backends() -> Iterable[BackendSpec]:
    """Offer the PyTorch backend."""
    yield BackendSpec(
        name="torch",
        target="rates_torch.backend:TorchBackend",
        probe="rates_torch.probe:probe",
        summary="pure functions of PyTorch's tensors, with batch axes in front",
        capabilities=Capabilities(
            dtypes=("float64", "float32"),
            devices=("cpu", "cuda"),
            complex=True,
            vector=True,
            projections=frozenset({"dense", "sparse", "uniform", "indexed"}),
            delays=frozenset({"ring", "history"}),
            differentiation=frozenset({"reverse", "forward", "along"}),
            batch=True,
            noise="multiplicative",
            events=True,
            jacobian=True,
        ),
        options=(
            Option("device", None, "where it computes: cpu, cuda or cuda:N; None leaves it to PyTorch"),
            SURROGATE,
            Option("compile", False, "compile fixed steps: some ten seconds once, then some times as fast"),
        ),
    )
