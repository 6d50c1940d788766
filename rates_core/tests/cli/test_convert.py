"""`rates convert`: formats by ending and by name, files that are kept, and the one format in the box."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rates_core.cli.main import main
from rates_core.yaml.reader import load

MODEL = """\
# a comment
op: {base: OperatorTemplate, equations: "x' = -x/tau", variables: {x: output(1.0), tau: 2.0}}
node: {base: NodeTemplate, operators: {op: {tau: 1e-3}}}
other: {base: CircuitTemplate, nodes: {q: node}}
net: {base: CircuitTemplate, nodes: {p: node}}
"""
FORMATS = """
from rates_core.plugins import FormatSpec, hookimpl

rates_api = (1, 0)

@hookimpl
def rates_formats():
    yield FormatSpec("lines", (".txt", ".lines"), "rates_lines_io:read", "rates_lines_io:write", summary="-")
    yield FormatSpec("notes", (".note", ".txt"), reader="rates_lines_io:read", summary="-")
    yield FormatSpec("prints", (".print",), writer="rates_lines_io:forget", summary="-")
"""
FUNCTIONS = """
from pathlib import Path
from rates_core import OperatorTemplate

def read(path):
    name, *equations = Path(path).read_text().splitlines()
    return OperatorTemplate(name, equations, {"x": "output"})

def write(template, path):
    Path(path).write_text("\\n".join([template.name, *template.equations]))

def forget(template, path):
    pass
"""


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.yaml").write_text(MODEL)
    return tmp_path.resolve()


@pytest.fixture
def rates(folder, capsys):
    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(["convert", *arguments])
        out, errors = capsys.readouterr()
        return code, out, errors.replace(str(folder), "<folder>")

    return run


def test_a_template_is_written_alone_and_reads_equal(rates):
    assert rates("model.net", "tidy.yml") == (0, "tidy.yml: CircuitTemplate 'net' in the format yaml\n", "")
    assert load("tidy.yml") == load("model.net")
    assert "other" not in Path("tidy.yml").read_text()


def test_what_is_tidy_stays_as_it_is(rates):
    rates("./model.yaml/net", "once.yaml")
    rates("once.yaml", "twice.yaml")
    assert Path("once.yaml").read_text() == Path("twice.yaml").read_text()


def test_any_kind_of_template_is_converted(rates):
    assert rates("model/op", "op.yaml") == (0, "op.yaml: OperatorTemplate 'op' in the format yaml\n", "")
    assert load("op.yaml") == load("model.op")


def test_json_says_what_was_done(rates):
    code, out, errors = rates("model.net", "tidy.yaml", "--json")
    assert (code, errors) == (0, "")
    assert json.loads(out) == {
        "source": "model.net", "from": "yaml", "target": "tidy.yaml", "to": "yaml",
        "kind": "CircuitTemplate", "name": "net",
    }  # fmt: skip


def test_a_file_that_exists_is_kept_unless_it_may_be_overwritten(rates, folder):
    text = "rates: 'model.yaml' exists and is not overwritten. Choose another name, or add --force.\n"
    assert rates("model.net", "model.yaml") == (2, "", text)
    assert Path("model.yaml").read_text() == MODEL
    assert rates("model.net", "model.yaml", "--force")[0] == 0
    assert load("model.yaml").name == "net"
    assert [path.name for path in folder.iterdir()] == ["model.yaml"]


ERRORS = {
    "an unknown ending of the target": (
        ["model.net", "net.xyz"],
        "The format of 'net.xyz' is not known: no installed format has the ending '.xyz'. "
        "Known: .yaml and .yml (yaml).",
    ),
    "no ending": (
        ["model.net", "net"],
        "The format of 'net' is not known: it has no ending. Known: .yaml and .yml (yaml).",
    ),
    "an unknown ending of the source": (
        ["there.xyz", "net.yaml"],
        "The format of 'there.xyz' is not known: no installed format has the ending '.xyz'. "
        "Known: .yaml and .yml (yaml).",
    ),
    "an unknown format": (
        ["model.net", "net.yaml", "--to", "yam"],
        "There is no format 'yam'. Did you mean 'yaml'? Installed formats: yaml.",
    ),
    "a format that is not installed": (
        ["net.xml", "net.yaml", "--from", "sbml"],
        "The format 'sbml' is not installed. Install it with: pip install rates-sbml. Installed formats: yaml.",
    ),
    "a wrong ending for the format": (
        ["model.net", "net.txt", "--to", "yaml"],
        "'net.txt' must end in .yaml or .yml, as files of 'yaml' do.",
    ),
    "a source that is not there": (
        ["model.ney", "net.yaml"],
        "<folder>/model.yaml holds no template 'ney'. Did you mean 'net' or 'node'? It holds: op, node, other, net.",
    ),
    "a source of several circuits": (
        ["model.yaml", "net.yaml"],
        "'model.yaml' names a file, and <folder>/model.yaml holds several circuits: other, net. "
        "Name one template, as 'model.yaml/other'.",
    ),
    "a folder as target": (["model.net", "folder.yaml"], "'folder.yaml' is a folder; name a file."),
    "a folder that is not there": (
        ["model.net", "no/net.yaml"],
        "'no/net.yaml' cannot be written: there is no folder 'no'.",
    ),
}


@pytest.mark.parametrize(("arguments", "message"), ERRORS.values(), ids=ERRORS)
def test_what_cannot_be_converted_is_one_message_and_leaves_nothing(rates, folder, arguments, message):
    (folder / "folder.yaml").mkdir()
    (folder / "there.xyz").touch()
    before = sorted(folder.iterdir())
    assert rates(*arguments) == (2, "", f"rates: {message}\n")
    assert sorted(folder.iterdir()) == before


# Formats of plugins


@pytest.fixture
def lines(addition):
    """Return a function that runs the program where more formats are installed."""
    addition.add("rates-lines", FORMATS, rates_lines_io=FUNCTIONS)
    (addition.folder / "op.lines").write_text("op\nx' = -2*x")

    def run(*arguments: str) -> tuple[int, str, str]:
        process = addition.rates("convert", *arguments)
        return process.returncode, process.stdout, process.stderr

    return run


def test_formats_of_plugins_are_read_and_written(lines, addition):
    assert lines("op.lines", "op.yaml") == (0, "op.yaml: OperatorTemplate 'op' in the format yaml\n", "")
    assert lines("op.yaml", "op.txt", "--to", "lines")[0] == 0
    assert (addition.folder / "op.txt").read_text() == "op\nx' = -2*x"


def test_an_ending_of_two_formats_asks_for_one(lines, addition):
    (addition.folder / "op.txt").write_text("op")
    assert lines("op.txt", "op.yaml") == (
        2, "", "rates: 'op.txt' may have the format 'lines' and 'notes'. Choose one with --from.\n",
    )  # fmt: skip
    assert lines("op.lines", "new.txt") == (
        2, "", "rates: 'new.txt' may have the format 'lines' and 'notes'. Choose one with --to.\n",
    )  # fmt: skip
    assert lines("op.txt", "op.yaml", "--from", "notes")[0] == 0


RECOGNISED = """
from rates_core.plugins import FormatSpec, hookimpl

