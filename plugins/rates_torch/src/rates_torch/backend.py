"""The PyTorch backend."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from rates_core.programs.arrays.kernel import ArrayBackend
from rates_core.programs.arrays.runtime import ArrayRuntime, Binder, Differentiated, Kind

from rates_torch.language import TORCH

KINDS = {
    "float64": {"real": torch.float64, "complex": torch.complex128, "integer": torch.int64},
    "float32": {"real": torch.float32, "complex": torch.complex64, "integer": torch.int64},
}


class TorchBackend(ArrayBackend):
    """Generate modules of pure functions of tensors."""

    language = TORCH

    def runtime(self, precision: str, options: Mapping[str, Any]) -> ArrayRuntime:
        """Return the runtime for programs of this precision."""
        return TorchRuntime(precision)


class TorchRuntime(ArrayRuntime):
    """Tensors of one precision."""

    def __init__(self, precision: str) -> None:
        self._kinds = KINDS[precision]

    def array(self, value: Any, kind: Kind) -> torch.Tensor:
        """Return numbers as a tensor with memory of its own."""
        return torch.tensor(np.asarray(value), dtype=self._kinds[kind])

    def numpy(self, value: Any) -> np.ndarray:
        """Return a tensor as an array with memory of its own."""
        return np.array(value.detach().resolve_conj().numpy())

    def binder(self, make: Callable[..., Callable[..., Any]], traceable: bool) -> Binder:
        """Return what binds parameters to a function, without the graph that gradients would need."""

        def bind(parameters: Sequence[Any]) -> Callable[..., Any]:
            with torch.no_grad():
                return torch.no_grad()(make(*parameters))

        return bind

    def side_by_side(self, parts: Sequence[Any]) -> Any:
        """Return columns as one tensor; what is alone stays as it is."""
        return parts[0] if len(parts) == 1 else torch.cat(list(parts), 1)

    def differentiated(self, outputs: Callable[..., Any]) -> Differentiated:
        """Return the function that returns a loss and its derivatives, by reverse accumulation."""

        def both(loss: Callable[..., Any], variables: Sequence[torch.Tensor], rest: Any) -> Any:
            leaves = tuple(variable.detach().clone().requires_grad_() for variable in variables)
            with torch.enable_grad():
                value = loss(outputs(leaves, rest))
            if not value.requires_grad:
                return value, [torch.zeros_like(leaf) for leaf in leaves]
            found = torch.autograd.grad(value, leaves, allow_unused=True)
            return value.detach(), [
                torch.zeros_like(leaf) if part is None else part for leaf, part in zip(leaves, found, strict=True)
            ]

        return both
