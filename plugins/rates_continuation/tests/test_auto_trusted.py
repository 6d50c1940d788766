"""What Auto-07p says of cycles counts if finer meshes bear it out."""

from __future__ import annotations

import numpy as np
import pytest
from attrs import evolve
from rates_continuation import Continuation, CycleBranch
from rates_continuation.auto.branches import branch_of
from rates_continuation.auto.cycles import NEAR, AutoCycle, AutoCycles
from rates_continuation.auto.trusted import MISSED, error_of, solved, trusted, unexplained
from rates_continuation.native.boundary import ProfileCurve
from rates_continuation.native.collocation import DEGREE, Care, adapted, interpolated, node_times
from rates_continuation.native.curve import Place
from rates_continuation.native.cycles import Periodic
from rates_continuation.native.floquet import Cycle
from rates_continuation.profile import Profile
from rates_core.simulation.field import VectorField

SFA = "model_templates.neural_mass_models.qif.qif_sfa"
ETA = "p/qif_sfa_op/eta"


@pytest.fixture(scope="module")
def native() -> CycleBranch:
    continuation = Continuation(SFA)
    hopf = continuation.equilibria(ETA, bounds=(-6.0, 5.0), verbose=False).special("HB")[1]
    return continuation.cycles(from_=hopf, bounds=(-6.0, 3.0), verbose=False)


@pytest.fixture(scope="module")
def field() -> VectorField:
    return Continuation(SFA).model.get_vector_field([ETA])


def on_mesh(field: VectorField, profile: Profile, p: np.ndarray, intervals: int) -> Cycle:
    """Return a cycle solved on as many intervals, which lie where it changes."""
    size = np.ptp(profile.values, axis=0)
    mesh = adapted(profile.mesh, profile.values, size, Care(1e-20, intervals))
    values = interpolated(profile.mesh, profile.values, node_times(mesh, DEGREE), DEGREE)
    states, numbers = np.max(np.abs(values), axis=0), np.array([profile.period, *p])
    curve = ProfileCurve(Periodic(field, states), mesh, values, states, np.abs(numbers) + 1.0)
    z = np.append(values, numbers)
    found = solved(Cycle.of(curve, Place(z, np.zeros_like(z), curve.scale)))
    assert found is not None
    return found


def test_a_multiplier_that_is_an_error_of_the_mesh_makes_no_doubling(native: CycleBranch, field: VectorField) -> None:
    # Along the repelling part of the way small changes grow a thousand times and more, whatever the mesh says of it.
    at_minus_one = [
        cycle
        for number in range(60, 80)
        for intervals in (26, 28, 30)
        for cycle in [on_mesh(field, native.profiles[number], native.p[number], intervals)]
        if np.min(np.abs(cycle.multipliers + 1.0)) < NEAR
    ]
    assert at_minus_one
    for cycle in at_minus_one:
        assert error_of("PD", cycle) is None


def test_folds_are_borne_out_and_say_how_far_they_move(native: CycleBranch, field: VectorField) -> None:
    wanted = native.special("LPC")
    assert len(wanted) == 2
    for fold in wanted:
        assert fold.profile is not None
        cycle = on_mesh(field, fold.profile, np.array([fold[ETA]]), 100)
        error = error_of("LPC", cycle)
        assert error is not None
        assert error < 1e-4
        # the error is that of the mesh: the fold itself is solved for on twice as fine a mesh in `native`
        assert abs(cycle.p[0] - fold[ETA]) < error + fold.error


def test_next_to_a_homoclinic_orbit_multipliers_are_those_of_finer_meshes(
    native: CycleBranch, field: VectorField
) -> None:
    coarse = on_mesh(field, native.profiles[-1], native.p[-1], 60)
    assert abs(coarse.trivial - 1.0) > MISSED
    assert np.max(np.abs(coarse.multipliers)) < 1.0  # as if it were stable
    assert np.max(np.abs(trusted(coarse))) > 10.0
    fine = on_mesh(field, native.profiles[80], native.p[80], 60)  # on the stable part
    np.testing.assert_array_equal(trusted(fine), fine.multipliers)


def test_multipliers_that_cross_without_a_special_point_are_noticed() -> None:
    values = [np.array([size + 0j, 0.1]) for size in (0.5, 0.9, 1.001, 1.2, 3.0, 0.2, -0.3, -2.0)]
    nothing = [False] * len(values)
    assert list(unexplained(values, nothing)) == [(1, 3), (4, 5), (6, 7)]
    assert list(unexplained(values, [number == 2 for number in range(8)])) == [(4, 5), (6, 7)]


def test_a_branch_has_what_is_borne_out_and_what_is_missing(native: CycleBranch, field: VectorField) -> None:
    fold, other = native.special("LPC")
    chosen = [*range(65, fold.number + 1), *range(fold.number + 1, 90), *range(110, other.number + 3)]
    found = [auto_cycle("", native.profiles[number], native.p[number]) for number in chosen]
    assert fold.profile is not None
    located = auto_cycle("LPC", fold.profile, np.array([fold[ETA]]))
    false = evolve(found[2], kind="PD", type="PD")
    found[2] = false
    found.insert(chosen.index(fold.number) + 1, located)
    branch = branch_of(AutoCycles((ETA,), native.states, tuple(found), "bound"), field)
    assert [point.kind for point in branch.specials] == ["LPC", "??"]
    assert branch.specials[0][ETA] == fold[ETA]
    assert branch.specials[0].error < 1e-5
    assert abs(branch.specials[1][ETA] - other[ETA]) <= branch.specials[1].error + 1e-6


def auto_cycle(kind: str, profile: Profile, p: np.ndarray) -> AutoCycle:
    return AutoCycle(
        kind, kind[:2], p, profile.period, node_times(profile.mesh, DEGREE), profile.values, len(profile.mesh) - 1,
        DEGREE, np.zeros(0, complex), True,
    )  # fmt: skip


def test_no_cycles_are_an_empty_branch(field: VectorField) -> None:
    branch = branch_of(AutoCycles((ETA,), field.states, (), "interrupted"), field)
    assert len(branch) == 0
    assert repr(branch) == f"<Branch of 0 cycles, {ETA}; special: none>"
