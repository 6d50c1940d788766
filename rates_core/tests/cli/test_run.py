"""`rates run`: real models through the program, against closed forms and whole messages."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rates_core.cli.main import main

MODEL = """\
decay:
  base: OperatorTemplate
  equations: "x' = -x/tau + u"
  variables: {x: output(1.0), tau: 2.0, u: input(0.0)}

turn:
  base: OperatorTemplate
  equations: "z' = I*z"
  variables: {z: variable(1.0+0.0j)}

unit:
  base: NodeTemplate
  operators: [decay]

turning:
  base: NodeTemplate
  operators: [turn]

alone:
  base: CircuitTemplate
  nodes: {p: unit}

pair:
  base: CircuitTemplate
  nodes: {p: unit, q: unit}
  edges: [[p/decay/x, q/decay/u, null, {weight: 3.0}]]

circle:
  base: CircuitTemplate
  nodes: {p: turning}

broken:
  base: CircuitTemplate
  nodes: {p: explosive}

explosive:
  base: NodeTemplate
  operators: [explode]

explode:
  base: OperatorTemplate
  equations: "x' = x^2"
  variables: {x: variable(1.0)}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working directory, which holds a model file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.yaml").write_text(MODEL, encoding="utf-8")
    return tmp_path


@pytest.fixture
def rates(folder, capsys):
    """Return a function that runs the program and returns exit code, output and messages."""

    def run(model: str, *arguments: str) -> tuple[int, str, str]:
        code = main(["run", f"model.{model}", *arguments])
        return (code, *capsys.readouterr())

    return run


def table(path: str) -> pd.DataFrame:
    header, *rows = csv.reader(Path(path).read_text().splitlines())
    # Python's own reading of numbers: pandas rounds the last digit in some versions and warns of the remedy in others.
    return pd.DataFrame([[float(cell) for cell in row] for row in rows], columns=header).set_index("time")


SUMMARY = """\
pair: 4 rows of 2 variables, t = 0 to 0.75
      p/decay/x  q/decay/x
time
0.00   1.000000   1.000000
0.25   0.875000   1.625000
0.50   0.765625   2.078125
0.75   0.669922   2.392578
"""


def test_a_run_without_files_prints_the_table(rates):
    # Euler by hand: p multiplies by 7/8 each step, q' = 7/8 q + 3/4 p.
    assert rates("pair", "--time", "1", "--step", "0.25") == (0, SUMMARY, "")


def test_the_program_itself_runs_a_model(folder):
    command = [sys.executable, "-m", "rates_core.cli.main", "run", "model.pair", "--duration", "1", "--step", "0.25"]
    process = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (process.returncode, process.stdout, process.stderr) == (0, SUMMARY, "")


def test_json_carries_the_end_of_a_run_and_the_files(rates):
    code, out, errors = rates("pair", "--time", "1", "--step", "0.25", "--json")
    assert (code, errors) == (0, "")
    # Euler by hand, as above.
    assert json.loads(out) == {
        "model": "pair", "rows": 4, "start": 0.0, "end": 0.75,
        "last": {"p/decay/x": (7 / 8) ** 3, "q/decay/x": 2.392578125}, "files": [],
        "from_file": {},
    }  # fmt: skip
    _, out, _ = rates("circle", "--time", "2", "--step", "1", "--output", "z=p/turn/z", "--save", "z.csv", "--json")
    assert json.loads(out) == {
        "model": "circle", "rows": 2, "start": 0.0, "end": 1.0, "last": {"z": {"real": 1.0, "imag": 1.0}},
        "files": ["z.csv"], "from_file": {},
    }  # fmt: skip


def test_a_long_table_is_shortened_to_its_ends(rates):
    code, output, errors = rates("alone", "--time", "100", "--step", "0.5", "--output", "x=p/decay/x")
    lines = output.splitlines()
    assert (code, errors) == (0, "")
    assert lines[0] == "alone: 200 rows of 1 variable, t = 0 to 99.5"
    assert len(lines) == 1 + 2 + 10 + 1


