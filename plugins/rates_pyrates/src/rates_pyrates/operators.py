"""Operators by the calls that users of PyRates know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from rates_core.templates.array import Array
from rates_core.templates.variable import Variable

from rates_core import OperatorTemplate as Operator
from rates_pyrates.template import Template


def spelled(value: Any) -> Any:
    """Return a value as scripts have it: a number, or an array."""
    return value.values if isinstance(value, Array) else value


class OperatorTemplate(Template[Operator]):
    """Equations and what is declared of their variables.

    Args:
        name: of the operator.
        equations: one or several.
        variables: by name: a number, or `input`, `output`, `variable`, with a value in parentheses.
        path: where it was read.
        description: prose.

    Example:
        >>> from rates_pyrates.operators import OperatorTemplate
        >>> leak = OperatorTemplate("leak", "x' = u - x/tau", {"x": "output(1.0)", "tau": 2.0, "u": "input"})
        >>> leak.variables
        {'x': 'output(1.0)', 'tau': 2.0, 'u': 'input(0.0)'}
    """

    kind = Operator
    cache: ClassVar[Mapping[str, Any]] = {}  # nothing is kept by name

    def __init__(
        self,
        name: str,
        equations: str | Iterable[str],
        variables: Mapping[str, Any],
        path: str | None = None,
        description: str = "An operator template.",
    ) -> None:
        super().__init__(Operator(name, equations, variables, description), path)

    @property
    def equations(self) -> list[str]:
        """Return the texts of the equations."""
        return list(self.rates.equations)

    @property
    def variables(self) -> dict[str, Any]:
        """Return what is declared, as a model file says it: a number for a parameter, else its kind and value."""
        return {name: _declared(variable) for name, variable in self.rates.variables.items()}

    def update_template(
        self,
        name: str | None = None,
        path: str | None = None,
        equations: str | Iterable[str] | Mapping[str, Any] | None = None,
        variables: Mapping[str, Any] | None = None,
        description: str | None = None,
    ) -> OperatorTemplate:
        """Return an operator derived from this one, which inherits what is not given.

        Raises:
            TemplateError: an edit of equations matches nothing or is malformed.
        """
        given = {"name": name, "equations": equations, "variables": variables, "description": description}
        return OperatorTemplate.of(self.rates.update_template(**given), path)  # type: ignore[arg-type]


def _declared(variable: Variable) -> Any:
    return spelled(variable.value) if variable.kind == "parameter" else variable.text()
