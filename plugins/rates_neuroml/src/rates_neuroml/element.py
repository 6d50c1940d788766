"""XML as values that know where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from xml.parsers import expat

from attrs import define, field
from rates_core.errors import ModelFileError, UnsupportedFeatureError


@define(eq=False)
class Element:
    """One element of a file.

    Attributes:
        tag: without its namespace.
        namespace: of the tag, empty if it has none.
        attributes: by name, without namespaces.
        place: file and line, for messages.
        children: the elements inside.
        text: what stands between its tags.
    """

    tag: str
    namespace: str
    attributes: Mapping[str, str]
    place: str
    children: list[Element] = field(factory=list)
    text: str = ""

    def all(self, *tags: str) -> list[Element]:
        """Return the children with one of some tags."""
        return [child for child in self.children if child.tag in tags]

    def get(self, name: str) -> str | None:
        """Return an attribute without spaces around it, or None."""
        value = self.attributes.get(name)
        return None if value is None else value.strip()

    def need(self, name: str) -> str:
        """Return an attribute.

        Raises:
            ModelFileError: it is missing.
        """
        value = self.get(name)
        if not value:
            raise self.error(f"<{self.tag}> has no '{name}'.")
        return value

    def error(self, text: str) -> ModelFileError:
        """Return the error for what is wrong here."""
        return ModelFileError(f"{self.place}: {text}")

    def refusal(self, text: str) -> UnsupportedFeatureError:
        """Return the error for what rates cannot compute and must not leave out."""
        return UnsupportedFeatureError(f"{self.place}: {text}")


def parse(content: bytes, source: str) -> Element:
    """Return the root of a file.

    Args:
        content: of the file.
        source: how messages name it.

    Raises:
        ModelFileError: it is no XML, or declares entities of its own.
    """
    builder = _Builder(source)
    try:
        builder.parser.Parse(content, True)
    except expat.ExpatError as error:
        place = f"{source}, line {error.lineno}"
        raise ModelFileError(f"{place}: It is no XML: {expat.ErrorString(error.code)}.") from None
    return builder.open[0].children[0]


@define(eq=False)
class _Builder:
    """Elements in the order in which a parser of XML finds them."""

    source: str
    open: list[Element] = field(init=False)
    parser: expat.XMLParserType = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.open = [Element("", "", {}, self.source)]
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.begin
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.add_text
        self.parser.EntityDeclHandler = self.refuse_entities

    @property
    def place(self) -> str:
        return f"{self.source}, line {self.parser.CurrentLineNumber}"

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, tag = name.rpartition(" ")
        found = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        element = Element(tag, namespace, found, self.place)
        self.open[-1].children.append(element)
        self.open.append(element)

    def end(self, _: str) -> None:
        self.open.pop()

    def add_text(self, text: str) -> None:
        self.open[-1].text += text

    def refuse_entities(self, *_: object) -> None:
        raise ModelFileError(
            f"{self.place}: It declares entities of its own, which are not read. Write the text itself."
        )
