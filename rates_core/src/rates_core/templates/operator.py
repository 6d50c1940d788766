"""Operators: equations and the variables that they declare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from rates_core.errors import TemplateError, UnknownNameError, did_you_mean, shown
from rates_core.keywords import checked_class
from rates_core.paths import check_label
from rates_core.templates import forms
from rates_core.templates.counting import counted
from rates_core.templates.event import Event, ParsedEvent, parse_events
from rates_core.templates.location import Location
from rates_core.templates.mapping import FrozenMapping
from rates_core.templates.template import Template, optional_label, prose
from rates_core.templates.variable import Variable

if TYPE_CHECKING:
    from rates_core.expressions.equation import Equation


def equation_texts(given: Any) -> tuple[str, ...]:
    """Read the equations of an operator: a text or a list of texts.

    Raises:
        TemplateError: it is neither.
    """
    if not isinstance(given, str) and (not isinstance(given, Iterable) or isinstance(given, Mapping)):
        raise TemplateError(f"Equations are a text or a list of texts, not {shown(given)}.")
    equations = (given,) if isinstance(given, str) else tuple(forms.items(given, "The equations of an operator"))
    for equation in equations:
        if not isinstance(equation, str) or not equation.strip():
            raise TemplateError(f'An equation is a text such as "x\' = -x/tau", not {shown(equation)}.')
    return tuple(equation.strip() for equation in equations)


def algebraic_equations(equations: Iterable[str]) -> Mapping[str, str]:
    """Map what stands alone on the left of an equation to its text: the variables that are no derivatives."""
    return {text.partition("=")[0].strip(): text for text in equations}


def _declared(given: Any) -> FrozenMapping[str, Variable]:
    if not isinstance(given, Mapping):
        raise TemplateError(f"Variables are a mapping of names to what they are, not {shown(given)}.")
    return FrozenMapping((name, _variable(name, spec)) for name, spec in given.items())


def _variable(name: Any, spec: Any) -> Variable:
    if not isinstance(name, str) or not name.isidentifier():
        raise TemplateError(f"The name of a variable is letters, digits and '_', no digit first; it is {shown(name)}.")
    try:
        return Variable.parse(spec)
    except TemplateError as error:
        raise TemplateError(f"Variable '{name}': {error}") from None


@checked_class
@frozen(cache_hash=True)
class OperatorTemplate(Template):
    """Equations with their variables: the smallest reusable part of a model.

    Attributes:
        name: stands in paths, `node/name/variable`.
        equations: their texts, e.g. `"x' = -x/tau + x_in"`.
        variables: what is declared of each variable, in the declared order.
        description: prose about the operator.
        label: another name for displays.
        events: what happens at moments when conditions become true.
        location: where the template was written; no part of its identity.

    Raises:
        TemplateError: a part of the template is malformed.
        UnknownNameError: an event changes a variable that is not declared.

    Example:
        >>> from rates_core import OperatorTemplate
        >>> operator = OperatorTemplate("decay", "x' = -x/tau", {"x": "output(1.0)", "tau": 2.0})
        >>> operator.variables["tau"].value
        2.0
    """

    name: str
    equations: tuple[str, ...] = field(converter=equation_texts)
    variables: Mapping[str, Variable] = field(converter=_declared)
    description: str = field(default="", converter=prose)
    label: str | None = field(default=None, converter=optional_label)
    events: tuple[Event, ...] = field(default=(), converter=parse_events)
    location: Location | None = field(default=None, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        check_label(self.name, "operator")
        for event in self.events:
            for name in event.names:
                if name not in self.variables:
                    raise UnknownNameError(
                        f"The event 'when: {event.when}' changes '{name}', which is not declared ({self.place})."
                        f"{did_you_mean(name, self.variables)}"
                    )

    def __repr__(self) -> str:
        numbers = counted(len(self.equations), "equation"), counted(len(self.variables), "variable")
        return f"<OperatorTemplate {shown(self.name)}: {', '.join(numbers)}>"

    @cached_property
    def algebraic(self) -> Mapping[str, str]:
        """Map the variables that algebraic equations compute to the texts of those."""
        return algebraic_equations(self.equations)

    @cached_property
    def parsed(self) -> tuple[Equation, ...]:
        """Return the equations as expression trees.

        Raises:
            EquationError: an equation is malformed or names what is not declared; operator, number and place are named.
            TemplateError: two equations define one variable, or one defines a parameter, an input or noise.
        """
        from rates_core.expressions.equation import parse_equation

        equations: dict[str, Equation] = {}
        for number, text in enumerate(self.equations, 1):
            where = f"{self.place}, equation {number}"
            equation = parse_equation(text, self.variables, where=where)
            self._check_target(equation.target, where)
            if equation.target in equations:
                raise TemplateError(
                    f"A second equation for '{equation.target}' ({where}) after '{equations[equation.target].text}'. "
                    "Write one equation per variable."
                )
            equations[equation.target] = equation
        return tuple(equations.values())

    @cached_property
    def parsed_events(self) -> tuple[ParsedEvent, ...]:
        """Return the events with their texts as expression trees.

        Raises:
            EquationError: an expression is malformed or names what is not declared; operator and place are named.
        """
        from rates_core.expressions.parser import parse_expression

        def parsed(event: Event) -> ParsedEvent:
            where = f"{self.place}, event 'when: {event.when}'"
            when = parse_expression(event.when, self.variables, where=where)
            values = {name: parse_expression(text, self.variables, where=where) for name, text in event.set.items()}
            return ParsedEvent(when, FrozenMapping(values), event.emit)

        return tuple(map(parsed, self.events))

    def update_template(
        self,
        name: str | None = None,
        equations: str | Iterable[str] | Mapping[str, Any] | None = None,
        variables: Mapping[str, Any] | None = None,
        description: str | None = None,
        label: str | None = None,
        events: Iterable[Any] | None = None,
        location: Location | None = None,
    ) -> OperatorTemplate:
        """Return a new operator derived from this one, which inherits what is not given.

        Args:
            name: name of the derived operator.
            equations: new equations, or edits of the inherited ones: a mapping with the keys `replace`, `remove`,
                `append`, `prepend` and `add`. Variables that no equation or event uses any more are dropped.
            variables: variables that are new or declared anew.
            description: prose about the derived operator.
            label: another name for displays.
            events: events in place of the inherited ones.
            location: where the derived operator was written.

        Raises:
            TemplateError: an edit matches nothing or is malformed.
            UnknownNameError: there is no such kind of edit.

        Example:
            >>> from rates_core import OperatorTemplate
            >>> operator = OperatorTemplate("decay", "x' = -x/tau", {"x": "output(1.0)", "tau": 2.0})
            >>> faster = operator.update_template("faster", variables={"tau": 0.5})
            >>> driven = operator.update_template("driven", equations={"append": "+ u"}, variables={"u": "input"})
            >>> driven.equations
            ("x' = -x/tau + u",)
        """
        from rates_core.templates.edits import derive

        given = {"name": name, "description": description, "label": label, "events": events, "location": location}
        changes = {key: value for key, value in given.items() if value is not None}
        return derive(self, equations, forms.mapping(variables, "The variables of an operator"), changes)

    @property
    def place(self) -> str:
        """Return how messages name the operator and where it was written."""
        return f"operator '{self.name}'" if self.location is None else f"operator '{self.name}', {self.location}"

    def _check_target(self, target: str, where: str) -> None:
        variable = self.variables.get(target)
        if variable is None or variable.kind in ("output", "variable"):
            return
        remedy = f"Declare it as 'variable({variable.text()})' or 'output({variable.text()})'."
        if variable.kind != "parameter":
            remedy = "Declare it as 'variable' or 'output'."
        raise TemplateError(
            f"'{target}' is declared as {variable.kind} and cannot have an equation ({where}). {remedy}"
        )
