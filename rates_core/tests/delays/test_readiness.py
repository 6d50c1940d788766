"""Which entries of variables can be computed, followed unit by unit through the statements of a System."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.delays.readiness import Readiness
from rates_core.system.system import System

ALGEBRAIC = {"z": "output", "x": "variable(0.0)", "u": "input(0.0)"}


def readiness(system: System, *names: str) -> Readiness:
    return Readiness(system, names, {item.path: item.value for item in system.parameters})


def test_what_nothing_unknown_reaches_is_known(system):
    built = system(["x' = past(z, 1)", "z = past(x, 1) + x"], x="variable(0.0)", z="variable")
    (read,) = [read.path for read in built.reads if read.slot == "n0/op/x"]
    assert readiness(built, "n0/op/z").masks({read: True}) == {}
    assert readiness(built, "n0/op/z").masks({read: False}) == {read: False, "n0/op/z": False}


@pytest.mark.parametrize(
    ("edges", "unknown", "waiting"),
    [
        ([(k, "z", k + 1, {"delay": 1.0}) for k in range(9)], [3], [4]),  # one to one
        ([(k, "z", (k + 3) % 10, {"delay": 1.0 + k}) for k in range(10)], [0, 8], [1, 3]),  # a delay each
        ([(k, "z", 5, {"delay": 1.0}) for k in range(10)] + [(0, "z", 1, {"delay": 1.0})], [0], [1, 5]),  # to one
        ([(k, "z", n, {"delay": 1.0}) for k in range(5) for n in range(5, 10)], [2], [5, 6, 7, 8, 9]),  # a matrix
        ([(2, "z", k, {"delay": 1.0, "weight": float(k != 4)}) for k in (1, 3, 4)], [2], [1, 3]),  # a weight of 0
    ],
)
@pytest.mark.parametrize("vectorize", [True, False])
def test_units_wait_for_what_feeds_them(system, edges, unknown, waiting, vectorize):
    built = system(["z = 2*u + 1", "x' = z"], 10, edges, vectorize, **ALGEBRAIC)
    leaves = {}
    for read in built.reads:
        numbers = np.arange(10) if vectorize else np.array([int(read.slot[1])])
        index = None if read.index is None else built.parameter_paths[read.index].value
        known = ~np.isin(numbers if index is None else numbers[index], unknown)
        leaves[read.path] = known if read.shape else known.item()
    names = ["[n0...n9]/op/z"] if vectorize else [f"n{k}/op/z" for k in range(10)]
    masks = readiness(built, *names).masks(leaves)
    known = np.concatenate([np.broadcast_to(masks.get(name, True), built.shapes[name] or 1) for name in names])
    assert np.flatnonzero(~known).tolist() == waiting


def test_a_function_of_an_axis_waits_for_all_of_it_and_an_element_for_itself(system):
    built = system(
        ["x' = past(q, 1) + past(r, 1) + vsum(past(s, 1))", "q = index(past(x, 1), 1)", "r = vsum(past(x, 1))",
         "s = index_range(past(x, 1), 1, 3)"],
        x="variable(0.0,3)", q="variable", r="variable", s="variable(0.0,2)",
    )  # fmt: skip
    names = [f"n0/op/{name}" for name in "qrs"]
    (read,) = {read.path for read in built.reads if read.slot == "n0/op/x"}
    masks = readiness(built, *names).masks({read: np.array([True, True, False])})
    assert "n0/op/q" not in masks
    assert masks["n0/op/r"] is False
    assert masks["n0/op/s"].tolist() == [True, False]
