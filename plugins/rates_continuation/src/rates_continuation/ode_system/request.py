"""A run as it is asked for, and what it gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from attrs import frozen
from rates_core.errors import ArgumentError

from rates_continuation.branch import Branch
from rates_continuation.continuation import Continuation
from rates_continuation.native.engine import WIDTHS
from rates_continuation.ode_system.installed import continuation_of
from rates_continuation.ode_system.settings import Settings
from rates_continuation.ode_system.solutions import Curve, Solution, What
from rates_continuation.two_parameter_curve import TwoParameterCurve
from rates_core import CircuitTemplate

OF_CYCLES = ("LPC", "PD", "NS")  # kinds of curves in two parameters
LARGEST = 0.25  # step in scales, if none is asked for that is shorter


@frozen(eq=False)
class Request:
    """What is computed, and from where.

    Attributes:
        model: a circuit.
        values: of parameters that are not those of the model, by path.
        engine: its name.
        auto_dir: folder of Auto-07p; None is where it is looked for.
        settings: what constants of Auto-07p say.
        origin: the curve on which the start lies; None for that of the model.
        start: a solution on it.
        both: whether to follow to both sides.
    """

    model: CircuitTemplate
    values: Mapping[str, float]
    engine: str
    auto_dir: str | Path | None
    settings: Settings
    origin: Curve | None = None
    start: Solution | None = None
    both: bool = False

    @property
    def parameter(self) -> str:
        """Return the path of the first parameter that varies.

        Raises:
            ArgumentError: none does.
        """
        if not self.settings.free:
            raise ArgumentError("ICP must name the parameter that varies: ICP='p/op/name', or its number in PAR.")
        return self.settings.free[0]

    @property
    def others(self) -> dict[str, float]:
        """Return the values of the parameters that do not vary, where they are not those of the model."""
        own = {**self.values, **({} if self.start is None else self.start.parameters), **self.settings.parameters}
        return {path: value for path, value in own.items() if path not in self.settings.free}

    @property
    def from_time(self) -> bool:
        """Tell whether the start is a point of a run in time, which need not be at rest."""
        return self.origin is not None and self.origin.what == "time"

    @property
    def from_cycles(self) -> bool:
        """Tell whether the start is a cycle."""
        return self.origin is not None and (self.origin.what == "cycles" or self.origin.kind in OF_CYCLES)

    @property
    def continuation(self) -> Continuation:
        """Return what follows the curves of the model with these parameters.

        Raises:
            PluginError: something is missing that the engine needs.
        """
        return continuation_of(self.model, self.others, self.engine, self.auto_dir)

    def at(self, path: str, own: float) -> float:
        """Return the value of a parameter at the start.

        Args:
            path: of it.
            own: what it is in the model.
        """
        from_start = {} if self.start is None else self.start.parameters
        return float({**self.values, **from_start, **self.settings.parameters}.get(path, own))

    def largest_step(self, length: float) -> float:
        """Return the longest step, in scales.

        Args:
            length: of a step of 1 in scales at the start, as Auto-07p measures it.
        """
        longest = self.settings.longest
        return LARGEST if longest is None or length == 0.0 else min(LARGEST, longest / length)


@frozen(eq=False)
class Computed:
    """What a run gives.

    Attributes:
        what: it is of.
        free: paths of the parameters that vary.
        solutions: in order.
        branch: as rates-continuation has it; None in time.
        kind: of a curve of special points.
    """

    what: What
    free: tuple[str, ...]
    solutions: Sequence[Solution]
    branch: Branch | TwoParameterCurve | None = None
    kind: str = ""


def width(bounds: tuple[float, float]) -> float:
    """Return the scale of a parameter between bounds."""
    return (bounds[1] - bounds[0]) / WIDTHS
