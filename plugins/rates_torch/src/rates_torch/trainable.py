"""Runs as modules of PyTorch."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import count
from typing import Any

import torch
from rates_core.errors import ArgumentError
from rates_core.programs.arrays.outputs import Given
from rates_core.programs.arrays.runtime import ArrayRuntime
from rates_core.programs.arrays.trainable import RunOfValues


class Run(torch.nn.Module):
    """A run whose values are parameters, named by their paths in the model, with colons for points in these.

    All else that it depends on stands in buffers, which go where parameters go and are no part of the `state_dict`.
    """

    def __init__(self, function: RunOfValues, given: Given, runtime: ArrayRuntime) -> None:
        super().__init__()
        self._function, self._runtime = function, runtime
        self._names: dict[str, str] = {}  # of parameters by path
        for path, value in function.arrays().items():
            self._names[path] = _name(path, self._names.values())
            self.register_parameter(self._names[path], torch.nn.Parameter(value))
        self._dtype = next(self.parameters()).dtype
        numbers = count()
        self._given = runtime.mapped(lambda value: self._kept(f"given{next(numbers)}", value), given)

    def _kept(self, name: str, value: torch.Tensor) -> str:
        self.register_buffer(name, value, persistent=False)
        return name

    def forward(self, inputs: Mapping[str, Any] | None = None) -> dict[str, torch.Tensor]:
        """Return the outputs by name.

        Args:
            inputs: samples by path, in place of those that the run was made with.

        Raises:
            ArgumentError: the module was converted to another type of numbers, or samples are not of their shape.
            UnknownNameError: there is no such input.
        """
        named = dict(self.named_parameters(remove_duplicate=False))
        values = {path: named[name] for path, name in self._names.items()}
        for path, value in values.items():
            if value.dtype != self._dtype:
                raise ArgumentError(
                    f"The parameter '{path}' is of {value.dtype}; the model was compiled for {self._dtype}. Compile it "
                    "with float_precision='float32' or 'float64' in place of converting the module."
                )
        like = next(iter(values.values()))
        fed = {path: torch.as_tensor(samples).to(like) for path, samples in (inputs or {}).items()}
        return self._function.outputs(values, fed, self._runtime.mapped(self.get_buffer, self._given))

    def extra_repr(self) -> str:
        """Return the parameters."""
        return ", ".join(f"{path}: {tuple(value.shape)}" for path, value in self.named_parameters())


def _name(path: str, others: Collection[str]) -> str:
    """Return the name of a parameter that no other one has; points stand between names of modules."""
    name = path.replace(".", ":")
    while name in others:
        name += ":"
    return name
