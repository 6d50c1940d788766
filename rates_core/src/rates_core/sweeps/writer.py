"""From what workers return to what a store keeps."""

from __future__ import annotations

import numpy as np
from attrs import define, field

from rates_core.errors import ArgumentError
from rates_core.sweeps.quantities import Quantity, Values
from rates_core.sweeps.store import Store
from rates_core.sweeps.work import Outcome


@define(eq=False)
class Writer:
    """Writes outcomes into a store; those that come before it is known what points keep wait.

    Attributes:
        store: what is written.
        quantities: what is kept of each point, or None if only results tell.
        argument: by which a user said what is kept, for messages.
    """

    store: Store
    quantities: tuple[Quantity, ...] | None
    argument: str = "reduce"
    _waiting: list[Outcome] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        if self.store.quantities is None and self.quantities is not None:
            self._define(self.quantities)

    def write(self, outcome: Outcome) -> None:
        """Write what became of some points."""
        if not len(outcome.numbers):
            return
        if self.store.quantities is None and outcome.kept:
            self._define(tuple(Quantity(name) for name in outcome.kept[0][1]))
        if self.store.quantities is None:
            self._waiting.append(outcome)
            return
        for waiting in [*self._waiting, outcome]:
            self.store.write(waiting.numbers, self._values(waiting), waiting.failures)
        self._waiting.clear()

    def close(self) -> None:
        """Write what still waits: no point ran to its end, so that nothing is kept of any."""
        if self._waiting:
            self.store.define(())
            self.write(self._waiting.pop())

    def _define(self, quantities: tuple[Quantity, ...]) -> None:
        self.store.check_names(quantities)
        self.store.define(quantities)

    def _values(self, outcome: Outcome) -> Values:
        """Return what is kept of the points of an outcome; NaN for those that ended early.

        Raises:
            ArgumentError: a function of the user's gives other names than before.
        """
        quantities = self.store.quantities or ()
        values = {quantity.name: quantity.empty(len(outcome.numbers)) for quantity in quantities}
        for numbers, kept in outcome.kept:
            if set(kept) != set(values):
                raise ArgumentError(
                    f"{self.argument}: The function returned ({', '.join(values)}) for one point and "
                    f"({', '.join(kept)}) for another. Return the same names for all; NaN stands for a number that "
                    "there is none of."
                )
            places = np.searchsorted(outcome.numbers, numbers)
            for name, entries in kept.items():
                values[name][places] = entries
        return values
