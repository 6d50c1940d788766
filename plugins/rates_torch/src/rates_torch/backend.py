"""The PyTorch backend."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

import numpy as np
import torch
from rates_core.programs.arrays.devices import chosen_device
from rates_core.programs.arrays.kernel import ArrayBackend
from rates_core.programs.arrays.outputs import Given
from rates_core.programs.arrays.runtime import ArrayRuntime, Binder, Differentiated, Followed, Kind
from rates_core.programs.arrays.trainable import RunOfValues
from rates_core.switches import switch

from rates_torch.derivatives import along, backwards, forwards
from rates_torch.language import TORCH
from rates_torch.pieces import Pieces
from rates_torch.trainable import Run

KINDS = {
    "float64": {"real": torch.float64, "complex": torch.complex128, "integer": torch.int64},
    "float32": {"real": torch.float32, "complex": torch.complex64, "integer": torch.int64},
}


class TorchBackend(ArrayBackend):
    """Generate modules of pure functions of tensors."""

    language = TORCH

    def runtime(self, precision: str, options: Mapping[str, Any]) -> ArrayRuntime:
        """Return the runtime for programs of this precision."""
        device = _device(options.get("device"))
        return TorchRuntime(precision, switch("compile", options.get("compile", False)), device)


class TorchRuntime(ArrayRuntime):
    """Tensors of one precision."""

    eager = True

    def __init__(self, precision: str, compiled: bool, device: torch.device | None = None) -> None:
        self._kinds, self.rolls, self._device = KINDS[precision], compiled, device

    side_by_side = True

    def array(self, value: Any, kind: Kind) -> torch.Tensor:
        """Return numbers as a tensor with memory of its own."""
        return torch.tensor(np.asarray(value), dtype=self._kinds[kind], device=self._device)

    def numpy(self, value: Any) -> np.ndarray:
        """Return a tensor as an array with memory of its own."""
        return np.array(self.view(value))

    def view(self, value: Any) -> np.ndarray:
        """Return a tensor as an array in the same memory."""
        found: np.ndarray = value.detach().resolve_conj().cpu().numpy()
        return found

    def binder(self, make: Callable[..., Callable[..., Any]], traceable: bool) -> Binder:
        """Return what binds parameters to a function, without the graph that gradients would need."""

        def bind(parameters: Sequence[Any]) -> Callable[..., Any]:
            with torch.no_grad():
                return torch.no_grad()(make(*parameters))

        return bind

    def rollout(self, module: ModuleType, forward: bool) -> Callable[..., Any]:
        """Return what runs steps so that derivatives can flow back; runs take them too if they are compiled."""
        return Pieces(module) if self.rolls else super().rollout(module, forward)

    def joined(self, parts: Sequence[Any], axis: int = 0) -> Any:
        """Return arrays one behind the other."""
        return torch.cat(list(parts), axis)

    def broadcast_to(self, value: Any, shape: tuple[int, ...]) -> Any:
        """Return an array, repeated along new first axes and such of length 1."""
        return torch.broadcast_to(value, shape)

    def exchanged(self, value: Any) -> Any:
        """Return an array whose first two axes have changed places."""
        return value.transpose(0, 1)

    def complex_of(self, pairs: Any) -> Any:
        """Return complex numbers, whose real and imaginary parts stand in a last axis of two."""
        return torch.complex(pairs[..., 0], pairs[..., 1])

    def parts_of(self, numbers: Any) -> Any:
        """Return the real and imaginary parts of complex numbers side by side, along the last axis."""
        return torch.view_as_real(numbers).flatten(-2)

    def differentiated(self, outputs: Callable[..., Any], forward: bool) -> Differentiated:
        """Return the function that returns a loss and its derivatives."""
        return forwards(outputs) if forward else backwards(outputs)

    def tangents(self, outputs: Callable[..., Any]) -> Followed:
        """Return the function that returns outputs and how they move."""
        return along(outputs)

    def trainable(self, function: RunOfValues, given: Given) -> Run:
        """Return a run as a module of PyTorch."""
        return Run(function, given, self)


def _device(value: Any) -> torch.device | None:
    """Return a device by name, None for that on which PyTorch makes tensors."""
    remedy = "a GPU of NVIDIA and a build of PyTorch for CUDA"
    chosen = chosen_device(value, "PyTorch", lambda kind: _gpus() if kind == "cuda" else 1, remedy)
    return None if chosen is None else torch.device(*chosen)


def _gpus() -> int:
    """Count the GPUs that PyTorch finds; of a driver that is not there it may warn, and the refusal says it better."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return torch.cuda.device_count() if torch.cuda.is_available() else 0
