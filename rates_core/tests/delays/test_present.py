"""Reads without delay, computed in rounds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rates_core.delays.instant import Instant
from rates_core.delays.present import Present
from rates_core.delays.reads import delay_values, read_indices
from rates_core.errors import ArgumentError
from rates_core.programs.program import slot_paths
from rates_core.system.system import System

VARIABLES = {"z": "output", "x": "variable(3.0)", "u": "input(0.0)"}


class Plain:
    """Evaluates slots without a backend, and counts how often."""

    def __init__(self, system: System) -> None:
        self.system, self.calls = system, 0

    def slots(self, t: float, y: np.ndarray, inputs: Any, reads: Any, draws: Any) -> tuple[Any, ...]:
        self.calls += 1
        given = {item.path: item.value for item in self.system.parameters}
        given |= {state.path: state.of(y) for state in self.system.states}
        given |= {read.path: value for read, value in zip(self.system.reads, reads, strict=True)}
        instant = Instant(self.system, given)
        return tuple(instant.value(slot) for slot in slot_paths(self.system))


def filled(system: System, late: dict[str, float]) -> tuple[list[np.ndarray], int]:
    """Return reads in which everything that is late was -1, and how often slots were computed."""
    arguments = {item.path: item.value for item in system.parameters} | late
    kernel, delays = Plain(system), delay_values(system, arguments)
    present = Present(system, kernel, delays, read_indices(system), arguments)
    y = np.full(system.width, 3.0)
    found = present.filled([np.full(read.shape, -1.0) for read in system.reads], 0.0, y, ())
    return [np.atleast_1d(value) for value in found], kernel.calls


@pytest.mark.parametrize("vectorize", [True, False])
def test_a_chain_of_units_takes_as_many_rounds_as_it_has_links(system, vectorize):
    # z grows by x = 3 with each link, the sixth of which is late
    edges = [(k, "z", k + 1, {"delay": 1.0 + k}) for k in range(9)]
    built = system(["z = u + x", "x' = z"], 10, edges, vectorize, **VARIABLES)
    late = {path: 0.0 * np.asarray(item.value) for path, item in built.parameter_paths.items() if "delay" in path}
    if vectorize:
        next(iter(late.values()))[5] = 2.0
    else:
        late["n5/op/z->n6/op/u/delay"] = np.array(2.0)
    found, calls = filled(built, late)
    assert np.concatenate(found).tolist() == [3.0, 6.0, 9.0, 12.0, 15.0, -1.0, 2.0, 5.0, 8.0]
    assert calls == 5


@pytest.mark.parametrize("vectorize", [True, False])
def test_a_circle_of_units_is_refused_by_their_paths(system, vectorize):
    edges = [(k, "z", (k + 1) % 9, {"delay": 1.0}) for k in range(9)]
    built = system(["z = u + 1", "x' = z"], 9, edges, vectorize, **VARIABLES)
    late = {path: 0.0 * item.value for path, item in built.parameter_paths.items() if "delay" in path}
    with pytest.raises(ArgumentError) as caught:
        filled(built, late)
    assert str(caught.value) == "'n0/op/z' depends on its own past; no delay of it may be 0."
