"""Drive methods of DifferentialEquations.jl in the Julia that has the model."""

from __future__ import annotations

from collections.abc import Iterator

from rates_core.errors import UnsupportedFeatureError
from rates_core.solvers.adaptive_options import adaptive_options
from rates_core.solvers.driver import Driver, Problem, Progress

from rates_julia.delayed import DelayedSteps
from rates_julia.equations import JuliaEquations
from rates_julia.steps import SOLVER, Steps


class DiffEqDriver(Driver):
    """Integrate with methods of OrdinaryDiffEq, a part of DifferentialEquations.jl, and with delays of DelayDiffEq.

    A problem is made of the functions of the generated module for each part of a run without a stop inside. Its steps
    are taken in Julia, where rows are written too.
    """

    def check(self, problem: Problem) -> None:
        """Check the options.

        Raises:
            ArgumentError: one has no meaning.
        """
        adaptive_options(problem)

    def integrate(self, problem: Problem) -> Iterator[Progress]:
        """Yield the solution part by part.

        Raises:
            ArgumentError: an option has no meaning.
            PluginError: Julia does not have a package.
            UnsupportedFeatureError: the model is not to be had as a function of Julia, or computed variables in it
                depend on their own past.
            SimulationError: the method failed.
        """
        equations = problem.equations
        if not isinstance(equations, JuliaEquations):
            raise UnsupportedFeatureError(
                f"The solver '{SOLVER}' needs the model as a function of Julia, which this backend does not give."
            )
        yield from (Steps if problem.past is None else DelayedSteps)(problem, equations).parts()
