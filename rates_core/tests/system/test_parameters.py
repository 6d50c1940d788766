"""One value of a template is one number, until a unit of it is named."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.network.network import Origin

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

LEAK = OperatorTemplate("op", "x' = -x/tau + u", {"x": "output(0.1)", "tau": 2.0, "u": "input(0.5)"})
NODE = NodeTemplate("leak", [LEAK])


def numbers(system, name="tau"):
    """Return for each unit an identity of the number that it has: equal for those that share it."""
    found = {}
    for population in system.network.populations:
        (key,) = (key for key in population.origins if key[1] == name)
        origins = population.origins[key]
        for index, unit in enumerate(population.units):
            found[unit] = origins[index] if isinstance(origins, tuple) else origins
    return found


def partition(circuit, build, vectorize=True):
    """Return the units that share a number, group by group."""
    groups = {}
    for unit, identity in numbers(build(circuit, vectorize)).items():
        groups.setdefault(identity, []).append(unit)
    return sorted(sorted(group) for group in groups.values())


def line(count):
    return CircuitTemplate("c", nodes={f"p{k}": NODE for k in range(count)})


@pytest.mark.parametrize("vectorize", [True, False])
@pytest.mark.parametrize("count", [4, 9])
@pytest.mark.parametrize(
    ("change", "apart"),
    [
        ({}, []),
        ({"all/op/tau": 3.0}, []),
        ({"p3/op/tau": 2.0}, ["p3"]),
        ({"all/op/tau": 3.0, "p1/op/tau": 3.0}, ["p1"]),
        ({"p1/op/tau": 3.0, "all/op/tau": 3.0}, []),
    ],
)
def test_sharing_does_not_depend_on_grouping(build, vectorize, count, change, apart):
    units = [f"p{k}" for k in range(count)]
    wanted = sorted([[unit] for unit in apart] + [[unit for unit in units if unit not in apart]])
    assert partition(line(count).update_var(change), build, vectorize) == wanted


@pytest.mark.parametrize("count", [4, 9])
def test_values_given_one_by_one_are_numbers_of_their_own(build, count):
    circuit = line(count).update_var({"all/op/tau": np.full(count, 3.0)})
    assert partition(circuit, build) == [[f"p{k}"] for k in range(count)]


def test_nodes_share_the_value_of_the_operator_and_of_their_template(build):
    slow = NodeTemplate("slow", {LEAK: {"tau": 9.0}})
    circuit = CircuitTemplate("c", nodes={"a": NODE, "b": NODE, "d": slow, "e": slow})
    assert partition(circuit, build) == [["a", "b"], ["d", "e"]]
    system = build(circuit)
    assert numbers(system)["a"] == Origin(LEAK, "op", "tau")
    assert numbers(system)["d"] == Origin(slow, "op", "tau")


def test_units_of_a_population_share_until_one_is_named(build):
    circuit = CircuitTemplate("c", populations={"a": PopulationTemplate("a", NODE, 3)})
    assert partition(circuit, build) == [["a[0]", "a[1]", "a[2]"]]
    assert partition(circuit.update_var({"a[1]/op/tau": 2.0}), build) == [["a[0]", "a[2]"], ["a[1]"]]
    each = CircuitTemplate("c", populations={"a": PopulationTemplate("a", NODE, 3, {"op/tau": [1.0, 2.0, 3.0]})})
    assert partition(each, build) == [["a[0]"], ["a[1]"], ["a[2]"]]


def test_a_shared_number_is_one_number_in_the_system_too(build):
    (tau,) = (item for item in build(line(9)).parameters if item.path.endswith("/tau"))
    assert (tau.shape, tau.value) == ((), 2.0)
    (tau,) = (item for item in build(line(9).update_var({"p3/op/tau": 5.0})).parameters if item.path.endswith("/tau"))
    assert tau.value.tolist() == [2.0, 2.0, 2.0, 5.0, 2.0, 2.0, 2.0, 2.0, 2.0]
    assert len(set(tau.origin)) == 2


def test_the_default_of_an_input_that_nothing_feeds_is_a_parameter(build):
    system = build(CircuitTemplate("c", nodes={"p": NODE, "q": NODE}, edges=[("p/op/x", "q/op/u")]))
    assert system.parameter_paths["p/op/u"].value == 0.5
    assert "q/op/u" not in system.parameter_paths


def test_states_are_laid_out_in_the_order_of_the_circuit(build):
    two = OperatorTemplate("two", ["b' = a", "a' = -b"], {"a": "variable(1.0)", "b": "variable(2.0+1j)"})
    circuit = CircuitTemplate(
        "c",
        nodes={"n": NodeTemplate("n", [two]), "p": NODE},
        populations={"pop": PopulationTemplate("pop", NODE, 3)},
        circuits={"s": CircuitTemplate("s", nodes={"p": NODE})},
    )
    layout = [(state.path, state.offset, state.width) for state in build(circuit).states]
    assert layout == [
        ("n/two/a", 0, 2), ("n/two/b", 2, 2), ("p/op/x", 4, 1), ("pop/op/x", 5, 3), ("s/p/op/x", 8, 1)
    ]  # fmt: skip
