"""Ctrl-C: what was found is kept, and goes on."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from rates_continuation import Continuation, ODESystem, codim2_search
from rates_continuation.branch import REASONS
from rates_continuation.interrupts import TOLD, Interrupts, interruptible
from rates_continuation.native import tracing
from rates_continuation.native.collocation import Care
from rates_continuation.native.curve import Curve, Place
from rates_continuation.native.cycle_engine import FollowedCycles, Reach, follow_from_end
from rates_continuation.native.cycles import from_hopf
from rates_continuation.native.engine import Followed, start_of
from rates_continuation.native.engine import follow as follow_equilibria
from rates_continuation.native.equilibria import EquilibriumEquations
from rates_continuation.native.tracing import Bounds, Steps, trace
from rates_core.testing.parts import single

QIF = "model_templates.neural_mass_models.qif.qif_sfa"
ETA, ALPHA = "p/qif_sfa_op/eta", "p/qif_sfa_op/alpha"
BOTH = {ETA: (-10.0, 5.0), ALPHA: (0.0, 2.0)}
PITCHFORKS = single("x' = x*(mu - x^2)*(mu - 0.5 - x^2)", x="output(0.0)", mu=-0.3)
ROD = single(["u' = slope", "slope' = -lam*exp(u)"], u="output(0.0)", slope="variable(0.0)", lam=0.5)


def press_at(monkeypatch: pytest.MonkeyPatch, *numbers: int) -> list[int]:
    """Send a real signal in steps of these numbers; return a list that grows by one with each step."""
    own, taken = tracing._step, list[int]()

    def step(*arguments: Any) -> Any:
        taken.append(len(taken))
        if taken[-1] in numbers:
            signal.raise_signal(signal.SIGINT)
        return own(*arguments)

    monkeypatch.setattr(tracing, "_step", step)
    return taken


@pytest.fixture(scope="module")
def qif() -> dict[str, Any]:
    """Return what is found if nobody presses a key."""
    continuation = Continuation(QIF)
    branch = continuation.equilibria(ETA, bounds=(-10.0, 5.0), verbose=False)
    cycles = continuation.cycles(from_=branch.special("HB")[0], bounds=(-6.0, 3.0), verbose=False)
    return {"continuation": continuation, "branch": branch, "cycles": cycles}


def equilibria(known: dict[str, Any]) -> Any:
    return known["continuation"].equilibria(ETA, bounds=(-10.0, 5.0), verbose=False)


def cycles(known: dict[str, Any]) -> Any:
    hopf = known["branch"].special("HB")[0]
    return known["continuation"].cycles(from_=hopf, bounds=(-6.0, 3.0), verbose=False)


def folds(known: dict[str, Any]) -> Any:
    return known["continuation"].curve(known["branch"].special("LP")[0], ALPHA, bounds=BOTH, verbose=False)


def homoclinic(known: dict[str, Any]) -> Any:
    return known["continuation"].homoclinic(known["cycles"], ALPHA, bounds=BOTH, verbose=False)


def boundary_values(known: dict[str, Any]) -> Any:
    conditions = ["start(p/op/u) = 0", "end(p/op/u) = 0"]
    return Continuation(ROD).boundary_values("p/op/lam", (0.1, 4.0), conditions, verbose=False)


@pytest.mark.parametrize("follow", [equilibria, cycles, folds, homoclinic, boundary_values])
def test_the_first_ctrl_c_ends_a_curve_at_its_next_point(
    follow: Callable[[dict[str, Any]], Any], qif: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = follow(qif)
    before = signal.getsignal(signal.SIGINT)
    taken = press_at(monkeypatch, 3)
    with pytest.warns(RuntimeWarning) as told:
        found = follow(qif)
    assert [str(each.message) for each in told] == [TOLD]
    assert signal.getsignal(signal.SIGINT) is before
    assert "interrupted" in found.ended
    assert "interrupted" not in whole.ended
    assert len(taken) <= 5  # one more to the other side
    assert 3 < len(found) < len(whole)
    begun = int(np.argmin(np.linalg.norm(whole.p - found.p[len(found) // 2], axis=1)))
    np.testing.assert_array_equal(whole.p[begun], found.p[len(found) // 2])  # the same points


def test_what_was_interrupted_goes_on(qif: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    continuation, bounds = qif["continuation"], {"equilibria": (-10.0, 5.0), "cycles": (-6.0, 3.0)}
    for follow, name in ((equilibria, "branch"), (cycles, "cycles")):
        with monkeypatch.context() as patch:
            press_at(patch, 5)
            with pytest.warns(RuntimeWarning):
                found = follow(qif)
        on = continuation.extended(found, bounds[found.what], verbose=False)
        whole = qif[name]
        assert on.ended == whole.ended
        assert [point.kind for point in on.specials] == [point.kind for point in whole.specials]
        for one, other in zip(on.specials, whole.specials, strict=True):
            assert one[ETA] == pytest.approx(other[ETA], rel=1e-9)


def test_curves_in_two_parameters_that_were_interrupted_go_on(
    qif: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = folds(qif)
    with monkeypatch.context() as patch:
        press_at(patch, 5)
        with pytest.warns(RuntimeWarning):
            found = folds(qif)
    assert "interrupted" in found.ended
    on = qif["continuation"].extended(found, BOTH, verbose=False)
    assert on.ended == whole.ended
    assert [point.kind for point in on.specials] == [point.kind for point in whole.specials] == ["BT", "CP", "BT"]
    for one, other in zip(on.specials, whole.specials, strict=True):
        assert one[ETA] == pytest.approx(other[ETA], rel=1e-9)
        nearest = int(np.argmin(np.linalg.norm(on.p - [one[ETA], one[ALPHA]], axis=1)))
        assert nearest in (one.number, one.number + 1)


def test_a_diagram_has_what_was_found_and_follows_no_other_branch(monkeypatch: pytest.MonkeyPatch) -> None:
    continuation = Continuation(PITCHFORKS)
    taken = press_at(monkeypatch)
    whole = continuation.diagram("p/op/mu", bounds=(-1.0, 2.0), verbose=False)
    assert len(whole.branches) == 3
    first = continuation.equilibria("p/op/mu", bounds=(-1.0, 2.0), verbose=False)
    taken.clear()
    press_at(monkeypatch, len(first) + 2)  # in the second branch
    with pytest.warns(RuntimeWarning) as told:
        found = continuation.diagram("p/op/mu", bounds=(-1.0, 2.0), deflate=True, verbose=False)
    assert [str(each.message) for each in told] == [TOLD]
    assert [branch.ended for branch in found.branches] == [first.ended, ("interrupted", "interrupted")]
    np.testing.assert_array_equal(found.branches[0].p, first.p)


def test_a_diagram_that_was_interrupted_at_equilibria_has_no_cycles(monkeypatch: pytest.MonkeyPatch) -> None:
    press_at(monkeypatch, 20)
    with pytest.warns(RuntimeWarning):
        found = Continuation(QIF).diagram(ETA, bounds=(-10.0, 5.0), verbose=False)
    assert [(branch.what, branch.ended) for branch in found.branches] == [("equilibria", ("bound", "interrupted"))]
    assert "HB" in found.special_points["kind"].to_list()  # at which cycles begin otherwise


def test_starts_behind_an_interrupt_lead_to_no_branch(monkeypatch: pytest.MonkeyPatch) -> None:
    model = single("x' = (x^2 - mu - 1)*((x - 5)^2 - mu - 1)", x="output(1.0)", mu=0.0)
    press_at(monkeypatch, 2)
    starts = [{"p/op/x": 1.0}, {"p/op/x": 6.0}, {"p/op/x": 1.001}]
    with pytest.warns(RuntimeWarning):
        found = Continuation(model).ensemble("p/op/mu", (-2.0, 2.0), starts, verbose=False)
    assert len(found.branches) == 1
    assert found.starts["branch"].isna().to_list() == [False, True, False]


def test_runs_by_the_calls_of_pycobi_are_kept_and_searches_end(monkeypatch: pytest.MonkeyPatch) -> None:
    ode = ODESystem.from_yaml(QIF)
    settings = {"RL0": -10.0, "RL1": 5.0, "bidirectional": True}
    ode.run(name="eta", ICP="eta", **settings)
    press_at(monkeypatch, 5)
    with pytest.warns(RuntimeWarning) as told:
        table, cycles = ode.run("eta", "HB2", IPS=2, ICP=["eta", 11], RL0=-6.0, RL1=3.0, UZR={}, STOP=["LP1"])
    assert [str(each.message) for each in told] == [TOLD]
    assert 5 <= len(table) == len(cycles.solutions) < 10
    monkeypatch.undo()
    press_at(monkeypatch, 20)
    with pytest.warns(RuntimeWarning) as told:
        found = codim2_search(["eta", "alpha"], ["LP1", "LP2"], "eta", ode, **settings)
    assert [str(each.message) for each in told] == [TOLD]
    assert list(found) == ["codim2:LP1"]


def test_the_second_ctrl_c_is_heard_as_ever(qif: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.getsignal(signal.SIGINT)
    press_at(monkeypatch, 3, 4)
    with pytest.raises(KeyboardInterrupt):
        equilibria(qif)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_handler_of_the_user_is_called_for_the_second_one(qif: dict[str, Any], monkeypatch: Any) -> None:
    heard = list[int]()
    before = signal.signal(signal.SIGINT, lambda number, frame: heard.append(number))
    try:
        press_at(monkeypatch, 3, 4)
        with pytest.warns(RuntimeWarning):
            equilibria(qif)
        assert heard == [signal.SIGINT]
    finally:
        signal.signal(signal.SIGINT, before)


def test_where_ctrl_c_is_ignored_it_stays_so(qif: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        press_at(monkeypatch, 3)
        assert equilibria(qif).ended == ("bound", "bound")
    finally:
        signal.signal(signal.SIGINT, before)


def test_another_thread_listens_to_no_signals(qif: dict[str, Any]) -> None:
    before, found = signal.getsignal(signal.SIGINT), list[Any]()
    thread = threading.Thread(target=lambda: found.append((equilibria(qif).ended, signal.getsignal(signal.SIGINT))))
    thread.start()
    thread.join()
    assert found == [(("bound", "bound"), before)]


class Raising(Curve):
    """The line x = 0, in (x, y), where equations raise an interrupt at some of their solutions."""

    def __init__(self, *numbers: int) -> None:
        self.numbers, self.solved = numbers, 0

    def place(self, guess: np.ndarray, normal: np.ndarray, along: np.ndarray, scale: np.ndarray) -> Place:
        """Return the point beside a guess."""
        self.solved += 1
        if self.solved in self.numbers:
            raise KeyboardInterrupt
        return Place(np.array([0.0, guess[1]]), np.array([0.0, 1.0]), scale)

    def carried_on(self, place: Place) -> tuple[Curve, Place]:
        """Return the same."""
        return self, place


def traced(curve: Curve) -> list[tracing.Traced]:
    start = Place(np.zeros(2), np.array([0.0, 1.0]), np.ones(2))
    return list(trace(curve, start, Bounds(-1.0, 1.0), Steps()))


def test_a_right_hand_side_that_raises_an_interrupt_ends_a_curve_too() -> None:
    found = traced(Raising(4))
    assert [each.ended for each in found] == ["", "", "", "interrupted"]
    assert found[-1].ended in REASONS


def test_a_right_hand_side_that_raises_it_again_and_again_is_heard() -> None:
    with pytest.raises(KeyboardInterrupt):
        traced(Raising(4, 5))


class Interrupting:
    """FitzHugh's and Nagumo's equations, which raise an interrupt at one of their calls."""

    size = 2

    def __init__(self, number: int) -> None:
        self.left = number

    def rates(self, x: np.ndarray, p: np.ndarray) -> np.ndarray:
        """Return f."""
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt
        v, w = np.moveaxis(x, -1, 0)
        return np.stack([v - v**3 / 3 - w + p[0], 0.08 * (v + 0.7 - 0.8 * w)], axis=-1)

    def by_states(self, x: np.ndarray, p: np.ndarray) -> np.ndarray:
        """Return ∂f/∂x."""
        v = x[..., 0]
        rows = [[1 - v**2, np.full_like(v, -1.0)], [np.full_like(v, 0.08), np.full_like(v, -0.064)]]
        return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)

    def by_parameters(self, x: np.ndarray, p: np.ndarray) -> np.ndarray:
        """Return ∂f/∂p."""
        return np.broadcast_to([[1.0], [0.0]], (*x.shape, 1))


def fitzhugh_from(number: int) -> tuple[Interrupting, Followed]:
    """Return FitzHugh's and Nagumo's equilibria, with an interrupt at a call."""
    field = Interrupting(10**9)
    equations = EquilibriumEquations(field)
    start = start_of(equations, np.array([-1.2, -0.62]), 0.0, (0.0, 2.0))
    assert start is not None
    field.left = number
    return field, follow_equilibria(equations, start, Bounds(0.0, 2.0), Steps())


def test_an_interrupt_from_a_right_hand_side_loses_no_equilibria_whenever_it_comes() -> None:
    whole = fitzhugh_from(10**9)
    calls, kinds = 10**9 - whole[0].left, [crossing.kind for _, crossing in whole[1].crossings]
    assert kinds == ["HB", "HB"]
    ended = set()
    for number in range(1, calls, calls // 40):
        field, found = fitzhugh_from(number)
        assert field.left <= 0
        assert len(found.points) > 1
        ended.add(found.ended)
        if "interrupted" not in found.ended:  # it came when special points were looked for
            assert [crossing.kind for _, crossing in found.crossings] == kinds
    assert ended == {("bound", "bound"), ("bound", "interrupted")}


def test_an_interrupt_from_a_right_hand_side_loses_no_cycles_whenever_it_comes() -> None:
    hopf = next(crossing for _, crossing in fitzhugh_from(10**9)[1].crossings)

    def cycles(number: int) -> tuple[Interrupting, FollowedCycles]:
        field = Interrupting(number)
        start = from_hopf(field, hopf.z[:2], hopf.z[2:], hopf.omega, np.ones(2), 0.2, Care(most=20))
        return field, follow_from_end(*start, "hopf", Reach(Bounds(0.0, 2.0), Steps(most=6), 1e3))

    calls = 10**9 - cycles(10**9)[0].left
    ended = set()
    for number in range(2, calls, max(1, calls // 20)):
        field, found = cycles(number)
        assert field.left <= 0
        assert found.points
        ended.add(found.ended[1])
    assert "interrupted" in ended
    assert ended <= {"steps", "interrupted"}


def test_blocks_in_blocks_tell_once() -> None:
    def press() -> None:
        with interruptible() as outer, interruptible() as inner:
            assert inner is outer
            signal.raise_signal(signal.SIGINT)
            assert inner.heard

    with pytest.warns(RuntimeWarning) as told:
        press()
    assert len(told) == 1
    with interruptible() as new:
        assert not new.heard
    assert Interrupts().around(lambda: 3) == 3


CHILD = f"""
import warnings
from rates_continuation import Continuation, ODESystem, codim2_search

warnings.simplefilter("error")
warnings.filterwarnings("default", category=RuntimeWarning)
continuation = Continuation({QIF!r})
continuation.equilibria({ETA!r}, bounds=(-10.0, 5.0))
print("begun", flush=True)
branch = continuation.equilibria({ETA!r}, bounds=(-10.0, 5.0), max_step=1e-5, max_points=10**7)
print(len(branch) > 10, *branch.ended, flush=True)
on = continuation.extended(branch, (-10.0, 5.0))
print(*on.ended, *(point.kind for point in on.specials), flush=True)
"""


def test_a_process_that_gets_the_signal_keeps_what_it_found() -> None:
    call = [sys.executable, "-c", CHILD]
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "begun\n"
            time.sleep(0.5)
            process.send_signal(signal.SIGINT)
            said, complained = process.communicate(timeout=60.0)
        finally:
            process.kill()
    assert said.splitlines() == ["True interrupted interrupted", "bound bound HB LP LP HB"]
    assert TOLD in complained
    assert process.returncode == 0
