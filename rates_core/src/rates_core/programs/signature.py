"""Arguments of a single function that stands for a model in other tools, the same in every language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import evolve, frozen

from rates_core.expressions.tree import Expression, symbols
from rates_core.programs.program import FunctionRequest, slot_paths
from rates_core.programs.routine import Routine, make_routine
from rates_core.system.system import InputSignal, Read, State, System


@frozen(eq=False)
class Signature:
    """What one function computes and what it takes, in order: t, y, parameters, inputs, the past.

    Attributes:
        request: the function.
        system: over whose symbols it is written: the model's, or that of its linearisation.
        routine: what it computes.
        parameters: paths of the parameters that it takes.
        bound: paths of index arrays that a Jacobian takes by keyword, so that its other arguments are those of the
            right-hand side.
        signals: the external inputs that it takes, as samples or as functions of time.
        past: `history` or `buffer`, or empty without delays.
    """

    request: FunctionRequest
    system: System
    routine: Routine
    parameters: tuple[str, ...]
    bound: tuple[str, ...]
    signals: tuple[InputSignal, ...]
    past: tuple[str, ...]

    @classmethod
    def of(cls, request: FunctionRequest) -> Signature:
        """Return the signature of a function."""
        linearisation = request.linearisation
        system = request.system if linearisation is None else linearisation.system
        derivatives = [item.expression for item in system.derivatives]
        wanted = derivatives if linearisation is None else [block.values for block in linearisation.blocks]
        delays = [read.delay for read in system.reads]
        routine = _routine(system, wanted, delays)
        taken = set(_routine(system, derivatives, delays).arguments)
        taken |= {name for read in system.reads for name in _symbols(read)}
        needed = routine.arguments | (linearisation.index_paths if linearisation is not None else set())
        return cls(
            request,
            system,
            evolve(routine, results=routine.results[: len(wanted)]),
            tuple(_ordered(system, taken)),
            tuple(_ordered(system, needed - taken)),
            tuple(signal for signal in system.inputs if signal.path in taken),
            (("history" if request.continuous else "buffer"),) if any(r.path in taken for r in system.reads) else (),
        )

    @property
    def sampled(self) -> list[InputSignal]:
        """Return the external inputs that are computed with and given as samples."""
        return [signal for signal in self._used if signal.path not in self.request.functions]

    @property
    def called(self) -> list[InputSignal]:
        """Return the external inputs that are computed with and given as functions of time."""
        return [signal for signal in self._used if signal.path in self.request.functions]

    @property
    def _used(self) -> list[InputSignal]:
        return [signal for signal in self.signals if signal.path in self.routine.arguments]

    @property
    def reads(self) -> list[Read]:
        """Return the delayed values that are computed with."""
        return [read for read in self.system.reads if read.path in self.routine.arguments]

    def arguments(self, names: Mapping[str, str]) -> list[str]:
        """Return the names of all arguments but those by keyword."""
        paths = (*self.parameters, *(signal.path for signal in self.signals))
        return ["t", "y", *(names[path] for path in paths), *self.past]

    def documentation(self, names: Mapping[str, str], first: int | None = None) -> list[str]:
        """Return what the function is and what its arguments are, line by line.

        Args:
            names: of arguments, by path.
            first: place of the first entry of `y` in a language that writes places as `(2)` and `(2:4)`; None for
                slices of Python.
        """
        what = "dy/dt" if self.request.linearisation is None else "the derivative of dy/dt"
        lines = [f"Return {self.request.about or what} of {self.system.name} at time t.", "", "Args:", "    t: time."]
        lines.append(f"    y: {', '.join(f'{state.path} {_place(state, first)}' for state in self.system.states)}.")
        lines += [f"    {names[path]}: {path}" for path in self.parameters]
        for signal in self.signals:
            kind = f"samples of {signal.key}, one per {self.request.step_size!r} of time"
            if signal.path in self.request.functions:
                kind = f"{signal.key} as a function of time"
            lines.append(f"    {names[signal.path]}: {kind}.")
        if self.reads:
            slots = ", ".join(slot_paths(self.system))
            if self.request.continuous:
                lines.append(f"    history: function of time that returns the past values of {slots}.")
            else:
                lines.append(f"    buffer: row k holds {slots} k steps before the last point of the grid.")
                samples = self.request.samples
                line = "linear" if samples == 2 else f"the polynomial through {samples} of them"
                lines.append(f"        Between rows it is {line}.")
        return lines

    def place(self, read: Read) -> slice | int:
        """Return where the slot of a read stands among all past values."""
        slots = slot_paths(self.system)
        sizes = [self._size(slot) for slot in slots]
        number = slots.index(read.slot)
        start = sum(sizes[:number])
        return slice(start, start + sizes[number]) if self.system.shapes[read.slot] else start

    def _size(self, slot: str) -> int:
        shape = self.system.shapes[slot]
        return shape[0] if shape else 1


def _place(state: State, first: int | None) -> str:
    """Return where a state lies in `y`."""
    if first is None:
        return f"[{state.offset}:{state.offset + state.width}]"
    start = state.offset + first
    return f"({start})" if state.width == 1 else f"({start}:{start + state.width - 1})"


def _routine(system: System, wanted: Sequence[Expression], delays: Sequence[Expression]) -> Routine:
    return make_routine(system, [*wanted, *delays], hoist=False)


def _symbols(read: Read) -> set[str]:
    return symbols(read.delay) | ({read.index} if read.index else set())


def _ordered(system: System, needed: Iterable[str]) -> list[str]:
    """Return needed parameters: edge weights first, then the others as declared, then structure."""
    wanted = set(needed)
    used = [item for item in system.parameters if item.path in wanted]
    weights = [item.path for item in used if item.role == "weight"]
    others = [item.path for item in used if not item.structural and item.path not in weights]
    return [*weights, *others, *(item.path for item in used if item.structural)]


def state_check(width: int, axes: bool = False) -> list[str]:
    """Return the lines of Python that refuse a `y` of another shape.

    Args:
        width: number of its entries.
        axes: whether there may be others in front.
    """
    condition = f"y.shape[-1:] != ({width},)" if axes else f"y.shape != ({width},)"
    shape = f"(..., {width})" if axes else f"({width},)"
    return [f"if {condition}:", f'    raise ValueError("y has to be an array of shape {shape}.")']


def check_state(y: Any, width: int) -> None:
    """Do the same in functions of Python that call those of other languages.

    Raises:
        ValueError: it has another shape.
    """
    if np.shape(y) != (width,):
        raise ValueError(f"y has to be an array of shape ({width},).")
