"""Files: what may be done with them, and writing one whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rates_core.errors import ArgumentError, shown


def path_of(name: str, given: Any) -> Path:
    """Return an argument that names a file.

    Raises:
        ArgumentError: it is no text and no path.
    """
    if not isinstance(given, str | Path):
        raise ArgumentError(f"{name} must be a text or a path; it is {shown(given)}.")
    return Path(given)


def kept_at(save: Any, endings: Iterable[str], resume: bool) -> Path:
    """Return the folder that `save=` names, in which work is kept while it goes on.

    Args:
        save: the path.
        endings: that it may have; each with its dot.
        resume: whether what is there is gone on with.

    Raises:
        ArgumentError: it cannot be one, or something is there already and is not to be resumed.
    """
    place, known = path_of("save", save), list(endings)
    if place.suffix not in known:
        raise ArgumentError(f"save must be a path that ends in {' or '.join(known)}; it is '{save}'.")
    if not place.parent.is_dir():
        raise ArgumentError(f"save: '{save}' cannot be written: there is no folder '{place.parent}'.")
    if not may(place if place.exists() else place.parent, os.W_OK):
        raise ArgumentError(
            f"save: '{save}' cannot be written: {'it' if place.exists() else 'its folder'} is protected."
        )
    if place.exists() and not resume:
        raise ArgumentError(
            f"save: '{save}' is there already. Give resume=True to go on with it, or another path; nothing is "
            "overwritten."
        )
    return place


def obstacle(path: Path) -> str | None:
    """Return what keeps a file from being written, as a sentence without its end, or None.

    A link is followed, also one to a file that does not exist yet.
    """
    if "\0" in str(path):
        return f"'{path}' cannot be written: no name of a file holds a zero byte"
    try:
        file = path.resolve()
        return _circle(path) if file.is_symlink() else _obstacle(path, file)
    except UnicodeEncodeError:
        return f"'{path!r}' cannot be written: it holds half of a character"
    except RuntimeError:  # what Python before 3.13 says of a circle
        return _circle(path)
    except OSError as error:
        return f"'{path}' cannot be written: {error.strerror}"


def _circle(path: Path) -> str:
    return f"'{path}' cannot be written: it is a circle of links"


def _obstacle(path: Path, file: Path) -> str | None:
    named = f"'{path}', a link to '{file}'," if path.is_symlink() else f"'{path}'"
    if file.is_dir():
        return f"{named} is a folder; name a file"
    if not file.parent.is_dir():
        return f"{named} cannot be written: there is no folder '{file.parent if path.is_symlink() else path.parent}'"
    if file.exists() and not may(file, os.W_OK):
        return f"{named} cannot be written: the file is protected"
    if not may(file.parent, os.W_OK):
        return f"{named} cannot be written: its folder is protected"
    return None


def can_be(ask: Callable[[], bool]) -> bool:
    """Return the answer to a question about a path, which is no where there can be no such path."""
    try:
        return ask()
    except OSError:  # a name that is too long, or a folder that nobody may enter
        return False


def may(path: Path, mode: int) -> bool:
    """Return whether this process may do something with a file or folder: `os.W_OK`, `os.X_OK`."""
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def replace(file: Path, content: bytes) -> None:
    """Write a file in place of what is there; an interruption leaves that as it was.

    Raises:
        OSError: it cannot be written.
    """
    file = file.resolve()
    new = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with new.open("xb") as stream:
            stream.write(content)
        new.replace(file)
    except FileExistsError:  # a file that has this name by chance is not ours
        raise
    except BaseException:
        new.unlink(missing_ok=True)
        raise


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Give a new folder to write into, which then takes its name; an interruption leaves nothing.

    Raises:
        OSError: it cannot be made, or something has its name.
    """
    import shutil

    new = path.with_name(f".{path.name}.{os.getpid()}")
    new.mkdir()
    try:
        yield new
        new.rename(path)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
