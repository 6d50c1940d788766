"""Branches of cycles of what Auto-07p has computed."""

from __future__ import annotations

import numpy as np
from attrs import evolve
from rates_core.simulation.field import VectorField

from rates_continuation.auto.cycles import AutoCycle, AutoCycles
from rates_continuation.auto.trusted import error_of, trusted, unexplained
from rates_continuation.citations import OF_AUTO
from rates_continuation.cycle_branch import CycleBranch
from rates_continuation.native.boundary import ProfileCurve
from rates_continuation.native.curve import Place
from rates_continuation.native.cycles import Periodic
from rates_continuation.native.floquet import Cycle
from rates_continuation.profile import Profile
from rates_continuation.special import SpecialPoint

KINDS = {"LPC": "LPC", "PD": "PD", "NS": "NS", "BP": "BPC"}


def branch_of(found: AutoCycles, field: VectorField) -> CycleBranch:
    """Return a branch, with multipliers of the model's own: those of Auto-07p have six digits, where it prints them.

    Special points are points of the branch here, with the digits that Auto-07p gives them, if they are there on finer
    meshes, too; how far these move them is their error. Where multipliers cross the unit circle and there is none, the
    point before is one of no kind. The equilibrium at which Auto-07p begins is none.
    """
    found = evolve(found, cycles=tuple(cycle for cycle in found.cycles if np.ptp(cycle.profile, axis=0).any()))
    profiles = tuple(_profile(found, cycle) for cycle in found.cycles)
    cycles = [_cycle(field, cycle) for cycle in found.cycles]
    multipliers = [trusted(cycle) for cycle in cycles]
    special = {
        number: (KINDS[cycle.kind], error)
        for number, cycle in enumerate(found.cycles)
        if cycle.kind and (error := error_of(KINDS[cycle.kind], cycles[number])) is not None
    }
    kinds = [number in special for number in range(len(cycles))]
    for one, other in unexplained(multipliers, kinds):
        around = found.cycles[max(one - 1, 0) : other + 2]  # where a curve turns round, that lies beyond both
        special[one] = ("??", max(float(np.max(np.abs(cycle.p - found.cycles[one].p))) for cycle in around))
    return CycleBranch(
        found.parameters, found.states,
        p=np.array([cycle.p for cycle in found.cycles]).reshape(-1, len(found.parameters)),
        x=np.array([profile.extremes[1] for profile in profiles]).reshape(-1, len(found.states)),
        eigenvalues=np.array(multipliers).reshape(-1, len(found.states) - 1),
        specials=tuple(
            _special(found, number, profiles[number], multipliers[number], *special[number])
            for number in sorted(special)
        ),
        ended=("hopf", found.ended), found=found, profiles=profiles, cited=OF_AUTO,
        trivial=np.array([cycle.trivial for cycle in cycles]),
    )  # fmt: skip


def _profile(found: AutoCycles, cycle: AutoCycle) -> Profile:
    return Profile(found.states, cycle.period, cycle.times[:: cycle.degree], cycle.profile)


def _cycle(field: VectorField, cycle: AutoCycle) -> Cycle:
    """Return a cycle as the native engine has them."""
    states = np.max(np.abs(cycle.profile), axis=0)
    numbers = np.array([cycle.period, *cycle.p])
    problem = Periodic(field, np.where(states > 0, states, 1.0))
    curve = ProfileCurve(problem, cycle.times[:: cycle.degree], cycle.profile, problem.states, np.abs(numbers) + 1.0)
    z = np.append(cycle.profile, numbers)
    return Cycle.of(curve, Place(z, np.zeros_like(z), curve.scale))


def _special(
    found: AutoCycles, number: int, profile: Profile, multipliers: np.ndarray, kind: str, error: float
) -> SpecialPoint:
    cycle, largest = found.cycles[number], profile.extremes[1]
    return SpecialPoint(
        kind=kind,
        values=dict(zip((*found.parameters, *found.states), (*cycle.p.tolist(), *largest.tolist()), strict=True)),
        number=number,
        eigenvalues=multipliers,
        period=cycle.period,
        coefficient=float("nan"),
        residual=float("nan"),
        error=error,
        found=cycle,
        profile=profile,
    )
