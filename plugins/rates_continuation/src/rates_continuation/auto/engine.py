"""The engine of Auto-07p: each call works in a private directory, which is gone afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from attrs import field, frozen
from rates_core.errors import UnsupportedFeatureError
from rates_core.simulation.field import VectorField

from rates_continuation.auto.branches import branch_of
from rates_continuation.auto.cycles import AutoCycles, CycleSettings, HopfPoint, cycle_scale, cycles_from
from rates_continuation.auto.equations import compiled
from rates_continuation.auto.equilibria import Side, followed
from rates_continuation.auto.finding import Installation, installation
from rates_continuation.auto.running import private_directory
from rates_continuation.auto.sides import OneSide
from rates_continuation.citations import OF_AUTO
from rates_continuation.cycle_branch import CycleBranch
from rates_continuation.cycle_starts import CycleStart
from rates_continuation.native.curve import ImplicitCurve, Place
from rates_continuation.native.engine import WIDTHS, Followed
from rates_continuation.native.equilibria import EquilibriumEquations
from rates_continuation.native.tracing import Bounds, Steps
from rates_core import CircuitTemplate


@frozen(eq=False)
class AutoEngine:
    """Auto-07p for one model.

    Attributes:
        model: a circuit.
        parameters: values of parameters that are not those of the model, by path.
        found: what runs Auto-07p.
    """

    model: CircuitTemplate
    parameters: Mapping[str, Any] = field(factory=dict)
    found: Installation = field(factory=installation)

    cited: ClassVar[tuple[str, ...]] = OF_AUTO

    def follow(self, equations: EquilibriumEquations, start: Place, bounds: Bounds, steps: Steps) -> Followed:
        """Return the curve through a start, from end to end.

        Raises:
            UnsupportedFeatureError: Auto-07p has no such states or parameters.
            SimulationError: it computes nothing, or takes too long.
        """
        own = equations.field
        assert isinstance(own, VectorField)  # that of the model, by which states and parameters have paths
        with private_directory() as folder:
            auto = compiled(self.model, self.parameters, own, start.scale, self.found, folder)
            curve = ImplicitCurve(equations)
            back = OneSide(auto, curve, start, bounds, steps, -1).followed()
            closed = back.ended == "closed"
            on = Side([], "closed") if closed else OneSide(auto, curve, start, bounds, steps, 1).followed()
        return followed(equations, start, back, on)

    def follow_cycles(self, start: CycleStart, steps: Steps, max_period: float | None) -> CycleBranch:
        """Return the branch of cycles from a Hopf point.

        Raises:
            UnsupportedFeatureError: cycles begin elsewhere.
            SimulationError: Auto-07p computes nothing, or takes too long.
        """
        if start.begun != "hopf":
            raise UnsupportedFeatureError(
                "engine='auto' follows cycles that begin at Hopf points. Use engine='native' for those of a run, and "
                "for those that begin at points of other cycles."
            )
        profile, (period, *p) = start.curve.split(start.place.z)
        bounds = float(start.bounds.lower[0]), float(start.bounds.upper[0])
        settings = CycleSettings(
            start.curve.care.most, steps.most, min(steps.first, steps.largest), steps.largest, max_period,
            steps.interrupts,
        )  # fmt: skip
        found = self.cycles(start.field, profile[0], np.array(p), float(period), bounds, settings)
        return branch_of(found, start.field)

    def cycles(
        self,
        own: VectorField,
        x: np.ndarray,
        p: np.ndarray,
        period: float,
        bounds: tuple[float, float],
        settings: CycleSettings | None = None,
    ) -> AutoCycles:
        """Return the cycles that begin at a Hopf point.

        Args:
            own: the model as a field of one free parameter.
            x: the equilibrium.
            p: the parameter there.
            period: of small cycles.
            bounds: of the parameter.
            settings: how they are followed.

        Raises:
            UnsupportedFeatureError: Auto-07p has no such states or parameters.
            SimulationError: it computes nothing, or takes too long.
        """
        with private_directory() as folder:
            width = (bounds[1] - bounds[0]) / WIDTHS
            scale = np.append(cycle_scale(own, x, p, period), width)
            auto = compiled(self.model, self.parameters, own, scale, self.found, folder)
            hopf = HopfPoint(x, float(p[0]), period)
            found, ended = cycles_from(auto, folder / "cycles", hopf, bounds, settings or CycleSettings())
        return AutoCycles(own.parameters, own.states, found, ended)