def test_values_outputs_sampling_and_cutoff_reach_the_run(rates):
    code, output, errors = rates(
        "pair", "--time", "1", "--step", "0.125", "--sampling", "0.25", "--cutoff", "0.25", "--save", "out.csv",
        "--set", "all/decay/tau=1", "--set", "p/decay/x=2.0", "--set", "p/decay/x->q/decay/u/weight=0",
        "--output", "a=p/decay/x", "--output", "q/decay/x",
    )  # fmt: skip
    assert (code, output, errors) == (0, "out.csv: 3 rows of 2 variables, t = 0.25 to 0.75\n", "")
    expected = (7 / 8) ** np.array([2, 4, 6])
    assert np.allclose(table("out.csv"), np.column_stack([2 * expected, expected]), rtol=1e-15)
    assert list(table("out.csv").columns) == ["a", "q/decay/x"]


def test_one_of_parallel_edges_is_set_by_its_number(rates):
    assert rates("pair", "--time", "1", "--step", "1", "--set", "p/decay/x->q/decay/u[1]/weight=0") == (
        2,
        "",
        "rates: There is no edge p/decay/x->q/decay/u[1]; edges between the same variables are counted from 0.\n",
    )


@pytest.mark.parametrize("solver", ["heun", "rk4"])
def test_the_solver_is_the_one_asked_for(rates, solver):
    rates("alone", "--time", "2", "--step", "1", "--save", "out.csv", "--solver", solver, "--option", "vectorize=false")
    z = -0.5
    factor = 1 + z + z**2 / 2 + (z**3 / 6 + z**4 / 24 if solver == "rk4" else 0)
    assert np.allclose(table("out.csv")["p/decay/x"], [1, factor], rtol=1e-15)


def test_a_saved_table_holds_every_digit(rates):
    rates("alone", "--time", "3", "--step", "0.1", "--save", "out.csv")
    rates("alone", "--time", "3", "--step", "0.1", "--save", "out.npz")
    with np.load("out.npz") as arrays:
        assert sorted(arrays) == ["columns", "time", "values"]
        assert list(arrays["columns"]) == ["p/decay/x"]
        assert np.array_equal(arrays["time"], table("out.csv").index)
        assert np.array_equal(arrays["values"], table("out.csv"))


def test_a_complex_variable_is_saved_as_two_columns_of_text_and_one_array(rates):
    rates("circle", "--time", "2", "--step", "1", "--save", "out.csv", "--output", "z=p/turn/z")
    rates("circle", "--time", "2", "--step", "1", "--save", "out.npz", "--output", "z=p/turn/z")
    assert Path("out.csv").read_text() == "time,real(z),imag(z)\n0.0,1.0,0.0\n1.0,1.0,1.0\n"
    with np.load("out.npz") as arrays:
        assert arrays["values"].tolist() == [[1 + 0j], [1 + 1j]]


# Inputs


def driven(rates, signal: str, *arguments: str) -> list[float]:
    """Return x of x' = u from x(0) = 0 under Euler steps of 1/2: half the running sum of the samples."""
    # tau is infinite, so that -x/tau vanishes.
    code, _, errors = rates(
        "alone", "--time", "2", "--step", "0.5", "--set", "p/decay/tau=inf", "--set", "p/decay/x=0",
        "--input", f"p/decay/u={signal}", "--save", "out.csv", "--force", *arguments,
    )  # fmt: skip
    assert (code, errors) == (0, "")
    return list(2 * table("out.csv")["p/decay/x"])


def test_an_input_is_an_expression_of_time_on_the_grid_of_steps(rates):
    assert driven(rates, "4*t") == [0, 0, 2, 6]
    assert driven(rates, "3*(t >= 1) - (t > 1)") == [0, 0, 0, 3]
    assert driven(rates, "2") == [0, 2, 4, 6]
    assert driven(rates, "1 if t < 0.5 else 0") == [0, 1, 1, 1]


