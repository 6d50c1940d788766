"""A vector field takes batch axes in front of state and parameters, and gives what a loop over them gives."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from rates_core.programs.arrays.module import write_module
from rates_jax.language import JAX
from scipy.sparse import coo_array

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

INDEXED = coo_array(([0.3, -0.5, 0.2, 0.7, 0.9, -0.4], (range(6), [2, 1, 0, 5, 3, 4])), shape=(6, 6))
SPARSE = coo_array(([0.6, 0.4, -0.8, 0.1], ([0, 2, 2, 4], [3, 0, 1, 3])), shape=(5, 4))


def node(equations: str | list[str], **variables: Any) -> NodeTemplate:
    return NodeTemplate("node", [OperatorTemplate("op", equations, variables)])


def numbers(*shape: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1.0, 1.0, shape)


def circuit() -> CircuitTemplate:
    """Return single units, populations, all forms of weights, reductions, a delay and complex numbers."""
    unit = node("x' = -x + tanh(u) + c*sin(t)", x="output(0.3)", u="input(0.25)", c=0.5)
    reduced = ["x' = mean(w) - x^2 + u", "w' = -w*v + vsum(w)*x"]
    group = node(reduced, x="output(0.1)", w="variable(0.5, 3)", v=[1.0, 2.0, 4.0], u="input(0.0)")
    turning = node("z' = (-0.5 + 2.0*I)*z + z*abs(z) + u", z="output(0.3+0.1j)", u="input(0.0)")
    parts = {name: PopulationTemplate(name, unit, n) for name, n in {"a": 4, "b": 6, "c": 5}.items()}
    return CircuitTemplate(
        "model",
        nodes={"group": group, "p": unit},
        populations={**parts, "turning": PopulationTemplate("turning", turning, 3)},
        connections=[
            Connectivity("a/op/x", "b/op/u", numbers(6, 4)),
            Connectivity("b/op/x", "b/op/u", INDEXED),
            Connectivity("a/op/x", "c/op/u", SPARSE),
            Connectivity("c/op/x", "a/op/u", 0.2),
            Connectivity("turning/op/z", "turning/op/u", numbers(3, 3) + 1j * numbers(3, 3, seed=2)),
        ],
        edges=[("group/op/x", "p/op/u", None, {"weight": 0.7, "delay": 0.2}), ("p/op/x", "group/op/u")],
    )


@pytest.fixture(scope="module")
def compiled() -> Any:
    sparse = {("a/op/x", "c/op/u"): "sparse"}
    return circuit().compile(backend="jax", step_size=0.1, inputs={"a/op/u": np.zeros(10)}, projections=sparse)


def values(system: Any, shape: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Return time, state, inputs, past values and all parameters but who is joined with whom, each with batch axes."""
    found = {"t": numbers(*shape), "y": numbers(*shape, system.width, seed=3)}
    found |= {item.path: numbers(*shape, *item.shape, seed=4) for item in (*system.inputs, *system.reads)}
    for seed, item in enumerate(item for item in system.parameters if not item.structural):
        factors = 1.0 + 0.5 * numbers(*shape, *(1 for _ in item.shape), seed=seed)
        found[item.path] = factors * item.value
    return found


def slopes(compiled: Any, given: Mapping[str, Any]) -> np.ndarray:
    """Return what the vector field of the module gives."""
    program, system = compiled.program, compiled.system
    paths = write_module(program.request, JAX).parameters["vector_field"]
    with jax.enable_x64(True):
        arrays = {path: jnp.asarray(value) for path, value in given.items()}
        inputs, reads = (tuple(arrays[item.path] for item in kind) for kind in (system.inputs, system.reads))
        derivative = program.module.vector_field(*(arrays[path] for path in paths))
        return np.asarray(derivative(arrays["t"], arrays["y"], inputs, reads, ()))


def one_by_one(compiled: Any, given: Mapping[str, Any], batched: Collection[str], shape: tuple[int, ...]) -> np.ndarray:
    """Return the same from one call per place of the batch."""
    found = np.empty((*shape, compiled.system.width))
    for place in np.ndindex(shape):
        found[place] = slopes(compiled, {path: v[place] if path in batched else v for path, v in given.items()})
    return found


def test_the_model_has_what_is_to_be_tried(compiled: Any) -> None:
    source, system = compiled.program.source, compiled.system
    assert "matvec(a_b_weight, " in source
    assert "picked(b_op_x, " in source
    assert "summed(a_c_weight*picked(" in source
    assert "jnp.sum(c_op_x, " in source
    assert "jnp.mean(w, " in source
    assert "complex_of(" in source
    assert (len(system.inputs), len(system.reads)) == (1, 1)


@pytest.mark.parametrize("shape", [(5,), (2, 3)])
@pytest.mark.parametrize("what", ["all", "state", "parameters"])
def test_a_batch_is_a_loop_over_single_calls(compiled: Any, shape: tuple[int, ...], what: str) -> None:
    system = compiled.system
    wide, plain = values(system, shape), values(system, ())
    batched = {
        "all": wide.keys(),
        "state": {"y"},
        "parameters": wide.keys() & {item.path for item in system.parameters},
    }[what]
    given = {item.path: item.value for item in system.parameters if item.structural}
    given |= plain | {path: wide[path] for path in batched}
    found, wanted = slopes(compiled, given), one_by_one(compiled, given, batched, shape)
    assert len(np.unique(wanted.reshape(-1, system.width), axis=0)) == np.prod(shape)
    assert found.shape == wanted.shape
    np.testing.assert_allclose(found, wanted, rtol=1e-13, atol=1e-13)
