"""Files that are none, are not ours, or may not be touched: said before anything is lost, whoever reads or writes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rates_core.cli.main import main

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate, RatesError

NOBODY = 65534
CIRCUIT = CircuitTemplate("net", {"p": NodeTemplate("n", [OperatorTemplate("op", "x' = -x", {"x": "output(1.0)"})])})
MODEL = """\
op: {base: OperatorTemplate, equations: "x' = -x", variables: {x: output(1.0)}}
node: {base: NodeTemplate, operators: [op]}
net: {base: CircuitTemplate, nodes: {p: node}}
"""
FORMS = "A template is named as 'folder.file.Name', './file/Name', '/folder/file/Name' or 'library:file/Name'."


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the working directory, which everybody may look into and write to, with a model in it."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name).resolve()
        place.chmod(0o777)
        monkeypatch.chdir(place)
        (place / "model.yaml").write_text(MODEL)
        yield place


@pytest.fixture
def as_nobody(folder: Path) -> Callable[[Callable[..., Any], Any], Any]:
    """Return a function that calls another as somebody to whom protection applies, which it does not to root."""

    def call(function: Callable[..., Any], argument: Any) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            root = os.geteuid() == 0
            if root:
                os.seteuid(NOBODY)
            try:
                return function(argument)
            finally:
                if root:
                    os.seteuid(0)

    return call


# Reading

UNREADABLE: dict[str, tuple[str, str]] = {
    "an empty file": (
        "empty.yaml",
        "<folder>/empty.yaml is empty. A model file holds templates, as 'Name: {base: OperatorTemplate}'.",
    ),
    "a file of comments": (
        "comments.yaml",
        "<folder>/comments.yaml is empty. A model file holds templates, as 'Name: {base: OperatorTemplate}'.",
    ),
    "no YAML": ("broken.yaml", "<folder>/broken.yaml:2: This is not YAML: did not find expected node content."),
    "a picture": (
        "picture.yaml",
        "<folder>/picture.yaml:1: The byte 0x89 is not UTF-8. A model file is text; save it in the encoding UTF-8.",
    ),
    "binary data": ("data.yaml", "<folder>/data.yaml:1: This is not YAML: the character U+0000 is not allowed."),
    "a list": (
        "list.yaml",
        "<folder>/list.yaml:1: A model file is a mapping from names to templates, and this is a list.",
    ),
    "a word": (
        "word.yaml",
        "<folder>/word.yaml:1: A model file is a mapping from names to templates, and this is 'hello'.",
    ),
    "no template": (
        "numbers.yaml",
        "'numbers.yaml' names a file, and <folder>/numbers.yaml holds no template. "
        "Name one template, as 'numbers.yaml/Name'.",
    ),
    "a folder": (
        "./folder",
        "'./folder' leads to the folder '<folder>/folder'. Name a file in it and a template there. It holds: inner.",
    ),
    "a folder with the ending of a file": (
        "folder.yaml",
        "'folder.yaml' leads to the folder '<folder>/folder.yaml'. Name a file in it and a template there. "
        "It holds no model file.",
    ),
    "a template in a folder with the ending of a file": (
        "folder.yaml/net",
        "'folder.yaml/net' leads to '<folder>/folder.yaml', which is a folder. Name a file in it and a template there.",
    ),
    "a template in a template": (
        "model.yaml/net/p",
        "'model.yaml/net/p' leads to no model file: there is no 'model.yaml/net.yaml' in the working directory "
        f"'<folder>'. {FORMS}",
    ),
    "a dangling link": (
        "gone.yaml",
        "'gone.yaml' leads to '<folder>/gone.yaml', which is a link to 'nowhere/x.yaml' and to no file.",
    ),
    "a template behind a dangling link": (
        "gone.net",
        "'gone.net' leads to '<folder>/gone.yaml', which is a link to 'nowhere/x.yaml' and to no file.",
    ),
    "a circle of links": (
        "circle.yaml",
        "'circle.yaml' leads to '<folder>/circle.yaml', which is a link to 'circle.yaml' and to no file.",
    ),
    "a file that may not be read": ("secret.yaml", "<folder>/secret.yaml cannot be read: Permission denied."),
    "a folder that may not be entered": (
        "locked/inner/net",
        "'locked/inner/net' leads to '<folder>/locked/inner.yaml', and the folder '<folder>/locked' may not be looked "
        "into.",
    ),
    "no file": (
        "absent.yaml",
        f"'absent.yaml' leads to no model file: there is no 'absent.yaml' in the working directory '<folder>'. {FORMS}",
    ),
    "a file that is nearly there": (
        "modle.yaml",
        "'modle.yaml' leads to no model file: there is no 'modle.yaml' in the working directory '<folder>'. "
        f"Did you mean 'model.yaml'? {FORMS}",
    ),
}


@pytest.fixture
def unreadable(folder: Path) -> Iterator[Path]:
    contents = {
        "empty": b"", "comments": b"# nothing\n\n", "broken": b"a: [\nb: }", "picture": b"\x89PNG\r\n\x1a\n\0",
        "data": b"a: \0\x01\x02\n", "list": b"- 1\n", "word": b"hello\n", "numbers": b"a: 1\nb: [2]\n",
        "folder/inner": MODEL.encode(), "locked/inner": MODEL.encode(), "secret": MODEL.encode(),
    }  # fmt: skip
    for name in ("folder", "locked", "folder.yaml"):
        (folder / name).mkdir()
    for name, content in contents.items():
        (folder / f"{name}.yaml").write_bytes(content)
    (folder / "gone.yaml").symlink_to("nowhere/x.yaml")
    (folder / "circle.yaml").symlink_to("circle.yaml")
    (folder / "secret.yaml").chmod(0)
    (folder / "locked").chmod(0)
    yield folder
    (folder / "locked").chmod(0o777)


@pytest.mark.parametrize(("text", "message"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_said_by_everybody_who_reads(unreadable, as_nobody, capsys, text, message):
    readers: dict[str, list[str]] = {
        "run": ["--time", "1", "--step", "0.5"],
        "export": ["--step", "0.5", "--output", "field.py"],
        "convert": ["new.yaml"],
    }
    before = sorted(unreadable.iterdir())
    for command, arguments in readers.items():
        main([command, "model.net", *arguments])  # which imports what nobody may not be able to
    for file in set(unreadable.iterdir()) - set(before):
        file.unlink()
    capsys.readouterr()
    expected = message.replace("<folder>", str(unreadable))
    with pytest.raises(RatesError) as caught:
        as_nobody(CircuitTemplate.from_yaml, text)
    assert str(caught.value) == expected
    for command, arguments in readers.items():
        assert as_nobody(main, [command, text, *arguments]) == 2
        assert capsys.readouterr() == ("", f"rates: {expected}\n")
    assert sorted(unreadable.iterdir()) == before


# Writing


class Writer:
    """One way to write a file: an ending, a call that writes to a path, and what its errors begin with."""

    def __init__(self, ending: str, write: Callable[[str], Any], prefix: str = "") -> None:
        self.ending, self.write, self.prefix = ending, write, prefix


def program(*arguments: str) -> Callable[[str], Any]:
    """Return what runs the program with a path as its last argument, and raises what it says."""

    def write(path: str) -> None:
        with redirect_stderr(StringIO()) as said:
            code = main([*arguments, path])
        if code:
            assert code == 2
            raise RatesError(said.getvalue().removeprefix("rates: ").removesuffix("\n"))

    return write


RUN = ("run", "model.net", "--time", "1", "--step", "0.5")
WRITERS = {
    "to_yaml": Writer(".yaml", lambda path: CIRCUIT.to_yaml(path)),
    "get_run_func": Writer(".py", lambda path: CIRCUIT.get_run_func("f", 0.5, file_name=path)),
    "export": Writer(".py", program("export", "model.net", "--step", "0.5", "--name", "f", "--output")),
    "convert": Writer(".yaml", program("convert", "model.net")),
    "save": Writer(".csv", program(*RUN, "--save"), "--save "),
    "save arrays": Writer(".npz", program(*RUN, "--save"), "--save "),
    "plot": Writer(".png", program(*RUN, "--plot"), "--plot "),
}


@pytest.fixture(params=WRITERS)
def writer(request: pytest.FixtureRequest, folder: Path) -> Writer:
    """Return each way to write a file, after it has written one, so that all is imported that it needs."""
    found = WRITERS[request.param]
    found.write(f"first{found.ending}")
    for file in folder.glob("first*"):
        file.unlink()
    return found


def refusal(call: Callable[[], Any], folder: Path) -> str:
    """Return what an error says; nothing may have changed."""
    before = contents(folder)
    with pytest.raises(RatesError) as caught:
        call()
    assert contents(folder) == before
    return str(caught.value).replace(str(folder), "<folder>")


def contents(folder: Path) -> dict[str, Any]:
    """Return what a folder holds: the bytes of files, and where links lead."""
    return {
        str(path): path.readlink() if path.is_symlink() else path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


NOT_OURS = {
    "to_yaml": "'x.yaml' exists and was not written by rates. Choose another name, or remove it.",
    "get_run_func": (
        "'x.py' exists and was not generated by rates; it is left alone. Choose another name, or remove it."
    ),
    "export": "'x.py' exists and was not generated by rates; it is left alone. Choose another name, or remove it.",
    "convert": "'x.yaml' exists and is not overwritten. Choose another name, or add --force.",
    "save": "--save 'x.csv' exists and is not overwritten. Choose another name, or add --force.",
    "save arrays": "--save 'x.npz' exists and is not overwritten. Choose another name, or add --force.",
    "plot": "--plot 'x.png' exists and is not overwritten. Choose another name, or add --force.",
}


@pytest.mark.parametrize("mine", [b"mine\n", b"", b"\x89PNG\0"])
@pytest.mark.parametrize("name", WRITERS)
def test_a_file_that_is_not_ours_is_kept(folder, name, mine):
    path = f"x{WRITERS[name].ending}"
    Path(path).write_bytes(mine)
    assert refusal(lambda: WRITERS[name].write(path), folder) == NOT_OURS[name]
    (folder / "link").symlink_to(path)
    os.rename("link", f"link{WRITERS[name].ending}")
    linked = NOT_OURS[name].replace("'x.", "'link.")
    assert refusal(lambda: WRITERS[name].write(f"link{WRITERS[name].ending}"), folder) == linked


def test_a_folder_in_place_of_a_file_is_said_to_be_one(folder, writer):
    path = f"x{writer.ending}"
    Path(path).mkdir()
    hint = f", as '{path}/model.yaml'" if writer is WRITERS["to_yaml"] else ""
    assert refusal(lambda: writer.write(path), folder) == f"{writer.prefix}'{path}' is a folder; name a file{hint}."


@pytest.mark.parametrize("path", ["", ".", "..", "/", "inner"])
@pytest.mark.parametrize("name", ["to_yaml", "get_run_func"])
def test_an_ending_makes_no_file_of_a_folder(folder, name, path):
    Path("inner").mkdir()
    hint = f", as '{Path(path) / 'model.yaml'}'" if name == "to_yaml" else ""
    named = path if name == "to_yaml" else str(Path(path))
    assert refusal(lambda: WRITERS[name].write(path), folder) == f"'{named}' is a folder; name a file{hint}."


@pytest.mark.parametrize("path", ["", ".", "..", "/", "inner"])
def test_an_exported_file_has_an_ending(folder, path):
    Path("inner").mkdir()
    message = "--name belongs to a file: give --output an ending, such as .py."
    assert refusal(lambda: WRITERS["export"].write(path), folder) == message


@pytest.mark.parametrize("name", ["to_yaml", "get_run_func"])
def test_a_name_that_no_file_can_have_is_refused(folder, name):
    message = refusal(lambda: WRITERS[name].write("a\0b"), folder)
    assert message == f"'a\0b{WRITERS[name].ending}' cannot be written: no name of a file holds a zero byte."
    message = refusal(lambda: WRITERS[name].write("x" * 300), folder)
    assert message == f"'{'x' * 300}{WRITERS[name].ending}' cannot be written: File name too long."


def test_a_folder_that_may_not_be_written_is_said_to_be_protected(folder, writer, as_nobody):
    path = f"locked/x{writer.ending}"
    Path("locked").mkdir(mode=0o755)
    Path("locked").chmod(0o555)
    named = path if writer is not WRITERS["export"] else "locked/x_start.json"
    assert refusal(lambda: as_nobody(writer.write, path), folder) == (
        f"{writer.prefix}'{named}' cannot be written: its folder is protected."
    )


def test_a_file_that_may_not_be_written_is_said_to_be_protected(folder, writer, as_nobody):
    path = f"x{writer.ending}"
    Path(path).touch()
    Path(path).chmod(0o444)
    assert refusal(lambda: as_nobody(writer.write, path), folder) == (
        f"{writer.prefix}'{path}' cannot be written: the file is protected."
    )


def test_a_link_to_a_file_that_is_not_there_yet_is_followed(folder, writer):
    path = f"link{writer.ending}"
    Path("inner").mkdir()
    Path(path).symlink_to(f"inner/x{writer.ending}")
    writer.write(path)
    assert Path(path).is_symlink()
    assert Path(f"inner/x{writer.ending}").stat().st_size > 0


def test_a_link_into_a_folder_that_is_not_there_is_an_error(folder, writer):
    path = f"link{writer.ending}"
    Path(path).symlink_to(f"gone/x{writer.ending}")
    assert refusal(lambda: writer.write(path), folder) == (
        f"{writer.prefix}'{path}', a link to '<folder>/gone/x{writer.ending}', cannot be written: "
        "there is no folder '<folder>/gone'."
    )


def test_a_circle_of_links_is_an_error(folder, writer):
    path = f"link{writer.ending}"
    Path(path).symlink_to(path)
    assert refusal(lambda: writer.write(path), folder) == (
        f"{writer.prefix}'{path}' cannot be written: it is a circle of links."
    )


@pytest.mark.parametrize("name", [name for name in WRITERS if name != "to_yaml"])  # which makes folders
def test_a_folder_that_is_not_there_is_an_error(folder, name):
    path = f"gone/x{WRITERS[name].ending}"
    named = path if name != "export" else "gone/x_start.json"
    assert refusal(lambda: WRITERS[name].write(path), folder) == (
        f"{WRITERS[name].prefix}'{named}' cannot be written: there is no folder 'gone'."
    )


def test_a_disk_that_is_full_is_said_to_be(folder, monkeypatch):
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    monkeypatch.setattr("pandas.DataFrame.to_csv", full)
    for name in ("to_yaml", "get_run_func", "convert", "save"):
        path = f"x{WRITERS[name].ending}"
        message = refusal(lambda name=name, path=path: WRITERS[name].write(path), folder)
        assert message == f"'{path}' cannot be written: No space left on device."
