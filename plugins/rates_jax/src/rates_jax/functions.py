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


def crossed(x, slope):
    """Return 1.0 where x > 0, else 0.0, with the derivative of a smooth step."""
    smooth = 0.5 * slope * x / (1.0 + slope * jnp.abs(x))
    return truth(x > 0) + (smooth - jax.lax.stop_gradient(smooth))


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
    if matrix.ndim == 2:
        return matrix @ vector if vector.ndim == 1 else vector @ matrix.mT
    return (matrix @ vector[..., None])[..., 0]


def flat(matrix):
    """Return the rows of a matrix one behind the other."""
    return matrix.reshape(*matrix.shape[:-2], -1)


def in_rows(values, rows, columns):
    """Return vectors as matrices."""
    return values.reshape(*values.shape[:-1], rows, columns)


def row_sums(weights, values, rows, columns):
    """Return the sums of the rows of vectors, each entry times its weight, as matrices.

    Of many points, few columns are added one by one: entries of a point need not stand side by side for that.
    """
    if values.ndim > 1 and columns <= 64:
        weights = in_rows(jnp.broadcast_to(weights, (*weights.shape[:-1], rows * columns)), rows, columns)
        values = in_rows(values, rows, columns)
        return sum(weights[..., column] * values[..., column] for column in range(columns))
    return in_rows(weights * values, rows, columns).sum(-1)


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


