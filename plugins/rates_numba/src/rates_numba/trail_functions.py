"""What loops call that keep the past as polynomials.

Generated modules contain those of them that they use, as text.
"""

import math

import numpy as np
from numba import njit
from rates_core.programs.trail import FACTORS

from rates_numba.pair_functions import passed, polynomial


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
