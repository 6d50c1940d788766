"""Where a template lies that a text names: `folder.file.Name`, `./file/Name`, `library:file/Name` and their like.

A text that begins with `.`, `..`, `~` or `/` is a path. Any other is looked for in the working directory, then in the
model library that its first part names, then in the data of the top-level package of that name; nothing of a package is
executed. A name in the same file comes before all this; the reader finds it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from rates_core.errors import ModelFileError, PluginError, UnknownNameError, closest

if TYPE_CHECKING:
    from rates_core.plugins.specs import ModelLibrarySpec

EXTENSIONS = (".yaml", ".yml")
FORMS = "A template is named as 'folder.file.Name', './file/Name', '/folder/file/Name' or 'library:file/Name'."


@frozen
class _Search:
    """One folder where a text may lead, and the parts of the text that are looked for in it.

    Attributes:
        folder: where the parts begin.
        parts: folders, file and name.
        described: the folder in words of an error message.
        prefix: the beginning of the text, which the parts do not hold.
    """

    folder: Path
    parts: tuple[str, ...]
    described: str
    prefix: str = ""

    @property
    def path(self) -> Path:
        """Return all parts as one path."""
        return self.folder.joinpath(*self.parts)

    def result(self) -> tuple[Path, str | None] | None:
        """Return what is there: a file and a name in it, else a file alone."""
        path = self.path
        if path.parent.name not in ("", "..") and len(self.parts) > 1:
            file = _model_file(path.parent)
            if file is not None:
                return file, path.name
        file = _model_file(path)
        return None if file is None else (file, None)

    def looked_for(self) -> str:
        """Return the file that is not there, in words of an error message."""
        named = self.parts[:-1] or self.parts
        extension = "" if named[-1].endswith(EXTENSIONS) else EXTENSIONS[0]
        return f"'{'/'.join(named)}{extension}' in {self.described}"

    def similar(self) -> Iterator[tuple[str, ...]]:
        """Yield parts that lead to a file and look like these, best first."""
        index = max(len(self.parts) - 2, 0)
        folder = self.folder.joinpath(*self.parts[:index])
        if folder.is_dir():
            stems = sorted(file.stem for file in folder.iterdir() if file.suffix in EXTENSIONS)
            for stem in closest(Path(self.parts[index]).stem, stems):
                yield (*self.parts[:index], stem, *self.parts[index + 1 :])


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
    done: list[_Search] = []
    for search in _searches(text, folder, working_directory):
        found = search.result()
        if found is not None:
            return found
        done.append(search)
    raise _nowhere(text, done)


def _searches(text: str, folder: Path, working_directory: Path) -> Iterator[_Search]:
    library, colon, inside = text.partition(":")
    path = Path(text).expanduser() if text.startswith("~") else Path(text)
    if colon and len(library) > 1 and "/" not in library:  # one letter before a colon is a drive
        yield _Search(library_folder(library), _split(text, inside), f"the model library '{library}'", f"{library}:")
    elif path.is_absolute():
        yield _Search(Path(path.anchor), path.parts[1:], f"'{path.anchor}'", path.anchor)
    elif text.startswith(("./", "../")):
        yield _Search(folder, path.parts, f"'{folder}'", "./" if text.startswith("./") else "")
    else:
        parts = _split(text, text)
        yield _Search(working_directory, parts, f"the working directory '{working_directory}'")
        if len(parts) > 1:
            yield from _installed(parts, "/" if "/" in text else ".")


def _installed(parts: tuple[str, ...], separator: str) -> Iterator[_Search]:
    name, inside = parts[0], parts[1:]
    with suppress(UnknownNameError):  # a library need not have this name; one that is broken or ambiguous is an error
        yield _Search(library_folder(name), inside, f"the model library '{name}'", name + separator)
    for folder in _package_folders(name):
        yield _Search(folder, inside, f"the package '{name}'", name + separator)


def library_folder(name: str) -> Path:
    """Return the folder of a model library.

    Raises:
        UnknownNameError: there is no such library.
        PluginError: its package is not installed, or it is offered twice.
    """
    from rates_core.plugins import get_manager

    spec: ModelLibrarySpec = get_manager().model_library(name)
    for folder in _package_folders(spec.package):
        if folder.joinpath(spec.directory).is_dir():
            return folder / spec.directory
    raise PluginError(
        f"The model library '{name}' has no folder '{spec.directory}' in the package '{spec.package}'. "
        f"Install {spec.distribution or spec.package} again."
    )


def _package_folders(name: str) -> tuple[Path, ...]:
    """Return the folders of a top-level package, which is found and not imported."""
    from importlib.util import find_spec

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
    files = [path] if path.suffix in EXTENSIONS else [path.with_name(path.name + ending) for ending in EXTENSIONS]
    return next((file.resolve() for file in files if file.is_file()), None)


def _nowhere(text: str, searches: list[_Search]) -> ModelFileError:
    for search in searches:
        if search.path.is_dir():
            return ModelFileError(
                f"'{text}' leads to the folder '{search.path}'. Name a file in it and a template there."
            )
    looked_for = ", ".join(search.looked_for() for search in searches)
    separator = "/" if "/" in text else "."
    similar = next((search.prefix + separator.join(parts) for search in searches for parts in search.similar()), None)
    hint = f" Did you mean '{similar}'?" if similar else ""
    return ModelFileError(f"'{text}' leads to no model file: there is no {looked_for}.{hint} {FORMS}")
