"""Follow the states of a population that adapts: equilibria, and the cycles that begin where they lose their stability.

The mean field of quadratic integrate-and-fire neurons with spike-frequency adaptation [gast2020]_ has two folds and two
Hopf points as its mean input eta changes. Auto-07p finds them in files that rates writes, and follows the cycles from
both; it has to be installed (Debian: `apt-get install auto-07p gfortran make`, AUTO_DIR is its folder).

    python examples/qif_in_auto.py --output qif_in_auto.png
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib
import numpy as np

from rates_core import CircuitTemplate

matplotlib.use("Agg")
from matplotlib import pyplot as plt

MODEL = "model_templates.neural_mass_models.qif.qif_sfa"
AUTO = Path(os.environ.get("AUTO_DIR", "/usr/lib/auto-07p"))
KINDS = {2: ("fold", "s"), 3: ("Hopf point", "o"), 5: ("fold", "s")}
POINT, KIND, ETA, MAXIMUM = 1, 2, 4, 6  # columns of a diagram


def write(folder: Path, points: int) -> None:
    """Write the files of the model, with another set of constants for the cycles of the second Hopf point."""
    model = CircuitTemplate.from_yaml(MODEL)
    model.get_run_func(
        "qif_run", 1e-4, file_name=str(folder / "qif_sfa"), backend="fortran", solver="scipy", auto={"along": "eta"}
    )
    equilibria = (folder / "c.eq").read_text(encoding="utf-8")
    (folder / "c.eq").write_text(equilibria + "UZSTOP={'eta': 0.0}\n", encoding="utf-8")
    cycles = (folder / "c.lc").read_text(encoding="utf-8")
    cycles = cycles.replace("NTST=60", "NTST=200")  # Auto-07p looks for the maximum among the points of its mesh
    cycles = re.sub(r"NMX=\d+", f"NMX={points}", cycles)
    (folder / "c.lc").write_text(cycles, encoding="utf-8")
    (folder / "c.lc2").write_text(cycles.replace("'HB1'", "'HB2'"), encoding="utf-8")


def run(folder: Path, computation: str) -> np.ndarray:
    """Run Auto-07p with a file of constants; return its diagram, a row per point."""
    with (folder / f"c.{computation}").open(encoding="utf-8") as constants:
        command = ["make", "-s", "-f", str(AUTO / "cmds" / "cmds.make"), "EQUATION_NAME=qif_sfa"]
        environment = os.environ | {"AUTO_DIR": str(AUTO)}
        subprocess.run(command, cwd=folder, stdin=constants, env=environment, check=True, capture_output=True)
    for unit, letter in ((7, "b"), (8, "s")):
        (folder / f"fort.{unit}").replace(folder / f"{letter}.{computation}")
    lines = (folder / f"b.{computation}").read_text(encoding="utf-8").splitlines()
    return np.array([list(map(float, line.split()[: MAXIMUM + 1])) for line in lines if not line.startswith("   0")])


def draw(equilibria: np.ndarray, cycles: list[np.ndarray], picture: Path) -> None:
    """Plot the firing rate over eta, what is stable as thick lines."""
    figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
    for branch, colour in ((equilibria, "black"), *((cycle, "tab:blue") for cycle in cycles)):
        stable = np.where(branch[:, POINT] < 0, branch[:, MAXIMUM], np.nan)
        axes.plot(branch[:, ETA], branch[:, MAXIMUM], color=colour, linewidth=0.7)
        axes.plot(branch[:, ETA], stable, color=colour, linewidth=2.5)
    for number, (name, marker) in list(KINDS.items())[:2]:
        points = equilibria[equilibria[:, KIND] == number]
        axes.plot(points[:, ETA], points[:, MAXIMUM], marker, color="tab:red", label=name)
    axes.set_xlim(-3.5, 0.0)
    axes.set_xlabel(r"mean input $\eta$")
    axes.set_ylabel("firing rate $r$ (of cycles the largest)")
    axes.set_title("QIF mean field with adaptation: equilibria and cycles")
    axes.legend()
    picture.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(picture, dpi=150)
    plt.close(figure)


def main() -> None:
    """Continue, draw and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path("qif_in_auto.png"), help="file of the picture")
    parser.add_argument("--quick", action="store_true", help="few points on cycles")
    options = parser.parse_args()

    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, 10 if options.quick else 400)
        run(folder, "ivp")
        equilibria = run(folder, "eq")
        cycles = [run(folder, computation) for computation in ("lc", "lc2")]
    draw(equilibria, cycles, options.output)
    for row in equilibria[np.isin(equilibria[:, KIND], list(KINDS))]:
        print(f"{KINDS[int(row[KIND])][0]} at eta = {row[ETA]:.6f}")
    print(f"picture: {options.output}")


if __name__ == "__main__":
    main()
