"""What an executor is given: a chunk of points goes in, what is kept of them comes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import define, field, frozen

from rates_core.simulation.compile import CompiledModel
from rates_core.simulation.points import PointResults
from rates_core.sweeps.assignment import Assignment
from rates_core.sweeps.quantities import Ended, Values, columns_of
from rates_core.sweeps.reduction_choice import reduction_of
from rates_core.sweeps.reductions import Reduction
from rates_core.sweeps.targets import Number
from rates_core.sweeps.variants import MOST_KEPT, Chained, Structure, Variants

if TYPE_CHECKING:
    from rates_core.templates.circuit import CircuitTemplate


@frozen(eq=False)
class Chunk:
    """Points that are run by one call.

    Attributes:
        numbers: of the points, ascending.
        values: by name.
    """

    numbers: np.ndarray
    values: dict[str, np.ndarray]

    def point(self, place: int) -> dict[str, Number]:
        """Return the values of one point by name."""
        return {name: values[place].item() for name, values in self.values.items()}


@frozen(eq=False)
class Outcome:
    """What became of a chunk.

    Attributes:
        numbers: of the points that were run.
        kept: numbers of those that ran to their end, and what is kept of them by name, part by part.
        failures: why others ended early, by number.
        seconds: that it took.
        interrupted: the user stopped it; some points were not run.
    """

    numbers: np.ndarray
    kept: list[tuple[np.ndarray, Values]]
    failures: dict[int, Ended]
    seconds: float
    interrupted: bool

    @classmethod
    def of(
        cls, kept: list[tuple[np.ndarray, Values]], failures: dict[int, Ended], seconds: float, interrupted: bool
    ) -> Outcome:
        """Return what became of the points of which something is kept, or that ended early."""
        ran = np.concatenate([*(numbers for numbers, _ in kept), np.array(list(failures), dtype=int)])
        return cls(np.sort(ran), kept, failures, seconds, interrupted)


@define(eq=False)
class Work:
    """All that a process needs to run points; called with a chunk.

    Attributes:
        circuit: that is run.
        settings: arguments of `compile`.
        inputs: as the user gave them; functions may take more than time.
        common: arguments of each run.
        assignment: what the names of a sweep set.
        chained: edges whose numbers of stages the points decide.
        reduce: what the user wants to keep.
        rows: number of rows of a run.
        at_once: number of points that may run together.
        together: number of points that decides whether they do; what workers there are does not change numbers.
    """

    circuit: CircuitTemplate
    settings: Mapping[str, Any]
    inputs: Mapping[str, Any] | None
    common: Mapping[str, Any]
    assignment: Assignment
    chained: tuple[Chained, ...]
    reduce: Any
    rows: int
    at_once: int
    together: int = 1
    _variants: Variants | None = field(default=None)
    _states: frozenset[str] | None = field(default=None)
    _reductions: dict[CompiledModel, Reduction] = field(factory=dict)

    def __reduce__(self) -> tuple[Any, ...]:
        """Return it without compiled models, which each process makes for itself."""
        return Work, (
            self.circuit, self.settings, self.inputs, self.common, self.assignment, self.chained, self.reduce,
            self.rows, self.at_once, self.together,
        )  # fmt: skip

    @property
    def variants(self) -> Variants:
        """Return the compiled models of this process."""
        if self._variants is None:
            self._variants = Variants(self.circuit, self.settings, self.chained)
        return self._variants

    def __call__(self, chunk: Chunk) -> Outcome:
        """Run the points of a chunk."""
        start = perf_counter()
        kept: list[tuple[np.ndarray, Values]] = []
        failures: dict[int, Ended] = {}
        interrupted = False
        try:
            for results, places in self._results(chunk):
                self._keep(results, chunk.numbers[places], kept, failures)
        except KeyboardInterrupt:  # at any place: what is kept until now decides what was run
            interrupted = True
        return Outcome.of(kept, failures, perf_counter() - start, interrupted)

    def model(self, values: Mapping[str, Number]) -> CompiledModel:
        """Return the model of a point, compiled if no point needed it before.

        Args:
            values: of the point, by name.

        Raises:
            RatesError: something is wrong with the model or with its settings.
        """
        by_path = self.assignment.values(values)
        return self.variants.model(by_path, self.variants.structure(by_path))

    def states(self, model: CompiledModel) -> frozenset[str]:
        """Return the paths that are states, which models of all structures have in common.

        Raises:
            UnknownNameError: a path names nothing.
        """
        if self._states is None:
            self._states = self.assignment.states(model.system)
        return self._states

    def _results(self, chunk: Chunk) -> Iterator[tuple[PointResults, np.ndarray]]:
        """Yield results with the numbers of their points, structure by structure."""
        groups: dict[Structure, list[int]] = {}
        for place in range(len(chunk.numbers)):
            values = self.assignment.values(chunk.point(place))
            groups.setdefault(self.variants.structure(values), []).append(place)
        for places in groups.values():
            model = self.model(chunk.point(places[0]))
            given = self.inputs, self.states(model), self.variants.left_out
            points = [self.assignment.point(chunk.point(place), *given) for place in places]
            for results in model.run_many(points, at_once=self._at_once(model), **self.common):
                yield results, np.array([places[number] for number in results.numbers])

    def _at_once(self, model: CompiledModel) -> int:
        """Return how many points run together: two at least where all of them may, whatever else memory is for."""
        return max(2, self.at_once) if self.together > 1 and model.program.gains(self.together) else 1

    def _keep(
        self, results: PointResults, numbers: np.ndarray, kept: list[tuple[np.ndarray, Values]],
        failures: dict[int, Ended],
    ) -> None:  # fmt: skip
        """Put what is kept of some points where that of others is."""
        ended = {place: results.failures[number] for place, number in enumerate(results.numbers)
                 if number in results.failures}  # fmt: skip
        good = [place for place in range(len(numbers)) if place not in ended]
        if good:
            kept.append((numbers[good], self.reduction(results.model).of(results, good)))
        for place, error in ended.items():
            time = float("nan") if error.time is None else float(error.time)
            failures[int(numbers[place])] = Ended(time, error.reason)

    def reduction(self, model: CompiledModel) -> Reduction:
        """Return what is kept; columns are those of the model that was run, which may record them in other places."""
        if model not in self._reductions:
            if len(self._reductions) > MOST_KEPT:
                self._reductions.clear()
            self._reductions[model] = reduction_of(self.reduce, columns_of(model.recording, model.system), self.rows)
        return self._reductions[model]
