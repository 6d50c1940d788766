"""The sample of the SBML Test Suite beside a checkout: each case meets its reference, or is refused for a reason.

References: SBML Test Suite 3.4, semantic time-course cases. A case passes where every value is within
`absolute + relative * |reference|` of its settings.
"""

from __future__ import annotations

import csv
import json
import os
import random
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rates_core.errors import UnsupportedFeatureError
from rates_core.reference import Interpreter
from rates_sbml.reader import read
from rates_sbml.writer import write

from rates_core import CircuitTemplate, OmissionWarning, UnitsWarning

Runner = Callable[..., pd.DataFrame]
REFERENCE = Path(os.environ.get("RATES_REFERENCE", Path(__file__).parents[4] / "shared" / "reference"))
CASES = REFERENCE / "sbml"
FAST = "The reaction '{}' is fast: it is at equilibrium at all times, and rates computes what it is from rates."
#: What the language cannot mean.
REFUSED = {
    "00987": FAST.format("fast"),
    "01539": FAST.format("J0"),
    "01551": FAST.format("J0"),
    "01599": "The events 'Qinc' and 'Rinc' happen at the same times with the same priority, so that chance decides "
    "which comes first, each time anew.",
}
COSTLY = {"00963"}  # 4000 events
TOLERANCE = 1e-12  # of derivatives whose numbers were written with 15 digits
NOT_FINITE = {"00951"}  # its numbers are infinite and undefined, and references say so


def cases() -> Iterator[Any]:
    """Yield the cases; where there are none, one that is skipped."""
    if not (CASES / "tags.json").is_file():
        yield pytest.param("", marks=pytest.mark.skip(reason=f"no cases of the SBML Test Suite in {CASES}"))
        return
    for case in sorted(json.loads((CASES / "tags.json").read_text(encoding="utf-8"))):
        yield pytest.param(case, marks=[pytest.mark.exhaustive] if case in COSTLY else [])


def settings(case: str) -> dict[str, str]:
    lines = (CASES / case / "settings.txt").read_text(encoding="utf-8").splitlines()
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines) if key.strip()}


def reference(case: str) -> tuple[list[str], np.ndarray]:
    rows = [row for row in csv.reader((CASES / case / "results.csv").read_text(encoding="utf-8").splitlines()) if row]
    return [name.strip() for name in rows[0][1:]], np.array([[float(value) for value in row] for row in rows[1:]])


def column(circuit: CircuitTemplate, name: str, said: dict[str, str]) -> str:
    """Return the variable that a case means by an identifier: an amount or a concentration, as its settings ask."""
    ((operator, _),) = circuit.nodes["model"].operators
    for kind in ("amount", "concentration"):
        if name in [one.strip() for one in said.get(kind, "").split(",")] and f"{name}_{kind}" in operator.variables:
            return f"{name}_{kind}"
    return name


def circuit_of(case: str) -> CircuitTemplate:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OmissionWarning)
        warnings.simplefilter("ignore", UnitsWarning)
        return read(CASES / case / "model.xml")


@pytest.mark.parametrize("case", list(cases()))
def test_a_case_meets_its_reference_or_is_refused_for_its_reason(case: str, run: Runner) -> None:
    if case in REFUSED:
        with pytest.raises(UnsupportedFeatureError) as caught:
            circuit_of(case)
        assert str(caught.value).startswith(REFUSED[case])
        return
    circuit, said = circuit_of(case), settings(case)
    names, expected = reference(case)
    columns = [column(circuit, name, said) for name in names]
    finite = {"stop_on_nonfinite": False} if case in NOT_FINITE else {}
    table = run(circuit, columns, float(said["duration"]), int(said["steps"]), **finite)
    found = table[columns].to_numpy()[: len(expected)]
    assert np.allclose(table.index[: len(expected)], expected[:, 0], rtol=1e-6)
    relative, absolute = float(said["relative"]), float(said["absolute"])
    np.testing.assert_allclose(found, expected[:, 1:], rtol=relative, atol=absolute)


def states_of(circuit: CircuitTemplate) -> list[str]:
    ((operator, _),) = circuit.nodes["model"].operators
    return [f"model/sbml/{one.target}" for one in operator.parsed if one.kind == "differential"]


@pytest.mark.exhaustive
@pytest.mark.parametrize("case", [case for case in cases() if case.values[0] not in REFUSED])
def test_a_case_comes_back_from_what_is_written_of_it(case: str, tmp_path: Path) -> None:
    """SBML to rates, to SBML, to rates: derivatives are equal; only events in turn are not written."""
    circuit, file = circuit_of(case), tmp_path / "again.xml"
    ((operator, _),) = circuit.nodes["model"].operators
    if "events_last" in operator.variables:
        with pytest.raises(UnsupportedFeatureError, match="in SBML it would set that off at the same time"):
            write(circuit, file)
        return
    write(circuit, file)
    back = read(file)
    assert [one.when for one in back.nodes["model"].operators[0][0].parsed_events] == [
        one.when for one in operator.parsed_events
    ]
    models, generator = (Interpreter(circuit), Interpreter(back)), random.Random(case)
    for _ in range(5):
        values = {name: generator.uniform(0.1, 2) for name in states_of(circuit)}
        time = generator.random()
        first, second = (model.derivative(time, values, {}) for model in models)
        assert second == pytest.approx(first, rel=TOLERANCE, abs=TOLERANCE, nan_ok=True)
