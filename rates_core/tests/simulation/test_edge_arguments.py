"""Weights and delays of edges that a run sets by path, against the same model with them in its template."""

from __future__ import annotations

import numpy as np
import pytest

from rates_core import ArgumentError, CircuitTemplate, EdgeTemplate, NodeTemplate, OperatorTemplate, UnknownNameError

UNIT = NodeTemplate("unit", [OperatorTemplate("lin", "x' = -x + u + t", {"x": "output(1.0)", "u": "input"})])
GAIN = EdgeTemplate("gain", [OperatorTemplate("eo", "out = k*a", {"out": "output", "a": "input", "k": 1.0})])
COMPILED = {"simulation_time": 1.0, "step_size": 0.1}


def ring(count: int, template: EdgeTemplate | None, delays: bool, changed: dict[str, float]) -> CircuitTemplate:
    """Return nodes that each drive the next one, the second of them with changed attributes."""
    edges = []
    for number in range(count):
        attributes = {"weight": 0.5 + number}
        if delays:
            attributes["delay"] = 0.3 + 0.1 * number
        if number == 1:
            attributes.update(changed)
        edges.append((f"n{number}/lin/x", f"n{(number + 1) % count}/lin/u", template, attributes))
    return CircuitTemplate("ring", {f"n{number}": UNIT for number in range(count)}, edges=edges)


@pytest.mark.parametrize("count", [3, 9])
@pytest.mark.parametrize(
    ("template", "attribute"),
    [(None, "weight"), (None, "delay"), (GAIN, "weight"), (GAIN, "delay"), (GAIN, "eo/k")],
)
@pytest.mark.parametrize("number", ["", "[0]"])
def test_one_edge_is_set_as_in_the_template(count, template, attribute, number):
    delays = attribute == "delay"
    model = ring(count, template, delays, {}).compile(**COMPILED)
    edge = f"n1/lin/x->n{2 % count}/lin/u{number}"
    found = model.run(parameters={f"{edge}/{attribute}": 0.2})
    key = f"gain/{attribute}" if "/" in attribute else attribute
    expected = ring(count, template, delays, {key: 0.2}).run(1.0, 0.1, verbose=False)
    assert np.allclose(found, expected, rtol=1e-13)
    assert not np.allclose(found, model.run())


def refusal(model, path, value=1.0):
    with pytest.raises((ArgumentError, UnknownNameError)) as caught:
        model.run(parameters={path: value})
    return str(caught.value)


def test_what_edges_do_not_have_is_refused():
    model = ring(3, None, False, {}).compile(**COMPILED)
    edge = "n0/lin/x->n1/lin/u"
    assert refusal(model, f"{edge}/wait") == (
        f"parameters: '{edge}/wait' is not the path of an edge parameter; write it as "
        f"'node/op/var->node/op/var[0]/weight'. Did you mean '{edge}/weight'?"
    )
    assert refusal(model, "n0/lin/x->n2/lin/u/weight") == (
        "parameters: There is no edge n0/lin/x->n2/lin/u. Did you mean 'n1/lin/x->n2/lin/u'?"
    )
    assert refusal(model, f"{edge}[1]/weight") == (
        f"parameters: There is no edge {edge}[1]; edges between the same variables are counted from 0."
    )
    assert refusal(model, f"{edge}/spread") == (
        f"parameters: '{edge}/spread': a spread decides how many stages a chain has, which is structure. "
        "Change it in the template, with update_var."
    )
    assert refusal(model, f"{edge}/weight", [1.0, 2.0]) == (
        f"parameters: '{edge}/weight' takes a number; the value has the shape (2,)."
    )


@pytest.mark.parametrize("delay", [0.0, 0.3])
def test_one_of_edges_that_share_a_delay_or_have_none_is_set_alone(delay):
    edges = [(f"n{number}/lin/x", f"n{(number + 1) % 9}/lin/u", None, {"delay": delay}) for number in range(9)]
    circuit = CircuitTemplate("ring", {f"n{number}": UNIT for number in range(9)}, edges=edges)
    found = circuit.compile(**COMPILED).run(parameters={"n1/lin/x->n2/lin/u/delay": 0.5})
    circuit.update_var(edge_vars=[("n1/lin/x", "n2/lin/u", {"delay": 0.5})])
    assert np.allclose(found, circuit.run(1.0, 0.1, verbose=False), rtol=1e-13)
