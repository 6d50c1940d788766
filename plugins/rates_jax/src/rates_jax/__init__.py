"""JAX backend of rates: pure functions of arrays, with batch axes in front; and diffrax's methods as a solver."""

from __future__ import annotations

from collections.abc import Iterable

from rates_core.plugins import BackendSpec, Capabilities, Option, SolverSpec, hookimpl
from rates_core.programs.surrogate import SURROGATE

rates_api = (1, 0)


@hookimpl
def rates_backends() -> Iterable[BackendSpec]:
    """Offer the JAX backend."""
    yield BackendSpec(
        name="jax",
        target="rates_jax.backend:JaxBackend",
        probe="rates_jax.probe:probe",
        summary="pure functions of JAX's arrays, with batch axes in front",
        capabilities=Capabilities(
            dtypes=("float64", "float32"),
            devices=("cpu", "cuda"),
            complex=True,
            vector=True,
            projections=frozenset({"dense", "sparse", "uniform", "indexed"}),
            delays=frozenset({"ring", "history"}),
            differentiation=frozenset({"reverse", "forward", "along"}),
            batch=True,
            fused=True,
            noise="multiplicative",
            events=True,
            jacobian=True,
        ),
        options=(
            Option("device", None, "where it computes: cpu, cuda or cuda:N; None leaves it to JAX"),
            SURROGATE,
        ),
    )


@hookimpl
def rates_solvers() -> Iterable[SolverSpec]:
    """Offer the methods of diffrax."""
    yield SolverSpec(
        name="diffrax",
        target="rates_jax.driver:DiffraxDriver",
        kind="driver",
        order=None,
        adaptive=True,
        stiff=True,
        backends=("jax",),
        methods=(
            "Tsit5", "Dopri5", "Dopri8", "Bosh3", "Heun", "Midpoint", "Ralston", "Euler", "Kvaerno3", "Kvaerno4",
            "Kvaerno5", "ImplicitEuler",
        ),
        options=(
            Option("rtol", 1e-6, "relative tolerance: allowed error of a step per size of a state"),
            Option("atol", 1e-9, "absolute tolerance, in addition: a number, or one per entry of the state"),
            Option("max_step", float("inf"), "longest step"),
            Option("first_step", None, "first step; None chooses it"),
            Option("max_steps", None, "more steps than that are an error; None for no limit"),
            Option("pcoeff", 0.0, "how much the size of a step follows the change of the error"),
            Option("icoeff", 1.0, "how much it follows the error"),
            Option("dcoeff", 0.0, "how much it follows the change of that change"),
            Option("adjoint", "recursive_checkpoint", "how gradient() goes: that, direct, backsolve or forward"),
        ),
        references=("kidger2021",),
        summary="diffrax's adaptive methods, explicit and implicit, compiled by XLA",
    )  # fmt: skip
