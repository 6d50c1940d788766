"""The past of single nodes among equal ones, which are computed together unless that is forbidden."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rates_core.errors import ArgumentError

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

COUNT, DELAY = 8, 0.5


def circuit(equations: list[str], delayed: str, spread: float | None = None, **variables: object) -> CircuitTemplate:
    """Return equal nodes that each read the next one late."""
    node = NodeTemplate("node", [OperatorTemplate("op", equations, {"x": "output(1.0)", "s": "input", **variables})])
    late = {"weight": 1.0, "delay": DELAY} | ({"spread": spread} if spread else {})
    edges = [(f"p{n}/op/{delayed}", f"p{(n + 1) % COUNT}/op/s", None, late) for n in range(COUNT)]
    return CircuitTemplate("circle", nodes={f"p{n}": node for n in range(COUNT)}, edges=edges)


STATE = circuit(["x' = s"], "x")
SQUARE = circuit(["z = x^2", "x' = s"], "z", z="variable(0.0)")
TURNING = circuit(["x' = s"], "x", x="output(1.0+0.5j)", s="input(complex)")
SPREAD = circuit(["x' = s"], "x", spread=0.25)


def ends(model: CircuitTemplate, history: Any, vectorize: bool = True) -> np.ndarray:
    """Return x of all nodes at t = 0.25, before which nothing but the past was read."""
    outputs = [f"p{n}/op/x" for n in range(COUNT)]
    options = {"solver": "rk4", "vectorize": vectorize, "verbose": False}
    return model.run(0.3, 0.05, outputs=outputs, history=history, **options).iloc[-1].to_numpy()


def test_what_is_said_of_one_node_leaves_the_others_at_their_start() -> None:
    # node 3 reads 4.0 of node 2 until t = 0.25, the others read 1.0
    wanted = np.full(COUNT, 1.25)
    wanted[3] = 2.0
    np.testing.assert_allclose(ends(STATE, {"p2/op/x": 4.0}), wanted, rtol=1e-14)


def test_what_is_said_of_every_node_is_read_unit_by_unit() -> None:
    # node n+1 reads n + t at t - 0.5, the integral of which to 0.25 is n/4 + (0.25^2 - 2*0.25*0.5)/2
    past = {f"p{n}/op/x": (lambda t, n=n: n + t) for n in range(COUNT)}
    wanted = 1 + np.roll(np.arange(COUNT), 1) / 4 - 0.09375
    np.testing.assert_allclose(ends(STATE, past), wanted, rtol=1e-13)


def test_what_is_said_later_counts() -> None:
    wanted = np.full(COUNT, 1.75)
    wanted[3] = 2.0
    np.testing.assert_allclose(ends(STATE, {"all/op/x": 3.0, "p2/op/x": 4.0}), wanted, rtol=1e-14)
    np.testing.assert_allclose(ends(STATE, {"p2/op/x": 4.0, "all/op/x": 3.0}), 1.75, rtol=1e-14)


@pytest.mark.parametrize("model", [STATE, SQUARE, TURNING, SPREAD], ids=["state", "computed", "complex", "spread"])
@pytest.mark.parametrize("value", [2.0, lambda t: 2.0 + t], ids=["number", "function"])
def test_grouping_changes_nothing(model: CircuitTemplate, value: Any) -> None:
    delayed = "z" if model is SQUARE else "x"
    for said in ({f"p2/op/{delayed}": value}, {f"p{n}/op/{delayed}": value for n in (1, 5)}):
        together, alone = (ends(model, said, vectorize) for vectorize in (True, False))
        np.testing.assert_allclose(together, alone, rtol=1e-13)
        assert abs(together - ends(model, None)).max() > 0.1


def test_several_values_are_one_per_named_unit() -> None:
    assert ends(STATE, {"all/op/x": np.arange(8.0)})[3] == pytest.approx(1.5)
    with pytest.raises(ArgumentError) as caught:
        ends(STATE, {"p2/op/x": [1.0, 2.0]})
    assert str(caught.value) == (
        "history of 'p2/op/x' takes one number or one for each of 1 unit that it names; its shape is (2,)."
    )
