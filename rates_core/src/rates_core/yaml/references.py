"""Where a template lies that a text names: `folder.file.Name`, `./file/Name`, `library:file/Name` and their like.

A text that begins with `./`, `../` or `/` is a path. Any other is looked for in the working directory, then in the
model library that its first part names, then in the data of the top-level package of that name; nothing of a package is
executed. A name in the same file comes before all this; the reader finds it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from attrs import frozen

from rates_core.errors import ModelFileError, UnknownNameError
from rates_core.files import can_be

EXTENSIONS = (".yaml", ".yml")
FORMS = "A template is named as 'folder.file.Name', './file/Name', '/folder/file/Name' or 'library:file/Name'."


@frozen
class Search:
    """One folder where a text may lead, and the parts of the text that are looked for in it.

    Attributes:
        folder: where the parts begin.
        parts: folders, file and name.
        described: the folder in words of an error message; empty where the path itself says it.
        prefix: the beginning of the text, which the parts do not hold.
        library: whether this is the folder of a model library.
        is_first: a model library or a package comes next, if one has the name of the first part.
    """

    folder: Path
    parts: tuple[str, ...]
    described: str = ""
    prefix: str = ""
    library: bool = False
    is_first: bool = False

    @property
    def path(self) -> Path:
        """Return all parts as one path."""
        return self.folder.joinpath(*self.parts)

    def result(self) -> tuple[Path, str | None] | None:
        """Return what is there: a file and a name in it, else a file alone."""
        path = self.path
        file = _model_file(path.parent) if len(self.parts) > 1 else None
        if file is not None:
            return file, path.name
        file = _model_file(path)
        return None if file is None else (file, None)

    def files(self) -> list[Path]:
        """Return the files that were looked for."""
        path = self.path
        return [*(_model_files(path.parent) if len(self.parts) > 1 else ()), *_model_files(path)]

    def looked_for(self) -> str:
        """Return the file that is not there, in words of an error message."""
        file = "/".join(self._split()[0])
        if not file.endswith(EXTENSIONS):
            file += EXTENSIONS[0]
        return f"'{file}' in {self.described}" if self.described else f"'{self.folder / file}'"

    def _split(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the parts of the file, and the name as one part or none."""
        names_file = len(self.parts) == 1 or self.parts[-1].endswith(EXTENSIONS)
        return (self.parts, ()) if names_file else (self.parts[:-1], self.parts[-1:])


def locate(text: str, folder: Path, working_directory: Path) -> tuple[Path, str | None]:
    """Return the model file that a text leads to, and the name in it, None where the text names the file alone.

    Args:
        text: the reference as it was written.
        folder: where `./` begins: the folder of the file that holds the reference.
        working_directory: where a text begins that is no path.

    Raises:
        ModelFileError: the text leads to no file, or to a folder.
        UnknownNameError: there is no model library of that name.
        PluginError: the library cannot be used.
    """
    done: list[Search] = []
    for search in _searches(text, folder, working_directory):
        found = search.result()
        if found is not None:
            return found
        done.append(search)
    from rates_core.yaml.nowhere import nowhere  # which looks for what may be meant

    raise nowhere(text, done)


def _searches(text: str, folder: Path, working_directory: Path) -> Iterator[Search]:
    library, colon, inside = text.partition(":")
    path = Path(text)
    if colon and len(library) > 1 and "/" not in library:  # one letter before a colon is a drive
        parts = _split(text, inside)
        yield Search(_library_folder(library), parts, f"the model library '{library}'", f"{library}:", library=True)
    elif path.is_absolute():
        yield Search(Path(path.anchor), path.parts[1:], prefix=path.anchor)
    elif text.startswith(("./", "../")):
        yield Search(folder, path.parts, prefix="./" if text.startswith("./") else "")
    else:
        parts = _split(text, text)
        here = Search(working_directory, parts, f"the working directory '{working_directory}'", is_first=len(parts) > 1)
        found = _installed(parts[0], parts[1:]) if len(parts) > 1 else ()
        yield from (*found, here) if _is_reserved(parts[0]) else (here, *found)


def _installed(name: str, parts: tuple[str, ...]) -> Iterator[Search]:
    with suppress(UnknownNameError):  # a library need not have this name; one that is broken or ambiguous is an error
        folder = _library_folder(name)
        yield Search(folder, parts, f"the model library '{name}'", f"{name}/", library=True)
    for folder in _package_folders(name):
        yield Search(folder, parts, f"the package '{name}'", f"{name}/")


def _is_reserved(name: str) -> bool:
    """Tell whether a name always means a library, whatever folders there are."""
    from rates_core.plugins import get_manager

    with suppress(UnknownNameError):
        return get_manager().model_library(name).reserved
    return False


def _library_folder(name: str) -> Path:
    from rates_core.plugins import get_manager, library_path

    return library_path(get_manager().model_library(name))


def _package_folders(name: str) -> tuple[Path, ...]:
    """Return the folders of a top-level package, which is found and not imported."""
    from importlib.util import find_spec

    if not name.isidentifier():  # a name with a dot would import the package before the dot
        return ()
    try:
        spec = find_spec(name)
    except (ImportError, ValueError):  # a module that was made by hand has no spec
        return ()
    return tuple(map(Path, spec.submodule_search_locations or ())) if spec else ()


def _split(text: str, inside: str) -> tuple[str, ...]:
    if "/" in inside:
        parts = tuple(inside.split("/"))
    else:
        parts = (inside,) if inside.endswith(EXTENSIONS) else tuple(inside.split("."))
    if not all(parts) or ".." in parts:
        raise ModelFileError(f"'{text}' has an empty part or one that leads upwards. {FORMS}")
    return parts


def _model_file(path: Path) -> Path | None:
    return next((file.resolve() for file in _model_files(path) if can_be(file.is_file)), None)


def _model_files(path: Path) -> list[Path]:
    if path.name in ("", ".."):
        return []
    return [path] if path.suffix in EXTENSIONS else [path.with_name(path.name + ending) for ending in EXTENSIONS]
