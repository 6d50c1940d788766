"""The contracts of delay strategies."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import field, frozen

from rates_core.errors import UnsupportedFeatureError
from rates_core.programs.program import Kernel
from rates_core.programs.trail import Trail
from rates_core.solvers.tableau import Tableau
from rates_core.system.system import System

if TYPE_CHECKING:
    from rates_core.delays.prehistory import PreHistory


class Augmentation(ABC):
    """Replace delayed reads by states."""

    @abstractmethod
    def lower(self, system: System, stages: int | None = None) -> System:
        """Return a System in which the reads that this strategy realises are states.

        Args:
            system: the System as built.
            stages: with `delay_approximation=n`, discrete delays become chains of n stages too.
        """


@frozen(eq=False)
class StorageContext:
    """What a storage needs to know of a run.

    Attributes:
        system: the lowered System.
        kernel: evaluates stored variables.
        delays: value of each read's delay, a number or an array.
        indices: per read, which entries of its slot it takes, or None for all.
        past: values of slots before the start.
        inputs: value of all external inputs at a time.
        start: time of the start.
        y: state at the start.
        step_size: of a fixed-step method.
        tableau: the method of a fixed-step loop, None under accepted steps.
        arguments: values of parameters.
        tolerance: relative error that the method allows in a step; None for a fixed-step method.
    """

    system: System
    kernel: Kernel
    delays: Sequence[Any]
    indices: Sequence[Any]
    past: PreHistory
    inputs: Callable[[float], tuple[Any, ...]]
    start: float
    y: np.ndarray
    step_size: float
    tableau: Tableau | None = None
    arguments: Mapping[str, Any] = field(factory=dict)
    tolerance: float | None = None


Signals = Callable[[float], tuple[Any, ...]]


def joined(earlier: Signals, later: Signals, start: float) -> Signals:
    """Return the external inputs of two runs, the second of which starts where the first one ended."""

    def inputs(t: float) -> tuple[Any, ...]:
        return earlier(t) if t < start else later(t)

    return inputs


def no_draws(system: System) -> tuple[Any, ...]:
    """Return a zero for each random number, for variables that depend on none."""
    return tuple(np.zeros(draw.shape) if draw.shape else 0.0 for draw in system.draws)


@frozen(eq=False)
class Gather:
    """Where a read takes its entries from: data for loops that do without calls.

    The samples of a slot lie one behind the other, `width` numbers each. Where that of the present step begins at
    `row * width`, those that are looked at begin at `(row - size) * width` or later.

    Attributes:
        places: of the first sample of each entry, counted from there; whole numbers without sign.
        weights: of the samples of each entry, `[entries, samples]`; without samples, the first one is the value.
        slopes: derivatives of these weights by the delay of each entry, or None.
        inside: what stages of steps add where entries lie inside these; None if none does. Only `resolved` has it.
        moments: of a computed variable, its values at moments inside steps that are added; likewise.
    """

    places: np.ndarray
    weights: np.ndarray
    slopes: np.ndarray | None = None
    inside: Inside | None = None
    moments: Chosen | None = None


@frozen(eq=False)
class Inside:
    """What the derivatives of a slot at the stages of steps, times h, add to values inside these steps.

    Each is a gather: of the same entries, from rows of such derivatives in place of samples.

    Attributes:
        earlier: of steps that are complete; `weights` are `[stages, entries, 2]`, of two steps that follow each other.
            Derivatives of the step before the present one stand in the row of the present one.
        own: of the present step, `[entries, stages]`; its stages are the rows.
        hurried: likewise, for reads before all stages have been computed once.
    """

    earlier: Gather
    own: Gather
    hurried: Gather


@frozen(eq=False)
class Chosen:
    """Which of the values that a computed variable has at moments are added; each is a gather of the same entries.

    Attributes:
        earlier: those at moments of steps that are complete; the moments are the rows.
        own: likewise, at moments of the present step.
    """

    earlier: Gather
    own: Gather


@frozen(eq=False)
class Moments:
    """Moments at which computed variables are evaluated, because they are read there, inside steps.

    Attributes:
        states: where the state at each is: a gather whose places are rows, of states and of derivatives of stages.
        parts: which part of its step has gone by, `[moments]`.
        reads: per read of the System, where its values at all of the moments lie, one behind the other; None for those
            that no computed variable needs.
        origins: the delays that move them, `[moments, ...]`: places among the entries of the delays of all reads,
            counted from 1; 0 for none. None if derivatives by delays are not wanted.
    """

    states: Gather
    parts: np.ndarray
    reads: tuple[Gather | None, ...]
    origins: np.ndarray | None = None


@frozen(eq=False)
class Resolved:
    """Where all reads at a node of a step take their values from.

    Attributes:
        reads: one gather per read. They choose among the first of the moments that follow, and what is read at moments
            among the next ones.
        earlier: moments of steps that are complete; None where there are none from which so many reads lead here.
        own: likewise, moments of the present step.
    """

    reads: tuple[Gather, ...]
    earlier: tuple[Moments | None, ...] = ()
    own: tuple[Moments | None, ...] = ()


class UniformHistory(ABC):
    """Stored variables on the grid of a fixed-step method, as the generated loop uses them."""

    def regular_from(self) -> float:
        """Return the step from which on all reads are gathers, infinite if there is none; it may come to be earlier."""
        return math.inf

    def gathers(self, node: float) -> tuple[Gather, ...]:
        """Return for each read where its values at a node of a regular step lie."""
        raise NotImplementedError(f"{type(self).__name__} has no regular steps.")

    def buffers(self) -> tuple[np.ndarray, ...]:
        """Return the samples of each slot that is read, `[2 * size, ...]`, to be written by a loop.

        Those of a step lie in row `step % size` and again `size` rows behind, from where reads look back.
        """
        raise NotImplementedError(f"{type(self).__name__} has no regular steps.")

    def advance(self, step: int) -> None:
        """Take note that a loop has stored all samples of regular steps before this one."""
        raise NotImplementedError(f"{type(self).__name__} has no regular steps.")

    def alike_from(self, slopes: bool) -> float:
        """Return the step from which on `resolved` is the same at all steps; infinite if there is none."""
        return math.inf

    def resolved(self, step: int, node: float, slopes: bool) -> Resolved:
        """Return where all reads at a node of a step take their values from, whether that step is regular or not.

        Args:
            step: number of the step.
            node: of the method.
            slopes: whether the derivatives of weights by delays are wanted.

        Raises:
            UnsupportedFeatureError: the values are no weighted sums of samples.
        """
        raise UnsupportedFeatureError(f"{type(self).__name__} does not resolve reads; runs are not differentiated.")

    def present(self) -> tuple[Mapping[int, np.ndarray], int]:
        """Return which entries have no delay, by number of read, and how often computed variables are computed.

        They take what their variables are now; what `resolved` says of them is not looked at.
        """
        return {}, 0

    def sweeps(self) -> int:
        """Return how often the stages of a step are computed, since reads lie inside it; `begin` returns it too."""
        return 1

    @abstractmethod
    def copy(self) -> UniformHistory:
        """Return a history whose changes this one does not see."""

    @abstractmethod
    def begin(self, step: int, pieces: tuple[Any, ...]) -> int:
        """Store the variables at the start of a step; return how often its stages have to be computed."""

    @abstractmethod
    def read(self, step: int, node: float) -> tuple[Any, ...]:
        """Return all reads at time `(step + node) * h`."""

    @abstractmethod
    def stage(self, number: int, slopes: tuple[Any, ...]) -> None:
        """Take the derivatives of a stage of the current step, for reads inside it."""


class AcceptedHistory(ABC):
    """Stored variables on accepted steps with their interpolants."""

    @abstractmethod
    def copy(self) -> AcceptedHistory:
        """Return a history whose changes this one does not see."""

    @abstractmethod
    def accept(self, start: float, end: float, interpolant: Callable[[float], np.ndarray]) -> None:
        """Add an accepted step."""

    @abstractmethod
    def read(self, t: float) -> tuple[Any, ...]:
        """Return all reads at time t."""

    def value(self, slot: str, t: float) -> Any:
        """Return a stored variable, by its path, at a time that the stored steps or the past before the start hold."""
        raise UnsupportedFeatureError(
            f"{type(self).__name__} does not tell what single variables were, which solvers of libraries ask for. Take "
            "one that calls the model step by step, such as solver='dopri5'."
        )

    def trail(self) -> Trail | None:
        """Return the past as data, or None if what reads take is more than that, or lies before all that is stored."""
        return None

    def extend(self, trail: Trail, steps: int) -> None:
        """Take note that a loop has accepted steps and has written them behind those of a trail."""
        raise NotImplementedError(f"{type(self).__name__} has no trail.")


class Storage(ABC):
    """Make histories for runs."""

    @abstractmethod
    def history(self, context: StorageContext) -> UniformHistory | AcceptedHistory:
        """Return the history of a run at its start."""

    @abstractmethod
    def resumed(self, history: Any, context: StorageContext) -> UniformHistory | AcceptedHistory:
        """Return the history of a run that goes on from where the run of `history` ended."""
