"""The files of the library: what they offer, how they are written, what each template says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import rates_models
import yaml
from rates_core.yaml.document import read_document
from rates_core.yaml.reader import load
from rates_core.yaml.tree import plain_value

from rates_core import OperatorTemplate

FOLDER = Path(rates_models.__file__).parent
FILES = sorted(path.relative_to(FOLDER) for path in FOLDER.rglob("*.yaml"))
OFFERED = {
    "model_templates.base_templates": "li_op sigmoid_op tanh_op monoexp_op biexp_op alpha_op li_node sigmoid_node"
    " tanh_node nonlinear_li_node sigmoid_edge",
    "model_templates.neural_mass_models.qif": "qif_op qif_sfa_op qif_gap_op qif_conduct_op qif_pop qif_sfa_pop"
    " qif_gap_pop qif_conduct_pop qif qif_sfa qif_gap qif_conduct qif_alpha_syn qif_sd qif_tsodyks",
    "model_templates.neural_mass_models.jansenrit": "rpo_e rpo_i rpo_e_in pro jrc_op PC IN jrc_pop JRC JRC2"
    " JRC_2delaycoupled",
    "model_templates.neural_mass_models.wilsoncowan": "se_op si_op rate_op exc_pop inh_pop WC WC_stp",
    "model_templates.neural_mass_models.theta": "theta_op conductance_op theta_pop conductance_pop kmo_theta"
    " kmo_conductance",
    "model_templates.neural_mass_models.ik": "ik_nodim_op ik_eta_op ik_theta_op ik_nodim_pop ik_eta_pop ik_theta_pop"
    " ik_nodim ik_eta ik_theta",
    "model_templates.neural_mass_models.synaptic_plasticity": "tsodyks_op depression_op facilitation_op tsodyks_edge"
    " depression_edge facilitation_edge",
    "model_templates.oscillators.kuramoto": "phase_op coupling_op sin_op kmo_op phase_pop sin_pop kmo_pop sin_edge kmo"
    " kmo_2coupled kmo_mf kmo_mf_2coupled",
    "model_templates.oscillators.vanderpol": "vdp_op vdp_pop vdp",
    "model_templates.oscillators.stuartlandau": "sl_op sigmoid_op sl_pop sl_burst_pop sl",
    "model_templates.systems.fitzhugh_nagumo": "fhn_op fhn_pop fhn",
    "model_templates.systems.hodgkin_huxley": "hh_op hh_pop hh",
    "model_templates.systems.lorenz": "lorenz_op lorenz_pop lorenz",
    "model_templates.systems.roessler": "roessler_op roessler_pop roessler",
    "model_templates.systems.brusselator": "brusselator_op brusselator_pop brusselator",
    "model_templates.systems.lotka_volterra": "lv_op predator prey lv lv_delayed",
    "model_templates.systems.mackey_glass": "mg_op mg_pop mg",
    "model_templates.systems.epidemics": "sir_op seir_op sir_pop seir_pop sir seir",
    "model_templates.systems.wilson_cowan_rings": "wc_oscillator wc_ring wc_ring_delayed",
    "neuron_model_templates.rate_neurons.leaky_integrator": "li_op sigmoid_op tanh_op sigmoid tanh",
    "neuron_model_templates.spiking_neurons.lif": "lif_op lif",
    "neuron_model_templates.spiking_neurons.qif": "qif_op qif_sfa_op qif qif_sfa",
    "neuron_model_templates.spiking_neurons.ik": "ik_op ik",
}
NAMES = [f"{file}.{name}" for file, names in OFFERED.items() for name in names.split()]


def names_in(file: Path) -> list[str]:
    return list(yaml.safe_load((FOLDER / file).read_text(encoding="utf-8")))


def reference(file: Path, name: str) -> str:
    return ".".join((*file.with_suffix("").parts, name))


ALL_TEMPLATES = [reference(file, name) for file in FILES for name in names_in(file)]


@pytest.mark.parametrize("name", NAMES)
def test_what_users_know_is_there(name: str) -> None:
    assert name in ALL_TEMPLATES


@pytest.mark.parametrize("name", ALL_TEMPLATES)
def test_a_template_loads_and_says_what_it_is_and_where_it_is_from(name: str) -> None:
    template = load(name)
    assert template.name == name.rpartition(".")[2]
    meaning, _, source = template.description.rpartition("\nReference: ")
    assert meaning.strip()
    assert re.search(r"(doi:10\.\d{4,}/\S+|isbn:\d{13})$", source.strip()), source


@pytest.mark.parametrize("file", ["kuramoto", "vanderpol", "stuartlandau"])
def test_the_second_name_of_the_oscillators_holds_the_same_templates(file: str) -> None:
    first, second = (Path(f"model_templates/{folder}/{file}.yaml") for folder in ("oscillators", "coupled_oscillators"))
    assert names_in(first) == names_in(second)
    for name in names_in(first):
        assert load(reference(second, name)) == load(reference(first, name))


@pytest.mark.parametrize("name", [name for name in ALL_TEMPLATES if "_op" in name])
def test_units_are_given_of_variables_that_exist(name: str) -> None:
    operator = load(name)
    found = re.search(r"^Units: (.+)\.$", operator.description, re.MULTILINE)
    for item in found[1].split(", ") if found else []:
        variable, unit = item.split(" ")
        assert variable in operator.variables, item
        assert unit


DRIVES = {  # inputs that have a value when nothing feeds them, for the model to do what it is known for
    "jansenrit.rpo_e_in": {"u": 220.0},
    "jansenrit.jrc_op": {"u": 220.0},
    "fitzhugh_nagumo.fhn_op": {"I_ext": 0.5},
    "hodgkin_huxley.hh_op": {"I_ext": 10.0},
}


@pytest.mark.parametrize("name", [name for name in ALL_TEMPLATES if isinstance(load(name), OperatorTemplate)])
def test_what_nothing_feeds_is_zero_but_for_known_drives(name: str) -> None:
    inputs = {symbol: v.value for symbol, v in load(name).variables.items() if v.kind == "input" and v.value != 0}
    assert inputs == DRIVES.get(".".join(name.split(".")[-2:]), {})


YAML_1_1 = re.compile(
    r"y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF"  # booleans of YAML 1.1 alone
    r"|[-+]?0[0-7_]+|[-+]?0b[01_]+|[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?"  # its octal, binary and sexagesimal
    r"|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+|[-+]?[0-9.]*[0-9]\.?[0-9]*[eE][0-9]+|[0-9]+_[0-9_]+|=|<<"  # floats of 1.2 alone
)


def plain_scalars(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        if node.style is None:
            yield node
    elif isinstance(node, yaml.MappingNode):
        for pair in node.value:
            for child in pair:
                yield from plain_scalars(child)
    else:
        for child in node.value:
            yield from plain_scalars(child)


@pytest.mark.parametrize("file", FILES, ids=str)
def test_readers_of_yaml_1_1_and_1_2_see_the_same(file: Path) -> None:
    text = (FOLDER / file).read_text(encoding="utf-8")
    for scalar in plain_scalars(yaml.compose(text)):
        line = scalar.start_mark.line + 1
        assert not YAML_1_1.fullmatch(scalar.value), f"{file}:{line}: {scalar.value}"
    assert not re.search(r"^%|^---|!!|<<:", text, re.MULTILINE)
    assert max(map(len, text.splitlines())) <= 120


def typed(value: object) -> object:
    """Return a tree of values with the type of each leaf beside it, for which 1 and 1.0 and True are not equal."""
    if isinstance(value, dict):
        return {key: typed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [typed(inner) for inner in value]
    return type(value), value


@pytest.mark.parametrize("file", FILES, ids=str)
def test_a_reader_of_yaml_1_1_reads_what_rates_reads(file: Path) -> None:
    theirs = yaml.safe_load((FOLDER / file).read_text(encoding="utf-8"))
    assert typed(theirs) == typed(plain_value(read_document(FOLDER / file)))


def test_values_that_readers_take_for_different_types_are_told_apart() -> None:
    assert typed(yaml.safe_load("a: [1e-3, on, 1]")) != typed({"a": [0.001, "on", 1]})
    assert typed(yaml.safe_load("a: [1.0e-3, 'on', 1]")) == typed({"a": [0.001, "on", 1]})
