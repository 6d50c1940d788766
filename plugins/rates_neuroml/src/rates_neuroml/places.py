"""Where files are that others include: beside them, in folders and archives that a user names, in pyNeuroML."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from attrs import frozen
from rates_core.errors import ArgumentError, ModelFileError, shown

#: Folders and archives that are searched beside those of the argument, with `:` (on Windows `;`) between them.
VARIABLE = "RATES_NEUROML_PATH"
CORE_TYPES = "NeuroML2CoreTypes"

_ARCHIVES = (".jar", ".zip", ".whl")


@frozen
class Source:
    """A file, which may be inside an archive.

    Attributes:
        folder: a folder or an archive.
        name: of the file in there, with `/` between names.
    """

    folder: Path
    name: str

    def __str__(self) -> str:
        return str(self.folder / self.name)

    def read(self) -> bytes:
        """Return the content.

        Raises:
            ModelFileError: it cannot be read.
        """
        try:
            if self.folder.suffix in _ARCHIVES:
                with zipfile.ZipFile(self.folder) as archive:
                    return archive.read(self.name)
            return (self.folder / self.name).read_bytes()
        except (OSError, zipfile.BadZipFile) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise ModelFileError(f"{self} cannot be read: {reason}.") from None

    def exists(self) -> bool:
        """Tell whether there is such a file."""
        if self.folder.suffix in _ARCHIVES:
            return self.name in _names(self.folder)
        return (self.folder / self.name).is_file()

    def beside(self, name: str) -> Source:
        """Return the file that another name means here."""
        if self.folder.suffix in _ARCHIVES:
            return Source(self.folder, _normal(PurePosixPath(self.name).parent / name))
        return Source((self.folder / self.name).parent, name)

    @property
    def identity(self) -> str:
        """Return what is the same for the same file, whatever way led there."""
        if self.folder.suffix in _ARCHIVES:
            return f"{self.folder.resolve()}!{self.name}"
        return str((self.folder / self.name).resolve())


def source_of(path: str | Path) -> Source:
    """Return the file that a path names."""
    file = Path(path)
    return Source(file.parent, file.name)


def searched(include: str | Path | Iterable[str | Path]) -> tuple[Path, ...]:
    """Return the folders and archives where included files are looked for.

    Args:
        include: those that a user names; in a text they stand as in the variable.

    Raises:
        ArgumentError: one of them is neither, or no path.
    """
    named = str(include).split(os.pathsep) if isinstance(include, str | Path) else include
    try:
        given = [Path(one) for one in named]
    except TypeError:
        raise ArgumentError(f"include lists folders and archives, as ['types']; it is {shown(include)}.") from None
    for place in given:
        if not place.is_dir() and not (place.suffix in _ARCHIVES and place.is_file()):
            raise ArgumentError(f"include names '{place}', which is no folder and no archive ({', '.join(_ARCHIVES)}).")
    of_variable = [Path(one) for one in os.environ.get(VARIABLE, "").split(os.pathsep) if one]
    return (*given, *of_variable, *_pyneuroml())


def found(name: str, asking: Source, places: Iterable[Path]) -> Source | None:
    """Return the file that another one includes by a name, or None."""
    candidates = [asking.beside(name)]
    for place in places:
        inside = _normal(PurePosixPath(name))
        candidates += [Source(place, inside), Source(place, f"{CORE_TYPES}/{PurePosixPath(name).name}")]
    return next((one for one in candidates if one.exists()), None)


def _pyneuroml() -> Iterator[Path]:
    """Yield the archive in which pyNeuroML brings the types of NeuroML, if it is installed; nothing is imported."""
    spec = find_spec("pyneuroml")
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        yield from sorted((Path(folder) / "lib").glob("jNeuroML-*.jar"))


def _names(archive: Path) -> frozenset[str]:
    try:
        with zipfile.ZipFile(archive) as opened:
            return frozenset(opened.namelist())
    except (OSError, zipfile.BadZipFile):
        return frozenset()


def _normal(path: PurePosixPath) -> str:
    """Return a path without `..`."""
    parts = list[str]()
    for part in path.parts:
        if part == ".." and parts:
            parts.pop()
        elif part not in ("..", "."):
            parts.append(part)
    return "/".join(parts)
