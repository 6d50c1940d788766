"""Cycles of networks, against closed forms: rings of oscillators that are coupled to their neighbours.

Each is z' = (mu + i) z - (1 + i beta) |z|² z + c (sum of both neighbours - 2 z) with a complex c. All of them swing
alike with |z|² = mu. In the frame that turns with them a wave with factor -l of its coupling grows by
u' = -(1 + i beta) mu (u + conj(u)) - l c u.
"""

from __future__ import annotations

import numpy as np
import pytest
from rates_continuation import Continuation, CycleBranch

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

MU = "all/op/mu"


def ring(units: int, beta: float, coupling: complex) -> CircuitTemplate:
    """Return a ring of oscillators."""
    operator = OperatorTemplate(
        "op",
        [
            "x' = mu*x - y - (x - beta*y)*(x^2 + y^2) + k*(left - 2*x) - c*(right - 2*y)",
            "y' = mu*y + x - (y + beta*x)*(x^2 + y^2) + k*(right - 2*y) + c*(left - 2*x)",
        ],
        {
            "x": "output(0.1)", "y": "variable(0.0)", "left": "input(0.0)", "right": "input(0.0)",
            "mu": -0.5, "beta": beta, "k": coupling.real, "c": coupling.imag,
        },
    )  # fmt: skip
    names = [f"u{number}" for number in range(units)]
    neighbours = [(one, names[(number + way) % units]) for number, one in enumerate(names) for way in (-1, 1)]
    edges = [
        (f"{one}/op/{source}", f"{other}/op/{target}", None, {"weight": 1.0})
        for one, other in neighbours
        for source, target in (("x", "left"), ("y", "right"))
    ]
    return CircuitTemplate("ring", nodes=dict.fromkeys(names, NodeTemplate("unit", [operator])), edges=edges)


def followed(units: int, beta: float, coupling: complex, upper: float) -> CycleBranch:
    """Return the cycles on which all swing alike."""
    continuation = Continuation(ring(units, beta, coupling))
    branch = continuation.equilibria(MU, bounds=(-0.6, upper))
    (start,) = (point for point in branch.special("HB") if abs(point[MU]) < 1e-9)
    return continuation.cycles(from_=start, bounds=(-0.1, upper))


def multipliers(units: int, beta: float, coupling: complex, mu: float) -> np.ndarray:
    """Return all multipliers but the one that is 1, the largest first."""
    grown = []
    for wave in range(units):
        factor = 2 - 2 * np.cos(2 * np.pi * wave / units)
        own = -factor * np.array([[coupling.real, -coupling.imag], [coupling.imag, coupling.real]])
        grown.extend(np.linalg.eigvals(own + mu * np.array([[-2.0, 0.0], [-2.0 * beta, 0.0]])))
    found = np.exp(2 * np.pi / (1 - beta * mu) * np.array(grown))
    found = np.delete(found, int(np.argmin(np.abs(found - 1.0))))
    return np.asarray(found[np.argsort(-np.abs(found), kind="stable")])


def compare(branch: CycleBranch, units: int, beta: float, coupling: complex) -> None:
    """Compare periods and multipliers with the closed forms.

    Equal multipliers that are not multiples of orthogonal vectors move by the root of a rounding error; here the two
    waves of each pair are orthogonal, so that what is left is the mesh's error.
    """
    mu = branch.p[:, 0]
    np.testing.assert_allclose(branch.periods, 2 * np.pi / (1 - beta * mu), rtol=1e-9)
    np.testing.assert_allclose(branch.trivial, 1.0, atol=1e-7)
    for value, found in zip(mu, branch.multipliers, strict=True):
        known = multipliers(units, beta, coupling, value)
        np.testing.assert_allclose(np.abs(found), np.abs(known), atol=1e-6 * max(1.0, float(np.abs(known[0]))))
        distances = np.abs(found[:, None] - known[None])
        assert max(distances.min(axis=0).max(), distances.min(axis=1).max()) < 1e-6 * max(1.0, float(np.abs(known[0])))


def test_a_wave_and_its_mirror_image_that_grow_at_one_place_are_told_as_several() -> None:
    beta, coupling = -1.0, 0.1 + 1.0j
    branch = followed(4, beta, coupling, 2.5)
    compare(branch, 4, beta, coupling)
    # the determinant of the matrix of a wave is 0 where 2 mu (k + beta c) = -l |c|²: l = 2 for two waves, 4 for one
    places = [factor * abs(coupling) ** 2 / (-2 * (coupling.real + beta * coupling.imag)) for factor in (2.0, 4.0)]
    assert [point.kind for point in branch.specials] == ["??", "BPC"]
    assert [point[MU] for point in branch.specials] == pytest.approx(places, rel=1e-7)
    assert branch.unstable[[0, -1]].tolist() == [0, 3]
    assert branch.ended == ("hopf", "bound")


@pytest.mark.parametrize("units", [12, pytest.param(30, marks=pytest.mark.exhaustive)])
def test_multipliers_of_a_ring_are_those_of_its_waves(units: int) -> None:
    branch = followed(units, 0.5, 0.3 + 0.2j, 1.0)
    compare(branch, units, 0.5, 0.3 + 0.2j)
    assert (branch.ended, branch.specials) == (("hopf", "bound"), ())
    assert not branch.unstable.any()
