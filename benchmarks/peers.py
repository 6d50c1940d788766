"""The same work in what users run today, where that is installed; nothing here is needed."""

from __future__ import annotations

from importlib.util import find_spec
from time import perf_counter
from typing import Any

INSTALLED = find_spec("pyrates") is not None


def qif_euler(signal: Any, step: float) -> float | None:
    """Return the seconds of a whole run of the QIF mean field, which has no separate build."""
    if not INSTALLED:
        return None
    from pyrates import CircuitTemplate

    start = perf_counter()
    CircuitTemplate.from_yaml("model_templates.neural_mass_models.qif.qif").run(
        simulation_time=len(signal) * step,
        step_size=step,
        inputs={"p/qif_op/I_ext": signal},
        outputs={"r": "p/qif_op/r"},
        solver="euler",
        clear=True,
        verbose=False,
    )
    return perf_counter() - start
