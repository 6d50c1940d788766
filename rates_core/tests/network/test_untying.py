"""Values that `parameters` sets for single units become numbers of their own."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.network.build import build_network
from rates_core.network.untying import tied_by, untied

from rates_core import CircuitTemplate, PopulationTemplate


@pytest.fixture
def network(leak):
    nodes = {f"p{k}": leak for k in range(9)}
    return build_network(CircuitTemplate("c", nodes=nodes, populations={"a": PopulationTemplate("a", leak, 3)}))


@pytest.mark.parametrize(
    ("parameters", "wanted"),
    [
        ({"p3/op/tau": 1.0}, {0}),
        ({"all/op/tau": 1.0}, set()),
        ({"a/op/tau": 1.0}, set()),
        ({"a/op/tau": np.ones(3)}, {1}),
        ({"a[1]/op/tau": 1.0, "p0/op/tau": 1.0}, {0, 1}),
    ],
)
def test_only_what_is_set_apart_is_untied(network, parameters, wanted):
    assert tied_by(network, parameters).units == {(number, ("op", "tau")) for number in wanted}


def test_untied_values_are_one_number_per_unit(network):
    found = untied(network, tied_by(network, {"a[1]/op/tau": 1.0}))
    population = found.populations[1]
    assert population.values["op", "tau"].tolist() == [2.0, 2.0, 2.0]
    assert [origin.owner for origin in population.origins["op", "tau"]] == ["a[0]", "a[1]", "a[2]"]
    assert network.populations[1].values["op", "tau"] == 2.0
    assert found.populations[0] is network.populations[0]
