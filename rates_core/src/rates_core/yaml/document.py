"""A model file read as a plain tree, with nothing that YAML could smuggle in.

PyYAML splits the text into events; the tree is built from them without recursion, so that a hostile file meets a limit
while it is read, and not the end of the stack or of the memory.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import define, field

from rates_core.errors import ModelFileError
from rates_core.templates.location import Location
from rates_core.yaml.faults import fault
from rates_core.yaml.scalars import resolve
from rates_core.yaml.tree import YamlMapping, YamlScalar, YamlSequence, YamlTree, kind_of

if TYPE_CHECKING:
    from yaml.events import (
        AliasEvent,
        CollectionEndEvent,
        DocumentStartEvent,
        Event,
        MappingStartEvent,
        ScalarEvent,
        SequenceStartEvent,
    )

MAX_BYTES = 64 * 2**20
MAX_NESTING = 50
MAX_ALIASES = 10_000
MAX_ALIASED_VALUES = 1_000_000

_MERGE_KEY = "<<"
_CORE = "tag:yaml.org,2002:"
_STRING_TAGS = frozenset({f"{_CORE}str", "!"})
_SCALAR_TYPES: dict[str, tuple[type, ...]] = {
    f"{_CORE}float": (float, int),
    f"{_CORE}int": (int,),
    f"{_CORE}bool": (bool,),
    f"{_CORE}null": (type(None),),
}


def read_document(path: Path) -> YamlMapping:
    """Read a model file: a mapping of template names to what they hold.

    Raises:
        ModelFileError: the file is missing, a folder, too big, not UTF-8, empty, malformed, not a mapping, repeats a
            key, carries a tag, or passes a limit on nesting or aliases.
    """
    tree = parse_document(_decode(_read_bytes(path), str(path)), str(path))
    if isinstance(tree, YamlMapping):
        return tree
    raise fault(tree.location, f"a model file is a mapping from names to templates, and this is {kind_of(tree)}.")


def parse_document(text: str, file: str) -> YamlTree:
    """Return the tree of a YAML text; errors name `file`."""
    import yaml

    builder = _TreeBuilder(file)
    actions: dict[type[Event], Callable[[Any], None]] = {
        yaml.ScalarEvent: builder.take_scalar,
        yaml.SequenceStartEvent: builder.open_sequence,
        yaml.MappingStartEvent: builder.open_mapping,
        yaml.SequenceEndEvent: builder.close,
        yaml.MappingEndEvent: builder.close,
        yaml.AliasEvent: builder.repeat,
        yaml.DocumentStartEvent: builder.begin,
    }
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            action = actions.get(type(event))
            if action is not None:
                action(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise fault(Location(file, line), f"this is not YAML: {error.problem or error.context}.") from error
    except yaml.reader.ReaderError as error:
        location = Location(file, text.count("\n", 0, text.find(chr(error.character))) + 1)
        reason = f"the character U+{error.character:04X} is not allowed"
        raise fault(location, f"this is not YAML: {reason}.") from error
    if builder.root is None or (isinstance(builder.root, YamlScalar) and not builder.root.text):
        raise ModelFileError(f"{file} is empty. A model file holds templates, as 'Name: {{base: OperatorTemplate}}'.")
    return builder.root


def _read_bytes(path: Path) -> bytes:
    if path.is_dir():
        raise ModelFileError(f"{path} is a folder. Name a file in it and a template in that: '{path}/<file>/<Name>'.")
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise ModelFileError(f"There is no file {path}.") from error
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read: {error.strerror}.") from error
    if len(content) > MAX_BYTES:
        raise ModelFileError(f"{path} has more than {MAX_BYTES >> 20} MiB, the limit of a model file.")
    return content


def _decode(content: bytes, file: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        location = Location(file, content.count(b"\n", 0, error.start) + 1)
        byte = content[error.start]
        text = f"the byte 0x{byte:02x} is not UTF-8. A model file is text; save it in the encoding UTF-8."
        raise fault(location, text) from error


@define
class _Frame:
    """A list or mapping that is still open; in a mapping, keys and values alternate."""

    location: Location
    anchor: str | None
    build: Callable[[list[YamlTree], Location], YamlTree]
    children: list[YamlTree] = field(factory=list)
    size: int = 1


@define
class _TreeBuilder:
    """Build a tree from events, and refuse what passes a limit as soon as it does."""

    file: str
    root: YamlTree | None = None
    documents: int = 0
    stack: list[_Frame] = field(factory=list)
    anchors: dict[str, tuple[YamlTree, int]] = field(factory=dict)
    aliases: int = 0
    aliased_values: int = 0
    location: Location = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.location = Location(self.file, 1)

    def begin(self, event: DocumentStartEvent) -> None:
        """Begin a document, the only one."""
        self.documents += 1
        if self.documents > 1:
            raise fault(self.locate(event), "a second YAML document begins here. Keep one in a file.")

    def take_scalar(self, event: ScalarEvent) -> None:
        """Add a scalar."""
        location, tag = self.locate(event), event.tag
        plain = event.implicit[0] if tag is None else tag not in _STRING_TAGS
        if tag is not None and plain:
            _check_scalar_tag(event.value, tag, location)
        self.complete(YamlScalar(event.value, plain, location), 1, event.anchor)

    def open_sequence(self, event: SequenceStartEvent) -> None:
        """Begin a list."""
        self.open(event, "seq", _sequence)

    def open_mapping(self, event: MappingStartEvent) -> None:
        """Begin a mapping."""
        self.open(event, "map", _mapping)

    def open(
        self,
        event: SequenceStartEvent | MappingStartEvent,
        tag: str,
        build: Callable[[list[YamlTree], Location], YamlTree],
    ) -> None:
        """Begin a collection whose only explicit tag may be `tag`."""
        location = self.locate(event)
        if event.tag not in (None, "!", f"{_CORE}{tag}"):
            raise _tag_fault(location, event.tag)
        if len(self.stack) == MAX_NESTING:
            raise fault(location, f"lists and mappings are nested more than {MAX_NESTING} deep.")
        self.stack.append(_Frame(location, event.anchor, build))
        if event.anchor is not None:
            self.anchors.pop(event.anchor, None)  # the name stands for nothing until this collection is closed

    def close(self, event: CollectionEndEvent) -> None:
        """End the innermost collection."""
        frame = self.stack.pop()
        self.complete(frame.build(frame.children, frame.location), frame.size, frame.anchor)

    def repeat(self, event: AliasEvent) -> None:
        """Add what an alias stands for."""
        location, name = self.locate(event), event.anchor
        if name not in self.anchors:
            inside = any(frame.anchor == name for frame in self.stack)
            reason = "stands inside the value that it repeats" if inside else f"has no anchor '&{name}' above it"
            raise fault(location, f"the alias '*{name}' {reason}.")
        tree, size = self.anchors[name]
        self.aliases += 1
        self.aliased_values += size
        if self.aliases > MAX_ALIASES:
            raise fault(location, f"'*{name}' is alias number {self.aliases} of this file; {MAX_ALIASES} are allowed.")
        if self.aliased_values > MAX_ALIASED_VALUES:
            raise fault(location, f"with '*{name}' aliases repeat more than {MAX_ALIASED_VALUES} values of this file.")
        self.complete(tree, size, None)

    def complete(self, tree: YamlTree, size: int, anchor: str | None) -> None:
        """Put a finished tree where it belongs."""
        if anchor is not None:
            self.anchors[anchor] = (tree, size)
        if self.stack:
            self.stack[-1].children.append(tree)
            self.stack[-1].size += size
        else:
            self.root = tree

    def locate(self, event: Event) -> Location:
        """Return where an event was read; what stands in one line shares it."""
        line = event.start_mark.line + 1 if event.start_mark else 1
        if line != self.location.line:
            self.location = Location(self.file, line)
        return self.location


def _sequence(children: list[YamlTree], location: Location) -> YamlSequence:
    return YamlSequence(tuple(children), location)


def _mapping(children: list[YamlTree], location: Location) -> YamlMapping:
    entries: dict[str, YamlTree] = {}
    keys: dict[str, Location] = {}
    inherited: tuple[YamlMapping, ...] = ()
    for key, value in zip(children[::2], children[1::2], strict=True):
        if not isinstance(key, YamlScalar):
            raise fault(key.location, f"a key is a name, and this is {kind_of(key)}.")
        if key.text in keys:
            first = keys[key.text].line
            raise fault(key.location, f"the key '{key.text}' is repeated; it was first written in line {first}.")
        keys[key.text] = key.location
        if key.plain and key.text == _MERGE_KEY:
            inherited = _merged(value)
        else:
            entries[key.text] = value
    for mapping in inherited:
        entries = {**mapping.entries, **entries}
        keys = {**mapping.keys, **keys}
    return YamlMapping(entries, keys, location)


def _merged(value: YamlTree) -> tuple[YamlMapping, ...]:
    """Return the mappings that a merge key names, the one that wins first."""
    trees = value.items if isinstance(value, YamlSequence) else (value,)
    mappings = tuple(tree for tree in trees if isinstance(tree, YamlMapping))
    if len(mappings) < len(trees):
        raise fault(value.location, f"'{_MERGE_KEY}' takes a mapping or a list of mappings.")
    return mappings


def _check_scalar_tag(text: str, tag: str, location: Location) -> None:
    if tag not in _SCALAR_TYPES:
        raise _tag_fault(location, tag)
    if type(resolve(text)) not in _SCALAR_TYPES[tag]:
        raise fault(location, f"'{text}' does not fit its tag '{_short(tag)}'. Leave the tag out.")


def _tag_fault(location: Location, tag: str) -> ModelFileError:
    return fault(location, f"the tag '{_short(tag)}' is refused: a model file holds data, no objects. Remove the tag.")


def _short(tag: str) -> str:
    return f"!!{tag.removeprefix(_CORE)}" if tag.startswith(_CORE) else tag
