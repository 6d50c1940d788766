"""Functions that no library has in the form that the language asks for.

Generated modules contain those of them that they use, as text.
"""

import math

import numpy as np
from numba import njit, types
from numba.extending import intrinsic
from rates_core.programs.trail import FACTORS


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
def own(values, point):
    """Return what belongs to a point: the only entry of what points share."""
    return values[point if values.shape[0] > 1 else 0]


@njit(error_model="numpy")
def passed(times, end):
    """Return how many of ascending times do not lie behind an end."""
    low, high = 0, times.size
    while low < high:
        middle = (low + high) // 2
        if times[middle] <= end:
            low = middle + 1
        else:
            high = middle
    return low


@njit(error_model="numpy")
def spacing(x):
    """Return the distance to the next number of larger size."""
    return np.nextafter(abs(x), math.inf) - abs(x)


@njit(error_model="numpy")
def inside(t, first, last):
    """Return the time, or that of two bounds that it lies behind."""
    if t < first:
        return first
    return last if t > last else t


@njit(error_model="numpy")
def polynomial(factors, row, x):
    """Return a polynomial without a constant, of which a row holds the factors of x, x², …."""
    value = 0.0
    for power in range(factors.shape[1] - 1, -1, -1):
        value = x * (factors[row, power] + value)
    return value


@intrinsic
def polynomials(typing, factors, x):
    """Return polynomials without constants, each given by the factors of x, x², …."""

    def code(context, builder, signature, given):
        values, (factors, x) = [], given
        for row in range(len(signature.args[0])):
            value = None
            for power in reversed(range(len(signature.args[0][row]))):
                factor = builder.extract_value(factors, [row, power])
                value = builder.fmul(x, factor if value is None else builder.fadd(factor, value))
            values.append(value)
        return context.make_tuple(builder, signature.return_type, values)

    return types.UniTuple(x, len(factors))(factors, x), code


@intrinsic
def tolerated(typing, y, new, rtol, atol):
    """Return the errors that are tolerated: atol + max(|y|, |new|)*rtol."""

    def code(context, builder, signature, given):
        errors, kind = [], context.get_value_type(types.float64)
        size = builder.module.declare_intrinsic("llvm.fabs", [kind])
        for entry in range(len(signature.args[0])):
            old, here, relative, least = (builder.extract_value(values, entry) for values in given)
            old, here = builder.call(size, [old]), builder.call(size, [here])
            larger = builder.select(builder.fcmp_ordered(">", old, here), old, here)  # NaN stays NaN
            errors.append(builder.fadd(least, builder.fmul(larger, relative)))
        return context.make_tuple(builder, signature.return_type, errors)

    return y(y, new, rtol, atol), code


@intrinsic
def advanced(typing, y, h, weights, slopes):
    """Return where states lead along weighted slopes: y + h*(weights[0]*slopes[0] + …)."""

    def code(context, builder, signature, given):
        moved, (y, h, weights, slopes) = [], given
        for entry in range(len(signature.args[0])):
            total = None
            for stage in range(len(signature.args[2])):
                slope = builder.extract_value(slopes, [stage, entry])
                term = builder.fmul(builder.extract_value(weights, stage), slope)
                total = term if total is None else builder.fadd(total, term)
            moved.append(builder.fadd(builder.extract_value(y, entry), builder.fmul(h, total)))
        return context.make_tuple(builder, signature.return_type, moved)

    return y(y, h, weights, slopes), code


@njit(error_model="numpy")
def copied(out, values):
    """Write numbers; an assignment of slices would compile words for the case that they differ in size."""
    for i in range(out.size):
        out[i] = values[i]


@njit(error_model="numpy")
def along(out, y, h, weights, stages, k):
    """Write where states lead along weighted slopes."""
    for i in range(y.size):
        out[i] = 0.0
    for stage in range(stages):
        weight = weights[stage]
        if weight != 0.0:
            for i in range(y.size):
                out[i] += weight * k[stage, i]
    for i in range(y.size):
        out[i] = y[i] + h * out[i]


@njit(error_model="numpy")
def blended(out, y, h, theta, dense, k):
    """Write where states are a part of the step on."""
    for i in range(y.size):
        out[i] = 0.0
    for stage in range(dense.shape[0]):
        weight = polynomial(dense, stage, theta)
        for i in range(y.size):
            out[i] += weight * k[stage, i]
    for i in range(y.size):
        out[i] = y[i] + h * out[i]


@njit(error_model="numpy")
def error_norm(h, weights, stages, k, y, new, rtol, atol):
    """Return the root of the mean square of weighted slopes in units of what is tolerated."""
    total = 0.0
    for i in range(y.size):
        error = 0.0
        for stage in range(stages):
            error += weights[stage] * k[stage, i]
        error *= h / (atol[i] + max(abs(y[i]), abs(new[i])) * rtol[i])
        total += error * error
    return math.sqrt(total / y.size) if y.size else 0.0


