"""The methods of diffrax by name, and what they are told."""

from __future__ import annotations

import math
from typing import Any

import diffrax
import optimistix
from attrs import frozen
from rates_core.errors import ArgumentError
from rates_core.solvers.adaptive_options import AdaptiveOptions, adaptive_options, number
from rates_core.solvers.driver import Problem

DEFAULT = "Tsit5"
COEFFICIENTS = ("pcoeff", "icoeff", "dcoeff")
ROOT_FINDERS = {
    diffrax.ImplicitEuler: optimistix.Chord,
    diffrax.Kvaerno3: diffrax.VeryChord,
    diffrax.Kvaerno4: diffrax.VeryChord,
    diffrax.Kvaerno5: diffrax.VeryChord,
}


@frozen(eq=False)
class Options:
    """What a run is told.

    Attributes:
        steps: tolerances and bounds of steps.
        coefficients: of the controller of step sizes: proportional, integral, derivative.
    """

    steps: AdaptiveOptions
    coefficients: tuple[float, float, float]


def options_of(problem: Problem) -> Options:
    """Return the options of a problem.

    Raises:
        ArgumentError: an option has no meaning.
    """
    proportional, integral, derivative = (_coefficient(name, problem.options[name]) for name in COEFFICIENTS)
    if proportional + integral + derivative == 0:
        raise ArgumentError("pcoeff, icoeff and dcoeff are all 0, so that no step would ever become another.")
    return Options(adaptive_options(problem), (proportional, integral, derivative))


def method_of(name: str, rtol: Any, atol: Any, **more: Any) -> diffrax.AbstractAdaptiveSolver[Any]:
    """Return a method of diffrax; the equations of implicit stages are solved to the tolerances of steps.

    One that does not estimate its error takes each step by halves too: what differs is the estimate.
    """
    kind = getattr(diffrax, name)
    if not issubclass(kind, diffrax.AbstractAdaptiveSolver):
        return diffrax.HalfSolver(kind(**more))
    if kind in ROOT_FINDERS:
        more["root_finder"] = ROOT_FINDERS[kind](rtol, atol, norm=optimistix.rms_norm)
    found: diffrax.AbstractAdaptiveSolver[Any] = kind(**more)
    return found


def controller_of(rtol: Any, atol: Any, coefficients: tuple[Any, Any, Any], longest: Any) -> diffrax.PIDController:
    """Return what chooses the size of the next step."""
    proportional, integral, derivative = coefficients
    return diffrax.PIDController(
        rtol=rtol, atol=atol, pcoeff=proportional, icoeff=integral, dcoeff=derivative, dtmax=longest
    )


def _coefficient(name: str, value: Any) -> float:
    found = number(name, value, "not negative")
    if found == math.inf:
        raise ArgumentError(f"{name} must be finite; it is {value!r}.")
    return found
