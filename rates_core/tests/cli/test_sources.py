"""Models of every installed format, as arguments of commands."""

from __future__ import annotations

import pytest

FORMATS = """
from rates_core.plugins import FormatSpec, hookimpl

rates_api = (1, 0)

@hookimpl
def rates_formats():
    yield FormatSpec("decays", (".decay", ".rate"), "rates_decays_io:read", recognizer="rates_decays_io:is_decay",
        summary="-")
    yield FormatSpec("growths", (".rate",), "rates_decays_io:read", recognizer="rates_decays_io:is_growth", summary="-")
"""
FUNCTIONS = """
from pathlib import Path
from rates_core import CircuitTemplate, NodeTemplate, OmissionWarning, OperatorTemplate
from rates_core.errors import warn

def read(path):
    rate = float(Path(path).read_text())
    if rate > 5:
        warn(f"{path} is left out in part.", OmissionWarning)
    op = OperatorTemplate("op", f"x' = -{rate}*x", {"x": "output(1.0)"})
    return op if rate == 5 else CircuitTemplate("decay", nodes={"p": NodeTemplate("n", [op])})

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
    for name, text in (("m.decay", "2"), ("m.rate", "2"), ("op.decay", "5"), ("odd.rate", "x"), ("fast.decay", "6")):
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
            "Choose one with 'rates convert --from'.",
            id="content of no format",
        ),
    ],
)
def test_a_file_that_is_no_circuit_is_one_message(rates, name, message):
    assert rates("run", name, "--time", "1", "--step", "0.5") == (2, "", f"rates: {message}\n")


def test_from_yaml_names_the_way_to_read_a_file_of_another_format(rates, addition):
    code = (
        "from rates_core import CircuitTemplate\ntry: CircuitTemplate.from_yaml({!r})\nexcept Exception as e: print(e)"
    )
    for name in ("m.decay", "./m.decay"):
        assert addition.python(code.format(name)).stdout == (
            f"'{name}' is no model file. It looks like the format 'decays': read it by CircuitTemplate.from_file(path, "
            "format='decays'), or write it as a model file by 'rates convert'.\n"
        )
