"""Where branches begin: one start or many, and what is said where no equilibrium is found."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rates_continuation import Continuation, CycleBranch, Diagram, load
from rates_continuation.branch import REASONS
from rates_core.errors import (
    ApproximationWarning,
    ArgumentError,
    SimulationError,
    UnknownNameError,
    UnsupportedFeatureError,
)
from rates_core.sweeps import latin_hypercube
from rates_core.testing.parts import single
from scipy.integrate import solve_ivp
from scipy.optimize import fsolve

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

MU, X, Y = "p/op/mu", "p/op/x", "p/op/y"
CUSP = single("x' = mu + k*x - x^3", x="output(-1.3)", mu=0.0, k=1.0)
NOWHERE = single("x' = 1 + x^2 + mu^2", x="output(0.0)", mu=0.0)
TWO = single("x' = (x^2 - mu - 1)*((x - 5)^2 - mu - 1)", x="output(1.0)", mu=0.0)  # parabolas around 0 and 5


def epidemic(last: str) -> Any:
    """Return infections from which people recover, and after a while may be infected again; `last` is of these."""
    return single(
        ["s' = -beta*s*i + w*r", "i' = beta*s*i - gamma*i", last], s="variable(0.99)", i="output(0.01)",
        r="variable(0.0)", beta=0.5, gamma=0.1, w=0.05,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("start", "tried"),
    [
        (None, "the model was integrated from its initial values, and Newton's method did not converge from where it "
               "was then (largest rate of change 1), nor from those (1)"),
        ({MU: 1.0}, "the model was integrated from its initial values, and Newton's method did not converge from where "
                    "it was then (largest rate of change 2), nor from those (2)"),
        ({X: 1.0}, "Newton's method did not converge from the states of the start, whose largest rate of change is 2"),
    ],
)  # fmt: skip
def test_a_start_that_leads_to_no_equilibrium_says_what_was_tried(start: dict[str, float] | None, tried: str) -> None:
    with pytest.raises(SimulationError) as refused:
        Continuation(NOWHERE).equilibria(MU, bounds=(-1.0, 1.0), start=start)
    p = 0.0 if start is None else start.get(MU, 0.0)
    assert str(refused.value) == (
        f"No equilibrium was found near the start at p/op/mu = {p:g}: {tried}. Give values of states near an "
        "equilibrium: start={path: value}."
    )


def test_some_states_of_a_start_are_said_to_be_so() -> None:
    model = single(["x' = 1 + x^2", "y' = mu - y"], x="output(0.0)", y="variable(0.0)", mu=0.0)
    with pytest.raises(SimulationError, match="the model was integrated from the states of the start and its initial"):
        Continuation(model).equilibria(MU, bounds=(-1.0, 1.0), start={Y: 0.5})


def test_sums_of_states_that_do_not_change_are_named_with_what_to_do() -> None:
    with pytest.raises(SimulationError) as refused:
        Continuation(epidemic("r' = gamma*i - w*r")).equilibria("p/op/beta", bounds=(0.05, 1.0))
    text = str(refused.value)
    assert text.startswith("No equilibrium was found near the start at p/op/beta = 0.5: the model was integrated from")
    assert text.endswith(
        " p/op/s + p/op/i + p/op/r does not change in time, whatever the states are, so that equilibria are not alone: "
        "there are some for each value that it has. Give one of its states without a derivative, by the others: "
        "'r = 1 - s - i' keeps the value of the start."
    )
    found = Continuation(epidemic("r = 1 - s - i")).diagram("p/op/beta", bounds=(0.05, 1.0), cycles=False)
    assert {point.kind for branch in found.branches for point in branch.specials} == {"BP"}
    assert found.branches[0].specials[0]["p/op/beta"] == pytest.approx(0.1, rel=1e-9)  # each infects one other


def test_states_of_several_nodes_that_exchange_something_are_named_by_their_paths() -> None:
    model = single(["a' = -2*a + b", "b' = 4*a - 2*b"], a="output(1.0)", b="variable(3.0)", mu=0.0)
    with pytest.raises(SimulationError, match=r" 2\*p/op/a \+ p/op/b does not .*: 'b = 5 - 2\*a' keeps the value"):
        Continuation(model).equilibria(MU, bounds=(-1.0, 1.0))


def test_equilibria_on_a_line_are_said_to_be_no_branch() -> None:
    model = single(["x' = -beta*x*y", "y' = beta*x*y - y"], x="output(0.9)", y="variable(0.1)", beta=2.0)
    with pytest.raises(SimulationError) as refused:  # y = 0, whatever x is
        Continuation(model).equilibria("p/op/beta", bounds=(0.5, 4.0))
    assert str(refused.value).endswith(
        ". The model rests there, but its Jacobian is singular: equilibria lie on a line, or branches meet. Add to the "
        "model what leads back to one of them, or start elsewhere: start={path: value}."
    )


@pytest.mark.parametrize(("equation", "kind"), [("mu*x - x^3", "BP"), ("mu - x^2", "LP"), ("mu + x^2", "LP")])
def test_a_start_at_a_special_point_is_a_start(equation: str, kind: str) -> None:
    model = single(f"x' = {equation}", x="output(0.0)", mu=0.0)
    found = Continuation(model).equilibria(MU, bounds=(-1.0, 1.0))
    assert [point.kind for point in found.specials] == [kind]
    assert found.specials[0][MU] == pytest.approx(0.0, abs=1e-9)
    assert found.ended == ("bound", "bound")


def test_unknown_parameters_have_their_closest_names() -> None:
    with pytest.raises(UnknownNameError) as refused:
        Continuation(CUSP).equilibria("p/op/nu", bounds=(-1.0, 1.0))
    assert str(refused.value) == (
        "parameter: Unknown variable 'nu' in path 'p/op/nu'. Did you mean 'mu'? The variables are: x, mu, k."
    )
    with pytest.raises(ArgumentError) as other:
        Continuation(CUSP).equilibria(X, bounds=(-1.0, 1.0))
    assert str(other.value) == "parameter: 'p/op/x' is a state; it takes paths of parameters."
    with pytest.raises(UnknownNameError) as start:
        Continuation(CUSP).equilibria(MU, bounds=(-1.0, 1.0), start={"p/op/y": 1.0})
    assert str(start.value) == "start: Unknown variable 'y' in path 'p/op/y'. The variables are: x, mu, k."


def test_models_that_depend_on_time_are_offered_the_phase_as_states() -> None:
    with pytest.raises(UnsupportedFeatureError) as refused:
        Continuation(single("x' = mu - x + cos(2*t)", x="output(0.0)", mu=0.0)).equilibria(MU, bounds=(-1.0, 1.0))
    assert str(refused.value) == (
        "'p/op/x' depends on time; a vector field of states and parameters was asked for. Let a part of the model "
        "oscillate in place of time: with x' = x - w*y - x*(x^2 + y^2) and y' = w*x + y - y*(x^2 + y^2), x becomes "
        "cos(w*t)."
    )


def test_the_states_that_the_message_offers_do_force_the_model() -> None:
    model = single(
        ["u' = mu - u + c", "c' = c - w*s - c*(c^2 + s^2)", "s' = w*c + s - s*(c^2 + s^2)"], u="output(0.0)",
        c="variable(1.0)", s="variable(0.0)", mu=0.5, w=2.0,
    )  # fmt: skip
    found = Continuation(model).cycles(
        from_={"p/op/c": 1.0, "p/op/s": 0.0}, parameter=MU, bounds=(0.0, 1.0), max_step=2.0
    )
    np.testing.assert_allclose(found.periods, np.pi, rtol=1e-6)
    np.testing.assert_allclose(found.column("p/op/u"), found.p[:, 0] + 1 / np.sqrt(5), rtol=1e-5)


def test_a_forced_spring_turns_round_where_shooting_finds_it() -> None:
    clock = OperatorTemplate(
        "op", ["c' = c - w*s - c*(c^2 + s^2)", "s' = w*c + s - s*(c^2 + s^2)"],
        {"c": "output(1.0)", "s": "variable(0.0)", "w": 0.8},
    )  # fmt: skip
    spring = OperatorTemplate(
        "op", ["u' = v", "v' = F*c - d*v - u - u^3"],
        {"u": "output(0.0)", "v": "variable(0.0)", "c": "input(0.0)", "F": 0.3, "d": 0.1},
    )  # fmt: skip
    nodes = {"clock": NodeTemplate("clock", [clock]), "p": NodeTemplate("spring", [spring])}
    forced = CircuitTemplate("forced", nodes=nodes, edges=[("clock/op/c", "p/op/c", None, {"weight": 1.0})])
    found = Continuation(forced).cycles(from_={}, parameter="clock/op/w", bounds=(0.5, 3.0))
    assert [point.kind for point in found.specials] == ["LPC", "LPC"]
    for point in found.specials:
        assert point.profile is not None
        table = point.profile.data
        begin = table.loc[table["clock/op/c"].idxmax()]  # about phase 0, where the search begins
        *_, w = fsolve(_at_fold, [begin["p/op/u"], begin["p/op/v"], point["clock/op/w"]], xtol=1e-12)
        assert point["clock/op/w"] == pytest.approx(w, rel=1e-9)
        np.testing.assert_allclose(np.min(np.abs(point.eigenvalues)), np.exp(-4 * np.pi / w), rtol=1e-6)


def _at_fold(z: np.ndarray) -> list[float]:
    """Return what is 0 where the forced spring comes back after a period, and has a multiplier of 1."""

    def rates(t: float, y: np.ndarray) -> np.ndarray:
        u, v = y[:2]
        around = np.array([[0.0, 1.0], [-1.0 - 3 * u**2, -0.1]]) @ y[2:].reshape(2, 2)
        return np.concatenate([[v, 0.3 * np.cos(z[2] * t) - 0.1 * v - u - u**3], around.ravel()])

    begin = np.concatenate([z[:2], np.eye(2).ravel()])
    end = solve_ivp(rates, (0.0, 2 * np.pi / z[2]), begin, method="DOP853", rtol=1e-11, atol=1e-12).y[:, -1]
    return [*(end[:2] - z[:2]), float(np.linalg.det(end[2:].reshape(2, 2) - np.eye(2)))]


def test_functions_that_jump_are_warned_of() -> None:
    model = single("x' = mu - x + 0.0*heaviside(x - 10)", x="output(0.0)", mu=0.0)
    with pytest.warns(ApproximationWarning) as warned:
        Continuation(model).equilibria(MU, bounds=(-1.0, 1.0))
    assert [str(each.message) for each in warned] == [
        "'heaviside', in the equation of 'p/op/x', is constant between its jumps: branches, their stability and "
        "special points are those of the model without the jumps."
    ]


def test_a_branch_that_cannot_be_followed_further_keeps_what_was_found_and_says_why() -> None:
    found = Continuation(single("x' = mu - sqrt(x)", x="output(0.25)", mu=0.5)).equilibria(MU, bounds=(-1.0, 1.0))
    assert found.ended == ("stalled", "bound")  # there is no root of numbers below 0
    assert REASONS["stalled"] == "no step was small enough: the corrector did not converge"
    assert 0.0 <= found.p[0, 0] < 1e-6
    np.testing.assert_allclose(found.column(X), found.p[:, 0] ** 2, atol=1e-9)


def test_branches_from_several_starts_are_followed_once() -> None:
    starts = [{X: 1.1}, {X: 4.0}, {X: -0.9}, {X: 1.3, MU: 0.5}, {X: 6.0}]
    found = Continuation(TWO).ensemble(MU, (-2.0, 1.0), starts)
    assert found.starts["branch"].tolist() == [0, 1, 0, 0, 1]
    assert found.starts[X].tolist() == [1.1, 4.0, -0.9, 1.3, 6.0]
    assert repr(found) == "<Ensemble of 2 branches from 5 starts>"
    for branch, middle in zip(found.branches, (0.0, 5.0), strict=True):
        np.testing.assert_allclose((branch.column(X) - middle) ** 2, branch.p[:, 0] + 1, atol=1e-9)
    whole = Continuation(TWO).diagram(MU, (-2.0, 1.0), start=starts, cycles=False)
    assert [len(branch) for branch in whole.branches] == [len(branch) for branch in found.branches]


def test_starts_are_drawn_from_a_box_with_a_seed() -> None:
    samples = latin_hypercube({X: (-1.5, 6.5), MU: (-0.5, 0.5)}, 12, seed=3)
    one, other = (Continuation(TWO).ensemble(MU, (-2.0, 1.0), samples) for _ in range(2))
    assert len(one.branches) == 2
    assert sorted(one.starts["branch"].unique()) == [0, 1]
    pd.testing.assert_frame_equal(one.starts, other.starts)
    assert len(one.plot(X).lines) > 2


def test_starts_without_an_equilibrium_are_named_with_their_residual() -> None:
    model = single("x' = mu + x - x^3 + log(x + 10) - log(x + 10)", x="output(0.0)", mu=0.0)
    text = (
        "From 1 of 2 starts no equilibrium was found, neither by integration nor by Newton's method; they are, by "
        "their numbers from 0 and the largest rate of change behind the integration: 1 (nan)."
    )
    with pytest.warns(RuntimeWarning) as warned:
        found = Continuation(model).ensemble(MU, (-2.0, 2.0), [{X: 1.1}, {X: -20.0}])
    assert [str(each.message) for each in warned] == [text]
    assert found.starts["branch"].isna().tolist() == [False, True]
    assert repr(found) == "<Ensemble of 1 branch from 2 starts; 1 led to no equilibrium>"
    with pytest.raises(SimulationError) as refused:
        Continuation(NOWHERE).ensemble(MU, (-1.0, 1.0), [{X: float(k)} for k in range(7)])
    assert str(refused.value) == (
        "From 7 of 7 starts no equilibrium was found, neither by integration nor by Newton's method; they are, by "
        "their numbers from 0 and the largest rate of change behind the integration: 0 (1), 1 (2), 2 (5), 3 (10), 4 "
        "(17) and 2 more. Give values of states near an equilibrium."
    )


@pytest.mark.parametrize("starts", [[], {X: 1.0}, [1.0], "p/op/x"])
def test_what_is_no_list_of_starts_is_refused(starts: Any) -> None:
    with pytest.raises(ArgumentError) as refused:
        Continuation(CUSP).ensemble(MU, (-1.0, 1.0), starts)
    assert str(refused.value) == (
        "starts must be a list of dictionaries, {path: value}, or samples, such as "
        f"rates_core.sweeps.latin_hypercube({{path: (low, high)}}, 20, seed=1); they are {starts!r}."
    )


def test_one_start_is_a_dictionary() -> None:
    with pytest.raises(ArgumentError) as refused:
        Continuation(CUSP).equilibria(MU, (-1.0, 1.0), start=[{X: 1.0}])  # type: ignore[arg-type]
    assert str(refused.value) == (
        "start must be a dictionary, {path: value}; it is [{'p/op/x': 1.0}]. From several starts goes ensemble(...)."
    )


class Terminal:
    """A terminal that keeps what is written."""

    def __init__(self) -> None:
        self.written = ""

    def write(self, text: str) -> int:
        """Keep a text."""
        self.written += text
        return len(text)

    def flush(self) -> None:
        """Do nothing: all is there."""

    def isatty(self) -> bool:
        """Return that this is one."""
        return True


@pytest.mark.parametrize("verbose", [True, False])
def test_points_are_counted_on_a_terminal(verbose: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    import tqdm

    class Eager(tqdm.tqdm):  # type: ignore[type-arg]
        def __init__(self, **given: Any) -> None:
            super().__init__(**{**given, "delay": 0.0, "mininterval": 0.0, "miniters": 1})

    monkeypatch.setattr(tqdm, "tqdm", Eager)
    monkeypatch.setattr(sys, "stderr", Terminal())
    found = Continuation(CUSP).equilibria(MU, bounds=(-2.0, 2.0), verbose=verbose)
    assert isinstance(sys.stderr, Terminal)
    assert ("point" in sys.stderr.written) == verbose
    assert (f"{len(found) - 1}.0point" in sys.stderr.written.replace(" ", "")) == verbose  # all but the start


def test_verbose_is_a_switch() -> None:
    with pytest.raises(ArgumentError, match=r"^verbose must be True or False; it is 2\.$"):
        Continuation(CUSP).equilibria(MU, bounds=(-2.0, 2.0), verbose=2)  # type: ignore[arg-type]


def test_branches_from_files_go_on_too(tmp_path: Path) -> None:
    continuation = Continuation(CUSP)
    short = continuation.diagram(MU, bounds=(-0.3, 0.5))
    assert len(short.branches[0].specials) == 1
    short.save(tmp_path / "cusp.npz")
    (part,) = load(tmp_path / "cusp.npz").branches
    found = continuation.extended(part, (-1.0, 1.5))
    whole = continuation.equilibria(MU, bounds=(-1.0, 1.5))
    assert [point.kind for point in found.specials] == [point.kind for point in whole.specials] == ["LP", "LP"]
    np.testing.assert_allclose([p[MU] for p in found.specials], [p[MU] for p in whole.specials], rtol=1e-10)
    np.testing.assert_allclose(found.column(X) ** 3 - found.column(X), found.p[:, 0], atol=1e-9)
    assert found.p[[0, -1], 0].tolist() == [-1.0, 1.5]
    for point in found.specials:  # between the points that they say
        before, behind = found.x[point.number : point.number + 2, 0]
        assert min(before, behind) <= point[X] <= max(before, behind)
    assert found.specials[0].coefficient == part.specials[0].coefficient  # what was known is kept
    again = continuation.extended(found, (-2.0, 2.0))
    assert again.p[[0, -1], 0].tolist() == [-2.0, 2.0]
    other = Continuation(CUSP, parameters={"p/op/k": 2.0})
    with pytest.raises(ArgumentError) as refused:
        other.extended(part, (-1.0, 1.5))
    assert str(refused.value) == (
        "The branch ends at -0.3 with states that are no solution of this model. Does it have the same parameters?"
    )


def test_cycles_from_files_go_on_too(tmp_path: Path) -> None:
    growth = "(mu + k*(x^2 + y^2) - (x^2 + y^2)^2)"
    model = single([f"x' = {growth}*x - y", f"y' = {growth}*y + x"], x="output(0.0)", y="variable(0.0)", mu=-0.5, k=1.0)
    continuation = Continuation(model)
    continuation.diagram(MU, bounds=(-0.5, 0.2)).save(tmp_path / "circles.npz")
    part = load(tmp_path / "circles.npz").branches[1]
    assert part.ended == ("hopf", "bound")
    found = continuation.extended(part, (-0.5, 0.9))
    assert isinstance(found, CycleBranch)
    assert found.ended == ("hopf", "bound")
    assert found.p[-1, 0] == 0.9
    assert len(found) == len(found.profiles) == len(found.trivial) > len(part)
    square = found.column(X) ** 2
    np.testing.assert_allclose(square**2 - square, found.p[:, 0], atol=1e-6)
    assert [(point.kind, point.number) for point in found.specials] == [("LPC", part.specials[0].number)]
    with pytest.raises(ArgumentError) as refused:
        Continuation(model, parameters={"p/op/k": 2.0}).extended(part, (-0.5, 0.9))
    assert str(refused.value).startswith("The branch ends at ")
    circle = continuation.cycles(from_={X: 1.0, MU: 0.1}, parameter=MU, bounds=(0.0, 0.2))
    Diagram((circle,), (None,)).save(tmp_path / "one.npz")
    both = continuation.extended(load(tmp_path / "one.npz").branches[0], (-0.5, 0.9))  # it goes on at both ends
    assert [point.kind for point in both.specials] == ["LPC"]
    assert both.specials[0][MU] == pytest.approx(-0.25, rel=1e-6)
    assert sorted(both.ended) == ["bound", "hopf"]
    np.testing.assert_allclose(both.column(X) ** 4 - both.column(X) ** 2, both.p[:, 0], atol=1e-6)


def test_curves_in_two_parameters_begin_at_points_from_files_too(tmp_path: Path) -> None:
    growth = "(mu + k*(x^2 + y^2) - (x^2 + y^2)^2)"
    model = single([f"x' = {growth}*x - y", f"y' = {growth}*y + x"], x="output(0.0)", y="variable(0.0)", mu=-0.5, k=1.0)
    continuation = Continuation(model)
    continuation.diagram(MU, bounds=(-0.5, 0.5)).save(tmp_path / "circles.npz")
    rest, cycles = load(tmp_path / "circles.npz").branches
    within = {MU: (-1.0, 1.0), "p/op/k": (-1.0, 2.0)}
    found = continuation.curve(rest.special("HB")[0], "p/op/k", bounds=within)
    np.testing.assert_allclose(found.p[:, 0], 0.0, atol=1e-9)
    assert [point["p/op/k"] for point in found.special("GH")] == pytest.approx([0.0], abs=1e-6)
    with pytest.raises(ArgumentError) as refused:
        continuation.curve(cycles.special("LPC")[0], "p/op/k", bounds=within)
    assert str(refused.value) == (
        "The point is one of kind LPC from a file, which does not hold what other cycles are found with. Follow its "
        "branch again."
    )


def test_cycles_go_on_to_longer_periods() -> None:
    model = single(["x' = y", "y' = mu*(1 - x^2)*y - x"], x="output(2.0)", y="variable(0.0)", mu=1.0)
    continuation = Continuation(model)
    short = continuation.cycles(from_={X: 2.0}, parameter=MU, bounds=(0.5, 5.0), max_period=7.0)
    assert short.ended == ("bound", "period")
    found = continuation.extended(short, (0.5, 5.0), max_period=9.0)
    assert found.ended == ("bound", "period")
    assert short.periods[-2] < 7.0 < short.periods[-1] < found.periods[-2] < 9.0 < found.periods[-1]
    with pytest.raises(ArgumentError, match=r"^max_period is for branches of cycles; this one is of equilibria\.$"):
        continuation.extended(
            continuation.equilibria(MU, bounds=(0.5, 2.0), start={X: 0, Y: 0}), (0.0, 3.0), max_period=9
        )
