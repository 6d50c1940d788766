"""Bifurcation analysis of models of rates: branches of equilibria and cycles, and their special points."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rates_core.lazy import lazy_names
from rates_core.plugins import AnalysisSpec, hookimpl

if TYPE_CHECKING:
    from rates_continuation.boundary_branch import BoundaryBranch
    from rates_continuation.branch import Branch
    from rates_continuation.continuation import Continuation
    from rates_continuation.cycle_branch import CycleBranch
    from rates_continuation.diagram import Diagram
    from rates_continuation.ensembles import Ensemble
    from rates_continuation.homoclinic_orbits import HomoclinicOrbits
    from rates_continuation.ode_system.orbit_files import write_auto_dat
    from rates_continuation.ode_system.searches import codim2_search, continue_period_doubling_bf
    from rates_continuation.ode_system.system import ODESystem
    from rates_continuation.profile import Profile
    from rates_continuation.solution_profile import SolutionProfile
    from rates_continuation.special import SpecialPoint
    from rates_continuation.stored import load
    from rates_continuation.two_parameter_curve import TwoParameterCurve

__all__ = [
    "BoundaryBranch",
    "Branch",
    "Continuation",
    "CycleBranch",
    "Diagram",
    "Ensemble",
    "HomoclinicOrbits",
    "ODESystem",
    "Profile",
    "SolutionProfile",
    "SpecialPoint",
    "TwoParameterCurve",
    "codim2_search",
    "continue_period_doubling_bf",
    "load",
    "write_auto_dat",
]

rates_api = (1, 0)

_PLACES = {
    "BoundaryBranch": "boundary_branch",
    "Branch": "branch",
    "Continuation": "continuation",
    "CycleBranch": "cycle_branch",
    "Diagram": "diagram",
    "HomoclinicOrbits": "homoclinic_orbits",
    "Ensemble": "ensembles",
    "ODESystem": "ode_system.system",
    "Profile": "profile",
    "SolutionProfile": "solution_profile",
    "SpecialPoint": "special",
    "TwoParameterCurve": "two_parameter_curve",
    "codim2_search": "ode_system.searches",
    "continue_period_doubling_bf": "ode_system.searches",
    "load": "stored",
    "write_auto_dat": "ode_system.orbit_files",
}


@hookimpl
def rates_analyses() -> Iterable[AnalysisSpec]:
    """Offer continuation."""
    yield AnalysisSpec(
        "continuation",
        "rates_continuation.continuation:Continuation",
        summary="Branches of solutions, and where they change",
    )


__getattr__ = lazy_names(__name__, {name: f"{__name__}.{module}" for name, module in _PLACES.items()})
