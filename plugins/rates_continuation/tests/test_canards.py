"""Cycles that follow a repelling part of their way, where small changes grow by orders of magnitude and shrink again.

FitzHugh's and Nagumo's cells stay the same if v, w - a/b and I - a/b change their signs. Where all cells of a ring
swing alike, each cycle is one of a single cell, and a wave of small changes with factor l of its coupling grows as
those of a cell whose v decays by D l more.
"""

from __future__ import annotations

import numpy as np
import pytest
from rates_continuation import Continuation, CycleBranch
from rates_core.testing.parts import single
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

A, B, EPS = 0.7, 0.8, 0.08
CURRENT, D = "p/op/I", 0.1
CELL = {"v": "output(-1.2)", "w": "variable(-0.6)", "I": 0.0, "eps": EPS, "a": A, "b": B}
SFA, ETA, ALPHA = "model_templates.neural_mass_models.qif.qif_sfa", "p/qif_sfa_op/eta", "p/qif_sfa_op/alpha"


def knee(start: tuple[float, float], current: float, way: float) -> float:
    """Return w where a cell passes v = -1 on its way up, going from a start forwards or backwards in time."""

    def slope(_: float, y: np.ndarray) -> list[float]:
        v, w = y
        return [way * (v - v**3 / 3 - w + current), way * EPS * (v + A - B * w)]

    def passage(_: float, y: np.ndarray) -> float:
        return float(y[0] + 1.0)

    passage.terminal, passage.direction = True, way  # type: ignore[attr-defined]
    run = solve_ivp(slope, (0.0, 400.0), start, method="DOP853", rtol=1e-13, atol=1e-15, events=passage)
    return float(run.y_events[0][0][1])


def canard() -> float:
    """Return the current of the cycles that leave the repelling part of their way last, to the right at w = 0.7.

    Both ways from there small changes shrink. Currents of those that leave at 0.65 or 0.7 differ by 5e-12 and fall
    towards the fold, which is nearer to them than this.
    """
    start = (0.5, 0.7)
    return float(brentq(lambda current: knee(start, current, 1.0) - knee(start, current, -1.0), 0.3, 0.331, xtol=1e-14))


def wave(current: float, settle: float, period: float) -> np.ndarray:
    """Return the multipliers of a wave of the ring of three, on the stable cycle of a cell: l = 3."""

    def slope(_: float, y: np.ndarray) -> list[float]:
        v, w, *changes = y
        grown = [v - v**3 / 3 - w + current, EPS * (v + A - B * w)]
        for one, other in (changes[:2], changes[2:]):
            grown += [(1 - v**2 - 3 * D) * one - other, EPS * (one - B * other)]
        return grown

    options = {"method": "DOP853", "rtol": 1e-12, "atol": 1e-14}
    begun = solve_ivp(slope, (0.0, settle), [1.0, 0.0, 0.0, 0.0, 0.0, 0.0], **options).y[:2, -1]
    end = solve_ivp(slope, (0.0, period), [*begun, 1.0, 0.0, 0.0, 1.0], **options).y[:, -1]
    np.testing.assert_allclose(end[:2], begun, atol=1e-6)  # it closes
    return np.linalg.eigvals(end[2:].reshape(2, 2).T)


def followed(model: CircuitTemplate) -> CycleBranch:
    """Return the cycles from the first Hopf point on."""
    continuation = Continuation(model)
    hopf = continuation.equilibria(CURRENT, bounds=(0.0, 2.0), verbose=False).special("HB")[0]
    return continuation.cycles(from_=hopf, bounds=(0.0, 2.0), verbose=False)


def test_the_folds_of_a_cell_are_where_its_canards_are() -> None:
    branch = followed(single(["v' = v - v^3/3 - w + I", "w' = eps*(v + a - b*w)"], **CELL))  # type: ignore[arg-type]
    assert [point.kind for point in branch.specials] == ["LPC", "LPC"]
    for point, known in zip(branch.specials, (canard(), 2 * A / B - canard()), strict=True):
        assert point[CURRENT] == pytest.approx(known, abs=1e-7)
        assert point[CURRENT] == pytest.approx(known, abs=2 * point.error + 1e-10)


def test_a_ring_of_cells_has_the_folds_of_one_and_waves_that_grow_beside_them() -> None:
    operator = OperatorTemplate(
        "op", ["v' = v - v^3/3 - w + I + D*(s - 2*v)", "w' = eps*(v + a - b*w)"], {**CELL, "s": "input(0.0)", "D": D}
    )
    cells = PopulationTemplate("p", NodeTemplate("cell", [operator]), 3)
    edge = Connectivity("p/op/v", "p/op/s", np.ones((3, 3)) - np.eye(3))
    branch = followed(CircuitTemplate("ring", populations={"p": cells}, connections=[edge]))
    assert [point.kind for point in branch.specials] == ["??", "LPC", "??", "??", "LPC", "??"]  # two waves at a time
    _, fold, flip, *_ = branch.specials
    assert fold[CURRENT] == pytest.approx(canard(), abs=1e-7)
    currents = [point[CURRENT] for point in branch.specials]
    np.testing.assert_allclose(currents[::-1], 2 * A / B - np.array(currents), atol=1e-7)
    grown = wave(flip[CURRENT], 8 * flip.period, flip.period)
    # they change by 1 as I does by 1e-8: the distance to the fold, 3e-6, makes them e^5 times larger
    assert np.min(np.abs(grown + 1.0)) < 1e-2
    assert branch.unstable[[0, -1]].tolist() == [1, 1]
    assert branch.unstable[len(branch) // 2] == 0


@pytest.mark.exhaustive
def test_folds_at_which_bursts_get_one_more_spike_have_their_kind() -> None:
    # The curve turns round while a multiplier goes from 1000 and more to as much below 0. From both ends of the branch
    # meshes differ, and folds do not.
    continuation = Continuation(SFA, {ALPHA: 1.0})
    hopfs = continuation.equilibria(ETA, bounds=(-10.0, 5.0), verbose=False).special("HB")
    one, other = (continuation.cycles(from_=hopf, bounds=(-10.0, 5.0), verbose=False) for hopf in hopfs)
    folds = [[(point[ETA], point.period) for point in branch.special("LPC")] for branch in (one, other)]
    np.testing.assert_allclose(folds[0], folds[1][::-1], rtol=1e-6)
    assert len(folds[0]) == 12
    for branch in (one, other):
        assert {point.kind for point in branch.specials} == {"LPC", "PD"}
        turns = np.count_nonzero(np.diff(np.sign(np.diff(branch.p[:, 0]))))
        assert turns == len(branch.special("LPC"))
        for doubling in branch.special("PD"):
            assert min(abs(doubling[ETA] - fold[ETA]) for fold in branch.special("LPC")) < 1e-11
