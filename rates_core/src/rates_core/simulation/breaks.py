"""Where a run is not smooth: at jumps of inputs and events, and where delays carry these on."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define

from rates_core.simulation.breaking import breaking_points, lasting, merged


@define(eq=False)
class Breaks:
    """The places of one run that are not smooth.

    Attributes:
        origins: where the solution is not smooth by itself.
        jumps: those of inputs.
        end: of the run.
        delays: of all reads.
        order: of the method.
        sharp: those of the delays along which jumps do not become smooth.
    """

    origins: tuple[float, ...]
    jumps: Sequence[float]
    end: float
    delays: Sequence[float]
    order: int
    sharp: Sequence[float]

    def add(self, t: float) -> None:
        """Add a time at which states jump."""
        if self.delays:
            self.origins = (*lasting(self.origins, t, self.delays, self.order, self.sharp), t)

    def stops(self, t: float) -> list[float]:
        """Return where steps have to end, from a time to the end of the run."""
        points = breaking_points(self.origins, t, self.end, self.delays, self.order, self.sharp)
        return [stop for stop in merged([*self.jumps, *points], self.end) if t <= stop < self.end]

    def lasting(self, t: float) -> tuple[float, ...]:
        """Return what a run that goes on from a time has to know."""
        return lasting(self.origins, t, self.delays, self.order, self.sharp)
