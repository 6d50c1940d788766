"""Models of every installed format, as arguments of commands."""

from __future__ import annotations

import json

import pytest

FORMATS = """
from rates_core.plugins import FormatSpec, Option, hookimpl

rates_api = (1, 0)

@hookimpl
def rates_formats():
    yield FormatSpec("decays", (".decay", ".rate"), "rates_decays_io:read", recognizer="rates_decays_io:is_decay",
        summary="-")
    yield FormatSpec("growths", (".rate",), "rates_decays_io:read", recognizer="rates_decays_io:is_growth", summary="-")
    yield FormatSpec("recipes", (".recipe",), "rates_decays_io:read", experiment="rates_decays_io:read_recipe",
        options=[Option("scale", 1, "factor of the rate"), Option("columns", 1, "number of columns")], summary="-")
    yield FormatSpec("lies", (".lie",), "rates_decays_io:read", experiment="rates_decays_io:read", summary="-")
"""
FUNCTIONS = """
from pathlib import Path
from rates_core import CircuitTemplate, NodeTemplate, OmissionWarning, OperatorTemplate
from rates_core.errors import warn

def read(path, scale=1, columns=1):
    rate = float(Path(path).read_text()) * scale
    if rate > 5:
        warn(f"{path} is left out in part.", OmissionWarning)
    op = OperatorTemplate("op", f"x' = -{rate}*x + u", {"x": "output(1.0)", "u": "input(0.0)"})
    return op if rate == 5 else CircuitTemplate("decay", nodes={"p": NodeTemplate("n", [op])})

def read_recipe(path, scale=1, columns=1):
    from rates_core.templates.experiment import Experiment
    settings = {"simulation_time": 1.0, "step_size": 0.5, "solver": "heun", "method": "x", "rtol": 1e-3}
    settings |= {"outputs": {f"x {i}": "p/op/x" for i in range(columns)}, "inputs": {"p/op/u": lambda t: 0.0 * t}}
    return Experiment(read(path, scale), settings)

def is_decay(path):
    return Path(path).read_text().strip().isdigit()

def is_growth(path):
    return False
"""
# one step of Euler's method of 0.5 multiplies by 1 - 0.5 * 2
TABLE = """\
decay: 2 rows of 1 variable, t = 0 to 0.5
      p/op/x
time
0.0      1.0
0.5      0.0
"""


@pytest.fixture
def rates(addition):
    addition.add("rates-decays", FORMATS, rates_decays_io=FUNCTIONS)
    files = {"m.decay": "2", "m.rate": "2", "op.decay": "5", "odd.rate": "x", "fast.decay": "6", "m.recipe": "2"}
    for name, text in {**files, "two.words": "2", "empty.rate": "\ufeff \n", "m.lie": "2"}.items():
        (addition.folder / name).write_text(text)

    def run(*arguments: str) -> tuple[int, str, str]:
        process = addition.rates(*arguments)
        return process.returncode, process.stdout, process.stderr

    return run


@pytest.mark.parametrize("name", ["m.decay", "./m.decay", "m.rate"])
def test_a_file_of_another_format_runs_by_its_ending_or_its_content(rates, name):
    assert rates("run", name, "--time", "1", "--step", "0.5") == (0, TABLE, "")


def test_a_file_of_another_format_is_shown_whatever_its_kind(rates):
    assert rates("show", "m.decay")[1].startswith("decay (circuit)\n")
    assert rates("show", "op.decay")[1].startswith("op (operator)\n")


def test_backends_are_asked_for_a_file_of_another_format(rates):
    assert "RUNS decay WITH" in rates("backends", "--for", "m.decay")[1]


def test_a_file_of_another_format_is_exported(rates, addition):
    assert rates("export", "m.decay", "--output", "decay.py", "--backend", "numpy", "--step", "0.5")[0] == 0
    assert (addition.folder / "decay.py").is_file()


def test_what_is_left_out_is_one_message_without_a_line_of_python(rates, addition):
    code = """
import warnings
from rates_core.cli.main import main
warnings.simplefilter("default")
before = warnings.formatwarning
main(["show", "fast.decay"])
assert warnings.formatwarning is before
"""
    process = addition.python(code)
    assert (process.returncode, process.stderr) == (
        0,
        "rates: OmissionWarning: fast.decay is left out in part.\n",
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param(
            "op.decay", "'op.decay' holds the kind OperatorTemplate; the kind CircuitTemplate is needed.", id="kind"
        ),
        pytest.param("no.rate", "no.rate cannot be read: No such file or directory.", id="no file"),
        pytest.param(
            "odd.rate",
            "'odd.rate' ends as files of 'decays' and 'growths' do, and looks like none of them. "
            "Choose one with --from.",
            id="content of no format",
        ),
        pytest.param("empty.rate", "empty.rate is empty: there is no model in it.", id="empty"),
        pytest.param(
            "m.lie",
            "'rates_decays_io:read' of rates-decays returned CircuitTemplate in place of Experiment.",
            id="no experiment",
        ),
    ],
)
def test_a_file_that_is_no_circuit_is_one_message(rates, name, message):
    assert rates("run", name, "--time", "1", "--step", "0.5") == (2, "", f"rates: {message}\n")


