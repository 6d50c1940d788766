"""Functions that TensorFlow lacks in the form that the language asks for.

Generated modules contain those of them that they use, as text.
"""

import math
from functools import reduce

import numpy as np
import tensorflow as tf

FLOAT, COMPLEX = tf.float64, tf.complex128  # of a generated module, in the precision that it is written for


def number(value):
    """Return a Python number as a tensor."""
    return tf.constant(value, COMPLEX if isinstance(value, complex) else FLOAT)


def real(value):
    """Return numbers as a tensor."""
    return tf.cast(value if tf.is_tensor(value) else np.asarray(value), FLOAT)


def complex_array(value):
    """Return complex numbers as a tensor."""
    return tf.cast(value if tf.is_tensor(value) else np.asarray(value), COMPLEX)


def whole(value):
    """Return whole numbers as a tensor."""
    return tf.cast(value if tf.is_tensor(value) else np.asarray(value), tf.int64)


def crossed(x, slope):
    """Return 1.0 where x > 0, else 0.0, with the derivative of a smooth step."""
    smooth = 0.5 * slope * x / (1.0 + slope * tf.abs(x))
    return truth(x > 0) + (smooth - tf.stop_gradient(smooth))


def truth(condition):
    """Return 1.0 where a condition holds, else 0.0."""
    return tf.cast(condition, FLOAT)


def wide(value, size):
    """Return a value repeated along a new last axis."""
    return tf.repeat(value[..., None], size, axis=-1)


def joined(*parts):
    """Return vectors one behind the other; their batch axes are broadcast."""
    batch = reduce(tf.broadcast_static_shape, (part.shape[:-1] for part in parts))
    return tf.concat([tf.broadcast_to(part, batch + part.shape[-1:]) for part in parts], -1)


def picked(values, index, axis):
    """Return entries of the last axis, or of the one before.

    They are gathered in front: the derivative of `tf.gather` elsewhere moves axes to places that XLA does not know.
    """
    rank, own, place = values.shape.rank, tf.convert_to_tensor(index).shape.rank, axis % values.shape.rank
    axes = [other for other in range(rank) if other != place]
    found = tf.gather(tf.transpose(values, [place, *axes]) if place else values, index)
    behind = [own + number for number in range(rank - 1)]
    return tf.transpose(found, [*behind[:place], *range(own), *behind[place:]]) if place else found


def looked_up(values, index):
    """Return entries of the last axis, which may differ from batch to batch."""
    batch = tf.broadcast_static_shape(values.shape[:-1], index.shape[:-1])
    values = tf.broadcast_to(values, batch + values.shape[-1:])
    return tf.gather(values, tf.broadcast_to(index, batch + index.shape[-1:]), axis=-1, batch_dims=batch.rank)


def places(numbers, size):
    """Return places as whole numbers.

    Raises:
        IndexError: there is no such place.
    """
    right = (tf.floor(numbers) == numbers) & (numbers >= 0) & (numbers < size)
    if not bool(tf.reduce_all(right)):
        raise IndexError("An index is no whole number, or lies outside of its axis.")
    return tf.cast(numbers, tf.int64)


def summed(values, rows, size):
    """Return for each row the sum of the values that belong to it."""
    batch = list(range(values.shape.rank - 1))
    found = tf.math.unsorted_segment_sum(tf.transpose(values, [len(batch), *batch]), rows, size)
    return tf.transpose(found, [*(axis + 1 for axis in batch), 0])


def matvec(matrix, vector):
    """Return the product of a matrix and a vector."""
    return tf.linalg.matvec(matrix, vector)


def flat(matrix):
    """Return the rows of a matrix one behind the other."""
    return tf.reshape(matrix, [*matrix.shape[:-2], matrix.shape[-2] * matrix.shape[-1]])


def in_rows(values, rows, columns):
    """Return vectors as matrices."""
    return tf.reshape(values, [*values.shape[:-1], rows, columns])


def row_sums(weights, values, rows, columns):
    """Return the sums of the rows of vectors, each entry times its weight, as matrices."""
    return tf.reduce_sum(in_rows(weights * values, rows, columns), -1)


def complex_of(real, imaginary):
    """Return complex numbers of these parts."""
    return tf.complex(real, imaginary)


