"""What model libraries hold, read from their files; nothing of a model is made and no code runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import frozen

from rates_core.errors import RatesError
from rates_core.plugins.libraries import library_path
from rates_core.plugins.specs import ModelLibrarySpec
from rates_core.yaml.files import ModelFiles, Place
from rates_core.yaml.scan import model_files


@frozen
class LibraryModel:
    """A template of a model library.

    Attributes:
        parts: library, folders, file and name.
        kind: the class of the template.
        description: its own, or that of the template that it is derived from.
        file: where it is written.
        line: where it begins there.
    """

    parts: tuple[str, ...]
    kind: str
    description: str
    file: Path
    line: int

    @property
    def library(self) -> str:
        """Return the name of the library."""
        return self.parts[0]

    @property
    def name(self) -> str:
        """Return the name in the file."""
        return self.parts[-1]

    @property
    def reference(self) -> str:
        """Return what loads it from anywhere."""
        return ("/" if any("." in part for part in self.parts) else ".").join(self.parts)


@frozen
class Catalogue:
    """The templates of model libraries, and what is wrong with those that cannot be read.

    Attributes:
        models: in the order of libraries, files and lines.
        faults: one sentence for each library, file or template that is left out.
    """

    models: tuple[LibraryModel, ...]
    faults: tuple[str, ...]


def read_catalogue(libraries: Iterable[ModelLibrarySpec]) -> Catalogue:
    """Return what these libraries hold; what cannot be read hides nothing else."""
    files, faults = ModelFiles(Path.cwd()), list[str]()
    models = [model for library in libraries for model in _of_library(library, files, faults)]
    return Catalogue(tuple(models), tuple(faults))


def _of_library(library: ModelLibrarySpec, files: ModelFiles, faults: list[str]) -> Iterator[LibraryModel]:
    try:
        folder = library_path(library)
    except RatesError as error:
        faults.append(str(error))
        return
    for path, parts in model_files(folder):
        for place in _places(path, files, faults):
            try:
                yield _model(place, (library.name, *parts, place.name), files)
            except RatesError as error:
                faults.append(str(error))


def _places(path: Path, files: ModelFiles, faults: list[str]) -> list[Place]:
    try:
        return files.places(path)
    except RatesError as error:
        faults.append(str(error))
        return []


def _model(place: Place, parts: tuple[str, ...], files: ModelFiles) -> LibraryModel:
    entry = files.entry(place)
    return LibraryModel(
        parts=parts,
        kind=entry.kind,
        description=_description(place, files),
        file=place.file,
        line=entry.location.line,
    )


def _description(place: Place, files: ModelFiles) -> str:
    """Return the description of a template, which a derived one has from its base if it has none of its own."""
    entry = files.entry(place)  # its kind is known, so that no template is derived from itself
    while entry.description is None and entry.base is not None:
        place = files.find(entry.base, place.file)
        entry = files.entry(place)
    return entry.description or ""
