"""Pictures: what is drawn lies on the curves, ends at special points, and says what it is."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from rates_continuation import Branch, Continuation, CycleBranch, Diagram, load
from rates_continuation.pictures.labels import label
from rates_continuation.pictures.marks import MARKS
from rates_continuation.pictures.parts import between, parts_of
from rates_continuation.pictures.smooth import Knots
from rates_continuation.special import KINDS, SpecialPoint
from rates_core.errors import ArgumentError, PluginError, UnknownNameError
from rates_core.testing.parts import single

mpl.use("Agg")
import matplotlib.pyplot as plt

MU, X = "p/op/mu", "p/op/x"
SIZE = 2 / (3 * np.sqrt(3))  # mu of the folds of x' = mu + x - x^3, at x = -1/sqrt(3) and 1/sqrt(3)


@pytest.fixture(autouse=True)
def figures() -> Iterator[None]:
    """Close what a test has drawn."""
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def cusp() -> Branch:
    """Return equilibria that turn round twice, at points that are far apart."""
    model = single("x' = mu + x - x^3", x="output(-1.3)", mu=0.0)
    return Continuation(model).equilibria(MU, bounds=(-2.0, 2.0), max_step=1.0)


@pytest.fixture(scope="module")
def circles() -> Diagram:
    """Return circles of radius r around 0 with mu = r^4 - r^2, which turn round at r^2 = 1/2; their period is 2 pi."""
    growth = "(mu + x^2 + y^2 - (x^2 + y^2)^2)"
    model = single([f"x' = {growth}*x - y", f"y' = {growth}*y + x"], x="output(0.0)", y="variable(0.0)", mu=-0.5)
    return Continuation(model).diagram(MU, bounds=(-0.5, 0.5))


def lines(axes: Axes, style: str | None = None) -> list[np.ndarray]:
    """Return the points of all lines, or of those with a style: `-` or `--`, whatever its dashes."""
    drawn = [line for line in axes.lines if line.get_linestyle() != "None"]
    return [np.asarray(line.get_xydata()) for line in drawn if style in (None, line.get_linestyle())]


def texts(axes: Axes) -> list[str]:
    """Return what a legend says."""
    legend = axes.get_legend()
    assert legend is not None
    return [text.get_text() for text in legend.get_texts()]


def test_stable_parts_are_solid_and_unstable_ones_dashed_and_both_end_at_the_folds(cusp: Branch) -> None:
    axes = cusp.plot(X)
    below, above = lines(axes, "-")
    (middle,) = lines(axes, "--")
    fold, other = ([point[MU], point[X]] for point in cusp.specials)
    assert below[-1].tolist() == middle[0].tolist() == fold
    assert middle[-1].tolist() == above[0].tolist() == other
    for part in (below, above, middle):  # nothing is drawn beyond the fold at which it ends
        assert np.all(np.abs(part[np.abs(part[:, 1]) < 1.1, 0]) <= SIZE + 1e-9)


def test_lines_are_smooth_where_points_are_far_apart(cusp: Branch) -> None:
    points = cusp.p[:, 0], cusp.x[:, 0]
    chords = [(a + b) / 2 for a, b in zip(np.transpose(points)[:-1], np.transpose(points)[1:], strict=True)]
    straight = max(abs(x**3 - x - mu) for mu, x in chords)
    smooth = max(float(np.max(np.abs(x**3 - x - mu))) for mu, x in (part.T for part in lines(cusp.plot(X))))
    assert straight > 0.02  # so far from the curve straight lines between the points are
    assert smooth < straight / 20


def test_cycles_begin_at_their_hopf_point_and_have_largest_and_smallest_values(circles: Diagram) -> None:
    axes = circles.branches[1].plot(X)
    found = np.concatenate(lines(axes))
    np.testing.assert_allclose(found[:, 0], found[:, 1] ** 4 - found[:, 1] ** 2, atol=2e-3)
    assert np.min(np.linalg.norm(found, axis=1)) < 1e-3  # both join at the Hopf point
    size = np.sqrt(0.5)
    for part in lines(axes, "--"):  # from the Hopf point to the fold
        assert np.all(np.abs(part[:, 1]) < size + 1e-4)
        assert abs(abs(part[-1, 1]) - size) < 1e-4
    for part in lines(axes, "-"):
        assert np.all(np.abs(part[:, 1]) > size - 1e-4)
    marked = np.concatenate([np.asarray(line.get_xydata()) for line in axes.lines if line.get_linestyle() == "None"])
    np.testing.assert_allclose(marked, [[-0.25, size], [-0.25, -size]], atol=1e-4)


def test_a_diagram_from_a_file_looks_as_that_which_was_saved(circles: Diagram, tmp_path: Path) -> None:
    circles.save(tmp_path / "circles.npz")
    ours, theirs = circles.plot(X), load(tmp_path / "circles.npz").plot(X)
    assert texts(ours) == texts(theirs)
    for one, other in zip(lines(ours), lines(theirs), strict=True):
        np.testing.assert_allclose(one[[0, -1]], other[[0, -1]], atol=1e-12)
    assert texts(ours) == [
        "stable equilibria", "unstable equilibria", "stable cycles", "unstable cycles", "Hopf point (HB)",
        "fold of cycles (LPC)",
    ]  # fmt: skip


def test_axes_that_are_given_are_drawn_into_and_returned(circles: Diagram) -> None:
    _, (first, second) = plt.subplots(1, 2)
    rest, cycles = circles.branches
    assert isinstance(cycles, CycleBranch)
    profile = cycles.profiles[0]
    assert rest.plot(X, first) is first
    assert rest.plot(X, ax=second) is second
    calls = (
        circles.plot(X, ax=first), circles.plot("period", ax=first), rest.plot_spectrum(ax=first),
        cycles.plot_stability(ax=first), cycles.plot_profiles(X, ax=first), profile.plot(ax=first),
    )  # fmt: skip
    assert all(axes is first for axes in calls)
    assert len(plt.get_fignums()) == 1


def test_periods_are_drawn_of_cycles_alone(circles: Diagram, cusp: Branch) -> None:
    axes = circles.plot("period")
    assert (axes.get_xlabel(), axes.get_ylabel()) == (r"$\mu$", "period")
    np.testing.assert_allclose(np.concatenate(lines(axes))[:, 1], 2 * np.pi, rtol=1e-6)
    with pytest.raises(UnknownNameError) as refused:
        Diagram((cusp,), (None,)).plot("period")
    assert str(refused.value) == "There are no periods to draw: no branch is one of cycles."
    with pytest.raises(UnknownNameError, match=r"^The branch has no value 'p/op/z'\."):
        circles.plot("p/op/z")


def test_profiles_are_the_polynomials_over_phase_or_time(circles: Diagram) -> None:
    cycles = circles.branches[1]
    assert isinstance(cycles, CycleBranch)
    (fold,) = cycles.special("LPC")
    axes = cycles.plot_profiles(X, fold, 0, -1)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("phase", "$x$")
    assert texts(axes)[0] == r"LPC, $\mu$ = −0.25"
    assert len(set(texts(axes))) == 3
    phase, x = lines(axes)[0].T
    assert fold.profile is not None
    start = np.arctan2(fold.profile["p/op/y"][0], fold.profile[X][0])
    np.testing.assert_allclose(x, np.sqrt(0.5) * np.cos(2 * np.pi * phase + start), atol=1e-4)
    assert len(cycles.plot_profiles(X).lines) == 5
    both = fold.profile.plot()
    assert (both.get_xlabel(), texts(both)) == ("time", ["$x$", "$y$"])
    np.testing.assert_allclose(lines(both)[0][-1, 0], 2 * np.pi, rtol=1e-6)
    assert fold.profile.plot(X, phase=True).get_xlabel() == "phase"
    with pytest.raises(UnknownNameError, match=r"^The cycle has no state 'p/op/z'\."):
        fold.profile.plot("p/op/z")
    with pytest.raises(ArgumentError, match=r"^phase must be True or False; it is 'time'\.$"):
        fold.profile.plot(phase="time")  # type: ignore[arg-type]


def test_spectra_are_in_the_complex_plane_with_what_parts_stable_from_unstable(circles: Diagram) -> None:
    rest, cycles = circles.branches
    axes = rest.plot_spectrum()
    np.testing.assert_allclose(np.asarray(axes.lines[0].get_xydata()), [[0, -1], [0, 1]], atol=1e-9)
    assert texts(axes) == [r"HB, $\mu$ = 0"]
    left, right = axes.get_xlim()
    assert left < -0.2 < 0.2 < right  # and not from one rounding error to the next
    assert is_outside(axes)
    axes = cycles.plot_spectrum(0, cycles.specials[0])
    circle = np.asarray(axes.lines[-1].get_xydata())
    np.testing.assert_allclose(np.linalg.norm(circle, axis=1), 1.0)
    assert [line.get_marker() for line in axes.lines[:2]] == ["o", MARKS["LPC"].symbol]
    np.testing.assert_allclose(np.asarray(axes.lines[1].get_xydata()), [[1.0, 0.0]], atol=1e-4)
    assert is_outside(axes)


def is_outside(axes: Axes) -> bool:
    """Tell whether the legend hides nothing of what is drawn."""
    axes.figure.canvas.draw()
    legend = axes.get_legend()
    assert legend is not None
    return legend.get_window_extent().y0 >= axes.get_window_extent().y1


def test_symbols_outside_of_the_limits_are_not_drawn(circles: Diagram) -> None:
    axes = circles.plot(X)
    symbols = [line for line in axes.lines if line.get_linestyle() == "None"]
    assert symbols
    assert all(line.get_clip_on() for line in symbols)


def test_stability_is_drawn_along_a_branch(circles: Diagram) -> None:
    rest, cycles = circles.branches
    axes = rest.plot_stability()
    assert axes.get_ylabel() == "real parts of eigenvalues"
    for line in axes.lines[1:3]:
        np.testing.assert_allclose(line.get_ydata(), rest.p[:, 0], atol=1e-12)
    axes = cycles.plot_stability()
    r = cycles.column(X)
    wanted = np.exp(4 * np.pi * (r**2 - 2 * r**4))
    np.testing.assert_allclose(
        axes.lines[1].get_ydata(), np.where((wanted < 1e-4) | (wanted > 1e4), np.nan, wanted), rtol=1e-3
    )
    assert (axes.get_ylabel(), axes.get_yscale()) == ("absolute Floquet multipliers", "log")


def test_what_is_no_point_of_the_branch_is_refused(circles: Diagram, cusp: Branch) -> None:
    rest, cycles = circles.branches
    text = (
        f"Points to draw must be special points of the branch, as branch.specials has them, or numbers from 0 to "
        f"{len(rest) - 1}; 1000 is neither."
    )
    with pytest.raises(ArgumentError) as refused:
        rest.plot_spectrum(1000)
    assert str(refused.value) == text
    for point in (cusp.specials[0], True, "HB"):
        with pytest.raises(ArgumentError, match=r"^Points to draw must be special points of the branch"):
            cycles.plot_spectrum(point)  # type: ignore[arg-type]
    plain = Continuation(single("x' = mu - x", x="output(0.0)", mu=0.0)).equilibria(MU, bounds=(-1.0, 1.0))
    with pytest.raises(ArgumentError) as refused:
        plain.plot_spectrum()
    assert str(refused.value) == (
        "The branch has no special points; give numbers of points whose eigenvalues are drawn."
    )


def test_curves_in_two_parameters_pass_their_special_points_and_are_thin_where_nothing_stable_ends() -> None:
    # x = 0 is stable for y = 0 only if c < 0; folds of x with mu = +-2 (k/3)^(3/2), which meet at the cusp
    for c, width in ((-1.0, 1.8), (1.0, 0.8)):
        model = single(["x' = mu + k*x - x^3", "y' = c*y"], x="output(-1.3)", y="variable(0.0)", mu=0.0, k=1.0, c=c)
        continuation = Continuation(model)
        branch = continuation.equilibria(MU, bounds=(-2.0, 2.0), start={X: -1.3, "p/op/y": 0.0})
        curve = continuation.curve(branch.special("LP")[0], "p/op/k", bounds={MU: (-2.0, 2.0), "p/op/k": (-1.0, 2.0)})
        axes = curve.plot(curve.plot())
        assert (axes.get_xlabel(), axes.get_ylabel()) == (r"$\mu$", "$k$")
        assert texts(axes) == ["folds", "cusp (CP)"]
        assert {line.get_linewidth() for line in axes.lines if line.get_linestyle() != "None"} == {width}
        assert axes.get_legend().legend_handles[0].get_linewidth() == 1.8  # its name is that of thick and thin ones
        mu, k = lines(axes)[0].T
        np.testing.assert_allclose(np.abs(mu), 2 * (np.maximum(k, 0.0) / 3) ** 1.5, atol=2e-3)
        assert np.min(np.hypot(mu, k)) < 1e-6  # the sharp end is drawn
        assert np.min(k) > -1e-6


def test_several_curves_share_a_plane_and_a_legend() -> None:
    model = single(
        ["x' = y", "y' = b1 + b2*x + x^2 - x*y"], x="output(-0.9)", y="variable(0.0)", b1=0.0, b2=1.0
    )  # the normal form of a Bogdanov-Takens point at 0
    continuation = Continuation(model)
    within = {"p/op/b1": (-1.0, 1.0), "p/op/b2": (-2.0, 2.0)}
    branch = continuation.equilibria("p/op/b1", bounds=(-1.0, 1.0))
    folds = continuation.curve(branch.special("LP")[0], "p/op/b2", bounds=within)
    axes = continuation.curve(folds.special("BT")[0], bounds=within, kind="HB").plot(folds.plot())
    assert texts(axes) == ["folds", "Hopf points", "Bogdanov-Takens point (BT)"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("$b_{1}$", "$b_{2}$")
    *of_folds, of_hopfs = lines(axes)
    for b1, b2 in (part.T for part in of_folds):
        np.testing.assert_allclose(b1, b2**2 / 4, atol=2e-3)
    np.testing.assert_allclose(of_hopfs[:, 0], 0.0, atol=1e-9)


def test_symbols_tell_all_kinds_from_each_other_without_colours() -> None:
    assert set(MARKS) == set(KINDS)
    assert len({mark.symbol for mark in MARKS.values()}) == len(MARKS)


@pytest.mark.parametrize(
    ("path", "among", "wanted"),
    [
        ("p/qif_op/eta", ["p/qif_op/eta", "p/qif_op/r"], r"$\eta$"),
        ("p/op/tau_a", ["p/op/tau_a"], r"$\tau_{a}$"),
        ("a/op/r", ["a/op/r", "b/op/r"], "$r$ (a)"),
        ("a/op/r", ["a/op/r", "a/other/r"], "$r$ (op)"),
        ("a/op/r", ["a/op/r", "a/other/r", "b/op/r"], "$r$ (a/op)"),
        ("net/a/op/r", ["net/a/op/r", "net/b/op/r"], "$r$ (net/a/op)"),
    ],
)
def test_names_in_pictures_say_no_more_than_tells_them_apart(path: str, among: list[str], wanted: str) -> None:
    assert label(path, among) == wanted


def test_names_of_all_kinds_can_be_drawn() -> None:
    axes = plt.subplots()[1]
    for name in ("tau_a", "I_ext", "max_rate", "x_", "__a", "η", "m_in1", "E1[3]", "z.real"):
        axes.set_xlabel(label(f"a_1/op/{name}", [f"b_1/op/{name}"]))
        axes.figure.canvas.draw()  # raises for formulas that Matplotlib cannot read


def test_lines_go_beyond_no_point_next_to_those_that_are_kept() -> None:
    points = np.random.default_rng(1).standard_normal((30, 2))
    knots = Knots.through(points, range(30))
    (part,) = parts_of(knots, [True] * 29)
    for number in range(29):
        drawn = knots.pieces(number, np.ones(2))
        low, high = np.sort(points[number : number + 2], axis=0)
        assert np.all((drawn >= low - 1e-12) & (drawn <= high + 1e-12))
    assert {tuple(point) for point in points} <= {tuple(point) for point in part.points}


def test_lines_through_points_are_smooth_where_they_turn_round() -> None:
    angles = np.linspace(0.3, 2 * np.pi + 0.3, 13)
    points = np.column_stack([np.cos(angles), np.sin(angles)])
    (part,) = parts_of(Knots.through(points), [True] * 12)
    np.testing.assert_allclose(np.linalg.norm(part.points, axis=1), 1.0, atol=0.006)  # chords come as near as 0.966


def special(kind: str, *eigenvalues: complex) -> SpecialPoint:
    """Return a special point with some eigenvalues."""
    nan = float("nan")
    return SpecialPoint(kind, {}, 0, np.array(eigenvalues, complex), nan, nan, nan, nan, None)


def test_what_is_stable_between_several_special_points_follows_from_their_eigenvalues() -> None:
    one, other = special("HB", 1j, -1j, -3.0), special("HB", 2j, -2j, 1.0)
    assert between(True, True, []) == [True]
    assert between(True, False, []) == [False]
    assert between(True, False, [one]) == [True, False]
    assert between(False, False, [one, one]) == [False, True, False]
    assert between(False, False, [other, other]) == [False, False, False]
    assert between(True, True, [one, special("LP", 0.0, -1.0)]) == [True, False, True]
    assert between(False, False, [special("LPC", 1.0, 0.1), special("PD", -1.0, 0.2)]) == [False, True, False]


def test_pictures_without_matplotlib_say_how_to_get_it(cusp: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    missing = lambda name, package=None: None if name == "matplotlib" else find(name, package)  # noqa: E731
    monkeypatch.setattr("rates_core.needed.find_spec", missing)
    with pytest.raises(PluginError) as refused:
        cusp.plot(X)
    assert str(refused.value) == (
        "A picture needs matplotlib, which is not installed. Install with: pip install matplotlib, or pip install "
        "'rates-core[pictures]'."
    )
