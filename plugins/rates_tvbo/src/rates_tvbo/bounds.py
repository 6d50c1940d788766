"""Domains in which TVBO keeps states during runs: `enforce: clamp` and `wrap`, as equations and events.

A state that is clamped does not move beyond its bound, and a step that led it there is taken back to the bound; so it
is at every time what TVBO has after each step, and solvers that choose their steps can follow it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import isfinite

from attrs import frozen
from rates_core.expressions.parser import parse_expression
from rates_core.expressions.tree import Expression, symbols
from rates_core.templates.event import Event
from rates_core.templates.operator import OperatorTemplate

from rates_tvbo.section import Section

_BOUND = re.compile(r"(?P<state>\w+) (?P<sign>[<>]) (?P<end>-?\d+(?:\.\d*)?(?:e[-+]?\d+)?)")


def slope_name(state: str) -> str:
    """Return the variable that is what a derivative would be without bounds."""
    return f"slope_{state}"


@frozen
class Bounds:
    """Where a state is clamped.

    Attributes:
        state: its name.
        low: the least value, or None.
        high: the largest value, or None.
    """

    state: str
    low: float | None
    high: float | None

    def derivative(self) -> str:
        """Return the right side of the derivative."""
        slope = slope_name(self.state)
        ends = []
        if self.high is not None:
            ends.append(f"{self.state} >= {self.high!r} and {slope} > 0.0")
        if self.low is not None:
            ends.append(f"{self.state} <= {self.low!r} and {slope} < 0.0")
        return f"where({' or '.join(ends)}, 0.0, {slope})"

    def events(self) -> list[Event]:
        """Return what takes back a step beyond a bound."""
        found = []
        if self.high is not None:
            found.append(Event(f"{self.state} > {self.high!r}", {self.state: repr(self.high)}))
        if self.low is not None:
            found.append(Event(f"{self.state} < {self.low!r}", {self.state: repr(self.low)}))
        return found

    def nearest(self, value: float) -> float:
        """Return the value within the bounds that is nearest to another one."""
        value = value if self.low is None else max(value, self.low)
        return value if self.high is None else min(value, self.high)


def read_bounds(domain: Section, state: str) -> Bounds | None:
    """Return where a state is clamped; None if its domain has no end.

    Raises:
        ModelFileError: the ends stand in the wrong order.
    """
    low, high = (_end(domain.number(key)) for key in ("lo", "hi"))
    if low is not None and high is not None and low >= high:
        raise domain.error(f"It ends at {high}, which is not above {low}.", "hi")
    return None if low is None and high is None else Bounds(state, low, high)


def wrapping(domain: Section, state: str) -> list[Event]:
    """Return the events that bring a state from one end of its domain to the other, by as many turns as it takes.

    Raises:
        ModelFileError: the domain has no two ends.
    """
    low, high = _two_ends(domain, state)
    back = f"{low!r} + mod({state} - {low!r}, {high - low!r})"
    return [Event(f"{state} >= {high!r}", {state: back}), Event(f"{state} < {low!r}", {state: back})]


def enforced(part: Section) -> tuple[str, Section | None]:
    """Return how TVBO keeps a state in its domain, and the domain; before 0.5 those that clamp are `boundaries`."""
    old = part.section("boundaries", f"boundaries of {part.subject}")
    domain = part.section("domain", f"domain of {part.subject}") if old is None else old
    if domain is None:
        return "", None
    return "clamp" if old is not None else domain.text("enforce"), domain


def start_within(part: Section, value: float, where: str = "") -> float:
    """Return the initial value that TVBO takes for one that may lie outside of a state's domain; it reports that.

    Args:
        part: of the state.
        value: of it.
        where: what has this value, if it is one node.
    """
    kind, domain = enforced(part)
    found = value
    if domain is not None and kind == "wrap":
        low, high = _two_ends(domain, part.name)
        found = value if low <= value < high else low + (value - low) % (high - low)
    elif domain is not None and kind == "clamp" and (bounds := read_bounds(domain, part.name)) is not None:
        found = bounds.nearest(value)
    if found != value:
        part.omissions.add(
            f"initial_value {value} outside the domain, so {found} is taken", "state variable", where or part.name
        )
    return found


def _two_ends(domain: Section, state: str) -> tuple[float, float]:
    bounds = read_bounds(domain, state)
    if bounds is None or bounds.low is None or bounds.high is None:
        raise domain.error("A state is wrapped between two finite ends, lo and hi.")
    return bounds.low, bounds.high


def recognised(operator: OperatorTemplate, states: Mapping[str, Expression]) -> list[Bounds]:
    """Return the bounds that equations and events of an operator are, where they are written as here; else nothing.

    Args:
        operator: the operator.
        states: derivatives without noise.
    """
    derived = [one.target for one in operator.parsed if one.kind == "algebraic"]
    found: list[Bounds] = []
    for state, derivative in states.items():
        bounds = _said_by_events(operator, state)
        if bounds is None or slope_name(state) not in operator.variables:
            continue
        if derivative == parse_expression(bounds.derivative(), operator.variables, where=state):
            found.append(bounds)
    slopes = [slope_name(one.state) for one in found]
    events = [event for one in found for event in one.events()]
    kept = bool(slopes) and derived[-len(slopes) :] == slopes and list(operator.events[-len(events) :]) == events
    alone = all(operator.variables[name].kind == "variable" for name in slopes)
    return found if kept and alone and not _used_elsewhere(operator, slopes, found) else []


def _used_elsewhere(operator: OperatorTemplate, slopes: Sequence[str], found: Sequence[Bounds]) -> bool:
    """Tell whether something else reads what the derivatives would be."""
    held = {one.state for one in found}
    others = [one.expression for one in operator.parsed if one.target not in held]
    others += [tree for event in operator.parsed_events for tree in (event.when, *event.set.values())]
    return any(symbols(tree) & set(slopes) for tree in others)


def _said_by_events(operator: OperatorTemplate, state: str) -> Bounds | None:
    ends: dict[str, float] = {}
    for event in operator.events:
        match = _BOUND.fullmatch(event.when)
        if match and match["state"] == state and dict(event.set) == {state: match["end"]} and event.emit is None:
            ends[match["sign"]] = float(match["end"])
    return Bounds(state, ends.get("<"), ends.get(">")) if ends else None


def _end(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None
