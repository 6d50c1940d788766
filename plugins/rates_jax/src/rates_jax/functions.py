"""Functions that JAX lacks in the form that the language asks for.

Generated modules contain those of them that they use, as text.
"""

import math

import jax
import jax.numpy as jnp

FLOAT, COMPLEX = jnp.float64, jnp.complex128  # of a generated module, in the precision that it is written for


def number(value):
    """Return a Python number as an array."""
    return jnp.asarray(value, dtype=COMPLEX if isinstance(value, complex) else FLOAT)


def real(value):
    """Return numbers as an array."""
    return jnp.asarray(value, dtype=FLOAT)


def complex_array(value):
    """Return complex numbers as an array."""
    return jnp.asarray(value, dtype=COMPLEX)


def whole(value):
    """Return whole numbers as an array."""
    return jnp.asarray(value, dtype=int)


def truth(condition):
    """Return 1.0 where a condition holds, else 0.0."""
    return condition.astype(FLOAT)


def wide(value, size):
    """Return a value repeated along a new last axis."""
    return jnp.broadcast_to(value[..., None], (*value.shape, size))


def joined(*parts):
    """Return vectors one behind the other; their batch axes are broadcast."""
    batch = jnp.broadcast_shapes(*(part.shape[:-1] for part in parts))
    return jnp.concatenate([jnp.broadcast_to(part, (*batch, part.shape[-1])) for part in parts], -1)


def picked(values, index, axis):
    """Return entries of the last axis, or of the one before."""
    return values[..., index] if axis == -1 else values[..., index, :]


def looked_up(values, index):
    """Return entries of the last axis, which may differ from batch to batch; NaN where there is none."""
    batch = jnp.broadcast_shapes(values.shape[:-1], index.shape[:-1])
    values = jnp.broadcast_to(values, (*batch, values.shape[-1]))
    index = jnp.broadcast_to(index, (*batch, index.shape[-1]))
    return jnp.take_along_axis(values, index, axis=-1, mode="fill", fill_value=math.nan)


def places(numbers, size):
    """Return places as whole numbers; in compiled code one that is none, or none of the axis, leads to NaN.

    Raises:
        IndexError: there is no such place.
    """
    right = (jnp.floor(numbers) == numbers) & (numbers >= 0) & (numbers < size)
    if not isinstance(right, jax.core.Tracer) and not bool(right.all()):
        raise IndexError("An index is no whole number, or lies outside of its axis.")
    return jnp.where(right, numbers, size).astype(int)


def summed(values, rows, size):
    """Return for each row the sum of the values that belong to it."""
    return jnp.zeros((*values.shape[:-1], size), values.dtype).at[..., rows].add(values)


def matvec(matrix, vector):
    """Return the product of a matrix and a vector."""
    return vector @ matrix.mT if matrix.ndim == 2 else (matrix @ vector[..., None])[..., 0]


def flat(matrix):
    """Return the rows of a matrix one behind the other."""
    return matrix.reshape(*matrix.shape[:-2], -1)


def in_rows(values, rows, columns):
    """Return a vector as a matrix."""
    return values.reshape(rows, columns)


def complex_of(real, imaginary):
    """Return complex numbers of these parts."""
    return jax.lax.complex(real, imaginary)


def interleaved(z):
    """Return real and imaginary parts side by side."""
    return jnp.stack((z.real, z.imag), -1).reshape(*z.shape[:-1], -1)


def heaviside(x):
    """Return 0 for x < 0, else 1; NaN stays NaN."""
    return jnp.where(x != x, x, truth(x >= 0))


def complex_divide(a, b):
    """Return a/b; NaN where b is, or where both of its parts are infinite."""
    lost = jnp.isnan(b) | (jnp.isinf(jnp.real(b)) & jnp.isinf(jnp.imag(b)))
    return jnp.where(lost, complex(math.nan, math.nan), a / b)


