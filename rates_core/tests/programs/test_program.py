"""What backends ask of a System and of a method."""

from __future__ import annotations

from rates_core.network.build import build_network
from rates_core.programs.program import slot_paths
from rates_core.solvers.tableaus import EULER, HEUN, RK4
from rates_core.system.build import build_system

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate


def test_slots_are_what_delayed_reads_need_each_once():
    operator = OperatorTemplate(
        "op", ["x' = past(z, 1.0) + past(x, 2.0) + past(z, 3.0)", "z = x^2"], {"x": "variable(0.5)", "z": "variable"}
    )
    system = build_system(build_network(CircuitTemplate("c", nodes={"p": NodeTemplate("n", [operator])})))
    assert slot_paths(system) == ("p/op/z", "p/op/x")


def test_the_nodes_of_a_method_are_distinct_and_ascend():
    assert [method.distinct_nodes for method in (EULER, HEUN, RK4)] == [(0.0,), (0.0, 1.0), (0.0, 0.5, 1.0)]
