"""Small models that the suites of this member run."""

from __future__ import annotations

import pytest

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate


class Models:
    """Circuits of one node `p` with one operator `op`."""

    def of(self, *equations: str, **variables: object) -> CircuitTemplate:
        operator = OperatorTemplate(name="op", equations=list(equations), variables=variables)
        return CircuitTemplate(name="c", nodes={"p": NodeTemplate(name="n", operators=[operator])})


@pytest.fixture(scope="session")
def models() -> Models:
    """Return the maker of models."""
    return Models()
