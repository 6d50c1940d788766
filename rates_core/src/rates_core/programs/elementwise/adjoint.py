"""What a module contains that runs steps forwards and carries derivatives of a loss back through them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from math import prod

from attrs import frozen

from rates_core.expressions.tree import Expression, Symbol
from rates_core.programs.elementwise.layout import BACK, EVENTS, buffered
from rates_core.programs.program import ProgramRequest, slot_paths
from rates_core.solvers.tableau import Tableau
from rates_core.system.adjoint import Adjoint, Wanted, adjoint_of
from rates_core.system.shapes import Shape
from rates_core.system.system import Read, System

Span = tuple[int, int]  # first place in the vector, and the one behind the last


@frozen(eq=False, slots=False)
class AdjointRequest:
    """A program, and what the derivatives of a loss of its runs are taken by.

    Attributes:
        program: whose loop is followed.
        wanted: parameters and inputs.
        delays: whether delays are wanted too.
        trials: that loops take side by side: all that varies has a last axis for them in memory. 1 for no such axis.
    """

    program: ProgramRequest
    wanted: Wanted
    delays: bool = False
    trials: int = 1

    @property
    def system(self) -> System:
        """Return the System of the model."""
        return self.program.system

    @property
    def tableau(self) -> Tableau:
        """Return the method."""
        assert self.program.tableau is not None
        return self.program.tableau

    @cached_property
    def routines(self) -> dict[str, dict[str, Expression]]:
        """Return what is computed in a step, per function its results by path."""
        system = self.system
        found: dict[str, dict[str, Expression]] = {
            "derivative": {item.state: item.expression for item in system.derivatives},
            "observe": {path: Symbol(path) for path in self.program.recorded},
        }
        if self.computed:
            found["buffer"] = {path: Symbol(path) for path in self.computed}
        if system.updates:
            found[EVENTS] = system.after_events
        if slot_paths(system):
            found["store"] = {path: Symbol(path) for path in slot_paths(system)}
        return found

    @cached_property
    def adjoint(self) -> Adjoint:
        """Return the adjoint of the System."""
        return adjoint_of(self.system, self.routines, self.wanted)

    def extents(self, shape: Shape) -> Shape:
        """Return the shape in memory of what varies, whose entries of all trials are one axis."""
        return shape if self.trials == 1 else (prod(shape) * self.trials,)

    @property
    def kept(self) -> int:
        """Return how many numbers are kept of a step of a trial: the state before it, and the one before its events."""
        return self.system.width * (2 if self.system.updates else 1)

    @property
    def functions(self) -> dict[str, Mapping[str, Expression]]:
        """Return the functions of the module, forwards and back."""
        forwards = {name: results for name, results in self.routines.items() if name != "store"}
        pullbacks = self.adjoint.pullbacks
        return {**forwards, **{BACK.format(name): pullback.added for name, pullback in pullbacks.items()}}

    @cached_property
    def slots(self) -> tuple[str, ...]:
        """Return what reads take from buffers."""
        return buffered(self.system)

    @cached_property
    def computed(self) -> tuple[str, ...]:
        """Return those of them that are no states."""
        return tuple(slot for slot in self.slots if slot not in self.system.state_paths)

    @property
    def once(self) -> list[str]:
        """Return the routines that are followed once in a step, and events.

        Each carries seeds into a vector of its own, for it leaves bars as they are to which it brings nothing.
        """
        return [name for name in self.routines if name not in ("derivative", "store")]

    def seeds(self, routine: str) -> Span:
        """Return where the seeds of a routine lie in the vector."""
        seeds = list(self.adjoint.pullbacks[routine].seeds.values())
        return (seeds[0].offset, seeds[-1].offset + seeds[-1].width) if seeds else (0, 0)

    def seed(self, routine: str, path: str) -> Span:
        """Return where the seed of one result lies."""
        seed = self.adjoint.pullbacks[routine].seeds[path]
        return seed.offset, seed.offset + seed.width

    def bar(self, path: str) -> Span:
        """Return where the bar of a variable lies in the vector."""
        bar = self.adjoint.bars[path]
        return bar.offset, bar.offset + bar.width

    @property
    def states(self) -> Span:
        """Return where the bars of all states lie."""
        return self._spanned([state.path for state in self.system.states])

    @property
    def parameters(self) -> Span:
        """Return where the bars of parameters lie."""
        return self._spanned(self.wanted.parameters)

    def _spanned(self, paths: tuple[str, ...] | list[str]) -> Span:
        return (self.bar(paths[0])[0], self.bar(paths[-1])[1]) if paths else (0, 0)

    def reads(self, routine: str) -> list[tuple[int, Read, Span]]:
        """Return the number of each read to which a routine carries something, and where its bar lies."""
        added = self.adjoint.pullbacks[routine].added
        return [
            (number, read, self.bar(read.path))
            for number, read in enumerate(self.system.reads)
            if self.adjoint.bars[read.path].path in added
        ]

    def inputs(self, routine: str) -> list[tuple[int, Span]]:
        """Return the number of each wanted input to which a routine carries something, and where its bar lies."""
        added, wanted = self.adjoint.pullbacks[routine].added, self.wanted.inputs
        numbers = [number for number, signal in enumerate(self.system.inputs) if signal.path in wanted]
        found = [(place, self.system.inputs[number].path) for place, number in enumerate(numbers)]
        return [(place, self.bar(path)) for place, path in found if self.adjoint.bars[path].path in added]

    def reaches_parameters(self, routine: str) -> bool:
        """Tell whether a routine carries something to a parameter."""
        added, bars = self.adjoint.pullbacks[routine].added, self.adjoint.bars
        return any(bars[path].path in added for path in self.wanted.parameters)