def test_a_method_of_two_stages_takes_the_sample_at_the_end_of_its_last_step(rates):
    # Heun integrates a line exactly, also over the last step, which ends at sample T/step.
    assert driven(rates, "4*t", "--solver", "heun") == [0, 1, 4, 9]


@pytest.mark.parametrize("header", ["", "drive\n"])
def test_an_input_is_a_file_of_text(rates, header):
    Path("drive.csv").write_text(f"{header}1\n2.5\n\n-3e0\n4\n")
    assert driven(rates, "drive.csv") == [0, 1, 3.5, 0.5]


def test_an_input_file_may_hold_the_times_of_the_steps(rates):
    Path("drive.csv").write_text("time,a\n0,1\n0.5,2\n1.0,3\n1.5,4\n")
    assert driven(rates, "drive.csv") == [0, 1, 3, 6]


def test_an_input_is_a_file_of_numpy(rates):
    np.save("drive.npy", np.array([1, 2, 3, 4]))
    assert driven(rates, "drive.npy") == [0, 1, 3, 6]


def test_an_input_file_holds_one_column_per_unit(rates):
    Path("drive.csv").write_text("1,10\n2,20\n")
    rates(
        "pair", "--time", "1", "--step", "0.5", "--set", "all/decay/x=0", "--set", "p/decay/x->q/decay/u/weight=0",
        "--input", "all/decay/u=drive.csv", "--save", "out.csv",
    )  # fmt: skip
    assert table("out.csv").to_numpy().tolist() == [[0, 0], [0.5, 5]]