def buffered(buffer, t, delay, step_size, samples):
    """Return past values at t - delay; buffer[k] holds those of k steps before the last point of the grid.

    Between rows it is the polynomial through `samples` of them, beyond the last one that row.
    """
    place = t / step_size
    slack = 1e-9 + 4.0 * jnp.finfo(FLOAT).eps * jnp.abs(place)  # what rounding may have moved it by
    age = delay / step_size - (place - jnp.floor(place + slack))
    nearest = jnp.round(age)
    age = jnp.minimum(jnp.where(jnp.abs(age - nearest) < slack, nearest, age), len(buffer) - 1.0)
    k, samples = jnp.maximum(jnp.floor(age).astype(int), 0), min(samples, len(buffer))
    first = jnp.clip(jnp.ceil(age).astype(int) - samples // 2, 0, len(buffer) - samples)
    rows, eye = first + jnp.arange(samples), jnp.eye(samples, dtype=FLOAT)
    shares = ((1.0 - eye) * (age - rows) / (rows[:, None] - rows + eye) + eye).prod(-1)
    return jnp.where(age == k, buffer[k], (shares[:, None] * buffer[rows]).sum(0))


def late(buffer, gather, first, columns=1):
    """Return delayed values: samples, or weighted sums of those that follow each other; for several rows one axis.

    Where rows of so many columns are summed of them, `late_alike` looks them up column by column.
    """
    places, weights, *shifts = gather
    if places.ndim > first.ndim + 1 and len(places) == 1:
        return late_alike(buffer, places[0], weights[0], first, columns)
    width = math.prod(buffer.shape[1:])
    values, entries = buffer.reshape(-1), places + first[..., None] * width
    if weights.shape[-1] == 0:
        return values[entries]
    samples = values[entries[..., None] + jnp.arange(weights.shape[-1]) * width]
    return sum([(weights * samples).sum(-1), *shifts])


def late_alike(buffer, places, weights, first, columns):
    """Return delayed values of points that read alike, whose samples are rows.

    Each column is looked up where it is added to a sum, and stands nowhere in between.
    """
    width, values = math.prod(buffer.shape[1:-1]), buffer.reshape(-1, buffer.shape[-1])
    entries = places + first * width
    if weights.shape[-1] == 0:
        entries = entries.reshape(-1, columns if columns <= 64 else 1)
        found = [values.at[column].get(mode="promise_in_bounds", wrap_negative_indices=False).T for column in entries.T]
        return jnp.stack(found, -1).reshape(values.shape[-1], -1)
    samples = values[entries[..., None] + jnp.arange(weights.shape[-1]) * width]
    return (weights[..., None] * samples).sum(-2).T


def points_last(value, buffer):
    """Return the values of points as in a row of a buffer; what does not depend on points has no axis for them."""
    return jnp.moveaxis(value, 0, -1) if value.ndim == buffer.ndim - 1 else value[..., None]


def side_by_side():
    """Return an operation that leaves arrays as they are, and puts what `jax.vmap` maps over side by side in memory."""
    from jax.experimental.layout import Layout, with_layout_constraint
    from jax.extend.core import Primitive
    from jax.interpreters import ad, batching, mlir

    def mapped(arguments, axes):
        (value,), (axis,) = arguments, axes
        if value.shape[axis] < 8:  # they fill no register of the processor
            return value, axis
        order = (*(other for other in range(value.ndim) if other != axis), axis)
        return with_layout_constraint(value, Layout(order)), axis

    operation = Primitive("side_by_side")
    operation.def_impl(lambda value: value)
    operation.def_abstract_eval(lambda value: value)
    ad.deflinear2(operation, lambda slope, _: [operation.bind(slope)])
    batching.primitive_batchers[operation] = mapped
    mlir.register_lowering(operation, lambda _, value: [value])
    return operation


def beside(value):
    """Return an array as it is; that of many points, over which `jax.vmap` maps, has these side by side in memory.

    A step is compiled to loops over results in the order of memory: they then take several points at a time, as they do
    on the way back.
    """
    return SIDE_BY_SIDE.bind(value)


SIDE_BY_SIDE = side_by_side()


def written(buffer, value, place):
    """Return a buffer with a value in two of its rows."""
    value = jnp.broadcast_to(value, buffer.shape[1:]).astype(buffer.dtype)
    buffer = jax.lax.dynamic_update_index_in_dim(buffer, value, place, 0)
    return jax.lax.dynamic_update_index_in_dim(buffer, value, place - len(buffer) // 2, 0)


def blend(weights, slopes):
    """Return a sum of slopes, each times its weight."""
    return sum(weight * slope for weight, slope in zip(weights, slopes, strict=True))


def finite(values):
    """Return whether all entries of the last axis are finite; the axis stays."""
    return jnp.isfinite(values).all(-1, keepdims=True)


def spacing_of(t):
    """Return the distance from the size of a number to the next larger one."""
    return jnp.nextafter(jnp.abs(t), math.inf) - jnp.abs(t)


def fed(samples, place):
    """Return samples of points at places [points, 1]: linear between samples, constant beyond them."""
    last = samples.shape[1] - 1
    place = jnp.clip(place[:, 0], 0.0, last)
    k = jnp.minimum(place.astype(int), max(last - 1, 0))
    point = jnp.arange(len(place)) if len(samples) > 1 else 0
    share = (place - k).reshape(-1, *[1] * (samples.ndim - 2))
    return (1.0 - share) * samples[point, k] + share * samples[point, jnp.minimum(k + 1, last)]


def put(rows, place, values):
    """Return rows with one value of each point in them."""
    return rows.at[jnp.arange(len(rows)), place[:, 0]].set(values)


def if_any(condition, function, values):
    """Return what a function returns if a condition holds somewhere, else values."""
    return jax.lax.cond(condition.any(), function, lambda: values)


def while_any(going, body, state):
    """Return a state, advanced as long as a condition on it holds somewhere."""
    return jax.lax.while_loop(lambda state: going(*state).any(), lambda state: body(*state), state)


def rows_of(step, row, states, kept, read, y, h, first, samples, stride, inputs, draws, blank, buffers, gathers):
    """Advance y by samples*stride steps; return the end, a row from before every `stride` steps, and the buffers."""
    many = y.ndim > 1

    def past_of(buffers, start):
        return tuple(read(buffers, gather, start) for gather in gathers)

    def stored(values, buffers, place):
        return tuple(
            buffer if value is None else written(buffer, points_last(value, buffer) if many else value, place)
            for value, buffer in zip(values, buffers, strict=True)
        )

    def at(k, state):
        y, buffers = state
        number, given = (first + k).astype(FLOAT), jax.tree.map(lambda table: table[k], (inputs, draws))
        if not buffers:
            return (number, h, y, *given, ()), ()
        size = len(buffers[0]) // 2
        start = (first + k) % size
        if any(value is None for value in states(y)):
            buffers = stored(kept(number, h, y, *given, past_of(buffers, start)), buffers, start + size)
        return (number, h, y, *given, past_of(buffers, start)), buffers

    def begun(k, y, buffers):
        """Return what there is at the start of a step: states are stored as soon as they are known."""
        y = jax.vmap(beside)(y) if many else y
        if not buffers:
            return y, buffers
        size = len(buffers[0]) // 2
        return y, stored(states(y), buffers, (first + k) % size + size)

    def taken(k, state):
        given, buffers = at(k, state)
        return begun(k + 1, step(*given), buffers)

    def kept_row(sample, carried):
        state, rows = carried
        found = row(*at(sample * stride, state)[0])

        def put(column, value):
            return jax.lax.dynamic_update_index_in_dim(column, value, sample, 0)

        rows = jax.tree.map(put, rows, found)
        return jax.lax.fori_loop(sample * stride, (sample + 1) * stride, taken, state), rows

    start = begun(0, y, buffers)
    shapes = jax.eval_shape(lambda: row(*at(0, start)[0]))
    rows = jax.tree.map(lambda value: jnp.zeros((blank.shape[0], *value.shape), value.dtype), shapes)
    (y, buffers), rows = jax.lax.fori_loop(0, samples, kept_row, (start, rows))
    return y, rows, buffers


def rolled(
    step, row, states, kept, read, y, h, first, samples, stride, inputs, draws, windows, gathers, together, segment
):
    """Do what `rows_of` does, so that derivatives can flow back; numbers of rows and steps are Python's.

    Windows hold samples from before the first step. The delayed values of up to `together` steps lie in them; where
    there are none, that of a step may lie at its start. What is read late may differ from step to step: it then has an
    axis of steps. Of every `segment` rows only the beginning is kept for the way back; all steps are, if it is 0.
    """
    varying = bool(windows) and gathers[0][0][0].ndim > 1
    numbers = (first + jnp.arange(samples * stride)).astype(FLOAT)
    tables = numbers, inputs, draws, gathers if varying else ()

    def past_of(windows, own, count):
        return tuple(read(windows, gather, jnp.arange(count)) for gather in (own if varying else gathers))

    def behind(windows, values, count):
        return tuple(
            jnp.concatenate((window, jnp.broadcast_to(value, (count, *window.shape[1:]))))
            for window, value in zip(windows, values, strict=True)
        )

    def with_present(windows, number, y, inputs, draws, own):
        values = states(y[None])
        full = behind(windows, [0.0 if value is None else value for value in values], 1)
        if any(value is None for value in values):
            values = kept(number, h, y[None], inputs, draws, past_of(full, own, 1))
            full = behind(windows, values, 1)
        return full

    def chunk(state, given):
        (y, windows), (numbers, inputs, draws, own) = state, given
        count, past = len(numbers), ()
        if windows:
            windows = windows if together else with_present(windows, numbers, y, inputs, draws, own)
            past = past_of(windows, own, count)
        moving = [window.shape[1:] for window in windows] if together else []

        def taken(y, each):
            y, (number, *given) = beside(y), each
            late = kept(number, h, y, *given) if moving else ()
            late = tuple(jnp.broadcast_to(value, form) for value, form in zip(late, moving, strict=True))
            return beside(step(number, h, y, *given)), (row(number, h, y, *given), late)

        # what is kept or recorded is computed within steps, beside what these compute: no states are kept for it
        y, (rows, late) = jax.lax.scan(taken, y, (numbers, inputs, draws, past), unroll=2 - count % 2)
        windows = behind(windows, late, count) if moving else windows
        return (y, tuple(window[count:] for window in windows)), rows

    def part(state, tables):
        count = len(tables[0])
        size = min(max(together, 1), count) if windows else count
        whole = count // size
        folded = jax.tree.map(lambda table: table[: whole * size].reshape(whole, size, *table.shape[1:]), tables)
        state, rows = jax.lax.scan(chunk, state, folded)
        rows = jax.tree.map(lambda values: values.reshape(whole * size, *values.shape[2:]), rows)
        if count > whole * size:
            state, last = chunk(state, jax.tree.map(lambda table: table[whole * size :], tables))
            rows = jax.tree.map(lambda *values: jnp.concatenate(values), rows, last)
        return state, jax.tree.map(lambda values: values[::stride], rows)

    def some(tables, start, stop):
        return jax.tree.map(lambda table: table[start * stride : stop * stride], tables)

    many = samples // segment if segment else 0
    if many < 2:
        (y, windows), rows = part((y, windows), tables)
        return y, rows, windows
    size = segment * stride
    folded = jax.tree.map(lambda table: table.reshape(many, size, *table.shape[1:]), some(tables, 0, many * segment))
    (y, windows), rows = jax.lax.scan(jax.checkpoint(part), (y, windows), folded)
    rows = jax.tree.map(lambda values: values.reshape(-1, *values.shape[2:]), rows)
    if samples > many * segment:
        (y, windows), last = part((y, windows), some(tables, many * segment, samples))
        rows = jax.tree.map(lambda *values: jnp.concatenate(values), rows, last)
    return y, rows, windows
