"""Readouts that learn while the network runs, by recursive least squares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from attrs import define
from rates_core.errors import ArgumentError, SimulationError, UnsupportedFeatureError, shown

from rates_rnn.observer import Observer
from rates_rnn.parts import Edge, array, whole_number
from rates_rnn.signals import is_list, length_of, part_of, side_by_side, trials_of

if TYPE_CHECKING:
    from rates_rnn.network import Network


def fit_rls(
    network: Network,
    inputs: Any,
    targets: Any,
    forgetting: float = 1.0,
    alpha: float = 1.0,
    update_steps: int = 1,
    sampling_steps: int = 1,
    cutoff: int = 0,
    covariance: Any = None,
    verbose: bool = False,
) -> Observer:
    r"""Fit the edges with `train="rls"` while the network runs, by recursive least squares [haykin2014]_.

    With feedback from the output this is FORCE learning [sussillo2009]_: the network is fed what it puts out, which
    comes close to the target after a few steps and stays there, while weights settle at those with which it goes on
    alone. One run begins where the network is, each of a list at its start; weights go on from one to the next. Several
    that run side by side learn the same weights, from all of their errors at each update.

    After n updates the weights W are those for which the sum of `forgetting`\ :sup:`n-i` times the squared error at the
    i-th, plus `alpha` times `forgetting`\ :sup:`n` times the squared distance from the weights at first, is least.

    Args:
        network: with edges that have `train="rls"`, which end at its output, the identity.
        inputs: as `run` takes them, with an axis of trials in front too; or a list of those of several trials.
        targets: `[steps, outputs]`, a row for each sample of the inputs, with the same axis in front, or a list of
            those.
        forgetting: in (0, 1]: what an error counts with each later update.
        alpha: of squared distances from the weights at first; more than 0. The covariance is the identity over it at
            first.
        update_steps: weights move at every so many steps.
        sampling_steps: every so many steps, the output is observed.
        cutoff: steps of each trial in which weights stay.
        covariance: of an earlier fit, which is gone on with, in place of `alpha`.
        verbose: print the mean squared error of each trial.

    Returns:
        The output of the last trial, as it was before each update; as "loss" the mean squared error of each trial;
        "w_out", `[outputs, sources]`; and "covariance".

    Raises:
        ArgumentError, UnsupportedFeatureError: something is not as it should be.
        SimulationError: an output is not finite; weights are as before the fit.
    """
    pairs = trials_of(inputs, targets)
    counts = {name: whole_number(name, given, least) for name, given, least in (
        ("update_steps", update_steps, 1), ("sampling_steps", sampling_steps, 1), ("cutoff", cutoff, 0))}  # fmt: skip
    readout = Readout.of(network, _share(forgetting), alpha, covariance)
    before = readout.weights
    begin = network.reset if is_list(inputs) else network.ready
    begin()
    anchor, losses = network.get_buffer("anchor"), []
    trials = [(given, side_by_side(target, length_of(given), network.trials_of(given), network.n_out, anchor))
              for given, target in pairs]  # fmt: skip
    try:
        for number, trial in enumerate(trials, 1):
            begin()
            found, loss = _trial(network, readout, *trial, counts)
            losses.append(loss)
            if verbose:
                print(f"trial {number} of {len(pairs)}: loss {loss:.6g}")
    except SimulationError:
        readout.set(before)
        raise
    observed = Observer(found.times, {"out": found["out"]}, np.array(losses))
    observed.save("w_out", readout.weights)
    observed.save("covariance", readout.covariance)
    return observed


@define(eq=False)
class Readout:
    """Weights that are learned, and the inverse of the correlation of what they read.

    Attributes:
        network: that they are of.
        edges: that bring them, whose sources stand side by side.
        weights: `[outputs, sources]`.
        covariance: `[sources, sources]`, or one for each output, `[outputs, sources, sources]`, where edges have masks.
        forgetting: what earlier errors count after an update.
    """

    network: Network
    edges: tuple[Edge, ...]
    weights: torch.Tensor
    covariance: torch.Tensor
    forgetting: float

    @classmethod
    def of(cls, network: Network, forgetting: float, alpha: float, covariance: Any) -> Readout:
        """Return the readout of a network.

        Raises:
            ArgumentError: it has none, or something is not as it should be.
            UnsupportedFeatureError: its output is not linear in the weights.
        """
        edges = network.edges_of("rls")
        _check_edges(network, edges)
        weights = torch.cat([network.value(edge.path).detach() for edge in edges], dim=1)
        kept = torch.cat([network.mask(edge.path) for edge in edges], dim=1)
        shape = (weights.shape[1],) * 2 if bool(kept.all()) else (*weights.shape, weights.shape[1])
        if covariance is None:
            if isinstance(alpha, bool) or not isinstance(alpha, int | float) or not 0 < alpha < np.inf:
                raise ArgumentError(f"alpha has to be a number above 0; it is {shown(alpha)}.")
            start = torch.diag_embed(kept[0] if len(shape) == 2 else kept) / alpha
        else:
            found = array("covariance", covariance)
            if found.shape != shape:
                raise ArgumentError(f"covariance has the shape {found.shape}; it has to be {shape}.")
            start = torch.tensor(found, dtype=weights.dtype, device=weights.device)
        return cls(network, edges, weights, start, forgetting)

    def sources(self) -> list[tuple[str, str]]:
        """Return what is read: nodes and their variables."""
        return [(edge.source, edge.source_path.removeprefix(f"{edge.source}/")) for edge in self.edges]

    def learn(self, sources: torch.Tensor, error: torch.Tensor) -> None:
        """Move weights against errors, outputs less their targets, at values of the sources.

        The covariance stays symmetric to the last bit: a product of a vector with itself is taken from it.

        Args:
            sources: `[sources]`, or `[trials, sources]` of several trials.
            error: `[outputs]`, likewise.
        """
        weights, forgetting = self.weights, self.forgetting
        several = (sources, error) if sources.ndim > 1 else (sources[None], error[None])
        for row, wrong in zip(*several, strict=True):
            left = wrong if weights is self.weights else wrong + (weights - self.weights) @ row
            moved = self.covariance @ row
            size = forgetting + (moved * row).sum(-1, keepdim=True)
            product = moved[..., :, None] * moved[..., None, :]
            self.covariance = (self.covariance - product / size[..., None]) / forgetting
            weights, forgetting = weights - left[:, None] * (moved / size), 1.0  # all trials of one time count alike
        self.set(weights)

    def set(self, weights: torch.Tensor) -> None:
        """Give the network some weights."""
        self.weights = weights
        widths = [edge.weights.shape[1] for edge in self.edges]
        for edge, part in zip(self.edges, torch.split(weights, widths, 1), strict=True):
            self.network.set_value(edge.path, part)


def _trial(
    network: Network, readout: Readout, inputs: Any, targets: torch.Tensor, counts: dict[str, int]
) -> tuple[Observer, float]:
    """Return what was observed of a trial, and its mean squared error; weights move on the way.

    They move once the output of a step is known: before the next step is taken, so that this has the new ones.
    """
    sources, every = readout.sources(), counts["update_steps"]
    times, outputs, squares, begin = [], [], 0.0, 0
    steps = targets.shape[-2]
    while begin < steps:
        end = min(begin + (every if begin else 1), steps)
        found = network.run(part_of(inputs, slice(begin, end)), record_vars=sources)
        errors = found["out"] - targets[..., begin:end, :]
        squares += float(errors.square().sum())
        if end > counts["cutoff"] and not (end - 1) % every:
            readout.learn(torch.cat([found[source][..., -1, :] for source in sources], -1), errors[..., -1, :])
        stride = slice(-begin % counts["sampling_steps"], None, counts["sampling_steps"])
        times.append(found.times[stride])
        outputs.append(found["out"][..., stride, :])
        begin = end
    return Observer(np.concatenate(times), {"out": torch.cat(outputs, -2)}), squares / targets.numel()


def _check_edges(network: Network, edges: Sequence[Edge]) -> None:
    """Raise unless the output is linear in the weights of edges.

    Raises:
        ArgumentError: there are none, or they end elsewhere.
        UnsupportedFeatureError: the output is no sum of what they bring.
    """
    if not edges:
        raise ArgumentError("No edge learns by recursive least squares. Add one with add_edge(..., train='rls').")
    for edge in edges:
        if edge.target != network.output:
            raise ArgumentError(
                f"The edge from '{edge.source}' to '{edge.target}' has train='rls', and the output is that of "
                f"'{network.output}', which alone has targets. Train it with 'gd', or call compile(output=...)."
            )
        if network.node(edge.target).output != "identity_op/r":
            raise UnsupportedFeatureError(
                f"Recursive least squares needs an output that is linear in the weights, and '{edge.target}' is a "
                "function of what edges bring. Make it add_func_node(..., activation_function='identity')."
            )


def _share(given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < given <= 1:
        raise ArgumentError(f"forgetting has to be a number above 0 and at most 1; it is {shown(given)}.")
    return float(given)
