"""Functions that PyTorch lacks in the form that the language asks for.

Generated modules contain those of them that they use, as text.
"""

import math

import torch
from torch.utils.checkpoint import checkpoint

FLOAT, COMPLEX = torch.float64, torch.complex128  # of a generated module, in the precision that it is written for


def number(value):
    """Return a Python number as a tensor."""
    return torch.tensor(value, dtype=COMPLEX if isinstance(value, complex) else FLOAT)


def real(value):
    """Return numbers as a tensor, the same if they are one."""
    return value.to(FLOAT) if isinstance(value, torch.Tensor) else torch.tensor(value, dtype=FLOAT)


def complex_array(value):
    """Return complex numbers as a tensor, the same if they are one."""
    return value.to(COMPLEX) if isinstance(value, torch.Tensor) else torch.tensor(value, dtype=COMPLEX)


def whole(value):
    """Return whole numbers as a tensor."""
    return value.to(torch.int64) if isinstance(value, torch.Tensor) else torch.tensor(value, dtype=torch.int64)


def crossed(x, slope):
    """Return 1.0 where x > 0, else 0.0, with the derivative of a smooth step."""
    smooth = 0.5 * slope * x / (1.0 + slope * x.abs())
    return truth(x > 0) + (smooth - smooth.detach())


def truth(condition):
    """Return 1.0 where a condition holds, else 0.0."""
    return condition.to(FLOAT)


def wide(value, size):
    """Return a value repeated along a new last axis."""
    return value[..., None].expand(*value.shape, size)


def joined(*parts):
    """Return vectors one behind the other; their batch axes are broadcast."""
    if len({part.shape[:-1] for part in parts}) == 1:
        return torch.cat(parts, -1)
    batch = torch.broadcast_shapes(*(part.shape[:-1] for part in parts))
    return torch.cat([part.expand(*batch, part.shape[-1]) for part in parts], -1)


def picked(values, index, axis):
    """Return entries of the last axis, or of the one before."""
    if index.ndim == 1:
        return values.index_select(axis, index)
    return values[..., index] if axis == -1 else values[..., index, :]


def looked_up(values, index):
    """Return entries of the last axis, which may differ from batch to batch."""
    batch = torch.broadcast_shapes(values.shape[:-1], index.shape[:-1])
    return torch.gather(values.expand(*batch, values.shape[-1]), -1, index.expand(*batch, index.shape[-1]))


def places(numbers, size):
    """Return places as whole numbers.

    Raises:
        IndexError: there is no such place.
    """
    found = torch.floor(numbers)
    if not bool(((found == numbers) & (found >= 0) & (found < size)).all()):
        raise IndexError("An index is no whole number, or lies outside of its axis.")
    return found.to(torch.int64)


def summed(values, rows, size):
    """Return for each row the sum of the values that belong to it."""
    return values.new_zeros(*values.shape[:-1], size).index_add(-1, rows, values)


def matvec(matrix, vector):
    """Return the product of a matrix and a vector."""
    if matrix.ndim == 2:
        return matrix @ vector if vector.ndim == 1 else vector @ matrix.mT
    return (matrix @ vector[..., None])[..., 0]


def flat(matrix):
    """Return the rows of a matrix one behind the other."""
    return matrix.flatten(-2)


def in_rows(values, rows, columns):
    """Return vectors as matrices."""
    return values.reshape(*values.shape[:-1], rows, columns)


def row_sums(weights, values, rows, columns):
    """Return the sums of the rows of vectors, each entry times its weight, as matrices."""
    return in_rows(weights * values, rows, columns).sum(-1)


def complex_of(real, imaginary):
    """Return complex numbers of these parts."""
    return torch.complex(real, imaginary)


def interleaved(z):
    """Return real and imaginary parts side by side."""
    return torch.stack((z.real, z.imag), -1).flatten(-2)


def as_complex(x):
    """Return real numbers as complex ones."""
    return x.to(COMPLEX)


def heaviside(x):
    """Return 0 for x < 0, else 1; NaN stays NaN."""
    return torch.where(x != x, x, truth(x >= 0))


def sign(x):
    """Return -1, 0 or 1; NaN stays NaN."""
    return torch.where(x != x, x, torch.sign(x))


def complex_sigmoid(z):
    """Return 1/(1 + exp(-z))."""
    return 1.0 / (1.0 + torch.exp(-z))


def complex_power(base, exponent):
    """Return base**exponent; 0**y is 0 for a positive y, and 0**0 is 1."""
    zero = base == 0
    found = torch.exp(exponent * torch.log(torch.where(zero, number(1.0 + 0.0j), base)))
    at_zero = torch.where(exponent.real > 0, number(0.0j), number(complex(math.nan, math.nan)))
    at_zero = torch.where(exponent == 0, number(1.0 + 0.0j), at_zero)
    return torch.where(zero, at_zero, found)