# one step of Euler's method of 0.5 multiplies by 1 - 0.5 * 2 * 0.5
RECIPE = """\
from m.recipe: --time 1.0 --step 0.5 --output 'x 0=p/op/x', inputs of p/op/u
decay: 2 rows of 1 variable, t = 0 to 0.5
      x 0
time
0.0   1.0
0.5   0.5
"""


def test_a_file_that_says_how_it_is_run_runs_so_and_says_it(rates):
    euler = ("--solver", "euler", "--from-option", "scale=0.5")
    assert rates("run", "m.recipe", *euler) == (0, RECIPE, "")


def test_what_the_command_line_says_replaces_what_the_file_says(rates):
    given = ("--time", "0.5", "--step", "0.25", "--solver", "euler", "--output", "y=p/op/x")
    code, out, errors = rates("run", "m.recipe", *given, "--json")
    assert (code, errors) == (0, "")
    assert json.loads(out) == {
        "model": "decay", "rows": 2, "start": 0.0, "end": 0.25, "last": {"y": 0.5}, "files": [],
        "from_file": {"inputs": ["p/op/u"]},
    }  # fmt: skip


def test_many_columns_of_a_file_are_counted(rates):
    out = rates("run", "m.recipe", "--solver", "euler", "--from-option", "columns=9")[1]
    assert " --output ... (9 columns), " in out.splitlines()[0]


def test_a_format_that_is_named_reads_whatever_the_ending(rates, addition):
    assert rates("run", "two.words", "--from", "decays", "--time", "1", "--step", "0.5") == (0, TABLE, "")
    assert rates("show", "two.words", "--from", "decays")[1].startswith("decay (circuit)\n")
    assert "RUNS decay WITH" in rates("backends", "--for", "two.words", "--from", "decays")[1]
    export = ("--from", "decays", "--output", "two.py", "--backend", "numpy", "--step", "0.5")
    assert rates("export", "two.words", *export)[0] == 0
    assert rates("convert", "two.words", "two.yaml", "--from", "recipes", "--from-option", "scale=2")[0] == 0
    assert "-4.0*x" in (addition.folder / "two.yaml").read_text()


@pytest.mark.parametrize("command", ["run", "show", "export", "convert"])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("m.recipe", "--from-option", "scal=2"),
            "The format 'recipes' has no option 'scal'. Did you mean 'scale'? It takes: scale, columns.",
        ),
        (("m.decay", "--from-option", "a=1"), "The format 'decays' has no option 'a'. It takes none."),
        (("./m.yaml", "--from-option", "a=1"), "The format 'yaml' has no option 'a'. It takes none."),
        (
            ("m.recipe", "--from-option", "scale=2", "--from-option", "scale=3"),
            "--from-option gives 'scale' twice.",
        ),
        (("m.recipe", "--from-option", "scale"), "--from-option 'scale' has not the form NAME=VALUE."),
        (
            ("m.recipe", "--from", "recipe"),
            "There is no format 'recipe'. Did you mean 'recipes'? Installed formats: decays, growths, lies, recipes, "
            "yaml.",
        ),
    ],
)
def test_formats_and_options_that_there_are_not_are_refused(rates, command, arguments, message):
    more = {
        "run": ("--time", "1", "--step", "0.5"),
        "export": ("--step", "0.5", "--output", "a.py"),
        "convert": ("a.yaml",),
    }.get(command, ())
    assert rates(command, arguments[0], *more, *arguments[1:]) == (2, "", f"rates: {message}\n")


def test_backends_are_asked_with_a_format_for_a_file_alone(rates):
    message = "--from and --from-option say how the file of --for is read; there is none."
    assert rates("backends", "--from", "decays") == (2, "", f"rates: {message}\n")


def test_from_file_takes_the_options_of_the_format(rates, addition):
    code = """
from rates_core import CircuitTemplate
from rates_core.templates.experiment import Experiment
circuit = CircuitTemplate.from_file("m.recipe", scale=2)
print(circuit.nodes["p"].operators[0][0].equations)
print(Experiment.from_file("m.recipe", format="recipes", scale=2).circuit == circuit)
print(Experiment.from_file("m.decay").settings)
for call in (CircuitTemplate.from_file, Experiment.from_file):
    for path, options in (("m.recipe", {"scal": 1}), ("m.recipe", {"fromat": "yaml"}), ("m.yaml", {"scale": 1})):
        try: call(path, **options)
        except Exception as error: print(error)
"""
    refused = (
        "The format 'recipes' has no option 'scal'. Did you mean 'scale'? It takes: scale, columns.\n"
        "The format 'recipes' has no option 'fromat'. Did you mean 'format'? It takes: scale, columns.\n"
        "The format 'yaml' has no option 'scale'. It takes none.\n"
    )
    assert addition.python(code).stdout == f'("x\' = -4.0*x + u",)\nTrue\n{{}}\n{refused}{refused}'


def test_from_yaml_names_the_way_to_read_a_file_of_another_format(rates, addition):
    code = (
        "from rates_core import CircuitTemplate\ntry: CircuitTemplate.from_yaml({!r})\nexcept Exception as e: print(e)"
    )
    for name in ("m.decay", "./m.decay"):
        assert addition.python(code.format(name)).stdout == (
            f"'{name}' is no model file. It looks like the format 'decays': read it by CircuitTemplate.from_file(path, "
            "format='decays'), or write it as a model file by 'rates convert'.\n"
        )
