"""Derivatives of losses of functions of tensors, accumulated backwards or forwards."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from rates_core.programs.arrays.runtime import Differentiated, Followed
from torch.autograd import forward_ad


def backwards(outputs: Callable[..., Any]) -> Differentiated:
    """Return a function that returns a loss and its derivatives, by one way back."""

    def both(loss: Callable[..., Any], variables: Sequence[torch.Tensor], rest: Any) -> Any:
        leaves = [variable.detach().clone().requires_grad_() for variable in variables]
        with torch.enable_grad():
            value = loss(outputs(leaves, rest))
        return value.detach(), _gradients(value, leaves)

    return both


def forwards(outputs: Callable[..., Any]) -> Differentiated:
    """Return a function that runs once for each entry of the variables."""

    @torch.no_grad()
    def both(loss: Callable[..., Any], variables: Sequence[torch.Tensor], rest: Any) -> Any:
        found = {name: value.requires_grad_() for name, value in outputs(variables, rest).items()}
        with torch.enable_grad():
            value = loss(found)
        by_outputs = dict(zip(found, _gradients(value, list(found.values())), strict=True))
        derivatives = []
        for number, variable in enumerate(variables):
            entries = []
            for direction in torch.eye(variable.numel(), dtype=variable.dtype, device=variable.device):
                still: list[torch.Tensor | None] = [None] * len(variables)
                still[number] = direction.reshape(variable.shape)
                _, moved = _tangents(outputs, variables, rest, still)
                parts = (torch.sum((by_outputs[name].conj() * part).real) for name, part in moved.items())
                entries.append(sum(parts, value * 0))
            derivatives.append(torch.stack(entries).reshape(variable.shape) if entries else variable)
        return value, derivatives

    return both


def along(outputs: Callable[..., Any]) -> Followed:
    """Return a function that returns outputs and how they move; it runs once for each number."""

    @torch.no_grad()
    def both(variables: Sequence[torch.Tensor], rest: Any, directions: Sequence[torch.Tensor]) -> Any:
        runs = [_tangents(outputs, variables, rest, direction) for direction in zip(*directions, strict=True)]
        found = runs[0][0]
        rows = {
            name: torch.stack([moved.get(name, torch.zeros_like(value)) for _, moved in runs])
            for name, value in found.items()
        }
        return found, rows

    return both


def _tangents(
    outputs: Callable[..., Any],
    variables: Sequence[torch.Tensor],
    rest: Any,
    directions: Sequence[torch.Tensor | None],
) -> tuple[Mapping[str, torch.Tensor], Mapping[str, torch.Tensor]]:
    """Return outputs, and how they move when variables move in directions; those that do not are left out."""
    with forward_ad.dual_level(), warnings.catch_warnings():
        # what PyTorch imports for this calls what it has declared to be old, by a category of each of its versions
        warnings.filterwarnings("ignore", r"`torch\.jit\.script` is ", Warning)
        moving = [
            variable if direction is None else forward_ad.make_dual(variable, direction)  # type: ignore[no-untyped-call]
            for variable, direction in zip(variables, directions, strict=True)
        ]
        found = outputs(moving, rest)
        parts = {
            name: forward_ad.unpack_dual(value)  # type: ignore[no-untyped-call]
            for name, value in found.items()
        }
    moved = {name: part.tangent for name, part in parts.items() if part.tangent is not None}
    return {name: part.primal for name, part in parts.items()}, moved


def _gradients(value: torch.Tensor, leaves: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """Return the derivatives of a number, 0 by what it does not depend on."""
    if not value.requires_grad or not leaves:
        return [torch.zeros_like(leaf) for leaf in leaves]
    found = torch.autograd.grad(value, list(leaves), allow_unused=True)
    return [torch.zeros_like(leaf) if part is None else part for leaf, part in zip(leaves, found, strict=True)]
