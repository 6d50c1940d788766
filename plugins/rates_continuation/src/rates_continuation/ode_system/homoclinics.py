"""Curves of homoclinic orbits, from a cycle with a long period."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import evolve, frozen
from rates_core.errors import ArgumentError, UnsupportedFeatureError, shown

from rates_continuation.continuation import Continuation
from rates_continuation.cycle_branch import CycleBranch
from rates_continuation.homoclinic_orbits import HomoclinicOrbits
from rates_continuation.ode_system.equilibria import grows
from rates_continuation.ode_system.labelling import Row, in_order, rows_of
from rates_continuation.ode_system.request import Computed, Request, width
from rates_continuation.ode_system.solutions import Solution

KIND = "HOM"
INTERVALS = 128  # of a mesh at most, as for `Continuation.homoclinic`
#: test functions of Auto-07p whose zeros are seen: a neutral saddle is a point NSH, saddle-nodes end the curve
SEEN = (1, 9, 10, 15, 16)


@frozen
class Saddle:
    """What is said of the equilibrium, and of what is looked for.

    Attributes:
        unstable: number of its unstable directions; None or -1 if nothing is said.
        stable: likewise.
        equilibrium: IEQUIB.
        twist: ITWIST.
        tests: IPSI.
    """

    unstable: int | None
    stable: int | None
    equilibrium: int
    twist: int
    tests: Sequence[int]

    def check(self) -> None:
        """Raise if something is asked for that is not offered.

        Raises:
            UnsupportedFeatureError: it is.
        """
        if self.equilibrium not in (0, 1, 2):
            raise UnsupportedFeatureError(
                f"IEQUIB={shown(self.equilibrium)} asks for orbits between two equilibria, which are not offered; here "
                "orbits go from an equilibrium to itself: IEQUIB=1."
            )
        if self.twist:
            raise UnsupportedFeatureError(
                f"ITWIST={shown(self.twist)} asks for orientations of manifolds, which are not offered. Leave it out."
            )
        others = [number for number in self.tests if number not in SEEN]
        if others:
            raise UnsupportedFeatureError(
                f"IPSI has {shown(others[0])}; of Auto-07p's test functions {', '.join(map(str, SEEN))} are seen here: "
                "1 as points 'NSH', and the others where curves end, continuation.branch.ended."
            )

    def check_found(self, eigenvalues: np.ndarray) -> None:
        """Raise if the equilibrium has other numbers of directions.

        Raises:
            ArgumentError: it has.
        """
        unstable = int(np.count_nonzero(eigenvalues.real > 0))
        stable = len(eigenvalues) - unstable
        for name, said, found in (("NUNSTAB", self.unstable, unstable), ("NSTAB", self.stable, stable)):
            if said not in (None, -1, found):
                raise ArgumentError(
                    f"{name}={shown(said)}, and the equilibrium that the cycle passes has {unstable} unstable and "
                    f"{stable} stable directions: NUNSTAB={unstable}, NSTAB={stable}."
                )


def homoclinics(request: Request, saddle: Saddle) -> Computed:
    """Return the curve of homoclinic orbits near the cycle at which a request starts.

    Raises:
        ArgumentError: it starts from something else, or the equilibrium is not as it was said to be.
        UnsupportedFeatureError: something is asked for that is not offered.
        SimulationError: there is no such orbit near the cycle.
    """
    saddle.check()
    cycle = _cycle(request)
    own, second = _both(request)
    values = request.model.get_vector_field([own, second], request.others).p.tolist()
    at = {own: cycle.parameters[own], second: request.at(second, values[1])}
    bounds = {path: request.settings.bounds(path, value) for path, value in at.items()}
    found = Continuation(request.model, {**request.others, second: at[second]}).homoclinic(
        _branch_at(cycle, own), second, bounds, max_points=request.settings.most,
        max_step=request.largest_step(max(map(width, bounds.values()))),
        max_intervals=request.settings.intervals or INTERVALS,
    )  # fmt: skip
    rows = [_with_orbit(row, found) for row in rows_of(found, request.others, frozenset(), [])]
    p = np.array([[row.solution.parameters[path] for path in at] for row in rows])
    away = (p - list(at.values())) / [width(item) for item in bounds.values()]
    start = int(np.argmin(np.linalg.norm(away, axis=1)))
    saddle.check_found(rows[start].solution.eigenvalues)
    forwards = grows(p[:, list(at).index(request.parameter)], start) == (request.settings.sign > 0)
    ordered = in_order(rows, found.ended, start, forwards, request.both, request.settings)
    return Computed("curve", found.parameters, ordered, found, KIND)


def _cycle(request: Request) -> Solution:
    if request.start is None or request.start.profile is None or request.origin is None or request.origin.kind:
        raise ArgumentError(
            "continue_homoclinic starts from a cycle whose period has become long: origin= names a curve of cycles, "
            "and starting_point= one of them, such as 'EP2'."
        )
    return request.start


def _both(request: Request) -> tuple[str, str]:
    """Return the parameter in which the cycles were followed, and the other one that varies."""
    assert request.origin is not None
    own, free = request.origin.free[0], request.settings.free
    if len(free) != 2 or own not in free:
        raise ArgumentError(
            f"ICP must name two parameters, that of the cycles among them, '{own}'; it names "
            f"{' and '.join(free) or 'none'}."
        )
    return own, free[1 - free.index(own)]


def _branch_at(cycle: Solution, parameter: str) -> CycleBranch:
    """Return a branch that ends with a cycle."""
    assert cycle.profile is not None
    return CycleBranch(
        (parameter,), cycle.profile.states, np.array([[cycle.parameters[parameter]]]),
        np.array([cycle.profile.extremes[1]]), cycle.eigenvalues[None], (), ("orbit", "period"), None,
        profiles=(cycle.profile,), trivial=np.ones(1),
    )  # fmt: skip


def _with_orbit(row: Row, found: HomoclinicOrbits) -> Row:
    """Return a row whose states are those of the orbit, as those of a cycle, and not of the equilibrium."""
    profile = row.solution.profile or found.profiles[int(row.place)]
    smallest, largest = (dict(zip(found.states, each.tolist(), strict=True)) for each in profile.extremes)
    orbit = evolve(row.solution, states=largest, smallest=smallest, profile=profile, period=profile.period)
    return evolve(row, solution=orbit)
