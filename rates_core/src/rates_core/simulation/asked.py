"""What is asked of runs that are differentiated: by which paths, in which way, and all that a backend has to know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil, sqrt
from typing import TYPE_CHECKING, Any

from attrs import frozen

from rates_core.delays.dependence import Dependence
from rates_core.errors import ArgumentError, UnsupportedFeatureError, shown, warn
from rates_core.plugins import get_manager
from rates_core.plugins.capabilities import unsupported
from rates_core.programs.gradient import Part
from rates_core.programs.program import slot_paths
from rates_core.programs.surrogate import SURROGATE
from rates_core.simulation.arguments import names_state
from rates_core.simulation.execution import Run, RunRequest, prepared
from rates_core.simulation.jumps import jumping
from rates_core.simulation.targets import Variable, variable_of
from rates_core.switches import switch
from rates_core.system.system import System

if TYPE_CHECKING:
    from rates_core.simulation.compile import CompiledModel
    from rates_core.simulation.outputs import Recording


#: What of derivatives a backend lacks, by mode.
WAYS = {"reverse": "", "forward": " forwards", "along": " along their way"}
#: Of which claims one is needed, by mode.
CLAIMS = {
    "reverse": frozenset({"reverse", "adjoint"}), "forward": frozenset({"forward"}), "along": frozenset({"along"}),
}  # fmt: skip


@frozen
class Way:
    """How derivatives are accumulated.

    Attributes:
        mode: "reverse", from the loss back, or "forward", towards it; or "along" the run, of outputs.
        checkpoint: whether steps are taken once more on the way back, in place of being kept.
    """

    mode: str
    checkpoint: bool

    @property
    def segmented(self) -> bool:
        """Tell whether the run goes in segments: what a segment needs of its steps goes with it.

        Along runs nothing is ever asked of earlier steps, so that segments cost nothing there.
        """
        return self.checkpoint or self.mode == "along"

    @classmethod
    def of(cls, mode: Any, checkpoint: Any) -> Way:
        """Return a way that a user asks for."""
        if mode not in ("reverse", "forward"):
            raise ArgumentError(f"mode is {shown(mode)}; it is 'reverse', or 'forward' for few variables.")
        way = cls(mode, switch("checkpoint", checkpoint))
        if way.checkpoint and mode == "forward":
            raise ArgumentError("checkpoint=True is of mode='reverse'; forwards nothing is kept.")
        return way


@frozen(eq=False)
class Asked:
    """A run, ready to go, and what it is differentiated by.

    Attributes:
        paths: in the order in which they were asked for.
        keys: those of inputs.
        fed: numbers of the inputs of the System that these feed.
        variables: the others.
    """

    run: Run
    way: Way
    paths: tuple[str, ...]
    keys: frozenset[str]
    fed: tuple[int, ...]
    variables: Mapping[str, Variable]

    @classmethod
    def of(cls, model: CompiledModel, wrt: Any, request: RunRequest, way: Way, asks: str) -> Asked:
        """Return what is asked of a compiled model.

        Args:
            model: whose runs are differentiated.
            wrt: paths, as the user gave them.
            request: a run.
            way: how derivatives are accumulated.
            asks: name of the method that the user called, for messages.

        Raises:
            UnsupportedFeatureError, UnknownNameError, ArgumentError, InputSignalError: it cannot be had.
        """
        paths = paths_of(wrt)
        _check_able(model, way, asks)
        inputs = {signal.key for signal in model.system.inputs}
        keys = [path for path in paths if path in inputs]
        named = [path for path in paths if path not in keys and not model.system.once(names_state, path, "wrt")]
        run = prepared(model.untied({**(request.parameters or {}), **dict.fromkeys(named, 0.0)}), request)
        system = run.model.system
        variables = {path: system.once(variable_of, path) for path in paths if path not in keys}
        return cls(run, way, tuple(paths), frozenset(keys), tuple(_fed(run, keys)), variables)

    def warn(self, asks: str) -> None:
        """Warn of functions and events whose derivatives do not see them jump, once nothing is refused any more.

        Args:
            asks: name of the method that the user called.
        """
        system = self.run.model.system
        moved = [target.parameter for variable in self.variables.values() for target in variable.targets]
        signals = [system.inputs[number].path for number in self.fed]
        _warn_of_jumps(system, (*(path for path in moved if path is not None), *signals), asks)
        _warn_of_events(self.run.model)

    def course(self) -> dict[str, Any]:
        """Return what a backend has to know of the run; a driver takes no tables, and rows of its own."""
        run, grid, tableau = self.run, self.run.grid, self.run.model.choice.tableau
        common = {"start": run.carry, "step_size": grid.step_size, "samples": grid.rows, "first": grid.first_row,
                  "parts": _parts(run.model.recording)}  # fmt: skip
        if not run.model.choice.fixed:
            return common
        assert tableau is not None
        steps = grid.rows * grid.stride
        slots = slot_paths(run.model.system)
        return {
            **common,
            "inputs": run.inputs.tables(0, steps, tableau.distinct_nodes) if run.inputs.signals else [],
            "draws": run.draws.tables(run.carry.step, steps, grid.step_size),
            "stride": grid.stride,
            "delays": run.delays,
            "past": {} if run.past is None else {slot: run.past.value(slot, 0.0) for slot in slots},
            "signals": run.inputs.at,
            "sampled": tuple(run.inputs.has_samples(signal.key) for signal in run.inputs.signals),
            "segment": ceil(sqrt(grid.rows)) if self.way.segmented else 0,
        }


def _fed(run: Run, keys: Iterable[str]) -> list[int]:
    """Return the numbers of the inputs that are fed by some keys.

    Raises:
        ArgumentError: a key is fed by a function.
    """
    for key in keys:
        if not run.inputs.has_samples(key):
            raise ArgumentError(
                f"wrt: the input '{key}' is a function of time; feed samples of it to have a gradient by them."
            )
    return [number for number, signal in enumerate(run.model.system.inputs) if signal.key in keys]


def _warn_of_jumps(system: System, variables: tuple[str, ...], asks: str) -> None:
    """Warn of functions whose derivatives say nothing."""
    for function, path in system.once(jumping, variables):
        warn(
            f"{asks}(): '{function}', in the equation of '{path}', is constant between its jumps: derivatives "
            "through it are 0, and do not see a jump move."
        )


def _warn_of_events(model: CompiledModel) -> None:
    """Warn of events whose conditions have no derivatives."""
    if not model.system.events or model.choice.backend_options.get(SURROGATE.name) is not None:
        return
    offered = any(option.name == SURROGATE.name for option in model.choice.backend.options)
    remedy = " Compile with surrogate=10.0, a slope, for those of smooth steps." if offered else ""
    warn(
        "Events happen where conditions become true; derivatives through conditions are 0, and do not see "
        f"an event move.{remedy}"
    )


def some_paths_of(wrt: Any) -> list[str]:
    """Return what a run is differentiated by: one path at least."""
    paths = paths_of(wrt)
    if not paths:
        raise ArgumentError("wrt is empty. Name one path at least, such as 'node/op/var'.")
    return paths


def paths_of(wrt: Any) -> list[str]:
    """Return the paths that a user gave, each of them once."""
    paths = [wrt] if isinstance(wrt, str) else list(wrt) if isinstance(wrt, Iterable) else [wrt]
    for path in paths:
        if not isinstance(path, str):
            raise ArgumentError(f"wrt holds {shown(path)}; it takes paths such as 'node/op/var'.")
    return list(dict.fromkeys(paths))


def _check_able(model: CompiledModel, way: Way, asks: str) -> None:
    """Raise unless backend, method and model can be differentiated."""
    choice, name = model.choice, model.choice.backend.name
    if not choice.fixed and (asks != "gradient" or choice.driver is None or not choice.driver.differentiates):
        raise UnsupportedFeatureError(
            f"{asks}() follows fixed steps; the solver '{choice.solver.name}' chooses its own. "
            "Compile with solver='rk4'."
        )
    claims = CLAIMS[way.mode]
    if claims.isdisjoint(choice.backend.capabilities.differentiation):
        manager = get_manager()
        able = [
            other
            for other in manager.backends()
            if not claims.isdisjoint(manager.backend(other).capabilities.differentiation)
        ]
        raise unsupported("backend", name, [f"derivatives of runs{WAYS[way.mode]}"], able)
    circle = sorted(model.system.once(Dependence).recurrent)
    if circle:
        raise UnsupportedFeatureError(
            f"{asks}() does not follow '{circle[0]}', a computed variable that depends on its own past. "
            "Delay a state in its place."
        )


def _parts(recording: Recording) -> tuple[Part, ...]:
    return tuple(Part(output.key, output.recorded, output.units, output.alone) for output in recording.outputs)
