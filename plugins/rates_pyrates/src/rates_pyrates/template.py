"""What the templates of a script have in common: each holds one of rates, which is replaced where scripts change it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Generic, Self, TypeVar

from rates_core.errors import TemplateError, UnsupportedFeatureError, did_you_mean
from rates_core.templates.references import resolve
from rates_core.templates.template import Template as Stored

T = TypeVar("T", bound=Stored)


class Template(Generic[T]):
    """A template of a script.

    Attributes:
        rates: the template of rates.
        path: where it was read, as the script said.
    """

    kind: ClassVar[type[Any]]

    def __init__(self, rates: T, path: str | None = None) -> None:
        self.rates, self.path = rates, path

    @classmethod
    def of(cls, rates: T, path: str | None = None) -> Self:
        """Return a template that holds one of rates."""
        made = cls.__new__(cls)
        Template.__init__(made, rates, path)
        return made

    @classmethod
    def from_yaml(cls, path: str | Path) -> Self:
        """Return the template that a path leads to, which is a file's with dots or slashes.

        Raises:
            ModelFileError: the file cannot be read.
            TemplateError: it is another kind of template.
        """
        return cls.of(cls.kind.from_yaml(path), str(path))

    def to_yaml(self, path: str | Path, **options: Any) -> None:
        """Write a model file; what PyRates hands on to its writer has no meaning here.

        Raises:
            ModelFileError: the file cannot be written.
        """
        self.rates.to_yaml(path)

    @property
    def name(self) -> str:
        """Return the name of the template."""
        return str(self.rates.name)  # type: ignore[attr-defined]

    @property
    def description(self) -> str:
        """Return prose about the template."""
        return str(self.rates.description)  # type: ignore[attr-defined]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} '{self.name}'>"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and bool(self.rates == other.rates)

    def __hash__(self) -> int:
        return hash(self.rates)

    def __getattr__(self, name: str) -> Any:
        from rates_pyrates.tools.pyrates import TOOL

        reasons = [TOOL.refused.get(f"{cls.__name__}.{name}") for cls in type(self).__mro__]
        for reason in filter(None, reasons):
            raise RefusedMemberError(f"'{type(self).__name__}.{name}' is refused: {reason}")
        raise AttributeError(f"'{type(self).__name__}' has no attribute '{name}'.{self._near(name)}")

    def _near(self, name: str) -> str:
        return "" if name.startswith("_") else did_you_mean(name, [known for known in dir(self) if known[0] != "_"])


class RefusedMemberError(UnsupportedFeatureError, AttributeError):
    """A member of a class of PyRates has no meaning here; the text says what to use."""


def unwrapped(given: Any) -> Any:
    """Return what rates is given: its own templates, in lists and dicts too."""
    if isinstance(given, Template):
        return given.rates
    if isinstance(given, Mapping):
        return {unwrapped(key): unwrapped(value) for key, value in given.items()}
    if isinstance(given, (list, tuple)):
        return type(given)(unwrapped(item) for item in given)
    return given


def kinds() -> Mapping[type[Any], type[Template[Any]]]:
    """Map templates of rates to those of scripts."""
    from rates_pyrates.circuit import CircuitTemplate
    from rates_pyrates.nodes import EdgeTemplate, NodeTemplate
    from rates_pyrates.operators import OperatorTemplate

    return {cls.kind: cls for cls in (OperatorTemplate, NodeTemplate, EdgeTemplate, CircuitTemplate)}


def from_yaml(path: str) -> Any:
    """Return the template that a path leads to, of whatever kind.

    Raises:
        ModelFileError: the file cannot be read.
    """
    found = resolve(str(path), Stored, "The template")
    if type(found) not in kinds():
        raise TemplateError(f"'{path}' is a {type(found).__name__}, which stands in circuits alone.")
    return kinds()[type(found)].of(found, str(path))


def to_yaml(template: Template[Any], path: str, **options: Any) -> None:
    """Write a template; see `Template.to_yaml`."""
    template.to_yaml(path, **options)
