"""Values at the start: of numbers and states, from initial assignments and rules."""

from __future__ import annotations

from attrs import define, field
from rates_core.errors import CyclicEquationsError, UnsupportedFeatureError
from rates_core.expressions.evaluate import evaluate
from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Apply, Expression, symbols, transform

from rates_sbml.contents import Contents
from rates_sbml.mathematics import TIME


@define
class Starts:
    """Computes values at time 0, each when it is first asked for.

    Attributes:
        settled: values that events at time 0 have set.
    """

    contents: Contents
    settled: dict[str, float] = field(factory=dict)
    _known: dict[str, float] = field(factory=dict)
    _path: list[str] = field(factory=list)

    def set(self, values: dict[str, float]) -> None:
        """Set values of states; what is computed of them is computed anew."""
        held = {name: self.value(name) for name in self.contents.starts}
        self.settled = {**held, **values}
        self._known = {}

    def value(self, name: str) -> float:
        """Return the value of a variable.

        Raises:
            CyclicEquationsError: it is computed of itself.
        """
        if name == TIME:
            return 0.0
        if name in self.settled:
            return self.settled[name]
        if name not in self._known:
            if name in self._path:
                circle = [*self._path[self._path.index(name) :], name]
                raise CyclicEquationsError(
                    f"Values at the start are computed of each other in a circle: {' -> '.join(circle)}."
                )
            self._path.append(name)
            expression = self.contents.assignments.get(name)
            self._known[name] = self.of(self.contents.starts[name] if expression is None else expression)
            self._path.pop()
        return self._known[name]

    def of(self, expression: Expression) -> float:
        """Return the value of an expression.

        Raises:
            CyclicEquationsError: a variable is computed of itself.
            UnsupportedFeatureError: it holds what has no value at the start.
        """
        present = transform(expression, _present)
        try:
            return float(evaluate(present, {name: self.value(name) for name in symbols(present)}))
        except ZeroDivisionError:
            raise UnsupportedFeatureError(f"'{to_text(expression)}' divides by zero at the start.") from None


def _present(node: Expression) -> Expression:
    """Return what a delayed value is at the start: what it is there, which it was before."""
    if isinstance(node, Apply) and node.function == "past":
        return node.arguments[0]
    return node
