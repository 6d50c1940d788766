"""Parts of a file, which know what of them was read: what nobody asked for is what a template does not hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import define, field
from rates_core.errors import ModelFileError, UnsupportedFeatureError
from rates_core.templates.location import Location
from rates_core.templates.value import to_number
from rates_core.yaml.tree import YamlMapping, YamlScalar, YamlSequence, YamlTree, is_null, plain_value

from rates_tvbo.keys import CLASSES, SLOTS, misspelt
from rates_tvbo.omissions import Omissions

_EMPTY: tuple[Any, ...] = (None, "", [], {})  # 0 and false are none of them


@define
class Section:
    """A mapping of a file.

    Attributes:
        tree: the mapping.
        kind: what it describes, as "parameter"; texts of messages begin with it.
        name: the name of what it describes.
        omissions: where everything is collected that is left out of the template.
    """

    tree: YamlMapping
    kind: str
    name: str
    omissions: Omissions
    _asked: set[str] = field(factory=set, init=False)

    @property
    def location(self) -> Location:
        """Return where the mapping begins."""
        return self.tree.location

    @property
    def subject(self) -> str:
        """Return what the section describes, for messages."""
        return f"{self.kind} '{self.name}'" if self.name else self.kind

    def error(self, text: str, key: str | None = None) -> ModelFileError:
        """Return an error at a key, or at the beginning."""
        where = self.tree.keys.get(key or "", self.location)
        return ModelFileError(f"{where}: {self.subject}: {text}")

    def refusal(self, text: str, key: str | None = None) -> UnsupportedFeatureError:
        """Return the error for what rates cannot hold and must not leave out."""
        where = self.tree.keys.get(key or "", self.location)
        return UnsupportedFeatureError(f"{where}: {self.subject}: {text}")

    def has(self, key: str) -> bool:
        """Tell whether there is something under a key; this alone does not count as reading it."""
        tree = self.tree.entries.get(key)
        if isinstance(tree, YamlScalar):
            return tree.value not in _EMPTY
        return bool(tree.items if isinstance(tree, YamlSequence) else tree.entries) if tree is not None else False

    def value(self, key: str) -> Any:
        """Return what stands under a key, as plain data; None if nothing does."""
        self._asked.add(key)
        tree = self.tree.entries.get(key)
        if tree is None:
            return None
        found = tree.value if isinstance(tree, YamlScalar) else plain_value(tree)
        return None if found in _EMPTY else found

    def text(self, key: str) -> str:
        """Return a text, empty if there is none.

        Raises:
            ModelFileError: a list or a mapping stands there.
        """
        self._asked.add(key)
        tree = self.tree.entries.get(key)
        if tree is not None and not isinstance(tree, YamlScalar):
            raise self.error(f"'{key}' is a text.", key)
        return "" if tree is None or tree.value is None else tree.text

    def number(self, key: str) -> float | None:
        """Return a number; None if there is none.

        Raises:
            ModelFileError: something else stands there.
        """
        found = self.value(key)
        if found is None or type(found) is float:
            return found
        return number_of(found, self, key)

    def flag(self, key: str) -> bool | None:
        """Return a truth value; None if there is none."""
        found = self.value(key)
        if found is not None and not isinstance(found, bool):
            raise self.error(f"'{key}' is true or false.", key)
        return found

    def texts(self, key: str) -> list[str]:
        """Return a list of texts; one text is a list of one, and of a mapping it is the keys."""
        found = self.value(key)
        if found is None:
            return []
        return [str(one) for one in ([found] if isinstance(found, str | int | float) else found)]

    def section(self, key: str, kind: str, name: str = "") -> Section | None:
        """Return a mapping under a key; None if there is none."""
        if not self.has(key):
            self._asked.add(key)
            return None
        self._asked.add(key)
        return self._section(self.tree.entries[key], kind, name, key)

    def sections(self, key: str, kind: str) -> dict[str, Section]:
        """Return mappings by name; they stand under their names, or in a list with a `name` each."""
        self._asked.add(key)
        return {name: self._section(tree, kind, name, key) for name, tree in self._named(key)}

    def items(self, key: str, kind: str) -> list[Section]:
        """Return the mappings of a list."""
        self._asked.add(key)
        tree = self.tree.entries.get(key)
        if tree is None or is_null(tree):
            return []
        if not isinstance(tree, YamlSequence):
            raise self.error(f"'{key}' is a list.", key)
        return [self._section(item, kind, str(place), key) for place, item in enumerate(tree.items)]

    def _named(self, key: str) -> Iterator[tuple[str, YamlTree]]:
        tree = self.tree.entries.get(key)
        if isinstance(tree, YamlMapping):
            yield from tree.entries.items()
        elif isinstance(tree, YamlSequence):
            for item in tree.items:
                name = item.entries.get("name") if isinstance(item, YamlMapping) else None
                if not isinstance(name, YamlScalar):
                    raise self.error(f"each of '{key}' needs a name.", key)
                yield name.text, item
        elif tree is not None and not is_null(tree):
            raise self.error(f"'{key}' is a mapping of names.", key)

    def _section(self, tree: YamlTree, kind: str, name: str, key: str) -> Section:
        if isinstance(tree, YamlScalar) and tree.value is None:
            tree = YamlMapping({}, {}, tree.location)
        if not isinstance(tree, YamlMapping):
            raise self.error(f"'{key}' holds mappings, and '{plain_value(tree)}' is none.", key)
        section = Section(tree, kind, name, self.omissions)
        section._asked.add("name")  # which is the key once more
        section.check_keys(SLOTS.get(key, ""))
        return section

    def check_keys(self, of: str) -> None:
        """Refuse a key that is much like one of a class of TVBO; others may be those of a newer schema.

        Raises:
            ModelFileError: there is such a key.
        """
        found = misspelt(self.tree.entries, CLASSES.get(of, ()))
        if found is not None:
            raise self.error(f"TVBO has no key '{found[0]}' there. Did you mean '{found[1]}'?", found[0])

    def ignore(self, *keys: str) -> None:
        """Take keys as read that say nothing which the rest does not say."""
        self._asked.update(keys)

    def close(self) -> None:
        """Report what was never asked for, once."""
        for key in self.tree.entries:
            if key not in self._asked and self.has(key):
                self.omissions.add(key, self.kind, self.name)
        self._asked.update(self.tree.entries)


def number_of(found: Any, section: Section, key: str) -> float:
    """Return a number as a float; texts that YAML 1.1 made of numbers are numbers."""
    try:
        number = to_number(float(found) if isinstance(found, str) else found)
    except (ValueError, TypeError):
        raise section.error(f"'{key}' is a number, not '{found}'.", key) from None
    if isinstance(number, complex):
        raise section.error(f"'{key}' is a real number, not '{found}'.", key)
    return number
