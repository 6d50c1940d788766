"""Names and numbers of parameters and states in scripts of PyCoBi, against those in the files that PyRates writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import rates_pyrates

RECORD = json.loads(Path(__file__).with_name("pycobi_numbers.json").read_text(encoding="utf-8"))
CHAINS = "rates of chains that make delays are parameters there, and stand among the others"
#: models whose names differ from PyRates', and why
DIFFERENT = {"jansenrit.JRC_2delaycoupled": CHAINS, "qif.qif_sd": CHAINS}


@pytest.fixture
def pycobi() -> Iterator[Any]:
    rates_pyrates.activate(replace=True)
    try:
        yield import_module("pycobi")
    finally:
        rates_pyrates.deactivate()


@pytest.mark.parametrize("path", RECORD)
def test_parameters_and_states_have_the_names_and_numbers_of_pyrates(pycobi: Any, path: str) -> None:
    names = pycobi.ODESystem.from_yaml(path).names
    theirs = {int(number): name for number, name in RECORD[path]["parnames"].items()}
    ours = {number: names.shown(names.parameters[number]) for number in theirs if number in names.parameters}
    states = {str(number): names.shown(state) for number, state in enumerate(names.states, 1)}
    same = ours == theirs and states == RECORD[path]["unames"]
    assert same == (path.split(".", 2)[2] not in DIFFERENT)


def test_differences_are_of_models_that_were_recorded() -> None:
    assert set(DIFFERENT) <= {path.split(".", 2)[2] for path in RECORD}
