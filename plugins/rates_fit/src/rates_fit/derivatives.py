"""How derivatives of runs are got: along them, back through them, or by differences."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import frozen
from rates_core.errors import ArgumentError, UnsupportedFeatureError, did_you_mean, shown
from rates_core.programs.surrogate import SURROGATE
from rates_core.simulation.compile import CompiledModel

from rates_fit.course import Course, Values
from rates_fit.parameters import FreeParameter

#: Numbers above which one way back is cheaper than as many runs as there are numbers.
MANY = 20


class Derivatives(ABC):
    """An engine: rows of a run, with how they move. Abstract.

    One that computes both natively takes the place of any of these.
    """

    @abstractmethod
    def along(self, course: Course, values: Values) -> tuple[np.ndarray, np.ndarray]:
        """Return rows, `[rows, columns]`, and their derivatives by all numbers, `[rows, columns, numbers]`."""

    def back(
        self, course: Course, values: Values, slopes: Callable[[np.ndarray], np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return rows, and the derivatives of a function of them by all numbers.

        Args:
            course: of the runs.
            values: at which.
            slopes: derivatives of the function by rows, of rows.
        """
        rows, moved = self.along(course, values)
        return rows, np.tensordot(slopes(rows), moved, 2)


@frozen
class AlongRuns(Derivatives):
    """Exact derivatives, carried along with the run: about one run for each number."""

    def along(self, course: Course, values: Values) -> tuple[np.ndarray, np.ndarray]:
        """Return rows and how they move."""
        found = course.model.sensitivities([item.path for item in values], **course.arguments(values))
        rows = found.table.to_numpy()
        parts = [found[item.path].reshape(*rows.shape, -1) for item in values]
        return rows, np.concatenate(parts, axis=2)


