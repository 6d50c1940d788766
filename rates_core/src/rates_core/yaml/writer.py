"""Templates written to model files, with all that they use, so that reading gives equal ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from rates_core.errors import ModelFileError
from rates_core.files import can_be, obstacle, path_of, replace
from rates_core.templates.template import Template
from rates_core.yaml.contents import contents
from rates_core.yaml.document import MAX_BYTES
from rates_core.yaml.emitter import block
from rates_core.yaml.references import EXTENSIONS

HEADER = "# Written by rates. A file that begins with this line is replaced when a model is written to it."


def write(template: Template, path: str | Path, overwrite: bool = False) -> Path:
    """Write a template and all that it uses to one file, and return the file.

    Every template gets a key of its own; where two share a name, `name` under the key keeps it. The file itself names
    a circuit for `load`, since no other circuit in it holds that one. Folders are made. A file that begins with the
    line that is written here is replaced; any other file stays as it is.

    Args:
        template: a template of any kind.
        path: where to write; `.yaml` is added where it has no such ending.
        overwrite: replace any file.

    Raises:
        ModelFileError: the file is not ours or cannot be written, or a template has what no model file can hold.
    """
    file = path_of("path", path)
    if can_be(file.is_dir):
        raise ModelFileError(f"'{path}' is a folder; name a file, as '{file / 'model.yaml'}'.")
    if file.suffix not in EXTENSIONS:
        file = file.with_name(file.name + EXTENSIONS[0])
    content = _content(template, file)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ModelFileError(f"The folder '{file.parent}' cannot be made: {error.strerror}.") from error
    if (reason := obstacle(file)) is not None:
        raise ModelFileError(f"{reason}.")
    try:
        if not overwrite and file.exists() and not _is_ours(file):
            raise ModelFileError(f"'{file}' exists and was not written by rates. Choose another name, or remove it.")
        replace(file, content)
    except OSError as error:
        raise ModelFileError(f"'{file}' cannot be written: {error.strerror}.") from error
    return file


def _content(template: Template, file: Path) -> bytes:
    try:
        return _encode(_lines(template))
    except ModelFileError as error:
        raise ModelFileError(f"The template cannot be written to '{file}': {error}") from error


def _lines(template: Template) -> Iterator[str]:
    yield HEADER
    for key, entry in contents(template).items():
        yield ""
        yield from block({key: entry})


def _encode(lines: Iterable[str]) -> bytes:
    content = ("\n".join(lines) + "\n").encode()
    if len(content) > MAX_BYTES:
        raise ModelFileError(
            f"it would have {len(content) >> 20} MiB, and a model file has {MAX_BYTES >> 20} MiB at most."
        )
    return content


def _is_ours(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.readline(len(HEADER) + 2).rstrip(b"\r\n") == HEADER.encode()
