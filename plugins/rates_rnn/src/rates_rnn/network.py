"""Networks that learn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import torch
from rates_core.errors import ArgumentError, SimulationError, UnknownNameError, did_you_mean, shown

from rates_rnn import bptt, eprop, priors, ridge, rls
from rates_rnn.assembly import Assembly
from rates_rnn.choices import loss_of
from rates_rnn.observer import Item, Observer
from rates_rnn.parts import array, whole_number
from rates_rnn.signals import count_of, sample_of, samples_of
from rates_rnn.trials import loss_of_trials, trials_side_by_side


class Network(Assembly):
    """Nodes and edges that are one model of rates, taken step by step or in whole runs, and trained.

    Diffeq nodes are populations of a node template, function nodes functions of their input. All together are one
    circuit, whose steps PyTorch's backend takes by Euler's method: `forward` takes one, `run` many, and the numbers are
    the same. An output belongs to the start of a step, as the rows of a run do.

    Parameters have the names of their paths in the model, `node/op/var` or `node/op/var->node/op/var/weight`. What is
    one number in the template is one parameter for all units.

    Args:
        dt: step size.
        device: where it computes.
        surrogate: slope of the smooth steps whose derivatives the conditions of spikes have in gradients; without it
            these do not see a spike move.
        engine: "eager" takes operation by operation; "compiled" has `torch.compile` make machine code of ten steps at a
            time, which takes some ten seconds once and is then many times as fast. "fortran" and "numba", or any other
            backend whose own loops go back, take steps in a loop and follow them back in another one, on the processor;
            "native" is the first of these that is there. Their numbers are the same.

    Raises:
        ArgumentError: dt is not positive, or there is no such engine.
        UnsupportedFeatureError: a tool of that backend is missing.

    Example:
        >>> import torch
        >>> from rates_rnn import Network
        >>> net = Network(dt=0.5)
        >>> node = "neuron_model_templates.rate_neurons.leaky_integrator.tanh"
        >>> net.add_diffeq_node("li", node, input_var="li_op/I_ext", output_var="li_op/v", train_params=["li_op/tau"])
        >>> for step in range(3):
        ...     print(net.forward(torch.tensor([1.0])).tolist())
        [0.0]
        [0.5]
        [0.975]
        >>> [name for name, _ in net.named_parameters()]
        ['li/li_op/tau']
    """

    fit_bptt = bptt.fit_bptt
    fit_eprop = eprop.fit_eprop
    fit_ridge = ridge.fit_ridge
    fit_rls = rls.fit_rls
    add_priors = priors.add_priors
    prior_terms = priors.prior_terms

    def __init__(
        self, dt: float, device: str | torch.device = "cpu", surrogate: float | None = None, engine: str = "eager"
    ) -> None:
        self._between: Any = None
        self._starts: dict[str, torch.Tensor] = {}
        super().__init__(dt, surrogate, engine)
        self.to(device)

    # the engine says what is compiled; around it, programs of users may be
    @torch.compiler.disable  # type: ignore[untyped-decorator]
    def forward(self, x: Any) -> torch.Tensor:
        """Return the output, and take a step with an input.

        Args:
            x: a number for each unit of the input's node, or one for all of them; where several nodes have inputs, a
                dict by label. With an axis of trials in front, it takes the step of each of them.

        Raises:
            ArgumentError: it is not of that shape.
        """
        given = {label: sample_of(value) for label, value in x.items()} if isinstance(x, Mapping) else sample_of(x)
        return self._advance(given, "x")["out"][..., 0, :]

    def rows(self, inputs: Any, sampling_steps: int = 1, checkpoint: bool = False) -> dict[str, torch.Tensor]:
        """Return the output as `run` observes it, as a tensor that derivatives flow through, by the name "out".

        Args:
            inputs: as `run` takes them, as are the others.
            sampling_steps: see there.
            checkpoint: see there.
        """
        return self._advance(inputs, "inputs", sampling_steps, (), checkpoint)

    def _advance(
        self, inputs: Any, name: str, stride: int = 1, record: Iterable[tuple[str, str]] = (), checkpoint: bool = False
    ) -> dict[str, torch.Tensor]:
        """Take as many steps as there are samples; return rows of what is recorded, each with an axis of units."""
        engine, fed = self.engine(record), self.fed(inputs, name)
        found, self._between = engine.advance(self._all_values(), fed, self._between, stride, checkpoint)
        self._starts = {}
        axes = self._between.y.ndim  # of time and units; in front of them there may be one of trials
        return {key: rows if rows.ndim > axes else rows[..., None] for key, rows in found.items()}

    def fed(self, inputs: Any, name: str = "inputs") -> dict[str, torch.Tensor]:
        """Return inputs by the paths of what they feed, each with a number for each unit.

        Args:
            inputs: as `run` takes them.
            name: of the argument, for messages.

        Raises:
            ArgumentError, UnknownNameError: they are not as they should be.
        """
        self.engine(())
        assert self._ends is not None
        return samples_of(name, inputs, [self._nodes[label] for label in self._ends[0]], self.dtype, self.place)

    def trials_of(self, inputs: Any) -> int:
        """Return the number of trials that inputs have side by side; 0 for one without an axis for that.

        Raises:
            ArgumentError: they are those of one trial, and the network stands where several do.
        """
        count, standing = count_of(inputs), 0
        if self._between is not None and self._between.y.ndim > 1:
            standing = len(self._between.y)
        if standing and not count:
            raise ArgumentError(
                f"inputs are those of one trial, and the network has gone on as {standing} side by side. Call reset(), "
                f"or give inputs with an axis of {standing} trials in front."
            )
        return count

    def _all_values(self) -> dict[str, torch.Tensor]:
        self.engine(())
        return {**self.values(), **self._starts}

    def run(
        self,
        inputs: Any,
        sampling_steps: int = 1,
        cutoff: int = 0,
        record_output: bool = True,
        record_vars: Iterable[tuple[Any, ...]] = (),
        enable_grad: bool = False,
        checkpoint: bool = False,
        verbose: bool = False,
    ) -> Observer:
        """Take a step for each sample of the input, from where the network is.

        Args:
            inputs: `[steps, units]`, or `[steps]` for all units; where several nodes have inputs, a dict by label. With
                an axis of trials in front, `[trials, steps, units]`, these run side by side, from here on.
            sampling_steps: steps from one row to the next.
            cutoff: rows before this step are dropped.
            record_output: whether the output is recorded, as "out".
            record_vars: (node, `op/var`) of what is recorded too; a third entry True takes the mean over units.
            enable_grad: keep what derivatives need.
            checkpoint: keep some of it, and compute the rest once more on the way back.
            verbose: accepted for programs that give it; runs print nothing.

        Returns:
            Rows from before every `sampling_steps` steps, at their times since the last reset.

        Raises:
            ArgumentError, UnknownNameError: something is not as it should be.
            SimulationError: a value became NaN or infinite; the network is where it was before.
        """
        stride, dropped = whole_number("sampling_steps", sampling_steps, 1), whole_number("cutoff", cutoff, 0)
        record, reduced = _recorded(record_vars)
        before, start = self._between, 0 if self._between is None else self._between.step
        with torch.set_grad_enabled(enable_grad):
            rows = self._advance(inputs, "inputs", stride, record, checkpoint)
        steps = start + stride * np.arange(rows["out"].shape[-2])
        self._check_finite(rows, steps, before)
        chosen: dict[Item, torch.Tensor] = {"out": rows["out"]} if record_output else {}
        for label, variable in record:
            found = rows[f"{label}/{variable}"]
            chosen[label, variable] = found.mean(-1, keepdim=True) if (label, variable) in reduced else found
        kept = steps - start >= dropped
        return Observer(
            steps[kept] * self.dt, {key: value[..., int((~kept).sum()) :, :] for key, value in chosen.items()}
        )

    def _check_finite(self, rows: Mapping[str, torch.Tensor], steps: np.ndarray, before: Any) -> None:
        for key, values in rows.items():
            bad = ~torch.isfinite(values.detach()).all(-1)
            bad = bad.any(0) if bad.ndim > 1 else bad
            if bool(bad.any()):
                first = int(torch.nonzero(bad)[0, 0])
                self._between = before
                raise SimulationError(
                    f"'{key}' is NaN or infinite at t = {steps[first] * self.dt:.6g}. Take a smaller dt, or other "
                    "parameters."
                )

    def reset(self, state: Mapping[str, Any] | None = None) -> None:
        """Go back to the start: to the values that the templates have, or those that were set or trained.

        Args:
            state: other values of states at this start, by path.

        Raises:
            UnknownNameError, ArgumentError: there is no such state, or it is not of its shape.
        """
        self._between, self._starts = None, {}
        for path, value in (state or {}).items():
            self._set_state(path, value)

    def detach(self) -> None:
        """Let no derivative flow back beyond this step."""
        if self._between is not None:
            windows = tuple(window.detach() for window in self._between.windows)
            self._between = self._between._replace(y=self._between.y.detach(), windows=windows)

    @property
    def state(self) -> dict[str, torch.Tensor]:
        """Return the states of all units by path."""
        engine = self.engine(())
        if self._between is None:
            values = self._all_values()
            return {path: values[path].reshape(-1) for path in engine.states(torch.zeros(engine.system.width))}
        return engine.states(self._between.y)

    def get_var(self, node: str, var: str) -> torch.Tensor:
        """Return a state as it is now, or a parameter; "weights" are those between the units of a node.

        Raises:
            UnknownNameError: there is no such variable, or it is computed from others.
        """
        path, state = self.path(node, var), self.state
        if path in state:
            return state[path]
        if path not in self.paths:
            raise UnknownNameError(
                f"The node '{node}' has no state or parameter '{var}'.{did_you_mean(path, self.paths)} What is "
                "computed from these is recorded by run(record_vars=...)."
            )
        return self.value(path)

    def set_var(self, node: str, var: str, value: Any) -> None:
        """Set a state, from where the network goes on, or a parameter.

        Raises:
            UnknownNameError: there is no such variable, or it is computed from others.
            ArgumentError: the value is not of its shape, or violates its constraint.
        """
        self.get_var(node, var)
        path = self.path(node, var)
        if path in self.state:
            self._set_state(path, value)
        else:
            self.set_value(path, value)

    def _set_state(self, path: str, value: Any) -> None:
        states = self.state
        if path not in states:
            raise UnknownNameError(
                f"There is no state '{path}'.{did_you_mean(path, states)} There are: {', '.join(states) or 'none'}."
            )
        found, own = array(f"The value of '{path}'", value), states[path]
        if found.shape not in ((), (1,), tuple(own.shape[-1:]), tuple(own.shape)):
            raise ArgumentError(f"The value of '{path}' has the shape {found.shape}; it has to be {tuple(own.shape)}.")
        filled = torch.as_tensor(found, dtype=self.dtype, device=self.place).expand(own.shape).clone()
        if self._between is None:
            self._starts[path] = filled
            return
        state = self.engine(()).system.state_paths[path]
        y = self._between.y
        parts = [y[..., : state.offset], filled, y[..., state.offset + state.width :]]
        self._between = self._between._replace(y=torch.cat(parts, -1))

    def named_parameters(self, *arguments: Any, **options: Any) -> Any:
        """Yield parameters by path; see `torch.nn.Module`."""
        self.engine(())
        return super().named_parameters(*arguments, **options)

    def state_dict(self, *arguments: Any, **options: Any) -> Any:
        """Return all values as what optimisers move, by path; see `torch.nn.Module`."""
        self.engine(())
        return super().state_dict(*arguments, **options)

    def load_state_dict(self, *arguments: Any, **options: Any) -> Any:
        """Take values that `state_dict` returned; see `torch.nn.Module`."""
        self.engine(())
        return super().load_state_dict(*arguments, **options)

    def _apply(self, fn: Callable[[torch.Tensor], torch.Tensor], recurse: bool = True) -> Any:
        """Move all numbers to another device, or convert them; the model is compiled anew for these."""
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        self._engines = {}
        if self._between is not None:
            moved = fn(self._between.y), tuple(map(fn, self._between.windows))
            self._between = self._between._replace(y=moved[0], windows=moved[1])
        self._starts = {path: fn(value) for path, value in self._starts.items()}
        return self

    def __getstate__(self) -> dict[str, Any]:
        """Return what is stored: not what is compiled, nor what derivatives would need."""
        self.detach()
        return {**self.__dict__, "_engines": {}}

    def test(
        self, inputs: Any, targets: Any, loss: Any = "mse", loss_kwargs: Mapping[str, Any] | None = None, **options: Any
    ) -> tuple[Observer, float]:
        """Return a run and the loss of its output.

        Args:
            inputs: as `run` takes them, as are further options.
            targets: `[steps, outputs]`, a row for each sample of the inputs, with the same axis of trials in front.
            loss: as `fit_bptt` takes it; of several trials, their mean.
            loss_kwargs: further arguments of the loss.
            options: of `run`.

        Raises:
            ArgumentError, UnknownNameError, SimulationError: as `run` and `fit_bptt` do.
        """
        chosen, stride, cutoff = loss_of(loss, loss_kwargs), options.get("sampling_steps", 1), options.get("cutoff", 0)
        trials = trials_side_by_side(self, inputs, targets, cutoff)
        found = self.run(inputs, **options)
        first = -(-cutoff // stride) * stride
        return found, loss_of_trials(chosen, found["out"], trials.every(stride, first)).item()


def _recorded(given: Iterable[tuple[Any, ...]]) -> tuple[list[tuple[str, str]], set[tuple[str, str]]]:
    """Return which variables of nodes are recorded, and of which of them the mean."""
    found, reduced = [], set()
    for item in given:
        if not isinstance(item, tuple | list) or len(item) not in (2, 3):
            raise ArgumentError(
                f"record_vars holds {shown(item)}; it takes (node, 'op/var') or (node, 'op/var', True)."
            )
        found.append((item[0], item[1]))
        if len(item) == 3 and item[2]:
            reduced.add((item[0], item[1]))
    return found, reduced
