"""The model files that one call reads: where the templates lie that they name, and what they say of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from attrs import define, field, frozen

from rates_core.errors import ModelFileError, did_you_mean
from rates_core.yaml import forms
from rates_core.yaml.document import read_document
from rates_core.yaml.entries import Entry, Reference
from rates_core.yaml.faults import fault, located
from rates_core.yaml.references import EXTENSIONS, locate
from rates_core.yaml.schema import KINDS, read_entry
from rates_core.yaml.tree import YamlMapping, kind_of

CLOSEST = 3  # of the names that may be meant
_MOST_LISTED = 20
_LEADS_ELSEWHERE = frozenset("./:")


@frozen
class Place:
    """A template: its file and its name there."""

    file: Path
    name: str


@define
class ModelFiles:
    """Files as they were when they were first needed; one call of `load` makes it, uses it and drops it.

    Attributes:
        working_directory: where references begin that are no paths.
    """

    working_directory: Path
    _documents: dict[Path, YamlMapping] = field(factory=dict, init=False)
    _places: dict[tuple[Path, str], Place] = field(factory=dict, init=False)
    _kinds: dict[Place, str] = field(factory=dict, init=False)
    _entries: dict[Place, Entry] = field(factory=dict, init=False)

    def locate(self, text: str, folder: Path) -> Place:
        """Return where a text leads; `./` begins in `folder`.

        Raises:
            ModelFileError: there is no such file or template.
        """
        file, name = locate(text, folder, self.working_directory)
        if name is None:
            return Place(file, self._main_template(file, text))
        if name not in self._document(file).entries:
            names = self._names(file)
            hint = did_you_mean(name, names, CLOSEST) or _hint_elsewhere(text)
            raise ModelFileError(f"{file} holds no template '{name}'.{hint} It holds: {_listed(names)}.")
        return Place(file, name)

    def find(self, reference: Reference, file: Path, other_words: Sequence[str] = ()) -> Place:
        """Return where the template lies that a file names: a name in the file itself, or elsewhere.

        Args:
            reference: what names it.
            file: the file that does so.
            other_words: what else might be meant by a name that the file does not hold.

        Raises:
            ModelFileError: there is no such template.
        """
        key = file, reference.value
        if key not in self._places:
            with located(reference.location):
                self._places[key] = self._found(reference.value, file, other_words)
        return self._places[key]

    def places(self, file: Path) -> list[Place]:
        """Return where the templates of a file lie.

        Raises:
            ModelFileError: the file cannot be read.
        """
        return [Place(file, name) for name in self._names(file)]

    def entry(self, place: Place) -> Entry:
        """Return what its file says of a template.

        Raises:
            ModelFileError: it has not the form that its kind asks for, or is derived from itself.
        """
        if place not in self._entries:
            document = self._document(place.file)
            tree, location = self._mapping(place), document.keys[place.name]
            self._entries[place] = read_entry(self.kind(place), place.name, tree, location)
        return self._entries[place]

    def kind(self, place: Place) -> str:
        """Return the kind of a template, which a derived one has from its base.

        Raises:
            ModelFileError: a base is missing, or a template is derived from itself.
        """
        derived: dict[Place, None] = {}
        while place not in self._kinds:
            derived[place] = None
            base = self._base(place)
            if base.value in KINDS:
                self._kinds[place] = base.value
                break
            place = self.find(base, place.file, other_words=KINDS)
            if place in derived:
                chain = describe_circle((*derived, place))
                raise fault(base.location, f"'{place.name}' is derived from itself: {chain}. Change one 'base'.")
        kind = self._kinds[place]
        self._kinds.update(dict.fromkeys(derived, kind))
        return kind

    def _document(self, file: Path) -> YamlMapping:
        if file not in self._documents:
            self._documents[file] = read_document(file)
        return self._documents[file]

    def _found(self, text: str, file: Path, other_words: Sequence[str]) -> Place:
        if text in self._document(file).entries:
            return Place(file, text)
        if _LEADS_ELSEWHERE & set(text):
            return self.locate(text, file.parent)
        names = self._names(file)
        hint = did_you_mean(text, (*names, *other_words), CLOSEST)
        raise ModelFileError(f"This file holds no template '{text}'.{hint} It holds: {_listed(names)}.")

    def _names(self, file: Path) -> list[str]:
        """Return the names of all templates of a file."""
        entries = self._document(file).entries
        return [name for name, tree in entries.items() if isinstance(tree, YamlMapping) and "base" in tree.entries]

    def _mapping(self, place: Place) -> YamlMapping:
        document = self._document(place.file)
        tree, location = document.entries[place.name], document.keys[place.name]
        if not isinstance(tree, YamlMapping):
            raise fault(location, f"'{place.name}' is no template: it must be a mapping, and this is {kind_of(tree)}.")
        if "base" not in tree.entries:
            raise fault(
                location,
                f"'{place.name}' has no 'base'. Write the template that it is derived from, or its kind: "
                f"{', '.join(KINDS)}.",
            )
        return tree

    def _base(self, place: Place) -> Reference:
        return forms.reference(self._mapping(place).entries["base"], f"the base of '{place.name}'")

    def _main_template(self, file: Path, text: str) -> str:
        """Return the one circuit of a file that no other circuit in it holds; without circuits, the one template."""
        names = self._names(file)
        circuits = [name for name in names if self.kind(Place(file, name)) == "CircuitTemplate"]
        what = "circuits" if circuits else "templates"
        found = self._outermost(file, circuits or names)
        if len(found) == 1:
            return found[0]
        from rates_core.yaml.nowhere import hint_of_another_format

        if not found and (hint := hint_of_another_format(file)):
            raise ModelFileError(f"'{text}' names a file, and {file} holds no template. {hint}")
        separator = "/" if "/" in text or text.endswith(EXTENSIONS) else "."
        held = f"holds several {what}: {_listed(found)}" if found else "holds no template"
        example = f"{text}{separator}{found[0] if found else 'Name'}"
        raise ModelFileError(f"'{text}' names a file, and {file} {held}. Name one template, as '{example}'.")

    def _outermost(self, file: Path, names: list[str]) -> list[str]:
        """Return the templates that are no part of another one; what is derived is no part of its base."""
        if len(names) == 1:
            return names
        parts: set[Place] = set()
        for name in names:
            parts.update(self.find(part, file) for part in self.entry(Place(file, name)).content.references())
        return [name for name in names if Place(file, name) not in parts] or names


def _hint_elsewhere(text: str) -> str:
    from rates_core.yaml.nowhere import closest_in_libraries

    return "" if text.startswith((".", "/")) else closest_in_libraries(text)


def describe_circle(places: Sequence[Place]) -> str:
    """Return the circle that the last place closes, as `A -> B -> A`."""
    start = places.index(places[-1])
    return " -> ".join(f"'{place.name}'" for place in places[start:])


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_LISTED
    listed = ", ".join(names[:_MOST_LISTED])
    return f"{listed} and {more} more" if more > 0 else listed or "nothing"
