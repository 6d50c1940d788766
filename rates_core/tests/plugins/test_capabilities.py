"""Claims and requirements, one field at a time."""

from __future__ import annotations

import pytest
from rates_core.errors import ArgumentError
from rates_core.plugins import Capabilities, Requirements, SolverSpec

ALL = Capabilities(
    dtypes=("float64", "float32"),
    complex=True,
    projections=frozenset({"dense", "sparse", "uniform", "indexed"}),
    delays=frozenset({"ring", "history"}),
    noise="multiplicative",
    events=True,
    jacobian=True,
    field=True,
)

ONE_BY_ONE = [
    (Requirements(dtype="float32"), Capabilities(), ("the precision 'float32' (it has float64)",)),
    (Requirements(complex=True), Capabilities(), ("complex values",)),
    (Requirements(vector=True), Capabilities(vector=False), ("populations of several units",)),
    (Requirements(projections={"dense"}), Capabilities(), ("dense connection matrices",)),
    (Requirements(projections={"sparse"}), Capabilities(), ("sparse connection matrices",)),
    (Requirements(projections={"uniform"}), Capabilities(), ("uniform all-to-all connections",)),
    (
        Requirements(projections={"indexed"}),
        Capabilities(projections=()),
        ("connections with one source per target",),
    ),
    (Requirements(delays={"ring"}), Capabilities(), ("delayed variables",)),
    (Requirements(delays={"ring", "history"}), Capabilities(), ("delayed variables",)),
    (
        Requirements(delays={"ring", "history"}),
        Capabilities(delays={"ring"}),
        ("delayed variables stored at accepted steps",),
    ),
    (
        Requirements(delays={"ring"}),
        Capabilities(delays={"history"}),
        ("delayed variables stored at fixed steps",),
    ),
    (Requirements(noise="additive"), Capabilities(), ("noise",)),
    (Requirements(noise="multiplicative"), Capabilities(), ("noise",)),
    (
        Requirements(noise="multiplicative"),
        Capabilities(noise="additive"),
        ("noise whose strength depends on the state",),
    ),
    (Requirements(events=True), Capabilities(), ("events",)),
    (Requirements(jacobian=True), Capabilities(), ("derivative matrices",)),
    (Requirements(field=True), Capabilities(), ("vector fields at many states",)),
    (Requirements(files=True), Capabilities(files=False), ("source files",)),
    (
        Requirements(functions={"sin", "erf", "erfc"}),
        Capabilities(functions={"sin"}),
        ("the function 'erf'", "the function 'erfc'"),
    ),
]


@pytest.mark.parametrize(("requirements", "claims", "missing"), ONE_BY_ONE)
def test_what_is_required_and_not_claimed_is_missing(requirements, claims, missing):
    assert claims.missing(requirements) == missing


@pytest.mark.parametrize("requirements", [requirements for requirements, _, _ in ONE_BY_ONE])
def test_what_is_required_and_claimed_is_not_missing(requirements):
    assert ALL.missing(requirements) == ()


def test_a_minimal_backend_misses_nothing_of_a_minimal_model():
    assert Capabilities().missing(Requirements(projections={"indexed"}, vector=True, functions={"erf"})) == ()


def test_all_that_is_missing_is_listed_in_a_fixed_order():
    everything = Requirements(
        complex=True,
        delays={"history"},
        projections={"uniform", "dense"},
        functions={"erf"},
        noise="additive",
        events=True,
        vector=True,
        dtype="float32",
    )
    assert Capabilities(vector=False, functions=()).missing(everything) == (
        "the precision 'float32' (it has float64)",
        "complex values",
        "populations of several units",
        "dense connection matrices",
        "uniform all-to-all connections",
        "delayed variables",
        "noise",
        "events",
        "the function 'erf'",
    )


def test_a_solver_is_asked_for_delays_noise_and_events_only():
    solver = SolverSpec("s", "a:b", kind="tableau", order=1, adaptive=False, summary="-")
    requirements = Requirements(complex=True, delays={"ring"}, noise="additive", events=True, functions={"erf"})
    assert solver.missing(requirements) == ("delayed variables", "noise", "events")


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (
            {"projections": ["dense", "full"]},
            "Capabilities.projections holds 'full'; known are 'dense', 'sparse', 'uniform', 'indexed'.",
        ),
        ({"delays": ["rings"]}, "Capabilities.delays holds 'rings'; known are 'ring', 'history'."),
        (
            {"differentiation": ["autograd"]},
            "Capabilities.differentiation holds 'autograd'; known are 'adjoint', 'along', 'forward', 'reverse'.",
        ),
        ({"functions": "sin"}, "'sin' is one text where several belong; write ['sin']."),
        ({"noise": "white"}, "Capabilities.noise is 'white'; it must be one of '', 'additive', 'multiplicative'."),
    ],
)
def test_a_claim_that_is_misspelt_is_an_error(fields, text):
    with pytest.raises(ArgumentError) as caught:
        Capabilities(**fields)
    assert str(caught.value) == text


def test_claims_are_values():
    assert Capabilities(delays=["ring"]) == Capabilities(delays={"ring"})
    assert hash(Capabilities(delays=["ring"])) == hash(Capabilities(delays={"ring"}))
