"""Four ways to run one model: at once, with another parameter, driven by an input, and by a solver of your own.

    python examples/tutorial.py --output tutorial.png

The script leaves its picture, and a file `qif_eval.py` beside it that holds the model as plain Python.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from scipy.integrate import solve_ivp

from rates_core import CircuitTemplate, integrate

matplotlib.use("Agg")
from matplotlib import pyplot as plt

MODEL = "model_templates.neural_mass_models.qif.qif"
STEP = 1e-3
SAMPLING = 1e-2
OUTPUTS = {"r": "p/qif_op/r"}


def at_once(duration: float) -> pd.DataFrame:
    """Run the model as the library has it."""
    return integrate(
        MODEL, simulation_time=duration, step_size=STEP, sampling_step_size=SAMPLING, outputs=OUTPUTS, clear=True
    )


def excitable() -> CircuitTemplate:
    """Load the model and raise the mean excitability of its neurons from -5 to -2."""
    return CircuitTemplate.from_yaml(MODEL).update_var(node_vars={"p/qif_op/eta": -2.0})


def with_another_parameter(duration: float) -> pd.DataFrame:
    """Run the excitable model."""
    return excitable().run(simulation_time=duration, step_size=STEP, sampling_step_size=SAMPLING, outputs=OUTPUTS)


def inhibition(duration: float) -> np.ndarray:
    """Return an input of -3 from a quarter of the time to three quarters, on the grid of steps."""
    steps = round(duration / STEP)
    signal = np.zeros(steps)
    signal[steps // 4 : 3 * steps // 4] = -3.0
    return signal


def driven(duration: float, solver: str, method: str | None = None) -> pd.DataFrame:
    """Run the excitable model while the input holds it down, with the solver asked for."""
    return excitable().run(
        simulation_time=duration,
        step_size=STEP,
        sampling_step_size=SAMPLING,
        inputs={"p/qif_op/I_ext": inhibition(duration)},
        outputs=OUTPUTS,
        solver=solver,
        method=method,
    )


def by_a_solver_of_your_own(duration: float, file: Path) -> tuple[np.ndarray, np.ndarray]:
    """Write the right-hand side to a file and hand it to SciPy oneself; return times and firing rate."""
    func, args = excitable().get_run_func(
        func_name="f",
        file_name=str(file.with_suffix("")),
        step_size=STEP,
        inputs={"p/qif_op/I_ext": inhibition(duration)},
        backend="default",
        solver="scipy",
    )
    print(f"--- {file.name}\n{file.read_text(encoding='utf-8')}---")
    t0, y0, *func_args = args
    solution = solve_ivp(func, (t0, duration), y0, args=func_args, max_step=0.1)
    return solution.t, solution.y[0]


def main() -> None:
    """Run all four and draw them into one picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path("tutorial.png"), help="file of the picture")
    parser.add_argument("--quick", action="store_true", help="a tenth of the time")
    options = parser.parse_args()
    duration = 8.0 if options.quick else 80.0
    options.output.parent.mkdir(parents=True, exist_ok=True)

    figure, (still, pushed) = plt.subplots(2, sharex=True, figsize=(8, 5), layout="constrained")
    still.plot(at_once(duration), label=r"as published, $\eta = -5$")
    still.plot(with_another_parameter(duration), label=r"$\eta = -2$")
    pushed.plot(driven(duration, solver="heun"), label="heun")
    pushed.plot(driven(duration, solver="scipy", method="RK23"), "--", label="scipy, RK23")
    pushed.plot(*by_a_solver_of_your_own(duration, options.output.with_name("qif_eval.py")), ":", label="solve_ivp")
    for axes, title in ((still, "without input"), (pushed, r"input of $-3$ in the middle half, $\eta = -2$")):
        axes.set(title=title, ylabel="firing rate $r$")
        axes.legend(loc="upper right")
    pushed.set_xlabel("time")
    figure.savefig(options.output, dpi=150)
    print(f"picture: {options.output}")


if __name__ == "__main__":
    main()
