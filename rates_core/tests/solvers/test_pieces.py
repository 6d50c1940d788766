"""Stops cut a run into pieces, each with its own side of what jumps there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rates_core.solvers.driver import Problem
from rates_core.solvers.pieces import Piece, pieces, spans_of


def problem(stops: list[float], start: float = 0.0, end: float = 1.0) -> Problem:
    settings: dict[str, Any] = {"times": (), "options": {}, "y": np.zeros(1), "derivative": lambda t, y: y}
    return Problem(start=start, end=end, stops=stops, **settings)


def test_without_stops_a_run_is_one_piece():
    assert list(pieces(problem([]))) == [Piece(0.0, 1.0, opens=False, closes=False)]


def test_stops_end_pieces_and_start_the_next():
    assert list(pieces(problem([0.25, 0.5]))) == [
        Piece(0.0, 0.25, opens=False, closes=True),
        Piece(0.25, 0.5, opens=True, closes=True),
        Piece(0.5, 1.0, opens=True, closes=False),
    ]


def test_stops_that_differ_by_rounding_from_each_other_or_from_the_ends_make_no_piece():
    found = [(piece.start, piece.end) for piece in pieces(problem([1e-14, 0.3, 0.1 + 0.2, 1.0 - 1e-15]))]
    assert found == [(0.0, 0.3), (0.3, 1.0)]


def seen(piece: Piece, t: float) -> float:
    return float(piece.smooth(lambda time, y: np.array([time]))(t, np.zeros(1))[0])


def test_evaluations_keep_off_stops_by_no_more_than_rounding_and_are_else_where_they_are():
    piece = Piece(1.0, 2.0, opens=True, closes=True)
    assert 1.0 < seen(piece, 1.0) < 1.0 + 1e-14
    assert 2.0 - 1e-14 < seen(piece, 2.0) < 2.0
    assert seen(piece, 1.5) == 1.5


def test_ends_that_are_no_stops_are_evaluated_as_they_are():
    piece = Piece(1.0, 2.0, opens=False, closes=False)
    assert (seen(piece, 1.0), seen(piece, 2.0)) == (1.0, 2.0)


@pytest.mark.parametrize("width", [0.0, 1e-16, 1e-15])
def test_a_piece_as_narrow_as_rounding_is_evaluated_as_it_is(width):
    assert seen(Piece(1.0, 1.0 + width, opens=True, closes=True), 1.0) == 1.0


def test_pieces_of_many_runs_are_arrays_with_as_many_entries_as_the_longest_has():
    found = spans_of([problem([0.25, 0.5]), problem([], start=0.5)])
    assert found.count.tolist() == [3, 1]
    assert found.end[0].tolist() == [0.25, 0.5, 1.0]
    assert found.end[1, 0] == 1.0
    bounds = [piece.bounds() for piece in pieces(problem([0.25, 0.5]))]
    assert list(zip(found.first[0], found.last[0], strict=True)) == bounds
    assert (found.first[1, 0], found.last[1, 0]) == (-np.inf, np.inf)
