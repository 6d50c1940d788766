"""Nodes and edges: sets of operators with parameters of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

from attrs import evolve, field, frozen

from rates_core.errors import ArgumentError, TemplateError, UnknownNameError, did_you_mean, shown
from rates_core.keywords import checked_class
from rates_core.templates.counting import counted
from rates_core.templates.forms import items, text
from rates_core.templates.location import Location
from rates_core.templates.mapping import FrozenMapping
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.operator_sets import OperatorInstance, merge, replace_and_remove, split_edits
from rates_core.templates.references import resolve
from rates_core.templates.settable import unsettable
from rates_core.templates.template import Template, check_name, optional_label, prose
from rates_core.templates.value import Value, shape_of, to_value
from rates_core.templates.variable import Variable


def parse_operators(given: Any) -> tuple[OperatorInstance, ...]:
    """Read operators as they stand in a node: a template or path, a list of them, or a mapping to their values.

    Raises:
        TemplateError: an operator or a value has the wrong form.
        UnknownNameError: a value is given to a variable that the operator does not declare.
    """
    if isinstance(given, (str, OperatorTemplate)):
        given = (given,)
    if isinstance(given, Mapping):
        return tuple(_instance(operator, values) for operator, values in given.items())
    return tuple(_instance(*_pair(item)) for item in items(given, "The operators of a node or edge"))


def _pair(item: Any) -> tuple[Any, Any]:
    if isinstance(item, tuple) and len(item) == 2:
        return item
    if isinstance(item, Mapping) and len(item) == 1:
        return next(iter(item.items()))
    return item, None


def _instance(given: Any, values: Any) -> OperatorInstance:
    operator = resolve(given, OperatorTemplate, "An operator of a node or edge")
    if values is None:
        return operator, FrozenMapping()
    if isinstance(values, Mapping) and set(values) == {"variables"} and isinstance(values["variables"], Mapping):
        values = values["variables"]
    if not isinstance(values, Mapping):
        raise TemplateError(
            f"The values of operator '{operator.name}' are a mapping of variables, not {shown(values)}."
        )
    return operator, FrozenMapping((name, _override(operator, name, value)) for name, value in values.items())


def _override(operator: OperatorTemplate, name: str, given: Any) -> Value:
    declared = operator.variables.get(name) if isinstance(name, str) else None
    if declared is None:
        raise UnknownNameError(
            f"Operator '{operator.name}' has no variable '{name}'.{did_you_mean(str(name), operator.variables)}"
        )
    return declared_value(operator, name, given, f"'{operator.name}/{name}'")


def declared_value(operator: OperatorTemplate, name: str, given: Any, what: str) -> Value:
    """Return a value for a declared variable; a text such as `output(0.5)` must repeat the declared kind.

    Raises:
        TemplateError: the variable takes no value, or it is none, is NaN, or its shape or kind contradicts the
            declaration.
    """
    if (reason := unsettable(operator, name)) is not None:
        raise TemplateError(f"{what} {reason}")
    declared = operator.variables[name]
    try:
        value = _text_value(declared, given, what) if isinstance(given, str) else to_value(given)
    except ArgumentError as error:
        raise TemplateError(f"{what}: {error}") from None
    shape = shape_of(value)
    if declared.kind != "parameter" and shape not in ((), declared.shape):
        raise TemplateError(f"{what} has the shape {shape}, but is declared with the shape {declared.shape}.")
    return value


def _text_value(declared: Variable, text: str, what: str) -> Value:
    variable = Variable.parse(text)
    if variable.kind not in (declared.kind, "parameter"):
        raise TemplateError(
            f"{what} is declared as {declared.kind} and cannot become '{text}'; derive an operator to change that."
        )
    return variable.value


@checked_class
@frozen(cache_hash=True)
class OperatorSet(Template):
    """Operators that share one place; outputs feed inputs of the same name. What nodes and edges are made of.

    Attributes:
        name: name of the template.
        operators: pairs of an operator and the values that it has here.
        description: prose about the template.
        label: another name for displays.
        location: where the template was written; no part of its identity.

    Raises:
        TemplateError: two operators share a name, or a part of the template is malformed.
        UnknownNameError: a value is given to a variable that is not declared.
    """

    name: str
    operators: tuple[OperatorInstance, ...] = field(default=(), converter=parse_operators)
    description: str = field(default="", converter=prose)
    label: str | None = field(default=None, converter=optional_label)
    location: Location | None = field(default=None, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        check_name(self.name, "template")
        names = [operator.name for operator, _ in self.operators]
        for name in names:
            if names.count(name) > 1:
                raise TemplateError(
                    f"'{self.name}' has two operators named '{name}'. Derive one of them under another name."
                )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {shown(self.name)}: {counted(len(self.operators), 'operator')}>"

    def instance(self, operator: str) -> OperatorInstance:
        """Return the operator of that name and its values.

        Raises:
            UnknownNameError: there is none.

        Example:
            >>> from rates_core import NodeTemplate, OperatorTemplate
            >>> operator = OperatorTemplate("decay", "x' = -x/tau", {"x": "output(1.0)", "tau": 2.0})
            >>> node = NodeTemplate("cell", {operator: {"tau": 5.0}})
            >>> template, values = node.instance("decay")
            >>> template == operator, dict(values)
            (True, {'tau': 5.0})
        """
        name = text(operator, "The name of an operator")
        for template, values in self.operators:
            if template.name == name:
                return template, values
        names = [template.name for template, _ in self.operators]
        raise UnknownNameError(f"'{self.name}' has no operator '{name}'.{did_you_mean(name, names)}")

    def declared(self, operator: str, variable: str) -> Variable:
        """Return what an operator declares about a variable.

        Raises:
            UnknownNameError: there is no such operator or variable.

        Example:
            >>> from rates_core import NodeTemplate, OperatorTemplate
            >>> operator = OperatorTemplate("decay", "x' = -x/tau", {"x": "output(1.0)", "tau": 2.0})
            >>> node = NodeTemplate("cell", {operator: {"tau": 5.0}})
            >>> node.declared("decay", "tau").value
            2.0
        """
        template, _ = self.instance(operator)
        if text(variable, "The name of a variable") not in template.variables:
            raise UnknownNameError(
                f"Operator '{operator}' has no variable '{variable}'.{did_you_mean(variable, template.variables)}"
            )
        return template.variables[variable]

    def value(self, operator: str, variable: str) -> Value:
        """Return the value of a variable: its own here, else that of the operator.

        Raises:
            UnknownNameError: there is no such operator or variable.

        Example:
            >>> from rates_core import NodeTemplate, OperatorTemplate
            >>> operator = OperatorTemplate("decay", "x' = -x/tau", {"x": "output(1.0)", "tau": 2.0})
            >>> node = NodeTemplate("cell", {operator: {"tau": 5.0}})
            >>> node.value("decay", "tau")
            5.0
        """
        declared = self.declared(operator, variable)
        return self.instance(operator)[1].get(variable, declared.value)

    @property
    def variable_paths(self) -> tuple[str, ...]:
        """Return `op/var` of all variables."""
        return tuple(f"{operator.name}/{name}" for operator, _ in self.operators for name in operator.variables)

    def update_template(
        self,
        name: str | None = None,
        operators: Iterable[Any] | Mapping[Any, Any] | None = None,
        description: str | None = None,
        label: str | None = None,
        location: Location | None = None,
    ) -> Self:
        """Return a new template derived from this one, which inherits what is not given.

        Args:
            name: name of the derived template.
            operators: operators to add, or new values of inherited ones. The keys `replace: {old: new}` and
                `remove: [operator]` of a mapping change the set.
            description: prose about the derived template.
            label: another name for displays.
            location: where the derived template was written.

        Raises:
            TemplateError: an added operator has the name of an inherited one but differs from it.
            UnknownNameError: `replace` or `remove` names an operator that is not there.

        Example:
            >>> from rates_core import NodeTemplate, OperatorTemplate
            >>> operator = OperatorTemplate("decay", "x' = -x/tau", {"x": "output(1.0)", "tau": 2.0})
            >>> node = NodeTemplate("cell", [operator])
            >>> slow = node.update_template("slow", operators={operator: {"tau": 10.0}})
            >>> slow.value("decay", "tau")
            10.0
        """
        given = {"name": name, "description": description, "label": label, "location": location}
        changes: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
        if operators is not None:
            replaced, removed, added = split_edits(operators)
            kept = replace_and_remove(self.operators, replaced, removed, f"'{self.name}'")
            changes["operators"] = merge(kept, parse_operators(added), f"'{self.name}'")
        return evolve(self, **changes)


@checked_class
@frozen(cache_hash=True, repr=False)
class NodeTemplate(OperatorSet):
    """A unit of a network, e.g. a neural population, made of operators that share their variables by name.

    Example:
        >>> from rates_core import NodeTemplate, OperatorTemplate
        >>> operator = OperatorTemplate("decay", "x' = -x/tau", {"x": "output(1.0)", "tau": 2.0})
        >>> NodeTemplate("cell", {operator: {"tau": 5.0}}).variable_paths
        ('decay/x', 'decay/tau')
    """


@checked_class
@frozen(cache_hash=True, repr=False)
class EdgeTemplate(OperatorSet):
    """A coupling with equations of its own, made of operators; without operators it is a plain weighted edge.

    Example:
        >>> from rates_core import EdgeTemplate, OperatorTemplate
        >>> gate = OperatorTemplate("gate", "s = g*tanh(r)", {"s": "output", "g": 2.0, "r": "input"})
        >>> EdgeTemplate("gated", [gate]).variable_paths
        ('gate/s', 'gate/g', 'gate/r')
    """
