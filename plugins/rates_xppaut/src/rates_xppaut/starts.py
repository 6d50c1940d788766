"""Where variables start, and what they were before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import define, field
from rates_core.errors import did_you_mean
from rates_core.expressions.evaluate import evaluate
from rates_core.expressions.tree import Apply, Expression, Number, Symbol, symbols, walk

from rates_xppaut.declarations import Declaration, number_of, numbers_of
from rates_xppaut.vocabulary import Vocabulary


@define
class Starts:
    """What a file says of the start.

    Attributes:
        values: at the start, by names in templates; others are 0.
        before: what `x(0)=` says of the time before, by names in templates; others were 0.
    """

    values: dict[str, float] = field(factory=dict)
    before: dict[str, Expression] = field(factory=dict)

    def histories(self, known: Vocabulary, trees: Iterable[Expression]) -> Mapping[str, Expression]:
        """Return what delayed variables were before the start, where it is not what they are at the start."""
        read = {
            node.arguments[0].name
            for tree in trees
            for node in walk(tree)
            if isinstance(node, Apply) and node.function == "past" and isinstance(node.arguments[0], Symbol)
        }
        found = {key: self.before.get(key, Number(0.0)) for key in known.known("state") if key in read}
        return {
            key: tree for key, tree in found.items() if symbols(tree) or known.number(tree) != self.values.get(key, 0.0)
        }


def read_starts(known: Vocabulary) -> Starts:
    """Return initial values, the last that is said of each.

    Raises:
        ModelFileError: something else than a variable with an equation of its own gets one.
        UnsupportedFeatureError: one depends on more than parameters and t.
    """
    found = Starts()
    states = {key: known.names[key] for key in known.keys("state")}
    for one in known.of("init", "start"):
        pairs = numbers_of(one) if one.kind == "init" else [(one.name, 0.0)]
        for name, value in pairs:
            key = states.get(name.lower())
            if key is None:
                hint = did_you_mean(name.lower(), states)
                raise one.line.error(f"'{name}' has no equation of its own, so it starts nowhere.{hint}")
            found.values[key] = value
            if one.kind == "start":
                tree = known.tree(one)
                found.values[key] = _start(known, one, tree)
                if not one.line.array:  # XPPAUT takes the start of an array for no more than that
                    found.before[key] = tree
    return found


def _start(known: Vocabulary, one: Declaration, tree: Expression) -> float:
    """Return the value that a formula gives at the start."""
    number = number_of(one.text)
    if number is not None:
        return number
    known.only(one, tree, [*known.constants, "t"], "A start depends on t and parameters alone.")
    value = float(evaluate(tree, {**known.constants, "t": 0.0}))
    if symbols(tree) - {"t"}:
        known.omissions.add(
            f"that {one.name}(0) is a formula of parameters: it is {value}, as the parameters in the file say"
        )
    return value
