"""Every call of PyCoBi is there with its arguments, or says what to use instead."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from attrs import evolve, fields
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from rates_continuation import Continuation, ODESystem, codim2_search, continue_period_doubling_bf, write_auto_dat
from rates_continuation.homoclinic_orbits import HomoclinicOrbits
from rates_continuation.ode_system.look import Look
from rates_continuation.ode_system.system import OF_FILES
from rates_core.errors import ArgumentError, UnknownNameError, UnsupportedFeatureError
from rates_core.testing.parts import single

mpl.use("agg")
QIF = "model_templates.neural_mass_models.qif.qif_sfa"
ETA, ALPHA, R = "p/qif_sfa_op/eta", "p/qif_sfa_op/alpha", "p/qif_sfa_op/r"
WIDE = {"RL0": -10.0, "RL1": 5.0}
CONSTRUCTED = "working_dir auto_dir init_cont"
WRITTEN = "init_kwargs analytical_jacobian auto_constants"
LOOK = "default_color default_marker default_size ignore custom_bf_styles"
LINES = "line_style_stable line_style_unstable line_color_stable line_color_unstable labelpad tickpad axislimpad"
#: public methods of PyCoBi 1.1.0 and what they take
METHODS = {
    "__init__": f"eq_file {CONSTRUCTED} params state_vars",
    "from_yaml": f"path {CONSTRUCTED} {WRITTEN}",
    "from_template": f"template {CONSTRUCTED} {WRITTEN}",
    "from_file": "filename auto_dir",
    "to_file": "filename results_only",
    "close_session": "clear_files",
    "reset_auto_state": "",
    "run": "origin starting_point variables params get_stability get_period get_timeseries get_eigenvals "
    "get_lyapunov_exp reduce_limit_cycle bidirectional name",
    "merge": "key cont icp",
    "get_continuation": "key_or_name",
    "get_summary": "cont point",
    "get_solution": "cont point",
    "extract": "keys cont point",
    "extract_orbit_to_dat": "cont point path n_points variables phase_shift_to",
    "continue_homoclinic": "origin starting_point ICP NUNSTAB NSTAB IEQUIB ITWIST IPSI name dat_basename n_points "
    "label_psi_crossings saddle_state warmup_period",
    "label_homoclinic_terminus": "cont threshold_ratio period_var label",
    "plot_continuation": f"x y cont ax force_axis_lim_update bifurcation_legend get_stability title_var {LOOK} {LINES}",
    "plot_trajectory": f"variables cont point ax force_axis_lim_update cutoff colorbar colorbar_label {LINES}",
    "plot_timeseries": f"var cont points ax linespecs {LINES}",
    "plot_bifurcation_points": f"solution_types x_vals y_vals ax {LOOK}",
    "plot_continuation_grid": "plots ncols figsize sharex sharey",
    "update_bifurcation_style": "bf_type marker color",
}
FUNCTIONS: dict[Any, str] = {
    codim2_search: "params starting_points origin pyauto_instance max_recursion_depth recursion periodic "
    "kwargs_2D_lc_cont kwargs_2D_cont kwargs_1D_lc_cont precision codim2_types",
    continue_period_doubling_bf: "solution continuation pyauto_instance icp max_iter",
    write_auto_dat: "df path columns n_points period normalize_time",
}
ABSENT = {
    "auto_solutions": "There are no objects of Auto-07p: ode.continuations has all curves, by number.",
    "pyrates_template": "The circuit is ode.model.",
    "dir": "There is no directory that is worked in: nothing is written. working_dir= is where files c.NAME are.",
    "blocked_indices": "ode.names.parameters has the numbers of parameters, none of which is from 10 to 14.",
    "HOMCONT_PSI_NAMES": "There are no test functions by number; see IPSI in docs/how_to/coming_from_pycobi.md.",
    "eigenvalues": "An ODESystem has no 'eigenvalues'.",
}
ABSENT_OF_CURVES = {
    "summary": "A curve has no summary: ode.get_summary(curve) is its table.",
    "auto_solution": "There are no objects of Auto-07p: curve.solutions has all solutions, curve.branch their branch.",
    "pycobi_key": "The number of a curve is curve.key.",
    "branch_id": "Branches have no numbers of Auto-07p: curve.key is that of the run.",
    "icps": "Parameters are known by their paths: curve.free has those that vary.",
    "colour": "A curve has no 'colour'.",
}


def arguments(function: Any) -> set[str]:
    found = set(inspect.signature(function).parameters)
    if "arguments" in found:  # handed on to the class
        found |= set(inspect.signature(ODESystem).parameters)
    return found


@pytest.mark.parametrize("name", METHODS)
def test_each_method_takes_what_that_of_pycobi_takes(name: str) -> None:
    taken = arguments(getattr(ODESystem, name))
    files = {*OF_FILES} if name in ("__init__", "from_yaml", "from_template") else set()
    looks = {item.name for item in fields(Look)} if name.startswith("plot") and "kwargs" in taken else set()
    assert {*METHODS[name].split()} <= taken | files | looks


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_function_takes_what_that_of_pycobi_takes(function: Any) -> None:
    assert {*FUNCTIONS[function].split()} <= arguments(function)


@pytest.fixture(scope="module")
def qif() -> ODESystem:
    """Return a system with equilibria, cycles to a homoclinic orbit, and a run."""
    ode = ODESystem.from_yaml(QIF)
    ode.run(name="eta", ICP="eta", bidirectional=True, **WIDE)
    ode.run("eta", "HB1", name="cycles", IPS=2, ICP=["eta", 11], RL0=-6.0, RL1=3.0)
    return ode


def test_what_is_not_there_says_what_to_use(qif: ODESystem) -> None:
    for owner, texts in ((qif, ABSENT), (qif.curves[0], ABSENT_OF_CURVES)):
        for name, text in texts.items():
            with pytest.raises(AttributeError) as refused:
                getattr(owner, name)
            assert str(refused.value) == text


def test_a_solution_has_values_by_the_names_of_auto(qif: ODESystem) -> None:
    hopf, label, number = qif.get_solution("eta", "HB2")
    assert (label, number) == ("HB", 2)
    row = qif.get_summary("eta", "HB2")
    assert hopf["r"].tolist() == [row[R, 0]] == hopf["U(1)"].tolist()
    assert hopf["t"].tolist() == [0.0] == hopf.indepvararray.tolist()
    assert hopf.PAR["eta"] == hopf.PAR(4) == row[ETA, ""]
    assert hopf.PAR("alpha") == 0.5
    assert hopf.PAR(11) == hopf.data.period
    cycle, *_ = qif.get_solution("cycles", 3)
    assert cycle["t"][[0, -1]].tolist() == [0.0, 1.0]
    np.testing.assert_array_equal(cycle["r"], cycle.data.profile["p/qif_sfa_op/r"])
    assert cycle.coordarray.shape == (len(cycle.coordnames), len(cycle["t"])) == (4, len(cycle["r"]))
    assert qif.get_solution("eta") == (qif.curves[0], None, None)
    with pytest.raises(UnknownNameError, match=r"^The table has no column 'w'\."):
        hopf["w"]


def test_two_halves_make_the_whole() -> None:
    ode = ODESystem.from_yaml(QIF)
    whole = ode.run(name="whole", ICP="eta", bidirectional=True, **WIDE)[1]
    up = ode.run(name="up", ICP="eta", DS=1e-3, **WIDE)[1]
    down = ode.run(name="down", ICP="eta", DS="-", **WIDE)[1]
    merged, points = ode.merge("up", down, ["eta"])
    assert merged is ode.curves[up.key]
    assert merged.labels == whole.labels
    wanted, found = (ode.get_summary(name)[ETA, ""].to_numpy() for name in ("whole", "up"))
    np.testing.assert_allclose(found, wanted, rtol=1e-12)
    assert points == [number for number, (label, _) in enumerate(whole.labels, start=1) if label != "RG"]
    cycles = ode.run("up", "HB2", IPS=2, ICP=["eta", 11], RL0=-6.0, RL1=3.0, STOP=["LP1"])[1]
    assert cycles.labels[-1] == ("LP", 1)


def test_a_branch_point_of_a_merged_curve_leads_to_the_other_one() -> None:
    model = single("x' = x*(mu - x^2)", x="output(0.0)", mu=-0.5)
    ode = ODESystem.from_template(model)
    ode.run(name="up", ICP="mu", RL0=-1.0, RL1=1.0)
    down = ode.run(name="down", ICP="mu", RL0=-1.0, RL1=1.0, DS=-1.0)[1]
    ode.merge("down", "up")
    assert len(ode.get_continuation("down").solutions) > len(down.solutions)
    other = ode.run("down", "BP1", ISW=-1, ICP="mu")[1]
    assert abs(other.solutions[-1].states["p/op/x"]) == pytest.approx(1.0, abs=1e-9)


def test_curves_that_do_not_meet_are_not_merged(qif: ODESystem) -> None:
    with pytest.raises(ArgumentError) as refused:
        qif.merge("eta", "cycles")
    assert str(refused.value).endswith("is of something else than " + repr(qif.curves[0]) + ": they make no curve.")
    with pytest.raises(ArgumentError) as refused:
        qif.merge("eta", "cycles", "alpha")
    assert str(refused.value) == f"icp names {ALPHA}; {qif.curves[0]!r} is a curve in other parameters."
    ode = ODESystem.from_template(single("x' = mu - x", x="output(0.0)", mu=0.0, k=1.0))
    one = ode.run(ICP="mu", RL1=1.0, RL0=-1.0)[1]
    ode.run(ICP="mu", PAR={"mu": 3.0}, RL0=2.0, RL1=4.0)
    with pytest.raises(ArgumentError) as refused:
        ode.merge(0, 1)
    assert str(refused.value) == (
        f"{ode.curves[1]!r} has no end that is one of {one!r}. Start both from one point, with other signs of DS."
    )


CONSTANTS = """\
# of neurons
parnames = {4: 'eta'}, unames = {1: 'r'}  ! names stay what they are
NDIM= 4, IPS = 1, IRS = 0, ILP = 1
ICP = ['eta']
NMX=  200, NPR = 10, DS = 1d-3
RL0 = -10.0, RL1 = 5
A0 = -1e+300, A1 = 1e300
UZR = {'eta':
       -2.5}