def interleaved(z):
    """Return real and imaginary parts side by side."""
    return tf.reshape(tf.stack((tf.math.real(z), tf.math.imag(z)), -1), [*z.shape[:-1], 2 * z.shape[-1]])


def as_complex(x):
    """Return real numbers as complex ones; derivatives by them are real again, which those by `tf.cast` are not."""
    return tf.complex(x, tf.zeros_like(x))


def heaviside(x):
    """Return 0 for x < 0, else 1; NaN stays NaN."""
    return tf.where(x != x, x, truth(x >= 0))


def sign(x):
    """Return -1, 0 or 1; NaN stays NaN."""
    return tf.where(x != x, x, tf.sign(x))


def smallest(a, b):
    """Return the smaller number; NaN where one is."""
    return tf.where(a != a, a, tf.where(b != b, b, tf.minimum(a, b)))


def largest(a, b):
    """Return the larger number; NaN where one is."""
    return tf.where(a != a, a, tf.where(b != b, b, tf.maximum(a, b)))


def erf(x):
    """Return the error function, which is 1 long before squares of numbers exceed all others."""
    return tf.where(x != x, x, tf.math.erf(tf.clip_by_value(x, -10.0, 10.0)))


def erfc(x):
    """Return 1 - erf(x), which is 0 or 2 long before squares of numbers exceed all others."""
    return tf.where(x != x, x, tf.math.erfc(tf.clip_by_value(x, -40.0, 40.0)))


def log10(x):
    """Return the logarithm to base 10."""
    return tf.math.log(x) / math.log(10.0)


def complex_sigmoid(z):
    """Return 1/(1 + exp(-z))."""
    return 1.0 / (1.0 + tf.exp(-z))


def complex_divide(a, b):
    """Return a/b; NaN where b is, or where both of its parts are infinite."""
    real, imaginary = tf.math.real(b), tf.math.imag(b)
    lost = (real != real) | (imaginary != imaginary) | (tf.math.is_inf(real) & tf.math.is_inf(imaginary))
    return tf.where(lost, number(complex(math.nan, math.nan)), a / b)


def complex_power(base, exponent):
    """Return base**exponent; 0**y is 0 for a positive y, and 0**0 is 1."""
    zero = base == 0
    found = tf.exp(exponent * tf.math.log(tf.where(zero, number(1.0 + 0.0j), base)))
    at_zero = tf.where(tf.math.real(exponent) > 0, number(0.0j), number(complex(math.nan, math.nan)))
    return tf.where(zero, tf.where(exponent == 0, number(1.0 + 0.0j), at_zero), found)


def complex_arcsin(z):
    """Return the inverse sine of complex numbers."""
    root = tf.sqrt(1.0 - z) * tf.sqrt(1.0 + z)
    return -1j * tf.math.log(root + 1j * z)


def complex_arccos(z):
    """Return the inverse cosine of complex numbers."""
    return math.pi / 2 - complex_arcsin(z)


def complex_arctan(z):
    """Return the inverse tangent of complex numbers."""
    return 0.5j * (tf.math.log(1.0 - 1j * z) - tf.math.log(1.0 + 1j * z))


def sampled(samples, t, step_size):
    """Return an input at time t: linear between samples, constant beyond them."""
    place = tf.clip_by_value(t / step_size, 0.0, len(samples) - 1.0)
    k = tf.minimum(tf.cast(place, tf.int64), max(len(samples) - 2, 0))
    share = place - tf.cast(k, FLOAT)
    return (1.0 - share) * samples[k] + share * samples[tf.minimum(k + 1, len(samples) - 1)]