def sampled(samples, t, step_size):
    """Return an input at time t: linear between samples, constant beyond them."""
    place = torch.clamp(t / step_size, 0.0, len(samples) - 1.0)
    k = torch.clamp(place.to(torch.int64), max=max(len(samples) - 2, 0))
    share = place - k
    return (1.0 - share) * samples[k] + share * samples[torch.clamp(k + 1, max=len(samples) - 1)]


def buffered(buffer, t, delay, step_size, samples):
    """Return past values at t - delay; buffer[k] holds those of k steps before the last point of the grid.

    Between rows it is the polynomial through `samples` of them, beyond the last one that row.
    """
    place = t / step_size
    slack = 1e-9 + 4.0 * torch.finfo(FLOAT).eps * torch.abs(place)  # what rounding may have moved it by
    age = delay / step_size - (place - torch.floor(place + slack))
    nearest = torch.round(age)
    age = torch.clamp(torch.where(torch.abs(age - nearest) < slack, nearest, age), max=len(buffer) - 1.0)
    k, samples = torch.clamp(torch.floor(age).to(torch.int64), min=0), min(samples, len(buffer))
    first = torch.clamp(torch.ceil(age).to(torch.int64) - samples // 2, 0, len(buffer) - samples)
    rows, eye = (
        first + torch.arange(samples, device=buffer.device),
        torch.eye(samples, dtype=FLOAT, device=buffer.device),
    )
    shares = ((1.0 - eye) * (age - rows) / (rows[:, None] - rows + eye) + eye).prod(-1)
    return torch.where(age == k, buffer[k], (shares[:, None] * buffer[rows]).sum(0))


def late(buffer, gather, first):
    """Return delayed values: samples, or weighted sums of those that follow each other; for several rows one axis."""
    places, weights, *shifts = gather
    if first.ndim > 1:
        return late_alike(buffer, places, weights, first)
    width, values = math.prod(buffer.shape[1:]), buffer.reshape(-1)
    if first.ndim:
        entries = places + first[..., None] * width
    else:
        values, entries = values[int(first) * width :], places
    if weights.shape[-1]:
        entries = entries[..., None] + torch.arange(weights.shape[-1], device=places.device) * width
    # many times as fast as an index of several axes
    samples = values.index_select(0, entries.reshape(-1)).reshape(entries.shape)
    if weights.shape[-1] == 0:
        return samples
    return sum([(weights * samples).sum(-1), *shifts])


def late_alike(buffer, places, weights, first):
    """Return delayed values of points that read alike, and stand between rows and units: samples are rows of them."""
    width, values = math.prod(buffer.shape[2:]), buffer.movedim(1, -1).reshape(-1, buffer.shape[1])
    entries = places + first * width
    if weights.shape[-1]:
        entries = entries[..., None] + torch.arange(weights.shape[-1], device=places.device) * width
    if values.is_complex():
        samples = values.index_select(0, entries.reshape(-1)).reshape(*entries.shape, -1)
    else:  # whose derivatives are added up row by row, several times as fast
        samples = torch.nn.functional.embedding(entries, values)
    return (samples if weights.shape[-1] == 0 else (weights[..., None] * samples).sum(-2)).mT


def written(buffer, value, place):
    """Write a value into two rows of a buffer, which belongs to the loop."""
    buffer[place] = value
    buffer[place - len(buffer) // 2] = value
    return buffer


def mapped(function, tree):
    """Return the same of tensors in tuples."""
    return tuple(mapped(function, part) for part in tree) if isinstance(tree, tuple) else function(tree)


def apart(tree, count):
    """Return the same of each row of tensors in tuples; derivatives of all rows come back together."""
    if not isinstance(tree, tuple):
        return tree.unbind()
    return list(zip(*(apart(part, count) for part in tree), strict=True)) if tree else [()] * count


def blend(weights, slopes):
    """Return a sum of slopes, each times its weight."""
    total = weights[0] * slopes[0]
    for weight, slope in zip(weights[1:], slopes[1:], strict=True):
        total.add_(slope, alpha=weight)
    return total


def finite(values):
    """Return whether all entries of the last axis are finite; the axis stays."""
    return torch.isfinite(values).all(-1, keepdim=True)


def spacing_of(t):
    """Return the distance from the size of a number to the next larger one."""
    size = torch.abs(t)
    return torch.nextafter(size, torch.full_like(size, math.inf)) - size


def fed(samples, place):
    """Return samples of points at places [points, 1]: linear between samples, constant beyond them."""
    last = samples.shape[1] - 1
    place = torch.clamp(place[:, 0], 0.0, last)
    k = torch.clamp(place.to(torch.int64), max=max(last - 1, 0))
    point = torch.arange(len(place), device=k.device) if len(samples) > 1 else torch.zeros_like(k)
    share = (place - k).reshape(-1, *[1] * (samples.ndim - 2))
    return (1.0 - share) * samples[point, k] + share * samples[point, torch.clamp(k + 1, max=last)]


def put(rows, place, values):
    """Write one value of each point into rows, which belong to the loop."""
    rows[torch.arange(len(rows), device=rows.device), place[:, 0]] = values
    return rows


def if_any(condition, function, values):
    """Return what a function returns if a condition holds somewhere, else values."""
    return function() if bool(condition.any()) else values


def while_any(going, body, state):
    """Return a state, advanced as long as a condition on it holds somewhere."""
    while bool(going(*state).any()):
        state = body(*state)
    return state


def rows_of(step, row, states, kept, read, y, h, first, samples, stride, inputs, draws, blank, buffers, gathers):
    """Advance y by samples*stride steps; return the end, a row from before every `stride` steps, and the buffers."""
    rows, buffers, size = [], tuple(buffer.clone() for buffer in buffers), len(buffers[0]) // 2 if buffers else 1
    count, stride, begin = int(samples) * int(stride), int(stride), int(first)
    steps = first + torch.arange(count, device=y.device)
    numbers, starts = steps.to(FLOAT).unbind(), (steps % size).unbind()

    def past_of(start):
        return tuple(read(buffers, gather, start) for gather in gathers)

    def store(values, place):
        for value, buffer in zip(values, buffers, strict=True):
            if value is not None:
                written(buffer, value, place)

    for k in range(count):
        number, given = numbers[k], mapped(lambda table, k=k: table[k], (inputs, draws))
        past = ()
        if buffers:
            start, place, values = starts[k], (begin + k) % size + size, states(y)
            store(values, place)
            if any(value is None for value in values):
                store(kept(number, h, y, *given, past_of(start)), place)
            past = past_of(start)
        if k % stride == 0:
            rows.append(row(number, h, y, *given, past))
        y = step(number, h, y, *given, past)
    return y, tuple(torch.stack(values) for values in zip(*rows, strict=True)), buffers


def rolled(
    step, row, states, kept, read, y, h, first, samples, stride, inputs, draws, windows, gathers, together, segment
):
    """Do what `rows_of` does, so that derivatives can flow back; numbers of rows and steps are Python's.

    Windows hold samples from before the first step. The delayed values of up to `together` steps lie in them; where
    there are none, that of a step may lie at its start. What is read late may differ from step to step: it then has an
    axis of steps. Of every `segment` rows only the beginning is kept for the way back; all steps are, if it is 0.
    Points may stand side by side, on an axis in front of the state's and behind those of steps.
    """
    varying, batch = len(windows) > 0 and gathers[0][0][0].ndim > 1, [1] * (y.ndim - 1)
    numbers = (first + torch.arange(samples * stride, device=y.device)).to(FLOAT).reshape(-1, *batch)
    tables = numbers, inputs, draws, gathers if varying else ()

    def some(tables, place):
        return mapped(lambda table: table[place], tables)

    def past_of(windows, own, count):
        rows = torch.arange(count, device=y.device).reshape(-1, *batch)
        return tuple(read(windows, gather, rows) for gather in (own if varying else gathers))

    def behind(windows, values, count):
        return tuple(
            torch.cat((window, value.expand(count, *window.shape[1:])))
            for window, value in zip(windows, values, strict=True)
        )

    def with_present(windows, number, y, inputs, draws, own):
        values = states(y[None])
        blank = y.new_zeros(())
        full = behind(windows, [blank if value is None else value for value in values], 1)
        if any(value is None for value in values):
            values = kept(number, h, y[None], inputs, draws, past_of(full, own, 1))
            full = behind(windows, values, 1)
        return full

    def chunk(y, windows, tables):
        numbers, inputs, draws, own = tables
        count, past, found = len(numbers), (), []
        if windows:
            windows = windows if together else with_present(windows, numbers, y, inputs, draws, own)
            past = past_of(windows, own, count)
        for k, each in enumerate(apart((inputs, draws, past), count)):
            found.append(y)
            y = step(numbers[k], h, y, *each)
        given = numbers, torch.stack(found), inputs, draws, past
        if windows and together:
            windows = behind(windows, kept(numbers, h, *given[1:]), count)
        return y, tuple(window[count:] for window in windows), given

    def part(y, windows, tables):
        steps, rows = len(tables[0]), []
        size = min(max(together, 1), steps) if windows else steps
        for start in range(0, steps, size):
            y, windows, given = chunk(y, windows, some(tables, slice(start, min(start + size, steps))))
            number, *given = some(given, slice(-start % stride, None, stride))
            if len(number):
                shapes = [value.shape for value in row(number[0], h, *some(tuple(given), 0))]
                found = zip(row(number, h, *given), shapes, strict=True)
                rows.append(tuple(value.expand(len(number), *shape) for value, shape in found))
        return y, windows, tuple(torch.cat(values) for values in zip(*rows, strict=True))

    found, size = [], (segment or samples) * stride
    for start in range(0, samples * stride, size):
        given = y, windows, some(tables, slice(start, start + size))
        goes_back = segment and torch.is_grad_enabled()
        y, windows, rows = checkpoint(part, *given, use_reentrant=False) if goes_back else part(*given)
        found.append(rows)
    return y, tuple(torch.cat(values) for values in zip(*found, strict=True)), windows
