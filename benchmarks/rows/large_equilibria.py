"""Curves of equilibria of large models: a dense network, and a sparse chain, both with closed forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.row import Row, Target
from benchmarks.settings import Settings
from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

if TYPE_CHECKING:
    from rates_continuation.branch import Branch

DENSE, SPARSE = 500, 5000
SMALLEST = 50
TOLERANCE = 1e-9


def rows(settings: Settings) -> Iterator[partial[Row]]:
    """Yield the rows, if continuation is installed."""
    if find_spec("rates_continuation") is not None:
        yield partial(dense_network, settings)
        yield partial(sparse_chain, settings)


def dense_network(settings: Settings) -> Row:
    """Measure the resting state of a random network, which is critical where g*J has an eigenvalue 1 + iω."""
    states = max(SMALLEST, int(settings.scale * DENSE))
    weights = np.random.default_rng(0).standard_normal((states, states)) / np.sqrt(states)
    operator = OperatorTemplate(
        "op", ["x' = -x + g*s", "r = tanh(x)"], {"x": "variable(0.0)", "r": "output(0.0)", "s": "input(0.0)", "g": 0.5}
    )
    values = np.linalg.eigvals(weights)
    known = 1 / values.real[(values.imag >= 0) & (values.real > 1 / 1.3)]
    what = f"equilibria of a network of {states} states, all connected"
    work = branch_of(operator, states, weights, "r", "g", (0.1, 1.3))
    return row(what, work, np.sort(known), Target(seconds=20.0))


def sparse_chain(settings: Settings) -> Row:
    """Measure u_t = u_xx + lam*u*(1 - u²) at u = 0, which is critical where the Laplacian has the eigenvalue -lam."""
    from scipy.sparse import csc_array, diags

    states = max(SMALLEST, int(settings.scale * SPARSE))
    size = (states + 1) / np.pi
    operator = OperatorTemplate(
        "op", "x' = lam*x*(1 - x^2) + c*(s - 2*x)",
        {"x": "output(0.0)", "s": "input(0.0)", "lam": 0.5, "c": size**2},
    )  # fmt: skip
    known = 4 * size**2 * np.sin(np.arange(1, 11) / (2 * size)) ** 2
    what = f"equilibria of a chain of {states} states"
    neighbours = csc_array(diags([1.0, 1.0], [-1, 1], shape=(states, states)))
    work = branch_of(operator, states, neighbours, "x", "lam", (0.5, 110.0))
    return row(what, work, known, Target(seconds=20.0))


def branch_of(
    operator: OperatorTemplate, size: int, weights: object, source: str, parameter: str, bounds: tuple[float, float]
) -> Callable[[], Branch]:
    """Return what follows the equilibria of units that are connected by weights."""
    from rates_continuation import Continuation

    model = CircuitTemplate(
        "network", populations={"p": PopulationTemplate("p", NodeTemplate("unit", [operator]), size)},
        connections=[Connectivity(f"p/op/{source}", "p/op/s", weights)],
    )  # fmt: skip
    return lambda: Continuation(model).equilibria(f"p/op/{parameter}", bounds=bounds, verbose=False)


def row(what: str, work: Callable[[], Branch], known: np.ndarray, target: Target) -> Row:
    """Return the row of a branch with special points that are known."""
    begun = perf_counter()  # of seconds: once is enough
    branch = work()
    seconds = perf_counter() - begun
    found = np.array([point[branch.parameters[0]] for point in branch.specials])
    error = float(np.max(np.abs(found / known - 1))) if len(found) == len(known) else np.inf
    return Row(
        f"{what}: {len(branch)} points, special: {len(known)}", ours=seconds, reference=None, target=target,
        error=error, tolerance=TOLERANCE,
    )  # fmt: skip
