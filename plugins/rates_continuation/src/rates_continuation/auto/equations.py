"""A model's equations as a program of Auto-07p, and which of its numbers are which of the model's.

Auto-07p is given states and the free parameter in units of their scales. When it has converged, where a curve turns
round and how long a step is, it asks of numbers whose size is about 1: a parameter in hundreds over states in
thousandths makes a step out of its test function for folds, and none is located.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
from attrs import evolve, field, frozen
from rates_core.errors import SimulationError, UnsupportedFeatureError
from rates_core.simulation.field import VectorField

from rates_continuation.auto.finding import BACKEND, Installation
from rates_continuation.auto.running import completed
from rates_continuation.delayed_field import DelayedField
from rates_continuation.interrupts import interruptible
from rates_core import CircuitTemplate

STEM, SCALED, PROGRAM, UNITS = "model", "scaled.f90", "model.exe", "units"
LEAST = 1e-14  # of the largest scale: below it a state is 0, but for rounding
UNSCALED = "unscaled_func"  # what the model's equations are called behind those in units of scales
MOST = 36  # parameters: Auto-07p's own NPAR
COMPILED_WITHIN = 300.0  # seconds
_PARAMETER = re.compile(r"^!! PAR\((\d+)\): (.*)$", re.MULTILINE)
_ENTRY = re.compile(r"\(\d+(,\d+)*\)$")
_UNIT = re.compile(r"^([^/\[\]]+)\[(\d+)\](/.*)$")


@frozen(eq=False)
class AutoEquations:
    """The program of a model.

    Attributes:
        program: the executable.
        states: index in U of each state of the vector field, from 0.
        parameter: number in PAR of its free parameter; where that is one number of several units, of the first of them,
            which the others follow.
        values: of all other parameters that Auto-07p is given, by number.
        scale: of each state, then that of the parameter.
    """

    program: Path
    states: np.ndarray
    parameter: int
    values: Mapping[int, float]
    scale: np.ndarray = field(factory=lambda: np.ones(0))

    def in_units(self, scale: np.ndarray) -> AutoEquations:
        """Return the same equations in other units: scales of states, none as small as rounding, and the parameter."""
        return evolve(self, scale=np.append(np.maximum(scale[:-1], LEAST * np.max(scale[:-1])), scale[-1]))

    @property
    def units(self) -> str:
        """Return the file of units that the program reads."""
        components = np.empty(self.size)
        components[self.states] = self.scale[:-1]
        return "".join(f"{float(value)!r}\n" for value in (*components, self.scale[-1]))

    @property
    def size(self) -> int:
        """Return the number of states."""
        return len(self.states)

    def u(self, x: np.ndarray) -> np.ndarray:
        """Return states as Auto-07p has them."""
        found = np.empty(self.size)
        found[self.states] = x / self.scale[:-1]
        return found

    def x(self, u: np.ndarray) -> np.ndarray:
        """Return states as the field has them, `[..., states]`."""
        return np.asarray(u[..., self.states] * self.scale[:-1])

    def par(self, p: float) -> dict[int, float]:
        """Return parameters as Auto-07p has them, by number."""
        return {**self.values, self.parameter: p / float(self.scale[-1])}

    def p(self, parameters: np.ndarray) -> float:
        """Return the free parameter of all of PAR."""
        return float(parameters[self.parameter - 1] * self.scale[-1])

    def bounds(self, lower: float, upper: float) -> tuple[float, float]:
        """Return bounds of the parameter as Auto-07p has them."""
        return lower / float(self.scale[-1]), upper / float(self.scale[-1])


def compiled(
    model: CircuitTemplate,
    values: Mapping[str, Any],
    own: VectorField,
    scale: np.ndarray,
    found: Installation,
    folder: Path,
) -> AutoEquations:
    """Write the equations of a model into a folder and compile them there.

    Args:
        model: a circuit.
        values: of parameters, by path, that are not those of the model.
        own: the same model as a vector field of one free parameter.
        scale: of each state, then that of the parameter.
        found: what compiles.
        folder: a private one.

    Raises:
        UnsupportedFeatureError: Auto-07p has no such states or parameters.
        SimulationError: the compiler does not accept what was written.
    """
    if isinstance(own, DelayedField):
        raise UnsupportedFeatureError("engine='auto' follows no models with discrete delays. Use engine='native'.")
    (free,) = own.parameters
    of_edges = [path for path in values if "->" in path]
    model = deepcopy(model).update_var({path: value for path, value in values.items() if path not in of_edges})
    if _UNIT.match(free):  # a value of its own, also where units share one
        model.update_var({free: float(own.p[0])})
    wanted = [name for path in (free, *of_edges) for name in _named(model, path)]
    made = model.get_run_func(
        "model_run", 1e-3, file_name=str(folder / STEM), backend=BACKEND, solver="euler", vectorize=False,
        auto={"parameters": list(dict.fromkeys(wanted))},
    )  # fmt: skip
    components = {path: int(number) for number, path in _PARAMETER.findall(made.source)}
    numbers, states = _numbers(components, model, free), _states(model, own)
    (folder / SCALED).write_text(scaled(len(states), numbers), encoding="utf-8")
    _compile(found, folder, ["-cpp", f"-Dfunc={UNSCALED}", "-c", made.files[0].name])
    _compile(found, folder, ["-o", PROGRAM, f"{STEM}.o", SCALED, *map(str, found.library)])
    others = {_numbers(components, model, path)[0]: float(values[path]) for path in of_edges if path != free}
    return AutoEquations(folder / PROGRAM, states, numbers[0], others).in_units(scale)


def scaled(size: int, numbers: Sequence[int]) -> str:
    """Return what Auto-07p calls: the equations in units of scales, which it reads when it is first called.

    Args:
        size: number of states.
        numbers: in PAR of all that is the free parameter; Auto-07p varies the first.
    """
    first, given = numbers[0], ", ".join(map(str, numbers))
    return f"""subroutine func(ndim, u, icp, par, ijac, f, dfdu, dfdp)
  implicit none
  integer, parameter :: dp = kind(1.0d0), given({len(numbers)}) = [{given}]
  integer, intent(in) :: ndim, icp(*), ijac
  real(dp), intent(in) :: u(ndim), par(*)
  real(dp), intent(out) :: f(ndim)
  real(dp), intent(inout) :: dfdu(ndim, ndim), dfdp(ndim, *)
  logical, save :: known = .false.
  real(dp), save :: units({size}), unit
  real(dp) :: values({MOST})
  integer :: i, file
  external :: {UNSCALED}