@njit(error_model="numpy")
def scaled_norm(values, y, rtol, atol):
    """Return the root of the mean square of values in units of what is tolerated."""
    total = 0.0
    for i in range(y.size):
        value = values[i] / (atol[i] + abs(y[i]) * rtol[i])
        total += value * value
    return math.sqrt(total / y.size)


@njit(error_model="numpy")
def scaled_bend(after, before, y, rtol, atol):
    """Return the root of the mean square of differences in units of what is tolerated."""
    total = 0.0
    for i in range(y.size):
        value = (after[i] - before[i]) / (atol[i] + abs(y[i]) * rtol[i])
        total += value * value
    return math.sqrt(total / y.size)


@njit(error_model="numpy")
def damped(fine, coarse):
    """Return the norm of an error, made smaller where that of a second, coarser one is much larger."""
    if fine == 0.0 or not math.isfinite(fine):
        return fine
    return fine / math.hypot(1.0, 0.1 * (coarse / fine))


@njit(error_model="numpy")
def all_finite(values):
    """Tell whether no entry is NaN or infinite."""
    for i in range(values.size):  # noqa: SIM110 - Numba compiles no generators
        if not math.isfinite(values[i]):
            return False
    return True


@njit(error_model="numpy")
def lagged(out, t, lag, starts, ends, kept, factors, last):
    """Write what a read takes from stored steps; its entries stand in the order of their times.

    `last[0]` is the step from which the first entry was taken the last time.
    """
    delays, sources, targets = lag
    place, delay, x = last[0], math.nan, 0.0
    for entry in range(delays.size):
        if delays[entry] != delay:
            delay = delays[entry]
            place = step_at(starts, kept, place, t - delay)
            if entry == 0:
                last[0] = place
            x = 2.0 * min(1.0, (t - delay - starts[place]) / (ends[place] - starts[place])) - 1.0
        out[targets[entry]] = chebyshev(factors, place, sources[entry], x)


@njit(error_model="numpy")
def step_at(starts, kept, place, t):
    """Return the last step that begins at a time or before it, the first one if none does.

    It is looked for around a place, if there is such.
    """
    if place < 0:
        return max(0, passed(starts[:kept], t) - 1)
    while place + 1 < kept and starts[place + 1] <= t:
        place += 1
    while place > 0 and starts[place] > t:
        place -= 1
    return place


@njit(error_model="numpy", fastmath={"contract"})
def chebyshev(factors, step, entry, x):
    """Return a sum of Chebyshev polynomials; what does not wait for the value before stands in brackets."""
    stored = factors[step]
    later, value = 0.0 * stored[FACTORS - 1, entry], stored[FACTORS - 1, entry]
    for power in range(FACTORS - 2, 0, -1):
        later, value = value, (2.0 * x) * value + (stored[power, entry] - later)
    return x * value + (stored[0, entry] - later)


@njit(error_model="numpy")
def fitted(factors, step, fit, samples):
    """Write the factors of a variable on a step from its samples."""
    for power in range(fit.shape[0]):
        for entry in range(samples.shape[1]):
            value = 0.0 * samples[0, entry]
            for node in range(fit.shape[1]):
                value += fit[power, node] * samples[node, entry]
            factors[step, power, entry] = value


@njit(error_model="numpy")
def rough(factors, step, samples, checks, largest, tolerance):
    """Tell whether a variable is no polynomial on a step, by its last two factors and by its last samples."""
    most, off = tolerance * grown(factors, step, largest), 0.0
    powers, first = factors.shape[1], samples.shape[0] - checks.shape[0]
    for entry in range(factors.shape[2]):
        off = max(off, abs(factors[step, powers - 2, entry]) + abs(factors[step, powers - 1, entry]))
        for check in range(checks.shape[0]):
            value = -samples[first + check, entry]
            for power in range(powers):
                value += checks[check, power] * factors[step, power, entry]
            off = max(off, abs(value))
    return off > most


@njit(error_model="numpy")
def grown(factors, step, largest):
    """Return the size of the largest factor so far, with those of a step."""
    for power in range(factors.shape[1]):
        for entry in range(factors.shape[2]):
            largest = max(largest, abs(factors[step, power, entry]))
    return largest


@njit(error_model="numpy")
def fitted_shares(fit, nodes, dense):
    """Return by how much each slope enters the factors of a state: `[factors, slopes]`."""
    shares = np.zeros((fit.shape[0], dense.shape[0]))
    for stage in range(dense.shape[0]):
        for node in range(nodes.size):
            share = polynomial(dense, stage, nodes[node])
            for power in range(fit.shape[0]):
                shares[power, stage] += fit[power, node] * share
    return shares


@njit(error_model="numpy")
def fitted_states(factors, step, first, y, h, shares, k):
    """Write the factors of states, from a first one on, on a step."""
    count = factors.shape[2]
    for power in range(shares.shape[0]):
        for entry in range(count):
            factors[step, power, entry] = y[first + entry] if power == 0 else 0.0
        for stage in range(shares.shape[1]):
            share = h * shares[power, stage]
            if share != 0.0:
                for entry in range(count):
                    factors[step, power, entry] += share * k[stage, first + entry]


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
