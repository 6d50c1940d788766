"""Where states and their derivatives stand."""

from __future__ import annotations

from rates_core.network.build import build_network
from rates_core.system.build import build_system

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate


def test_derivatives_stand_in_the_order_of_the_states_whatever_the_order_of_the_equations():
    operator = OperatorTemplate("op", ["b' = -b", "a' = -a"], {"a": "variable(1.0)", "b": "variable(2.0)"})
    circuit = CircuitTemplate("c", nodes={"p": NodeTemplate("n", [operator])})
    system = build_system(build_network(circuit))
    assert [state.path for state in system.states] == ["p/op/a", "p/op/b"]
    assert [derivative.state for derivative in system.derivatives] == ["p/op/a", "p/op/b"]