!$omp critical (reading)
  if (.not. known) then
    open(newunit=file, file="{UNITS}", status="old", action="read")
    read(file, *) units, unit
    close(file)
    known = .true.
  end if
!$omp end critical (reading)
  values = par(1:{MOST})
  values(given) = unit*par({first})
  call {UNSCALED}(ndim, units*u, icp, values, ijac, f, dfdu, dfdp)
  f = f/units
  if (ijac == 0) return
  do i = 1, ndim
    dfdu(:, i) = dfdu(:, i)*units(i)/units
  end do
  if (ijac == 1) return
  dfdp(:, {first}) = unit*sum(dfdp(:, given), dim=2)/units
end subroutine
"""


def _named(model: CircuitTemplate, path: str) -> list[str]:
    """Return the parameters of the model that a path names, arrays being one each."""
    *node, operator, variable = path.split("/")
    if "->" in path or "all" not in node:
        return [_UNIT.sub(r"\1\3", path)]
    return [f"{found}/{operator}/{variable}" for found in model.get_nodes(node, [operator, variable])]


def _numbers(components: Mapping[str, int], model: CircuitTemplate, path: str) -> list[int]:
    """Return the components of PAR that a path names."""
    unit, named = _UNIT.match(path), _named(model, path)
    wanted = "" if unit is None else f"{named[0]}({int(unit[2]) + 1})"
    found = [
        number
        for component, number in components.items()
        if (component == wanted if wanted else _ENTRY.sub("", component) in named)
    ]
    if not found:
        raise UnsupportedFeatureError(
            f"engine='auto' cannot vary '{path}': Auto-07p is given {', '.join(components)}. Use engine='native'."
        )
    return found


def _states(model: CircuitTemplate, field: VectorField) -> np.ndarray:
    """Return where each state of a field is in U, which has them as the model has them unit by unit."""
    components = model.get_vector_field([], vectorize=False).states
    if sorted(components) != sorted(field.states):
        others = sorted(set(components) ^ set(field.states))
        raise UnsupportedFeatureError(
            f"engine='auto' cannot tell which states of Auto-07p are which of the model's: {', '.join(others)}. "
            "Use engine='native'."
        )
    places = {path: place for place, path in enumerate(components)}
    return np.array([places[path] for path in field.states])


def _compile(found: Installation, folder: Path, arguments: Sequence[str]) -> None:
    # Auto-07p's own files are made with OpenMP
    call = [*found.compiler, "-O2", "-w", "-fopenmp", *arguments]
    with interruptible() as interrupts:
        status, said = completed(
            call, folder, COMPILED_WITHIN, "The Fortran compiler", "Use engine='native'.", interrupts
        )
        if status and interrupts.heard:  # nothing is found without a program
            raise KeyboardInterrupt
    if status:
        reason = next((line for line in said.splitlines() if "rror" in line), said.strip().partition("\n")[0])
        raise SimulationError(
            f"{found.compiler[0]} does not make a program of the equations and of Auto-07p in "
            f"'{found.library[0].parent}': {reason.strip()}"
        )
