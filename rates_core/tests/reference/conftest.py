from __future__ import annotations

from collections.abc import Callable

import pytest
from rates_core.reference import Interpreter
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.node import NodeTemplate
from rates_core.templates.operator import OperatorTemplate


def _node(equations, **variables):
    return NodeTemplate("node", [OperatorTemplate("op", equations, variables)])


@pytest.fixture
def node() -> Callable[..., NodeTemplate]:
    """Make a node of one operator `op`."""
    return _node


@pytest.fixture
def circuit() -> Callable[..., CircuitTemplate]:
    """Make a circuit of the given parts."""
    return lambda nodes=None, **parts: CircuitTemplate("net", nodes=nodes or {}, **parts)


@pytest.fixture
def single() -> Callable[..., Interpreter]:
    """Make an interpreter of one node `p` with one operator `op`."""
    return lambda equations, **variables: Interpreter(
        CircuitTemplate("net", nodes={"p": _node(equations, **variables)})
    )
