"""A run whose rows do not fit into the memory of the machine is refused before it starts."""

from __future__ import annotations

import os
from typing import Any

import pytest
from rates_core.simulation import memory
from rates_core.simulation.memory import physical_memory

from rates_core import ArgumentError, CircuitTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

DECAY = NodeTemplate("n", [OperatorTemplate("op", "x' = -x/tau", {"x": "output(1.0)", "tau": 2.0})])
TURN = NodeTemplate("m", [OperatorTemplate("turn", "z' = I*z", {"z": "variable(1.0+0.0j)"})])
SOLVERS = [{"solver": "euler"}, {"solver": "dopri5"}, {"solver": "scipy"}]


@pytest.fixture
def model() -> CircuitTemplate:
    return CircuitTemplate("m", {"p": DECAY, "q": TURN}, populations={"pop": PopulationTemplate("pop", DECAY, 10)})


def refusal(model: CircuitTemplate, **arguments: Any) -> str:
    with pytest.raises(ArgumentError) as caught:
        model.run(verbose=False, **arguments)
    return str(caught.value)


@pytest.mark.parametrize("solver", SOLVERS)
def test_more_rows_than_fit_are_refused_before_anything_is_computed(
    model: CircuitTemplate, monkeypatch: pytest.MonkeyPatch, solver: dict[str, Any]
) -> None:
    monkeypatch.setattr(memory, "physical_memory", lambda: 8_000_000_000)
    # 11 real numbers and a complex one: 104 bytes in each of 1e12 rows
    assert refusal(model, simulation_time=1e9, step_size=1e-3, **solver) == (
        "The run would record 1000000000000 rows of 12 numbers each, which take 104 TB; this machine has 8 GB of "
        "memory. Give a longer sampling_step_size (it is 0.001) or fewer outputs, or run parts of the time that "
        "continue each other with state=; a cutoff saves nothing while the run goes on."
    )


def test_what_fits_exactly_is_run(model: CircuitTemplate, monkeypatch: pytest.MonkeyPatch) -> None:
    run = {"simulation_time": 1.0, "step_size": 0.1, "outputs": ["p/op/x"]}
    monkeypatch.setattr(memory, "physical_memory", lambda: 80)
    assert len(model.run(verbose=False, **run)) == 10
    assert refusal(model, **run | {"sampling_step_size": 0.1, "outputs": ["q/turn/z"]}).startswith(
        "The run would record 10 rows of 1 number each, which take 160 bytes; this machine has 80 bytes of memory."
    )
    assert len(model.run(verbose=False, **run | {"sampling_step_size": 0.2, "outputs": ["q/turn/z"]})) == 5
    assert refusal(model, **run | {"cutoff": 0.9, "outputs": ["all/all/x"]}).startswith(
        "The run would record 10 rows of 11 numbers each, which take 880 bytes; this machine has 80 bytes of memory."
    )
    monkeypatch.setattr(memory, "physical_memory", lambda: None)  # a system that does not tell
    assert len(model.run(verbose=False, **run | {"outputs": ["all/all/x"]})) == 10


def test_the_memory_of_this_machine_is_asked_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 1000}
    monkeypatch.setattr(os, "sysconf", known.__getitem__, raising=False)
    assert physical_memory() == 4_096_000
    known["SC_PHYS_PAGES"] = -1
    assert physical_memory() is None
    monkeypatch.delattr(os, "sysconf")
    assert physical_memory() is None
