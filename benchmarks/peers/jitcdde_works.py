"""Works in jitcdde."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import jitcdde as tool
import numpy as np
from work import main  # type: ignore[import-not-found]  # beside this script


def mackey_glass(start: float, tau: float, times: Any, rtol: float, atol: float) -> Any:
    """Integrate the equation of Mackey and Glass."""
    late = tool.y(0, tool.t - float(tau))
    solver = tool.jitcdde([0.2 * late / (1 + late**10) - 0.1 * tool.y(0)], max_delay=float(tau), verbose=False)
    solver.set_integration_parameters(rtol=float(rtol), atol=float(atol), first_step=0.01, max_step=10.0)

    def run() -> Any:
        solver.purge_past()
        solver.constant_past([float(start)], time=0.0)
        solver.reset_integrator()
        solver.adjust_diff()
        return np.array([solver.integrate(time)[0] for time in times])

    return run(), run


if __name__ == "__main__":
    main(version("jitcdde"), {"mackey_glass": mackey_glass})