def complex_power(base, exponent):
    """Return base**exponent; 0**y is 0 for a positive y, and 0**0 is 1."""
    zero = base == 0
    found = jnp.exp(exponent * jnp.log(jnp.where(zero, 1.0, base)))
    at_zero = jnp.where(exponent == 0, 1.0, jnp.where(jnp.real(exponent) > 0, 0.0, math.nan))
    return jnp.where(zero, at_zero, found)


def complex_sigmoid(z):
    """Return 1/(1 + exp(-z))."""
    return 1.0 / (1.0 + jnp.exp(-z))


def sampled(samples, t, step_size):
    """Return an input at time t: linear between samples, constant beyond them."""
    place = jnp.clip(t / step_size, 0.0, len(samples) - 1.0)
    k = jnp.minimum(place.astype(int), max(len(samples) - 2, 0))
    share = place - k
    return (1.0 - share) * samples[k] + share * samples[jnp.minimum(k + 1, len(samples) - 1)]


def buffered(buffer, t, delay, step_size):
    """Return past values at t - delay; buffer[k] holds those of k steps before the last point of the grid."""
    place = t / step_size
    slack = 1e-9 + 4.0 * jnp.finfo(FLOAT).eps * jnp.abs(place)  # what rounding may have moved it by
    age = delay / step_size - (place - jnp.floor(place + slack))
    nearest = jnp.round(age)
    age = jnp.where(jnp.abs(age - nearest) < slack, nearest, age)
    k = jnp.clip(jnp.floor(age).astype(int), 0, len(buffer) - 1)
    share = age - k
    return (1.0 - share) * buffer[k] + share * buffer[jnp.minimum(k + 1, len(buffer) - 1)]


def late(buffer, gather, place):
    """Return delayed values: samples, or weighted sums of those that follow each other."""
    places, weights = gather
    width = buffer[0].size
    values, entries = buffer.reshape(-1), places + (place - len(buffer) // 2) * width
    if weights.shape[1] == 0:
        return values[entries]
    return sum(weights[:, number] * values[entries + number * width] for number in range(weights.shape[1]))


def written(buffer, value, place):
    """Return a buffer with a value in two of its rows."""
    return buffer.at[place].set(value).at[place - len(buffer) // 2].set(value)


def rows_of(step, row, keep, y, h, first, samples, stride, inputs, draws, blank, buffers, gathers):
    """Advance y by samples*stride steps; return the end, a row from before every `stride` steps, and the buffers.

    Numbers of steps that are Python's make a loop that gradients can flow back through.
    """

    def at(k, state):
        y, buffers = state
        number, given = (first + k).astype(FLOAT), jax.tree.map(lambda table: table[k], (inputs, draws))
        past = ()
        if buffers:
            size = len(buffers[0]) // 2
            past = buffers, gathers, (first + k) % size + size
            past = keep(number, h, y, *given, past), *past[1:]
        return number, h, y, *given, past

    def taken(k, state):
        given = at(k, state)
        return step(*given), given[-1][0] if buffers else ()

    def steps(sample, state):
        return jax.lax.fori_loop(sample * stride, (sample + 1) * stride, taken, state)

    def kept(sample, carried):
        state, rows = carried
        found = row(*at(sample * stride, state))
        rows = jax.tree.map(lambda column, value: column.at[sample].set(value), rows, found)
        return steps(sample, state), rows

    def scanned(state, sample):
        found = row(*at(sample * stride, state))
        numbers = sample * stride + jnp.arange(stride)
        return jax.lax.scan(lambda state, k: (taken(k, state), None), state, numbers)[0], found

    if isinstance(samples, int):
        (y, buffers), rows = jax.lax.scan(scanned, (y, buffers), jnp.arange(samples))
        return y, rows, buffers
    shapes = jax.eval_shape(lambda: row(*at(0, (y, buffers))))
    rows = jax.tree.map(lambda value: jnp.zeros((blank.shape[0], *value.shape), value.dtype), shapes)
    (y, buffers), rows = jax.lax.fori_loop(0, samples, kept, ((y, buffers), rows))
    return y, rows, buffers
