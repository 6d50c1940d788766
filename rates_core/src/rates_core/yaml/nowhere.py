"""What to say of a text that leads to no model file: where it was looked for, and what may be meant."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from rates_core.errors import ModelFileError, RatesError, UnknownNameError, alternatives, did_you_mean
from rates_core.files import can_be, may
from rates_core.yaml.references import EXTENSIONS, FORMS, Search
from rates_core.yaml.suggestions import Candidate, Parts, best, in_folder, in_library

MOST_LISTED = 20
DEEPEST = 50  # folders that are compared with those on the disk


def nowhere(text: str, searches: Sequence[Search]) -> ModelFileError:
    """Return the error for a text that was looked for in these places."""
    for search in searches:
        if not search.library and (other := hint_of_another_format(search.folder / text.removeprefix(search.prefix))):
            return ModelFileError(f"'{text}' is no model file. {other}")
        if can_be(search.path.is_dir):
            return ModelFileError(
                f"'{text}' leads to the folder '{search.path}'. Name a file in it and a template there."
                f"{_content(search.path, search.library)}"
            )
        for file in search.files():
            if (reason := _hindrance(file)) is not None:
                return ModelFileError(f"'{text}' leads to '{file}', {reason}.")
    looked_for = ", ".join(search.looked_for() for search in searches)
    hint = alternatives(best(_candidates(text, searches)))
    unknown = _no_library(searches[0], not hint) if len(searches) == 1 and not searches[0].prefix else ""
    return ModelFileError(f"'{text}' leads to no model file: there is no {looked_for}.{unknown}{hint} {FORMS}")


def hint_of_another_format(file: Path) -> str:
    """Say how a file is read that another format recognises; nothing if none does."""
    from rates_core.plugins.formats import recognising

    other = recognising(file) if can_be(file.is_file) else None
    if other is None:
        return ""
    return (
        f"It looks like the format '{other}': read it by CircuitTemplate.from_file(path, format='{other}'), or write "
        "it as a model file by 'rates convert'."
    )


def closest_in_libraries(text: str) -> str:
    """Return the templates of model libraries that may be meant, as a question; nothing if none is close."""
    return alternatives(best(_of_libraries(text, _parts(text))))


def _hindrance(file: Path) -> str | None:
    """Return why a path that is taken for a model file is none, if something is there."""
    if can_be(file.is_symlink):
        return f"which is a link to '{file.readlink()}' and to no file"
    if can_be(file.is_dir):
        return "which is a folder. Name a file in it and a template there"
    folder = next((folder for folder in file.parents if can_be(folder.is_dir)), None)
    if folder is not None and not may(folder, os.X_OK):
        return f"and the folder '{folder}' may not be looked into"
    return None


def _content(folder: Path, with_folders: bool) -> str:
    """Say which model files a folder holds."""
    try:
        entries = sorted(path for path in folder.iterdir() if not path.name.startswith((".", "_")))
    except OSError:
        return ""
    names = [path.stem for path in entries if path.suffix in EXTENSIONS]
    names += [f"{path.name}/" for path in entries if with_folders and path.is_dir()]
    more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
    return f" It holds: {', '.join(names[:MOST_LISTED])}{more}." if names else " It holds no model file."


def _candidates(text: str, searches: Sequence[Search]) -> Iterator[Candidate]:
    for search in searches:
        if not search.library and len(search.parts) <= DEEPEST:
            yield from in_folder(search.folder, search.parts, partial(_written, text, search.prefix))
    parts = _parts(text)
    if parts and not text.startswith((".", "/")) and not any(part.endswith(EXTENSIONS) for part in parts):
        yield from _of_libraries(text, parts)


def _of_libraries(text: str, asked: Parts) -> Iterator[Candidate]:
    from rates_core.plugins import get_manager, library_path

    with suppress(RatesError):  # a library that is broken is no reason to say less of this text
        for name, spec in get_manager().model_libraries().items():
            yield from in_library(name, library_path(spec), asked, partial(_written, text, ""))


def _parts(text: str) -> Parts:
    return tuple(part for part in text.replace(":", "/").replace("/" if "/" in text else ".", "/").split("/") if part)


def _written(text: str, prefix: str, parts: Parts) -> str:
    """Return the text of parts, in the form that a text has."""
    separator = "/" if "/" in text else "."
    if ":" in text and not prefix:
        return f"{parts[0]}:{separator.join(parts[1:])}"
    return (prefix if separator == "/" else prefix.replace("/", ".")) + separator.join(parts)


def _no_library(search: Search, with_hint: bool) -> str:
    """Say what the first part of a text is, if it was looked for in the working directory alone."""
    from rates_core.plugins import get_manager
    from rates_core.plugins.known import KNOWN

    name, libraries = search.parts[0], get_manager().model_libraries()
    if name in libraries:
        return f" '{name}' is a model library; name a file in it and a template there."
    if name in KNOWN["model library"]:
        try:
            get_manager().model_library(name)
        except UnknownNameError as error:  # which tells what to install
            return f" {error}"
    if not search.is_first or name.endswith(EXTENSIONS):
        return ""
    return f" No model library or package is named '{name}'.{did_you_mean(name, libraries) if with_hint else ''}"
