"""Whatever a circuit holds, its report says it: in every language, every equation once, every value as it is."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rates_core.errors import EquationError
from rates_core.expressions import parse_equation
from rates_core.reports.build import report_of
from rates_core.reports.content import OperatorEntry, VariableEntry
from rates_core.reports.formats import FORMATS
from rates_core.reports.quantity import Listed, Quantity, Range, Several
from rates_core.templates.circuit import CircuitTemplate

from .circuits import circuits
from .parts import Kind

kinds = st.builds(Kind, st.booleans(), st.booleans())
ordinary = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
exhaustive = settings(ordinary, max_examples=1000)


def check(circuit: CircuitTemplate) -> None:
    report, text = report_of(circuit), circuit.report()
    for operator in report.operators:
        check_text(operator, text)
        for variable in operator.variables:
            check_values(circuit, operator, variable)
    assert sum(entry.count for entry in report.projections) >= len(circuit.edges)
    assert all(map(circuit.report, FORMATS))
    assert json.loads(circuit.report("json"))["name"] == circuit.name


def check_text(operator: OperatorEntry, text: str) -> None:
    """Check that each equation is a line that reads back."""
    names = [variable.name for variable in operator.variables]
    lines = [line.strip() for line in text.splitlines() if line.startswith("    ")]
    for equation in operator.equations:
        read = [parse_equation(line, names) for line in lines if line.startswith(equation.target) and fits(line, names)]
        assert (equation.kind, equation.expression) in [(found.kind, found.expression) for found in read]


def fits(line: str, names: list[str]) -> bool:
    """Tell whether a line is an equation of some variables."""
    try:
        parse_equation(line, names)
    except EquationError:
        return False
    return True


def check_values(circuit: CircuitTemplate, operator: OperatorEntry, variable: VariableEntry) -> None:
    """Check values against those that the circuit answers with, path by path."""
    for setting in variable.settings:
        paths = operator.users.paths if setting.where is None else setting.where.paths
        for path in set(paths) & set(operator.users.paths):
            values = np.ravel(circuit.get_var(f"{path}/{operator.name}/{variable.name}"))
            assert agree(setting.value, values), f"{path}/{operator.name}/{variable.name}: {setting.value}, {values}"


def agree(shown: Quantity, values: np.ndarray) -> bool:
    match shown:
        case Listed(entries, _):
            return bool(np.array_equal(values, np.array(entries)))
        case Several(counts):
            return set(values.tolist()) <= {number for number, _ in counts}
        case Range():
            sizes: Any = np.abs(values) if isinstance(shown.mean, complex) else values
            return bool(shown.least <= sizes.min() and sizes.max() <= shown.largest)
        case _:
            return bool((values == shown).all())


@ordinary
@given(st.data(), kinds)
def test_a_report_says_what_a_circuit_holds(data: Any, kind: Kind) -> None:
    check(data.draw(circuits(kind)))


@pytest.mark.exhaustive
@exhaustive
@given(st.data(), kinds)
def test_a_report_says_what_any_circuit_holds(data: Any, kind: Kind) -> None:
    check(data.draw(circuits(kind)))
