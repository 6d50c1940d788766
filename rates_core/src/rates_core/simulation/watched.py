"""Name the equation whose index is no place of its axis, when a run comes to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rates_core.errors import EquationError, SimulationError, UnsupportedFeatureError
from rates_core.expressions.tree import symbols
from rates_core.paths import TIME
from rates_core.programs.carry import Carry
from rates_core.programs.equations import Equations, Fed
from rates_core.programs.gradient import GradientRequest, Gradients, StepsRequest, TrainableRequest
from rates_core.programs.pair import PairLoop
from rates_core.programs.program import Kernel
from rates_core.programs.record import Columns
from rates_core.programs.stepwise import stepped
from rates_core.system.indices import check_indices
from rates_core.system.system import System

if TYPE_CHECKING:
    import numpy as np


def watched(kernel: Kernel, system: System, arguments: Mapping[str, Any]) -> Kernel:
    """Return a kernel whose errors name bad indices; where all indices are known, the kernel itself.

    Args:
        kernel: raises an IndexError for an index that is no place of its axis.
        system: that the kernel was made from.
        arguments: values of all parameters.
    """
    return kernel if indices_known(system, arguments) else _Watched(kernel, system, arguments)


def indices_known(system: System, arguments: Mapping[str, Any]) -> bool:
    """Return whether all indices depend on parameters only, so that they were checked before the run."""
    return all(symbols(pick.place) <= arguments.keys() for pick in system.picks)


class _Watched(Kernel):
    """A kernel that computes a bad index once more, to say what it is."""

    def __init__(self, kernel: Kernel, system: System, arguments: Mapping[str, Any]) -> None:
        self.request = kernel.request
        self._kernel, self._system, self._arguments = kernel, system, arguments

    def rhs(self, t: float, y: np.ndarray, inputs: Sequence[Any], reads: Sequence[Any], draws: Sequence[Any]) -> Any:
        return self._named(self._kernel.rhs, t, y, inputs, reads, draws)

    def observe(
        self, t: float, y: np.ndarray, inputs: Sequence[Any], reads: Sequence[Any], draws: Sequence[Any]
    ) -> tuple[Any, ...]:
        found: tuple[Any, ...] = self._named(self._kernel.observe, t, y, inputs, reads, draws)
        return found

    def slots(
        self, t: float, y: np.ndarray, inputs: Sequence[Any], reads: Sequence[Any], draws: Sequence[Any]
    ) -> tuple[Any, ...]:
        found: tuple[Any, ...] = self._named(self._kernel.slots, t, y, inputs, reads, draws)
        return found

    def updated(self, t: float, y: np.ndarray) -> np.ndarray:
        found: np.ndarray = self._named(lambda t, y, *_: self._kernel.updated(t, y), t, y, (), (), ())
        return found

    def pack(self, pieces: tuple[Any, ...]) -> np.ndarray:
        return self._kernel.pack(pieces)

    def pair_loop(
        self, samples: Sequence[np.ndarray], base: float, spacing: float, history: Any = None
    ) -> PairLoop | None:
        return self._kernel.pair_loop(samples, base, spacing, history)

    def equations(self, fed: Fed, base: float, spacing: float) -> Equations | None:
        """Refuse: what a library compiles does not look at indices.

        Raises:
            UnsupportedFeatureError: always.
        """
        owner = next(pick.owner for pick in self._system.picks if not symbols(pick.place) <= self._arguments.keys())
        raise UnsupportedFeatureError(
            f"'{owner}' picks an element by an index that changes during a run. Each index is looked at, which a "
            "solver of a library cannot do; take one that calls the model step by step, such as solver='dopri5'."
        )

    def gradient(self, request: GradientRequest) -> Gradients:
        return self._kernel.gradient(request)

    def trainable(self, request: TrainableRequest) -> Any:
        return self._kernel.trainable(request)

    def single_steps(self, request: StepsRequest) -> Any:
        return self._kernel.single_steps(request)

    def loop(
        self,
        carry: Carry,
        inputs: Sequence[Sequence[np.ndarray]],
        draws: Sequence[np.ndarray],
        step_size: float,
        samples: int,
        stride: int,
    ) -> tuple[Carry, Columns]:
        """Run the kernel's loop; a single step that fails is taken again here, where its stages are seen."""
        try:
            return self._kernel.loop(carry, inputs, draws, step_size, samples, stride)
        except IndexError:
            if samples * stride > 1:
                raise
            return stepped(self, self.request, carry, inputs, draws, step_size, samples, stride)

    def _named(
        self,
        function: Callable[..., Any],
        t: float,
        y: np.ndarray,
        inputs: Sequence[Any],
        reads: Sequence[Any],
        draws: Sequence[Any],
    ) -> Any:
        try:
            return function(t, y, inputs, reads, draws)
        except IndexError as error:
            system = self._system
            values = {**self._arguments, TIME: t, **{state.path: state.of(y) for state in system.states}}
            paths = [item.path for items in (system.inputs, system.reads, system.draws) for item in items]
            values.update(zip(paths, (*inputs, *reads, *draws), strict=False))  # a driver gives no draws
            try:
                check_indices(system, values)
            except EquationError as cause:
                raise SimulationError(f"At t = {t:.9g}: {cause}", t) from error
            raise