def buffered(buffer, t, delay, step_size, samples):
    """Return past values at t - delay; buffer[k] holds those of k steps before the last point of the grid.

    Between rows it is the polynomial through `samples` of them, beyond the last one that row.
    """
    place = t / step_size
    slack = 1e-9 + 4.0 * np.finfo(FLOAT.as_numpy_dtype).eps * tf.abs(place)  # what rounding may have moved it by
    age = delay / step_size - (place - tf.floor(place + slack))
    nearest = tf.round(age)
    age = tf.minimum(tf.where(tf.abs(age - nearest) < slack, nearest, age), len(buffer) - 1.0)
    k, samples = tf.maximum(tf.cast(tf.floor(age), tf.int64), 0), min(samples, len(buffer))
    first = tf.clip_by_value(tf.cast(tf.math.ceil(age), tf.int64) - samples // 2, 0, len(buffer) - samples)
    rows, eye = first + tf.range(samples, dtype=tf.int64), tf.eye(samples, dtype=FLOAT)
    places = tf.cast(rows, FLOAT)
    shares = tf.reduce_prod((1.0 - eye) * (age - places) / (places[:, None] - places + eye) + eye, -1)
    shares = as_complex(shares) if buffer.dtype.is_complex else shares
    value = tf.reduce_sum(shares[:, None] * tf.gather(buffer, rows), 0)
    return tf.where(age == tf.cast(k, FLOAT), buffer[k], value)


def late(buffer, gather, first):
    """Return delayed values: samples, or weighted sums of those that follow each other; for several rows one axis."""
    places, weights, *shifts = gather
    width, values = buffer.shape[1:].num_elements(), tf.reshape(buffer, [-1])
    entries = places + first[..., None] * width
    if weights.shape[-1] == 0:
        return tf.gather(values, entries)
    samples = [tf.gather(values, entries + number * width) for number in range(weights.shape[-1])]
    shares = tf.unstack(as_complex(weights) if values.dtype.is_complex else weights, axis=-1)
    return reduce(tf.add, [*(share * sample for share, sample in zip(shares, samples, strict=True)), *shifts])


def written(buffer, value, place):
    """Return a buffer with a value in two of its rows."""
    rows = tf.stack([place, place - buffer.shape[0] // 2])[:, None]
    value = tf.broadcast_to(value, buffer.shape[1:])
    return tf.tensor_scatter_nd_update(buffer, rows, tf.stack([value, value]))


def blend(weights, slopes):
    """Return a sum of slopes, each times its weight."""
    return sum(weight * slope for weight, slope in zip(weights, slopes, strict=True))


def finite(values):
    """Return whether all entries of the last axis are finite; the axis stays."""
    return tf.reduce_all(tf.math.is_finite(values), -1, keepdims=True)


def spacing_of(t):
    """Return the distance from the size of a number to the next larger one."""
    return tf.math.nextafter(tf.abs(t), tf.fill(t.shape, number(math.inf))) - tf.abs(t)


def fed(samples, place):
    """Return samples of points at places [points, 1]: linear between samples, constant beyond them."""
    last = samples.shape[1] - 1
    place = tf.clip_by_value(place[:, 0], 0.0, last)
    k = tf.minimum(tf.cast(place, tf.int64), max(last - 1, 0))
    point = tf.range(k.shape[0], dtype=tf.int64) if samples.shape[0] > 1 else tf.zeros_like(k)
    share = tf.reshape(place - tf.cast(k, FLOAT), [-1, *[1] * (samples.shape.rank - 2)])
    before, after = (tf.gather_nd(samples, tf.stack([point, row], -1)) for row in (k, tf.minimum(k + 1, last)))
    return (1.0 - share) * before + share * after


def put(rows, place, values):
    """Return rows with one value of each point in them."""
    points = tf.range(rows.shape[0], dtype=tf.int64)
    values = tf.broadcast_to(values, [rows.shape[0], *rows.shape[2:]])
    return tf.tensor_scatter_nd_update(rows, tf.stack([points, place[:, 0]], -1), values)


def if_any(condition, function, values):
    """Return what a function returns if a condition holds somewhere, else values."""
    return tf.cond(tf.reduce_any(condition), function, lambda: values)


def while_any(going, body, state):
    """Return a state, advanced as long as a condition on it holds somewhere."""
    return tf.while_loop(lambda *state: tf.reduce_any(going(*state)), body, state)


def rows_of(step, row, states, kept, read, y, h, first, samples, stride, inputs, draws, blank, buffers, gathers):
    """Advance y by samples*stride steps; return the end, a row from before every `stride` steps, and the buffers."""
    room = blank.shape[0]

    def past_of(buffers, start):
        return tuple(read(buffers, gather, start) for gather in gathers)

    def stored(values, buffers, place):
        return tuple(
            buffer if value is None else written(buffer, value, place)
            for value, buffer in zip(values, buffers, strict=True)
        )

    def at(k, y, buffers):
        number, given = tf.cast(first + k, FLOAT), tf.nest.map_structure(lambda table: table[k], (inputs, draws))
        if not buffers:
            return (number, h, y, *given, ()), ()
        size = buffers[0].shape[0] // 2
        start = (first + k) % size
        values = states(y)
        buffers = stored(values, buffers, start + size)
        if any(value is None for value in values):
            buffers = stored(kept(number, h, y, *given, past_of(buffers, start)), buffers, start + size)
        return (number, h, y, *given, past_of(buffers, start)), buffers

    def taken(k, y, buffers):
        given, buffers = at(k, y, buffers)
        return k + 1, step(*given), buffers

    def kept_row(sample, y, buffers, rows):
        found = row(*at(sample * stride, y, buffers)[0])
        rows = tuple(column.write(tf.cast(sample, tf.int32), value) for column, value in zip(rows, found, strict=True))
        end, start = (sample + 1) * stride, (sample * stride, y, buffers)
        _, y, buffers = tf.while_loop(lambda k, y, buffers: k < end, taken, start)
        return sample + 1, y, buffers, rows

    shapes = row(*at(tf.zeros_like(samples), y, buffers)[0])
    rows = tuple(tf.TensorArray(value.dtype, room, element_shape=value.shape) for value in shapes)
    start = (tf.zeros_like(samples), y, buffers, rows)
    _, y, buffers, rows = tf.while_loop(
        lambda sample, y, buffers, rows: sample < samples, kept_row, start, maximum_iterations=room
    )
    return y, tuple(column.stack() for column in rows), buffers


def rolled(step, row, states, kept, read, y, h, first, samples, stride, inputs, draws, windows, gathers, together):
    """Do what `rows_of` does, with each step written out, so that derivatives can flow; numbers of them are Python's.

    Windows hold samples from before the first step. The delayed values of up to `together` steps lie in them; where
    there are none, that of a step may lie at its start. What is read late may differ from step to step: it then has an
    axis of steps.
    """
    steps, varying = samples * stride, bool(windows) and gathers[0][0][0].shape.rank > 1
    tables = tf.cast(first + tf.range(steps, dtype=tf.int64), FLOAT), inputs, draws, gathers if varying else ()
    size = min(max(together, 1), steps) if windows else steps

    def some(tables, place):
        return tf.nest.map_structure(lambda table: table[place], tables)

    def past_of(windows, own, count):
        rows = tf.range(count, dtype=tf.int64)
        return tuple(read(windows, gather, rows) for gather in (own if varying else gathers))

    def behind(windows, values, count):
        return tuple(
            tf.concat((window, tf.broadcast_to(value, [count, *window.shape[1:]])), 0)
            for window, value in zip(windows, values, strict=True)
        )

    def with_present(windows, number, y, inputs, draws, own):
        values = states(y[None])
        blanks = [tf.zeros([], window.dtype) for window in windows]
        full = behind(windows, [b if value is None else value for b, value in zip(blanks, values, strict=True)], 1)
        if any(value is None for value in values):
            values = kept(number, h, y[None], inputs, draws, past_of(full, own, 1))
            full = behind(windows, values, 1)
        return full

    def chunk(y, windows, tables):
        numbers, inputs, draws, own = tables
        count, past, found = numbers.shape[0], (), []
        if windows:
            windows = windows if together else with_present(windows, numbers, y, inputs, draws, own)
            past = past_of(windows, own, count)
        for k in range(count):
            found.append(y)
            y = step(numbers[k], h, y, *some((inputs, draws, past), k))
        found = tf.stack(found)
        if windows and together:
            windows = behind(windows, kept(numbers, h, found, inputs, draws, past), count)
        shapes = [value.shape for value in row(numbers[0], h, *some((found, inputs, draws, past), 0))]
        rows = zip(row(numbers, h, found, inputs, draws, past), shapes, strict=True)
        rows = tuple(tf.broadcast_to(value, [count, *shape]) for value, shape in rows)
        return y, tuple(window[count:] for window in windows), rows

    def stretch(y, windows, tables):
        found, count = [], tables[0].shape[0]
        for start in range(0, count, size):
            y, windows, rows = chunk(y, windows, some(tables, slice(start, min(start + size, count))))
            found.append(rows)
        return y, windows, tuple(tf.concat(values, 0) for values in zip(*found, strict=True))

    y, windows, rows = stretch(y, windows, tables)
    return y, tuple(values[::stride] for values in rows), windows
