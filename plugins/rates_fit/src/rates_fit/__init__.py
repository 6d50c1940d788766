"""Fit models of rates to data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rates_core.lazy import lazy_names
from rates_core.plugins import AnalysisSpec, hookimpl

if TYPE_CHECKING:
    from rates_fit.evolution import Evolution
    from rates_fit.experiment import Experiment
    from rates_fit.fitter import Fitter, Outcome
    from rates_fit.fitting import fit
    from rates_fit.identifiability import Identifiability
    from rates_fit.lbfgs import LBFGS
    from rates_fit.levenberg_marquardt import LevenbergMarquardt
    from rates_fit.losses import Loss
    from rates_fit.multiple_shooting import MultipleShooting
    from rates_fit.prior import Prior
    from rates_fit.problem import Linearised, Problem
    from rates_fit.result import FitResult
    from rates_fit.simulating import Simulator, simulator

__all__ = [
    "LBFGS",
    "Evolution",
    "Experiment",
    "FitResult",
    "Fitter",
    "Identifiability",
    "LevenbergMarquardt",
    "Linearised",
    "Loss",
    "MultipleShooting",
    "Outcome",
    "Prior",
    "Problem",
    "Simulator",
    "fit",
    "simulator",
]

_MODULES = {
    "LBFGS": "lbfgs",
    "Evolution": "evolution",
    "Experiment": "experiment",
    "FitResult": "result",
    "Fitter": "fitter",
    "Identifiability": "identifiability",
    "LevenbergMarquardt": "levenberg_marquardt",
    "Linearised": "problem",
    "Loss": "losses",
    "MultipleShooting": "multiple_shooting",
    "Outcome": "fitter",
    "Prior": "prior",
    "Problem": "problem",
    "Simulator": "simulating",
    "fit": "fitting",
    "simulator": "simulating",
}

rates_api = (1, 0)


@hookimpl
def rates_analyses() -> Iterable[AnalysisSpec]:
    """Offer the fit and its fitters."""
    yield AnalysisSpec("fit", "rates_fit.fitting:fit", summary="Parameters with which a model gives the data")
    yield AnalysisSpec("simulator", "rates_fit.simulating:simulator", summary="A model for simulation-based inference")
    fitters = {
        "levenberg-marquardt": ("levenberg_marquardt:LevenbergMarquardt", "Sums of squares, by sensitivities"),
        "lbfgs": ("lbfgs:LBFGS", "Any smooth loss, by gradients: many parameters"),
        "multiple-shooting": ("multiple_shooting:MultipleShooting", "Long or unstable runs, piece by piece"),
        "evolution": ("evolution:Evolution", "Without derivatives, within ranges"),
    }
    for name, (target, summary) in fitters.items():
        yield AnalysisSpec(name, f"rates_fit.{target}", summary=summary, kind="fitter")


__getattr__ = lazy_names(__name__, {name: f"{__name__}.{module}" for name, module in _MODULES.items()})
