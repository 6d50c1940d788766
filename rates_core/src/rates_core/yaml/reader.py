"""Templates read from model files, with all that they name."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TypeVar

from attrs import define, field

from rates_core.errors import ArgumentError, ModelFileError, shown
from rates_core.templates.template import Template
from rates_core.yaml.build import build
from rates_core.yaml.entries import CircuitEntry, Entry, Reference
from rates_core.yaml.faults import fault
from rates_core.yaml.files import ModelFiles, Place, describe_circle

T = TypeVar("T", bound=Template)

MAX_DEPTH = 100  # of circuits in circuits: deeper ones would meet the end of Python's stack when they are compared


def load(reference: str | Path, base_directory: str | Path | None = None) -> Template:
    """Read a template and all that it names; every call reads the files again.

    Args:
        reference: `folder.file.Name`, `./file/Name`, `/folder/file/Name` or `library:file/Name`; or a file, which
            stands for the one circuit in it that is no part of another (in a file without circuits, for the one
            template).
        base_directory: where references begin that are no absolute paths; the working directory by default.

    Raises:
        ModelFileError: a file or a template is not found or malformed; file and line are named.
        TemplateError: a template contradicts itself or the language; file and line are named.
        UnknownNameError: a template or a library has no such part; file and line are named.
        ArgumentError: the reference is no text and no path.
    """
    if not isinstance(reference, (str, Path)):
        raise ArgumentError(f"A template is named by a text or a path, not by {shown(reference)}.")
    text = reference.as_posix() if isinstance(reference, Path) else reference
    directory = Path.cwd() if base_directory is None else Path(base_directory).absolute()
    if not directory.is_dir():
        raise ModelFileError(f"There is no folder '{directory}' in which '{text}' could be looked for.")
    files = ModelFiles(directory)
    return _Maker(files).make(files.locate(text, directory))


@define
class _Maker:
    """Makes templates in the order in which they need each other."""

    files: ModelFiles
    templates: dict[Place, Template] = field(factory=dict)
    depths: dict[Place, int] = field(factory=dict)

    def make(self, target: Place) -> Template:
        """Return a template, made after all that it names; without recursion, for files decide how deep that goes."""
        begun: dict[Place, None] = {}  # each of them names the next one
        stack = [target]
        while stack:
            place = stack[-1]
            if place in self.templates:
                stack.pop()
            elif place in begun:
                self.finish(place)
                del begun[place]
            else:
                begun[place] = None
                stack += self.unmade(place, begun)
        return self.templates[target]

    def unmade(self, place: Place, begun: Collection[Place]) -> list[Place]:
        """Return what a template names and is not made yet, the first last; nothing of it may have been begun."""
        found: dict[Place, None] = {}
        for reference in self.files.entry(place).references():
            named = self.files.find(reference, place.file)
            if named in begun:
                circle = describe_circle((*begun, named))
                raise fault(reference.location, f"'{named.name}' contains itself: {circle}. Take one of them out.")
            if named not in self.templates:
                found[named] = None
        return list(reversed(found))

    def finish(self, place: Place) -> None:
        """Make a template that names only what is made."""
        entry = self.files.entry(place)
        self.depths[place] = self.depth(entry, place)
        if self.depths[place] > MAX_DEPTH:
            raise fault(entry.location, f"with '{place.name}', circuits are nested more than {MAX_DEPTH} deep.")

        def find(reference: Reference, kind: type[T]) -> T:
            template = self.templates[self.files.find(reference, place.file)]
            if isinstance(template, kind):
                return template
            named, needed = type(template).__name__, kind.__name__
            raise fault(reference.location, f"'{reference.value}' is of the kind {named}; the kind {needed} is needed.")

        self.templates[place] = build(entry, find)

    def depth(self, entry: Entry, place: Place) -> int:
        """Return how deep circuits are nested in a template: 1 if there is none in it."""
        inner = entry.content.circuits.values() if isinstance(entry.content, CircuitEntry) else ()
        depths = [1 + self.depths[self.files.find(circuit, place.file)] for circuit in inner]
        inherited = [] if entry.base is None else [self.depths[self.files.find(entry.base, place.file)]]
        return max([1, *depths, *inherited])
