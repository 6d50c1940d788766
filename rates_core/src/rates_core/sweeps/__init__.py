"""Runs of one model at many points: samples of parameters, where they run, what is kept of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rates_core.lazy import lazy_exports

if TYPE_CHECKING:
    from rates_core.sweeps.analysis import sweep
    from rates_core.sweeps.draws import latin_hypercube, sobol
    from rates_core.sweeps.evaluation import evaluate
    from rates_core.sweeps.executor import Executor, checked_workers, executor_of
    from rates_core.sweeps.grids import grid, points
    from rates_core.sweeps.identity import digest
    from rates_core.sweeps.outcomes import outcomes
    from rates_core.sweeps.pool import Pooled
    from rates_core.sweeps.result import SweepResult
    from rates_core.sweeps.samples import Samples

__all__ = [
    "Executor", "Pooled", "Samples", "SweepResult", "checked_workers", "digest", "evaluate", "executor_of", "grid",
    "latin_hypercube", "outcomes", "points", "sobol", "sweep",
]  # fmt: skip

_NAMES = {
    "Executor": "rates_core.sweeps.executor",
    "Pooled": "rates_core.sweeps.pool",
    "SweepResult": "rates_core.sweeps.result",
    "checked_workers": "rates_core.sweeps.executor",
    "digest": "rates_core.sweeps.identity",
    "evaluate": "rates_core.sweeps.evaluation",
    "executor_of": "rates_core.sweeps.executor",
    "outcomes": "rates_core.sweeps.outcomes",
    "Samples": "rates_core.sweeps.samples",
    "grid": "rates_core.sweeps.grids",
    "latin_hypercube": "rates_core.sweeps.draws",
    "points": "rates_core.sweeps.grids",
    "sobol": "rates_core.sweeps.draws",
    "sweep": "rates_core.sweeps.analysis",
}

__getattr__, __dir__ = lazy_exports(__name__, _NAMES)
