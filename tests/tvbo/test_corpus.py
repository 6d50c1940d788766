"""Every continuous-time model of tvbo's database, against the Python code that tvbo generates of it."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rates_core.errors import RatesError
from rates_core.reference import Interpreter
from rates_tvbo.reader import read
from rates_tvbo.writer import write

from rates_core import CircuitTemplate, OmissionWarning

Program = Callable[..., None]

TOLERANCE = 1e-9

#: What the exporter for PyRates writes of a model and does not mean the same, and why.
CHANGED_BY_EXPORT = {
    **dict.fromkeys(
        ("Epileptor", "Epileptor2D", "Epileptor5D", "Hopfield"),
        "a choice by 'p > 0' becomes one by sign(p), which for the default p = 0 is the mean of both cases",
    ),
}
#: What the exporter writes that defines no model, and why.
NO_MODEL_BY_EXPORT = {
    "ZerlautAdaptationFirstOrder": "S_i is a parameter with a number, and has an equation",
    "ZerlautAdaptationSecondOrder": "the functions muV, sigmaV and T_V are called and not defined",
    "neuroml-HH_KineticScheme": "there are no equations",
}
#: Models of the database that rates refuses by name, and what is named.
REFUSED = {"neuroml-HH_KineticScheme": "It is made of others ('components'), which rates cannot read."}
#: Names that the exporter changes, since SymPy or PyRates have their own of that name.
RENAMED = ("I", "gamma", "beta", "zeta", "lambda", "E", "N", "S", "O", "Q", "epsilon", "y", "dy")


def recorded(in_tvbo: Program, target: Path, *source: Path) -> dict[str, dict[str, Any]]:
    """Run the recorder, and return what it wrote of each model."""
    in_tvbo("record_corpus.py", target, *source)
    return {file.parent.name: json.loads(file.read_text()) for file in sorted(target.glob("*/record.json"))}


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("corpus")


@pytest.fixture(scope="session")
def database(folder: Path, in_tvbo: Program) -> dict[str, dict[str, Any]]:
    return recorded(in_tvbo, folder / "database")


def continuous(records: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: record for name, record in records.items() if not record["discrete"] and record["states"]}


def quietly(path: Path) -> CircuitTemplate:
    """Return the circuit of a file; what is left out is tested elsewhere."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OmissionWarning)
        return read(path)


def deviation(circuit: CircuitTemplate, record: dict[str, Any], renamed: tuple[str, ...] = ()) -> float:
    """Return the largest deviation of derivatives, relative to those that are larger than 1."""
    model, operator = Interpreter(circuit), circuit.nodes["p"].operators[0][0]
    names = [f"{name}_" if name in renamed else name for name in record["states"]]
    paths = [f"p/{operator.name}/{name}" for name in names]
    found, compared = 0.0, 0
    for point in record["points"]:
        lengths = [operator.variables[name].shape for name in names]
        values = [
            [value] * length[0] if length and not isinstance(value, list) else value
            for value, length in zip(point["state"], lengths, strict=True)
        ]
        inputs = {f"p/{operator.name}/{name}": value for name, value in point["inputs"].items()}
        slopes = model.derivative(point["t"], dict(zip(paths, values, strict=True)), inputs)
        for path, wanted in zip(paths, point["derivative"], strict=True):
            got = slopes[path] if isinstance(slopes[path], list) else [slopes[path]]
            for one, other in zip(got, wanted if isinstance(wanted, list) else [wanted] * len(got), strict=True):
                if math.isnan(other):
                    assert math.isnan(one), path
                else:
                    found, compared = max(found, abs(one - other) / max(1.0, abs(other))), compared + 1
    assert compared
    return found


def test_the_database_is_the_one_that_this_was_written_for(database: dict[str, dict[str, Any]]) -> None:
    assert len(database) == 108
    assert len(continuous(database)) == 91
    assert sum("points" in record for record in continuous(database).values()) == 91
    assert sum("no_pyrates" not in record for record in continuous(database).values()) == 86


def test_every_model_of_its_own_files_has_the_derivatives_of_the_generated_code(
    database: dict[str, dict[str, Any]], folder: Path
) -> None:
    for kind in ("native", "written"):  # the file of the database, and what tvbo writes of what it has read
        for name, record in continuous(database).items():
            circuit = quietly(folder / "database" / name / f"{kind}.yaml")
            assert deviation(circuit, record) <= TOLERANCE, (name, kind)


def test_every_model_that_is_exported_for_pyrates_loads_and_has_those_derivatives(
    database: dict[str, dict[str, Any]], folder: Path
) -> None:
    changed = set()
    for name, record in continuous(database).items():
        path = folder / "database" / name / "pyrates.yaml"
        if "no_pyrates" in record or name in NO_MODEL_BY_EXPORT:
            continue
        circuit = CircuitTemplate.from_yaml(path)
        assert CircuitTemplate.from_file(path) == circuit
        if deviation(circuit, record, RENAMED) > TOLERANCE:
            changed.add(name)
    assert changed == set(CHANGED_BY_EXPORT)


def test_maps_and_models_of_components_are_refused_by_name(database: dict[str, dict[str, Any]], folder: Path) -> None:
    for name, record in database.items():
        if name in continuous(database):
            continue
        with pytest.raises(RatesError) as caught:
            quietly(folder / "database" / name / "native.yaml")
        expected = "It is a discrete-time system (system_type: discrete)" if record["discrete"] else REFUSED[name]
        assert expected in str(caught.value), name


def test_what_rates_writes_is_read_by_tvbo_and_means_the_same(
    database: dict[str, dict[str, Any]], folder: Path, in_tvbo: Program
) -> None:
    ours = folder / "ours"
    ours.mkdir()
    for name in continuous(database):
        circuit = quietly(folder / "database" / name / "native.yaml")
        write(circuit, ours / f"{name}.yaml")
        assert read(ours / f"{name}.yaml") == circuit, name
    records = recorded(in_tvbo, folder / "again", ours)
    assert len(records) == len(continuous(database))
    for name, record in records.items():
        assert deviation(quietly(ours / f"{name}.yaml"), record) <= TOLERANCE, name
