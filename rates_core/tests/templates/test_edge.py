"""Edges are read in every form of the language."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rates_core.errors import ArgumentError, RatesError, TemplateError, UnknownNameError
from rates_core.templates.edge import Edge
from rates_core.templates.node import EdgeTemplate

ENDS = ("a/op/x", "b/op/y")


def test_every_form_is_the_same_edge() -> None:
    edge = Edge(*ENDS, weight=-1.3, delay=0.5, spread=0.1)
    attributes = {"weight": -1.3, "delay": np.float64(0.5), "spread": 0.1}
    forms: list[Any] = [
        edge,
        (*ENDS, None, attributes),
        [*ENDS, None, attributes],
        {"source": ENDS[0], "target": ENDS[1], "variables": attributes},
        {"source": ENDS[0], "target": ENDS[1], "template": None, "variables": attributes},
        (*ENDS, EdgeTemplate("empty"), attributes),
    ]
    assert all(Edge.parse(form) == edge and hash(Edge.parse(form)) == hash(edge) for form in forms)


def test_attributes_that_are_not_given_have_their_defaults() -> None:
    edge = Edge.parse(ENDS)
    assert (edge.template, edge.weight, edge.delay, edge.spread, dict(edge.mapping)) == (None, 1.0, None, None, {})
    assert edge.attributes == {}


def test_the_name_of_the_edge_is_stripped_from_its_variables(coupling: EdgeTemplate) -> None:
    attributes = {"saturating/sat/r_in": "source", "sat/r_post": "b/op/z", "sat/k": 2, "weight": 3}
    edge = Edge.parse((*ENDS, coupling, attributes))
    assert edge.mapping == {"sat/r_in": "source", "sat/r_post": "b/op/z", "sat/k": 2.0}
    assert Edge.parse((*ENDS, coupling, edge.attributes)) == edge


@pytest.mark.parametrize(
    ("spec", "error", "message"),
    [
        ("a->b", TemplateError, "An edge is (source, target, template or None, {attribute: value}), not 'a->b'."),
        (
            ("a/op/x",),
            TemplateError,
            "An edge is (source, target, template or None, {attribute: value}), not ('a/op/x',).",
        ),
        ({"source": "a/op/x"}, TemplateError, "An edge needs a source and a target: {'source': 'a/op/x'}."),
        (
            {"source": "a/op/x", "traget": "b/op/x"},
            UnknownNameError,
            "An edge has no key 'traget'. Did you mean 'target'?",
        ),
        (("a/x", "b/op/y"), ArgumentError, "'a/x' is not the path of a variable; write it as 'node/op/var'."),
        ((*ENDS, None, 2.0), TemplateError, "The attributes of an edge are a mapping, not 2.0."),
        (
            (*ENDS, None, {"delya": 2.0}),
            UnknownNameError,
            "An edge without a template has no attribute 'delya'. Did you mean 'delay'? It has: weight, delay, spread.",
        ),
        (
            (*ENDS, None, {"weight": float("nan")}),
            TemplateError,
            "The weight of an edge: NaN is not a number.",
        ),
        (
            (*ENDS, None, {"weight": "2"}),
            TemplateError,
            "The weight of an edge: A number is needed, not '2'.",
        ),
        (
            (*ENDS, None, {"delay": -1.0}),
            TemplateError,
            "The delay of an edge is a finite number of at least 0, not -1.0.",
        ),
        (
            (*ENDS, None, {"delay": 1.0, "spread": 1j}),
            TemplateError,
            "The spread of an edge is a finite number of at least 0, not 1j.",
        ),
        (
            (*ENDS, None, {"spread": 1.0}),
            TemplateError,
            "The edge a/op/x->b/op/y has a spread of 1.0 and no delay to spread.",
        ),
    ],
)
def test_a_malformed_edge_is_refused(spec: Any, error: type[RatesError], message: str) -> None:
    with pytest.raises(error) as caught:
        Edge.parse(spec)
    assert str(caught.value) == message


def test_a_variable_that_the_template_lacks_is_refused(coupling: EdgeTemplate) -> None:
    with pytest.raises(UnknownNameError) as caught:
        Edge.parse((*ENDS, coupling, {"sat/kk": 1.0}))
    assert str(caught.value) == (
        "An edge with template 'saturating' has no attribute 'sat/kk'. Did you mean 'sat/k'? "
        "It has: weight, delay, spread, sat/y, sat/r_in, sat/r_post, sat/k."
    )


def test_a_mapping_to_something_that_is_no_path_is_refused(coupling: EdgeTemplate) -> None:
    with pytest.raises(TemplateError) as caught:
        Edge.parse((*ENDS, coupling, {"sat/r_in": "sorce"}))
    assert (
        str(caught.value)
        == "The edge variable 'sat/r_in' is a number, 'source' or the path 'node/op/var', not 'sorce'."
    )
