"""What stands side by side gives what each point gives alone: all cases of the kit hold for copies of a point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from rates_core.programs.batch import Batch
from rates_core.programs.carry import Carry
from rates_core.programs.program import Kernel, ProgramRequest
from rates_core.programs.record import Columns
from rates_core.testing import Oracle, check_backend
from rates_core.testing.passing import PassingBackend, PassingKernel, PassingProgram
from rates_numpy.module import write_module
from rates_numpy.points import PointsPrinter

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

COPIES = 3
FAMILIES = (
    "trajectories", "projections", "delays", "events", "noise", "structure", "functions", "names", "orders",
    "determinism",
)  # fmt: skip
RATES = np.linspace(0.1, 2.0, 100)


class Copied(PassingKernel):
    """Take the steps of several copies of a point side by side, and return those of the last one."""

    def __init__(self, inner: Kernel, request: ProgramRequest, batch: Batch) -> None:
        super().__init__(inner, request)
        self.batch = batch

    def loop(self, carry: Carry, inputs: Any, draws: Any, *steps: Any) -> tuple[Carry, Columns]:
        tables = [[np.asarray(table)[None] for table in each] for each in inputs]
        ends, columns = self.batch.loop([carry] * COPIES, tables, [np.asarray(table)[None] for table in draws], *steps)
        for column in columns:
            np.testing.assert_array_equal(column, np.broadcast_to(column[-1:], column.shape))
        return ends[-1], tuple(column[-1] for column in columns)


class Copying(PassingProgram):
    """Bind copies of a point, each with values of its own."""

    shared = False

    def bind(self, arguments: Mapping[str, Any]) -> Kernel:
        count = 1 if self.shared else COPIES
        many = {path: np.repeat(np.asarray(value)[None], count, axis=0) for path, value in arguments.items()}
        batch = self.inner.bind_many(many, COPIES)
        kernel = super().bind(arguments)
        return kernel if batch is None else Copied(kernel, self.request, batch)


class Sharing(Copying):
    """Bind copies of a point, which share all values."""

    shared = True


@pytest.fixture(scope="module")
def oracle() -> Oracle:
    return Oracle()


@pytest.mark.parametrize("copies", [Copying, Sharing])
@pytest.mark.parametrize(
    "family",
    ["structure", *(pytest.param(name, marks=pytest.mark.exhaustive) for name in FAMILIES if name != "structure")],
)
def test_copies_of_a_point_are_what_the_kit_expects(family: str, copies: type[Copying], oracle: Oracle) -> None:
    def wrap(backend: Any) -> PassingBackend:
        return PassingBackend(backend, wrapped=copies)

    report = check_backend("numpy", wrap=wrap, families=[family], oracle=oracle)
    assert report.ok, str(report)
    assert report.of("passed")


def node(equations: str | list[str], **variables: Any) -> NodeTemplate:
    return NodeTemplate("node", [OperatorTemplate("op", equations, variables)])


def rows(model: Any, points: list[dict[str, Any]], **settings: Any) -> np.ndarray:
    """Return what is recorded at all points."""
    parts = [part.frame(number).to_numpy() for part in model.run_many(points, **settings) for number in part.numbers]
    return np.array(parts)


def test_what_was_read_late_is_recorded_as_it_was() -> None:
    """x' = k with x = 0 before the start: what was read is k*(t - 0.3), also when its place has been written again."""
    circuit = CircuitTemplate("late", {"p": node(["x' = k", "z = past(x, 0.3)"], x="output(0.0)", z="variable", k=1.0)})
    model = circuit.compile(backend="numpy", solver="euler", step_size=0.1, simulation_time=5.0, outputs=["p/op/z"])
    found = rows(model, [{"p/op/k": k} for k in RATES])[..., 0]
    np.testing.assert_allclose(found, RATES[:, None] * np.maximum(0.1 * np.arange(50) - 0.3, 0.0), atol=1e-13)


