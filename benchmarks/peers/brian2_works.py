"""Works in Brian 2 with compiled code."""

from __future__ import annotations

from typing import Any

import brian2 as brian
from work import main  # type: ignore[import-not-found]  # beside this script


def columns(equations: Any, parameters: Any, values: Any, weights: Any, step: float, steps: int) -> Any:
    """Step through a network of cortical columns."""
    brian.prefs.codegen.target = "cython"
    brian.BrianLogger.log_level_error()
    lines = []
    for line in equations.tolist():
        name, value = (part.strip() for part in line.split("=", 1))
        value = value.replace("^", "**")
        lines.append(f"d{name[:-1]}/dt = ({value})/second : 1" if name.endswith("'") else f"{name} = {value} : 1")
    known = dict(zip(parameters.tolist(), values.tolist(), strict=True))
    brian.defaultclock.dt = float(step) * brian.second
    group = brian.NeuronGroup(len(weights), "\n".join([*lines, "u : 1"]), method="euler", namespace=known)
    synapses = brian.Synapses(group, group, "w : 1\nu_post = w*S1_pre : 1 (summed)", namespace=known)
    synapses.connect()
    synapses.w = weights.T.ravel()
    monitor = brian.StateMonitor(group, "y1", record=[0])
    network = brian.Network(group, synapses, monitor)
    network.store()

    def run() -> None:
        network.restore()
        network.run(int(steps) * brian.defaultclock.dt, namespace=known)

    run()
    return monitor.y1[0], run


if __name__ == "__main__":
    main(brian.__version__, {"columns": columns})
