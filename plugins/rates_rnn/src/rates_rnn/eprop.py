"""Fits by e-prop: gradients forward in time, of what is each unit's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from rates_core.errors import ArgumentError, SimulationError, UnsupportedFeatureError, warn

from rates_rnn.choices import Loss, loss_of, optimiser_of
from rates_rnn.learning_signals import Feedback, Moves, Readout
from rates_rnn.observer import Observer, observed_again
from rates_rnn.parts import Edge, Node, whole_number
from rates_rnn.signals import count_of, epochs_of, length_of, part_of, samples_of, side_by_side, trials_of
from rates_rnn.traces import OwnEdge, Synapses, Traces
from rates_rnn.units import Units

if TYPE_CHECKING:
    from rates_rnn.network import Network

MOMENTS = 64  # steps whose derivatives are computed side by side, those of all trials


def fit_eprop(
    network: Network,
    inputs: Any,
    targets: Any,
    optimizer: Any = "adam",
    loss: Any = "mse",
    lr: float | None = None,
    epochs: int | None = None,
    feedback: Any = "symmetric",
    decay: float = 0.0,
    sampling_steps: int = 1,
    cutoff: int = 0,
    update_steps: int | None = None,
    optimizer_kwargs: Mapping[str, Any] | None = None,
    loss_kwargs: Mapping[str, Any] | None = None,
    verbose: bool = False,
    averaging: float = 0.0,
    following: float = 0.0,
) -> Observer:
    """Fit what is trained by e-prop [bellec2020]_: eligibility traces of units go forward with the run.

    A trace says how much a unit's states hold of what a weight or parameter of that unit did, by the derivatives of its
    own step, whatever its template. With the derivative of the loss by what the unit puts out at that moment, the
    learning signal, it gives a gradient. What goes from unit to unit and comes back later is left out: memory does not
    grow with the run, and where nothing comes back, the gradient is that of `fit_bptt`.

    Trained are parameters and starts of nodes with states, weights of edges that end at these, and weights behind them
    on the way to the output, which is there at once. Every trial begins at the start of the network.

    Args:
        network: that is fitted.
        inputs: of a trial, as `run` takes them, or a list of those of several. Trials that run side by side, with an
            axis for them in front, move parameters together, by the mean of their losses.
        targets: `[steps, outputs]`, a row for each sample of the inputs, with the same axis in front, or a list of
            those.
        optimizer: as in `fit_bptt`, but "lbfgs".
        loss: as in `fit_bptt`: a mean over rows.
        lr: learning rate; the optimiser's own, if left out.
        epochs: times that all trials are gone through: 100 for one, 1 for a list, if left out.
        feedback: how errors of outputs reach units: "symmetric", back through the weights to the output; "random", by
            weights that are drawn and stay; "adaptive", by weights that are drawn and then move as those to the output
            do; or such weights by label, `[units, outputs]`.
        decay: of adaptive feedback: what share of both weights is lost when they move.
        sampling_steps: every so many steps, the output is compared with the target.
        cutoff: steps of each trial that are not compared.
        update_steps: parameters move after each so many steps, while traces go on; after whole trials, if left out.
        optimizer_kwargs: further arguments of the optimiser.
        loss_kwargs: further arguments of the loss.
        verbose: print the loss of each epoch.
        averaging: of feedback by weights: errors reach units as a running average, of which this share is left at the
            next row that is compared; without it, each reaches them alone.
        following: of feedback by weights: what share of their way to the weights to the output these go when parameters
            move.

    Returns:
        The loss of each epoch as "loss"; the output of the last trial; and weights of feedback by label of the node, if
        there are such, as "feedback". The last gradient is that of parameters.

    Raises:
        ArgumentError, UnknownNameError: something is not as it should be.
        UnsupportedFeatureError: something is trained that is no unit's own, or its template is no function of its
            states and inputs.
        SimulationError: an output or the loss is not finite; parameters are those from before that trial.
    """
    pairs, count = trials_of(inputs, targets), epochs_of(inputs, epochs)
    rows, moves = _Rows(loss_of(loss, loss_kwargs), sampling_steps, cutoff), Moves(decay, averaging, following)
    width = None if update_steps is None else whole_number("update_steps", update_steps, 1)
    chosen = _optimiser_of(network, optimizer, lr, optimizer_kwargs)
    for text in network.engine(()).told:
        warn(text)
    learner = Learner(network, chosen, rows, feedback, moves, width, max(count_of(given) for given, _ in pairs))
    trials = [(given, side_by_side(wanted, length_of(given), count_of(given), network.n_out,
                                   network.get_buffer("anchor"))) for given, wanted in pairs]  # fmt: skip
    losses = []
    for epoch in range(count):
        losses.append(float(np.mean([learner.trial(*trial) for trial in trials])))
        if verbose:
            print(f"epoch {epoch + 1} of {count}: loss {losses[-1]:.6g}")
    observed = observed_again(network, pairs[-1][0], np.array(losses), sampling_steps=sampling_steps, cutoff=cutoff)
    if learner.feedback.weights:
        observed.save("feedback", {label: held.detach() for label, held in learner.feedback.weights.items()})
    return observed


def _optimiser_of(network: Network, given: Any, lr: float | None, options: Mapping[str, Any] | None) -> Any:
    """Return an optimiser of a network's parameters that takes any direction.

    Raises:
        ArgumentError, UnknownNameError: it is something else.
    """
    if given == "lbfgs" or isinstance(given, torch.optim.LBFGS):
        raise ArgumentError("optimizer 'lbfgs' needs the gradient of the loss, and that of e-prop is another one.")
    return optimiser_of(given, network.parameters(), lr, options)


class _Rows:
    """Which rows of a trial are compared, and how."""

    def __init__(self, loss: Loss, stride: int, cutoff: int) -> None:
        self.loss = loss
        self._stride, self._cutoff = whole_number("sampling_steps", stride, 1), whole_number("cutoff", cutoff, 0)

    def of(self, begin: int, end: int) -> list[int]:
        """Return the steps from one to another whose rows are compared."""
        return [step for step in range(begin, end) if step >= self._cutoff and not step % self._stride]


class Learner:
    """What learns of a network, and how.

    Args:
        network: that learns.
        optimiser: of its parameters.
        rows: which are compared.
        feedback: how errors reach units.
        moves: of feedback weights.
        update_steps: parameters move after each so many steps; None for whole trials.
        trials: largest number of those that run side by side.

    Raises:
        ArgumentError, UnsupportedFeatureError: e-prop cannot train what is trained.
    """

    def __init__(
        self,
        network: Network,
        optimiser: torch.optim.Optimizer,
        rows: _Rows,
        feedback: Any,
        moves: Moves,
        update_steps: int | None,
        trials: int,
    ) -> None:
        self._network, self._optimiser, self._rows, self._update_steps = network, optimiser, rows, update_steps
        self._moments = max(1, trials) * update_steps if update_steps else max(MOMENTS, trials)
        stateful = {label: network.node(label) for label in network.nodes
                    if any(state.path.startswith(f"{label}/") for state in network.system.states)}  # fmt: skip
        self._trained = [path for path, value in network.named_parameters() if value.requires_grad]
        self._readout = Readout(network, stateful)
        self._traces = {label: _traces(network, node, self._trained, self._moments) for label, node in stateful.items()
                        if _learns(network, label, self._trained)}  # fmt: skip
        _check_all(self._trained, self._readout, self._traces.values())
        learning = {label: stateful[label] for label in self._traces}
        self.feedback = Feedback(feedback, network, self._readout, learning, moves)
        if self.feedback.follows:
            optimiser.add_param_group({"params": list(self.feedback.weights.values())})

    def trial(self, inputs: Any, targets: torch.Tensor) -> float:
        """Return the loss of a trial, in which parameters moved.

        Raises:
            SimulationError: an output or the loss is not finite.
        """
        network, optimiser, total = self._network, self._optimiser, 0.0
        before = {path: network.get_parameter(path).detach().clone() for path in self._trained}
        network.reset()
        self.feedback.reset()
        for traces in self._traces.values():
            traces.reset()
        optimiser.zero_grad()
        trials = count_of(inputs)
        targets = targets.transpose(0, 1) if trials else targets
        compared = len(self._rows.of(0, len(targets)))
        width = self._update_steps or self._moments // max(1, trials)
        try:
            for begin in range(0, len(targets), width):
                piece = slice(begin, min(begin + width, len(targets)))
                total += self._piece(part_of(inputs, piece), targets[piece], begin, compared)
                if self._update_steps:
                    self._move()
                    optimiser.zero_grad()
        except SimulationError:
            with torch.no_grad():
                for path, value in before.items():
                    network.get_parameter(path).copy_(value)
            network.reset()
            raise
        if not self._update_steps:
            self._move()
        return total

    def _piece(self, inputs: Any, targets: torch.Tensor, begin: int, compared: int) -> float:
        """Return the share that some steps have in the loss, and add to gradients."""
        network, rows, count = self._network, self._rows, len(targets)
        recorded = self._recorded(inputs)
        values = network.values()
        chosen = [step - begin for step in rows.of(begin, begin + count)]
        units = {label: recorded[network.output_of(label)].clone().requires_grad_()
                 for label in self._readout.nodes}  # fmt: skip
        fed = samples_of("inputs", inputs, [network.node(label) for label in network.starts], network.dtype,
                         network.place)  # fmt: skip
        starts = {network.node(label).path(network.node(label).input) for label in self._readout.starts}
        some = {path: rows_ for path, rows_ in fed.items() if path in starts}
        loss = 0.0
        signals: Mapping[str, torch.Tensor] = {label: torch.zeros_like(value) for label, value in units.items()}
        if chosen:
            output = self._readout.outputs(units, some, values)[chosen]
            output = output if output.requires_grad else output.detach().requires_grad_()
            found = self.feedback.signals(units, output, targets[chosen], rows.loss, len(chosen) / compared)
            if not np.isfinite(found.loss):
                raise SimulationError(
                    f"The loss is {found.loss!r}. The network has the parameters from before this trial again: take a "
                    "smaller lr=."
                )
            loss, signals = found.loss, found.units
            if self.feedback.weights:
                signals = {label: _spread(rows_, chosen, count) if label in self.feedback.weights else rows_
                           for label, rows_ in signals.items()}  # fmt: skip
        for label, traces in self._traces.items():
            signal = signals.get(label)
            if signal is None:
                signal = torch.zeros_like(recorded[network.node(label).path(network.node(label).output)])
            self._add(traces.gradients(count, recorded, values, signal), values)
        return loss

    def _recorded(self, inputs: Any) -> dict[str, torch.Tensor]:
        """Take steps, and return what traces need of them by path, an axis of trials behind that of steps."""
        network = self._network
        wanted = dict.fromkeys(
            path
            for traces in self._traces.values()
            for path in (*traces.units.states, *traces.units.fed, *(item.source for item in traces.synapses))
        )
        wanted |= dict.fromkeys(network.output_of(label) for label in self._readout.nodes)
        split = {path: (path.partition("/")[0], path.partition("/")[2]) for path in wanted}
        found = network.run(inputs, record_vars=list(split.values()))
        return {path: found[item].movedim(-2, 0) for path, item in split.items()}

    def _add(self, gradients: Mapping[str, torch.Tensor], values: Mapping[str, torch.Tensor]) -> None:
        """Add derivatives by values to those of what optimisers move."""
        for path, found in gradients.items():
            value = values[path]
            value.backward(found if value.numel() == found.numel() and value.ndim == found.ndim  # type: ignore[no-untyped-call]
                           else found.sum().reshape(value.shape), retain_graph=True)  # fmt: skip

    def _move(self) -> None:
        self.feedback.follow(self._network)
        self._optimiser.step()
        self.feedback.move(self._network)


def _spread(rows: torch.Tensor, chosen: Sequence[int], count: int) -> torch.Tensor:
    """Return rows where they belong among all."""
    found = rows.new_zeros((count, *rows.shape[1:]))
    found[list(chosen)] = rows
    return found


def _learns(network: Network, label: str, trained: Sequence[str]) -> bool:
    """Tell whether something of a node with states, or an edge to it, is trained."""
    own = any(path.startswith(f"{label}/") and "->" not in path for path in trained)
    return own or any(edge.path in trained for edge in network.edges_to(label))


def _traces(network: Network, node: Node, trained: Sequence[str], width: int) -> Traces:
    """Return the traces of a node."""
    edges = network.edges_to(node.label)
    inputs = [node.path(node.input)] if node.label in network.starts else []
    fed = tuple(dict.fromkeys([edge.target_path for edge in edges] + inputs))
    own = [edge for edge in edges if edge.source == node.label and not _late(network, edge)]
    seen = tuple(dict.fromkeys([node.path(node.output), *(edge.source_path for edge in own)]))
    units = Units(node, network.values(), fed, seen, width, network.engine(()))
    synapses = [Synapses(edge.path, edge.target_path, edge.source_path, _checked_late(network, edge))
                for edge in edges if edge.path in trained]  # fmt: skip
    parameters = [path for path in (*units.parameters, *units.states) if path in trained]
    recurrent = [OwnEdge(edge.path, edge.target_path, edge.source_path) for edge in own]
    return Traces(units, node.path(node.output), synapses, parameters, recurrent)


def _late(network: Network, edge: Edge) -> float:
    """Return by how many steps an edge comes late; NaN for several delays, or those that are spread."""
    if edge.delays is None:
        return 1.0 if edge.feedback else 0.0
    delays = np.unique(np.asarray(edge.delays, dtype=float))
    return float(delays[0] / network.dt) if len(delays) == 1 and edge.spread is None else np.nan


def _checked_late(network: Network, edge: Edge) -> int:
    """Return by how many steps an edge that is trained comes late.

    Raises:
        UnsupportedFeatureError: that is not one whole number for all of its connections.
    """
    steps = _late(network, edge)
    if not abs(steps - round(steps) if np.isfinite(steps) else np.nan) < 1e-9:
        raise UnsupportedFeatureError(
            f"e-prop trains the weights of edges whose connections have one delay, of whole steps; '{edge.path}' has "
            "others. Use fit_bptt()."
        )
    return round(steps)


def _check_all(trained: Sequence[str], readout: Readout, traces: Iterator[Traces] | Any) -> None:
    """Raise for a parameter that e-prop does not train.

    Raises:
        UnsupportedFeatureError: there is one.
    """
    able = {*readout.paths}
    for one in traces:
        able |= {*one.trained, *(item.path for item in one.synapses)}
    for path in trained:
        if path not in able:
            raise UnsupportedFeatureError(
                f"e-prop trains parameters of nodes with states, weights of edges that end at these, and weights "
                f"between them and the output; '{path}' is none of these. Freeze it, or use fit_bptt()."
            )