@pytest.mark.parametrize(
    ("signal", "message"),
    [
        (
            "sin(2*t) + foo",
            "Unknown name 'foo' in expression \"sin(2*t) + foo\" (--input p/decay/u; a file ends in .csv or .npy).\n"
            "    sin(2*t) + foo\n"
            "               ^^^",
        ),
        (
            "__import__('os').getcwd()",
            '"\'" is not part of the language in expression "__import__(\'os\').getcwd()" '
            "(--input p/decay/u; a file ends in .csv or .npy). "
            "A derivative stands on the left side only, and every equation is a text of its own.\n"
            "    __import__('os').getcwd()\n"
            "               ^",
        ),
        ("mean(t)", "'mean' is no function of time (--input p/decay/u; a file ends in .csv or .npy)."),
        ("randn()", "'randn' is no function of time (--input p/decay/u; a file ends in .csv or .npy)."),
        ("1/t", "External input 'p/decay/u' is NaN or infinite at sample 0."),
        (
            "I*t",
            "External input 'p/decay/u' is an array of complex128 with the shape (5,); give real numbers, [steps] or "
            "[steps, units], or a function of t.",
        ),
        ("none.csv", "'none.csv' cannot be read: No such file or directory."),
        ("none.npy", "'none.npy' cannot be read: No such file or directory."),
        ("text.npy", "'text.npy' is no file of NumPy that holds one array of numbers."),
        ("objects.npy", "'objects.npy' is no file of NumPy that holds one array of numbers."),
        ("empty.csv", "'empty.csv' holds no samples."),
        ("words.csv", "words.csv:3: 'two' is no number."),
        ("ragged.csv", "ragged.csv:2: 2 columns, but the first line has 1."),
        (
            "times.csv",
            "The times in 'times.csv' are not those of the steps: sample 1 is at 0.1 instead of 0.5 = 1 * 0.5. "
            "Sample the input at every step, or choose another --step.",
        ),
        (
            "short.csv",
            "External input 'p/decay/u' has 2 samples, but simulation_time / step_size = 4 steps take one each.",
        ),
    ],
)
def test_a_bad_input_is_refused(rates, signal, message):
    Path("text.npy").write_text("1 2 3")
    np.save("objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    Path("empty.csv").write_text("a,b\n")
    Path("words.csv").write_text("a\n1\ntwo\n")
    Path("ragged.csv").write_text("1\n2,3\n")
    Path("times.csv").write_text("t,x\n0,1\n0.1,2\n")
    Path("short.csv").write_text("1\n2\n")
    outcome = rates("alone", "--time", "2", "--step", "0.5", "--input", f"p/decay/u={signal}")
    assert outcome == (2, "", f"rates: {message}\n")


# Arguments


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--set", "tau"], "--set 'tau' has not the form PATH=NUMBER."),
        (
            ["--set", "p/decay/tau=two"],
            "--set 'p/decay/tau=two' gives 'p/decay/tau' the value 'two', which is no number.",
        ),
        (["--set", "p/decay/tau=nan"], "'p/decay/tau': NaN is not a number."),
        (
            ["--set", "p/decay/tao=1"],
            "Unknown variable 'tao' in path 'p/decay/tao'. Did you mean 'tau'? The variables are: x, tau, u.",
        ),
        (["--input", "p/decay/u"], "--input 'p/decay/u' has not the form PATH=FILE or PATH=EXPRESSION."),
        (["--input", "p/decay/u=1", "--input", "p/decay/u=2"], "--input gives 'p/decay/u' twice."),
        (
            ["--output", "x=p/decay/x", "--output", "x=p/decay/u"],
            "--output names two columns 'x'. Give one of them another KEY.",
        ),
        (["--output", "x="], "--output 'x=' has not the form KEY=PATH or PATH."),
        (["--option", "rtol"], "--option 'rtol' has not the form NAME=VALUE."),
        (["--option", "a=1", "--option", "a=2"], "--option gives 'a' twice."),
        (["--option", "solver=rk4"], "'solver' is no option; give it as --solver."),
        (
            ["--option", "vectorise=1"],
            "There is no argument or option 'vectorise'. Did you mean 'vectorize'? "
            "Options of solver 'euler': none. Options of backend 'numpy': none.",
        ),
        (["--step", "-0.5"], "step_size must be a positive number; it is -0.5."),
        (["--save", "out.txt"], "--save 'out.txt' must end in .csv or .npz."),
        (["--plot", "out.csv"], "--plot 'out.csv' must end in .png, .pdf or .svg."),
        (["--save", "no/out.csv"], "--save 'no/out.csv' cannot be written: there is no folder 'no'."),
        (["--save", "folder.csv"], "--save 'folder.csv' is a folder; name a file."),
    ],
)
def test_a_bad_argument_is_one_message(rates, arguments, message):
    Path("folder.csv").mkdir()
    assert rates("alone", "--time", "1", "--step", "0.5", *arguments) == (2, "", f"rates: {message}\n")


def test_a_value_for_an_input_that_is_fed_is_refused_and_for_another_is_taken(rates):
    run = ("pair", "--time", "1", "--step", "0.5", "--output", "u=p/decay/u")
    fed = (2, "", "rates: 'q/decay/u' is an input that is fed. Change what feeds it.\n")
    assert rates(*run, "--set", "q/decay/u=3") == fed
    # one step of 1/2 from 1: p by -1/2 + 3, q by -1/2 + 3 p
    code, output, errors = rates(*run, "--output", "x=all/all/x", "--set", "p/decay/u=3", "--json")
    assert (code, errors) == (0, "")
    assert list(json.loads(output)["last"].values()) == [3.0, 2.25, 2.25]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Give --time and --step; 'model.alone' does not say them."),
        (("--time", "1"), "Give --step; 'model.alone' does not say it."),
        (("--step", "0.1"), "Give --time; 'model.alone' does not say it."),
    ],
)
def test_what_is_missing_is_named(rates, arguments, message):
    assert rates("alone", *arguments) == (2, "", f"rates: {message}\n")


def test_a_model_that_does_not_exist_is_refused_with_the_closest(rates):
    assert rates("alon", "--time", "1", "--step", "0.5") == (
        2,
        "",
        f"rates: {Path('model.yaml').resolve()} holds no template 'alon'. Did you mean 'alone'? It holds: "
        "decay, turn, unit, turning, alone, pair, circle, broken, explosive, explode.\n",
    )


