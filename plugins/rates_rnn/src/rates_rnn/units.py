"""Units of a node, each for itself: their steps, and the derivatives of these by what is the unit's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import torch
from attrs import evolve, frozen
from rates_core.errors import UnsupportedFeatureError
from rates_core.programs.routine import make_routine
from rates_core.system.system import TIME, System

from rates_rnn.engine import Engine, circuit_of
from rates_rnn.parts import Node

NEXT = "next "  # before names of states after the step, among what is differentiated


@frozen(eq=False)
class Local:
    """Derivatives at some moments, of units by what is their own; behind moments there may be an axis of trials.

    Attributes:
        states: of states after a step by those before it, `[moments, units, after, before]`.
        drive: of states after a step by inputs and parameters by path, `[moments, units, states]`.
        seen: of variables by states, `[moments, units, states]`.
        at_once: of variables by inputs and parameters, `[moments, units]`, by both paths.
    """

    states: torch.Tensor
    drive: Mapping[str, torch.Tensor]
    seen: Mapping[str, torch.Tensor]
    at_once: Mapping[tuple[str, str], torch.Tensor]


class Units:
    """The units of a node without the edges between them, at several moments of several trials side by side.

    Args:
        node: whose units they are.
        values: of all that can be set, by path.
        fed: paths of what edges and inputs feed.
        seen: paths of variables that others are given.
        moments: largest number of them, those of all trials.
        like: the engine of the whole network.

    Raises:
        UnsupportedFeatureError: a step is no function of what is the unit's own at its start.
    """

    def __init__(
        self,
        node: Node,
        values: Mapping[str, torch.Tensor],
        fed: Sequence[str],
        seen: Sequence[str],
        moments: int,
        like: Engine,
    ) -> None:
        self.node, self.fed, self.seen, self._moments = node, tuple(fed), tuple(seen), moments
        self.states = tuple(path for path in like.states(torch.zeros(like.system.width)) if _is_of(node, path))
        self.parameters = tuple(path for path in values if _is_of(node, path) and path not in self.states)
        own = {path.removeprefix(f"{node.label}/"): values[path] for path in (*self.parameters, *self.states)}
        tiled = {path: self._tiled(value).tolist() for path, value in {**node.values, **own}.items()}
        alone = evolve(node, n=node.n * moments, values=tiled)
        self._engine = Engine(
            circuit_of([alone], [], like.step_size), like.step_size,
            [evolve(alone, input=path.removeprefix(f"{node.label}/")) for path in self.fed],
            {path: path for path in self.seen}, like.dtype, like.place, like.surrogate,
        )  # fmt: skip
        _check(node, self._engine.system)
        self._check_alone(values)

    def derivatives(
        self, states: Mapping[str, torch.Tensor], inputs: Mapping[str, torch.Tensor], values: Mapping[str, torch.Tensor]
    ) -> Local:
        """Return derivatives along a run.

        Args:
            states: before each step, `[moments, units]` or `[moments, trials, units]` by path.
            inputs: in each step, likewise.
            values: of parameters, one for all units or one per unit.
        """
        rows, leaves = {**states, **inputs}, {}
        width = next(iter(rows.values())).shape
        for path, value in rows.items():
            leaves[path] = self._filled(value.detach()).requires_grad_()
        for path in self.parameters:
            leaves[path] = self._tiled(values[path].detach()).clone().requires_grad_()
        with torch.enable_grad():
            after, seen = self._step(leaves)
        found: dict[tuple[str, str], torch.Tensor] = {}
        for name, value in {**{NEXT + path: value for path, value in after.items()}, **seen}.items():
            parts: tuple[torch.Tensor | None, ...] = (None,) * len(leaves)
            if value.requires_grad:
                parts = torch.autograd.grad(value.sum(), list(leaves.values()), retain_graph=True, allow_unused=True)
            for path, part in zip(leaves, parts, strict=True):
                found[name, path] = torch.zeros(width, dtype=value.dtype, device=value.device) if part is None else (
                    part[: prod(width)].reshape(width))  # fmt: skip
        others = (*self.fed, *self.parameters)
        return Local(
            torch.stack([torch.stack([found[NEXT + after, before] for before in self.states], -1)
                         for after in self.states], -2),
            {path: torch.stack([found[NEXT + after, path] for after in self.states], -1) for path in others},
            {name: torch.stack([found[name, state] for state in self.states], -1) for name in self.seen},
            {(name, path): found[name, path] for name in self.seen for path in others},
        )  # fmt: skip

    def _step(self, values: Mapping[str, torch.Tensor]) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
        """Return states after a step, and what is seen before it."""
        inputs = {path: values[path][None] for path in self.fed}
        given = {path: values[path] for path in self._engine.paths}
        seen, between = self._engine.advance(given, inputs, None)
        return self._engine.states(between.y), {path: rows[0].reshape(-1) for path, rows in seen.items()}

    def _filled(self, rows: torch.Tensor) -> torch.Tensor:
        """Return values of all units at as many moments as are computed together: the last one stands for others."""
        flat = rows.reshape(-1, self.node.n)
        return torch.cat([flat, flat[-1:].expand(self._moments - len(flat), -1)]).reshape(-1)

    def _tiled(self, value: Any) -> torch.Tensor:
        """Return values of all units at all moments.

        Raises:
            UnsupportedFeatureError: there is not one for each unit.
        """
        found = torch.as_tensor(value)
        if found.numel() not in (1, self.node.n) or found.ndim > 1:
            raise UnsupportedFeatureError(
                f"e-prop takes one number for each unit, and '{self.node.label}' has values of the shape "
                f"{tuple(found.shape)}. Use fit_bptt()."
            )
        return found.reshape(-1).expand(self.node.n).repeat(self._moments)

    def _check_alone(self, values: Mapping[str, torch.Tensor]) -> None:
        """Raise if a unit moves another one: by a sum over units, say.

        Raises:
            UnsupportedFeatureError: it does.
        """
        generator = torch.Generator().manual_seed(0)
        like = next(iter(values.values()))
        width = self.node.n * self._moments
        drawn = {path: torch.rand(width, generator=generator, dtype=torch.float64).to(like)
                 for path in (*self.fed, *self.states)}  # fmt: skip
        given = {**{path: self._tiled(values[path].detach()) for path in self.parameters}, **drawn}
        moved = {path: torch.cat([value[:1], 1 + value[1:]]) for path, value in drawn.items()}
        with torch.no_grad():
            before, after = self._step(given), self._step({**given, **moved})
        for one, other in zip(before, after, strict=True):
            for path, value in one.items():
                if not torch.equal(value[:1].nan_to_num(), other[path][:1].nan_to_num()):
                    raise UnsupportedFeatureError(
                        f"In e-prop, units act on each other by edges alone, and within the template of "
                        f"'{self.node.label}' they do too: '{path}' of a unit depends on others. Use fit_bptt()."
                    )


def _is_of(node: Node, path: str) -> bool:
    return path.startswith(f"{node.label}/") and "->" not in path


def _check(node: Node, system: System) -> None:
    """Raise unless the steps of units are functions of their states, inputs and parameters.

    Raises:
        UnsupportedFeatureError: they depend on the past, on time, or on random numbers, or are complex.
    """
    varying = make_routine(system, [item.expression for item in system.derivatives]).varying
    causes = {
        "reads its own past": bool(system.reads),
        "has noise": bool(system.draws),
        "has complex states": any(state.complex for state in system.states),
        "has states that follow from others at the start": any(
            isinstance(state.initial, str) and "#" not in state.path for state in system.states
        ),
        "depends on time by more than inputs": TIME in varying,
    }
    for cause, holds in causes.items():
        if holds:
            raise UnsupportedFeatureError(
                f"e-prop takes the steps of each unit from its states and inputs, and the template of '{node.label}' "
                f"{cause}. Use fit_bptt()."
            )
