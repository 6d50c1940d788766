"""What a report says of a template, before it is written in any language."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.errors import ArgumentError, EquationError
from rates_core.reports.build import report_of
from rates_core.reports.content import End, Join, Members, OperatorEntry, Reading, Report, Setting
from rates_core.reports.quantity import Listed, Range, Several

from rates_core import (
    CircuitTemplate,
    Connectivity,
    EdgeTemplate,
    NodeTemplate,
    OperatorTemplate,
    PopulationTemplate,
)

DECAY = OperatorTemplate("decay", "x' = -x/tau + u", {"x": "output(1.0)", "tau": 2.0, "u": "input"})
UNIT = NodeTemplate("unit", [DECAY])


def ring(size: int, **attributes: float) -> CircuitTemplate:
    edges = [(f"p{k}/decay/x", f"p{(k + 1) % size}/decay/u", None, dict(attributes)) for k in range(size)]
    return CircuitTemplate("ring", nodes={f"p{k}": UNIT for k in range(size)}, edges=edges)


def operator(report: Report, name: str) -> OperatorEntry:
    (found,) = [entry for entry in report.operators if entry.name == name]
    return found


def settings(report: Report, name: str, variable: str) -> tuple[Setting, ...]:
    (found,) = [entry for entry in operator(report, name).variables if entry.name == variable]
    return found.settings


def test_an_operator_stands_once_with_the_places_that_use_it(circuit: CircuitTemplate) -> None:
    report = report_of(circuit)
    assert [entry.name for entry in report.operators] == ["decay_op", "drive", "gate"]
    assert operator(report, "decay_op").users == Members(("p", "many", "c/a", "c/b"), 6)
    assert operator(report, "gate").users == Members((), 0)
    assert operator(report, "gate").edges == ("gated",)


def test_operators_of_one_name_that_differ_stand_apart() -> None:
    faster = DECAY.update_template(equations={"replace": {"-x/tau": "-2*x/tau"}})
    report = report_of(CircuitTemplate("two", nodes={"a": UNIT, "b": NodeTemplate("faster", [faster])}))
    assert [(entry.name, entry.users.paths) for entry in report.operators] == [("decay", ("a",)), ("decay", ("b",))]


def test_variables_say_what_they_are(circuit: CircuitTemplate) -> None:
    variables = operator(report_of(circuit), "decay_op").variables
    assert [(entry.name, entry.role, entry.unit) for entry in variables] == [
        ("x", "state", "mV"), ("m", "computed", ""), ("tau_x", "parameter", "ms"), ("theta", "parameter", ""),
        ("u", "input", ""), ("x_in", "input", ""),
    ]  # fmt: skip


def test_noise_and_what_only_events_change_are_named() -> None:
    operator = OperatorTemplate(
        "o",
        "x' = xi + k",
        {"x": "output", "xi": "noise", "k": "variable(3.0)", "n": "variable"},
        events=[{"when": "x > 1", "set": {"n": "n + 1"}}],
    )
    variables = report_of(operator).operators[0].variables
    assert [(entry.role, entry.settings) for entry in variables] == [
        ("state", (Setting(0.0),)), ("noise", ()), ("constant", (Setting(3.0),)), ("state", (Setting(0.0),)),
    ]  # fmt: skip


def test_values_that_differ_stand_with_their_places(circuit: CircuitTemplate) -> None:
    report = report_of(circuit)
    assert settings(report, "decay_op", "x") == (Setting(1.0),)
    assert settings(report, "decay_op", "theta") == (
        Setting(0.75, Members(("p", "many", "c/a"), 5)),
        Setting(0.5, Members(("c/b",), 1)),
    )
    assert settings(report, "decay_op", "tau_x") == (
        Setting(2.0, Members(("p", "c/a", "c/b"), 3)),
        Setting(Listed((1.0, 2.0, 4.0), (3,)), Members(("many",), 3)),
    )


def test_recorded_values_are_shown() -> None:
    model = ring(3)
    model.update_var({"p1/decay/tau": 5.0}, [("p1/decay/x", "p2/decay/u", {"weight": 7.0})])
    report = report_of(model)
    assert settings(report, "decay", "tau") == (
        Setting(2.0, Members(("p0", "p2"), 2)),
        Setting(5.0, Members(("p1",), 1)),
    )
    assert [entry.weight for entry in report.projections] == [1.0, 7.0, 1.0]


def test_many_different_values_are_summarised() -> None:
    model = ring(100).update_var({"all/decay/tau": np.arange(1.0, 101.0)})
    (setting,) = settings(report_of(model), "decay", "tau")
    assert isinstance(setting.value, Range)
    assert (setting.value.count, setting.value.least, setting.value.largest, setting.value.mean) == (100, 1, 100, 50.5)


def test_values_of_a_population_count_by_unit_in_a_summary() -> None:
    nodes = {f"p{k}": NodeTemplate("unit", {DECAY: {"tau": float(k + 1)}}) for k in range(8)}
    crowd = PopulationTemplate("crowd", UNIT, 92, {"decay/tau": 9.0})
    (setting,) = settings(report_of(CircuitTemplate("c", nodes=nodes, populations={"q": crowd})), "decay", "tau")
    assert isinstance(setting.value, Range)
    assert setting.value.mean == pytest.approx((36 + 92 * 9) / 100, rel=1e-14)  # 1 + ... + 8 = 36


def test_vectors_and_matrices_keep_their_entries() -> None:
    operator = OperatorTemplate(
        "o", "x' = matvec(W, x)", {"x": "variable(0.5,2)", "W": [[0.0, 1.0], [-1.0, 0.0]], "k": [1.0, 2.0]}
    )
    report = report_of(operator)
    assert settings(report, "o", "x") == (Setting(0.5),)
    assert settings(report, "o", "W") == (Setting(Listed((0.0, 1.0, -1.0, 0.0), (2, 2))),)
    assert settings(report, "o", "k") == (Setting(Listed((1.0, 2.0), (2,))),)


def test_templates_say_where_they_are_used_and_what_feeds_what(circuit: CircuitTemplate) -> None:
    found = [(entry.kind, entry.name, entry.members, entry.joins) for entry in report_of(circuit).templates]
    assert found == [
        ("circuit", "pair", Members(("c",), 1), ()),
        ("node", "unit", Members(("p", "c/a"), 2), ()),
        ("population", "unit", Members(("many",), 3), ()),
        ("node", "driven", Members(("c/b",), 1), (Join("decay_op/u", ("drive/u",)),)),
        ("edge", "gated", Members((), 0), ()),
    ]


def test_few_edges_are_listed_with_all_that_they_have(circuit: CircuitTemplate) -> None:
    first, gated, single, all_pairs = report_of(circuit).projections
    assert (first.source, first.target) == (
        End("decay_op/x", Members(("c/a",), 1)), End("decay_op/x_in", Members(("c/b",), 1))
    )  # fmt: skip
    assert (gated.template, gated.weight, gated.delay, gated.spread) == ("gated", -2.0, 0.5, 0.1)
    assert gated.readings == (Reading("gate/k", 4.0),)
    assert single.source == End("decay_op/x", Members(("many[1]",), 1))
    assert (all_pairs.count, all_pairs.weight, all_pairs.delay) == (9, 0.5, None)


def test_many_edges_of_one_kind_are_one_entry() -> None:
    (entry,) = report_of(ring(50, weight=0.5, delay=2.0)).projections
    assert (entry.count, entry.weight, entry.delay, entry.spread) == (50, 0.5, 2.0, None)
    assert entry.source.members == Members(tuple(f"p{k}" for k in range(50)), 50)


def test_edges_of_few_different_values_are_an_entry_for_each() -> None:
    model = ring(30, weight=0.5)
    model.update_var(edge_vars=[(f"p{k}/decay/x", f"p{k + 1}/decay/u", {"weight": -1.0}) for k in range(4, 9)])
    entries = report_of(model).projections
    assert [(entry.count, entry.weight) for entry in entries] == [(25, 0.5), (5, -1.0)]
    assert entries[1].source.members.paths == ("p4", "p5", "p6", "p7", "p8")


def test_edges_of_many_different_values_are_summarised() -> None:
    model = ring(40)
    model.update_var(
        edge_vars=[
            (f"p{k}/decay/x", f"p{(k + 1) % 40}/decay/u", {"weight": 0.1 * k, "delay": k % 2}) for k in range(40)
        ]
    )
    (entry,) = report_of(model).projections
    assert isinstance(entry.weight, Range)
    assert entry.delay == Several(((0.0, 20), (1.0, 20)))


def test_edges_inside_sub_circuits_are_told_from_those_between() -> None:
    pair = CircuitTemplate("pair", nodes={"a": UNIT, "b": UNIT}, edges=[("a/decay/x", "b/decay/u")])
    outer = CircuitTemplate(
        "ring",
        circuits={f"c{k}": pair for k in range(15)},
        edges=[(f"c{k}/a/decay/x", f"c{(k + 1) % 15}/b/decay/u") for k in range(15)],
    )
    entries = report_of(outer).projections
    assert [(entry.inside, entry.count) for entry in entries] == [(True, 15), (False, 15)]


def test_many_edges_with_equations_say_what_their_variables_are() -> None:
    difference = OperatorTemplate("d", "y = k*(a - b)", {"y": "output", "a": "input", "b": "input", "k": 1.0})
    template = EdgeTemplate("e", [difference])
    edges = [
        (f"p{k}/decay/x", f"p{(k + 1) % 30}/decay/u", template,
         {"d/a": "source", "d/b": f"p{(k + 1) % 30}/decay/x", "d/k": float(k % 2)})
        for k in range(30)
    ]  # fmt: skip
    model = CircuitTemplate("ring", nodes={f"p{k}": UNIT for k in range(30)}, edges=edges)
    (entry,) = report_of(model).projections
    assert entry.readings == (
        Reading("d/a", "source"),
        Reading("d/b", End("decay/x", Members(tuple(f"p{k}" for k in [*range(1, 30), 0]), 30))),
        Reading("d/k", Several(((0.0, 15), (1.0, 15)))),
    )


def test_connections_are_counted_and_summarised_where_they_exist() -> None:
    crowd = PopulationTemplate("crowd", UNIT, 4)
    weights = np.array([[0.0, 1.0, 0.0, 2.0], [0.0] * 4, [3.0, 0.0, 0.0, 0.0], [0.0] * 4])
    delays = np.where(weights == 0, 99.0, 5.0)
    model = CircuitTemplate(
        "c", populations={"q": crowd}, connections=[Connectivity("q/decay/x", "q/decay/u", weights, delays=delays)]
    )
    (entry,) = report_of(model).projections
    assert (entry.count, entry.weight, entry.delay) == (3, Several(((1.0, 1), (2.0, 1), (3.0, 1))), 5.0)


def test_sparse_connections_are_those_that_are_stored() -> None:
    from scipy.sparse import csr_array

    crowd = PopulationTemplate("crowd", UNIT, 3)
    weights = csr_array(([1.0, 0.0], ([0, 2], [1, 1])), shape=(3, 3))
    model = CircuitTemplate(
        "c", populations={"q": crowd}, connections=[Connectivity("q/decay/x", "q/decay/u", weights, delays=[1.0, 3.0])]
    )
    (entry,) = report_of(model).projections
    assert (entry.count, entry.weight, entry.delay) == (
        2, Several(((0.0, 1), (1.0, 1))), Several(((1.0, 1), (3.0, 1)))
    )  # fmt: skip


def test_a_million_edges_need_no_object_each(monkeypatch: pytest.MonkeyPatch) -> None:
    from rates_core.templates.edges import EdgeMatrix

    nodes = [f"p{k}" for k in range(1000)]
    model = CircuitTemplate("big", nodes=dict.fromkeys(nodes, UNIT))
    model.add_edges_from_matrix("decay/x", "decay/u", nodes, weight=np.random.default_rng(1).random((1000, 1000)))

    def refuse(matrix: EdgeMatrix) -> None:
        raise AssertionError("edges are made one by one")

    monkeypatch.setattr(EdgeMatrix, "__iter__", refuse)
    (entry,) = report_of(model).projections
    assert entry.count > 999_000  # weights below 1e-6 make no edge
    assert isinstance(entry.weight, Range)
    assert len(model.report()) < 2000


@pytest.mark.parametrize(
    ("template", "kind", "units"),
    [
        (UNIT, "node", 1),
        (EdgeTemplate("gated", [DECAY]), "edge", 1),
        (PopulationTemplate("crowd", UNIT, 7, {"decay/tau": 4.0}), "population", 7),
    ],
)
def test_templates_that_are_no_circuits_have_reports_too(template, kind: str, units: int) -> None:
    report = report_of(template)
    assert (report.kind, report.name) == (kind, template.name)
    assert [(entry.kind, entry.members) for entry in report.templates] == [(kind, Members((), units))]
    assert settings(report, "decay", "tau") == (Setting(4.0 if kind == "population" else 2.0),)


def test_sources_are_numbered_in_the_order_of_first_mention(circuit: CircuitTemplate) -> None:
    report = report_of(circuit)
    assert [item.source.identifier for item in report.citations] == ["doi:10.1000/a_b(1)", "isbn:9780262041997"]
    assert report.citations[0].source.text == "Maker A (1999). On decay."
    assert operator(report, "decay_op").cited == (1, 2)
    assert report.templates[1].cited == (1,)


def test_a_malformed_equation_is_an_error() -> None:
    with pytest.raises(EquationError, match="Unknown name 'y'"):
        report_of(OperatorTemplate("o", "x' = y", {"x": "variable"}))


def test_what_is_no_template_is_an_error() -> None:
    with pytest.raises(ArgumentError) as caught:
        report_of("qif")
    assert str(caught.value) == "A report is made of a template, not of 'qif'."
