"""Whether conditions can hold, tried at many values of what they depend on: those of a model, and between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Any

from attrs import define
from rates_core.expressions.evaluate import evaluate
from rates_core.expressions.tree import Expression, symbols

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_COUNT = 4000
_HALVINGS = 60
_MOST_NUMBERS = 40  # whose sums and differences are tried, too


@define(eq=False)
class Samples:
    """Values at which conditions are tried.

    Attributes:
        numbers: values of parameters, by name.
        random: where values are drawn from.
    """

    numbers: Mapping[str, float]
    random: np.random.Generator

    @classmethod
    def of(cls, numbers: Mapping[str, float]) -> Samples:
        """Return samples for a model with some parameters, the same ones each time."""
        import numpy as np

        return cls(numbers, np.random.default_rng(0))

    def draw(self, expressions: Iterable[Expression]) -> dict[str, Any]:
        """Return values of everything that some expressions depend on; parameters have theirs."""
        import numpy as np

        names = sorted(set().union(*(symbols(one) for one in expressions)))
        near = sorted({self.numbers[name] for name in names if name in self.numbers})[:_MOST_NUMBERS]
        pool = {
            0.0,
            1.0,
            -1.0,
            *near,
            *(a + b for a, b in combinations(near, 2)),
            *(a - b for a, b in combinations(near, 2)),
        }
        marks = np.array(sorted(pool))
        between = (marks[1:] + marks[:-1]) / 2
        beyond = np.array([marks[0] - 1.0, marks[-1] + 1.0, 1e-3, -1e-3, 1e3, -1e3])
        values = np.concatenate([marks, between, beyond])
        free = [name for name in names if name not in self.numbers]
        drawn = {name: self.random.choice(values, _COUNT) for name in free}
        return {**{name: np.full(_COUNT, self.numbers[name]) for name in names if name in self.numbers}, **drawn}

    def where(self, condition: Expression, values: Mapping[str, Any]) -> NDArray[np.bool_]:
        """Return at which of some values a condition holds."""
        import numpy as np

        found = np.asarray(evaluate(condition, values), dtype=float) != 0.0
        return np.broadcast_to(found, (_COUNT,))

    def onset(self, condition: Expression, others: Iterable[Expression]) -> dict[str, Any] | None:
        """Return values at which a condition has just become true, or None if it does so nowhere.

        Args:
            condition: that becomes true.
            others: whose variables have values, too.
        """
        import numpy as np

        values = self.draw([condition, *others])
        holds = self.where(condition, values)
        if not holds.any() or holds.all():
            return None
        no, yes = (self.random.choice(np.flatnonzero(mask), _COUNT) for mask in (~holds, holds))
        before = {name: value[no] for name, value in values.items()}
        after = {name: value[yes] for name, value in values.items()}
        for _ in range(_HALVINGS):
            middle = {name: (before[name] + after[name]) / 2 for name in values}
            inside = self.where(condition, middle)
            for name in values:
                before[name] = np.where(inside, before[name], middle[name])
                after[name] = np.where(inside, middle[name], after[name])
        return after
