"""`rates new`: packages that are whole, under names that are free, and nothing of the user is touched."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import tomllib
from pathlib import Path

import pytest
from rates_core.cli import new
from rates_core.cli.main import main
from rates_core.cli.new import KINDS, STARTERS, Starter
from rates_core.errors import ArgumentError
from rates_core.plugins import hookspecs

COMMON = ["README.md", "pyproject.toml", "src/rates_tape_two/__init__.py", "src/rates_tape_two/py.typed"]
FILES = {
    "backend": ["src/rates_tape_two/backend.py", "src/rates_tape_two/language.py"],
    "solver": ["src/rates_tape_two/method.py"],
    "delay": ["src/rates_tape_two/strategy.py"],
    "analysis": ["src/rates_tape_two/analysis.py"],
}
NOUNS = {"backend": "backend", "solver": "solver", "delay": "delay strategy", "analysis": "analysis"}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in files}


@pytest.mark.parametrize("kind", KINDS)
def test_a_package_has_its_name_everywhere(here: Path, kind: str) -> None:
    assert main(["new", kind, "tape_two"]) == 0
    files = written(here / "rates-tape-two")
    assert sorted(files) == sorted([*COMMON, *FILES[kind], "tests/test_tape_two.py"])
    assert not re.search("demo", "".join(files.values()), re.IGNORECASE)
    project = tomllib.loads(files["pyproject.toml"])["project"]
    assert project["name"] == "rates-tape-two"
    assert project["entry-points"] == {"rates.plugins": {"tape_two": "rates_tape_two"}}
    assert project["dependencies"][0] == "rates-core>=0.1"
    for name, text in files.items():
        if name.endswith(".py"):
            ast.parse(text)


@pytest.mark.parametrize("kind", KINDS)
def test_a_starter_is_what_is_written_for_the_name_demo(here: Path, kind: str) -> None:
    assert main(["new", kind, "demo"]) == 0
    assert written(here / "rates-demo") == written(STARTERS / kind)


def test_what_an_installer_compiled_beside_a_starter_is_left_there(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(STARTERS, here / "starters")
    cache = here / "starters" / "solver" / "src" / "rates_demo" / "__pycache__"
    cache.mkdir(exist_ok=True)
    (cache / "method.cpython-311.pyc").write_bytes(b"\xcb\x0d\x0d\x0a")
    monkeypatch.setattr(new, "STARTERS", here / "starters")
    assert main(["new", "solver", "tape"]) == 0
    assert not [path for path in (here / "rates-tape").rglob("*") if "pycache" in path.name]


@pytest.mark.parametrize("kind", KINDS)
def test_a_package_declares_the_newest_version_of_the_hooks(here: Path, kind: str) -> None:
    text = (STARTERS / kind / "src" / "rates_demo" / "__init__.py").read_text(encoding="utf-8")
    assert f"rates_api = {hookspecs.API}\n" in text
    assert f"def {KINDS[kind].hook}() -> Iterable[{KINDS[kind].spec.__name__}]:\n" in text


def test_it_says_what_it_wrote_and_what_to_do(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "solver", "tape"]) == 0
    assert capsys.readouterr().out == (
        "rates-tape: the solver 'tape'\n"
        "  rates-tape/README.md\n"
        "  rates-tape/pyproject.toml\n"
        "  rates-tape/src/rates_tape/__init__.py\n"
        "  rates-tape/src/rates_tape/method.py\n"
        "  rates-tape/src/rates_tape/py.typed\n"
        "  rates-tape/tests/test_tape.py\n"
        "\n"
        "To try it:\n"
        "\n"
        "  pip install --editable './rates-tape[test]'\n"
        "  pytest rates-tape\n"
        "  rates check tape\n"
    )


def test_another_folder_may_have_spaces(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "my work").mkdir()
    assert main(["new", "analysis", "tape", "--into", str(here / "my work"), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    folder = str(here / "my work" / "rates-tape")
    assert {name: data[name] for name in ("kind", "name", "distribution", "folder")} == {
        "kind": "analysis", "name": "tape", "distribution": "rates-tape", "folder": folder
    }  # fmt: skip
    assert data["next"] == [f"pip install --editable '{folder}[test]'", f"pytest '{folder}'"]
    assert all(Path(file).is_file() for file in data["files"])


NAMES = [("My-Tape", "my_tape"), ("class", "my_class"), ("2d", "d"), ("tape_", "tape"), ("a__b", "a_b")]


@pytest.mark.parametrize(("name", "near"), NAMES)
def test_what_is_no_name_of_a_module_is_refused(
    here: Path, capsys: pytest.CaptureFixture[str], name: str, near: str
) -> None:
    assert main(["new", "analysis", name]) == 2
    assert capsys.readouterr().err == (
        f"rates: '{name}' cannot be the name of an analysis: it may hold small letters and digits, with single _ "
        f"between them, begins with a letter, and is no word of Python. '{near}' would do.\n"
    )
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("name", ["ß", "", "___", "a/b", "../x", "x\0"])
def test_no_name_leads_out_of_the_folder(here: Path, name: str) -> None:
    assert main(["new", "backend", name]) == 2
    assert list(here.iterdir()) == []


TAKEN = [
    ("backend", "fortran", "'fortran' is a backend of rates-fortran. Choose another name."),
    ("solver", "heun", "'heun' is a solver of rates-core. Choose another name."),
    ("delay", "gamma", "'gamma' is a delay strategy of rates-delay-gamma. Choose another name."),
    ("analysis", "sweep", "'sweep' is an analysis of rates-core. Choose another name."),
    ("analysis", "core", "rates-core is a distribution of rates itself. Choose another name."),
    ("solver", "delay_ring", "rates-delay-ring is a distribution of rates itself. Choose another name."),
]


@pytest.mark.parametrize(("kind", "name", "text"), TAKEN)
def test_a_name_that_is_taken_is_refused(
    here: Path, capsys: pytest.CaptureFixture[str], kind: str, name: str, text: str
) -> None:
    assert main(["new", kind, name]) == 2
    assert capsys.readouterr().err == f"rates: {text}\n"
    assert list(here.iterdir()) == []


def test_a_distribution_that_is_installed_is_refused(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "rates_tape-1.0.dist-info").mkdir()
    (here / "rates_tape-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: rates-tape\nVersion: 1\n")
    monkeypatch.syspath_prepend(str(here))
    with pytest.raises(ArgumentError) as caught:
        Starter("backend", "tape").check_name()
    assert str(caught.value) == "A distribution rates-tape is installed. Choose another name."


@pytest.mark.parametrize("what", ["folder", "file", "link"])
def test_what_is_there_is_left_alone(here: Path, capsys: pytest.CaptureFixture[str], what: str) -> None:
    taken = here / "rates-tape"
    make = {"folder": taken.mkdir, "file": taken.touch, "link": lambda: taken.symlink_to("nowhere")}
    make[what]()
    assert main(["new", "backend", "tape"]) == 2
    assert capsys.readouterr().err == (
        "rates: 'rates-tape' exists; it is left alone. Choose another name, or another folder with --into.\n"
    )
    assert list(here.rglob("*")) == [taken]


def test_a_folder_that_is_not_there_is_not_made(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "backend", "tape", "--into", "mine"]) == 2
    assert capsys.readouterr().err == ("rates: There is no folder 'mine'. Make it, or name another one with --into.\n")
    assert list(here.iterdir()) == []


def test_a_package_that_cannot_be_written_whole_is_not_there(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, *arguments: object, **options: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "write_text", full)
    assert main(["new", "backend", "tape"]) == 2
    assert capsys.readouterr().err == "rates: 'rates-tape' cannot be written: No space left on device.\n"
    assert list(here.iterdir()) == []


def test_a_kind_that_is_none_is_refused(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["new", "backends", "tape"])
    assert "argument KIND: invalid choice: 'backends'" in capsys.readouterr().err
