"""Whatever templates hold, a file keeps it: equal templates, equal networks, equal derivatives, equal bytes."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from rates_core.network.build import build_network
from rates_core.reference import Interpreter
from rates_core.system.build import build_system
from rates_core.system.display import describe
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.template import Template
from rates_core.yaml.document import parse_document
from rates_core.yaml.reader import load
from rates_core.yaml.tree import plain_value
from rates_core.yaml.writer import write

from .circuits import circuits
from .networks import outcome, plain
from .parts import Kind, edge_templates, nodes, operators, populations

kinds = st.builds(Kind, st.just(False), st.booleans())
runnable = st.builds(Kind, st.just(True), st.booleans())
ordinary = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
exhaustive = settings(ordinary, max_examples=1000)


def through_a_file(template: Template) -> Any:
    """Return what is read of a template that was written, and check the file on the way."""
    with TemporaryDirectory() as folder:
        path = write(template, Path(folder) / "model.yaml")
        content = path.read_bytes()
        again = load(path)
        assert again == template
        assert hash(again) == hash(template)
        assert write(template, Path(folder) / "twin.yaml").read_bytes() == content
        assert write(again, path).read_bytes() == content
        text = content.decode()
        assert repr(yaml.safe_load(text)) == repr(plain_value(parse_document(text, "model.yaml")))
    return again


def check_circuit(circuit: CircuitTemplate) -> None:
    again = through_a_file(circuit)
    for vectorize in (True, False):
        network = outcome(build_network, circuit, vectorize)
        event(f"network: {network if isinstance(network, str) else 'built'}")
        assert plain(network) == plain(outcome(build_network, again, vectorize))


def check_derivatives(circuit: CircuitTemplate, number: float) -> None:
    again = through_a_file(circuit)
    one, other = (outcome(derivatives, item, number) for item in (circuit, again))
    event(f"derivatives: {one if isinstance(one, str) else 'computed'}")
    assert repr(one) == repr(other)
    one, other = (outcome(system_text, item) for item in (circuit, again))
    event(f"system: {one[:12]}")
    assert one == other


def derivatives(circuit: CircuitTemplate, number: float) -> Any:
    interpreter = Interpreter(circuit)
    state = interpreter.initial_state()
    return state, interpreter.derivative(number, state)


def system_text(circuit: CircuitTemplate) -> str:
    return describe(build_system(build_network(circuit)))


any_part = kinds.flatmap(lambda kind: operators(kind) | nodes(kind) | edge_templates(kind) | populations(kind))


@ordinary
@given(any_part)
def test_parts_of_circuits_are_kept(template):
    through_a_file(template)


@ordinary
@given(kinds.flatmap(circuits))
def test_circuits_are_kept_and_so_are_their_networks(circuit):
    check_circuit(circuit)


@ordinary
@given(runnable.flatmap(circuits), st.floats(-2.0, 2.0))
def test_circuits_have_the_derivatives_that_they_had(circuit, t):
    check_derivatives(circuit, t)


@pytest.mark.exhaustive
@exhaustive
@given(kinds.flatmap(circuits))
def test_many_circuits_are_kept_and_so_are_their_networks(circuit):
    check_circuit(circuit)


@pytest.mark.exhaustive
@exhaustive
@given(runnable.flatmap(circuits), st.floats(-2.0, 2.0))
def test_many_circuits_have_the_derivatives_that_they_had(circuit, t):
    check_derivatives(circuit, t)
