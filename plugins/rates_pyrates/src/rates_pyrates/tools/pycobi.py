"""PyCoBi: its names, and what rates-continuation has for them."""

from __future__ import annotations

from rates_pyrates.tools.tool import Tool

_OBJECTS = (
    "It reads Auto-07p's objects, of which there are none: curve.branch and ode.get_solution(...) have the numbers; "
    "see docs/how_to/coming_from_pycobi.md."
)
_DIAGNOSTICS = "get_eigenvals=True and get_lyapunov_exp=True of run(...) put these numbers into its table."

TOOL = Tool(
    name="pycobi",
    extension="rates_continuation",
    offered={
        "ODESystem": "rates_pyrates.continuation:ODESystem",
        "codim2_search": "rates_continuation:codim2_search",
        "continue_period_doubling_bf": "rates_continuation:continue_period_doubling_bf",
        "write_auto_dat": "rates_continuation:write_auto_dat",
    },
    differences={
        "ODESystem.plot_bifurcation_points": "styles are keyword arguments",
        "ODESystem": "see docs/how_to/coming_from_pycobi.md; eq_file= is a model, or what get_run_func(auto=True) "
        "wrote",
    },
    refused={
        "pycobi": _OBJECTS,
        "Continuation": "run(...) returns a table and a curve, which has name, branch and kind.",
        "fractal_dimension": _DIAGNOSTICS,
        "get_lyapunov_exponents": _DIAGNOSTICS,
        "get_solution_eigenvalues": _DIAGNOSTICS,
        "parse_point_diagnostics": _DIAGNOSTICS,
        "get_point_diagnostics": _DIAGNOSTICS,
        "ODESystem.HOMCONT_PSI_NAMES": "There are no test functions by number; see IPSI in "
        "docs/how_to/coming_from_pycobi.md.",
        "ODESystem.auto_solutions": "There are no objects of Auto-07p: ode.continuations has all curves, by number.",
        "ODESystem.pyrates_template": "The circuit is ode.model.",
        "ODESystem.dir": "There is no directory that is worked in: nothing is written.",
        "ODESystem.blocked_indices": "ode.names.parameters has the numbers of parameters, none of which is from 10 "
        "to 14.",
    },
)
