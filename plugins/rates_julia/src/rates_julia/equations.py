"""A run's right-hand side where Julia has it, for solvers that Julia brings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import field, frozen
from rates_core.programs.equations import Bound, Equations, Fed
from rates_core.programs.record import Columns
from rates_core.system.system import InputSignal

from rates_julia.binding import bound
from rates_julia.process import Asked, Function, Julia, Kept

if TYPE_CHECKING:
    from rates_julia.kernel import JuliaKernel


@frozen(eq=False)
class JuliaEquations(Equations):
    """The functions `f!`, `jac!` and `observe!` of a module, with parameters and inputs.

    Attributes:
        kernel: whose functions they are.
        fed: samples of each input, or what gives all of them at a time.
        base: position of the first samples, in spacings from time 0.
        spacing: time between samples.
    """

    kernel: JuliaKernel = field(kw_only=True)
    fed: Fed = field(kw_only=True)
    base: float = field(kw_only=True)
    spacing: float = field(kw_only=True)

    @property
    def signals(self) -> tuple[InputSignal, ...]:
        """Return the external inputs."""
        return tuple(self.kernel.request.system.inputs)

    def function(self, julia: Julia, key: str) -> Function | int:
        """Return a function of the module by what it is for, or 0 where the module has none."""
        procedures = self.kernel.library.module.procedures
        if key not in procedures:
            return 0
        return Function(self.kernel.library.number(julia), procedures[key].name)

    def field(self, julia: Julia) -> Function | int:
        """Return `f!`: the vector field itself, if it takes no more than state, parameters and time."""
        return self.function(julia, "f" if "f" in self.kernel.library.module.procedures else "derivative")

    def parameters(self, julia: Julia) -> Kept:
        """Return the parameters in a running Julia."""
        return self.kernel.parameters.kept(julia)

    def samples(self) -> dict[str, np.ndarray]:
        """Return the samples of inputs by their names in `p`; none where inputs are functions of time."""
        if callable(self.fed):
            return {}
        return {
            self._name(signal): np.ascontiguousarray(table, dtype=float)
            for signal, table in zip(self.signals, self.fed, strict=True)
        }

    def asked(self) -> dict[str, Asked]:
        """Return inputs that are functions of time by their names in `p`."""
        fed = self.fed
        if not callable(fed):
            return {}
        shapes = self.kernel.request.system.shapes
        return {
            self._name(signal): Asked(_one(fed, number), int(np.prod(shapes[signal.path])), float)
            for number, signal in enumerate(self.signals)
        }

    def order(self, key: str) -> np.ndarray:
        """Return what a function takes behind the time: places of inputs from 1 on, those of reads from -1 on."""
        reads = self.kernel.request.system.reads
        places = {("input", signal.path): number for number, signal in enumerate(self.signals, 1)}
        places |= {("read", read.path): -number for number, read in enumerate(reads, 1)}
        arguments = self.kernel.library.module.procedures[key].arguments
        return np.array([places[argument.key] for argument in arguments if argument.key in places], dtype=np.int64)

    def columns(self, rows: int) -> Columns:
        """Return arrays for what is recorded."""
        return self.kernel.empty_columns(self.kernel.request.recorded, rows)

    def _name(self, signal: InputSignal) -> str:
        return self.kernel.library.module.layout.fields[signal.path]


def julia_equations(
    kernel: JuliaKernel, arguments: Mapping[str, Any], fed: Fed, base: float, spacing: float
) -> JuliaEquations:
    """Return the equations of a kernel.

    Args:
        kernel: with its parameters bound.
        arguments: those parameters, by path.
        fed: samples of each input, or what gives all of them at a time.
        base: position of the first samples, in spacings from time 0.
        spacing: time between samples.
    """
    system = kernel.request.system

    def bind(values: Any) -> Bound:
        given, inputs = values
        again = type(kernel)(kernel.request, kernel.library, bound(kernel.library, given), given)

        def at(t: float) -> Sequence[Any]:
            return inputs(t) if callable(inputs) else [between(table, t / spacing - base) for table in inputs]

        return (
            lambda t, y, reads=(): again.rhs(float(t), np.asarray(y), at(t), reads, ()),
            lambda t, y, reads=(): again.observe(float(t), np.asarray(y), at(t), reads, ()),
        )

    return JuliaEquations(
        bind=bind,
        values=(arguments, fed),
        kinds=tuple(complex if path in system.complex_symbols else float for path in kernel.request.recorded),
        precision="float64",
        check=lambda: None,  # what an input raises is raised where Julia asks for it
        kernel=kernel,
        fed=fed,
        base=base,
        spacing=spacing,
    )


def between(table: np.ndarray, place: float) -> Any:
    """Return what samples are at a place among them: on the line between two, and outside the first or last one."""
    place = min(max(place, 0.0), len(table) - 1.0)
    left = min(int(place), max(len(table) - 2, 0))
    share = place - left
    return table[left] if not share else (1 - share) * table[left] + share * table[left + 1]


def _one(fed: Callable[[float], Sequence[Any]], number: int) -> Callable[[float], Any]:
    return lambda t: fed(t)[number]
