"""The flat model as a whole: what depends on what, what is complex, and models with other values."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence

from attrs import evolve, frozen

from rates_core.errors import ArgumentError, UnknownNameError, UnsupportedFeatureError, did_you_mean
from rates_core.expressions.tree import Expression, Symbol, symbols
from rates_core.paths import EdgePath, matches
from rates_core.reference.bundles import Bundle, asked_bundles, named
from rates_core.reference.evaluate import evaluate, is_complex
from rates_core.reference.functions import Value
from rates_core.reference.quantities import Algebraic, Constant, Event, Input, Quantity, Read, Stage, State
from rates_core.reference.translate import TIME


@frozen(eq=False)
class Model:
    """All quantities of a circuit by path.

    Attributes:
        quantities: every variable of every unit and edge; and what stands for delayed values.
        edges: for each link, the paths of its source and target variables and the edge or connectivity that it is of.
        events: what happens at the end of steps, in this order.
    """

    quantities: Mapping[str, Quantity]
    edges: Mapping[str, tuple[str, str, Bundle]]
    events: Sequence[Event] = ()

    @property
    def states(self) -> dict[str, State | Stage]:
        """Return what has a derivative."""
        return {path: item for path, item in self.quantities.items() if isinstance(item, (State, Stage))}

    def find(self, path: str) -> list[str]:
        """Return the variables that a path names, in match order; edge parameters are `source->target[k]/weight`.

        Raises:
            UnknownNameError: there is none; the closest name is given.
        """
        if path in self.quantities:
            return [path]
        known = [own for own, item in self.quantities.items() if not isinstance(item, Read) and "(" not in own]
        found = self._edge_parameters(path) if "->" in path else self._variables(path, known)
        if not found:
            raise UnknownNameError(f"No variable has the path '{path}'.{did_you_mean(path, known)}")
        return found

    def _variables(self, path: str, known: Collection[str]) -> list[str]:
        pattern = path.split("/")
        return [own for own in known if "->" not in own and matches(pattern, own.split("/"))]

    def _edge_parameters(self, path: str) -> list[str]:
        asked = EdgePath.parse(path)
        patterns = asked.source, asked.target
        bundles = dict.fromkeys(bundle for _, _, bundle in self.edges.values())
        chosen = asked_bundles(bundles, patterns, asked.index)
        return [
            f"{edge}/{asked.attribute}"
            for edge, (source, target, bundle) in self.edges.items()
            if f"{edge}/{asked.attribute}" in self.quantities and bundle in chosen and named(patterns, (source, target))
        ]

    def delay(self, item: Read | Stage) -> float:
        """Return the delay of a delayed value, or the mean of a chain.

        Raises:
            UnsupportedFeatureError: it depends on something that changes.
            ArgumentError: it is no number from 0 up.
        """
        value = self._fixed(item.delay, item.path)
        if not isinstance(value, float) or not 0.0 <= value < math.inf:
            raise ArgumentError(f"A delay is a finite number of at least 0; that of '{item.path}' is {value!r}.")
        return value

    def _fixed(self, expression: Expression, asker: str) -> Value:
        """Return the value of an expression of parameters."""

        def lookup(path: str) -> Value:
            item = self.quantities.get(path)
            if isinstance(item, Constant):
                return item.value
            if isinstance(item, Algebraic):
                return self._fixed(item.expression, asker)
            raise UnsupportedFeatureError(f"The delay of '{asker}' depends on '{path}'; delays are constant.")

        return evaluate(expression, lookup)

    def inputs_of(self, path: str) -> set[str]:
        """Return what the present value of a quantity needs: for a delayed one the past of its slot, by `past_of`."""
        item = self.quantities.get(path)
        if isinstance(item, Algebraic):
            return symbols(item.expression) - {TIME}
        if isinstance(item, Input):
            return {feed.source for feed in item.feeds}
        return set()

    def is_circular(self, read: Read) -> bool:
        """Tell whether a delayed value is needed for the present value of its own slot, with no state between."""
        reached: set[str] = set()
        waiting = [read.slot]
        while waiting:
            path = waiting.pop()
            if path not in reached:
                reached.add(path)
                item = self.quantities.get(path)
                waiting.extend([item.slot] if isinstance(item, Read) else self.inputs_of(path))
        return read.path in reached

    def complex_paths(self, external: Collection[str]) -> frozenset[str]:
        """Return the variables that are complex, given the inputs that get complex signals."""
        known: set[str] = set(external)
        while True:
            found = {path for path, item in self.quantities.items() if _is_complex(item, known)}
            if found <= known:
                return frozenset(known)
            known |= found

    def with_values(self, values: Mapping[str, Value]) -> Model:
        """Return the model with other values of parameters, and other initial values of states.

        Raises:
            UnknownNameError: a path names nothing.
            ArgumentError: a path names what has no value of its own.
        """
        changed = dict(self.quantities)
        for path, value in values.items():
            found = self.find(path)
            each = isinstance(value, list) and len(value) == len(found) > 1
            for position, own in enumerate(found):
                changed[own] = _with_value(changed[own], value[position] if each and isinstance(value, list) else value)
        return evolve(self, quantities=changed)

    def with_chains(self, order: int) -> Model:
        """Return the model with a chain of `order` stages in place of every discrete delay."""
        changed = dict(self.quantities)
        for path, item in self.quantities.items():
            if isinstance(item, Read) and self.delay(item) > 0.0:
                upstream = item.slot
                for stage in _stages(item, order):
                    changed[stage.path] = stage
                    upstream = stage.path
                changed[path] = Algebraic(path, Symbol(upstream))
        return evolve(self, quantities=changed)


def _stages(read: Read, order: int) -> Iterator[Stage]:
    upstream = read.slot
    for number in range(1, order + 1):
        path = f"{read.path}/chain/{number}"
        yield Stage(path, read.slot, upstream, number, order, read.delay)
        upstream = path


def _with_value(item: Quantity, value: Value) -> Quantity:
    if isinstance(item, Constant):
        return evolve(item, value=value)
    if isinstance(item, State):
        return evolve(item, initial=value)
    if isinstance(item, Input):
        return evolve(item, default=value)
    raise ArgumentError(f"'{item.path}' has an equation and no value of its own.")


def _is_complex(item: Quantity, known: Collection[str]) -> bool:
    if isinstance(item, Constant):
        return _holds_complex(item.value)
    if isinstance(item, State):
        return item.complex or _holds_complex(item.initial) or is_complex(item.expression, known)
    if isinstance(item, Algebraic):
        return item.complex or is_complex(item.expression, known)
    if isinstance(item, Input):
        parts = [path for feed in item.feeds for path in (feed.source, feed.weight)]
        return item.complex or _holds_complex(item.default) or any(part in known for part in parts)
    return (item.slot if isinstance(item, Read) else item.upstream) in known


def _holds_complex(value: Value) -> bool:
    return any(map(_holds_complex, value)) if isinstance(value, list) else isinstance(value, complex)
