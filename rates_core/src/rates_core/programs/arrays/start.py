"""The state and the past at the start of a run, as a function of what they depend on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rates_core.delays.reads import read_indices
from rates_core.programs.program import slot_paths
from rates_core.system.shapes import Shape

if TYPE_CHECKING:
    from rates_core.programs.arrays.kernel import ArrayProgram


class Start:
    """What runs start from when nothing is said of their past: all that is read late was what it is at the start.

    Chains start from that, and computed variables may read each other late and be read by chains: values that are
    right are put in as often as there may be steps from one to the next, so that derivatives come through.
    """

    def __init__(self, program: ArrayProgram) -> None:
        self._program, self._runtime, self._system = program, program.runtime, program.request.system
        self._paths = slot_paths(self._system)
        self._chains = [state for state in self._system.states if isinstance(state.initial, str)]
        self._buffers = list(dict.fromkeys(read.slot for read in self._system.reads))
        self._indices = read_indices(self._system)

    def of(
        self,
        values: Mapping[str, Any],
        y: Any,
        inputs: Sequence[Sequence[Any]],
        still: tuple[Any, tuple[Any, ...]],
        begun: Sequence[Any],
        size: int,
        batch: tuple[int, ...] = (),
    ) -> tuple[Any, tuple[Any, ...]]:
        """Return the state at the start, and samples of what is read late from before it.

        Args:
            values: of parameters.
            y: state, in which chains may be anywhere.
            inputs: tables.
            still: time 0, and random numbers there.
            begun: values of all slots at the start.
            size: number of samples.
            batch: axes in front of the state and of inputs, which all that is returned has too.
        """
        y = self._runtime.broadcast_to(y, (*batch, *y.shape)) if batch else y
        if not self._paths:
            return y, ()
        program, runtime, shapes = self._program, self._runtime, self._system.shapes
        store = program.module.slots(*(values[path] for path in program.parameters("slots")))
        signals = runtime.mapped(lambda table: table[0], tuple(inputs[program.nodes.index(0.0)]))
        now, draws = still
        begun = [
            self._wide(value[None] if batch else value, batch, path)
            for value, path in zip(begun, self._paths, strict=True)
        ]
        for _ in range(1 + len(self._paths)):
            y = self._with_chains(y, begun, batch)
            found = store(now, y, signals, self._reads(begun, batch), draws)
            begun = [self._wide(value, batch, path) for path, value in zip(self._paths, found, strict=True)]
        by_path = dict(zip(self._paths, begun, strict=True))
        windows = [runtime.broadcast_to(by_path[slot][None], (size, *batch, *shapes[slot])) for slot in self._buffers]
        return self._with_chains(y, begun, batch), tuple(windows)

    def _wide(self, value: Any, batch: tuple[int, ...], path: str) -> Any:
        return self._runtime.broadcast_to(value, (*batch, *self._system.shapes[path]))

    def _reads(self, begun: Sequence[Any], batch: tuple[int, ...]) -> tuple[Any, ...]:
        """Return all delayed values where nothing has changed yet."""
        by_path = dict(zip(self._paths, begun, strict=True))
        return tuple(
            self._entries(by_path[read.slot], index, read.shape, batch)
            for read, index in zip(self._system.reads, self._indices, strict=True)
        )

    def _with_chains(self, y: Any, begun: Sequence[Any], batch: tuple[int, ...]) -> Any:
        """Return a state in which chains are where the past left them."""
        if not self._chains:
            return y
        by_path = dict(zip(self._paths, begun, strict=True))
        parts = []
        for state in self._system.states:
            if isinstance(state.initial, str):
                part = self._entries(by_path[state.initial], state.index, state.shape, batch)
                part = part if state.shape else part[..., None]
                parts.append(self._runtime.parts_of(part) if state.complex else part)
            else:
                parts.append(y[..., state.offset : state.offset + state.width])
        return self._runtime.joined(parts, -1)

    def _entries(self, value: Any, index: Any, shape: Shape, batch: tuple[int, ...]) -> Any:
        if index is not None and len(value.shape) > len(batch):
            value = self._runtime.entries(value, np.asarray(index), last=bool(batch))
        elif batch and shape and len(value.shape) == len(batch):
            value = value[..., None]
        return self._runtime.broadcast_to(value, (*batch, *shape))
