"""Options of SciPy's methods, checked before anything is computed."""

from __future__ import annotations

from typing import Any

import numpy as np
from rates_core.errors import ArgumentError, shown
from rates_core.solvers.adaptive_options import adaptive_options, number
from rates_core.solvers.driver import Problem
from scipy.sparse import issparse

IMPLICIT = ("Radau", "BDF", "LSODA")
TAKEN_BY = {
    "jac": IMPLICIT,
    "jac_sparsity": ("Radau", "BDF"),
    "lband": ("LSODA",),
    "uband": ("LSODA",),
    "min_step": ("LSODA",),
}


def method_options(method: str, problem: Problem) -> dict[str, Any]:
    """Return the keyword arguments of a method's class, without `first_step`, which only the first piece has.

    Raises:
        ArgumentError: an option has no meaning, or none for this method.
    """
    given = {name: value for name, value in problem.options.items() if value is not None}
    for name in given:
        if method not in TAKEN_BY.get(name, (method,)):
            takers = ", ".join(TAKEN_BY[name])
            raise ArgumentError(f"Method '{method}' of solver 'scipy' takes no '{name}'. Methods that do: {takers}.")
    shared = adaptive_options(problem)
    if np.ndim(shared.rtol) and method in ("Radau", "BDF"):
        raise ArgumentError(f"rtol must be one number for method '{method}'; it is {given['rtol']!r}.")
    found: dict[str, Any] = {"rtol": shared.rtol, "atol": shared.atol, "max_step": shared.max_step}
    if given.get("vectorized"):
        found["vectorized"] = True
    if "min_step" in given:
        found["min_step"] = number("min_step", given["min_step"], "not negative")
        if found["min_step"] > shared.max_step:
            raise ArgumentError(
                f"min_step ({found['min_step']!r}) is longer than the longest step ({shared.max_step!r})."
            )
    found |= {name: _band(name, given[name]) for name in ("lband", "uband") if name in given}
    found |= _jacobian(method, given, problem)
    return found


def _band(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 0:
        raise ArgumentError(f"{name} must be a whole number that is not negative; it is {value!r}.")
    return int(value)


def _jacobian(method: str, given: dict[str, Any], problem: Problem) -> dict[str, Any]:
    """Return what a method is told about ∂f/∂y: what the user gave, else the model's own, if there is one.

    Who names a structure asks for finite differences that use it.
    """
    size = len(problem.y)
    if "jac_sparsity" in given:
        _check_shape("jac_sparsity", given["jac_sparsity"], size)
    jacobian = given.get("jac")
    if jacobian is not None and not callable(jacobian):
        if method == "LSODA":
            raise ArgumentError(
                "jac must be a function of t and y for method 'LSODA'; constant matrices are for Radau and BDF."
            )
        _check_shape("jac", jacobian, size)
    if jacobian is None and method in IMPLICIT and not given.keys() & {"jac_sparsity", "lband", "uband"}:
        jacobian = problem.jacobian
    found = {} if jacobian is None else {"jac": jacobian}
    return found | ({"jac_sparsity": given["jac_sparsity"]} if "jac_sparsity" in given else {})


def _check_shape(name: str, matrix: Any, size: int) -> None:
    shape = matrix.shape if issparse(matrix) else np.shape(matrix)
    if not shape:
        kinds = "a function of t and y or a matrix" if name == "jac" else "a matrix"
        raise ArgumentError(f"{name} must be {kinds} of shape {(size, size)}; it is {shown(matrix)}.")
    if shape != (size, size):
        raise ArgumentError(f"{name} must be a matrix of shape {(size, size)}; it has shape {shape}.")
