"""Remember one bit: a population of spiking neurons, switched on and off by its input.

The mean field of quadratic integrate-and-fire neurons [montbrio2015]_ has two stable states: nearly silent, and firing
at one spike per time unit. A pulse of input moves it from one to the other, where it stays when the pulse is over.

    python examples/qif_demo.py --output qif_demo.png
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd

from rates_core import CircuitTemplate

matplotlib.use("Agg")
from matplotlib import pyplot as plt

MODEL = "model_templates.neural_mass_models.qif.qif"
STEP = 1e-3
SAMPLING = 1e-2


def pulses(duration: float) -> np.ndarray:
    """Return the input on the grid of steps: up in the second quarter, down after the third."""
    time = np.arange(round(duration / STEP)) * STEP / duration
    signal = np.zeros_like(time)
    signal[(time >= 0.25) & (time < 0.5)] = 3.0
    signal[(time >= 0.75) & (time < 0.875)] = -3.0
    return signal


def simulate(signal: np.ndarray) -> pd.DataFrame:
    """Run the model that the library has under this name, driven by the signal."""
    model = CircuitTemplate.from_yaml(MODEL)
    return model.run(
        simulation_time=len(signal) * STEP,
        step_size=STEP,
        sampling_step_size=SAMPLING,
        inputs={"p/qif_op/I_ext": signal},
        outputs={"r": "p/qif_op/r", "v": "p/qif_op/v"},
        verbose=False,
    )


def draw(result: pd.DataFrame, signal: np.ndarray, picture: Path) -> None:
    """Plot the firing rate over the input."""
    figure, (rate, drive) = plt.subplots(2, sharex=True, height_ratios=(3, 1), figsize=(8, 4.5), layout="constrained")
    rate.plot(result.index, result["r"], color="tab:blue")
    rate.set_ylabel("firing rate $r$")
    rate.set_title("QIF mean field: a pulse switches it on, another one off")
    drive.plot(np.arange(len(signal)) * STEP, signal, color="tab:orange")
    drive.set_ylabel("input $I$")
    drive.set_xlabel("time")
    picture.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(picture, dpi=150)
    plt.close(figure)


def main() -> None:
    """Simulate, draw and say what came out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path("qif_demo.png"), help="file of the picture")
    parser.add_argument("--quick", action="store_true", help="a tenth of the time")
    options = parser.parse_args()

    duration = 8.0 if options.quick else 80.0
    signal = pulses(duration)
    result = simulate(signal)
    draw(result, signal, options.output)
    for part in (0.2, 0.7, 0.99):
        print(f"r({part * duration:g}) = {result['r'].iloc[round(part * duration / SAMPLING)]:.4f}")
    print(f"picture: {options.output}")


if __name__ == "__main__":
    main()
