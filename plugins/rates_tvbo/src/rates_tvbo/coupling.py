"""Couplings of TVBO: `c_i = post(sum_j w_ij * pre(x_j, x_i))`, as operators of edges and of their targets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from attrs import field, frozen
from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Expression, Symbol, symbols
from rates_core.templates.node import EdgeTemplate
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.variable import Variable

from rates_tvbo.expression_reader import Scope, read_expression
from rates_tvbo.section import Section

ARRIVED = "gx"  # the weighted sum, as TVBO calls it
SENT = "sent"

_LEADS = frozenset({"x_j", "x", "local_states", "incoming_states"})


@frozen
class End:
    """One end of an edge: the label of a node, and its dynamics."""

    label: str
    operator: OperatorTemplate


@frozen(slots=False)
class Coupling:
    """A coupling function.

    Attributes:
        name: what edges call it.
        pre: of each connection, or None where it is what the source sends.
        post: of what has arrived, or None where that is what the target is given.
        parameters: values by name.
        delayed: whether delays act.
        section: where it was written, for errors.
    """

    name: str
    pre: Expression | None = None
    post: Expression | None = None
    parameters: Mapping[str, float] = field(factory=dict)
    delayed: bool = True
    section: Section | None = None

    @property
    def acts_after(self) -> bool:
        """Tell whether something is done with what has arrived."""
        return self.post is not None

    def after_name(self, entry: str) -> str:
        """Return the operator that makes an input of what has arrived."""
        return f"{self.name}_{entry}_op"

    def after(self, entry: str) -> OperatorTemplate:
        """Return the operator that makes an input of what has arrived; they are joined by the name of the input."""
        assert self.post is not None
        variables: dict[str, Any] = {entry: "output", ARRIVED: "input", **self.used(self.post)}
        return OperatorTemplate(self.after_name(entry), f"{entry} = {to_text(self.post)}", variables)

    def end(self, entry: str, target: OperatorTemplate) -> str:
        """Return the variable `op/var` of a target where connections end that feed an input."""
        return f"{self.after_name(entry)}/{ARRIVED}" if self.acts_after else f"{target.name}/{entry}"

    @cached_property
    def template(self) -> EdgeTemplate | None:
        """Return the equations of a connection, if there are any."""
        if self.pre is None:
            return None
        ends = dict.fromkeys(sorted(symbols(self.pre) - self.parameters.keys()), "input")
        variables: dict[str, Any] = {SENT: "output", **ends, **self.used(self.pre)}
        operator = OperatorTemplate(f"{self.name}_op", f"{SENT} = {to_text(self.pre)}", variables)
        return EdgeTemplate(self.name, [operator])

    def used(self, expression: Expression) -> dict[str, Variable]:
        """Return the parameters of an expression."""
        names = symbols(expression)
        return {key: Variable.parse(value) for key, value in self.parameters.items() if key in names}

    def mapping(self, lead: str, source: End, target: End) -> dict[str, str]:
        """Return what the inputs of the edge are: variables of source and target; `lead` is the one that is sent."""
        if self.pre is None:
            return {}
        names = sorted(symbols(self.pre) - self.parameters.keys())
        return {f"{self.name}_op/{key}": self._meant(key, lead, source, target) for key in names}

    def _meant(self, key: str, lead: str, source: End, target: End) -> str:
        """Return what a name of the expression is: `source`, or the path of a variable."""
        if key in _LEADS:
            return "source"
        end = target if key.endswith("_i") else source
        variable = lead if key == "x_i" else key.removesuffix("_i").removesuffix("_j")
        if variable not in end.operator.variables:
            raise self._refusal(f"'{key}' is no variable of the operator '{end.operator.name}'.")
        if end is target:
            return f"{end.label}/{end.operator.name}/{variable}"
        if variable == lead:
            return "source"
        if self.delayed:
            raise self._refusal(f"'{key}' is a second variable of the source, and delays are those of one.")
        return f"{end.label}/{end.operator.name}/{variable}"

    def _refusal(self, text: str) -> UnsupportedFeatureError:
        assert self.section is not None  # only what a file says has expressions
        return self.section.refusal(text, "pre_expression")


IDENTITY = Coupling("coupling")


def read_coupling(part: Section, name: str) -> Coupling:
    """Return a coupling function of a file.

    Raises:
        UnsupportedFeatureError: it has another form.
        EquationError: an expression is malformed.
    """
    for key in ("coupling_function", "inner_coupling", "region_mapping", "regional_connectivity", "observed"):
        if part.has(key):
            raise part.refusal(f"It has '{key}'; only pre_expression and post_expression are read.", key)
    own = part.text("name") or name
    parameters = {key: _value(one) for key, one in part.sections("parameters", f"parameter of '{own}'").items()}
    found = Coupling(
        own.replace(" ", "_"),
        _expression(part, "pre_expression", None, parameters),
        _expression(part, "post_expression", ARRIVED, parameters),
        parameters,
        part.flag("delayed") is not False,
        part,
    )
    part.ignore("sparse", "vectorized", "incoming_states", "local_states", "iri", "symmetry", "interpolate_delays")
    part.close()
    return found


def _value(part: Section) -> float:
    value = part.number("value")
    if value is None:
        raise part.error("A parameter needs a number as its value.")
    part.ignore("domain", "definition")
    return value


def _expression(part: Section, key: str, given: str | None, parameters: Mapping[str, float]) -> Expression | None:
    """Return an expression, or None where it is the name alone that it is given."""
    section = part.section(key, f"{key} of '{part.name}'")
    if section is None:
        return None
    text = section.text("rhs")
    section.ignore("latex", "lhs")
    section.close()
    if "[" in text:
        raise section.refusal("It takes components of what is coupled, which is not read.", "rhs")
    names = {given} if given else _names(text)
    scope = Scope(frozenset([*parameters, *names]), where=f"{section.location}, {section.kind}")
    found = read_expression(text, scope)
    plain = found == Symbol(given) if given else isinstance(found, Symbol) and found.name in _LEADS
    return None if plain else found


def _names(text: str) -> set[str]:
    """Return the names in a text that stand for variables of the two ends."""
    return {
        name for name in re.findall(r"[^\W\d]\w*(?!\w*\s*\()", text) if name.endswith(("_i", "_j")) or name in _LEADS
    }
