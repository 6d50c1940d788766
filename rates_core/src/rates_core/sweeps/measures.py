"""What may be kept of the rows of a run by name: numbers per column, for many points at once.

Each takes values `[points, rows]` and the times of rows, and returns one number per point.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

Measure = Callable[[np.ndarray, np.ndarray], np.ndarray]


def mean(values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return the mean over rows."""
    return np.asarray(values.mean(axis=1))


def std(values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return the standard deviation over rows."""
    return np.asarray(values.std(axis=1))


def minimum(values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return the smallest value."""
    return np.asarray(values.min(axis=1))


def maximum(values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return the largest value."""
    return np.asarray(values.max(axis=1))


def amplitude(values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return half the distance from the smallest to the largest value, which is A for A sin(ωt)."""
    return np.asarray((maximum(values, times) - minimum(values, times)) / 2)


def last(values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return the last value."""
    return np.array(values[:, -1])


def peak_frequency(values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return the frequency at which the power spectrum, without the mean, is largest; 0 where there is no power."""
    frequencies, power = spectrum(values, times)
    found = frequencies[power.argmax(axis=1)]
    rounding = np.finfo(float).eps * np.abs(values).max(axis=1)
    found[power.max(axis=1) <= rounding**2] = 0.0
    return np.where(np.isfinite(values).all(axis=1), found, np.nan)


def peak_power(values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return the power at that frequency, which is A²/2 for A sin(ωt) over whole periods."""
    return np.asarray(spectrum(values, times)[1].max(axis=1))


def spectrum(values: np.ndarray, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return frequencies, and the mean square of values that falls on each; that of frequency 0 is left out."""
    rows = values.shape[1]
    spacing = times[1] - times[0] if rows > 1 else 1.0
    deviation = values - values.mean(axis=1, keepdims=True)
    if values.dtype.kind == "c":
        power = np.abs(np.fft.fft(deviation, axis=1) / rows) ** 2
        frequencies = np.fft.fftfreq(rows, spacing)
    else:
        power = np.abs(np.fft.rfft(deviation, axis=1) / rows) ** 2
        frequencies = np.fft.rfftfreq(rows, spacing)
        power[:, 1 : (rows + 1) // 2] *= 2  # what lies at the negative frequency
    power[:, 0] = 0.0  # but for rounding it is
    return frequencies, power


MEASURES: Mapping[str, Measure] = {
    measure.__name__: measure for measure in (mean, std, minimum, maximum, amplitude, last, peak_frequency, peak_power)
}
ORDERED = frozenset({"minimum", "maximum", "amplitude"})  # that complex numbers have none of
COMPLEX = frozenset({"mean", "last"})  # complex for complex values