@frozen
class BackThroughRuns(Derivatives):
    """Exact derivatives of the loss, from the end of a run to its start: about three runs for any number of numbers.

    Attributes:
        checkpoint: keep few of the steps, and take the others once more; compiled loops always do.
        otherwise: what takes its place where a backend does not follow a model back; None to raise.
    """

    checkpoint: bool = False
    otherwise: Derivatives | None = None

    def along(self, course: Course, values: Values) -> tuple[np.ndarray, np.ndarray]:
        """Return rows and how they move, as `AlongRuns` does, or `Differences` where the backend cannot."""
        carried = "along" in course.model.choice.backend.capabilities.differentiation
        return (AlongRuns() if carried else Differences()).along(course, values)

    def back(
        self, course: Course, values: Values, slopes: Callable[[np.ndarray], np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return rows, and derivatives of a function of them."""
        at_once = "reverse" not in course.model.choice.backend.capabilities.differentiation
        try:
            return (self._at_once if at_once else self._twice)(course, values, slopes)
        except UnsupportedFeatureError:
            if self.otherwise is None:
                raise
            return self.otherwise.back(course, values, slopes)

    def _at_once(
        self, course: Course, values: Values, slopes: Callable[[np.ndarray], np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Follow the run back whose rows the derivatives are computed from."""
        seen: list[np.ndarray] = []

        def loss(outputs: Mapping[str, np.ndarray]) -> tuple[float, dict[str, np.ndarray]]:
            seen.append(in_columns(course.model, outputs))
            return 0.0, by_output(course.model, slopes(seen[0]))

        gradient = self._gradient(course, values, loss)
        return seen[0], gradient

    def _twice(
        self, course: Course, values: Values, slopes: Callable[[np.ndarray], np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Run for the rows, and once more for the derivatives of their weighted sum."""
        rows = course.rows(values)
        return rows, self._gradient(course, values, by_output(course.model, slopes(rows)))

    def _gradient(self, course: Course, values: Values, loss: Any) -> np.ndarray:
        found = course.model.gradient(
            loss, [item.path for item in values], checkpoint=self.checkpoint, **course.arguments(values)
        )
        return np.concatenate([np.ravel(found[item.path]) for item in values])


@frozen
class Differences(Derivatives):
    """Central differences of runs, where the backend has no derivatives: two runs for each number.

    What they cut off and what rounding leaves are about 1e-10 of a derivative, or more where runs are rough.

    Attributes:
        shift: of a value, as a part of its size, or of 1 for smaller ones.
    """

    shift: float = float(np.cbrt(np.finfo(float).eps))

    def along(self, course: Course, values: Values) -> tuple[np.ndarray, np.ndarray]:
        """Return rows and how they move."""
        points, shifts = [values], []
        for item, value in values.items():
            for place in range(np.size(value)):
                shift = self._shift(np.ravel(value)[place], item)
                points += [_shifted(values, item, place, sign * shift) for sign in (1, -1)]
                shifts.append(shift)
        rows, *moved = course.rows_of_many(points)
        pairs = zip(moved[::2], moved[1::2], shifts, strict=True)
        return rows, np.stack([(up - down) / (2 * shift) for up, down, shift in pairs], axis=2)

    def _shift(self, value: float, item: FreeParameter) -> float:
        size = max(abs(float(value)), 1e-3 * float(np.max(np.abs(item.named.value), initial=0.0))) or 1.0
        return self.shift * size


def _shifted(values: Values, item: FreeParameter, place: int, shift: float) -> dict[FreeParameter, Any]:
    """Return values of which one number is another."""
    moved = np.array(values[item], dtype=float)
    moved.reshape(-1)[place] += shift
    return {**values, item: moved if moved.shape else moved.item()}


def by_output(model: CompiledModel, columns: np.ndarray) -> dict[str, np.ndarray]:
    """Return columns as a table has them, by output: one axis for those of one column."""
    found: dict[str, list[np.ndarray]] = {}
    alone, begin = set(), 0
    for output in model.recording.outputs:
        end = begin + len(output.names)
        found.setdefault(output.key, []).append(columns[:, begin:end])
        alone |= {output.key} if output.alone else set()
        begin = end
    joined = {key: np.concatenate(parts, axis=1) for key, parts in found.items()}
    return {key: part[:, 0] if key in alone else part for key, part in joined.items()}


def in_columns(model: CompiledModel, outputs: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return outputs as the columns of a table, `[rows, columns]`."""
    begun = dict.fromkeys(outputs, 0)
    parts = []
    for output in model.recording.outputs:
        columns, begin = outputs[output.key], begun[output.key]
        columns = columns[:, None] if columns.ndim == 1 else columns
        width = len(output.names)
        parts.append(columns[:, begin : begin + width])
        begun[output.key] += width
    return np.concatenate(parts, axis=1)


def follows(model: CompiledModel) -> bool:
    """Return whether the adjoint of a backend's own loop surely follows a model; with discrete delays it may."""
    system = model.system
    claimed = "adjoint" in model.choice.backend.capabilities.differentiation
    return claimed and model.choice.fixed and sees_events(model) and not (system.is_complex or system.reads)


def sees_events(model: CompiledModel) -> bool:
    """Return whether derivatives see events move: there are none, or conditions have those of smooth steps."""
    return not model.system.events or model.choice.backend_options.get(SURROGATE.name) is not None


ENGINES: Mapping[str, Derivatives] = {
    "along": AlongRuns(),
    "reverse": BackThroughRuns(),
    "differences": Differences(),
}


def derivatives_of(given: Any, models: Sequence[CompiledModel], size: int, squares: bool) -> Derivatives:
    """Return the engine that was asked for, or the one that suits.

    Args:
        given: a name, an engine, or None.
        models: that are run.
        size: how many numbers are fitted.
        squares: whether the fitter asks for derivatives of all rows.

    Raises:
        ArgumentError: there is none of that name.
    """
    if isinstance(given, Derivatives):
        return given
    if given is None:
        able = frozenset.intersection(*(model.choice.backend.capabilities.differentiation for model in models))
        able = able if all(model.choice.fixed for model in models) else frozenset()
        # where Python takes steps, a run that carries derivatives along costs as much as the way back by all numbers
        fused = all(model.choice.backend.capabilities.fused for model in models)
        if "along" in able and (squares or (size <= MANY and fused) or "reverse" not in able):
            return ENGINES["along"]
        if "adjoint" in able and not squares and all(map(sees_events, models)):
            return BackThroughRuns(otherwise=ENGINES["differences"])
        return ENGINES["reverse"] if "reverse" in able and not squares else ENGINES["differences"]
    if isinstance(given, str) and given in ENGINES:
        return ENGINES[given]
    meant = did_you_mean(given, ENGINES) if isinstance(given, str) else ""
    raise ArgumentError(f"derivatives is {shown(given)}.{meant} It is one of {', '.join(ENGINES)}.")
