"""The library of published models, written and run by xppaut."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from rates_core.errors import UnsupportedFeatureError
from rates_xppaut.writer import write

from rates_core import CircuitTemplate

Runner = Callable[..., np.ndarray]
Comparison = Callable[[np.ndarray, np.ndarray], None]

ORDINARY = {"neural_mass_models.jansenrit.JRC_2delaycoupled", "neural_mass_models.qif.qif_sfa", "systems.lorenz.lorenz"}
MODELS = [
    *(f"neural_mass_models.ik.{name}" for name in ("ik_nodim", "ik_eta", "ik_theta")),
    *(f"neural_mass_models.jansenrit.{name}" for name in ("JRC", "JRC2", "JRC_2delaycoupled")),
    *(f"neural_mass_models.qif.{name}" for name in (
        "qif", "qif_sfa", "qif_gap", "qif_conduct", "qif_alpha_syn", "qif_sd", "qif_tsodyks")),
    "neural_mass_models.wilsoncowan.WC", "neural_mass_models.wilsoncowan.WC_stp",
    "oscillators.kuramoto.kmo", "oscillators.kuramoto.kmo_2coupled", "oscillators.stuartlandau.sl",
    "oscillators.vanderpol.vdp", "systems.brusselator.brusselator", "systems.epidemics.sir", "systems.epidemics.seir",
    "systems.fitzhugh_nagumo.fhn", "systems.hodgkin_huxley.hh", "systems.lorenz.lorenz",
    "systems.lotka_volterra.lv", "systems.lotka_volterra.lv_delayed", "systems.mackey_glass.mg",
    "systems.roessler.roessler", *(f"systems.wilson_cowan_rings.{name}" for name in (
        "wc_oscillator", "wc_ring", "wc_ring_delayed")),
]  # fmt: skip


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in ORDINARY else pytest.mark.exhaustive) for name in MODELS]
)
def test_xppaut_runs_it_with_the_same_numbers(name: str, xppaut: Runner, agree: Comparison, tmp_path: Path) -> None:
    circuit = CircuitTemplate.from_yaml(f"model_templates.{name}")
    write(circuit, tmp_path / "m.ode")
    text = (tmp_path / "m.ode").read_text()
    notes = {line.split()[1]: line.split()[3] for line in text.splitlines() if re.match(r"#% \w+ = ", line)}
    states = [notes[match[1]] for line in text.splitlines() if (match := re.match(r"(\w+)'=", line))]
    shown = [at for at, path in enumerate(states) if "->" not in path]
    step = 1e-4
    room = {"delay": match[1]} if (match := re.search(r"(?m)^@ delay=(\d+)", text)) else {}
    printed = xppaut(text, meth="euler", dt=step, total=100 * step, **room)
    table = circuit.run(101 * step, step, solver="euler", outputs={str(at): states[at] for at in shown}, verbose=False)
    agree(table.to_numpy(), printed[:, 1:][:, shown])


@pytest.mark.parametrize("name", ["neural_mass_models.theta.kmo_theta", "oscillators.kuramoto.kmo_mf"])
def test_complex_models_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedFeatureError, match=r"is complex, and numbers of XPPAUT are real\."):
        write(CircuitTemplate.from_yaml(f"model_templates.{name}"), tmp_path / "m.ode")
