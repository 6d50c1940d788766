"""What a population fires at, as the mean over its quadratic integrate-and-fire neurons: no mean-field theory.

A neuron tau*V' = V^2 + e with the constant e fires at sqrt(e)/(pi*tau) for e > 0 and rests else. Over a population e
has a Lorentzian density; where its centre depends on the rate, the rate is a root.
"""

from __future__ import annotations

from collections.abc import Callable
from math import pi

from scipy.integrate import quad
from scipy.optimize import brentq


def mean_rate(centre: float, width: float, tau: float) -> float:
    """Return the mean over the Lorentzian; e = w^2 takes the root out of it, w = x/(1 - x) brings it to [0, 1)."""

    def share(x: float) -> float:
        w = x / (1 - x)
        return w * w / ((w * w - centre) ** 2 + width**2) * 2 / (1 - x) ** 2

    mean, _ = quad(share, 0.0, 1.0, epsabs=1e-14, epsrel=1e-13, limit=1000)
    return mean * width / pi / (pi * tau)


def self_consistent(centre: Callable[[float], float], width: float, tau: float, between: tuple[float, float]) -> float:
    """Return the rate r in a range that the population fires at when the centre is what r makes it."""
    return float(brentq(lambda r: mean_rate(centre(r), width, tau) - r, *between, xtol=1e-16))
