"""Few units of a state are recorded alone, and everything that is made of them is what it was."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from rates_core.errors import NonFiniteError
from rates_core.simulation.compile import CompiledModel
from rates_core.simulation.some_units import LEAST_UNITS
from rates_core.testing.parts import circuit, connectivity, node, population

from rates_core import CircuitTemplate

UNITS, STEP, STEPS = LEAST_UNITS, 0.1, 30
STARTS = np.linspace(-0.4, 0.7, UNITS)
SOME = {"late": "p[9]/op/x", "first": "p[2]/op/x", "speed": "p[2]/op/v"}


def units(count: int = UNITS, rate: str = "") -> CircuitTemplate:
    """Return units that hear each other, some of them later, and a computed variable."""
    generator = np.random.default_rng(3)
    unit = node(["v = tanh(s) - x", f"x' = k*v{rate}"], k=0.6, x="output(0.1)", v="variable(0.0)", s="input(0.0)")
    late = connectivity(
        "p/op/x",
        "p/op/s",
        generator.normal(size=(count, count)),
        delays=STEP * generator.integers(1, 5, (count, count)),
    )
    return circuit(populations={"p": population(unit, count, x=STARTS[:count])}, connections=[late])


def compiled(outputs: dict[str, str], template: CircuitTemplate | None = None, solver: str = "rk4") -> CompiledModel:
    return (template or units()).compile("numpy", solver, STEPS * STEP, STEP, outputs=outputs)


def column(table: pd.DataFrame, unit: int) -> np.ndarray:
    """Return the column of one of all units."""
    found: np.ndarray = table.to_numpy()[:, unit]
    return found


def test_two_units_are_recorded_as_two_and_a_computed_variable_as_it_is() -> None:
    model = compiled(SOME)
    shapes = [model.system.shapes[path] for path in model.recording.paths]
    assert shapes == [(2,), (UNITS,)]
    assert list(model.run().columns) == ["late", "first", "speed"]


def test_one_unit_is_recorded_as_a_number() -> None:
    model = compiled({"x": "p[5]/op/x"})
    assert [model.system.shapes[path] for path in model.recording.paths] == [()]


@pytest.mark.parametrize(
    ("count", "outputs"),
    [
        (UNITS - 1, {"x": "p[5]/op/x"}),
        (UNITS, {"x": "p/op/x"}),
        (UNITS, {"x": "p/op/x", "one": "p[5]/op/x"}),
        (UNITS, {f"x{unit}": f"p[{unit}]/op/x" for unit in range(UNITS // 2 + 1)}),
    ],
)
def test_small_populations_and_states_that_most_is_asked_of_are_recorded_whole(
    count: int, outputs: dict[str, str]
) -> None:
    model = compiled(outputs, units(count))
    assert model.recording.paths == ("p/op/x",)
    assert not model.recording.wholes


@pytest.mark.parametrize("solver", ["rk4", "dopri5"])
def test_columns_are_bit_for_bit_those_of_all_units(solver: str) -> None:
    whole = compiled({"x": "p/op/x"}, solver=solver).run()
    found = compiled({"late": "p[9]/op/x", "first": "p[2]/op/x"}, solver=solver).run()
    one = compiled({"x": "p[9]/op/x"}, solver=solver).run()
    assert (found["late"] == column(whole, 9)).all()
    assert (found["first"] == column(whole, 2)).all()
    assert (one["x"] == column(whole, 9)).all()


def test_a_run_of_a_part_goes_on_as_one_of_all() -> None:
    model, whole = compiled({"x": "p[9]/op/x"}), compiled({"x": "p/op/x"})
    first, before = model.run(), whole.run()
    found, wanted = model.run(state=first.attrs["state"]), whole.run(state=before.attrs["state"])
    assert (found["x"] == column(wanted, 9)).all()


def test_points_of_sweeps_are_bit_for_bit_the_same() -> None:
    points = [{"p/op/k": value} for value in (0.2, 0.9)]
    whole, some = (compiled(outputs) for outputs in ({"x": "p/op/x"}, {"x": "p[9]/op/x"}))
    wanted = {number: part.frame(number) for part in whole.run_many(points) for number in part.numbers}
    found = {number: part.frame(number) for part in some.run_many(points) for number in part.numbers}
    assert all((found[number]["x"] == column(wanted[number], 9)).all() for number in (0, 1))


def test_complex_states_are_recorded_alike() -> None:
    unit = node("z' = (k + 1.5j)*z", k=-0.2, z="output(0.7+0.2j)")
    turning = circuit(populations={"p": population(unit, UNITS, k=STARTS)})
    whole, found = (compiled(outputs, turning).run() for outputs in ({"z": "p/op/z"}, {"z": "p[7]/op/z"}))
    assert found["z"].dtype == complex
    assert (found["z"] == column(whole, 7)).all()


def test_a_unit_that_nobody_asked_for_ends_the_run_as_before() -> None:
    grown = units(rate=" + x**3*1e3")
    errors = []
    for outputs in ({"x": "p/op/x"}, {"x": "p[7]/op/x"}):
        with pytest.raises(NonFiniteError) as caught:
            compiled(outputs, grown, "euler").run()
        errors.append(caught.value)
    assert str(errors[0]) == str(errors[1])
    assert (errors[1].result["x"] == column(errors[0].result, 7)).all()
