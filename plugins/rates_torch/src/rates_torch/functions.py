"""Functions that PyTorch lacks in the form that the language asks for.

Generated modules contain those of them that they use, as text.
"""

import math

import torch

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


def truth(condition):
    """Return 1.0 where a condition holds, else 0.0."""
    return condition.to(FLOAT)


def wide(value, size):
    """Return a value repeated along a new last axis."""
    return value[..., None].expand(*value.shape, size)


def joined(*parts):
    """Return vectors one behind the other; their batch axes are broadcast."""
    batch = torch.broadcast_shapes(*(part.shape[:-1] for part in parts))
    return torch.cat([part.expand(*batch, part.shape[-1]) for part in parts], -1)


def picked(values, index, axis):
    """Return entries of the last axis, or of the one before."""
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
    return vector @ matrix.mT if matrix.ndim == 2 else (matrix @ vector[..., None])[..., 0]


def flat(matrix):
    """Return the rows of a matrix one behind the other."""
    return matrix.flatten(-2)


def in_rows(values, rows, columns):
    """Return a vector as a matrix."""
    return values.reshape(rows, columns)


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


def buffered(buffer, t, delay, step_size):
    """Return past values at t - delay; buffer[k] holds those of k steps before the last point of the grid."""
    place = t / step_size
    slack = 1e-9 + 4.0 * torch.finfo(FLOAT).eps * torch.abs(place)  # what rounding may have moved it by
    age = delay / step_size - (place - torch.floor(place + slack))
    nearest = torch.round(age)
    age = torch.where(torch.abs(age - nearest) < slack, nearest, age)
    k = torch.clamp(torch.floor(age).to(torch.int64), 0, len(buffer) - 1)
    share = age - k
    return (1.0 - share) * buffer[k] + share * buffer[torch.clamp(k + 1, max=len(buffer) - 1)]


def late(buffer, gather, place):
    """Return delayed values: samples, or weighted sums of those that follow each other."""
    places, weights = gather
    width = buffer[0].numel()
    values, entries = buffer.reshape(-1), places + (place - len(buffer) // 2) * width
    if weights.shape[1] == 0:
        return values[entries]
    return sum(weights[:, number] * values[entries + number * width] for number in range(weights.shape[1]))


def written(buffer, value, place):
    """Write a value into two rows of a buffer, which belongs to the loop."""
    buffer[place] = value
    buffer[place - len(buffer) // 2] = value
    return buffer


def rows_of(step, row, keep, y, h, first, samples, stride, inputs, draws, blank, buffers, gathers):
    """Advance y by samples*stride steps; return the end, a row from before every `stride` steps, and the buffers."""

    def at(k):
        return tuple(tuple(table[k] for table in tables) for tables in inputs), tuple(table[k] for table in draws)

    rows, buffers, past = [], tuple(buffer.clone() for buffer in buffers), ()
    for k in range(int(samples) * int(stride)):
        number, given = (first + k).to(FLOAT), at(k)
        if buffers:
            size = len(buffers[0]) // 2
            past = buffers, gathers, int(first + k) % size + size
            past = keep(number, h, y, *given, past), *past[1:]
        if k % int(stride) == 0:
            rows.append(row(number, h, y, *given, past))
        y = step(number, h, y, *given, past)
    return y, tuple(torch.stack(values) for values in zip(*rows, strict=True)), buffers
