"""Equilibria of large models, against closed forms of their eigenvalues, and sparse matrices against dense ones."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pytest
from rates_continuation import Continuation
from rates_continuation.branch import Branch
from rates_continuation.native.matrices import below, beside, factorised, solved
from rates_continuation.native.rightmost import in_order, rightmost
from rates_core.errors import ApproximationWarning, ArgumentError, SimulationError, UnsupportedFeatureError
from scipy.sparse import csc_array, diags, eye, kron

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate


def network(equations: list[str] | str, weights: object, size: int, source: str, **variables: str | float) -> object:
    """Return units with these equations, whose input `s` is the sum over `source` of others."""
    operator = OperatorTemplate("op", equations, {**variables, "s": "input(0.0)"})
    units = PopulationTemplate("p", NodeTemplate("unit", [operator]), size)
    edge = Connectivity(f"p/op/{source}", "p/op/s", weights)
    return CircuitTemplate("network", populations={"p": units}, connections=[edge])


def chain(size: int, free_ends: bool = False) -> csc_array:
    """Return which neighbours a unit of a chain has; at free ends it is one itself."""
    weights = diags([np.ones(size - 1), np.ones(size - 1)], [-1, 1]).tolil()
    if free_ends:
        weights[0, 0] = weights[-1, -1] = 1.0
    return csc_array(weights)


def following(size: int) -> csc_array:
    """Return the matrix of a ring in which each unit reads the next one."""
    return csc_array((np.ones(size), ((np.arange(size) + 1) % size, np.arange(size))), shape=(size, size))


def chafee_infante(size: int) -> object:
    """Return u_t = u_xx + lam*u*(1 - u²) with u = 0 at 0 and π, at points between."""
    return network("x' = lam*x*(1 - x^2) + c*(s - 2*x)", chain(size), size, "x", x="output(0.0)", lam=0.5,
                   c=((size + 1) / np.pi) ** 2)  # fmt: skip


def bratu(size: int) -> object:
    """Return u_t = u_xx + lam*exp(k*u) with u = 0 at 0 and 1, at points between."""
    return network("x' = lam*exp(k*x) + c*(s - 2*x)", chain(size), size, "x", x="output(0.0)", lam=0.5, k=1.0,
                   c=(size + 1.0) ** 2)  # fmt: skip


def fitzhugh_nagumo(size: int, strength: float) -> object:
    """Return diffusively coupled cells of FitzHugh and Nagumo."""
    return network(["v' = v - v^3/3 - w + I + D*(s - 2*v)", "w' = eps*(v + a - b*w)"], chain(size, True), size, "v",
                   v="output(-1.2)", w="variable(-0.6)", I=0.2, D=strength, eps=0.08, a=0.7, b=0.8)  # fmt: skip


def laplacian(size: int) -> np.ndarray:
    """Return the eigenvalues of that of a chain between fixed ends, times the square of their distance."""
    return -4 * (size + 1) ** 2 * np.sin(np.arange(1, size + 1) * np.pi / (2 * (size + 1))) ** 2


def test_branch_points_of_a_partial_differential_equation_are_the_eigenvalues_of_its_laplacian() -> None:
    size = 2000
    found = Continuation(chafee_infante(size)).equilibria("p/op/lam", bounds=(0.5, 40.0))
    known = -laplacian(size)[:6] / np.pi**2
    assert [point.kind for point in found.specials] == ["BP"] * 6
    # eigenvalues of c = 4e5 times the Laplacian are exact to 1e-16 * 4c = 2e-10
    np.testing.assert_allclose([point["p/op/lam"] for point in found.specials], known, rtol=1e-9)
    np.testing.assert_array_equal(found.unstable, np.count_nonzero(found.p > known, axis=1))
    wanted = found.p + laplacian(size)[None, :7] / np.pi**2
    np.testing.assert_allclose(found.eigenvalues[:, :7].real, wanted, atol=1e-8)
    assert found.specials[2].parameters == ["p/op/lam"]


def test_branches_are_switched_at_branch_points_of_large_models() -> None:
    diagram = Continuation(chafee_infante(600)).diagram("p/op/lam", bounds=(0.5, 6.0), cycles=False)
    first, second = diagram.branches[1:]
    middle, quarter = "p[300]/op/x", "p[150]/op/x"
    assert [set(branch.unstable) for branch in (first, second)] == [{0}, {1}]
    for branch, k, path in ((first, 1, middle), (second, 2, quarter)):
        # of -u'' = lam*(u - u³): lam - k² = 3/4 * amplitude² * lam, near the branch point
        near = np.abs(branch.column("p/op/lam") - k**2) < 0.1
        lam, size = branch.column("p/op/lam")[near], np.abs(branch.column(path)[near])
        np.testing.assert_allclose(lam - k**2, 0.75 * size**2 * lam, rtol=0.05, atol=1e-3)


def test_hopf_points_of_a_ring_are_those_of_a_circulant_matrix() -> None:
    size, g = 1000, "p/op/g"
    model = network("x' = -x + g*tanh(s)", following(size), size, "x", x="output(0.0)", g=0.5)
    found = Continuation(model).equilibria(g, bounds=(0.5, 1.001))
    known = 1 / np.cos(2 * np.pi * np.arange(8) / size)  # eigenvalues are -1 + g*exp(2πik/n)
    assert [point.kind for point in found.specials] == ["BP"] + ["HB"] * 7
    np.testing.assert_allclose([point[g] for point in found.specials], known, rtol=1e-13)
    omega = 2 * np.pi / np.array([point.period for point in found.special("HB")])
    np.testing.assert_allclose(omega, np.tan(2 * np.pi * np.arange(1, 8) / size), rtol=1e-10)
    np.testing.assert_array_equal(found.unstable, [max(0, 2 * int(np.sum(known < p)) - 1) for p in found.p[:, 0]])


def test_hopf_points_of_coupled_cells_are_those_of_their_modes() -> None:
    size, strength = 400, 50.0
    found = Continuation(fitzhugh_nagumo(size, strength)).equilibria("p/op/I", bounds=(0.2, 0.4))
    modes = 4 * strength * np.sin(np.pi * np.arange(size) / (2 * size)) ** 2
    v = -np.sqrt(1 - 0.08 * 0.8 - modes[modes < 0.9])  # where the trace of a mode is 0
    currents = v**3 / 3 - v + (v + 0.7) / 0.8
    known = np.sort(currents[currents < 0.4])
    assert [point.kind for point in found.specials] == ["HB"] * len(known)
    assert len(known) > 2
    np.testing.assert_allclose([point["p/op/I"] for point in found.specials], known, rtol=1e-12)
    np.testing.assert_array_equal(found.unstable, [2 * int(np.sum(known < p)) for p in found.p[:, 0]])


def both(model: object, parameter: str, bounds: tuple[float, float]) -> list[tuple[Continuation, Branch]]:
    """Return the branch of a model as dense and as sparse matrices give it, with that by which it was found."""
    found = [Continuation(model, sparse=sparse) for sparse in (False, True)]
    return [(each, each.equilibria(parameter, bounds=bounds)) for each in found]


def assert_same(dense: Branch, sparse: Branch) -> None:
    """Assert that two branches have the same special points."""
    assert [point.kind for point in sparse.specials] == [point.kind for point in dense.specials]
    for one, other in zip(dense.specials, sparse.specials, strict=True):
        np.testing.assert_allclose(list(one.values.values()), list(other.values.values()), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(one.coefficient, other.coefficient, rtol=1e-5)
    assert sparse.unstable[[0, -1]].tolist() == dense.unstable[[0, -1]].tolist()


def test_folds_are_the_same_with_sparse_matrices_and_so_are_their_curves() -> None:
    (_, dense), (other, sparse) = both(bratu(40), "p/op/lam", (0.1, 4.0))
    assert_same(dense, sparse)
    (point,) = sparse.special("LP")
    curve = other.curve(point, "p/op/k", bounds={"p/op/lam": (0.1, 8.0), "p/op/k": (0.5, 2.0)})
    # with u times k, k*lam is what lam was
    np.testing.assert_allclose(curve.p.prod(axis=1), point["p/op/lam"], rtol=1e-9)
    assert curve.ended == ("bound", "bound")
    assert curve.unstable.tolist() == [0] * len(curve)


def test_hopf_points_are_the_same_with_sparse_matrices_and_so_are_their_curves() -> None:
    (one, dense), (other, sparse) = both(fitzhugh_nagumo(10, 1.0), "p/op/I", (0.2, 0.4))
    assert_same(dense, sparse)
    bounds = {"p/op/I": (0.2, 0.5), "p/op/b": (0.6, 0.9)}
    curves = [each.curve(branch.special("HB")[0], "p/op/b", bounds=bounds) for each, branch in
              ((one, dense), (other, sparse))]  # fmt: skip
    for curve in curves:
        current, b = curve.p.T
        v = -np.sqrt(1 - 0.08 * b)
        np.testing.assert_allclose(current, v**3 / 3 - v + (v + 0.7) / b, rtol=1e-9)
    assert curves[0].ended == curves[1].ended


def test_many_hopf_points_of_a_dense_network_are_found_in_long_steps() -> None:
    size, g = 120, "p/op/g"
    weights = np.random.default_rng(0).standard_normal((size, size)) / np.sqrt(size)
    model = network(["x' = -x + g*s", "r = tanh(x)"], weights, size, "r", x="variable(0.0)", r="output(0.0)", g=0.5)
    found = Continuation(model).equilibria(g, bounds=(0.1, 4.0), max_step=1.0)
    values = np.linalg.eigvals(weights)
    values = values[(values.imag >= 0) & (values.real > 0.25)]
    values = values[np.argsort(-values.real)]
    assert len(found) < len(values)  # so that there are several between two points
    assert [point.kind for point in found.specials] == ["HB" if value.imag else "BP" for value in values]
    np.testing.assert_allclose([point[g] for point in found.specials], 1 / values.real, rtol=1e-11)


def test_large_models_settle_from_their_initial_values() -> None:
    size = 600
    continuation = Continuation(bratu(size))
    found = continuation.equilibria("p/op/lam", bounds=(0.4, 1.0))
    top = found.column("p[300]/op/x")[found.column("p/op/lam") == 0.5]
    # u = 2 log(cosh(a)/cosh(a (1 - 2x))) with lam = 8 a²/cosh²(a); differences are of the second order
    lam = 8 * np.arccosh(np.exp(top / 2)) ** 2 / np.exp(top)
    np.testing.assert_allclose(lam, 0.5, rtol=1e-5)
    (point,) = continuation.at(found, "p/op/lam", 0.75)
    assert point.parameters == ["p/op/lam"]


def test_large_models_name_a_sum_of_states_that_does_not_change() -> None:
    size = 600
    model = network("x' = c*(s - 2*x)", chain(size, True), size, "x", x="output(0.3)", c=1.0)
    with pytest.raises(SimulationError) as caught:
        Continuation(model).equilibria("p/op/c", bounds=(0.5, 2.0))
    assert "p[0]/op/x + p[1]/op/x + p[2]/op/x + ... + p[599]/op/x does not change in time" in str(caught.value)
    assert len(str(caught.value)) < 1000


def test_a_number_of_unstable_directions_that_is_too_small_is_told() -> None:
    model = network("x' = lam*x*(1 - x^2) + c*(s - 2*x)", chain(600), 600, "x", x="output(0.0)", lam=5.0, c=1.0)
    with pytest.warns(ApproximationWarning) as caught:
        Continuation(model).equilibria("p/op/lam", bounds=(4.9, 5.1), max_points=1, max_step=0.01)
    assert [str(each.message) for each in caught] == [
        "At 3 of 3 points of the branch not all unstable directions were found: more than 400 eigenvalues, or 60 "
        "shifts, would have been needed. Their numbers there are lower bounds, and special points may be missing. "
        "Continuation(model, sparse=False) computes all eigenvalues, which takes long."
    ]


def test_only_large_models_with_few_entries_are_sparse() -> None:
    random = np.random.default_rng(0)
    scattered = (random.random((600, 600)) < 0.02) * random.standard_normal((600, 600))
    for model, is_sparse in (
        (chafee_infante(400), False),
        (chafee_infante(600), True),
        (network("x' = -x + g*s", scattered, 600, "x", x="output(0.0)", g=0.5), False),  # its factors are full
    ):
        field = Continuation(model).analysed.get_vector_field([])
        assert hasattr(field, "matrix") == is_sparse


def test_cycles_of_large_models_are_refused() -> None:
    continuation = Continuation(fitzhugh_nagumo(5, 1.0), sparse=True)
    with pytest.warns(ApproximationWarning) as caught:
        diagram = continuation.diagram("p/op/I", bounds=(0.2, 0.335))
    assert [str(each.message) for each in caught] == [
        "Cycles of a model with 10 states are not followed; cycles=False leaves them out."
    ]
    (hopf,) = diagram.branches[0].special("HB")
    for start in (hopf, {"p[0]/op/v": 1.0}):
        with pytest.raises(UnsupportedFeatureError) as refused:
            continuation.cycles(from_=start, bounds=(0.2, 0.4), parameter="p/op/I")
        assert str(refused.value) == (
            "The model has 10 states and sparse Jacobians; cycles are computed with dense ones, for up to about 60 "
            "states. Continuation(model, sparse=False) tries it nevertheless."
        )


def test_sparse_is_true_or_false() -> None:
    with pytest.raises(ArgumentError) as caught:
        Continuation(bratu(4), sparse=1)  # type: ignore[arg-type]
    assert str(caught.value) == "sparse must be True or False; it is 1."


def assert_rightmost(matrix: object, exact: np.ndarray) -> None:
    """Assert that all unstable eigenvalues were found, and that the first ones are the rightmost."""
    found, exact = rightmost(csc_array(matrix)), in_order(exact.astype(complex))
    assert found.certain
    assert np.count_nonzero(found.values.real > 0) == np.count_nonzero(exact.real > 0)
    size = float(np.max(np.abs(exact)))
    known = np.sort(found.values[: found.known].real)[::-1]
    np.testing.assert_allclose(known, exact[: found.known].real, atol=1e-13 * size)


@pytest.mark.parametrize("shift", [0.0, 60.0, 300.0])
def test_eigenvalues_of_a_square_are_found_as_often_as_they_are_there(shift: float) -> None:
    size = 25
    one, same = diags([1.0, -2.0, 1.0], [-1, 0, 1], shape=(size, size)) * (size + 1) ** 2, eye(size)
    both_ways = (laplacian(size)[:, None] + laplacian(size)).ravel()
    assert_rightmost(kron(one, same) + kron(same, one) + shift * eye(size**2), both_ways + shift)


@pytest.mark.parametrize("share", [0.99, 1.0002, 1.01])
def test_eigenvalues_of_a_ring_are_found(share: float) -> None:
    size = 1000
    assert_rightmost(share * following(size) - eye(size), share * np.exp(2j * np.pi * np.arange(size) / size) - 1)


@pytest.mark.parametrize("slope", [-0.2, 0.02, 0.5])
def test_pairs_of_eigenvalues_beside_hundreds_at_one_place_are_found(slope: float) -> None:
    size, strength = 500, 1000.0
    ring = following(size) + following(size).T - 2 * eye(size)
    modes = slope - 4 * strength * np.sin(np.pi * np.arange(size) / size) ** 2
    same = eye(size)
    matrix = below(beside(csc_array(strength * ring + slope * same), csc_array(-same)),
                   beside(csc_array(0.08 * same), csc_array(-0.064 * same)))  # fmt: skip
    half, product = (modes - 0.064) / 2, 0.08 - 0.064 * modes
    root = np.sqrt(half**2 - product + 0j)
    assert_rightmost(matrix, np.concatenate([half + root, half - root]))


def test_eigenvalues_of_scattered_connections_are_found() -> None:
    random = np.random.default_rng(1)
    matrix = 1.3 * (random.random((400, 400)) < 0.02) * random.standard_normal((400, 400)) / np.sqrt(8) - np.eye(400)
    assert_rightmost(matrix, np.linalg.eigvals(matrix))


@pytest.mark.parametrize("form", [np.asarray, csc_array])
def test_factors_solve_equations_and_know_the_sign_of_the_determinant(form: Callable[[np.ndarray], object]) -> None:
    random = np.random.default_rng(0)
    for size in (1, 2, 7, 40):
        matrix = random.standard_normal((size, size))
        factors, right = factorised(form(matrix)), random.standard_normal((size, 2)) + 1j * random.random((size, 2))
        assert factors is not None
        assert factors.sign() == np.linalg.slogdet(matrix)[0]
        np.testing.assert_allclose(matrix @ factors.solved(right), right, atol=1e-10)
        np.testing.assert_allclose(matrix.T @ factors.solved_adjoint(right), right, atol=1e-10)
    turned = factorised(form(matrix + 1j * np.eye(size)))
    assert turned is not None
    np.testing.assert_allclose((matrix + 1j * np.eye(size)).conj().T @ turned.solved_adjoint(right), right, atol=1e-10)
    singular = np.outer(np.arange(3.0), np.arange(3.0))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert factorised(form(singular)) is None
        assert solved(form(np.full((2, 2), np.nan)), np.ones(2)) is None


@pytest.mark.exhaustive
def test_hopf_points_of_500_states_that_all_depend_on_each_other_are_those_of_a_matrix_written_by_hand() -> None:
    size, h, decay, g = 250, 0.1, 5.0, "p/op/g"
    weights = 1.2 * np.random.default_rng(0).standard_normal((size, size)) / np.sqrt(size)
    equations = ["x' = -x + tanh(g*s - 0.5*y + h)", "y' = (x - y)/tau"]
    model = network(equations, weights, size, "x", x="output(0.0)", y="variable(0.0)", g=0.3, h=h, tau=decay)
    found = Continuation(model).equilibria(g, bounds=(0.3, 1.5))

    def eigenvalues(x: np.ndarray, strength: float) -> np.ndarray:
        one, other = x[:size], x[size:]
        slopes = 1 - np.tanh(strength * weights @ one - 0.5 * other + h) ** 2
        above = [slopes[:, None] * strength * weights - np.eye(size), -0.5 * np.diag(slopes)]
        return np.linalg.eigvals(np.block([above, [np.eye(size) / decay, -np.eye(size) / decay]]))

    states = [f"p[{number}]/op/{name}" for name in "xy" for number in range(size)]
    assert {point.kind for point in found.specials} == {"HB"}
    for point in found.specials:
        values = eigenvalues(np.array([point[path] for path in states]), point[g])
        assert np.min(np.abs(values - 2j * np.pi / point.period)) < 1e-11
    table = found.data
    for number in range(0, len(found), 4):
        values = eigenvalues(table[states].to_numpy()[number], float(table[g].iloc[number]))
        assert np.count_nonzero(values.real > 0) == found.unstable[number]
    numbers = found.unstable.tolist()
    passed = [sum(point.number == number for point in found.specials) for number in range(len(found) - 1)]
    assert all(abs(b - a) <= 2 * k for a, b, k in zip(numbers, numbers[1:], passed, strict=False))
    assert max(numbers) > 10
