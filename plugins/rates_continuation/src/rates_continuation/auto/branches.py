"""Branches of cycles of what Auto-07p has computed."""

from __future__ import annotations

import numpy as np
from attrs import evolve
from rates_core.simulation.field import VectorField

from rates_continuation.auto.cycles import AutoCycle, AutoCycles
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

    Special points are points of the branch here, with the digits that Auto-07p gives them. The equilibrium at which
    Auto-07p begins is none.
    """
    found = evolve(found, cycles=tuple(cycle for cycle in found.cycles if np.ptp(cycle.profile, axis=0).any()))
    profiles = tuple(_profile(found, cycle) for cycle in found.cycles)
    cycles = [_cycle(field, cycle) for cycle in found.cycles]
    specials = tuple(
        _special(found, number, profiles[number], cycles[number].multipliers)
        for number, cycle in enumerate(found.cycles)
        if cycle.kind
    )
    return CycleBranch(
        found.parameters, found.states,
        p=np.array([cycle.p for cycle in found.cycles]),
        x=np.array([profile.extremes[1] for profile in profiles]),
        eigenvalues=np.array([cycle.multipliers for cycle in cycles]),
        specials=specials, ended=("hopf", found.ended), found=found, profiles=profiles,
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


def _special(found: AutoCycles, number: int, profile: Profile, multipliers: np.ndarray) -> SpecialPoint:
    cycle, largest = found.cycles[number], profile.extremes[1]
    return SpecialPoint(
        kind=KINDS[cycle.kind],
        values=dict(zip((*found.parameters, *found.states), (*cycle.p.tolist(), *largest.tolist()), strict=True)),
        number=number,
        eigenvalues=multipliers,
        period=cycle.period,
        coefficient=float("nan"),
        residual=float("nan"),
        error=float("nan"),
        found=cycle,
        profile=profile,
    )
