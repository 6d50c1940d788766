"""Auto-07p finds what the native engine finds, behind the same objects, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import tempfile
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from rates_continuation import Branch, Continuation
from rates_continuation.auto import computation, sides
from rates_continuation.auto.cycles import AutoCycles, CycleSettings
from rates_continuation.auto.engine import AutoEngine
from rates_continuation.auto.equilibria import Located, Side, followed
from rates_continuation.interrupts import TOLD
from rates_continuation.native.equilibria import EquilibriumEquations
from rates_continuation.special import SpecialPoint
from rates_core.errors import SimulationError, UnknownNameError, UnsupportedFeatureError
from rates_core.testing.parts import single

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

REFERENCE = json.loads((Path(__file__).parent / "reference.json").read_text(encoding="utf-8"))
SFA = "model_templates.neural_mass_models.qif.qif_sfa"
ETA = "p/qif_sfa_op/eta"
JANSEN_RIT = "model_templates.neural_mass_models.jansenrit.JRC"
DRIVE = "pc/rpo_e_in/u"
CUSP = single("x' = mu + k*x - x^3", x="output(-1.3)", mu=0.0, k=1.0)
FITZHUGH_NAGUMO = single(
    ["v' = v - v^3/3 - w + I_ext", "w' = eps*(v + a - b*w)"], v="output(-1.2)", w="variable(-0.6)", I_ext=0.0,
    eps=0.08, a=0.7, b=0.8,
)  # fmt: skip
LORENZ = single(
    ["x' = sigma*(y - x)", "y' = x*(rho - z) - y", "z' = x*y - beta*z"], x="output(0.0)", y="variable(0.0)",
    z="variable(0.0)", sigma=10.0, rho=0.5, beta=8 / 3,
)  # fmt: skip
#: files have eleven digits, which Newton's method reaches
PRINTED = 1e-9


def assert_same(found: Branch, wanted: Branch) -> None:
    """Assert that two branches have the same special points, ends and changes of stability."""
    assert [point.kind for point in found.specials] == [point.kind for point in wanted.specials]
    size = np.max(np.abs(wanted.x)) or 1.0
    for point, known in zip(found.specials, wanted.specials, strict=True):
        assert point[found.parameters[0]] == pytest.approx(known[found.parameters[0]], rel=1e-6, abs=1e-9)
        values = np.array([[one[path] for path in found.states] for one in (point, known)])
        np.testing.assert_array_less(np.abs(values[0] - values[1]) / size, 1e-6)
        assert point.error < 1e-6
        assert point.criticality == known.criticality
        if known.kind == "HB":
            assert point.period == pytest.approx(known.period, rel=1e-6)
    assert found.ended == wanted.ended
    np.testing.assert_allclose(found.p[[0, -1]], wanted.p[[0, -1]], rtol=PRINTED)
    np.testing.assert_allclose(found.x[[0, -1]] / size, wanted.x[[0, -1]] / size, atol=1e-8)
    assert changes(found) == changes(wanted)


def changes(branch: Branch) -> list[int]:
    """Return how many directions are unstable from one special point to the next."""
    return [
        int(count)
        for number, count in enumerate(branch.unstable)
        if number == 0 or count != branch.unstable[number - 1]
    ]


@pytest.mark.parametrize(
    ("model", "parameter", "bounds", "start"),
    [
        (SFA, ETA, (-10.0, 5.0), {}),
        (CUSP, "p/op/mu", (-2.0, 2.0), {}),
        (FITZHUGH_NAGUMO, "p/op/I_ext", (-1.0, 2.0), {}),
        (LORENZ, "p/op/rho", (-1.0, 30.0), {}),
        (JANSEN_RIT, DRIVE, (-100.0, 400.0), {DRIVE: -60.0}),
    ],
    ids=["qif_sfa", "cusp", "fitzhugh_nagumo", "lorenz", "jansen_rit"],
)
def test_both_engines_find_the_same(
    model: CircuitTemplate | str, parameter: str, bounds: tuple[float, float], start: dict[str, float]
) -> None:
    native, auto = (
        Continuation(model, engine=engine).diagram(parameter, bounds, start, cycles=False)
        for engine in ("native", "auto")
    )
    assert sum(len(branch.specials) for branch in native.branches) >= 2
    for found, wanted in zip(auto.branches, native.branches, strict=True):
        assert_same(found, wanted)


def test_special_points_are_those_of_the_reference_and_say_how_good_they_are() -> None:
    found = Continuation(SFA, engine="auto").equilibria(ETA, bounds=(-10.0, 5.0))
    wanted = REFERENCE["qif_sfa_default"]["equilibria"]
    assert found.citations[-1].startswith("Doedel, E. J., & Oldeman, B. E. (2012). AUTO-07P:")
    assert [point.kind for point in found.specials] == [point["kind"] for point in wanted]
    for point, known in zip(found.specials, wanted, strict=True):
        assert point[ETA] == pytest.approx(known["eta"], rel=1e-9)
        # the residual is that of Auto's own point, which has eleven digits; another engine's would be rounding
        assert 0.0 < point.residual < 1e-8
        assert 0.0 < point.error < 1e-8
        distance = abs(point[ETA] - known["eta"]) / abs(known["eta"])
        assert distance < 10 * max(point.error, PRINTED)


def test_every_point_is_an_equilibrium_with_its_own_eigenvalues() -> None:
    found = Continuation(SFA, engine="auto").equilibria(ETA, bounds=(-10.0, 5.0))
    field = CircuitTemplate.from_yaml(SFA).get_vector_field([ETA])
    r = found.column("p/qif_sfa_op/r")
    v, a = -1 / (2 * np.pi * r), 5 * r  # Delta = tau = 1, alpha*tau_a = 5
    np.testing.assert_allclose(found.column(ETA), -(v**2) + a - 15 * r + (np.pi * r) ** 2, rtol=PRINTED, atol=PRINTED)
    assert len(found) > 50
    for p, x, eigenvalues in zip(found.p, found.x, found.eigenvalues, strict=True):
        known = np.linalg.eigvals(field.by_states(x, p))
        np.testing.assert_allclose(np.sort(eigenvalues.real), np.sort(known.real), atol=1e-9)


def test_a_closed_curve_is_followed_once() -> None:
    model = single("x' = 1 - mu^2 - x^2", x="output(1.0)", mu=0.0)
    found = Continuation(model, engine="auto").equilibria("p/op/mu", bounds=(-2.0, 2.0))
    assert found.ended == ("closed", "closed")
    assert sorted(round(point["p/op/mu"], 9) for point in found.special("LP")) == [-1.0, 1.0]


@pytest.mark.parametrize("bound", [0.7, 2.0, 6.0])
def test_a_step_to_another_curve_is_taken_again(bound: float) -> None:
    # with long steps Auto-07p leaves the prong of a pitchfork for the line of zeros
    model = single("x' = mu*x - x^3", x="output(0.7)", mu=0.5)
    found = Continuation(model, engine="auto").equilibria("p/op/mu", bounds=(-bound, bound))
    assert [point.kind for point in found.specials] == ["BP"]
    np.testing.assert_allclose(found.column("p/op/x") ** 2, found.column("p/op/mu"), atol=1e-8)


def test_the_number_of_points_is_what_was_asked_for() -> None:
    found = Continuation(SFA, engine="auto").equilibria(ETA, bounds=(-10.0, 5.0), max_points=10)
    assert found.ended == ("steps", "steps")
    assert len(found) == 21


def test_a_hopf_point_next_to_a_fold_is_told_apart_from_it() -> None:
    # both lie in one step; the number of unstable directions and the turn would be those of the fold alone
    weight = "p/qif_sfa_op/r->p/qif_sfa_op/r_in/weight"
    native, auto = (Continuation(SFA, engine=engine).equilibria(weight, (-31.0, 61.0)) for engine in ("native", "auto"))
    for branch in (native, auto):
        assert [point.kind for point in branch.specials] == ["HB", "LP", "LP", "HB"]
    np.testing.assert_allclose(*([point[weight] for point in branch.specials] for branch in (auto, native)), rtol=1e-8)


@pytest.mark.parametrize("long", [24, 27, 31, 40])
def test_where_stretches_end_changes_nothing(long: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sides, "LONG", long)
    found = Continuation(CUSP, engine="auto").equilibria("p/op/mu", bounds=(-1.0, 1.0))
    assert [point.kind for point in found.specials] == ["LP", "LP"]
    assert found.ended == ("bound", "bound")
    x = found.column("p/op/x")
    assert np.all(np.diff(x) * (x[-1] - x[0]) > 0)


def test_where_eigenvalues_have_no_side_of_the_axis_nothing_is_reported() -> None:
    # a predator and its prey: a centre, whose real parts are rounding
    model = single(["x' = a*x - x*y", "y' = x*y - y"], x="output(0.9)", y="variable(0.9)", a=1.0)
    start = {"p/op/x": 1.0, "p/op/y": 1.0}
    found = Continuation(model, engine="auto").equilibria("p/op/a", bounds=(0.1, 3.0), start=start)
    assert found.specials == ()
    assert np.max(np.abs(found.eigenvalues.real)) < 1e-9


def test_units_of_states_change_nothing() -> None:
    plain = single(["x' = mu + x - x^3 + 0.1*y", "y' = x - y"], x="output(-1.3)", y="variable(-1.3)", mu=0.0)
    other = single(
        ["x' = s*(mu/size + x/s - (x/s)^3 + 0.1*y*s)", "y' = x/s^2 - y"], x="output(-1.3e6)", y="variable(-1.3e-6)",
        mu=0.0, s=1e6, size=1e4,
    )  # fmt: skip
    one, two = (
        Continuation(model, engine="auto").equilibria("p/op/mu", bounds=(-2.0 * unit, 2.0 * unit)).special("LP")
        for model, unit in ((plain, 1.0), (other, 1e4))
    )
    assert len(one) == len(two) == 2
    np.testing.assert_allclose([p["p/op/mu"] / 1e4 for p in two], [p["p/op/mu"] for p in one], rtol=PRINTED)


def test_values_that_a_run_has_are_parameters_too() -> None:
    for parameters, start in (({"p/op/k": 3.0}, -2.0), ({"all/op/k": 3.0}, -2.0)):
        found = Continuation(CUSP, parameters, engine="auto").equilibria(
            "p/op/mu", bounds=(-4.0, 4.0), start={"p/op/x": start}
        )
        np.testing.assert_allclose([point["p/op/mu"] for point in found.special("LP")], [2.0, -2.0], rtol=PRINTED)


def test_weights_of_edges_are_parameters_too() -> None:
    circuit = CircuitTemplate.from_yaml(JANSEN_RIT)
    weight = "pc/pro/m->ein/rpo_e/m_in/weight"
    for free, parameters, bounds in ((DRIVE, {weight: 100.0}, (-100.0, 400.0)), (weight, {DRIVE: 50.0}, (50.0, 200.0))):
        native, auto = (
            Continuation(circuit, parameters, engine=engine).equilibria(
                free, bounds, {DRIVE: -60.0} if free == DRIVE else {}
            )
            for engine in ("native", "auto")
        )
        assert_same(auto, native)


COUPLED = OperatorTemplate(
    "op", ["x' = mu - k*x - x^3 + inp"], {"x": "output(-1.3)", "mu": 0.3, "k": 1.0, "inp": "input(0.0)"}
)


@pytest.mark.parametrize("free", ["q[1]/op/mu", "q/op/mu", "all/op/mu", "q[2]/op/k", "s/op/mu"])
def test_parameters_of_units_and_of_several_are_those_that_their_paths_name(free: str) -> None:
    node = NodeTemplate("n", [COUPLED])
    members = PopulationTemplate("q", node, 3, {"op/k": [1.0, 1.1, 1.2]})
    chain = Connectivity("q/op/x", "q/op/inp", np.diag([0.1, 0.1], 1))
    model = CircuitTemplate("c", nodes={"s": node}, populations={"q": members}, connections=[chain])
    native, auto = (
        Continuation(model, {"q[2]/op/k": 1.15} if free != "q[2]/op/k" else {}, engine).equilibria(free, (-1.5, 1.5))
        for engine in ("native", "auto")
    )
    assert set(native.states) == {"q[0]/op/x", "q[1]/op/x", "q[2]/op/x", "s/op/x"}
    assert_same(auto, native)


def test_equations_that_are_not_the_models_are_noticed() -> None:
    field = CUSP.get_vector_field(["p/op/mu"])
    native = Continuation(CUSP).equilibria("p/op/mu", bounds=(-2.0, 2.0)).found
    start, *others = (point.place for point in native.points)
    wrong = [Located(evolve(place, z=np.array([place.z[0] + 1e-3, place.z[1]])), "") for place in others]
    with pytest.raises(SimulationError, match=r"^Auto-07p's points are no equilibria of the model: at "):
        followed(EquilibriumEquations(field), start, Side([], "bound"), Side(wrong, "bound"))


def test_false_points_are_left_out_and_missing_ones_have_no_kind() -> None:
    native = Continuation(SFA).equilibria(ETA, bounds=(-10.0, 5.0)).found
    field = CircuitTemplate.from_yaml(SFA).get_vector_field([ETA])
    start, *others = (point.place for point in native.points)
    points: list[Located] = []
    for number, place in enumerate(others):
        for before, crossing in native.crossings:
            if before == number and crossing.kind != "LP":
                points.append(Located(evolve(place, z=crossing.z), crossing.kind, 2 * np.pi / crossing.omega))
        # two folds are not located, and a Hopf point is reported where a saddle is neutral
        points.append(Located(place, ""))
        eta = REFERENCE["qif_sfa_default"]["must_not_report"]["neutral_saddles"][0]
        after = others[min(number + 1, len(others) - 1)].z[-1]
        if place.z[0] > 0.2 and min(place.z[-1], after) < eta < max(place.z[-1], after):
            points.append(Located(evolve(place, z=0.5 * (place.z + others[number + 1].z)), "HB", 1.0))
    assert [point.kind for point in points if point.kind].count("HB") > 2
    found = followed(EquilibriumEquations(field), start, Side([], "bound"), Side(points, "bound"))
    assert [crossing.kind for _, crossing in found.crossings] == ["HB", "", "", "HB"]
    for (_, crossing), (_, known) in zip(found.crossings, native.crossings, strict=True):
        np.testing.assert_allclose(crossing.z, known.z, atol=1e-6)


def cycles_at(model: str | CircuitTemplate, hopf: SpecialPoint, found: Branch, settings: CycleSettings) -> AutoCycles:
    circuit = CircuitTemplate.from_yaml(model) if isinstance(model, str) else model
    own = circuit.get_vector_field(list(found.parameters))
    x, p = (np.array([hopf[path] for path in paths]) for paths in (found.states, found.parameters))
    return AutoEngine(circuit).cycles(own, x, p, hopf.period, (-10.0, 5.0), settings)


def test_both_engines_follow_the_same_cycles() -> None:
    circles = ["x' = x*(mu + x^2 + y^2 - (x^2 + y^2)^2) - y", "y' = y*(mu + x^2 + y^2 - (x^2 + y^2)^2) + x"]
    model = single(circles, x="output(0.0)", y="variable(0.0)", mu=-0.5)
    (hopf,) = Continuation(model).equilibria("p/op/mu", bounds=(-0.5, 0.5)).special("HB")
    native, auto = (
        Continuation(model, engine=engine).cycles(from_=hopf, bounds=(-0.5, 0.5)) for engine in ("native", "auto")
    )
    for branch in (native, auto):
        (fold,) = branch.specials
        assert fold.kind == "LPC"
        assert fold["p/op/mu"] == pytest.approx(-0.25, abs=1e-6)
        assert branch.ended == ("hopf", "bound")
        square = branch.x[:, 0] ** 2
        np.testing.assert_allclose(branch.p[:, 0] + square - square**2, 0.0, atol=1e-5)
        exponents = (branch.p[:, 0] + 3 * square - 5 * square**2) * 2 * np.pi  # of a change of the radius
        np.testing.assert_allclose(branch.multipliers[:, 0].real, np.exp(exponents), rtol=1e-3, atol=1e-9)
    assert auto.p[-1, 0] == pytest.approx(native.p[-1, 0], rel=1e-7)


def test_auto_follows_cycles_from_hopf_points_alone() -> None:
    model = single(["x' = x - y - x*(x^2 + y^2)", "y' = x + mu*y - y*(x^2 + y^2)"], x="output(1.0)",
                   y="variable(0.0)", mu=1.0)  # fmt: skip
    with pytest.raises(
        UnsupportedFeatureError, match=r"^engine='auto' follows cycles that begin at Hopf points\. Use "
    ):
        Continuation(model, engine="auto").cycles(from_={}, parameter="p/op/mu", bounds=(0.5, 2.0))


def test_cycles_of_quadratic_neurons_turn_round_where_the_reference_says() -> None:
    branch = Continuation(SFA).equilibria(ETA, bounds=(-10.0, 5.0))
    found = cycles_at(SFA, branch.special("HB")[1], branch, CycleSettings(intervals=200))
    special = [cycle for cycle in found.cycles if cycle.kind]
    wanted = REFERENCE["qif_sfa_default"]["cycles_from_second_HB"]
    assert [cycle.kind for cycle in special] == [known["kind"] for known in wanted]
    for cycle, known in zip(special, wanted, strict=True):
        assert cycle.p[0] == pytest.approx(known["eta"], rel=1e-6)
        assert cycle.profile[:, 0].max() == pytest.approx(known["r_max"], rel=1e-3)
        near = np.sort(np.abs(cycle.multipliers - 1.0))
        assert near[0] < 1e-4
        assert near[1] < 1e-2
    # the curve ends at a homoclinic orbit, which is that of the reference to what that says
    assert found.ended == "period"
    assert found.cycles[-1].p[0] == pytest.approx(REFERENCE["qif_sfa_default"]["homoclinic"][1]["eta_about"], abs=1e-4)


def test_errors_of_a_mesh_are_no_special_points_of_cycles() -> None:
    # On 64 intervals Auto-07p reports period doublings where a multiplier is one of a thousand and more.
    wanted = REFERENCE["qif_sfa_default"]["cycles_from_second_HB"]
    hopf = Continuation(SFA).equilibria(ETA, bounds=(-10.0, 5.0)).special("HB")[1]
    found = Continuation(SFA, engine="auto").cycles(from_=hopf, bounds=(-6.0, 3.0), max_intervals=64)
    assert {point.kind for point in found.specials} <= {"LPC", "??"}
    # Where it adapts its mesh on the way around a fold, it may pass the same fold more than once.
    folds = np.array([known["eta"] for known in wanted])
    nearest = [wanted[int(np.argmin(np.abs(folds - point[ETA])))] for point in found.specials]
    assert [known for known, _ in groupby(nearest)] == wanted
    for point, known in zip(found.specials, nearest, strict=True):
        assert point[ETA] == pytest.approx(known["eta"], abs=2 * point.error + 1e-5)
    assert len(np.nonzero(np.diff(found.unstable))[0]) == 2  # they are stable between both folds, and nowhere else


@pytest.mark.parametrize("follow", ["equilibria", "cycles"])
def test_an_interrupt_ends_what_runs_and_keeps_what_was_found(follow: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hopf = Continuation(SFA).equilibria(ETA, bounds=(-10.0, 5.0)).special("HB")[1]
    auto, own = Continuation(SFA, engine="auto"), computation.completed

    def pressed(*arguments: Any) -> tuple[int, str]:
        signal.raise_signal(signal.SIGINT)
        return own(*arguments)

    monkeypatch.setattr(computation, "completed", pressed)
    given: Any = {"parameter": ETA} if follow == "equilibria" else {"from_": hopf}
    with pytest.warns(RuntimeWarning) as told:
        found = getattr(auto, follow)(**given, bounds=(-10.0, 5.0))
    assert [str(each.message) for each in told] == [TOLD]
    assert found.ended[1] == "interrupted"
    assert found.specials == ()


def test_cycles_are_values_of_the_model_in_its_order() -> None:
    # r' = r*(mu + r^2 - r^4), phi' = 1: subcritical at 0, circles that turn round at mu = -1/4
    model = single(
        ["x' = mu*x - y + x*(x^2 + y^2) - x*(x^2 + y^2)^2", "y' = x + mu*y + y*(x^2 + y^2) - y*(x^2 + y^2)^2"],
        x="output(0.0)", y="variable(0.0)", mu=-0.5,
    )  # fmt: skip
    branch = Continuation(model).equilibria("p/op/mu", bounds=(-1.0, 1.0))
    found = cycles_at(model, branch.special("HB")[0], branch, CycleSettings(intervals=20))
    assert (found.parameters, found.states, found.ended) == (("p/op/mu",), ("p/op/x", "p/op/y"), "bound")
    (fold,) = [cycle for cycle in found.cycles if cycle.kind]
    assert (fold.kind, fold.p[0]) == ("LPC", pytest.approx(-0.25, abs=1e-8))
    np.testing.assert_allclose(np.sum(fold.profile**2, axis=1), 0.5, rtol=1e-4)
    for cycle in found.cycles:
        assert cycle.period == pytest.approx(2 * np.pi, rel=1e-7)
        assert cycle.times.shape == (cycle.intervals * cycle.degree + 1,) == (81,)
        square = np.mean(np.sum(cycle.profile**2, axis=1))
        assert abs(square * (cycle.p[0] + square - square**2)) < 1e-6
        if len(cycle.multipliers):
            exponent = cycle.p[0] + 3 * square - 5 * square**2
            wanted = np.sort([1.0, np.exp(exponent * cycle.period)])
            np.testing.assert_allclose(np.sort(cycle.multipliers.real), wanted, rtol=1e-4, atol=1e-6)
    assert found.cycles[-1].p[0] == pytest.approx(5.0, rel=1e-9)


def test_two_runs_at_once_do_not_disturb_each_other() -> None:
    def run(number: int) -> list[float]:
        model, parameter, bounds = [(SFA, ETA, (-10.0, 5.0)), (CUSP, "p/op/mu", (-2.0, 2.0))][number % 2]
        found = Continuation(model, engine="auto").equilibria(parameter, bounds)
        return [value for point in found.specials for value in point.values.values()]

    alone = [run(0), run(1)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(run, range(4)))
    assert together == [*alone, *alone]


def test_nothing_is_left_and_nothing_changed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    here, private = tmp_path / "here", tmp_path / "private"
    here.mkdir()
    private.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr(tempfile, "tempdir", str(private))
    environment, circuit = dict(os.environ), CircuitTemplate.from_yaml(SFA)
    Continuation(circuit, {"p/qif_sfa_op/Delta": 1.0}, engine="auto").equilibria(ETA, bounds=(-6.0, -4.0))
    assert (Path.cwd(), dict(os.environ)) == (here, environment)
    assert [*here.iterdir(), *private.iterdir()] == []
    assert circuit == CircuitTemplate.from_yaml(SFA)
    with pytest.raises(UnknownNameError):
        Continuation(circuit, {"p/qif_sfa_op/delta": 1.0}, engine="auto").equilibria(ETA, bounds=(-6.0, -4.0))
    assert [*here.iterdir(), *private.iterdir()] == []
