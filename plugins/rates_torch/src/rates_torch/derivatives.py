"""Derivatives of losses of functions of tensors, accumulated backwards or forwards."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from rates_core.programs.arrays.runtime import Differentiated, Followed

AT_ONCE = 256  # numbers whose derivatives go through a run together: each needs room for what is kept of the past


def backwards(outputs: Callable[..., Any]) -> Differentiated:
    """Return a function that returns a loss and its derivatives, by one way back."""

    def both(loss: Callable[..., Any], variables: Sequence[torch.Tensor], rest: Any) -> Any:
        leaves = [variable.detach().clone().requires_grad_() for variable in variables]
        with torch.enable_grad():
            value = loss(outputs(leaves, rest))
        return value.detach(), _gradients(value, leaves)

    return both


def forwards(outputs: Callable[..., Any]) -> Differentiated:
    """Return a function that follows all entries of a variable side by side, in one run."""

    @torch.no_grad()
    def both(loss: Callable[..., Any], variables: Sequence[torch.Tensor], rest: Any) -> Any:
        found = {name: value.requires_grad_() for name, value in outputs(variables, rest).items()}
        with torch.enable_grad():
            value = loss(found)
        by_outputs = dict(zip(found, _gradients(value, list(found.values())), strict=True))
        push = _pushed(outputs, variables, rest)
        still = [torch.zeros_like(variable) for variable in variables]
        derivatives = []
        for number, variable in enumerate(variables):

            def entry(direction: torch.Tensor, number: int = number) -> torch.Tensor:
                _, moved = push(*still[:number], direction, *still[number + 1 :])
                parts = (torch.sum((by_outputs[name].conj() * part).real) for name, part in moved.items())
                return sum(parts, value * 0)

            one_each = torch.eye(variable.numel(), dtype=variable.dtype, device=variable.device)
            with _silent():
                among = one_each.reshape(-1, *variable.shape)
                entries = torch.func.vmap(entry, chunk_size=AT_ONCE)(among) if len(among) else variable
            derivatives.append(entries.reshape(variable.shape))
        return value, derivatives

    return both


def along(outputs: Callable[..., Any]) -> Followed:
    """Return a function that returns outputs and how they move: with all numbers side by side, in one run."""

    @torch.no_grad()
    def both(variables: Sequence[torch.Tensor], rest: Any, directions: Sequence[torch.Tensor]) -> Any:
        with _silent():
            places: Any = (None, 0)  # outputs are those of one run
            push = torch.func.vmap(_pushed(outputs, variables, rest), out_dims=places)
            parts = [push(*some) for some in zip(*(torch.split(part, AT_ONCE) for part in directions), strict=True)]
        return parts[0][0], {name: torch.cat([rows[name] for _, rows in parts]) for name in parts[0][0]}

    return both


def _pushed(outputs: Callable[..., Any], variables: Sequence[torch.Tensor], rest: Any) -> Callable[..., Any]:
    """Return a function of a direction for each variable: outputs, and how they move."""

    def run(*moving: torch.Tensor) -> dict[str, torch.Tensor]:
        return dict(outputs(moving, rest))

    def push(*direction: torch.Tensor) -> Any:
        return torch.func.jvp(run, tuple(variables), direction)

    return push


@contextmanager
def _silent() -> Iterator[None]:
    """Hide that PyTorch imports what it has declared to be old, by a category of each of its versions."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"`torch\.jit\.script` is ", Warning)
        yield


def _gradients(value: torch.Tensor, leaves: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """Return the derivatives of a number, 0 by what it does not depend on."""
    if not value.requires_grad or not leaves:
        return [torch.zeros_like(leaf) for leaf in leaves]
    found = torch.autograd.grad(value, list(leaves), allow_unused=True)
    return [torch.zeros_like(leaf) if part is None else part for leaf, part in zip(leaves, found, strict=True)]
