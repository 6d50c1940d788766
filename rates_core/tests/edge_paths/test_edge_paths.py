"""Runs and sweeps that set edges by path, against fresh models with the same values, and against the reference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, event, given, settings
from hypothesis import strategies as st
from rates_core.reference import Interpreter
from rates_core.solvers.tableaus import EULER, HEUN

from rates_core import CircuitTemplate, RatesError, grid_search

from .changes import VALUES, Change, change
from .networks import Made, network

pytestmark = pytest.mark.filterwarnings("ignore:The delayed .* has .delay/spread.²")  # numbers of stages are rounded
seeds = st.integers(0, 2**32)  # smaller ones are no simpler: there is nothing to shrink
ordinary = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
exhaustive = settings(ordinary, max_examples=400, derandomize=False)
RUN: dict[str, Any] = {"simulation_time": 0.8, "step_size": 0.1, "backend": "numpy"}
METHODS = {"euler": EULER, "heun": HEUN}
# What neither a template nor a run can set:
ABSENT = ["There is no edge", "no such connection", "An edge without a template has", "no delay to spread"]
# What only a template can set, since it changes the structure:
STRUCTURE = ["share one chain", "other numbers of stages", "a delay that is spread must be positive"]


def updated(circuit: CircuitTemplate, wanted: Change) -> CircuitTemplate:
    """Return a copy of a circuit with a change; a change of what is not there is no example."""
    fresh = circuit.update_template()
    try:
        fresh.update_var(edge_vars=[wanted.entry])
        fresh.compile(**RUN)
    except RatesError as error:
        refused_by(error, ABSENT)
        assume(False)
    return fresh


def table(circuit: CircuitTemplate, outputs: Any, **options: Any) -> np.ndarray:
    return np.asarray(circuit.run(**RUN, verbose=False, outputs=outputs, **options))


def drawn(random: Random) -> tuple[Made, Change, CircuitTemplate, dict[str, Any]]:
    """Return a network, some of whose edges were changed before, a change, and the network with it."""
    made = network(random)
    if random.random() < 0.4:
        made = Made(updated(made.circuit, change(random, made)), made.sizes)
    wanted = change(random, made)
    options = {"solver": random.choice(["euler", "heun"]), "vectorize": random.random() < 0.8}
    return made, wanted, updated(made.circuit, wanted), options


def refused_by(error: RatesError, texts: Sequence[str]) -> None:
    """Raise an error again that is none of those that may be."""
    if not any(text in str(error) for text in texts):
        raise error
    event(f"refused: {next(text for text in texts if text in str(error))}")


def check_run(random: Random) -> None:
    made, wanted, fresh, options = drawn(random)
    expected = table(fresh, made.outputs, **options)
    model = made.circuit.compile(**RUN, outputs=made.outputs, **options)
    try:
        found = np.asarray(model.run(parameters={wanted.path: wanted.value}))
    except RatesError as error:
        refused_by(error, STRUCTURE)
        return
    event(f"{wanted.attribute}, {'all' if wanted.index is None else 'one'}")
    assert np.allclose(found, expected, rtol=1e-11, atol=1e-13)
    got = fresh.get_var(wanted.path)
    assert np.all(np.asarray(0.0 if got is None else got, dtype=float) == wanted.value)  # None is no delay


def check_sweep(random: Random) -> None:
    made, wanted, fresh, options = drawn(random)
    values = [wanted.value, random.choice(VALUES[wanted.attribute])]
    other = updated(made.circuit, Change(wanted.source, wanted.target, wanted.index, wanted.attribute, values[1]))
    where = {"a": {"vars": [wanted.attribute], "edges": [wanted.edge]}}
    try:
        found, _ = grid_search(
            made.circuit, {"a": values}, where, outputs=made.outputs, verbose=False, **RUN, **options
        )
    except RatesError as error:
        refused_by(error, STRUCTURE)
        return
    event(f"{wanted.attribute}, {'all' if wanted.index is None else 'one'}")
    for name, path in made.outputs.items():
        for number, template in enumerate((fresh, other)):
            expected = table(template, [path], **options)
            columns = [column for column in found.columns if column[:2] == (name, f"net_{number}")]
            assert np.allclose(found[columns], expected, rtol=1e-11, atol=1e-13)


def check_reference(random: Random) -> None:
    made, wanted, fresh, options = drawn(random)
    model = made.circuit.compile(**RUN, outputs=made.outputs, **options)
    try:
        found = np.asarray(model.run(parameters={wanted.path: wanted.value}))
    except RatesError as error:
        refused_by(error, STRUCTURE)
        return
    parameters = {wanted.path: wanted.value}
    if wanted.attribute == "delay":  # which the reference knows of edges that have one
        made, parameters = Made(fresh, made.sizes), {}
    steps = 0.8, 0.1, METHODS[options["solver"]]
    run = Interpreter(made.circuit).run(*steps, outputs=list(made.outputs.values()), parameters=parameters)
    expected = np.array(list(run.values.values())).T
    assert np.allclose(found, expected, rtol=1e-10, atol=1e-12)


def check_absence(random: Random) -> None:
    made = network(random)
    wanted = change(random, made)
    refusal = refusal_of(made.circuit.update_template().update_var, edge_vars=[wanted.entry])
    assume(refusal.startswith("There is no edge"))
    model = made.circuit.compile(**RUN)
    assert refusal_of(model.run, parameters={wanted.path: wanted.value}) == f"parameters: {refusal}"


def refusal_of(call: Callable[..., Any], **arguments: Any) -> str:
    """Return the text of the error that a call raises, or nothing."""
    try:
        call(**arguments)
    except RatesError as error:
        return str(error)
    return ""


@ordinary
@given(seeds)
def test_a_run_sets_edges_as_the_template_would(seed):
    check_run(Random(seed))


@ordinary
@given(seeds)
def test_a_sweep_sets_edges_as_the_template_would(seed):
    check_sweep(Random(seed))


@ordinary
@given(seeds)
def test_a_run_sets_edges_as_the_reference_does(seed):
    check_reference(Random(seed))


@ordinary
@given(seeds)
def test_a_run_refuses_edges_that_do_not_exist_as_the_template_does(seed):
    check_absence(Random(seed))


@pytest.mark.exhaustive
@pytest.mark.parametrize("check", [check_run, check_sweep, check_reference, check_absence])
def test_many_networks(check):
    exhaustive(given(seeds)(lambda seed: check(Random(seed))))()
