"""Julia backend of rates: modules for runs, and for DifferentialEquations.jl, whose methods are a solver."""

from __future__ import annotations

from collections.abc import Iterable

from rates_core.plugins import BackendSpec, Capabilities, Option, SolverSpec, hookimpl

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
            events=True,
            jacobian=True,
        ),
    )


@hookimpl
def rates_solvers() -> Iterable[SolverSpec]:
    """Offer the methods of DifferentialEquations.jl."""
    yield SolverSpec(
        name="diffeq",
        target="rates_julia.driver:DiffEqDriver",
        probe="rates_julia.probe:package_probe",
        kind="driver",
        order=None,
        adaptive=True,
        stiff=True,
        delays=frozenset({"history"}),
        backends=("julia",),
        methods=(
            "Tsit5", "BS3", "DP5", "Vern6", "Vern7", "Vern8", "Vern9", "Rosenbrock23", "Rodas4", "Rodas5", "Rodas5P",
            "TRBDF2", "KenCarp4", "FBDF",
        ),
        options=(
            Option("rtol", 1e-6, "relative tolerance: allowed error of a step per size of a state"),
            Option("atol", 1e-9, "absolute tolerance, in addition: a number, or one per entry of the state"),
            Option("max_step", float("inf"), "longest step"),
            Option("first_step", None, "first step; None chooses it"),
            Option("max_steps", None, "more steps than that are an error; None for no limit"),
        ),
        references=("rackauckas2017",),
        summary="methods of DifferentialEquations.jl (its packages OrdinaryDiffEq and DelayDiffEq), run in Julia",
    )  # fmt: skip
