"""Sums over many connections, which are added four at a time, and what is left over."""

from __future__ import annotations

import numpy as np
import pytest

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

SIZE = 48
LENGTHS = [0, 1, 2, 3, 4, 5, 17, 18, 19, 31, 46, 47, *([33] * (SIZE - 12))]  # connections of each target


def weights(kind: type) -> np.ndarray:
    """Return a matrix whose rows have these numbers of entries."""
    generator = np.random.default_rng(4)
    matrix = np.zeros((SIZE, SIZE), dtype=kind)
    for row, length in enumerate(LENGTHS):
        places = generator.choice(SIZE, length, replace=False)
        matrix[row, places] = generator.normal(size=length) * (1 + 2j if kind is complex else 1)
    return matrix


@pytest.mark.parametrize("delay", [None, 0.2])
@pytest.mark.parametrize("kind", [float, complex])
def test_every_connection_counts_once(kind: type, delay: float | None) -> None:
    matrix, start = weights(kind), np.linspace(-1.0, 1.0, SIZE)
    zero = "0.0+0.0j" if kind is complex else "0.0"
    unit = OperatorTemplate(
        "op", ["x' = 0", "y' = s"], {"x": "variable(0.0)", "y": f"output({zero})", "s": f"input({zero})"}
    )
    circuit = CircuitTemplate(
        "sums",
        populations={"p": PopulationTemplate("p", NodeTemplate("n", [unit]), SIZE, params={"op/x": start})},
        connections=[Connectivity("p/op/x", "p/op/s", matrix, delays=delay)],
    )
    model = circuit.compile(
        backend="fortran", step_size=0.1, simulation_time=0.4, outputs={"y": "p/op/y"}, projections="sparse"
    )
    assert ", 4\n" in model.program.source
    assert np.allclose(model.run().to_numpy()[3], 0.3 * matrix @ start, rtol=1e-13, atol=1e-13)
