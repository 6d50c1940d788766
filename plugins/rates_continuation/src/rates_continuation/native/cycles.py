"""Cycles of a vector field: periodic solutions by collocation, as a curve in profile, period and parameter."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from attrs import evolve, frozen

from rates_continuation.native.collocation import (
    DEGREE,
    adapted,
    at_gauss_points,
    basis,
    interpolated,
    node_times,
)
from rates_continuation.native.condensation import Condensed, Removed, without
from rates_continuation.native.curve import Curve, Place
from rates_continuation.native.equations import CONVERGED, MOST_ITERATIONS, ROUNDED, solved
from rates_continuation.vector_field import Field


@frozen(eq=False)
class CycleCurve(Curve):
    """Cycles in z = (profile, period, parameter); the profile has values at all nodes of a mesh on [0, 1].

    Attributes:
        field: whose cycles they are.
        mesh: ends of the intervals, from 0 to 1.
        reference: a profile near to those that are looked for, in whose direction of time none may be shifted.
        states: scale of each state.
    """

    field: Field
    mesh: np.ndarray
    reference: np.ndarray
    states: np.ndarray

    def split(self, z: np.ndarray) -> tuple[np.ndarray, float, np.ndarray]:
        """Return profile, period and parameters."""
        nodes = DEGREE * (len(self.mesh) - 1) + 1
        size = nodes * self.field.size
        return z[:size].reshape(nodes, -1), float(z[size]), z[size + 1 :]

    @cached_property
    def weights(self) -> np.ndarray:
        """The weight of each node in an integral over the cycle."""
        widths, own = np.diff(self.mesh), basis().integrals
        found = np.zeros(DEGREE * len(widths) + 1)
        for node in range(DEGREE + 1):
            found[node : len(found) - DEGREE + node : DEGREE] += widths * own[node]
        return found

    def scale(self, period: float, width: float) -> np.ndarray:
        """Return the scale of z, so that the length of a profile is its root mean square.

        Args:
            period: scale of the period.
            width: that of the parameter.
        """
        profile = self.states / np.sqrt(self.weights)[:, None]
        return np.concatenate([profile.ravel(), [period, width]])

    @cached_property
    def phase(self) -> np.ndarray:
        """The condition on the phase: a row for profiles, zero for the reference itself."""
        own = basis()
        slopes = at_gauss_points(self.reference, own.slopes) / self.states**2
        row = np.zeros((DEGREE * (len(self.mesh) - 1) + 1, self.field.size))
        parts = np.einsum("ij,i,kin->kjn", own.values, own.weights, slopes)
        for node in range(DEGREE + 1):
            row[node : len(row) - DEGREE + node : DEGREE] += parts[:, node]
        return row / np.linalg.norm(row * self.states)

    def linearised(self, z: np.ndarray) -> Linearised:
        """Return the linear equations at z."""
        return Linearised.of(self, z)

    def place(self, guess: np.ndarray, normal: np.ndarray, along: np.ndarray, scale: np.ndarray) -> Place | None:
        """Return the cycle in the plane through a guess, or None if it is not found."""
        z, last, row = np.array(guess), np.inf, normal / scale**2
        for iteration in range(1, MOST_ITERATIONS + 1):
            found = self.linearised(z)
            profile = self.split(z)[0]
            right = [-float(np.sum(self.phase * (profile - self.reference))), -float(row @ (z - guess))]
            step = found.solution([self._phase_row(z), row], right)
            if step is None:
                return None
            z, size = z + step, float(np.linalg.norm(step / scale))
            if size < CONVERGED or (size < ROUNDED and size > 0.1 * last):
                tangent = self.tangent(z, along, scale)
                return None if tangent is None else Place(z, tangent, scale, iteration, size)
            if size > 2.0 * last:
                return None
            last = size
        return None

    def tangent(self, z: np.ndarray, along: np.ndarray, scale: np.ndarray) -> np.ndarray | None:
        """Return the unit tangent in the direction of another vector; None where there is no single one."""
        found = evolve(self.linearised(z), still=True).solution([self._phase_row(z), along / scale**2], [0.0, 1.0])
        return None if found is None else found / np.linalg.norm(found / scale)

    def _phase_row(self, z: np.ndarray) -> np.ndarray:
        return np.append(self.phase.ravel(), np.zeros(len(z) - self.phase.size))

    def carried_on(self, place: Place) -> tuple[CycleCurve, Place]:
        """Return the curve with a mesh that suits the cycle, which becomes the reference; and the place on it."""
        profile, period, _ = self.split(place.z)
        tangent = self.split(place.tangent)[0]
        states = np.maximum(self.states, np.max(np.abs(profile - profile.mean(axis=0)), axis=0))
        mesh = adapted(self.mesh, profile, states, DEGREE)
        times = node_times(mesh, DEGREE)
        moved, turned = (interpolated(self.mesh, values, times, DEGREE) for values in (profile, tangent))
        curve = evolve(self, mesh=mesh, reference=moved, states=states)
        behind, scale = len(profile) * self.field.size, curve.scale(max(period, place.scale[-2]), place.scale[-1])
        z = np.append(moved.ravel(), place.z[behind:])
        direction = np.append(turned.ravel(), place.tangent[behind:])
        return curve, Place(z, direction / np.linalg.norm(direction / scale), scale, place.iterations, place.error)

    def coordinates(self, z: np.ndarray, scale: np.ndarray) -> np.ndarray:
        """Return the largest and smallest value of each state, period and parameters."""
        profile, period, p = self.split(z)
        extremes = np.concatenate([profile.max(axis=0) / self.states, profile.min(axis=0) / self.states])
        return np.concatenate([extremes, [period / scale[-2]], p / scale[-1]])


@frozen(eq=False)
class Linearised:
    """The collocation equations at some z, with all nodes but the first one taken out.

    Attributes:
        size: number of states.
        inner: what gives the nodes inside of intervals.
        chain: of intervals.
        still: solve the equations without their residual.
    """

    size: int
    inner: Removed
    chain: Condensed
    still: bool = False

    @classmethod
    def of(cls, curve: CycleCurve, z: np.ndarray) -> Linearised:
        """Return the equations of a curve at z."""
        profile, period, p = curve.split(z)
        own, field, widths = basis(), curve.field, np.diff(curve.mesh)
        x = at_gauss_points(profile, own.values)
        count, _, size = x.shape
        flat = x.reshape(-1, size)
        rates = field.rates(flat, p).reshape(x.shape)
        steps = (widths * period)[:, None, None]
        by_states = field.by_states(flat, p).reshape(count, DEGREE, size, size) * steps[..., None]
        residual = at_gauss_points(profile, own.slopes) - steps * rates
        others = [-widths[:, None, None, None] * rates[..., None]]
        others.append(-steps[..., None] * field.by_parameters(flat, p).reshape(count, DEGREE, size, -1))
        behind = np.concatenate([*others, residual[..., None]], axis=-1).reshape(count, DEGREE * size, -1)
        # rows: Gauss point, equation; columns: node, state
        matrix = -np.einsum("ij,kinm->kinjm", own.values, by_states)
        states = np.arange(size)
        matrix[:, :, states, :, states] += own.slopes[None]
        matrix = matrix.reshape(count, DEGREE * size, -1)
        first, inside, last = np.split(matrix, [size, DEGREE * size], axis=-1)
        inner, blocks = without(inside, first, last, behind)
        return cls(size, inner, Condensed.of(blocks))

    def solution(self, rows: list[np.ndarray], right: list[float]) -> np.ndarray | None:
        """Return the step that solves the equations with further rows, or None if there is none."""
        size, free = self.size, len(rows)
        unknowns = size + free
        last = self.chain.last
        maps = np.zeros((size, unknowns + 1))
        maps[:, :size] = np.eye(size)
        others = np.zeros((free + 1, unknowns + 1))
        others[:free, size:unknowns] = np.eye(free)
        others[free, unknowns] = 0.0 if self.still else 1.0
        ends = self.chain.points(maps, maps, others)
        nodes = np.empty((len(ends[1:]), DEGREE, size, unknowns + 1))
        nodes[:, 0] = ends[:-1]
        nodes[:, 1:] = self.inner.solved(ends[:-1], ends[1:], others).reshape(len(ends) - 1, DEGREE - 1, size, -1)
        profile = np.concatenate([nodes.reshape(-1, size, unknowns + 1), ends[-1:]]).reshape(-1, unknowns + 1)
        whole = np.concatenate([profile, others[:free]])
        closing = (last.left + last.right) @ maps + last.others @ others
        matrix = np.concatenate([closing, np.stack(rows) @ whole])
        known = np.concatenate([np.zeros(size), right])
        found = solved(matrix[:, :unknowns], known - matrix[:, unknowns])
        return None if found is None else whole @ np.append(found, 1.0)


def multipliers(curve: CycleCurve, z: np.ndarray) -> np.ndarray:
    """Return the Floquet multipliers of a cycle, the largest first."""
    found = curve.linearised(z).chain.multipliers()
    return found[np.argsort(-np.abs(found))]


def from_hopf(
    field: Field, x: np.ndarray, p: np.ndarray, omega: float, vector: np.ndarray, states: np.ndarray, width: float,
    intervals: int,
) -> tuple[CycleCurve, Place]:  # fmt: skip
    """Return the curve of small cycles around a Hopf point, and where it begins there.

    Args:
        field: whose cycles they are.
        x: the equilibrium.
        p: its parameters.
        omega: imaginary part of the eigenvalue.
        vector: its eigenvector.
        states: scale of each.
        width: scale of the parameter.
        intervals: of the mesh.
    """
    mesh = np.linspace(0.0, 1.0, intervals + 1)
    angle = 2 * np.pi * node_times(mesh, DEGREE)[:, None]
    swing = vector.real * np.cos(angle) - vector.imag * np.sin(angle)
    swing /= np.max(np.abs(swing) / states)
    curve = CycleCurve(field, mesh, x + swing, states)
    period = 2 * np.pi / omega
    scale = curve.scale(period, width)
    tangent = np.append(swing.ravel(), np.zeros(1 + len(p)))
    z = np.concatenate([np.broadcast_to(x, swing.shape).ravel(), [period], p])
    curve = evolve(curve, reference=swing)
    return curve, Place(z, tangent / np.linalg.norm(tangent / scale), scale)
