"""Where a periodic force locks a van der Pol oscillator [vanderpol1926]_: an Arnold tongue.

A phase oscillator of frequency omega drives a van der Pol oscillator of mu = 2 with strength J. Inside of the tongue
the force turns exactly three times while the oscillator turns once. Two measures show it: the ratio of the frequencies,
counted over the run, and how coherent the phase of the force is with three times that of the response, each taken from
a band around its frequency and the coherence averaged over its power. The ratio tells more.

    python examples/arnold_tongue.py --output arnold_tongue.png

Each of the 400 points runs DOP853 with steps of its own; with rates-numba all of them take a minute.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from rates_core.sweeps import SweepResult
from scipy.signal import butter, coherence, hilbert, sosfiltfilt, welch

from rates_core import CircuitTemplate

matplotlib.use("Agg")
from matplotlib import pyplot as plt

OMEGA = "kmo/phase_op/omega"
STRENGTH = "kmo/sin_op/s->vdp/vdp_op/inp/weight"
SAMPLING = 1e-2
TURNS = 3  # of the force while the oscillator turns once
BAND = 0.04  # on both sides of the frequency at which a signal is looked at
SEGMENT = 100.0  # of the run, over which coherence is averaged


def forced_oscillator() -> CircuitTemplate:
    """Return the oscillator with its force."""
    return CircuitTemplate(
        "forced",
        nodes={
            "vdp": "model_templates.oscillators.vanderpol.vdp_pop",
            "kmo": "model_templates.oscillators.kuramoto.sin_pop",
        },
        edges=[("kmo/sin_op/s", "vdp/vdp_op/inp", None, {"weight": 1.0})],
    ).update_var({"vdp/vdp_op/mu": 2.0})


def frequency(values: np.ndarray, times: np.ndarray) -> float:
    """Return upward crossings of zero per time, with their times interpolated."""
    before = np.flatnonzero((values[:-1] < 0) & (values[1:] >= 0))
    share = values[before] / (values[before] - values[before + 1])
    crossings = times[before] + share * (times[before + 1] - times[before])
    return float((len(crossings) - 1) / (crossings[-1] - crossings[0]))


def phase(values: np.ndarray, centre: float) -> np.ndarray:
    """Return the phase of a signal in a band."""
    band = butter(2, (centre - BAND, centre + BAND), "bandpass", output="sos", fs=1 / SAMPLING)
    return np.asarray(np.angle(hilbert(sosfiltfilt(band, values))))


def measures(table: pd.DataFrame) -> dict[str, float]:
    """Return the ratio of the frequencies of force and response, and the coherence of their phases."""
    times, force, response = table.index.to_numpy(), table["force"].to_numpy(), table["x"].to_numpy()
    driving = frequency(force, times)
    signals = np.cos(phase(force, driving)), np.cos(TURNS * phase(response, driving / TURNS))
    settings = {"fs": 1 / SAMPLING, "nperseg": round(SEGMENT / SAMPLING)}
    _, coherent = coherence(*signals, **settings)
    _, power = welch(signals[1], **settings)
    return {
        "ratio": driving / frequency(response, times),
        "coherence": float(np.average(coherent, weights=power)),
    }


def tongue(points: dict[str, np.ndarray] | pd.DataFrame, duration: float = 1100.0) -> SweepResult:
    """Return both measures at all points; the first 100 time units are not looked at."""
    return forced_oscillator().sweep(
        points,
        simulation_time=duration,
        step_size=SAMPLING,
        outputs={"x": "vdp/vdp_op/x", "force": "kmo/sin_op/s"},
        reduce=measures,
        solver="dop853",
        rtol=1e-8,
        atol=1e-10,
        cutoff=100.0,
        verbose=False,
    )


def draw(result: SweepResult, omegas: np.ndarray, strengths: np.ndarray, picture: Path) -> None:
    """Plot both measures over frequency and strength of the force."""
    figure, axes = plt.subplots(1, 2, sharey=True, figsize=(9, 4), layout="constrained")
    titles = {"coherence": "coherence of phases", "ratio": "frequency of force / of response"}
    for axis, (name, title) in zip(axes, titles.items(), strict=True):
        values = result[name].reshape(len(omegas), len(strengths)).T
        limits = {"vmin": 2.5, "vmax": 3.5, "cmap": "coolwarm"} if name == "ratio" else {"vmin": 0.0, "vmax": 1.0}
        mesh = axis.pcolormesh(omegas, strengths, values, **limits)
        figure.colorbar(mesh, ax=axis)
        axis.set_title(title)
        axis.set_xlabel(r"frequency of the force $\omega$")
    if len(omegas) > 1:
        locked = np.abs(result["ratio"] - TURNS) < 1e-3
        axes[1].contour(omegas, strengths, locked.reshape(len(omegas), -1).T, [0.5], colors="black")
    axes[0].set_ylabel("strength of the force $J$")
    picture.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(picture, dpi=150)
    plt.close(figure)


def main() -> None:
    """Sweep, draw and say how much of the plane is locked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path("arnold_tongue.png"), help="file of the picture")
    parser.add_argument("--quick", action="store_true", help="nine points, a fifth of the time")
    options = parser.parse_args()

    count, duration = (3, 300.0) if options.quick else (20, 1100.0)
    omegas, strengths = np.linspace(0.3, 0.5, count), np.linspace(0.0, 2.0, count)
    result = tongue({OMEGA: omegas, STRENGTH: strengths}, duration)
    draw(result, omegas, strengths, options.output)
    locked = np.abs(result["ratio"] - TURNS) < 1e-3
    print(f"locked 3:1 at {np.count_nonzero(locked)} of {len(locked)} points")
    print(f"picture: {options.output}")


if __name__ == "__main__":
    main()