e = qif
THL = {}, s = ''
"""


def test_constants_are_read_from_the_folder_that_is_worked_in(tmp_path: Path) -> None:
    (tmp_path / "c.mine").write_text(CONSTANTS, encoding="utf-8")
    (tmp_path / "c.eq").write_text("IPS = 1, ICP = [4], RL0 = -6.0, RL1 = -4.0", encoding="utf-8")
    ode = ODESystem.from_yaml(QIF, str(tmp_path))
    table, curve = ode.run(c="mine", bidirectional=True)
    labels = [label for label, _ in curve.labels if label not in ("RG", "EP")]
    assert labels == ["UZ", "HB", "LP", "UZ", "LP", "UZ", "HB"]
    table, _ = ode.run(c="eq", bidirectional=True)  # a file before what the name stands for
    assert table[ETA, ""].iloc[[0, -1]].to_list() == [-6.0, -4.0]
    table, _ = ode.run(c="mine", RL1=-4.0, UZR={}, bidirectional=True)  # an argument before a file
    assert table[ETA, ""].iloc[-1] == -4.0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.eq", "c.mine"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("   4   1   0   1   NDIM,IPS,IRS,ILP\n", "it begins with '4   1   0   1   NDIM,IPS,IRS,ILP'"),
        ("NMX = 1 + 1", "it has the value '1 + 1'"),
        ("NMX = open('x')", "it has the value \"open('x')\""),
        ("UZR = {1: ", "it has the value '{1:'"),
    ],
)
def test_files_that_are_no_constants_are_refused(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "c.bad").write_text(text, encoding="utf-8")
    with pytest.raises(ArgumentError) as refused:
        ODESystem.from_yaml(QIF, tmp_path).run(c="bad")
    assert str(refused.value) == (
        f"'{tmp_path / 'c.bad'}' is no file of constants that is read here: {said}. Each constant has to be NAME = "
        "value, as in 'NMX = 100' or 'UZR = {1: 0.5}'."
    )


def test_what_a_file_asks_for_and_is_not_offered_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.start").write_text("ICP = [4], dat = 'orbit'", encoding="utf-8")
    with pytest.raises(UnsupportedFeatureError, match=r"^The constant dat of Auto-07p is not offered here\."):
        ODESystem.from_yaml(QIF, tmp_path).run(c="start")


def test_homoclinic_orbits_are_those_of_the_branch(qif: ODESystem, tmp_path: Path) -> None:
    cycles = qif.get_continuation("cycles").branch
    wanted = Continuation(QIF).homoclinic(cycles, ALPHA, {ETA: (-10.0, 5.0), ALPHA: (0.0, 2.0)}, verbose=False)
    table, curve = qif.continue_homoclinic(
        "cycles", starting_point="EP2", ICP=["eta", "alpha"], NUNSTAB=1, NSTAB=3, bidirectional=True,
        UZSTOP={"alpha": [0.0, 2.0]}, saddle_state={"r": 0.5}, warmup_period=500.0, **WIDE,
    )  # fmt: skip
    assert isinstance(curve.branch, HomoclinicOrbits)
    assert sorted(curve.branch.ended) == sorted(wanted.ended)
    for alpha in (0.3, 0.5, 0.7):
        found, known = (
            np.interp(alpha, *np.array(sorted(zip(p[:, 1], p[:, 0], strict=True))).T)
            for p in (table[[(ETA, ""), (ALPHA, "")]].to_numpy(dtype=float), wanted.p)
        )
        assert found == pytest.approx(known, abs=1e-3)  # between points
    assert (table["period", ""] > 10.0).all()
    assert (table[R, 1] >= table[R, 0]).all()
    lines = qif.plot_trajectory(["r", "v"], "hom", 3)
    assert len(lines.get_xdata()) == len(curve.solutions[2].profile.times)
    qif.to_file(tmp_path / "system.npz", made="here", count=3)
    again = ODESystem.from_file(tmp_path / "system.npz")
    assert again.additional_attributes == {"made": "here", "count": 3}
    pd.testing.assert_frame_equal(again.get_summary("hom"), table)


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ({"NUNSTAB": 2}, ArgumentError,
         "NUNSTAB=2, and the equilibrium that the cycle passes has 1 unstable and 3 stable directions: NUNSTAB=1, "
         "NSTAB=3."),
        ({"IEQUIB": -1}, UnsupportedFeatureError,
         "IEQUIB=-1 asks for orbits between two equilibria, which are not offered; here orbits go from an equilibrium "
         "to itself: IEQUIB=1."),
        ({"ITWIST": 1}, UnsupportedFeatureError,
         "ITWIST=1 asks for orientations of manifolds, which are not offered. Leave it out."),
        ({"IPSI": (13, 14)}, UnsupportedFeatureError,
         "IPSI has 13; of Auto-07p's test functions 1, 9, 10, 15, 16 are seen here: 1 as points 'NSH', and the others "
         "where curves end, continuation.branch.ended."),
        ({"dat_basename": "orbit"}, UnsupportedFeatureError,
         "dat_basename='orbit' names a file, and files are not read. Start from a curve of cycles: origin=..., "
         "starting_point='EP2'."),
        ({"origin": "eta", "starting_point": "HB1"}, ArgumentError,
         "continue_homoclinic starts from a cycle whose period has become long: origin= names a curve of cycles, and "
         "starting_point= one of them, such as 'EP2'."),
        ({"ICP": ["alpha", "tau"]}, ArgumentError,
         f"ICP must name two parameters, that of the cycles among them, '{ETA}'; it names {ALPHA} and "
         "p/qif_sfa_op/tau."),
        ({"NSTEPS": 3}, UnknownNameError, "There is no constant or argument 'NSTEPS'. Did you mean 'STOP'?"),
    ],
)  # fmt: skip
def test_orbits_that_are_not_offered_are_refused(
    given: dict[str, Any], error: type[Exception], text: str, qif: ODESystem
) -> None:
    asked = {"origin": "cycles", "starting_point": "EP2", "ICP": ["eta", "alpha"], "NMX": 2, **WIDE, **given}
    with pytest.raises(error) as refused:
        qif.continue_homoclinic(**asked)
    assert str(refused.value) == text


def test_the_cycle_with_the_longest_period_is_labelled(qif: ODESystem) -> None:
    ode = ODESystem.from_yaml(QIF)
    ode.curves = [evolve(curve) for curve in qif.curves]
    assert ode.label_homoclinic_terminus("eta") is None
    assert ode.label_homoclinic_terminus("cycles", threshold_ratio=1e6) is None
    number = ode.label_homoclinic_terminus("cycles")
    periods = ode.get_summary("cycles")["period", ""].to_numpy()
    assert number == np.argmax(periods) == len(periods) - 1
    assert ode.get_summary("cycles", "HC1")["period", ""] == periods[-1]
    with pytest.raises(ArgumentError, match=r"^period_var must name the period, 11 or 'PAR\(11\)'; it is 'eta'\.$"):
        ode.label_homoclinic_terminus("cycles", period_var="eta")


def test_a_cycle_in_a_file_begins_where_it_shall(qif: ODESystem, tmp_path: Path) -> None:
    cycle, *_ = qif.get_solution("cycles", 5)
    plain = np.loadtxt(qif.extract_orbit_to_dat("cycles", 5, tmp_path / "plain"))
    np.testing.assert_allclose(plain, np.column_stack([cycle["t"], *cycle.coordarray]), rtol=1e-12, atol=1e-15)
    largest = float(cycle["r"].max())
    file = qif.extract_orbit_to_dat(
        "cycles", 5, tmp_path / "even.dat", n_points=51, variables=["v", "r"], phase_shift_to={"r": largest}
    )
    assert file == tmp_path / "even.dat"
    even = np.loadtxt(file)
    np.testing.assert_allclose(even[:, 0], np.linspace(0.0, 1.0, 51))
    assert even[0, 2] == even[:, 2].max() == pytest.approx(largest)
    np.testing.assert_allclose(even[0, 1:], even[-1, 1:], rtol=1e-9)
    with pytest.raises(ArgumentError, match=r"^'HB1' of <Curve 0, .* is no cycle, and has no values over time\.$"):
        qif.extract_orbit_to_dat("eta", "HB1", tmp_path / "none")


def test_a_run_in_a_file_goes_from_0_to_1(tmp_path: Path) -> None:
    times = np.array([2.0, 3.0, 6.0])
    table = pd.DataFrame({"x": 2 * times, "y": -times}, index=times)
    found = np.loadtxt(write_auto_dat(table, tmp_path / "orbit", columns=["y"], n_points=5))
    np.testing.assert_allclose(found, np.column_stack([np.linspace(0, 1, 5), -np.linspace(2, 6, 5)]))
    found = np.loadtxt(write_auto_dat(table, tmp_path / "orbit", normalize_time=False))
    np.testing.assert_allclose(found, np.column_stack([times - 2.0, 2 * times, -times]))
    found = np.loadtxt(write_auto_dat(table, tmp_path / "orbit", period=8.0))
    np.testing.assert_allclose(found[:, 0], [0.0, 0.125, 0.5])
    with pytest.raises(ArgumentError, match=r"^An orbit has two times at least; the table has 1\.$"):
        write_auto_dat(table.iloc[:1], tmp_path / "orbit")


def test_a_grid_has_a_curve_in_each_of_its_axes(qif: ODESystem) -> None:
    plots = [
        {"x": "eta", "y": "r", "cont": "eta", "title": "rate", "panel_label": "(a)"},
        {"x": "eta", "y": "v", "cont": "eta", "line_color_stable": "tab:red"},
        {"x": "eta", "y": "period", "cont": "cycles"},
    ]
    figure, axes, lines = qif.plot_continuation_grid(plots, sharex=True, bifurcation_legend=False)
    assert all(isinstance(each, Axes) for each in axes)
    assert all(isinstance(each, LineCollection) for each in lines)
    assert figure.axes == axes
    assert len(axes) == len(lines) == 3
    assert axes[0].get_title() == "rate"
    assert [each.get_title("left") for each in axes] == ["(a)", "", ""]
    assert all(each.get_legend() is None for each in axes)
    assert axes[0].get_xlim() == axes[2].get_xlim()
    for wrong, said in (([], "it has none"), ([{"x": "eta"}], "one has no y and no cont")):
        with pytest.raises(ArgumentError, match=rf"{said}\.$"):
            qif.plot_continuation_grid(wrong)


def test_looks_are_those_that_are_asked_for(qif: ODESystem) -> None:
    qif.plot_continuation("eta", "r", "eta", labelpad=9.0, tickpad=7.0, axislimpad=0.5, title_var="alpha",
                          default_size=4.0, ignore=["HB"])  # fmt: skip
    axes = mpl.pyplot.gca()
    assert axes.get_title() == "alpha = 0.5"
    assert axes.xaxis.labelpad == axes.yaxis.labelpad == 9.0
    assert axes.get_xlim() == (-17.5, 12.5)
    assert {float(each.get_sizes()[0]) for each in axes.collections[1:]} == {16.0}
    assert axes.get_legend_handles_labels()[1] == ["LP"]


def test_lines_of_cycles_look_as_their_stability_says(qif: ODESystem) -> None:
    looks = {"line_color_stable": "tab:green", "line_color_unstable": "tab:red", "line_style_unstable": "dashed"}
    assert qif.get_solution("cycles", 3)[0].data.stable is False
    line = qif.plot_trajectory(["r", "v"], "cycles", 3, **looks)
    assert (line.get_color(), line.get_linestyle()) == ("tab:red", "--")
    axes = qif.plot_timeseries("r", "cycles", [3, 4], **looks, lw=3.0)
    assert {(each.get_color(), each.get_linewidth()) for each in axes.lines} == {("tab:red", 3.0)}


def test_the_legend_hides_no_curve(qif: ODESystem) -> None:
    figure = mpl.figure.Figure()
    axes = figure.add_subplot()
    lines = qif.plot_continuation("eta", "r", "eta", ax=axes)  # which goes to the upper right
    figure.canvas.draw()
    hidden = axes.get_legend().get_window_extent()
    points = axes.transData.transform(np.vstack(lines.get_segments()))
    assert not any(hidden.contains(*point) for point in points)


def test_special_points_are_marked_alone(qif: ODESystem) -> None:
    figure = mpl.figure.Figure()
    axes = figure.add_subplot()
    table = qif.get_summary("eta")
    marks, labels = qif.plot_bifurcation_points(table["bifurcation"], table[ETA], table[R], axes, default_size=5.0)
    assert labels == ["HB", "LP"]
    assert [len(each.get_offsets()) for each in marks] == [2, 2]
    with pytest.raises(
        UnknownNameError, match=r"^There is no argument 'size'\. Did you mean 'default_size'\? It takes: ignore, "
    ):
        qif.plot_bifurcation_points(table["bifurcation"], table[ETA], table[R], axes, size=5.0)


def test_a_colour_bar_is_refused_by_name(qif: ODESystem) -> None:
    with pytest.raises(UnsupportedFeatureError) as refused:
        qif.plot_trajectory(["r", "v", "a"], "cycles", 3, colorbar=True)
    assert str(refused.value) == (
        "colorbar= is not offered: a trajectory has one colour here. ode.get_solution(cont, point) has the times and "
        "states to draw one by Matplotlib's scatter(..., c=times)."
    )
