"""Edges between single variables of a circuit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from rates_core.errors import ArgumentError, TemplateError, UnknownNameError, did_you_mean, shown
from rates_core.paths import EDGE_ATTRIBUTES, TIME, split_variable
from rates_core.templates import forms
from rates_core.templates.exact import exact
from rates_core.templates.location import Location
from rates_core.templates.mapping import FrozenMapping
from rates_core.templates.node import EdgeTemplate, declared_value
from rates_core.templates.references import resolve
from rates_core.templates.value import Value, to_number
from rates_core.templates.variable import IS_TIME

Mapped = Value | str  # a number, "source", or the path of a variable

_EMPTY: FrozenMapping[str, Mapped] = FrozenMapping()
_KEYS = ("source", "target", "template", "variables")


def edge_template(given: Any) -> EdgeTemplate | None:
    """Return an edge template given itself or as a path; one without operators is None.

    Raises:
        TemplateError: it is another kind of template.
    """
    if given is None:
        return None
    template = resolve(given, EdgeTemplate, "The template of an edge")
    return template if template.operators else None


def _time(given: Any, name: str) -> float | None:
    if given is None:
        return None
    number = _number(given, name)
    if isinstance(number, complex) or not 0.0 <= number < float("inf"):
        raise TemplateError(f"The {name} of an edge is a finite number of at least 0, not {shown(given)}.")
    return number


def _weight(given: Any) -> float | complex:
    return _number(given, "weight")


def _delay(given: Any) -> float | None:
    return _time(given, "delay")


def _spread(given: Any) -> float | None:
    return _time(given, "spread")


def _number(given: Any, name: str) -> float | complex:
    try:
        return to_number(given)
    except ArgumentError as error:
        raise TemplateError(f"The {name} of an edge: {error}") from None


def mapped_variables(given: Any, template: EdgeTemplate | None) -> FrozenMapping[str, Mapped]:
    """Return what the variables `op/var` of an edge template are: a number, `"source"`, or a variable's path.

    A leading `<edge>/` of a key is dropped.

    Raises:
        TemplateError: there is no template, or a value has the wrong form.
        UnknownNameError: the template has no such variable.
    """
    named = forms.mapping(given, "What the variables of an edge are")
    return FrozenMapping(_mapped(key, value, template) for key, value in named.items()) if named else _EMPTY


def _mapped(key: Any, value: Any, template: EdgeTemplate | None) -> tuple[str, Mapped]:
    variable = edge_variable(key, template)
    assert template is not None
    place, name = variable.split("/")
    if name == TIME:
        raise TemplateError(f"The edge variable '{key}' {IS_TIME}")
    if isinstance(value, str):
        if value != "source" and value.count("/") < 2:
            raise TemplateError(
                f"The edge variable '{key}' is a number, 'source' or the path 'node/op/var', not '{value}'."
            )
        return variable, value
    operator, _ = template.instance(place)
    return variable, declared_value(operator, name, value, f"The edge variable '{variable}'")


def edge_variable(key: Any, template: EdgeTemplate | None) -> str:
    """Return `op/var` of an attribute `<edge>/op/var` or `op/var`.

    Raises:
        UnknownNameError: it is neither an attribute of every edge nor a variable of the template.
    """
    known = () if template is None else template.variable_paths
    variable = "/".join(str(key).split("/")[-2:])
    if variable not in known or str(key).count("/") > 2:
        allowed = (*EDGE_ATTRIBUTES, *known)
        which = "without a template" if template is None else f"with template '{template.name}'"
        raise UnknownNameError(
            f"An edge {which} has no attribute '{key}'.{did_you_mean(str(key), allowed)} It has: {', '.join(allowed)}."
        )
    return variable


@frozen(cache_hash=True)
class Edge:
    """A weighted, possibly delayed, projection from one variable to one input.

    Attributes:
        source: path of the source variable, relative to the circuit.
        target: path of the target input.
        template: equations of the edge, or None.
        weight: factor on what arrives.
        delay: time that passes between source and target; None is none.
        spread: standard deviation of the delay's gamma kernel; None or 0 is a discrete delay.
        mapping: what variables `op/var` of the template are: a number, `"source"`, or the path of a variable.
        location: where the edge was written; no part of its identity.

    Raises:
        TemplateError: delay or spread is negative, or a part is malformed.
        UnknownNameError: the template has no such variable.
    """

    source: str
    target: str
    template: EdgeTemplate | None = field(default=None, converter=edge_template)
    weight: float | complex = field(default=1.0, converter=_weight, eq=exact)
    delay: float | None = field(default=None, converter=_delay, eq=exact)
    spread: float | None = field(default=None, converter=_spread, eq=exact)
    mapping: Mapping[str, Mapped] = field(factory=FrozenMapping)
    location: Location | None = field(default=None, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        for path in (self.source, self.target):
            split_variable(path)
        if self.spread and self.delay is None:
            raise TemplateError(f"The edge {self} has a spread of {self.spread} and no delay to spread.")
        object.__setattr__(self, "mapping", mapped_variables(self.mapping, self.template))

    def __str__(self) -> str:
        return f"{self.source}->{self.target}"

    @property
    def attributes(self) -> dict[str, Mapped]:
        """Return the attributes as they stand in a model file; those left at their defaults are absent."""
        named: dict[str, Mapped] = {} if exact(self.weight) == 1.0 else {"weight": self.weight}
        for name, value in (("delay", self.delay), ("spread", self.spread)):
            if value is not None:
                named[name] = value
        return {**named, **self.mapping}

    @classmethod
    def parse(cls, spec: Any) -> Edge:
        """Read an edge: `(source, target, template | None, {attribute: value})` or a mapping of those names.

        Raises:
            TemplateError: the edge has another form.
            UnknownNameError: an attribute or key has no such name.
        """
        if isinstance(spec, Edge):
            return spec
        if not isinstance(spec, (tuple, list)) and isinstance(spec, Mapping):
            return cls._parse_mapping(spec)
        if not isinstance(spec, (tuple, list)) or not 2 <= len(spec) <= 4:
            raise TemplateError(
                f"An edge is (source, target, template or None, {{attribute: value}}), not {shown(spec)}."
            )
        source, target, template, attributes = (*spec, None, None)[:4]
        return cls.with_attributes(source, target, template, attributes)

    @classmethod
    def _parse_mapping(cls, spec: Mapping[str, Any]) -> Edge:
        for key in spec:
            if key not in _KEYS:
                raise UnknownNameError(f"An edge has no key '{key}'.{did_you_mean(str(key), _KEYS)}")
        if "source" not in spec or "target" not in spec:
            raise TemplateError(f"An edge needs a source and a target: {shown(dict(spec))}.")
        return cls.with_attributes(spec["source"], spec["target"], spec.get("template"), spec.get("variables"))

    @classmethod
    def with_attributes(
        cls,
        source: str,
        target: str,
        template: Any,
        attributes: Mapping[str, Any] | None,
        location: Location | None = None,
    ) -> Edge:
        """Return an edge whose weight, delay, spread and mapping stand together in one mapping.

        Raises:
            TemplateError: the attributes are no mapping, or one is malformed.
            UnknownNameError: an attribute has no such name.
        """
        if attributes is not None and not isinstance(attributes, (dict, Mapping)):
            raise TemplateError(f"The attributes of an edge are a mapping, not {shown(attributes)}.")
        given = dict(attributes or {})
        own = {name: given.pop(name) for name in EDGE_ATTRIBUTES if given.get(name) is not None}
        mapping = {key: value for key, value in given.items() if key not in EDGE_ATTRIBUTES}
        return cls(source, target, template, **own, mapping=mapping, location=location)
