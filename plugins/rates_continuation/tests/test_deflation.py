"""Branches that nothing connects, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from rates_continuation import Continuation
from rates_core.errors import ArgumentError
from rates_core.testing.parts import single

MU, X = "p/op/mu", "p/op/x"


def test_a_closed_branch_beside_an_open_one_is_found() -> None:
    model = single("x' = -(x + 2 + 0.1*mu)*((x - 1)^2 + mu^2 - 0.25)", x="output(-2.0)", mu=0.0)
    continuation = Continuation(model)
    assert len(continuation.diagram(MU, bounds=(-1.0, 1.0)).branches) == 1
    line, circle = continuation.diagram(MU, bounds=(-1.0, 1.0), deflate=True, cycles=False).branches
    np.testing.assert_allclose(line.column(X), -2 - 0.1 * line.column(MU), rtol=1e-9)
    np.testing.assert_allclose((circle.column(X) - 1) ** 2 + circle.column(MU) ** 2, 0.25, rtol=1e-8)
    assert circle.ended == ("closed", "closed")
    assert sorted(round(point[MU], 9) for point in circle.special("LP")) == [-0.5, 0.5]
    assert line.specials == ()
    cited = [[text.split(",")[0] for text in branch.citations] for branch in (line, circle)]
    assert cited == [["Keller", "Govaerts", "Kuznetsov"], ["Keller", "Govaerts", "Kuznetsov", "Farrell"]]


def test_an_imperfect_pitchfork_has_both_of_its_halves() -> None:
    continuation = Continuation(single("x' = mu*x - x^3 + 0.05", x="output(1.0)", mu=1.0))
    upper, lower = continuation.diagram(MU, bounds=(-2.0, 2.0), deflate=True, cycles=False).branches
    for branch in (upper, lower):
        x = branch.column(X)
        np.testing.assert_allclose(branch.column(MU), x**2 - 0.05 / x, rtol=1e-8)
    assert (upper.column(X) > 0).all()
    assert (lower.column(X) < 0).all()
    (fold,) = lower.specials
    assert fold[X] == pytest.approx(-(0.025 ** (1 / 3)), rel=1e-9)  # where the slope 2 x + 0.05/x^2 is 0


def test_what_is_reached_from_a_disconnected_branch_is_found_once() -> None:
    # lines x = mu + 1 and x = 1 - mu, which cross; and x = -2 far from them
    model = single("x' = -(x + 2)*(x - 1 - mu)*(x - 1 + mu)", x="output(-2.1)", mu=0.4)
    found = Continuation(model).diagram(MU, bounds=(-1.0, 1.0), deflate=True, cycles=False)
    assert len(found.branches) == 3
    assert [[point.kind for point in branch.specials] for branch in found.branches] == [[], ["BP"], ["BP"]]


def test_a_model_with_one_branch_has_one() -> None:
    equations = ["v' = v - v^3/3 - w + mu", "w' = 0.08*(v + 0.7 - 0.8*w)"]
    model = single(equations, v="output(-1.2)", w="variable(-0.6)", mu=0.0)
    found = Continuation(model).diagram(MU, bounds=(-1.0, 2.0), deflate=True, cycles=False)
    assert len(found.branches) == 1  # v - v^3/3 - (v + 0.7)/0.8 falls everywhere


def test_deflate_is_true_or_false() -> None:
    with pytest.raises(ArgumentError, match=r"^deflate"):
        Continuation(single("x' = mu - x", x="output(0.0)", mu=0.0)).diagram(MU, bounds=(-1.0, 1.0), deflate="yes")  # type: ignore[arg-type]
