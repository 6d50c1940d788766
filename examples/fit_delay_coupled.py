"""Five leaky integrators with distributed delays, whose time constant and coupling are found from a response to a sine.

The loss over all the time has many valleys: one leads to the true values, another one to ever slower units. Over the
first units of time there is one valley. The fit goes there first (`horizons`), and then takes a few steps with all
data.

    python examples/fit_delay_coupled.py --output fit_delay_coupled.png

All 30 000 steps of 1e-3 are taken in each run; with rates-numba a fit takes about a second after compiling.
"""

from __future__ import annotations

import argparse
from importlib.util import find_spec
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from rates_fit import FitResult, fit

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

matplotlib.use("Agg")
from matplotlib import pyplot as plt

UNITS = 5
TAU, COUPLING = "p/li_op/tau", "p/li_op/k"
TRUE = {TAU: 2.0, COUPLING: 1.0}
OUTPUTS = {"u": "p/li_op/u"}
SAMPLING = 0.1
EARLY = 5.0  # until which the data are fitted first
BACKEND = "numba" if find_spec("rates_numba") else "numpy"


def circuit() -> CircuitTemplate:
    """Return the units: each reads all of them after gamma-distributed delays."""
    rng = np.random.default_rng(20)
    weights, delays = rng.uniform(-1, 1, (UNITS, UNITS)), rng.choice([1.0, 3.0], (UNITS, UNITS))
    unit = OperatorTemplate(
        "li_op",
        ["u' = -u/tau + k*r_in + I_ext", "r = tanh(u)"],
        {"u": "variable(0.0)", "r": "output", "tau": 2.0, "k": 1.0, "r_in": "input", "I_ext": "input"},
    )
    return CircuitTemplate(
        "delay_coupled",
        populations={"p": PopulationTemplate("p", NodeTemplate("li", [unit]), UNITS)},
        connections=[Connectivity("p/li_op/r", "p/li_op/r_in", weights, delays=delays, spread=0.3 * delays)],
    )


def sine(step: float, steps: int) -> np.ndarray:
    """Return the input."""
    return np.asarray(0.1 * np.sin(2 * np.pi * 0.2 * np.arange(steps) * step))


def fitted(
    model: CircuitTemplate, data: pd.DataFrame, start: tuple[float, float], step: float, steps: int
) -> FitResult:
    """Return the fit from a start."""
    return fit(
        model,
        data,
        {TAU: "positive", COUPLING: "positive"},
        start=dict(zip((TAU, COUPLING), start, strict=True)),
        outputs=OUTPUTS,
        inputs={"p/li_op/I_ext": sine(step, steps)},
        step_size=step,
        horizons=[EARLY],
        backend=BACKEND,
    )


def landscape(found: FitResult, values: np.ndarray) -> np.ndarray:
    """Return the loss at all pairs of values, by coupling and time constant."""
    pairs = np.array([(tau, coupling) for coupling in values for tau in values])
    return found.problem.values(np.log(pairs)).reshape(len(values), -1)


def draw(found: FitResult, values: np.ndarray, picture: Path) -> None:
    """Draw the loss with the way through it, and traces of the data and of the fit."""
    figure, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained", width_ratios=(1, 1.4))
    mesh = axes[0].pcolormesh(values, values, np.log10(landscape(found, values) + 1e-3), cmap="viridis")
    figure.colorbar(mesh, ax=axes[0], label="log10 of the loss")
    way = found.history
    axes[0].loglog(way[TAU], way[COUPLING], "w.-", lw=1, label="way of the fit")
    axes[0].plot(*TRUE.values(), "r+", ms=12, label="true values")
    axes[0].set(xlabel=r"time constant $\tau$", ylabel="coupling $k$", xlim=values[[0, -1]], ylim=values[[0, -1]])
    axes[0].legend(loc="lower left", fontsize="small")
    table = found.simulated.loc["data"]
    for number, column in enumerate(found.problem.cases[0].observed.columns):
        axes[1].plot(table.index, table["data"][column], ".", color=f"C{number}", ms=3)
        axes[1].plot(table.index, table["simulated"][column], color=f"C{number}", lw=1)
    axes[1].set(xlabel="time", ylabel="$u$", title="dots: data, lines: fit")
    picture.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(picture, dpi=150)
    plt.close(figure)


def main() -> None:
    """Simulate data, fit and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path("fit_delay_coupled.png"), help="file of the picture")
    parser.add_argument("--quick", action="store_true", help="steps of 0.02 and a coarse landscape")
    options = parser.parse_args()

    step, steps, count = (0.02, 1500, 5) if options.quick else (1e-3, 30_000, 25)
    model = circuit()
    data = model.run(
        steps * step, step, inputs={"p/li_op/I_ext": sine(step, steps)}, outputs=OUTPUTS, sampling_step_size=SAMPLING,
        verbose=False,
    )  # fmt: skip
    start = tuple(np.random.default_rng(7).uniform(0.1, 10, (20, 2))[0])
    found = fitted(model, data, (float(start[0]), float(start[1])), step, steps)
    errors = [abs(found[path] / value - 1) for path, value in TRUE.items()]
    print(f"tau {found[TAU]:.6f}, k {found[COUPLING]:.6f}, relative errors below {max(errors):.0e}")
    print(f"{found.iterations} iterations, {found.gradients} linearisations")
    draw(found, np.geomspace(0.1, 12, count), options.output)
    print(f"picture: {options.output}")


if __name__ == "__main__":
    main()
