"""Eligibility traces: how much the states of each unit hold of what its parameters and weights did, forward in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from attrs import frozen

from rates_rnn.units import Local, Units


@frozen(eq=False)
class Synapses:
    """An edge whose weights are trained.

    Attributes:
        path: of the weights.
        target: path of what it feeds.
        source: path of what it brings.
        late: steps by which it comes late.
    """

    path: str
    target: str
    source: str
    late: int


@frozen(eq=False)
class OwnEdge:
    """An edge from units of a node to each other at once: what it brings a unit from itself is that unit's own.

    Attributes:
        path: of the weights.
        target: path of what it feeds.
        source: path of what it brings.
    """

    path: str
    target: str
    source: str


class Traces:
    """Traces of a node, and the gradient of the loss that they give with a learning signal [bellec2020]_.

    Args:
        units: of the node.
        output: path of the variable that the learning signal is of.
        synapses: edges to the node that are trained.
        trained: paths of its parameters, and of its states at the start, that are.
        own: edges between its units, without delay.
    """

    def __init__(
        self,
        units: Units,
        output: str,
        synapses: Sequence[Synapses],
        trained: Sequence[str],
        own: Sequence[OwnEdge],
    ) -> None:
        self.units, self.output, self.synapses, self.own = units, output, tuple(synapses), tuple(own)
        self.trained = tuple(trained)
        self._traces: dict[str, torch.Tensor] = {}
        self._late: dict[str, torch.Tensor] = {}

    def reset(self) -> None:
        """Forget: a trial begins."""
        self._traces, self._late = {}, {}

    def gradients(
        self,
        steps: int,
        recorded: Mapping[str, torch.Tensor],
        values: Mapping[str, torch.Tensor],
        signal: torch.Tensor,
    ) -> dict[str, torch.Tensor]:
        """Return what some steps add to the gradient, by path: one for each unit, or for each weight.

        Args:
            steps: number of them.
            recorded: states, inputs and sources before each step, `[steps, units]` or `[steps, trials, units]` by path.
            values: of all that can be set.
            signal: derivative of the loss by the output of each unit, likewise.
        """
        states = {path: recorded[path] for path in self.units.states}
        fed = {path: recorded[path] for path in self.units.fed}
        local = self._with_own(self.units.derivatives(states, fed, values), values)
        sources = {item.path: self._arriving(item, recorded[item.source], steps) for item in self.synapses}
        found: dict[str, torch.Tensor] = {}
        for step in range(steps):
            for path, part in self._step(step, local, sources, values).items():
                now = signal[step]
                added = now.reshape(*now.shape, *[1] * (part.ndim - now.ndim)) * part
                added = added if now.ndim < 2 else added.sum(0)
                found[path] = found[path] + added if path in found else added
        return found

    def _step(
        self, step: int, local: Local, sources: Mapping[str, torch.Tensor], values: Mapping[str, torch.Tensor]
    ) -> dict[str, torch.Tensor]:
        """Return how the output moves with all that is trained, and go on with the traces."""
        seen, found = local.seen[self.output][step], {}
        for item in self.synapses:
            x = sources[item.path][step]
            drive = local.drive[item.target][step]
            trace = self._traces.get(item.path, drive.new_zeros((*drive.shape[:-1], x.shape[-1], drive.shape[-1])))
            at_once = local.at_once[self.output, item.target][step]
            found[item.path] = (trace @ seen[..., None])[..., 0] + at_once[..., None] * x[..., None, :]
            self._traces[item.path] = trace @ local.states[step].mT + drive[..., None, :] * x[..., None, :, None]
        for path in self.trained:
            trace = self._traces.get(path, self._first(path, seen))
            found[path] = (trace * seen).sum(-1)
            after = (local.states[step] @ trace[..., None])[..., 0]
            if path in local.drive:
                found[path] = found[path] + local.at_once[self.output, path][step]
                after = after + local.drive[path][step]
            self._traces[path] = after
        return found

    def _first(self, path: str, like: torch.Tensor) -> torch.Tensor:
        """Return the trace at the start: a state at the start moves itself."""
        trace = torch.zeros_like(like)
        if path in self.units.states:
            trace[..., self.units.states.index(path)] = 1.0
        return trace

    def _with_own(self, local: Local, values: Mapping[str, torch.Tensor]) -> Local:
        """Return derivatives with what units bring themselves by edges without delay."""
        states, drive = local.states, dict(local.drive)
        for edge in self.own:
            weight = torch.diagonal(values[edge.path].detach())
            into = local.drive[edge.target] * weight[:, None]
            states = states + into[..., :, None] * local.seen[edge.source][..., None, :]
            for path in drive:
                drive[path] = drive[path] + into * local.at_once[edge.source, path][..., None]
        return Local(states, drive, local.seen, local.at_once)

    def _arriving(self, item: Synapses, rows: torch.Tensor, steps: int) -> torch.Tensor:
        """Return what an edge brings in some steps; before the start it was as at the start."""
        before = self._late.get(item.path, rows[:1].expand(item.late, *rows.shape[1:]))
        found = torch.cat([before, rows[:steps]])
        self._late[item.path] = found[steps:]
        return found[:steps]
