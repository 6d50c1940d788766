"""What all templates have in common: they are read from and written to model files."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from rates_core.errors import ArgumentError, TemplateError, shown
from rates_core.keywords import checked_class
from rates_core.templates.forms import text


@checked_class
class Template:
    """Stand above every kind of template that a model file can hold."""

    __slots__ = ()

    @classmethod
    def from_yaml(cls, path: str | Path) -> Self:
        """Load a template of this kind from a model file, e.g. `"models/qif.yaml/QIF"` or `"library:qif/qif"`.

        Raises:
            ModelFileError: the file cannot be read; file and line are named.
            TemplateError: the path leads to another kind of template.

        Example:
            >>> from rates_core import OperatorTemplate
            >>> OperatorTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp_op").equations
            ("x' = z", "z' = mu*(1 - x^2)*z - x + inp")
        """
        from rates_core.templates.references import resolve

        if not isinstance(path, (str, Path)):
            raise ArgumentError(f"A template is named by a text or a path, not by {shown(path)}.")
        return resolve(str(path), cls, "The template")

    def to_yaml(self, path: str | Path) -> None:
        """Write the template and all that it uses to a model file; reading it back gives an equal template.

        Raises:
            ModelFileError: the file cannot be written.

        Example:
            >>> from rates_core import CircuitTemplate
            >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
            >>> circuit.to_yaml("copy.yaml")
            >>> CircuitTemplate.from_yaml("./copy.yaml") == circuit
            True
        """
        from rates_core.yaml.writer import write

        write(self, path)

    def to_file(self, path: str | Path, format: str | None = None, replace: bool = False) -> None:
        """Write the template and all that it uses to a file of any installed format.

        Args:
            path: the file.
            format: name of an installed format; by default that of the file's ending.
            replace: write in place of a file that is there.

        Raises:
            UnknownNameError: there is no such format.
            ArgumentError: the ending is unknown or none of the format, the file exists, or cannot be written.
            UnsupportedFeatureError: the format cannot hold the template, or does not write.

        Example:
            >>> from rates_core import CircuitTemplate
            >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
            >>> circuit.to_file("vanderpol.yaml")
            >>> CircuitTemplate.from_file("./vanderpol.yaml") == circuit
            True
        """
        from rates_core.files import obstacle, path_of
        from rates_core.plugins.formats import format_of_target, write
        from rates_core.switches import switch

        target, over = path_of("path", path), switch("replace", replace)
        spec = format_of_target(str(target), None if format is None else text(format, "The name of a format"))
        if (reason := obstacle(target)) is not None:
            raise ArgumentError(f"{reason}.")
        if target.exists() and not over:
            raise ArgumentError(f"'{target}' exists and is not overwritten. Choose another name, or say replace=True.")
        write(self, target, spec)

    def report(self, format: str = "text") -> str:
        """Return equations, parameters with units, structure and sources for people to read.

        Args:
            format: `text`, `markdown`, `latex`, `html`, or `json` for programs.

        Raises:
            UnknownNameError: there is no such format, or a path of a circuit names what does not exist.
            TemplateError: an equation is malformed.

        Example:
            >>> from rates_core import CircuitTemplate
            >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
            >>> circuit.report("markdown").splitlines()[0]
            '# `vdp` (circuit)'
        """
        from rates_core.reports.formats import write

        return write(self, format)

    def _repr_html_(self) -> str | None:
        """Return the report as notebooks show it."""
        from rates_core.reports.formats import notebook_html

        return notebook_html(self)

    def _repr_latex_(self) -> str | None:
        """Return the equations as notebooks show them where there is no HTML."""
        from rates_core.reports.formats import notebook_latex

        return notebook_latex(self)


def check_name(name: Any, what: str) -> str:
    """Return the name of a template.

    Raises:
        TemplateError: it is not text, or is empty.
    """
    if not isinstance(name, str) or not name:
        raise TemplateError(f"The name of a {what} is text, not {shown(name)}.")
    return name


def prose(given: Any) -> str:
    """Return the description of a template.

    Raises:
        TemplateError: it is not text.
    """
    return text(given, "The description of a template")


def optional_label(given: Any) -> str | None:
    """Return the label of a template, which may have none.

    Raises:
        TemplateError: it is not text.
    """
    return None if given is None else text(given, "The label of a template")