# Files


def test_no_file_is_overwritten_unasked(rates):
    Path("out.csv").write_text("mine")
    Path("out.png").write_text("mine")
    run = ("alone", "--time", "1", "--step", "0.5")
    for flag, name in (("--save", "out.csv"), ("--plot", "out.png")):
        message = f"rates: {flag} '{name}' exists and is not overwritten. Choose another name, or add --force.\n"
        assert rates(*run, flag, name) == (2, "", message)
        assert Path(name).read_text() == "mine"
    assert rates(*run, "--save", "out.csv", "--force")[0] == 0
    assert Path("out.csv").read_text() == "time,p/decay/x\n0.0,1.0\n0.5,0.75\n"


def test_nothing_is_written_unasked(rates, folder):
    rates("alone", "--time", "1", "--step", "0.5")
    assert [path.name for path in folder.iterdir()] == ["model.yaml"]


def test_a_plot_is_a_picture(rates):
    assert rates("pair", "--time", "1", "--step", "0.25", "--plot", "out.png") == (
        0, "out.png: 4 rows of 2 variables, t = 0 to 0.75\n", "",
    )  # fmt: skip
    assert Path("out.png").read_bytes().startswith(b"\x89PNG")


def test_a_plot_without_its_library_says_what_to_install(rates, monkeypatch):
    monkeypatch.setattr("rates_core.cli.files.find_spec", lambda name: None)
    assert rates("alone", "--time", "1", "--step", "0.5", "--plot", "out.png") == (
        2,
        "",
        "rates: --plot needs Matplotlib, which is not installed. Install it with: pip install matplotlib.\n",
    )


def test_a_run_that_fails_keeps_what_it_has(rates):
    # x + x^2 by hand: 1, 2, 6, 42, 1806, 3.3e6, 1.1e13, 1.1e26, 1.3e52, 1.6e104, 2.7e208, infinite.
    code, output, errors = rates("broken", "--time", "20", "--step", "1", "--save", "out.csv")
    assert (code, output) == (2, "out.csv: 11 rows of 1 variable, t = 0 to 10\n")
    assert errors == (
        "rates: 'p/explode/x' became NaN or infinite at t = 11 (step 11 of 1.0). What was recorded until then is in "
        "out.csv. Try a smaller --step or another --solver.\n"
    )
    assert table("out.csv")["p/explode/x"].tolist()[:5] == [1, 2, 6, 42, 1806]


@pytest.mark.parametrize(
    ("arguments", "kept"),
    [
        ([], "is kept with --save FILE"),
        (["--json"], "is in the output"),
        (["--json", "--save", "out.csv"], "is in out.csv"),
        (["--save", "out.npz", "--plot", "out.svg"], "is in out.npz and out.svg"),
    ],
)
def test_a_run_that_fails_says_where_its_rows_are(rates, arguments, kept):
    code, output, errors = rates("broken", "--time", "20", "--step", "1", *arguments)
    assert (code, errors) == (
        2,
        "rates: 'p/explode/x' became NaN or infinite at t = 11 (step 11 of 1.0). "
        f"What was recorded until then {kept}. Try a smaller --step or another --solver.\n",
    )
    assert bool(output) == bool(arguments)


def test_an_interrupted_run_keeps_what_it_has(rates, monkeypatch):
    def interrupted(*_: object, **__: object) -> None:
        interrupt = KeyboardInterrupt()
        interrupt.result = pd.DataFrame({"x": [1.0]}, index=pd.Index([0.0], name="time"))
        raise interrupt

    monkeypatch.setattr("rates_core.cli.run._run", interrupted)
    outcome = rates("alone", "--time", "1", "--step", "0.5", "--save", "out.csv")
    assert outcome == (130, "out.csv: 1 row of 1 variable, t = 0 to 0\n", "rates: interrupted\n")
