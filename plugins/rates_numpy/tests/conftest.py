"""Bind generated modules to the values of circuits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from rates_core.network.build import build_network
from rates_core.programs.program import ProgramRequest, slot_paths
from rates_core.solvers.tableau import Tableau
from rates_core.system.build import build_system
from rates_core.system.system import System
from rates_numpy.backend import NumpyBackend
from rates_numpy.kernel import NumpyKernel, NumpyProgram

from rates_core import CircuitTemplate


class Bound:
    """A generated module with the values of a circuit.

    Attributes:
        states: place of each unit's state in `y`: first number, how many, and whether they are complex.
    """

    def __init__(
        self, circuit: CircuitTemplate, vectorize: bool, recorded: Sequence[str], tableau: Tableau | None
    ) -> None:
        self.system: System = build_system(build_network(circuit, vectorize))
        request = ProgramRequest(self.system, tuple(recorded), tableau, circuit.name)
        program = NumpyBackend().program(request, {})
        assert isinstance(program, NumpyProgram)
        self.program = program
        self.values = {item.path: item.value for item in self.system.parameters}
        kernel = program.bind(self.values)
        assert isinstance(kernel, NumpyKernel)
        self.kernel = kernel
        self.states = dict(self._places())

    @property
    def source(self) -> str:
        """Return the text of the module."""
        return self.program.source

    def _places(self) -> Any:
        assert self.system.network is not None
        for number, population in enumerate(self.system.network.populations):
            for operator in population.structure.operators:
                for equation in operator.parsed:
                    if equation.kind != "differential":
                        continue
                    state = self.system.state_paths[self.system.addresses[number, operator.name, equation.target]]
                    width = state.width // population.count
                    for index, unit in enumerate(population.units):
                        yield f"{unit}/{operator.name}/{equation.target}", (state.offset + index * width, width, state)

    def vector(self, values: Mapping[str, Any]) -> np.ndarray:
        """Return y for values of states by unit."""
        y = np.zeros(self.system.width)
        for path, (first, width, state) in self.states.items():
            value = np.asarray(values[path], dtype=complex if state.complex else float).reshape(-1)
            y[first : first + width] = value.view(float)
        return y

    def by_unit(self, y: np.ndarray) -> dict[str, Any]:
        """Return the values of states by unit."""
        found = {}
        for path, (first, width, state) in self.states.items():
            part = y[first : first + width]
            value = part.view(complex) if state.complex else part
            found[path] = value if len(value) > 1 else value[0]
        return found

    def present(self, t: float, y: np.ndarray) -> list[Any]:
        """Return delayed values where nothing has changed yet: the present ones."""
        reads: list[Any] = [
            np.zeros(read.shape, dtype=complex if read.complex else float)[()] for read in self.system.reads
        ]
        for _ in range(len(reads) and 4):
            slots = dict(zip(slot_paths(self.system), self.kernel.slots(t, y, (), reads, ()), strict=True))
            for place, read in enumerate(self.system.reads):
                value = np.asarray(slots[read.slot])
                value = value if read.index is None else value[self.values[read.index]]
                reads[place] = np.array(np.broadcast_to(value, read.shape))[()]
        return reads

    def derivatives(self, values: Mapping[str, Any], t: float = 0.0) -> dict[str, Any]:
        """Return the derivatives of all units."""
        y = self.vector(values)
        return self.by_unit(self.kernel.rhs(t, y, (), self.present(t, y), ()))


@pytest.fixture(scope="session")
def bound() -> Callable[..., Bound]:
    """Return a function that generates and binds the module of a circuit."""

    def made(
        circuit: CircuitTemplate, vectorize: bool = True, recorded: Sequence[str] = (), tableau: Tableau | None = None
    ) -> Bound:
        return Bound(circuit, vectorize, recorded, tableau)

    return made
