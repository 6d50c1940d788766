"""The kit finds every lie: a claim that a backend does not keep, field by field of `Capabilities`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from attrs import evolve, fields, frozen
from rates_core.plugins import Capabilities, Requirements, get_manager
from rates_core.programs.field import FieldProgram, FieldRequest
from rates_core.programs.program import (
    Backend,
    FunctionRequest,
    FunctionSource,
    MatrixProgram,
    Program,
    ProgramRequest,
)
from rates_core.simulation.requirements import requirements_of
from rates_core.system.linearisation import Linearisation
from rates_core.testing import Oracle, Report, check_backend
from rates_core.testing.claims import FAMILY_OF_CLAIM
from rates_core.testing.formulas import PRINTED
from rates_core.testing.passing import PassingBackend, PassingProgram

CLAIMS = get_manager().backend("numpy").capabilities

#: Claims that the backend does not make and cannot keep.
BEYOND: dict[str, Any] = {
    "dtypes": ("float64", "float32"),
    "differentiation": {"reverse"},
    "devices": ("cpu", "abacus"),
    "fused": True,
}

#: A claim without which nothing is refused.
QUICKER = "batch"

#: What is left, in a backend that does not keep them, of claims that are made.
SHORT: dict[str, Any] = {
    "complex": False,
    "vector": False,
    "projections": {"indexed", "dense", "sparse"},
    "delays": {"history"},
    "noise": "additive",
    "events": False,
    "functions": PRINTED - {"erf"},
    "jacobian": False,
    "files": False,
    "field": False,
}


@frozen(eq=False)
class Short(Backend):
    """A backend that does only what `kept` says, whatever it claims."""

    inner: Backend
    kept: Capabilities

    def program(self, request: ProgramRequest, options: Mapping[str, Any]) -> Program:
        needed = requirements_of(request.system, "ring", request.precision)
        self.fail(needed if request.tableau else evolve(needed, delays=()))
        return self.inner.program(request, options)

    def jacobian(self, linearisation: Linearisation) -> MatrixProgram:
        self.fail(Requirements(jacobian=True))
        return self.inner.jacobian(linearisation)

    def function(self, request: FunctionRequest) -> FunctionSource:
        self.fail(Requirements(files=True))
        return self.inner.function(request)

    def field(self, request: FieldRequest) -> FieldProgram | None:
        self.fail(Requirements(field=True))
        return self.inner.field(request)

    def load(self, source: FunctionSource, name: str) -> Any:
        return self.inner.load(source, name)

    def fail(self, needed: Requirements) -> None:
        if self.kept.missing(needed):
            raise NotImplementedError


@pytest.fixture(scope="module")
def oracle() -> Oracle:
    return Oracle()


def checked(claim: str, oracle: Oracle, **options: Any) -> Report:
    """Run the family that tests a claim."""
    return check_backend("numpy", families=[FAMILY_OF_CLAIM[claim]], oracle=oracle, **options)


def test_there_is_a_lie_for_every_claim() -> None:
    assert sorted([*BEYOND, *SHORT, QUICKER]) == sorted(field.name for field in fields(Capabilities))


@pytest.mark.parametrize("claim", BEYOND)
def test_a_claim_of_what_is_not_done_is_found(claim: str, oracle: Oracle) -> None:
    report = checked(claim, oracle, capabilities=evolve(CLAIMS, **{claim: BEYOND[claim]}))
    assert report.failed_families == {FAMILY_OF_CLAIM[claim]}


class Alone(PassingProgram):
    """A program that says that points gain by running together, and binds them one by one."""

    def bind_many(self, arguments: Mapping[str, np.ndarray], points: int) -> None:
        return None


def test_a_claim_of_batches_that_are_not_bound_is_found(oracle: Oracle) -> None:
    def wrap(backend: Backend) -> Backend:
        return PassingBackend(backend, wrapped=Alone)

    assert checked(QUICKER, oracle, wrap=wrap).failed_families == {FAMILY_OF_CLAIM[QUICKER]}
    honest = checked(QUICKER, oracle, wrap=wrap, capabilities=evolve(CLAIMS, batch=False))
    assert honest.ok, str(honest)


@pytest.mark.parametrize("claim", SHORT)
def test_a_claim_that_is_not_kept_is_found_and_without_it_nothing_fails(claim: str, oracle: Oracle) -> None:
    kept = evolve(CLAIMS, **{claim: SHORT[claim]})

    def short(backend: Backend) -> Backend:
        return Short(backend, kept)

    assert FAMILY_OF_CLAIM[claim] in checked(claim, oracle, wrap=short).failed_families
    honest = checked(claim, oracle, wrap=short, capabilities=kept)
    assert honest.ok, str(honest)
    assert honest.of("refused")
