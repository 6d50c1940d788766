"""What a user of today's model collections asks for by name is there, is what its name says, and runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import rates_models
import yaml
from rates_core.yaml.reader import load

from rates_core import CircuitTemplate, EdgeTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

Template = CircuitTemplate | EdgeTemplate | NodeTemplate | OperatorTemplate | PopulationTemplate
LIBRARY = Path(rates_models.__file__).parent / "model_templates"
NAMED = """
model_templates.neural_mass_models.qif.{qif,qif_sfa,qif_gap,qif_conduct,qif_alpha_syn,qif_sd,qif_tsodyks}
model_templates.neural_mass_models.qif.{qif,qif_sfa,qif_gap,qif_conduct}_pop
model_templates.neural_mass_models.jansenrit.{JRC,JRC2,JRC_2delaycoupled}
model_templates.neural_mass_models.wilsoncowan.{WC,WC_stp}
model_templates.neural_mass_models.theta.{kmo_theta,kmo_conductance}
model_templates.neural_mass_models.ik.{ik_nodim,ik_eta,ik_theta}
model_templates.neural_mass_models.synaptic_plasticity.{tsodyks,depression,facilitation}_{op,edge}
model_templates.{oscillators,coupled_oscillators}.kuramoto.{phase_op,sin_op,phase_pop,sin_pop,kmo_pop,sin_edge}
model_templates.{oscillators,coupled_oscillators}.kuramoto.{kmo,kmo_2coupled,kmo_mf,kmo_mf_2coupled}
model_templates.{oscillators,coupled_oscillators}.vanderpol.{vdp_op,vdp_pop,vdp}
model_templates.{oscillators,coupled_oscillators}.stuartlandau.{sl_op,sl_pop,sl}
model_templates.base_templates.{li_op,sigmoid_op,tanh_op,monoexp_op,biexp_op,alpha_op}
model_templates.base_templates.{li_node,sigmoid_node,tanh_node,nonlinear_li_node,sigmoid_edge}
model_templates.systems.{fitzhugh_nagumo.fhn,hodgkin_huxley.hh,lorenz.lorenz,mackey_glass.mg,brusselator.brusselator}
model_templates.systems.{lotka_volterra.{lv,lv_delayed},epidemics.{sir,seir},roessler.roessler}
model_templates.systems.wilson_cowan_rings.{wc_ring,wc_ring_delayed}
neuron_model_templates.rate_neurons.leaky_integrator.{tanh,sigmoid}
"""
KINDS = {"_op": OperatorTemplate, "_pop": NodeTemplate, "_node": NodeTemplate, "_edge": EdgeTemplate}
NODES_WITHOUT_AN_ENDING = {"tanh", "sigmoid"}


def expanded(text: str) -> set[str]:
    """Return what a shell makes of braces, innermost first."""
    braces = re.search(r"\{([^{}]*)\}", text)
    if braces is None:
        return {text}
    parts = (text[: braces.start()] + choice + text[braces.end() :] for choice in braces[1].split(","))
    return set().union(*map(expanded, parts))


NAMES = sorted(set().union(*map(expanded, NAMED.split())))


def kind(name: str) -> type[Template]:
    last = name.rpartition(".")[2]
    return next(
        (kind for ending, kind in KINDS.items() if last.endswith(ending)),
        NodeTemplate if last in NODES_WITHOUT_AN_ENDING else CircuitTemplate,
    )


def circuits() -> list[str]:
    found = []
    for file in sorted(LIBRARY.rglob("*.yaml")):
        path = ".".join(("model_templates", *file.relative_to(LIBRARY).with_suffix("").parts))
        templates = yaml.safe_load(file.read_text(encoding="utf-8"))
        found += [f"{path}.{name}" for name, body in templates.items() if body["base"] == "CircuitTemplate"]
    return found


def test_braces_are_what_a_shell_makes_of_them() -> None:
    assert expanded("{a,b}.{c_{op,edge},d}") == {f"{x}.{y}" for x, y in product("ab", ["c_op", "c_edge", "d"])}


@pytest.mark.parametrize("name", NAMES)
def test_a_named_template_loads_as_what_its_name_says(name: str) -> None:
    template = load(name)
    assert type(template) is kind(name)
    assert template.name == name.rpartition(".")[2]


@pytest.mark.parametrize("name", circuits())
def test_every_circuit_runs_as_it_is(name: str, circuit_of: Callable[[str], CircuitTemplate]) -> None:
    frame = circuit_of(name).run(0.003, 1e-3, backend="numpy", verbose=False)
    assert frame.shape[0] == 3
    assert frame.shape[1] > 0
    assert np.isfinite(frame.to_numpy().astype(complex)).all()
