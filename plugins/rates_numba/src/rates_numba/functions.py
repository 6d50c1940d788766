"""Functions that no library has in the form that the language asks for: of numbers, of the past, sums of connections.

Generated modules contain those of them that they use, as text.
"""

import math

import numpy as np
from numba import njit


@njit(error_model="numpy")
def heaviside(x):
    """Return 0 for x < 0, else 1; NaN stays NaN."""
    if x != x:
        return x
    return 0.0 if x < 0 else 1.0


@njit(error_model="numpy")
def sigmoid(x):
    """Return 1/(1 + exp(-x))."""
    return 1.0 / (1.0 + np.exp(-x))


@njit(error_model="numpy")
def mod(x, y):
    """Return the remainder of x/y with the sign of y."""
    rest = np.fmod(x, y)
    if rest == 0.0:
        return math.copysign(rest, y)
    return rest + y if (rest < 0) != (y < 0) else rest


@njit(error_model="numpy")
def complex_log10(z):
    """Return the decimal logarithm of a complex number."""
    return np.log(z) / math.log(10.0)


@njit(error_model="numpy")
def complex_power(x, y):
    """Return x**y for complex numbers; 0**y is 0 for a positive y, and 0**0 is 1."""
    base, exponent = complex(x), complex(y)
    if base == 0:
        if exponent == 0:
            return complex(1.0, 0.0)
        return complex(0.0, 0.0) if exponent.real > 0 else complex(math.nan, math.nan)
    return np.exp(exponent * np.log(base))


@njit(error_model="numpy")
def checked(place, size):
    """Return a place as a whole number.

    Raises:
        IndexError: there is no such place.
    """
    if not 0 <= place < size or place != math.floor(place):
        raise IndexError("An index is no whole number, or lies outside of its axis.")
    return int(place)


@njit(error_model="numpy")
def places(numbers, size):
    """Return places as whole numbers, as `checked` does."""
    found = np.empty(numbers.size, np.int64)
    for i in range(numbers.size):
        found[i] = checked(numbers[i], size)
    return found


@njit(error_model="numpy")
def past(buffer, place, width, weights, entry):
    """Return a delayed value between samples: the weighted sum of those from a place on."""
    value = weights[entry, 0] * buffer[place]
    for sample in range(1, weights.shape[1]):
        value += weights[entry, sample] * buffer[place + sample * width]
    return value


@njit(error_model="numpy")
def sampled(samples, place):
    """Return an input between two of its samples, which is the last one beyond them."""
    inside = min(max(place, 0.0), samples.shape[0] - 1.0)
    k = int(inside)
    share = inside - k
    if share == 0.0:
        return samples[k]
    return (1.0 - share) * samples[k] + share * samples[k + 1]


@njit(error_model="numpy")
def sums_of_picked(out, weights, pointers, source, index):
    """Write for each target the weighted sum of the sources that its connections pick, added up in parts."""
    for i in range(out.size):
        weight, place = weights[pointers[i] : pointers[i + 1]], index[pointers[i] : pointers[i + 1]]
        if weight.size < 128:  # to gather several numbers in one instruction pays for many
            a = b = c = d = out.dtype.type(0)
            whole = weight.size // 4 * 4
            for k in range(0, whole, 4):
                a += weight[k] * source[place[k]]
                b += weight[k + 1] * source[place[k + 1]]
                c += weight[k + 2] * source[place[k + 2]]
                d += weight[k + 3] * source[place[k + 3]]
            for k in range(whole, weight.size):
                a += weight[k] * source[place[k]]
            out[i] = (a + b) + (c + d)
        else:
            out[i] = long_sum_of_picked(out.dtype.type(0), weight, source, place)


@njit(error_model="numpy", fastmath={"reassoc"})
def long_sum_of_picked(total, weights, source, index):
    """Return the weighted sum of the sources that many connections pick, added up in parts."""
    for k in range(weights.size):
        total += weights[k] * source[index[k]]
    return total


@njit(error_model="numpy", fastmath={"reassoc"})
def sums_of_own(out, weights, pointers, source):
    """Write for each target the weighted sum of the values of its connections, added up in parts."""
    for i in range(out.size):
        weight, value = weights[pointers[i] : pointers[i + 1]], source[pointers[i] : pointers[i + 1]]
        total = out.dtype.type(0)
        for k in range(weight.size):
            total += weight[k] * value[k]
        out[i] = total


@njit(error_model="numpy", fastmath={"reassoc"})
def sums_between_samples(out, weights, pointers, buffer, places, width, shares):
    """Write for each target the weighted sum of what its connections read between samples."""
    for i in range(out.size):
        total = out.dtype.type(0)
        for c in range(pointers[i], pointers[i + 1]):
            value = shares[c, 0] * buffer[places[c]]
            for sample in range(1, shares.shape[1]):
                value += shares[c, sample] * buffer[places[c] + sample * width]
            total += weights[c] * value
        out[i] = total


@njit(error_model="numpy")
def read_back(bars, buffer, places, width, weights):
    """Add derivatives by delayed values to those by the samples that the values are made of."""
    for i in range(places.size):
        if weights.shape[1] == 0:
            buffer[places[i]] += bars[i]
        for sample in range(weights.shape[1]):
            buffer[places[i] + sample * width] += weights[i, sample] * bars[i]


@njit(error_model="numpy")
def delayed_back(bars, totals, buffer, places, width, slopes):
    """Add derivatives by delayed values to those by delays, which move the weights of samples."""
    for i in range(places.size):
        slope = slopes[i, 0] * buffer[places[i]]
        for sample in range(1, slopes.shape[1]):
            slope += slopes[i, sample] * buffer[places[i] + sample * width]
        totals[i] += slope * bars[i]
