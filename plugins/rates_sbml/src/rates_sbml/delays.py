"""Delayed values, as files and rates mean them before the start.

In a file a rule holds at all times: before the start, what is computed of time is what its rule gives at that time. In
rates it is what it was at the start. So what depends on time is written out, in delayed states and in the time that is
meant. And events at time 0 happen after all that is before; the values that rates begins with already hold them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import define, field
from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.tree import Apply, Expression, Number, Symbol, symbols, transform

from rates_sbml.contents import behind
from rates_sbml.mathematics import TIME, number

Clock = Callable[[Expression], Expression]


def at_its_time(delay: Expression) -> Expression:
    """Return the time that a delay means."""
    return Apply("subtract", (Symbol(TIME), delay))


def since_the_start(delay: Expression) -> Expression:
    """Return the time that a delay means, or that of the start if it means one before."""
    return Apply("max", (at_its_time(delay), Number(0)))


@define
class Delays:
    """Writes delayed values so that none depends on time but by itself.

    Attributes:
        computed: what computed variables are.
        clock: the time that a delay means.
    """

    computed: Mapping[str, Expression]
    clock: Clock
    _inside: list[str] = field(factory=list)

    def written_out(self, expression: Expression) -> Expression:
        """Return an expression in which time has left all delayed values.

        Raises:
            UnsupportedFeatureError: what is delayed is computed of time and of its own past.
        """

        def out(node: Expression) -> Expression:
            is_past = isinstance(node, Apply) and node.function == "past"
            return self._late(*node.arguments) if is_past else node  # type: ignore[union-attr]

        return transform(expression, out)

    def _late(self, value: Expression, delay: Expression) -> Expression:
        """Return a value as it was before a delay."""
        if isinstance(value, Number) or TIME not in behind(symbols(value), self.computed):
            return value if isinstance(value, Number) else Apply("past", (value, delay))
        if isinstance(value, Apply):
            return Apply(value.function, [self._late(part, delay) for part in value.arguments])
        assert isinstance(value, Symbol)
        if value.name == TIME:
            return self.clock(delay)
        if value.name in self._inside:
            raise UnsupportedFeatureError(
                f"'{value.name}' is computed of time and of its own past, so that what it was before the start is not "
                "known. Let a state follow one of them."
            )
        self._inside.append(value.name)
        found = self._late(self.written_out(self.computed[value.name]), delay)
        self._inside.pop()
        return found


def before_events(
    expression: Expression, changed: set[str], computed: Mapping[str, Expression], value: Callable[[Expression], float]
) -> Expression:
    """Return an expression whose delayed values are those of before the events at time 0, as long as they are earlier.

    Args:
        expression: of names, delayed ones among them.
        changed: what these events have set.
        computed: what computed variables are.
        value: what an expression was before these events.
    """

    def out(node: Expression) -> Expression:
        if not (isinstance(node, Apply) and node.function == "past"):
            return node
        late, delay = node.arguments
        if not behind(symbols(late), computed) & changed:
            return node
        return Apply("where", (Apply("less", (Symbol(TIME), delay)), number(value(late)), node))

    return transform(expression, out)
