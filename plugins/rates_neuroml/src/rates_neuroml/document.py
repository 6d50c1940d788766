"""Files of NeuroML 2 and LEMS: what they are, and everything that they and what they include define."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from attrs import define, evolve, field
from rates_core.errors import ModelFileError

from rates_neuroml.definitions import Component, Definitions
from rates_neuroml.element import Element, parse
from rates_neuroml.places import CORE_TYPES, VARIABLE, Source, found, searched, source_of

NEUROML = "http://www.neuroml.org/schema/neuroml2"
_LEMS = "http://www.neuroml.org/lems/"
_OLD = ("http://morphml.org/", "http://www.neuroml.org/schema/neuroml1")
_NO_COMPONENTS = ("notes", "annotation", "property", "Assertion", "Assertions")


def is_neuroml(path: str | Path) -> bool:
    """Tell whether a file is one of NeuroML 2 or LEMS; a file that cannot be read is none."""
    try:
        return root_of(source_of(path)).tag in ("Lems", "neuroml")
    except ModelFileError:
        return False


def root_of(source: Source) -> Element:
    """Return the root of a file, which is one of NeuroML 2 or LEMS.

    Raises:
        ModelFileError: it cannot be read, or is something else; the text says what it looks like.
    """
    content = source.read()
    if not content.lstrip().startswith((b"<", b"\xef\xbb\xbf<")):
        raise ModelFileError(f"{source} is no file of NeuroML or LEMS. It is no XML.")
    root = parse(content, str(source))
    if root.tag.lower() == "lems":
        if root.namespace and not root.namespace.startswith(_LEMS):
            raise root.error(
                f"<{root.tag}> is of '{root.namespace}', which is no version of LEMS; those are '{_LEMS}…'."
            )
        root.tag = "Lems"
        return root
    if root.tag in ("neuroml", "channelml", "networkml", "morphml"):
        if root.namespace in ("", NEUROML) and root.tag == "neuroml":
            return root
        old = root.namespace.startswith(_OLD) or root.tag != "neuroml"
        what = "NeuroML 1" if old else f"a version of NeuroML that is not known, '{root.namespace}'"
        raise root.error(f"It is {what}; NeuroML 2 is read, '{NEUROML}'. pyNeuroML converts files of version 1.")
    known = {"sbml": "SBML", "cellml": "CellML", "model": "CellML", "html": "HTML"}
    resemblance = f" It looks like {known[root.tag]}." if root.tag in known else f" Its root is <{root.tag}>."
    raise ModelFileError(f"{source} is no file of NeuroML or LEMS.{resemblance}")


def load(path: str | Path, include: str | Path | Iterable[str | Path] = ()) -> Definitions:
    """Return everything that a file and those that it includes define.

    Args:
        path: of the file.
        include: folders and archives in which included files are looked for, as in `reader.read`.

    Raises:
        ModelFileError: a file cannot be read or found, or is malformed.
    """
    loader = _Loader(searched(include))
    source = source_of(path)
    root = root_of(source)
    loader.add(root, source, own=True)
    if loader.lacks_core_types:
        loader.include(f"{CORE_TYPES}.xml", root, source)
    if loader.lacks_core_types and found("PyNN.xml", source, loader.places) is not None:
        loader.include("PyNN.xml", root, source)
    known = loader.definitions
    known.components.update(
        {name: evolve(one, type=known.kind_of(one.element)) for name, one in known.components.items()}
    )
    return known


@define(eq=False)
class _Loader:
    """What files define so far.

    Attributes:
        places: where included files are looked for.
        seen: identities of files that were read.
        lacks_core_types: there are components of NeuroML, whose types no file has included yet.
    """

    places: tuple[Path, ...]
    definitions: Definitions = field(factory=Definitions)
    seen: set[str] = field(factory=set)

    @property
    def lacks_core_types(self) -> bool:
        known = self.definitions.type_elements
        components = self.definitions.components.values()
        return any(item.type not in known and item.type != "Component" for item in components)

    def include(self, name: str, asking: Element, source: Source) -> None:
        target = found(name, source, self.places)
        if target is None:
            where = "".join(f", {place}" for place in self.places)
            raise asking.error(
                f"'{name}' is not there (looked for beside the file{where}). The types of NeuroML come with pyNeuroML: "
                f"'pip install pyneuroml', or name the folder {CORE_TYPES} by include=[folder] or by the variable "
                f"{VARIABLE}."
            )
        if target.identity not in self.seen:
            self.add(root_of(target), target, own=False)

    def add(self, root: Element, source: Source, own: bool) -> None:
        """Take everything that a file defines."""
        self.seen.add(source.identity)
        known = self.definitions
        for element in root.children:
            match element.tag:
                case "Include" | "include":
                    self.include(element.get("file") or element.need("href"), element, source)
                case "Target":
                    known.target = element if own else known.target
                case "Dimension":
                    known.add_dimension(element)
                case "Unit":
                    known.add_unit(element)
                case "Constant":
                    known.constants[element.get("symbol") or element.need("name")] = element
                case "ComponentType" | "ComponentClass":
                    known.type_elements[element.need("name")] = element
                case tag if tag not in _NO_COMPONENTS:
                    self._add_component(element, own)

    def _add_component(self, element: Element, own: bool) -> None:
        if element.tag == "Component":
            element.need("type")
        name = element.get("id") or element.get("name") or element.tag
        self.definitions.components[name] = Component(name, element.tag, element)
        if own:
            self.definitions.own.append(name)
