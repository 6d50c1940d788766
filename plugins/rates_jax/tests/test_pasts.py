"""Points with delays run together: their pasts lie side by side, in rows of points where all of them read alike."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from rates_core.programs.arrays.batch import ArrayBatch
from rates_jax import functions

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

STEP = 0.05


def late(equations: str | list[str], **variables: Any) -> CircuitTemplate:
    """Return a single unit."""
    return CircuitTemplate("late", {"p": NodeTemplate("node", [OperatorTemplate("op", equations, variables)])})


def network(form: float) -> CircuitTemplate:
    """Return units that read a state and a computed variable of each other after 1 to 7 times `form` steps."""
    generator = np.random.default_rng(0)
    operator = OperatorTemplate(
        "op",
        ["x' = -x + tanh(k*u) + 0.1*w", "s = x^2 - 0.1*x"],
        {"x": "output(0.3)", "s": "output", "u": "input(0.0)", "w": "input(0.0)", "k": 1.0},
    )
    delays = [form * STEP * generator.integers(1, 8, (9, 9)) for _ in range(2)]
    return CircuitTemplate(
        "network",
        populations={"p": PopulationTemplate("p", NodeTemplate("node", [operator]), 9)},
        connections=[
            Connectivity("p/op/s", "p/op/u", generator.normal(size=(9, 9)), delays=delays[0]),
            Connectivity("p/op/x", "p/op/w", generator.normal(size=(9, 9)), delays=delays[1]),
        ],
    )


GAINS = [{"p/op/k": k} for k in (0.5, 1.0, 2.0)]
MODELS = {
    "delays of whole steps that differ": (
        late("x' = -past(x, tau)", x="output(1.0)", tau=0.3), ["p/op/x"],
        [{"p/op/tau": STEP * steps} for steps in (4, 11, 30)],
    ),
    "delays between steps that differ": (
        late("x' = -past(x, tau)", x="output(1.0)", tau=0.3), ["p/op/x"],
        [{"p/op/tau": tau} for tau in (0.333, 0.777, 1.011)],
    ),
    "some delays that differ, and one that does not": (
        late("x' = -past(x, tau) + 0.3*past(x, 0.42)", x="output(1.0)", tau=0.3), ["p/op/x"],
        [{"p/op/tau": tau} for tau in (0.333, 0.8, 1.011)],
    ),
    "units with delays of whole steps": (network(1.0), ["p/op/x", "p/op/s"], GAINS),
    "units with delays between steps": (network(1.3), ["p/op/x", "p/op/s"], GAINS),
    "one point": (network(1.3), ["p/op/x"], GAINS[2:]),
    "a past that points share": (
        late(["x' = past(z, 0.2) - k*x", "z = sin(t)"], x="output(0.0)", z="variable", k=1.0), ["p/op/x"], GAINS,
    ),
    "complex numbers": (
        late("z' = (0.5*I - k)*past(z, 0.17)", z="output(1.0+0.5j)", k=1.0), ["p/op/z"], GAINS,
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("solver", "precision", "close"),
    [
        ("rk4", "float64", 1e-12),
        ("euler", "float32", 2e-5),
        pytest.param("rk4", "float32", 2e-5, marks=pytest.mark.exhaustive),
        pytest.param("euler", "float64", 1e-12, marks=pytest.mark.exhaustive),
    ],
)
@pytest.mark.parametrize("what", MODELS)
def test_points_with_delays_give_what_runs_of_each_give(what: str, solver: str, precision: str, close: float) -> None:
    template, outputs, points = MODELS[what]
    model = template.compile(
        backend="jax",
        solver=solver,
        step_size=STEP,
        sampling_step_size=3 * STEP,
        simulation_time=15.0,
        outputs=outputs,
        float_precision=precision,
    )
    found = {number: part.frame(number) for part in model.run_many(points) for number in part.numbers}
    assert found.keys() == set(range(len(points)))
    for number, point in enumerate(points):
        wanted = model.run(parameters=point).to_numpy()
        np.testing.assert_allclose(found[number].to_numpy(), wanted, rtol=close, atol=close)


def test_points_whose_delays_differ_read_each_at_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def alone(*_: Any) -> Any:
        raise AssertionError("points ran one by one")

    monkeypatch.setattr(ArrayBatch, "one_by_one", alone)
    template, outputs, points = MODELS["delays of whole steps that differ"]
    model = template.compile(backend="jax", step_size=STEP, simulation_time=15.0, outputs=outputs)
    (part,) = model.run_many(points)
    # while the past is constant, x falls in a line
    times = np.asarray(part.times)
    for number, point in enumerate(points):
        early = times <= point["p/op/tau"]
        np.testing.assert_allclose(part.recorded[0][number][early], 1.0 - times[early], rtol=0, atol=1e-13)


@pytest.mark.parametrize("shape", [(), (3,)])
def test_rows_of_points_are_samples_of_each(shape: tuple[int, ...]) -> None:
    generator, points, width = np.random.default_rng(1), 4, int(np.prod(shape))
    samples = generator.normal(size=(10, *shape, points)).astype(np.float32)
    places = generator.integers(0, 4 * width, (1, 6))
    for count in (0, 3):
        weights = generator.normal(size=(1, 6, count)).astype(np.float32)
        given = jnp.asarray(samples), (jnp.asarray(places), jnp.asarray(weights)), jnp.asarray(2)
        found = functions.late(*given)
        for columns in (2, 6, 100):
            np.testing.assert_array_equal(functions.late(*given, columns), found)
        rows = samples.reshape(10, width, points)[2:]
        for point in range(points):
            for number, (row, entry) in enumerate(zip(*np.divmod(places[0], width), strict=True)):
                own = rows[row : row + max(count, 1), entry, point]
                wanted = weights[0, number] @ own if count else own[0]
                assert found[point, number] == pytest.approx(wanted, rel=1e-5, abs=1e-6)


def test_what_stands_side_by_side_is_the_same_and_so_are_its_derivatives() -> None:
    generator = np.random.default_rng(2)
    values, directions = (jnp.asarray(generator.normal(size=(2, 9, 3)).astype(np.float32)) for _ in range(2))

    def cubed(value: Any) -> Any:
        return functions.beside(functions.beside(value) ** 3)

    for mapped in (cubed, jax.vmap(cubed), jax.vmap(jax.vmap(cubed)), jax.vmap(cubed, 2, 2)):
        compiled = jax.jit(lambda *given, mapped=mapped: jax.jvp(mapped, *given))
        found, moved = compiled((values,), (directions,))
        np.testing.assert_allclose(found, values**3, rtol=1e-6)
        np.testing.assert_allclose(moved, 3 * values**2 * directions, rtol=1e-6)
        back = jax.jit(lambda value, mapped=mapped: jax.vjp(mapped, value)[1](directions)[0])
        np.testing.assert_allclose(back(values), 3 * values**2 * directions, rtol=1e-6)
    each = jax.vmap(jax.grad(lambda value: cubed(value).sum()))(values)
    np.testing.assert_allclose(each, 3 * values**2, rtol=1e-6)


@pytest.mark.parametrize(("points", "moved"), [(7, False), (8, True)])
def test_points_that_fill_a_register_stand_side_by_side_in_memory(points: int, moved: bool) -> None:
    asked = jax.jit(jax.vmap(functions.beside)).lower(jnp.ones((points, 3))).as_text()
    assert ("result_layouts = [dense<[0, 1]>" in asked) == moved
