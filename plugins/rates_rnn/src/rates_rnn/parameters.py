"""Values of a network by their paths in the model: parameters that are trained, and buffers that are not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import torch
from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown

from rates_rnn.constraints import Constraint
from rates_rnn.parts import array
from rates_rnn.priors import Prior


class Values(torch.nn.Module):
    """Hold values by path. What optimisers move are the free numbers of their constraints, under the same names."""

    def __init__(self) -> None:
        super().__init__()
        self._constraints: dict[str, Constraint] = {}
        self._owners: dict[str, str] = {}  # of paths that are one parameter with another one
        self._joined: set[str] = set()  # those of them that began where their owners did
        self.priors: dict[str, Prior] = {}
        self.register_buffer("anchor", torch.zeros(0, dtype=torch.float64), persistent=False)

    def ready(self) -> None:
        """See to it that all values are held."""

    @property
    def dtype(self) -> torch.dtype:
        """Return the kind of numbers that the network computes with."""
        return self.get_buffer("anchor").dtype

    @property
    def place(self) -> torch.device:
        """Return the device that it computes on."""
        return self.get_buffer("anchor").device

    def hold(self, path: str, value: np.ndarray, trained: bool, constraint: Constraint) -> None:
        """Hold a value.

        Args:
            path: in the model.
            value: at first.
            trained: whether it is a parameter.
            constraint: of its values.

        Raises:
            ArgumentError: the value violates the constraint.
        """
        free = constraint.free(path, torch.tensor(value, dtype=self.dtype, device=self.place))
        self._constraints[path] = constraint
        if trained:
            self.register_parameter(path, torch.nn.Parameter(free))
        else:
            self.register_buffer(path, free)

    def owner(self, path: str) -> str:
        """Return the path under which a value is held: its own, or that of what it is one parameter with."""
        while path in self._owners:
            path = self._owners[path]
        return path

    def sharing(self, path: str) -> tuple[str, ...]:
        """Return all paths that are one parameter with a path, and itself."""
        owner = self.owner(path)
        return tuple(dict.fromkeys([owner, path, *(other for other in self._owners if self.owner(other) == owner)]))

    def share(self, path: str, *others: str) -> None:
        """Make one parameter of several paths, of one node or of many; it has the name of the first one.

        Args:
            path: of a value in the model.
            others: paths of values of its shape, which begin where it does.

        Raises:
            ArgumentError: a path is named twice. What is not there, or begins elsewhere, is refused by `compile`.
        """
        for other in others:
            if self.owner(other) == self.owner(path):
                raise ArgumentError(f"'{path}' and '{other}' are one parameter already.")
            self._owners[self.owner(other)] = self.owner(path)
        self.changed()

    def release(self, path: str) -> None:
        """Hold a value no more; the next path that was one parameter with it has it then."""
        others = [other for other, owner in self._owners.items() if owner == path]
        heir = self._owners.pop(path, None)
        if heir is None and others:
            heir = others.pop(0)
            del self._owners[heir]
        self._joined.difference_update((path, heir or path))
        self._owners |= dict.fromkeys(others, heir or "")
        held: Any
        for held in (self._parameters, self._buffers, self._constraints, self.priors):
            if path in held:
                value = held.pop(path)
                if heir is not None:
                    held[heir] = value

    def changed(self) -> None:
        """Forget what was made of values before."""

    def join(self, path: str, value: np.ndarray) -> None:
        """Let a path have the value of its owner, from where it begins itself.

        Raises:
            ArgumentError: it begins elsewhere, or is of another shape.
        """
        owner = self.owner(path)
        own = self.value(path) if path in self._constraints else torch.as_tensor(value)
        held = self.value(owner).detach().cpu()
        if own.shape != held.shape or not np.allclose(own.detach().cpu(), held, rtol=1e-12, atol=0.0):
            raise ArgumentError(
                f"'{path}' is one parameter with '{owner}', and they begin at {shown(own.tolist())} and "
                f"{shown(held.tolist())}. Let both begin with the same values."
            )
        for held_by in (self._parameters, self._buffers, self._constraints):
            held_by.pop(path, None)
        self._joined.add(path)

    @property
    def paths(self) -> tuple[str, ...]:
        """Return the paths of all values."""
        return (*self._constraints, *self._owners)

    def value(self, path: str) -> torch.Tensor:
        """Return a value; derivatives flow to the free numbers that it is made of."""
        path = self.owner(path)
        return self._constraints[path].value(self._free(path))

    def values(self) -> dict[str, torch.Tensor]:
        """Return all values by path; what is one parameter is one tensor."""
        found = {path: self.value(path) for path in self._constraints}
        return {**found, **{path: found[self.owner(path)] for path in self._owners}}

    def _free(self, path: str) -> torch.Tensor:
        held = self._parameters.get(path)
        return self.get_buffer(path) if held is None else held

    def parameter_values(self) -> dict[str, np.ndarray]:
        """Return the values of all parameters that are trained, or were, by path."""
        self.ready()
        trained = [path for path in self.paths if path in self._parameters]
        return {path: np.array(self.value(path).detach().cpu().numpy()) for path in trained}

    def set_value(self, path: str, value: Any) -> None:
        """Set a value; the parameter stays the same object.

        Raises:
            ArgumentError: it is not of its shape, or violates its constraint.
        """
        self.ready()
        found, own = array(f"The value of '{path}'", value), self.value(path)
        if found.shape not in ((), tuple(own.shape)):
            raise ArgumentError(f"The value of '{path}' has the shape {found.shape}; it has to be {tuple(own.shape)}.")
        filled = torch.tensor(found, dtype=own.dtype, device=own.device).expand(own.shape).clone()
        owner = self.owner(path)
        with torch.no_grad():
            self._free(owner).copy_(self._constraints[owner].free(path, filled))

    def freeze(self, *patterns: str) -> None:
        """Stop training parameters; their values stay what they are.

        Args:
            patterns: paths, in which `*` stands for anything; without any, all.
        """
        for path in map(self.owner, self._chosen(patterns)):
            if path in self._parameters:
                self.get_parameter(path).requires_grad_(False)

    def unfreeze(self, *patterns: str) -> None:
        """Train parameters, those that were frozen and those that were not trained before.

        An optimiser has those that were there when it was made.

        Args:
            patterns: paths, in which `*` stands for anything; without any, all that were frozen.
        """
        for path in map(self.owner, self._chosen(patterns)):
            if path in self._parameters:
                self.get_parameter(path).requires_grad_(True)
            elif patterns:
                free = self.get_buffer(path)
                del self._buffers[path]
                self.register_parameter(path, torch.nn.Parameter(free))

    def _chosen(self, patterns: Iterable[str]) -> Iterator[str]:
        """Yield the paths that patterns name.

        Raises:
            UnknownNameError: one names nothing.
        """
        self.ready()
        patterns = tuple(patterns)
        for pattern in patterns:
            found = [path for path in self.paths if path == pattern or fnmatchcase(path, pattern)]
            if not found:
                raise UnknownNameError(
                    f"The network has no value '{pattern}'.{did_you_mean(pattern, self.paths)} There are: "
                    f"{', '.join(self.paths)}."
                )
            yield from found
        if not patterns:
            yield from self.paths

    def get_extra_state(self) -> Mapping[str, str]:
        """Return what the stored numbers are of: constraints by path."""
        shared = {path: f"that of '{self.owner(path)}'" for path in self._owners}
        return {path: str(constraint) for path, constraint in self._constraints.items()} | shared

    def set_extra_state(self, state: Any) -> None:
        """Check that stored numbers belong to this network.

        Raises:
            ArgumentError: they belong to another one.
        """
        own = self.get_extra_state()
        for path in dict.fromkeys([*own, *state]):
            if own.get(path) != state.get(path):
                raise ArgumentError(
                    f"The stored numbers belong to another network: the constraint of '{path}' is "
                    f"{state.get(path, 'not there')} in them, and {own.get(path, 'not there')} in this one. Make the "
                    "network as it was when they were stored."
                )
