"""The languages of reports, and the doors that lead to them."""

from __future__ import annotations

from typing import Any

import pytest
from rates_core.errors import UnknownNameError
from rates_core.reports.formats import FORMATS, format_named
from rates_core.reports.mark import MARK

from rates_core import CircuitTemplate, PopulationTemplate


@pytest.mark.parametrize("name", FORMATS)
def test_every_part_of_a_circuit_has_a_report_in_every_language(circuit: CircuitTemplate, name: str) -> None:
    node = circuit.nodes["p"]
    edge = circuit.edges.single[0].template
    assert edge is not None
    for template in (circuit, node, edge, node.operators[0][0], PopulationTemplate("crowd", node, 2)):
        assert template.name.replace("_", "") in template.report(name).replace("\\", "").replace("_", "")


def test_an_unknown_language_is_an_error_with_the_closest_name(circuit: CircuitTemplate) -> None:
    with pytest.raises(UnknownNameError) as caught:
        circuit.report("latx")
    assert str(caught.value) == (
        "There is no format 'latx' of reports. Did you mean 'latex'? Formats: text, markdown, latex, html, json."
    )


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_written_to_a_file_begins_with_our_mark(circuit: CircuitTemplate, name: str) -> None:
    text = format_named(name).head + circuit.report(name)
    assert MARK in text[:60]


def test_templates_are_imported_without_reports(installation: Any) -> None:
    code = """
    import sys
    import rates_core.templates.circuit
    value = sorted(name for name in sys.modules if name.startswith(("rates_core.reports", "networkx", "matplotlib")))
    """
    assert installation.value(code) == []


def test_reports_need_no_library_that_draws(installation: Any) -> None:
    code = """
    import sys
    import rates_core.reports.text, rates_core.reports.notation
    value = sorted(name for name in ("networkx", "matplotlib", "pandas") if name in sys.modules)
    """
    assert installation.value(code) == []