rates_api = (1, 0)

@hookimpl
def rates_formats():
    where = "rates_notation_io"
    yield FormatSpec("notation", (".n.yaml", ".yaml"), f"{where}:read", f"{where}:write", summary="-",
                     recognizer=f"{where}:is_mine")
"""
NOTATION = """
from pathlib import Path
from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

def is_mine(path):
    return Path(path).read_text().startswith("notation")

def read(path):
    operator = OperatorTemplate("op", Path(path).read_text().splitlines()[1:], {"x": "output"})
    return operator if "operator" in str(path) else CircuitTemplate("net", {"p": NodeTemplate("n", [operator])})

def write(template, path):
    Path(path).write_text("notation")
"""


def test_of_an_ending_that_formats_share_the_content_decides(addition):
    addition.add("rates-notation", RECOGNISED, rates_notation_io=NOTATION)
    (addition.folder / "decay.yaml").write_text("notation\nx' = -2*x")
    (addition.folder / "decay.operator.yaml").write_text("notation\nx' = -2*x")
    (addition.folder / "data.yaml").write_text("notation: 1")
    assert addition.rates("convert", "decay.yaml", "a.yaml").stdout == (
        "a.yaml: CircuitTemplate 'net' in the format yaml\n"  # which an ending is first of all
    )
    assert addition.rates("convert", "a.yaml", "b.n.yaml").stdout == (
        "b.n.yaml: CircuitTemplate 'net' in the format notation\n"
    )
    assert addition.rates("convert", "a.yaml", "c.yaml", "--to", "notation").returncode == 0
    assert (addition.folder / "c.yaml").read_text() == "notation"
    code = (
        "import pathlib; from rates_core import CircuitTemplate as C, RatesError\n"
        "read = C.from_file(pathlib.Path('decay.yaml'))\n"
        "print(read == C.from_file('a.yaml') == C.from_file('a.yaml', format='yaml') == C.from_file('a.yaml/net'))\n"
        "for path, name in (('a.yaml', 'yam'), (pathlib.Path('decay.operator.yaml'), None)):\n"
        "    try: C.from_file(path, format=name)\n"
        "    except RatesError as error: print(error)\n"
        "try: C.from_yaml('data.yaml')\n"
        "except RatesError as error: print(str(error).replace(str(pathlib.Path.cwd()), '.'))\n"
    )
    assert addition.python(code).stdout == (
        "True\n"
        "There is no format 'yam'. Did you mean 'yaml'? Installed formats: notation, yaml.\n"
        "'decay.operator.yaml' holds the kind OperatorTemplate; the kind CircuitTemplate is needed.\n"
        "'data.yaml' names a file, and ./data.yaml holds no template. It looks like the format 'notation': read it by "
        "CircuitTemplate.from_file(path, format='notation'), or write it as a model file by 'rates convert'.\n"
    )


def test_a_format_that_only_reads_or_only_writes_says_so(lines, addition):
    assert lines("op.lines", "op.note") == (
        2,
        "",
        "rates: The format 'notes' is read and not written. Formats that are written: .txt and .lines (lines), "
        ".print (prints), .yaml and .yml (yaml).\n",
    )
    assert lines("op.print", "op.yaml") == (
        2,
        "",
        "rates: The format 'prints' is written and not read. Formats that are read: .txt and .lines (lines), "
        ".note and .txt (notes), .yaml and .yml (yaml).\n",
    )


def test_a_writer_that_writes_nothing_is_an_error(lines, addition):
    text = "rates: The format 'prints' of rates-lines wrote no file 'op.print'.\n"
    assert lines("op.lines", "op.print") == (2, "", text)
    assert not (addition.folder / "op.print").exists()
