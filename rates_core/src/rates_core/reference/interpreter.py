"""The face of the interpreter: derivatives, values and runs of a circuit, by paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from attrs import field, frozen

from rates_core.errors import ArgumentError, did_you_mean
from rates_core.reference.build import build_model
from rates_core.reference.evaluate import number
from rates_core.reference.functions import Value
from rates_core.reference.integrate import Integration
from rates_core.reference.located import LocatedRun
from rates_core.reference.model import Model
from rates_core.reference.moment import Moment
from rates_core.reference.past import History, Past
from rates_core.reference.quantities import Read
from rates_core.reference.signals import Signal, Signals, input_paths
from rates_core.reference.tableaus import ExplicitMethod
from rates_core.reference.trajectory import Trajectory
from rates_core.templates.circuit import CircuitTemplate

Given = float | complex | Sequence[float | complex]
Inputs = Mapping[str, Given] | None
Parameters = Mapping[str, Given] | None


@frozen(eq=False)
class Interpreter:
    """A circuit as the interpreter reads it; it is read once, later changes of the circuit do not reach it.

    Paths name variables of single units, `p/qif_op/r` or `pop[3]/op/x`, and of single edges,
    `p/op/r->q/op/u[0]/op/x`; a path of several units, as arguments may be, names them in match order. The stages of a
    gamma chain are states `p/op/r->q/op/u[0]/chain/1`, ... An axis is a list.

    Attributes:
        circuit: the circuit.
        delay_approximation: number of stages of the chains that take the place of discrete delays, or None.

    Raises:
        UnsupportedFeatureError: the model has noise.
        TemplateError: the parts of the circuit do not fit together.
    """

    circuit: CircuitTemplate
    delay_approximation: int | None = field(default=None, kw_only=True)

    @cached_property
    def _model(self) -> Model:
        model = build_model(self.circuit)
        return model if self.delay_approximation is None else model.with_chains(self.delay_approximation)

    def __attrs_post_init__(self) -> None:
        assert self._model is not None  # wrong models are refused here

    @property
    def state_paths(self) -> tuple[str, ...]:
        """Return the paths of all states, in the order of the circuit."""
        return tuple(self._model.states)

    def find(self, path: str) -> list[str]:
        """Return the paths of single units that a path names, in match order.

        Raises:
            UnknownNameError: nothing has that path.
        """
        return self._model.find(path)

    def initial_state(
        self, inputs: Inputs = None, history: History = None, parameters: Parameters = None
    ) -> dict[str, Value]:
        """Return the states at the start; `inputs` and `history` matter for chains only.

        Raises:
            CyclicEquationsError: the past of a variable is needed, and nothing says it.
        """
        model = self._with(parameters)
        external = _external(model, inputs)
        past = Past(model, 0.0, external.get, history, _complex_paths(model, external))
        return {path: past.at_start(path) for path in model.states}

    def derivative(
        self,
        t: float,
        state: Mapping[str, Value],
        inputs: Inputs = None,
        history: History = None,
        parameters: Parameters = None,
    ) -> dict[str, Value]:
        """Return the derivatives of all states.

        Args:
            t: the time.
            state: value of each of `state_paths`.
            inputs: value of external inputs by path.
            history: past values; by default every variable had the value that it has now.
            parameters: other values of parameters by path, edge parameters included.
        """
        moment = self._moment(t, state, inputs, history, parameters)
        return {path: moment.derivative(path) for path in self.state_paths}

    def value(
        self,
        path: str,
        t: float,
        state: Mapping[str, Value],
        inputs: Inputs = None,
        history: History = None,
        parameters: Parameters = None,
    ) -> Value:
        """Return the value of any variable of one unit; arguments as those of `derivative`."""
        (own,) = self.find(path)
        return self._moment(t, state, inputs, history, parameters).value(own)

    def run(
        self,
        simulation_time: float,
        step_size: float,
        tableau: ExplicitMethod,
        inputs: Mapping[str, Signal] | None = None,
        outputs: Sequence[str] | None = None,
        sampling_step_size: float | None = None,
        history: History = None,
        parameters: Parameters = None,
    ) -> Trajectory:
        """Integrate with fixed steps from the initial state and return what was asked for, at sampling steps.

        Args:
            simulation_time: T.
            step_size: h.
            tableau: an explicit Runge-Kutta method.
            inputs: samples at k*h, rows of one column or one per variable; or a function of time.
            outputs: variables to record, all states by default; chains of delays are no default output.
            sampling_step_size: step of what is recorded, a multiple of h; h by default.
            history: what was before the start: a number, a function of time, or a mapping of paths to those.
            parameters: other values of parameters, and of states at the start, by path.

        Raises:
            ArgumentError: the sampling step is no multiple of the step.
            InputSignalError: a signal is too short or has the wrong number of columns.
            UnknownNameError: a path names nothing.
        """
        model = self._with(parameters)
        every = _multiple(sampling_step_size or step_size, step_size)
        rows = round(simulation_time / (sampling_step_size or step_size))
        signals = Signals.make(model, inputs, step_size, round(simulation_time / step_size))
        complex_paths = model.complex_paths(signals.complex_paths)
        past = Past(model, 0.0, lambda path: signals.at(path, 0.0), history, complex_paths)
        paths = [own for path in _default_outputs(model, outputs) for own in model.find(path)]
        integration = Integration(model, tableau, step_size, signals, past)
        for _ in range((rows - 1) * every):
            integration.step()
        moments = integration.moments[: max(0, rows - 1) * every + 1 : every][:rows]
        values = {path: [moment.value(path) for moment in moments] for path in paths}
        return Trajectory([k * every * step_size for k in range(rows)], values)

    def run_located(
        self,
        simulation_time: float,
        step_size: float,
        tableau: ExplicitMethod,
        inputs: Mapping[str, Signal] | None = None,
        outputs: Sequence[str] | None = None,
        parameters: Parameters = None,
        steps: int = 10,
    ) -> Trajectory:
        """Return what `run` does, with events that happen where conditions become true, and jumps for pulses.

        Args:
            simulation_time: T.
            step_size: of the grid of inputs and of what is recorded.
            tableau: an explicit Runge-Kutta method.
            inputs: likewise.
            outputs: likewise.
            parameters: likewise.
            steps: of the method in a step of the grid.

        Raises:
            UnsupportedFeatureError: the model has discrete delays.
            ArgumentError, InputSignalError, UnknownNameError: as `run` does.
        """
        model, rows = self._with(parameters), round(simulation_time / step_size)
        signals = Signals.make(model, inputs, step_size, rows)
        past = Past(model, 0.0, lambda path: signals.at(path, 0.0), None, model.complex_paths(signals.complex_paths))
        paths = [own for path in _default_outputs(model, outputs) for own in model.find(path)]
        located = LocatedRun(model, tableau, step_size, signals, past)
        values: dict[str, list[Value]] = {path: [] for path in paths}
        for row in range(rows):
            if row:
                located.advance(row * step_size, steps)
            moment = located.moment()
            for path in paths:
                values[path].append(moment.value(path))
        return Trajectory([row * step_size for row in range(rows)], values)

    def _with(self, parameters: Parameters) -> Model:
        given = {path: _value(value) for path, value in (parameters or {}).items()}
        return self._model.with_values(given) if given else self._model

    def _moment(
        self, t: float, state: Mapping[str, Value], inputs: Inputs, history: History, parameters: Parameters
    ) -> Moment:
        model = self._with(parameters)
        for path in model.states:
            if path not in state:
                raise ArgumentError(f"The state lacks a value of '{path}'.{did_you_mean(path, state)}")
        external = _external(model, inputs)
        complex_paths = _complex_paths(model, external)
        past = Past(model, t, external.get, history, complex_paths, state)

        def delayed(read: Read) -> Value:
            return past.before(read.slot, t - model.delay(read))

        return Moment(model, t, state.__getitem__, external.get, delayed, complex_paths)


def _value(given: Given) -> Value:
    return number(given) if isinstance(given, (int, float, complex)) else [number(entry) for entry in given]


def _external(model: Model, inputs: Inputs) -> dict[str, Value]:
    """Return the external input of each path that gets one."""
    external: dict[str, Value] = {}
    for path, given in (inputs or {}).items():
        found, value = input_paths(model, path), _value(given)
        each = isinstance(value, list) and len(value) == len(found) > 1
        for position, own in enumerate(found):
            external[own] = value[position] if each and isinstance(value, list) else value
    return external


def _complex_paths(model: Model, external: Mapping[str, Value]) -> frozenset[str]:
    return model.complex_paths({path for path, value in external.items() if isinstance(value, complex)})


def _default_outputs(model: Model, outputs: Sequence[str] | None) -> Sequence[str]:
    return [path for path in model.states if "/chain/" not in path] if outputs is None else outputs


def _multiple(sampling_step_size: float, step_size: float) -> int:
    """Return how many steps a sampling step has.

    Raises:
        ArgumentError: it is no multiple of the step.
    """
    count = round(sampling_step_size / step_size)
    if count < 1 or abs(count * step_size - sampling_step_size) > 1e-9 * sampling_step_size:
        raise ArgumentError(
            f"sampling_step_size = {sampling_step_size} is no multiple of step_size = {step_size}; "
            f"take {max(1, count) * step_size}."
        )
    return count
