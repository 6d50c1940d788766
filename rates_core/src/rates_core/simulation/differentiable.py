"""The derivatives of a compiled model: calls that lead to what computes them, imported when called."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from rates_core.simulation.unknown import refuse_unknown

if TYPE_CHECKING:
    from rates_core.simulation.compile import CompiledModel
    from rates_core.simulation.execution import RunRequest
    from rates_core.simulation.gradient import Gradient
    from rates_core.simulation.sensitivities import Sensitivities


class Differentiable(ABC):
    """What a compiled model offers of derivatives; every method is one call of another module."""

    @abstractmethod
    def _request(self, given: Mapping[str, Any]) -> RunRequest:
        """Return what one run is asked for."""

    @property
    def _model(self) -> CompiledModel:
        return cast("CompiledModel", self)  # which is the only class that has these methods

    def gradient(
        self,
        loss: Callable[[Mapping[str, Any]], Any] | Mapping[str, Any],
        wrt: Iterable[str],
        parameters: Mapping[str, Any] | None = None,
        initial: Mapping[str, Any] | None = None,
        inputs: Mapping[str, Any] | None = None,
        simulation_time: float | None = None,
        sampling_step_size: float | None = None,
        cutoff: float | None = None,
        seed: int | None = None,
        mode: str = "reverse",
        checkpoint: bool = False,
        **unknown: Any,
    ) -> Gradient:
        """Run the compiled model and return the derivative of a loss by parameters, weights, delays, starts and inputs.

        The derivative is that of the steps which are taken, exact up to rounding. By a delay it is that of the
        polynomials between stored samples; where the delay meets a sample, the mean of those on both sides. By a
        complex number z = a + ib it is dL/da + i dL/db: the direction in which the loss L grows fastest.

        Args:
            loss: takes the outputs by name, as arrays of the backend's library (one axis for time, a second one for
                units where there are several), and returns a real number of that library. Backends that claim
                `adjoint` alone give arrays of NumPy; there it returns its value and a dict of its derivatives by
                outputs. Or a dict of arrays of NumPy by output, each of its shape: the loss is then the sum of outputs
                times these.
            wrt: paths of parameters, of weights or delays of edges, of states, which stand for their values at the
                start, or of inputs that are fed with samples.
            parameters: as in `run`, as are the others.
            initial: see there.
            inputs: see there.
            simulation_time: see there.
            sampling_step_size: see there.
            cutoff: see there.
            seed: see there.
            mode: "reverse" goes back from the loss, which costs some runs whatever the number of variables; "forward"
                takes as many runs as there are variables, and keeps no steps.
            checkpoint: keep some of the steps only, and take the others once more on the way back: memory then grows
                with the root of the number of rows. Compiled loops always do.
            unknown: refused; the closest argument is named.

        Returns:
            The derivative by each path: a number where the path names one, one per unit, or, of an input, an array as
            it was given. Its `loss` is the value.

        Raises:
            UnsupportedFeatureError: the backend does not differentiate runs, the method chooses its steps, a computed
                variable depends on its own past, or the derivative by a delay cannot be had: inside steps, or of 0.
            NonFiniteError, SimulationError: a variable, the loss or a derivative is NaN or infinite.
            UnknownNameError, ArgumentError, InputSignalError: before anything is computed.

        Example:
            >>> from rates_core import CircuitTemplate
            >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
            >>> model = circuit.compile(backend="numpy", step_size=0.5, simulation_time=1.0)
            >>> model.gradient(lambda outputs: outputs["p/vdp_op/x"].sum(), ["p/vdp_op/mu"])
            Traceback (most recent call last):
            ...
            rates_core.errors.UnsupportedFeatureError: The backend 'numpy' does not support what this model needs: ...
        """
        from rates_core.simulation.gradient import gradient

        refuse_unknown(Differentiable.gradient, unknown)
        request = self._differentiated(
            parameters=parameters, initial=initial, inputs=inputs, simulation_time=simulation_time,
            sampling_step_size=sampling_step_size, cutoff=cutoff, seed=seed,
        )  # fmt: skip
        return gradient(self._model, loss, wrt, request, mode, checkpoint)

    def sensitivities(
        self,
        wrt: Iterable[str],
        parameters: Mapping[str, Any] | None = None,
        initial: Mapping[str, Any] | None = None,
        inputs: Mapping[str, Any] | None = None,
        simulation_time: float | None = None,
        sampling_step_size: float | None = None,
        cutoff: float | None = None,
        seed: int | None = None,
        **unknown: Any,
    ) -> Sensitivities:
        """Run the compiled model and return the derivatives of all that is recorded, along the run.

        They are those of the steps which are taken, exact up to rounding, and cost about a run for each number that
        the paths name. No steps are kept.

        Args:
            wrt: paths of parameters, of weights or delays of edges, or of states, which stand for their values at the
                start; real ones.
            parameters: as in `run`, as are the others.
            initial: see there.
            inputs: see there.
            simulation_time: see there.
            sampling_step_size: see there.
            cutoff: see there.
            seed: see there.
            unknown: refused; the closest argument is named.

        Returns:
            For each path an array with an axis for rows of the table and one for its columns, and behind them those of
            what the path names: none for one number. Its `table` is what `run` returns.

        Raises:
            UnsupportedFeatureError: the backend does not differentiate runs forwards, the method chooses its steps, a
                computed variable depends on its own past, the derivative by a delay cannot be had, or a path names
                complex numbers or an input.
            NonFiniteError, SimulationError: a variable or a derivative is NaN or infinite.
            UnknownNameError, ArgumentError, InputSignalError: before anything is computed.

        Example:
            >>> from rates_core import CircuitTemplate
            >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
            >>> model = circuit.compile(backend="numpy", step_size=0.5, simulation_time=1.0)
            >>> model.sensitivities(["p/vdp_op/mu"])
            Traceback (most recent call last):
            ...
            rates_core.errors.UnsupportedFeatureError: The backend 'numpy' does not support what this model needs: ...
        """
        from rates_core.simulation.sensitivities import sensitivities

        refuse_unknown(Differentiable.sensitivities, unknown)
        request = self._differentiated(
            parameters=parameters, initial=initial, inputs=inputs, simulation_time=simulation_time,
            sampling_step_size=sampling_step_size, cutoff=cutoff, seed=seed,
        )  # fmt: skip
        return sensitivities(self._model, wrt, request)

    def trainable(
        self,
        wrt: Iterable[str],
        parameters: Mapping[str, Any] | None = None,
        initial: Mapping[str, Any] | None = None,
        inputs: Mapping[str, Any] | None = None,
        simulation_time: float | None = None,
        sampling_step_size: float | None = None,
        cutoff: float | None = None,
        seed: int | None = None,
        checkpoint: bool = False,
        **unknown: Any,
    ) -> Any:
        """Return a run as a function of values by path, in the form in which programs with the library train it.

        PyTorch has a `torch.nn.Module` whose parameters are named by path, TensorFlow a `tf.Module` with a variable for
        each, JAX a pure function of a dict of arrays. Called, each takes as `inputs` a dict of samples by path in place
        of those that the run was given, and returns the outputs by name, as a loss of `gradient` takes them.

        Args:
            wrt: paths as in `gradient`, but for delays and what is complex.
            parameters: as in `run`, as are the others: what is not in `wrt` stays as it is here.
            initial: see there.
            inputs: see there.
            simulation_time: see there.
            sampling_step_size: see there.
            cutoff: see there.
            seed: see there; each call takes the same random numbers.
            checkpoint: as in `gradient`.
            unknown: refused; the closest argument is named.

        Raises:
            UnsupportedFeatureError: the backend does not differentiate runs, the method chooses its steps, or a path
                names a delay or complex numbers.
            UnknownNameError, ArgumentError, InputSignalError: something is not as it should be.

        Example:
            >>> from rates_core import CircuitTemplate
            >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
            >>> circuit.compile(backend="numpy", simulation_time=1.0).trainable(["p/vdp_op/mu"])
            Traceback (most recent call last):
            ...
            rates_core.errors.UnsupportedFeatureError: The backend 'numpy' does not support what this model needs: ...
        """
        from rates_core.simulation.trainable import trainable

        refuse_unknown(Differentiable.trainable, unknown)
        request = self._differentiated(
            parameters=parameters, initial=initial, inputs=inputs, simulation_time=simulation_time,
            sampling_step_size=sampling_step_size, cutoff=cutoff, seed=seed,
        )  # fmt: skip
        return trainable(self._model, wrt, request, checkpoint)

    def steps(
        self,
        wrt: Iterable[str],
        parameters: Mapping[str, Any] | None = None,
        initial: Mapping[str, Any] | None = None,
        inputs: Mapping[str, Any] | None = None,
        seed: int | None = None,
        **unknown: Any,
    ) -> Any:
        """Return the steps of a run as a pure function of values by path, of inputs, and of what goes on between steps.

        `advance(values, inputs, between=None, steps=None, stride=1, checkpoint=False)` takes one step or many and
        returns the outputs by name, each with a row from before every `stride` steps, and what goes on, which the next
        call is given; None starts. All are arrays of the backend's library, and derivatives flow through them, from
        call to call too. `values` are NumPy's arrays at first, `arrays()` the same as arrays of the library.

        An input comes as samples by path, one per step, and is held during its step. In PyTorch, samples with an axis
        of trials in front run these side by side, and outputs have it too; all else is the same in all trials. There,
        delays of one step and more may be among the values: what is read late is interpolated between steps. They may
        change on the way, as long as what is kept of the past reaches back far enough: as far as the delays at first.

        Backends that claim `adjoint` do all this too, with arrays of NumPy, and trials one after another. There,
        `followed(values, inputs, between, steps, stride, wrt)` returns the way back as well: a function of derivatives
        by outputs and by what goes on, or None, which returns those by what `wrt` names, of values and inputs, and by
        what went on before.

        Args:
            wrt: paths as in `trainable`, or none, and of delays where the library tells values while it differentiates.
            parameters: as in `run`, as are the others: what is not in `wrt` stays as it is here.
            initial: see there.
            inputs: samples like those that `advance` is given; their number does not matter.
            seed: see there.
            unknown: refused; the closest argument is named.

        Raises:
            UnsupportedFeatureError: the backend does not differentiate runs, the method chooses its steps, a path names
                complex numbers, or a delay that is compiled into steps, or a delay lies inside steps.
            UnknownNameError, ArgumentError, InputSignalError: something is not as it should be.

        Example:
            >>> from rates_core import CircuitTemplate
            >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
            >>> circuit.compile(backend="numpy").steps(["p/vdp_op/mu"])
            Traceback (most recent call last):
            ...
            rates_core.errors.UnsupportedFeatureError: The backend 'numpy' does not support what this model needs: ...
        """
        from rates_core.simulation.trainable import steps

        refuse_unknown(Differentiable.steps, unknown)
        step_size = self._model.defaults["step_size"]
        request = self._differentiated(
            parameters=parameters, initial=initial, inputs=inputs, simulation_time=step_size,
            sampling_step_size=step_size, cutoff=0.0, seed=seed,
        )  # fmt: skip
        return steps(self._model, wrt, request)

    def _differentiated(self, **given: Any) -> RunRequest:
        """Return what a differentiated run is asked for: it starts, is silent, and stops where it is not finite."""
        return self._request({"history": None, "state": None, "verbose": False, "stop_on_nonfinite": True, **given})
