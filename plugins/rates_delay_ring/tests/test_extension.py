"""A method without continuous extension runs what it can, and names the solvers that run the rest."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.errors import UnsupportedFeatureError
from rates_core.plugins import SolverSpec
from rates_core.solvers.tableau import Tableau
from rates_core.templates.sparse import SparseMatrix
from rates_core.testing.parts import circuit, connectivity, node, population
from rates_numpy.kernel import NumpyKernel

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

BARE = Tableau(
    name="bare", order=4, nodes=(0, 1 / 2, 1 / 2, 1), weights=(1 / 6, 1 / 3, 1 / 3, 1 / 6),
    matrix=((), (1 / 2,), (0, 1 / 2), (0, 0, 1)),
)  # fmt: skip
SPEC = SolverSpec(
    "bare", f"{__name__}:BARE", summary="rk4, alone", kind="tableau", order=4, adaptive=False, delays={"ring"}
)
HAVING = [
    "bogacki_shampine", "bosh3", "dop853", "dopri5", "dormand_prince", "dormand_prince_8", "euler", "heun", "midpoint",
    "ralston", "rk4", "scipy", "three_eighths",
]  # fmt: skip


def run(solver: SolverSpec | str, delay: float) -> np.ndarray:
    operator = OperatorTemplate("op", "x' = -past(x, d)", {"x": "output(1.0)", "d": delay})
    circuit = CircuitTemplate("c", {"p": NodeTemplate("n", [operator])})
    return np.asarray(circuit.run(2.0, 0.1, solver=solver, verbose=False)["p/op/x"])


@pytest.mark.parametrize("delay", [0.05, 0.1, 0.37])
def test_a_delay_of_few_steps_names_the_solvers_that_have_an_extension(delay: float) -> None:
    with pytest.raises(UnsupportedFeatureError) as caught:
        run(SPEC, delay)
    assert str(caught.value) == (
        "A delayed value lies where fewer than 5 samples of a smooth solution stand around it, and the method 'bare' "
        "has no continuous extension. Take a smaller step_size, or a solver that has one: "
        f"{', '.join(HAVING)}."
    )


@pytest.mark.parametrize("solver", HAVING)
def test_the_solvers_that_are_named_run_it(solver: str) -> None:
    # x = 1 - t until 0.37, and 1 - t + (t - 0.37)^2/2 until 0.74, where Euler's error is below h/2
    assert abs(run(solver, 0.37)[7] - (1 - 0.7 + 0.33**2 / 2)) < 0.05


@pytest.mark.parametrize("delay", [0.4, 0.5, 1.0])
def test_a_delay_of_many_steps_needs_no_extension(delay: float) -> None:
    assert np.allclose(run(SPEC, delay), run("rk4", delay), rtol=1e-13)


def test_what_a_circle_of_computed_variables_reads_is_computed_once_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    # every entry is read at several moments inside steps, whose computed variables read others at several
    computed: list[float] = []
    slots = NumpyKernel.slots
    monkeypatch.setattr(NumpyKernel, "slots", lambda self, t, *given: computed.append(t) or slots(self, t, *given))
    echo = node(["x' = -x + z", "z = tanh(u) + 0.3*x"], x="variable(0.4)", z="output(0.0)", u="input(0.0)")
    places = np.roll(np.eye(9), 1, axis=0).astype(bool)
    delays = 0.1 * np.tile([[3], [1], [2]], (3, 9))
    edges = [connectivity("p/op/z", "p/op/u", SparseMatrix.from_dense(np.ones((9, 9)), places), delays=delays)]
    model = circuit(populations={"p": population(echo, 9)}, connections=edges)
    model.run(1.6, 0.1, solver="rk4", history={"p/op/z": -1.0}, verbose=False)
    assert len(computed) < 4 * 4 * 16  # stages, computed four times, of 16 steps