def network(units: int, **forms: Any) -> Any:
    """Return a compiled ring of units with many connections each, and a number that all share."""
    unit = node("x' = -x/tau + tanh(u) + 0.1*mean(x)", x="output(0.5)", tau=1.0, u="input(0.0)")
    weights = np.sin(np.arange(units * units, dtype=float)).reshape(units, units)
    circuit = CircuitTemplate(
        "ring",
        populations={"p": PopulationTemplate("p", unit, units)},
        connections=[Connectivity("p/op/x", "p/op/u", weights)],
    )
    return circuit.compile(backend="numpy", solver="heun", step_size=0.1, simulation_time=1.0, **forms)


@pytest.mark.parametrize(("projection", "units"), [("dense", 40), ("sparse", 12)])
def test_numbers_do_not_depend_on_which_points_stand_together(projection: str, units: int) -> None:
    model = network(units, projections={("p/op/x", "p/op/u"): projection})
    points = [{"p/op/tau": 1.0 + rate} for rate in RATES]
    whole = rows(model, points)
    np.testing.assert_array_equal(rows(model, points[7:10], at_once=3), whole[7:10])
    np.testing.assert_array_equal(rows(model, points[:1], at_once=2), whole[:1])
    np.testing.assert_allclose(whole[:3], rows(model, points[:3], at_once=1), rtol=1e-13)


@pytest.mark.parametrize(
    ("units", "density", "points", "together"),
    [
        (8, 0.0, 2, True),
        (8, 0.0, 1, False),
        (200, 0.0, 2, True),
        (1000, 0.0, 100, False),
        (1000, 1.0, 11, False),
        (1000, 1.0, 12, True),
        (1000, 1.0, 17, False),
        (1000, 1.0, 100, True),
    ],  # of a product with a matrix, a last block of few points costs as much as one of sixteen
)
def test_points_stand_together_where_that_is_quicker(units: int, density: float, points: int, together: bool) -> None:
    unit = node("x' = -x + u", x="output(0.5)", u="input(0.0)")
    weights = np.ones((units, units)) if density else 0.1
    circuit = CircuitTemplate(
        "net",
        populations={"p": PopulationTemplate("p", unit, units)},
        connections=[Connectivity("p/op/x", "p/op/u", weights)],
    )
    model = circuit.compile(backend="numpy", solver="euler", step_size=0.1, simulation_time=1.0)
    assert model.program.gains(points) is together


def test_few_single_units_and_steps_of_their_own_are_taken_one_by_one() -> None:
    circuit = CircuitTemplate("decay", {"p": node("x' = -k*x", x="output(1.0)", k=1.0)})
    fixed, own = (circuit.compile(backend="numpy", solver=name, simulation_time=1.0) for name in ("euler", "dopri5"))
    assert [fixed.program.gains(points) for points in (1, 12, 13, 10_000)] == [False, False, True, True]
    assert not own.program.gains(100)


def test_the_loop_of_many_points_is_that_of_one() -> None:
    circuit = CircuitTemplate("oscillator", {"p": node(["x' = v", "v' = mu*(1 - x^2)*v - x"], x="output(1.0)",
                                                       v="variable(0.0)", mu=1.0)})  # fmt: skip
    model = circuit.compile(backend="numpy", solver="rk4", simulation_time=1.0, outputs=["p/op/x"])
    many, one = write_module(model.program.request, PointsPrinter).text, model.program.source
    assert many.replace("tuple(y)", "y.tolist()") == one


def test_a_model_that_computes_an_index_stays_alone() -> None:
    circuit = CircuitTemplate("table", {"p": node("x' = index(a, floor(2*k)) - x", x="output(0.0)", a=[1.0, 2.0, 4.0],
                                                  k=0.3)})  # fmt: skip
    model = circuit.compile(backend="numpy", solver="euler", step_size=0.1, simulation_time=0.2)
    found = rows(model, [{"p/op/k": k} for k in (0.1, 0.6, 1.2) * 8])
    np.testing.assert_allclose(found[:3, 1, 0], [0.1, 0.2, 0.4])
