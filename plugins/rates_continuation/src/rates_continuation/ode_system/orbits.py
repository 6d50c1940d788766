"""Solutions one by one, curves as one, and homoclinic orbits, by the calls of PyCoBi."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve
from rates_core.errors import ArgumentError, UnsupportedFeatureError, shown
from rates_core.switches import switch

from rates_continuation.bounds import at_least, positive
from rates_continuation.interrupts import interruptible
from rates_continuation.ode_system.constants import check_known
from rates_continuation.ode_system.homoclinics import Saddle, homoclinics
from rates_continuation.ode_system.merging import merged
from rates_continuation.ode_system.named_solutions import NamedSolution
from rates_continuation.ode_system.names import PERIOD, Names
from rates_continuation.ode_system.orbit_files import sampled, write_orbit
from rates_continuation.ode_system.request import Computed, Request
from rates_continuation.ode_system.solutions import END, REGULAR, Curve, Solution
from rates_continuation.ode_system.wanted import Wanted

if TYPE_CHECKING:
    import pandas as pd

GROWN = 5.0  # times the shortest period: the longest one counts as next to a homoclinic orbit
SEED = 201  # points of a start in PyCoBi; meshes adapt themselves here


class Orbits(ABC):
    """What there is of single solutions, and of homoclinic orbits."""

    curves: list[Curve]

    @property
    @abstractmethod
    def names(self) -> Names:
        """Return what parameters and states are called."""

    @abstractmethod
    def get_continuation(self, key_or_name: Curve | str | int) -> Curve:
        """Return a curve by its name or number."""

    @abstractmethod
    def _from(self, origin: Any, starting_point: Any) -> tuple[Curve | None, Solution | None]:
        """Return the curve on which a run starts, and where on it."""

    @abstractmethod
    def _request(self, given: Mapping[str, Any], before: Curve | None, start: Solution | None, both: Any) -> Request:
        """Return what is computed."""

    @abstractmethod
    def _kept(
        self, found: Computed, name: str | None, given: Mapping[str, Any], wanted: Wanted
    ) -> tuple[pd.DataFrame, Curve]:
        """Keep what was computed; return it as a table and as a curve."""

    def get_solution(
        self, cont: Curve | str | int, point: str | int | None = None
    ) -> tuple[Curve, None, None] | tuple[NamedSolution, str, int]:
        """Return a solution, its label and which of its kind it is; without a point the curve, and None twice.

        Args:
            cont: the curve.
            point: label or number.

        Raises:
            UnknownNameError: there is no such curve or point.
        """
        curve = self.get_continuation(cont)
        if point is None:
            return curve, None, None
        number = curve.index(point)
        label, count = curve.labels[number]
        return NamedSolution(curve.solutions[number], self.names), label, count

    def merge(self, key: Curve | str | int, cont: Curve | str | int, icp: Any = None) -> tuple[Curve, list[int]]:
        """Put two curves of one kind together that begin at one solution; the first one becomes both.

        Args:
            key: the curve under whose number and name they are found then.
            cont: the other one, which stays.
            icp: parameters that vary along both; those that do if None.

        Returns:
            The curve, and the numbers of its points that have a label.

        Raises:
            UnknownNameError: there is no such curve or parameter.
            ArgumentError: they do not meet, or are of different things.
        """
        one, other = self.get_continuation(key), self.get_continuation(cont)
        wanted = [icp] if isinstance(icp, str | int) else icp
        asked = [] if wanted is None else [path for path in map(self.names.parameter, wanted) if path != PERIOD]
        if wanted is not None and asked != list(one.free):
            raise ArgumentError(f"icp names {' and '.join(asked) or 'none'}; {one!r} is a curve in other parameters.")
        found = merged(one, other)
        self.curves[one.key] = found
        return found, [number for number, (label, _) in enumerate(found.labels, start=1) if label != REGULAR]

    @interruptible()
    def continue_homoclinic(
        self,
        origin: Curve | str | int | None = None,
        *,
        starting_point: str | int | None = None,
        ICP: Sequence[Any],  # noqa: N803 names of PyCoBi
        NUNSTAB: int | None = None,  # noqa: N803
        NSTAB: int | None = None,  # noqa: N803
        IEQUIB: int = 1,  # noqa: N803
        ITWIST: int = 0,  # noqa: N803
        IPSI: Sequence[int] = (15, 16),  # noqa: N803
        name: str = "hom",
        dat_basename: str | None = None,
        n_points: int = SEED,
        label_psi_crossings: bool = True,
        saddle_state: Mapping[Any, float] | None = None,
        warmup_period: float | None = None,
        bidirectional: bool = False,
        **constants: Any,
    ) -> tuple[pd.DataFrame, Curve]:
        """Follow homoclinic orbits in two parameters, from a cycle whose period has become long.

        Args:
            origin: the curve of cycles.
            starting_point: the cycle, such as `EP2`.
            ICP: both parameters; that of the cycles is one of them.
            NUNSTAB: number of unstable directions of the equilibrium, which is compared; -1 and None say nothing.
            NSTAB: of stable ones, likewise.
            IEQUIB: 0, 1 or 2; the equilibrium is solved for in any case.
            ITWIST: must be 0.
            IPSI: test functions; see `homoclinics.SEEN`.
            name: by which the curve is known.
            dat_basename: must be None: files are not read.
            n_points: accepted; meshes adapt themselves.
            label_psi_crossings: accepted; what is found has its label, or ends the curve.
            saddle_state: accepted; the equilibrium is found where the cycle is slowest.
            warmup_period: accepted; orbits are cut off where that is near enough to the equilibrium.
            bidirectional: follow the curve to both sides.
            constants: of Auto-07p, as for `run`.

        Raises:
            UnknownNameError: a curve, point, parameter or constant has no such name.
            ArgumentError: the start is no cycle, or the equilibrium has other directions.
            UnsupportedFeatureError: something is asked for that is not offered.
            SimulationError: no such orbit is found near the cycle.
        """
        if dat_basename is not None:
            raise UnsupportedFeatureError(
                f"dat_basename={shown(dat_basename)} names a file, and files are not read. Start from a curve of "
                "cycles: origin=..., starting_point='EP2'."
            )
        switch("label_psi_crossings", label_psi_crossings)
        at_least("n_points", n_points, 2)
        if warmup_period is not None:
            positive("warmup_period", warmup_period)
        for key in saddle_state or ():
            self.names.column(key, self.names.states)
        check_known(constants, ("ICP", "NUNSTAB", "NSTAB", "IEQUIB", "ITWIST", "IPSI", "name"))
        before, start = (None, None) if starting_point is None else self._from(origin, starting_point)
        given = {**constants, "ICP": list(ICP)}
        saddle = Saddle(NUNSTAB, NSTAB, IEQUIB, ITWIST, tuple(IPSI))
        found = homoclinics(self._request(given, before, start, bidirectional), saddle)
        return self._kept(found, name, given, Wanted(period=True))

    def extract_orbit_to_dat(
        self,
        cont: Curve | str | int,
        point: str | int,
        path: str | Path,
        *,
        n_points: int | None = None,
        variables: Sequence[Any] | None = None,
        phase_shift_to: Mapping[Any, float] | None = None,
    ) -> Path:
        """Write a cycle into a file that Auto-07p reads as `dat`, and return its path.

        Args:
            cont: the curve.
            point: label or number of the cycle.
            path: of the file; `.dat` is added where it is missing.
            n_points: number of times, at equal distances; the nodes of the mesh if None.
            variables: names of states, in the order of the file; all of them if None.
            phase_shift_to: values of states by name: the cycle begins where it comes nearest to these.

        Raises:
            UnknownNameError: there is no such curve, point or state.
            ArgumentError: the point is no cycle, or the file cannot be written.
        """
        curve, states = self.get_continuation(cont), self.names.states
        profile = curve.solutions[curve.index(point)].profile
        if profile is None:
            raise ArgumentError(f"{shown(point)} of {curve!r} is no cycle, and has no values over time.")
        paths = states if variables is None else [self.names.column(key, states) for key in variables]
        near = {self.names.column(key, states): float(value) for key, value in (phase_shift_to or {}).items()}
        count = None if n_points is None else at_least("n_points", n_points, 2)
        return write_orbit(path, *sampled(profile, paths, count, near))

    def label_homoclinic_terminus(
        self,
        cont: Curve | str | int,
        *,
        threshold_ratio: float = GROWN,
        period_var: Any = 11,
        label: str = "HC",
    ) -> int | None:
        """Label the cycle with the longest period as one next to a homoclinic orbit, if it has become much longer.

        `curve.branch.ended` says where a branch has come to such an orbit, whatever the ratio.

        Args:
            cont: the curve of cycles.
            threshold_ratio: of the longest to the shortest period.
            period_var: must name the period.
            label: which it gets, unless it is a special point.

        Returns:
            Its place in the table, from 0; None if periods do not grow by so much.

        Raises:
            UnknownNameError: there is no such curve.
            ArgumentError: `period_var` names something else.
        """
        curve, least = self.get_continuation(cont), positive("threshold_ratio", threshold_ratio)
        if self.names.parameter(period_var) != PERIOD:
            raise ArgumentError(f"period_var must name the period, 11 or 'PAR(11)'; it is {shown(period_var)}.")
        periods = np.array([item.period for item in curve.solutions])
        if curve.what != "cycles" or len(periods) < 2 or np.max(periods) < least * np.min(periods):
            return None
        longest = int(np.argmax(periods))
        solutions = list(curve.solutions)
        if solutions[longest].label in (END, REGULAR):
            solutions[longest] = evolve(solutions[longest], label=label)
        self.curves[curve.key] = evolve(curve, solutions=solutions)
        return longest
