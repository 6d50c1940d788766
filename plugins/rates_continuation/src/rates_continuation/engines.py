"""What computes branches: the engine of this package, or another program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Protocol

from rates_core.errors import UnknownNameError, did_you_mean, shown

from rates_continuation.cycle_branch import CycleBranch
from rates_continuation.cycle_starts import CycleStart
from rates_continuation.native.curve import Place
from rates_continuation.native.engine import Followed, follow
from rates_continuation.native.equilibria import EquilibriumEquations
from rates_continuation.native.tracing import Bounds, Steps
from rates_core import CircuitTemplate


class Engine(Protocol):
    """What follows the equilibria and cycles of one model.

    Attributes:
        cited: what to cite for it, besides the methods.
    """

    cited: ClassVar[tuple[str, ...]]

    def follow(self, equations: EquilibriumEquations, start: Place, bounds: Bounds, steps: Steps) -> Followed:
        """Return the curve through a start, from end to end.

        Args:
            equations: of the model's vector field, which has one free parameter.
            start: an equilibrium, with the scales in which lengths along the curve are measured.
            bounds: within which it is followed.
            steps: how long they are, and how many to each side.
        """
        ...

    def follow_cycles(self, start: CycleStart, steps: Steps, max_period: float | None) -> CycleBranch:
        """Return the branch of cycles from a start.

        Args:
            start: an end of it, or one of its cycles.
            steps: how long they are, and how many to each side.
            max_period: at which it ends; None if nothing was said.
        """
        ...


class NativeEngine:
    """The engine of this package."""

    cited: ClassVar[tuple[str, ...]] = ()

    def follow(self, equations: EquilibriumEquations, start: Place, bounds: Bounds, steps: Steps) -> Followed:
        """Return the curve through a start, from end to end."""
        return follow(equations, start, bounds, steps)

    def follow_cycles(self, start: CycleStart, steps: Steps, max_period: float | None) -> CycleBranch:
        """Return the branch of cycles from a start."""
        return start.followed(steps, max_period)


def _native(model: CircuitTemplate, parameters: Mapping[str, Any]) -> Engine:
    return NativeEngine()


def _auto(model: CircuitTemplate, parameters: Mapping[str, Any]) -> Engine:
    from rates_continuation.auto.engine import AutoEngine

    return AutoEngine(model, parameters)


ENGINES: Mapping[str, Callable[[CircuitTemplate, Mapping[str, Any]], Engine]] = {"native": _native, "auto": _auto}


def engine_of(name: str, model: CircuitTemplate, parameters: Mapping[str, Any]) -> Engine:
    """Return the engine of a name for a model.

    Raises:
        UnknownNameError: there is none.
        PluginError: what it needs is not installed.
    """
    if name not in ENGINES:
        raise UnknownNameError(
            f"There is no engine {shown(name)}.{did_you_mean(str(name), ENGINES)} Engines: {', '.join(ENGINES)}."
        )
    return ENGINES[name](model, parameters)
