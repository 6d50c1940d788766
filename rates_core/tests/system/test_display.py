from __future__ import annotations

from rates_core.network.build import build_network
from rates_core.system.build import build_system
from rates_core.system.signals import FedInput

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate


def test_a_system_prints_all_that_it_is_made_of() -> None:
    operator = OperatorTemplate(
        name="op",
        equations=["z = past(x, 2*tau)", "x' = -x/tau + u + z"],
        variables={"x": "output(0.5)", "z": "variable(0.0)", "tau": 2.0, "u": "input(0.0)"},
    )
    node = NodeTemplate("n", [operator])
    circuit = CircuitTemplate(
        "ring",
        populations={"P": PopulationTemplate("P", node, 2)},
        connections=[Connectivity("P/op/x", "P/op/u", 0.1)],
    )
    system = build_system(build_network(circuit), [FedInput("P/op/u", 1)])
    assert str(system) == (
        "System 'ring'\n"
        "  populations\n"
        "    P: 2 units of op\n"
        "  states\n"
        "    P/op/x [2] starts at [0.5, 0.5]\n"
        "  parameters\n"
        "    P/op/tau = 2.0\n"
        "    P/op/x->P/op/u/weight = 0.1\n"
        "  inputs\n"
        "    P/op/u#input0 from 'P/op/u'\n"
        "  delays\n"
        "    P/op/delayed#1 [2] = P/op/x at t - 2*{P/op/tau}\n"
        "  schedule\n"
        "    {P/op/x->P/op/u/value} = uniform projection of {P/op/x} with {P/op/x->P/op/u/weight}\n"
        "    {P/op/u} = {P/op/x->P/op/u/value} + {P/op/u#input0}\n"
        "    {P/op/z} = {P/op/delayed#1}\n"
        "    d/dt {P/op/x} = -{P/op/x}/{P/op/tau} + {P/op/u} + {P/op/z}"
    )
