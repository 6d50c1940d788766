"""Learning signals of e-prop: the loss of outputs, and its derivative by what units put out at the same moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from attrs import asdict, evolve, frozen
from rates_core.errors import ArgumentError, UnsupportedFeatureError, shown

from rates_rnn.activations import activation
from rates_rnn.choices import Loss
from rates_rnn.engine import Engine, circuit_of
from rates_rnn.parts import Edge, Node, matrix

if TYPE_CHECKING:
    from rates_rnn.network import Network

FEEDBACKS = ("symmetric", "random", "adaptive")


@frozen(eq=False)
class Signals:
    """A loss, and its derivatives.

    Attributes:
        loss: of some rows.
        units: its derivative by the output of each node, `[rows, units]` or `[rows, trials, units]` by label.
    """

    loss: float
    units: Mapping[str, torch.Tensor]


class Readout:
    """What makes the network's output of the outputs of its nodes with states, at once.

    Attributes:
        nodes: labels of those that it reads.
        paths: of values that it has, as they are called in the network.
        starts: labels of nodes of the network's input that it reads too.

    Args:
        network: whose output it makes.
        stateful: labels of its nodes with states.

    Raises:
        UnsupportedFeatureError: the output depends on what was there earlier, by an edge with a delay.
    """

    def __init__(self, network: Network, stateful: Mapping[str, Node]) -> None:
        labels, edges = _before(network, stateful)
        self.nodes = tuple(label for label in labels if label in stateful)
        stand_ins = {label: _stand_in(label, stateful[label].n) for label in self.nodes}
        nodes = [stand_ins.get(label) or network.node(label) for label in labels]
        moved = [evolve(edge, source_path=stand_ins[edge.source].path(stand_ins[edge.source].output))
                 if edge.source in stand_ins else edge for edge in edges]  # fmt: skip
        self._called = {new.path: old.path for new, old in zip(moved, edges, strict=True)}
        self.starts = tuple(label for label in network.starts if label in labels and label not in stateful)
        self.edges, self._engine = tuple(edges), None
        if edges:
            like, output = network.engine(()), network.node(network.output)
            fed = [*stand_ins.values(), *(network.node(label) for label in self.starts)]
            self._engine = Engine(
                circuit_of(nodes, moved, network.dt), network.dt, fed, {"out": output.path(output.output)}, like.dtype,
                like.place, like.surrogate,
            )  # fmt: skip

    @property
    def paths(self) -> tuple[str, ...]:
        """Return the paths of values that it has, as the network calls them."""
        return () if self._engine is None else tuple(map(self._name, self._engine.paths))

    def _name(self, path: str) -> str:
        return self._called.get(path, path)

    def outputs(
        self, units: Mapping[str, torch.Tensor], inputs: Mapping[str, torch.Tensor], values: Mapping[str, torch.Tensor]
    ) -> torch.Tensor:
        """Return the network's output, `[rows, outputs]`, of those of nodes by label, and of inputs by path.

        Where there are trials side by side, their axis is behind that of rows, but of inputs it is in front.
        """
        if self._engine is None:
            return units[self.nodes[0]]
        swapped = {label: rows.transpose(0, 1) if rows.ndim > 2 else rows for label, rows in units.items()}
        fed = {**{f"{label}/{STAND_IN[1]}": rows for label, rows in swapped.items()}, **inputs}
        axes = max(rows.ndim for rows in fed.values())
        given = {path: values[self._name(path)] for path in self._engine.paths}
        found, _ = self._engine.advance(given, fed, None)
        rows = found["out"]
        rows = rows if rows.ndim == axes else rows[..., None]
        return rows if axes < 3 else rows.transpose(0, 1)


@frozen
class Moves:
    """How errors, and the weights that bring them to units, change from one time to the next.

    Attributes:
        decay: what share of weights that follow others, and of these, is lost when they move.
        averaging: what share of earlier errors is left at the next one; 0 for each error alone.
        following: what share of the way to the weights to the output is gone when parameters move.

    Raises:
        ArgumentError: one is no such share.
    """

    decay: float
    averaging: float
    following: float

    def __attrs_post_init__(self) -> None:
        """Check all of them."""
        for name, share in asdict(self).items():
            if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share < 1:
                raise ArgumentError(f"{name} has to be a number of at least 0 and less than 1; it is {shown(share)}.")


class Feedback:
    """How nodes learn of errors at the output.

    Attributes:
        weights: `[units, outputs]` by label of the node; empty if derivatives go back through the readout.
        follows: path of the weights that those of a node follow by the same derivatives.
        approaches: path of the weights that those of a node go to.

    Args:
        given: "symmetric", "random", "adaptive", or weights by label.
        network: that learns.
        readout: of it.
        learning: labels and nodes that need a signal.
        moves: of weights.

    Raises:
        ArgumentError: there is no such feedback, or it reaches a node in no way.
    """

    def __init__(
        self, given: Any, network: Network, readout: Readout, learning: Mapping[str, Node], moves: Moves
    ) -> None:
        self.weights: dict[str, torch.nn.Parameter] = {}
        self.follows: dict[str, str] = {}
        self._moves, self._average = moves, torch.zeros(())
        if isinstance(given, Mapping):
            self._take(given, network, learning)
        else:
            self._make(given, network, readout, learning)
        if isinstance(given, str) and given == "symmetric" and (moves.averaging or moves.following):
            raise ArgumentError(
                "averaging and following are of feedback by weights. Give feedback='random', 'adaptive', or weights by "
                "label of the node."
            )
        self.approaches = {label: _way_out(network, label) for label in self.weights if moves.following}

    def _take(self, given: Mapping[str, Any], network: Network, learning: Mapping[str, Node]) -> None:
        """Hold weights that a user gave."""
        for label, node in learning.items():
            if label not in given:
                raise ArgumentError(f"feedback has no weights of the node '{label}', which learns.")
            made = matrix(f"feedback['{label}']", given[label], node.n, network.n_out, f"'{label}'", "the output")
            self._hold(label, torch.tensor(made), network.get_buffer("anchor"))

    def _make(self, given: Any, network: Network, readout: Readout, learning: Mapping[str, Node]) -> None:
        """Hold the weights of a feedback that a user named."""
        if not isinstance(given, str) or given not in FEEDBACKS:
            raise ArgumentError(
                f"feedback is {shown(given)}; it is 'symmetric', 'random', 'adaptive', or weights by label of the node."
            )
        like, outputs = network.get_buffer("anchor"), network.n_out
        for label, node in learning.items():
            if given == "symmetric":
                _check_seen(label, readout)
            else:
                drawn = torch.randn(node.n, outputs, dtype=torch.float64) / outputs**0.5
                self._hold(label, drawn, like)
            if given == "adaptive":
                self.follows[label] = _followed(network, label)

    def _hold(self, label: str, weights: torch.Tensor, like: torch.Tensor) -> None:
        self.weights[label] = torch.nn.Parameter(weights.to(like))

    def signals(
        self, units: Mapping[str, torch.Tensor], output: torch.Tensor, targets: torch.Tensor, loss: Loss, share: float
    ) -> Signals:
        """Return the loss of rows, of all trials, and learning signals; parameters of the readout get theirs.

        Args:
            units: outputs of nodes, which the output was made of.
            output: of the network.
            targets: of its rows.
            loss: of both.
            share: of these rows in the whole loss.
        """
        output.retain_grad()
        rows, wanted = (output, targets) if output.ndim < 3 else (output.flatten(0, 1), targets.flatten(0, 1))
        total = share * loss(rows, wanted)  # a mean over rows, of which all trials have as many
        if bool(torch.isfinite(total)):
            total.backward()  # type: ignore[no-untyped-call]
        error = torch.zeros_like(output) if output.grad is None else output.grad
        found = {label: torch.zeros_like(rows) if rows.grad is None else rows.grad for label, rows in units.items()}
        error = self._averaged(error)
        for label, weights in self.weights.items():
            found[label] = error @ weights.detach().T
        return Signals(total.item(), found)

    def reset(self) -> None:
        """Forget earlier errors: a trial begins."""
        self._average = torch.zeros(())

    def _averaged(self, error: torch.Tensor) -> torch.Tensor:
        """Return running averages of errors, which go on from one piece of a trial to the next."""
        left, found = self._moves.averaging, []
        if not left:
            return error
        for row in error:
            self._average = left * self._average.to(row) + (1 - left) * row
            found.append(self._average)
        return torch.stack(found)

    def follow(self, network: Network) -> None:
        """Give feedback weights the derivatives of the weights that they follow."""
        for label, path in self.follows.items():
            gradient = network.get_parameter(path).grad
            self.weights[label].grad = None if gradient is None else gradient.T.clone()

    @torch.no_grad()
    def move(self, network: Network) -> None:
        """Move weights behind parameters: shares of those that follow are lost, so that these become alike."""
        for label, path in self.follows.items():
            self.weights[label].mul_(1 - self._moves.decay)
            network.get_parameter(path).mul_(1 - self._moves.decay)
        for label, path in self.approaches.items():
            self.weights[label].lerp_(network.value(path).T, self._moves.following)


STAND_IN = ("identity", "identity_op/x", "identity_op/r")


def _stand_in(label: str, units: int) -> Node:
    """Return a node that puts out what it is given, in place of one with states."""
    template, source, target = activation(STAND_IN[0])
    return Node(label, template, units, source, target)


def _before(network: Network, stateful: Mapping[str, Node]) -> tuple[list[str], list[Edge]]:
    """Return the labels of all nodes between the output and those with states, these too, and edges between them."""
    labels, edges = [network.output], []
    for label in labels:
        if label in stateful:
            continue
        for edge in network.edges_to(label):
            if edge.feedback or edge.delays is not None:
                raise UnsupportedFeatureError(
                    f"e-prop needs an output that follows at once from what units put out, and the edge from "
                    f"'{edge.source}' to '{edge.target}' has a delay. Use fit_bptt()."
                )
            edges.append(edge)
            if edge.source not in labels:
                labels.append(edge.source)
    return labels, edges


def _check_seen(label: str, readout: Readout) -> None:
    if label not in readout.nodes:
        raise ArgumentError(
            f"The output does not follow from the node '{label}' at once, so that symmetric feedback does not reach "
            "it. Give feedback='random', or leave its node out of training."
        )


def _way_out(network: Network, label: str) -> str:
    """Return the path of weights from a node to the output.

    Raises:
        ArgumentError: there are none.
    """
    for edge in network.edges_to(network.output):
        if edge.source == label:
            return edge.path
    raise ArgumentError(
        f"following goes to the weights from the node '{label}' to the output '{network.output}', and there are none. "
        "Leave it out."
    )


def _followed(network: Network, label: str) -> str:
    """Return the path of trained weights from a node to the output.

    Raises:
        ArgumentError: there are none.
    """
    for edge in network.edges_to(network.output):
        held = dict(network.named_parameters()).get(edge.path)
        if edge.source == label and held is not None and held.shape == edge.weights.shape:
            return edge.path
    raise ArgumentError(
        f"Adaptive feedback follows trained weights from the node '{label}' to the output '{network.output}', and "
        "there are none. Add such an edge with train='gd', or give feedback='random'."
    )
