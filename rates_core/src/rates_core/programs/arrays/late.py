"""Where reads of steps take their values from, as arrays of a library: for delays that stay, or that are values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from rates_core.delays.strategy import UniformHistory
from rates_core.programs.arrays.gathers import Arrays, Moved
from rates_core.programs.arrays.gradient import places_of_delays
from rates_core.programs.arrays.rollout import Stretch
from rates_core.programs.gradient import StepsRequest
from rates_core.programs.late_samples import LateSamples

if TYPE_CHECKING:
    from rates_core.programs.arrays.kernel import ArrayKernel


Divided = list[tuple[Stretch, Any]]  # stretches, and where the reads of each lie, as arrays of the library


class LateReads:
    """Divide steps into stretches that read alike; what is found is kept for as long as delays are the same.

    Where delays are among the values of steps, samples stand around their present lengths, and weights follow them, so
    that derivatives flow to delays.

    Args:
        kernel: whose reads they are.
        request: of the steps.
        history: the past at the start.
    """

    def __init__(self, kernel: ArrayKernel, request: StepsRequest, history: UniformHistory) -> None:
        self._kernel, self._request = kernel, request
        program = kernel.program
        self._paths = program.parameters("delays")
        #: delays among the values that steps are a function of
        self.moved = tuple(path for path in self._paths if path in request.parameters)
        self._samples = LateSamples(kernel.request.system, program.nodes, request, history, bool(self.moved))
        self._made: dict[int, tuple[Any, Any]] = {}  # of regular stretches, by what is kept: their nodes, and arrays

    def size(self, parameters: Mapping[str, Any]) -> int:
        """Return how many samples are kept of a past that begins with some values of parameters."""
        self._follow(parameters)
        return self._samples.size

    def of(self, parameters: Mapping[str, Any], step: int, samples: int, stride: int, kept: int) -> Divided:
        """Return the stretches of some steps, and where reads lie in each.

        Args:
            parameters: values of all.
            step: the first one, from the start of the run.
            samples: number of rows.
            stride: steps per row.
            kept: samples in windows.

        Raises:
            ArgumentError: delays have become longer than what is kept of the past.
        """
        shifts = self._follow(parameters)
        moved = Moved(self._kernel.runtime, shifts)
        return [
            (stretch, tuple(moved.node(node) for node in self._arrays(stretch, kept)))
            for stretch in self._samples.of(step, samples, stride, kept)
        ]

    def _follow(self, parameters: Mapping[str, Any]) -> list[Any]:
        """Find anew where reads lie, if delays have changed; return how far derivatives see these moved: by 0."""
        if not self.moved:
            return []
        runtime = self._kernel.runtime
        delays = self._kernel.program.module.delays(*(parameters[path] for path in self._paths))
        lengths = [np.asarray(runtime.numpy(delay), dtype=float) for delay in delays]
        self._samples.follow(lengths)
        return [delay - runtime.array(length, "real") for delay, length in zip(delays, lengths, strict=True)]

    def _arrays(self, stretch: Stretch, kept: int) -> Any:
        if kept in self._made and self._made[kept][0] is stretch.nodes:
            return self._made[kept][1]
        arrays = Arrays(
            self._kernel.runtime, self._request.step_size, np.zeros(0), *places_of_delays(self._request.delays)
        )  # fmt: skip
        found = tuple(arrays.node(node) for node in stretch.nodes)
        if self._samples.is_regular(stretch, kept):
            self._made[kept] = stretch.nodes, found
        return found
