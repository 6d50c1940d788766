"""SciPy solvers of rates: solve_ivp whole, with delays by the method of steps."""

from __future__ import annotations

from collections.abc import Iterable

from rates_core.plugins import Option, SolverSpec, hookimpl

rates_api = (1, 0)


@hookimpl
def rates_solvers() -> Iterable[SolverSpec]:
    """Yield the driver of SciPy's adaptive methods."""
    yield SolverSpec(
        name="scipy",
        target="rates_scipy.driver:SciPyDriver",
        kind="driver",
        order=None,
        adaptive=True,
        stiff=True,
        delays=frozenset({"history"}),
        events=True,
        methods=("RK45", "RK23", "DOP853", "Radau", "BDF", "LSODA"),
        options=(
            Option("rtol", 1e-6, "relative tolerance: allowed error of a step per size of a state"),
            Option("atol", 1e-9, "absolute tolerance, in addition: a number, or one per entry of the state"),
            Option("max_step", float("inf"), "longest step"),
            Option("first_step", None, "first step; None chooses it"),
            Option("min_step", None, "shortest step (LSODA)"),
            Option(
                "jac", None, "∂f/∂y as a function of t and y, or constant; None takes the model's (Radau, BDF, LSODA)"
            ),
            Option("jac_sparsity", None, "where ∂f/∂y may differ from 0, for finite differences (Radau, BDF)"),
            Option("lband", None, "diagonals of ∂f/∂y below the main one (LSODA)"),
            Option("uband", None, "diagonals of ∂f/∂y above the main one (LSODA)"),
            Option("vectorized", False, "ask for derivatives at several states in one call; values stay the same"),
        ),
        references=("virtanen2020",),
        summary="SciPy's adaptive methods: RK45, RK23, DOP853, Radau, BDF, LSODA",
    )
