"""Runge-Kutta methods of rates as Butcher tableaus."""

from __future__ import annotations

from collections.abc import Iterable

from rates_core.plugins import Option, SolverSpec, hookimpl

rates_api = (1, 0)

OPTIONS = (
    Option("rtol", 1e-6, "relative tolerance: allowed error of a step per size of a state"),
    Option("atol", 1e-9, "absolute tolerance, in addition: a number, or one per entry of the state"),
    Option("max_step", float("inf"), "longest step"),
    Option("first_step", None, "first step; None chooses it"),
    Option("max_steps", None, "most steps of a run; None for no limit"),
)


@hookimpl
def rates_solvers() -> Iterable[SolverSpec]:
    """Yield six methods with fixed steps, and the three among them that estimate their errors with adaptive ones."""
    yield _fixed("midpoint", 2, "The explicit midpoint method of two stages", "hairer1993")
    yield _fixed("ralston", 2, "Ralston's method of two stages", "ralston1962")
    yield _fixed("three_eighths", 4, "Kutta's 3/8 rule of four stages", "kutta1901")
    yield _fixed("bogacki_shampine", 3, "Bogacki and Shampine's method of three stages", "bogacki1989")
    yield _fixed("dormand_prince", 5, "Dormand and Prince's method of six stages", "dormand1980")
    summary = "Dormand and Prince's method of twelve stages"
    yield _fixed("dormand_prince_8", 8, summary, "hairer1993")
    yield _adaptive("bosh3", "bogacki_shampine", 3, "Bogacki and Shampine's 3(2) pair, adaptive", "bogacki1989")
    yield _adaptive("dopri5", "dormand_prince", 5, "Dormand and Prince's 5(4) pair, adaptive", "dormand1980")
    summary = "Dormand and Prince's method of order 8 with two errors, adaptive"
    yield _adaptive("dop853", "dormand_prince_8", 8, summary, "hairer1993")


def _fixed(name: str, order: int, summary: str, reference: str) -> SolverSpec:
    return SolverSpec(
        name=name,
        target=f"rates_runge_kutta.{name}:TABLEAU",
        kind="tableau",
        order=order,
        adaptive=False,
        delays=frozenset({"ring"}),
        noise="additive",
        events=True,
        references=(reference,),
        summary=summary,
    )


def _adaptive(name: str, module: str, order: int, summary: str, reference: str) -> SolverSpec:
    return SolverSpec(
        name=name,
        target=f"rates_runge_kutta.{module}:PAIR",
        kind="tableau",
        order=order,
        adaptive=True,
        delays=frozenset({"history"}),
        events=True,
        options=OPTIONS,
        references=(reference,),
        summary=summary,
    )
