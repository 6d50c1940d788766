"""A value for an input is refused where the circuit feeds every unit that it is for, and there only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from rates_core import ArgumentError, CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

LEAK = OperatorTemplate("op", "x' = -x + u", {"x": "output(1.0)", "u": "input(0.5)"})
SINK = OperatorTemplate("sink", "y' = -y + x", {"y": "variable(0.0)", "x": "input"})
NODE = NodeTemplate("n", [LEAK])
SOME = sp.csr_array(np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 1.0, 0.0]]))  # nothing leads to unit 1


def circuit(*edges: Any, **parts: Any) -> CircuitTemplate:
    """Return a circuit of two nodes and a population of three units."""
    nodes = {"p": NODE, "q": NODE, "both": NodeTemplate("both", [LEAK, SINK])}
    return CircuitTemplate("c", nodes, populations={"pop": PopulationTemplate("pop", NODE, 3)}, edges=edges, **parts)


def joined(weights: Any) -> CircuitTemplate:
    return circuit(connections=[Connectivity("pop/op/x", "pop/op/u", weights)])


def by_matrix() -> CircuitTemplate:
    return circuit().add_edges_from_matrix("op/x", "op/u", ["p", "q"], weight=[[0.0, 1.0], [0.0, 0.0]])


FED: dict[str, tuple[Callable[[], CircuitTemplate], str]] = {
    "by an edge": (lambda: circuit(("p/op/x", "q/op/u")), "q/op/u"),
    "by an edge of weight 0": (lambda: circuit(("p/op/x", "q/op/u", None, {"weight": 0.0})), "q/op/u"),
    "by an edge of a matrix": (by_matrix, "p/op/u"),
    "by an operator of its node": (circuit, "both/sink/x"),
    "by an edge to a population": (lambda: circuit(("p/op/x", "pop/op/u")), "pop/op/u"),
    "by an edge to its population": (lambda: circuit(("p/op/x", "pop/op/u")), "pop[2]/op/u"),
    "by an edge to the unit": (lambda: circuit(("p/op/x", "pop[1]/op/u")), "pop[1]/op/u"),
    "by edges to each unit": (lambda: circuit(*[("p/op/x", f"pop[{k}]/op/u") for k in range(3)]), "pop/op/u"),
    "by a matrix of zeros": (lambda: joined(np.zeros((3, 3))), "pop/op/u"),
    "by a number for all pairs": (lambda: joined(1.0), "pop[1]/op/u"),
    "by an entry of a sparse matrix": (lambda: joined(SOME), "pop[2]/op/u"),
    "in a circuit within": (
        lambda: CircuitTemplate("outer", circuits={"a": circuit(("p/op/x", "q/op/u"))}),
        "a/q/op/u",
    ),
    "in all that the path names": (
        lambda: CircuitTemplate("c", {"p": NODE, "q": NODE}, edges=[("p/op/x", "q/op/u"), ("q/op/x", "p/op/u")]),
        "all/op/u",
    ),
}
OPEN: dict[str, tuple[Callable[[], CircuitTemplate], str]] = {
    "that nothing feeds": (circuit, "p/op/u"),
    "at the other end of an edge": (lambda: circuit(("p/op/x", "q/op/u")), "p/op/u"),
    "of one node among several": (lambda: circuit(("p/op/x", "q/op/u")), "all/op/u"),
    "of an operator that none of the others feeds": (circuit, "both/all/u"),
    "of another unit": (lambda: circuit(("p/op/x", "pop[1]/op/u")), "pop[0]/op/u"),
    "of some units of a population": (lambda: circuit(("p/op/x", "pop[1]/op/u")), "pop/op/u"),
    "of a unit without an entry in a sparse matrix": (lambda: joined(SOME), "pop[1]/op/u"),
    "of a population with such a unit": (lambda: joined(SOME), "pop/op/u"),
    "of a node without an entry in a matrix": (by_matrix, "q/op/u"),
}


@pytest.mark.parametrize("case", FED)
def test_a_value_for_an_input_is_refused_that_is_fed(case: str) -> None:
    make, path = FED[case]
    model = make()
    with pytest.raises(ArgumentError) as caught:
        model.update_var({"p/op/x" if "p" in model.nodes else "a/p/op/x": 2.0, path: 3.0})
    assert str(caught.value) == f"'{path}' is an input that is fed. Change what feeds it."
    assert model == make()


@pytest.mark.parametrize("case", OPEN)
def test_a_value_for_an_input_is_taken_that_is_not_fed_unit_by_unit(case: str) -> None:
    make, path = OPEN[case]
    model = make().update_var({path: 3.0})
    assert np.all(model.get_var(path) == 3.0)


def test_a_value_may_be_recorded_before_its_input_is_fed_and_the_model_is_read_again(tmp_path: Path) -> None:
    within = circuit().update_var({"p/op/u": 3.0})
    model = within.add_edges_from_matrix("op/x", "op/u", ["p", "q"], weight=[[0.0, 1.0], [0.0, 0.0]])
    assert model.update_template("next").get_var("p/op/u") == 3.0
    model.to_yaml(tmp_path / "model.yaml")
    again = CircuitTemplate.from_yaml(f"{tmp_path / 'model'}/{model.name}")
    assert again == model
    for refusing in (model, again):
        with pytest.raises(ArgumentError):
            refusing.update_var({"p/op/u": 4.0})
