"""Where a population of quadratic integrate-and-fire neurons that adapts rests, bursts, or may do both.

The mean field of such neurons with spike-frequency adaptation [gast2020]_ has two folds and two subcritical Hopf points
as its mean input eta changes. At each Hopf point a branch of cycles begins; that of the second one turns round at two
folds, between which the cycles are stable, and both end at orbits from an equilibrium to itself.

    python examples/qif_sfa_diagram.py --output qif_sfa_diagram.png

It takes about a quarter of a minute. `--quick` stops at the first thirty points of each branch of cycles.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib
from rates_continuation import Branch, Continuation, CycleBranch

matplotlib.use("Agg")
from matplotlib import pyplot as plt

MODEL = "model_templates.neural_mass_models.qif.qif_sfa"
ETA, RATE = "p/qif_sfa_op/eta", "p/qif_sfa_op/r"
BOUNDS = (-10.0, 5.0)
CLOSE = (-3.0, -1.0)  # where all happens
POINTS, QUICK = 1000, 30
INTERVALS = 256  # of the mesh: long cycles stay close to the equilibrium where small errors grow


def followed(points: int = POINTS) -> tuple[Branch, list[CycleBranch]]:
    """Return the equilibria, and the cycles that begin at each Hopf point.

    Args:
        points: of each branch of cycles, at most.
    """
    continuation = Continuation(MODEL)
    equilibria = continuation.equilibria(ETA, bounds=BOUNDS)
    return equilibria, [
        continuation.cycles(from_=hopf, bounds=BOUNDS, max_points=points, max_intervals=INTERVALS)
        for hopf in equilibria.special("HB")
    ]


def draw(equilibria: Branch, cycles: list[CycleBranch], picture: Path) -> None:
    """Plot firing rates over the mean input, and closely the part with the special points; then periods."""
    figure, axes = plt.subplots(1, 3, figsize=(11.5, 3.6), layout="constrained")
    for axis in axes[:2]:
        for branch in (equilibria, *cycles):
            branch.plot(RATE, ax=axis)
        axis.set_ylabel("firing rate $r$")
    axes[1].set_xlim(CLOSE)
    for branch in cycles:
        branch.plot("period", ax=axes[2])
    axes[2].set_xlim(CLOSE)
    axes[2].set_ylim(0.0, 300.0)
    for axis, letter in zip(axes, "abc", strict=True):
        axis.set_xlabel(r"mean input $\eta$")
        axis.set_title(letter, loc="left", fontweight="bold")
        if letter != "a":
            axis.get_legend().remove()
    picture.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(picture, dpi=150)
    plt.close(figure)


def main() -> None:
    """Follow the branches, draw them, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path("qif_sfa_diagram.png"), help="file of the picture")
    parser.add_argument("--quick", action="store_true", help="the first thirty points of each branch of cycles")
    options = parser.parse_args()

    equilibria, cycles = followed(QUICK if options.quick else POINTS)
    draw(equilibria, cycles, options.output)
    for branch in (equilibria, *cycles):
        for point in branch.specials:
            words = f"{point.kind:4}eta = {point[ETA]:.6f}  r = {point[RATE]:.6f}  {point.criticality}"
            print(words.rstrip())
    print(f"picture: {options.output}")


if __name__ == "__main__":
    main()
