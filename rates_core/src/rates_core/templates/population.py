"""Populations: many units of one node, with values per unit."""

from __future__ import annotations

import numbers
from collections.abc import Mapping
from typing import Any

from attrs import evolve, field, frozen

from rates_core.errors import ArgumentError, TemplateError, shown
from rates_core.keywords import checked_class
from rates_core.templates.counting import counted
from rates_core.templates.forms import mapping
from rates_core.templates.location import Location
from rates_core.templates.mapping import FrozenMapping
from rates_core.templates.node import NodeTemplate
from rates_core.templates.references import resolve
from rates_core.templates.settable import unsettable
from rates_core.templates.template import Template, check_name, optional_label, prose
from rates_core.templates.value import Value, shape_of, to_value


def _count(given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, numbers.Integral) or given < 1:
        raise TemplateError(
            f"The number of units n of a population is a whole number of at least 1, not {shown(given)}."
        )
    return int(given)


def _node(given: Any) -> NodeTemplate:
    return resolve(given, NodeTemplate, "The node of a population")


def _params(given: Mapping[str, Any] | None) -> FrozenMapping[str, Any]:
    return FrozenMapping(mapping(given, "The params of a population"))


@checked_class
@frozen(cache_hash=True)
class PopulationTemplate(Template):
    """Equal units of one node template.

    Attributes:
        name: name of the template.
        node: what each unit is.
        n: number of units.
        params: values of variables `op/var`: one number for all units or an array of one per unit.
        description: prose about the population.
        label: another name for displays.
        location: where the template was written; no part of its identity.

    Raises:
        TemplateError: n is not positive, a value has the wrong length, or a variable of the node is a vector.
        UnknownNameError: a value is given to a variable that the node does not have.

    Example:
        >>> from rates_core import NodeTemplate, OperatorTemplate, PopulationTemplate
        >>> operator = OperatorTemplate("decay", "x' = -x/tau", {"x": "output(1.0)", "tau": 2.0})
        >>> node = NodeTemplate("cell", [operator])
        >>> cells = PopulationTemplate("cells", node, n=3, params={"decay/tau": [1.0, 2.0, 4.0]})
        >>> cells.params["decay/tau"]
        Array([1.0, 2.0, 4.0])
    """

    name: str
    node: NodeTemplate = field(converter=_node)
    n: int = field(converter=_count)
    params: Mapping[str, Value] = field(factory=FrozenMapping, converter=_params)
    description: str = field(default="", converter=prose)
    label: str | None = field(default=None, converter=optional_label)
    location: Location | None = field(default=None, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        check_name(self.name, "population")
        self._refuse_vectors()
        values = FrozenMapping((path, self._parameter(path, given)) for path, given in self.params.items())
        object.__setattr__(self, "params", values)

    def value(self, operator: str, variable: str) -> Value:
        """Return the value of a variable: one number for all units or an array of one per unit.

        Raises:
            UnknownNameError: there is no such operator or variable.

        Example:
            >>> from rates_core import NodeTemplate, OperatorTemplate, PopulationTemplate
            >>> operator = OperatorTemplate("decay", "x' = -x/tau", {"x": "output(1.0)", "tau": 2.0})
            >>> node = NodeTemplate("cell", [operator])
            >>> cells = PopulationTemplate("cells", node, n=3, params={"decay/tau": [1.0, 2.0, 4.0]})
            >>> cells.value("decay", "tau"), cells.value("decay", "x")
            (Array([1.0, 2.0, 4.0]), 1.0)
        """
        inherited = self.node.value(operator, variable)
        return self.params.get(f"{operator}/{variable}", inherited)

    def update_template(
        self,
        name: str | None = None,
        node: NodeTemplate | str | None = None,
        n: int | None = None,
        params: Mapping[str, Any] | None = None,
        description: str | None = None,
        label: str | None = None,
        location: Location | None = None,
    ) -> PopulationTemplate:
        """Return a new population derived from this one, which inherits what is not given; `params` are merged.

        Raises:
            TemplateError: an inherited or given value does not fit the number of units.
            UnknownNameError: a value is given to a variable that the node does not have.

        Example:
            >>> from rates_core import NodeTemplate, OperatorTemplate, PopulationTemplate
            >>> operator = OperatorTemplate("decay", "x' = -x/tau", {"x": "output(1.0)", "tau": 2.0})
            >>> cells = PopulationTemplate("cells", NodeTemplate("cell", [operator]), n=3)
            >>> cells.update_template(n=5, params={"decay/tau": 4.0}).value("decay", "tau")
            4.0
        """
        given = {"name": name, "node": node, "n": n, "description": description, "label": label, "location": location}
        changes: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
        return evolve(self, params={**self.params, **mapping(params, "The params of a population")}, **changes)

    def __repr__(self) -> str:
        return f"<PopulationTemplate {shown(self.name)}: {counted(self.n, 'unit')} of {self.node!r}>"

    def _parameter(self, path: Any, given: Any) -> Value:
        if not isinstance(path, str) or path.count("/") != 1:
            raise TemplateError(f"Population '{self.name}': a parameter is named 'op/var', not {shown(path)}.")
        place, name = path.split("/")
        declared = self.node.declared(place, name)
        what = f"Population '{self.name}': '{path}'"
        if (reason := unsettable(self.node.instance(place)[0], name)) is not None:
            raise TemplateError(f"{what} {reason}")
        try:
            value = to_value(given)
        except ArgumentError as error:
            raise TemplateError(f"{what}: {error}") from None
        shape = shape_of(value)
        if len(shape) == 1 and shape != (self.n,):
            raise TemplateError(
                f"{what} has {counted(shape[0], 'value')}, but the population has {counted(self.n, 'unit')}."
            )
        if len(shape) > 1 and not (declared.kind == "parameter" and shape == (self.n, self.n)):
            raise TemplateError(f"{what} has the shape {shape}; give one number or one per unit.")
        return value

    def _refuse_vectors(self) -> None:
        for operator, overrides in self.node.operators:
            for name, declared in operator.variables.items():
                shape = shape_of(overrides[name]) if name in overrides else declared.shape
                if shape not in ((), (1,), (self.n, self.n)):
                    raise TemplateError(
                        f"Population '{self.name}': '{operator.name}/{name}' is declared with the shape {shape}. "
                        "In a population the units are the axis; declare a scalar and give values per unit in params."
                    )
