"""What generated modules get as text, where the library lacks it, has the values of NumPy and of closed forms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from rates_tf import functions
from rates_tf.language import TENSORFLOW
from scipy import special

NAN, INF = math.nan, math.inf
REALS = np.array([-2.5, -1.5, -0.75, -0.5, 0.0, 0.25, 0.5, 1.5, 2.5, 1e300, -INF, INF, NAN])
COMPLEX = np.array([0.5 + 0.25j, -1.5 + 2.0j, 0.1 - 3.0j, -0.7 - 0.2j, 2.0 + 1.0j, 0.3j])
ONE_ARGUMENT = {
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "exp": np.exp,
    "log": np.log, "log10": np.log10, "sqrt": np.sqrt, "abs": np.abs, "floor": np.floor, "ceil": np.ceil,
    "round": np.round, "sign": np.sign, "arcsin": np.arcsin, "arccos": np.arccos, "arctan": np.arctan,
    "sigmoid": special.expit, "erf": special.erf, "erfc": special.erfc, "heaviside": lambda x: np.heaviside(x, 1.0),
}  # fmt: skip
TWO_ARGUMENTS = {
    "mod": np.mod, "fmod": np.fmod, "arctan2": np.arctan2, "power": np.power, "min": np.minimum, "max": np.maximum,
}  # fmt: skip


def array(value: Any) -> Any:
    """Return values of NumPy, or a list of them, as an array of the library."""
    return tf.constant(np.asarray(value))


def close(found: Any, wanted: Any) -> None:
    found, wanted = np.asarray(found), np.asarray(wanted)
    assert (found.shape, found.dtype) == (wanted.shape, wanted.dtype)
    np.testing.assert_allclose(found, wanted, rtol=1e-14, atol=1e-300)


def named(name: str) -> Any:
    """Return a function of the language as the printer writes it."""
    return eval(TENSORFLOW.functions[name], vars(functions))


@pytest.mark.parametrize("name", ONE_ARGUMENT)
def test_a_function_of_one_real_number_is_that_of_numpy_and_keeps_nan(name: str) -> None:
    with np.errstate(all="ignore"):
        wanted = ONE_ARGUMENT[name](REALS)
    assert np.isnan(wanted[-1])
    close(named(name)(array(REALS)), wanted)


@pytest.mark.parametrize("name", TWO_ARGUMENTS)
def test_a_function_of_two_real_numbers_is_that_of_numpy(name: str) -> None:
    a, b = (part.ravel() for part in np.meshgrid([-7.5, -6.0, -1.0, 0.0, 0.5, 7.5, NAN], [-4.0, -2.5, 0.3, 3.0, NAN]))
    with np.errstate(all="ignore"):
        wanted = TWO_ARGUMENTS[name](a, b)
    close(named(name)(array(a), array(b)), wanted)


def test_halves_are_rounded_to_the_even_number() -> None:
    close(named("round")(array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5])), [-2.0, -2.0, 0.0, 0.0, 2.0, 2.0])


def test_the_remainder_has_the_sign_of_the_divisor_or_of_the_dividend() -> None:
    a, b = array([7.0, -7.0, 7.0, -7.0]), array([3.0, 3.0, -3.0, -3.0])
    close(named("mod")(a, b), [1.0, 2.0, -2.0, -1.0])
    close(named("fmod")(a, b), [1.0, -1.0, 1.0, -1.0])


def test_numbers_and_plain_arguments_become_arrays_of_their_kind() -> None:
    close(functions.number(2), np.array(2.0))
    close(functions.number(1.5 - 2j), np.array(1.5 - 2j))
    for given in ([1, 2], np.array([1, 2], np.float32), array([1.0, 2.0])):
        close(functions.real(given), np.array([1.0, 2.0]))
        close(functions.complex_array(given), np.array([1.0 + 0j, 2.0]))
        close(functions.whole(given), np.array([1, 2], np.int64))
    close(functions.truth(array([1.0, 2.0]) > 1.5), np.array([0.0, 1.0]))


def test_a_number_per_batch_becomes_a_vector_per_batch() -> None:
    values = np.arange(6.0).reshape(2, 3)
    close(functions.wide(array(values), 4), np.repeat(values[..., None], 4, axis=-1))
    close(functions.wide(array(2.0), 3), np.array([2.0, 2.0, 2.0]))


def test_vectors_are_joined_over_batch_axes_that_only_some_have() -> None:
    long, short = np.arange(10.0).reshape(5, 2), np.array([-1.0, -2.0, -3.0])
    close(functions.joined(array(long), array(short)), np.concatenate([long, np.tile(short, (5, 1))], -1))
    close(functions.joined(array(short), array(short[:1])), np.array([-1.0, -2.0, -3.0, -1.0]))


@pytest.mark.parametrize("axis", [-1, -2])
def test_entries_are_picked_along_one_of_the_last_two_axes(axis: int) -> None:
    values, index = np.arange(24.0).reshape(2, 3, 4), np.array([2, 0, 2, 1])
    close(functions.picked(array(values), array(index), axis), np.take(values, index, axis=axis))


@pytest.mark.parametrize(("values", "index"), [((4,), (2,)), ((4,), (5, 2)), ((5, 4), (2,)), ((2, 1, 4), (2, 3, 2))])
def test_each_batch_looks_up_places_of_its_own(values: tuple[int, ...], index: tuple[int, ...]) -> None:
    generator = np.random.default_rng(1)
    numbers, places = generator.random(values), generator.integers(0, 4, index)
    batch = np.broadcast_shapes(values[:-1], index[:-1])
    wanted = np.take_along_axis(np.broadcast_to(numbers, (*batch, 4)), np.broadcast_to(places, (*batch, 2)), -1)
    close(functions.looked_up(array(numbers), array(places)), wanted)


def test_computed_places_are_whole_numbers() -> None:
    close(functions.places(array([[0.0, 2.0], [1.0, 2.0]]), 3), np.array([[0, 2], [1, 2]], np.int64))


@pytest.mark.parametrize("wrong", [3.0, -1.0, 0.5, NAN, INF])
def test_a_place_that_is_none_is_an_index_error(wrong: float) -> None:
    with pytest.raises(IndexError) as caught:
        functions.places(array([0.0, wrong]), 3)
    assert str(caught.value) == "An index is no whole number, or lies outside of its axis."


@pytest.mark.parametrize("batch", [(), (5,), (2, 3)])
@pytest.mark.parametrize("complex_", [False, True])
def test_values_are_summed_into_the_rows_that_they_belong_to(batch: tuple[int, ...], complex_: bool) -> None:
    rows = np.array([3, 0, 3, 1, 0, 3])
    values = np.random.default_rng(2).random((*batch, 6)) * (1 - 2j if complex_ else 1)
    wanted = np.zeros((*batch, 5), values.dtype)
    for row, k in zip(rows, range(6), strict=True):
        wanted[..., row] += values[..., k]
    close(functions.summed(array(values), array(rows), 5), wanted)


@pytest.mark.parametrize(
    ("matrix", "vector"), [((3, 4), (4,)), ((3, 4), (5, 4)), ((5, 3, 4), (4,)), ((2, 5, 3, 4), (5, 4))]
)
def test_matrices_meet_vectors_whichever_has_batch_axes(matrix: tuple[int, ...], vector: tuple[int, ...]) -> None:
    generator = np.random.default_rng(3)
    a, x = generator.random(matrix), generator.random(vector)
    close(functions.matvec(array(a), array(x)), np.einsum("...ij,...j->...i", a, x))


def test_matrices_and_vectors_are_reshaped_row_by_row() -> None:
    values = np.arange(24.0).reshape(2, 3, 4)
    close(functions.flat(array(values)), values.reshape(2, 12))
    close(functions.in_rows(array(values[0].ravel()), 3, 4), values[0])
    close(functions.in_rows(array(values.reshape(2, 12)), 3, 4), values)


@pytest.mark.parametrize("columns", [1, 4, 100])
def test_rows_of_vectors_are_summed_however_many_columns_and_batch_axes_there_are(columns: int) -> None:
    values, (weights, _) = np.random.default_rng(4).uniform(1, 2, (2, 2, 3, columns))
    for factors in (weights, weights[:1, :1]):
        given, wanted = array(factors.ravel()), (factors * values).sum(-1)
        close(functions.row_sums(given, array(values[0].ravel()), 3, columns), wanted[0])
        close(functions.row_sums(given, array(values.reshape(2, -1)), 3, columns), wanted)


def test_complex_numbers_are_made_of_parts_and_taken_apart() -> None:
    z = COMPLEX.reshape(2, 3)
    close(functions.complex_of(array(z.real), array(z.imag)), z)
    close(functions.interleaved(array(z)), np.stack([z.real, z.imag], -1).reshape(2, 6))
    close(functions.as_complex(array([1.0, -2.0])), np.array([1.0 + 0j, -2.0]))


def test_the_logistic_function_of_complex_numbers() -> None:
    close(functions.complex_sigmoid(array(COMPLEX)), 0.5 * (1.0 + np.tanh(COMPLEX / 2)))


def test_powers_of_complex_numbers() -> None:
    base, exponent = (part.ravel() for part in np.meshgrid(COMPLEX, [2.0 + 0j, -1.5 + 0j, 0.5 - 1j, 0j]))
    close(functions.complex_power(array(base), array(exponent)), np.power(base, exponent))


def test_powers_of_zero() -> None:
    zero, exponents = array(np.zeros(5) + 0j), array([2.0 + 0j, 0.5 + 3j, 0j, -1.0 + 0j, 1j])
    found = np.asarray(functions.complex_power(zero, exponents))
    np.testing.assert_array_equal(found[:3], [0.0, 0.0, 1.0])
    assert np.isnan(found[3:]).all()


def test_quotients_of_complex_numbers() -> None:
    a, b = (part.ravel() for part in np.meshgrid(COMPLEX, COMPLEX))
    close(functions.complex_divide(array(a), array(b)), a / b)
    lost = array([complex(NAN, 1.0), complex(1.0, NAN), complex(INF, INF), complex(-INF, INF)])
    assert np.isnan(np.asarray(functions.complex_divide(array([1.0 + 1j] * 4), lost))).all()


def test_inverse_functions_of_complex_numbers() -> None:
    close(functions.complex_arcsin(array(COMPLEX)), np.arcsin(COMPLEX))
    close(functions.complex_arccos(array(COMPLEX)), np.arccos(COMPLEX))
    close(functions.complex_arctan(array(COMPLEX)), np.arctan(COMPLEX))


@pytest.mark.parametrize(
    ("t", "wanted"), [(0.0, 1.0), (0.1, 3.0), (0.2, -1.0), (0.05, 2.0), (0.125, 2.0), (0.3, -1.0), (-0.4, 1.0)]
)
def test_an_input_is_linear_between_samples_and_constant_beyond_them(t: float, wanted: float) -> None:
    close(functions.sampled(array([1.0, 3.0, -1.0]), array(t), 0.1), np.array(wanted))


def test_a_single_sample_is_a_constant() -> None:
    close(functions.sampled(array([1.5]), array(0.7), 0.1), np.array(1.5))


@pytest.mark.parametrize("delay", [0.0, 0.1, 0.25, 0.3, 0.375])
@pytest.mark.parametrize("t", [0.0, 0.25, 0.3, 0.72, 1.1])
@pytest.mark.parametrize("degree", [1, 2, 4, 5])
def test_past_values_of_a_polynomial_are_on_it(t: float, delay: float, degree: int) -> None:
    grid = math.floor(t / 0.1 + 1e-9) * 0.1
    reached = t - delay  # behind the last point of the grid by extrapolation
    curves = [np.polynomial.Polynomial(np.cos(np.arange(degree + 1) + start)) for start in (0, 1)]
    buffer = np.stack([curve(grid - 0.1 * np.arange(6)) for curve in curves], -1)
    found = np.asarray(functions.buffered(array(buffer), array(t), delay, 0.1, degree + 1))
    np.testing.assert_allclose(found, [curve(reached) for curve in curves], rtol=0, atol=1e-13)


@pytest.mark.parametrize("samples", [2, 3, 5])
def test_past_values_on_the_grid_are_those_of_the_buffer(samples: int) -> None:
    buffer = np.array([[4.0], [-1.0], [7.0], [0.5]])
    for k in range(4):
        close(functions.buffered(array(buffer), array(0.3), 0.1 * k, 0.1, samples), buffer[k])
    np.testing.assert_array_equal(functions.buffered(array(buffer), array(0.3), 0.7, 0.1, samples), buffer[3])


def test_past_values_on_the_grid_are_those_of_the_buffer_in_single_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(functions, "FLOAT", tf.float32)
    buffer = np.arange(20.0, dtype=np.float32)[:, None]
    times = [array(np.float32(k * 1e-3)) for k in range(1, 50)]
    found = [functions.buffered(array(buffer), t, 5e-3, 1e-3, samples) for t in times for samples in (2, 5)]
    np.testing.assert_allclose(found, 5.0, rtol=1e-5)  # of 50 steps float32 knows 1e-5 of one
