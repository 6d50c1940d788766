"""Ways to take the steps of a circuit, and to follow them back, that users choose by name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import numpy as np
import torch
from attrs import frozen
from rates_core.errors import ArgumentError, UnsupportedFeatureError, did_you_mean, shown
from rates_core.plugins import BackendSpec, get_manager

from rates_rnn.followed import FollowedTensors

PRECISIONS = {torch.float64: "float64", torch.float32: "float32"}


class Steps(Protocol):
    """Steps of a circuit as a function of tensors.

    Attributes:
        values: what all values are at first, by path.
    """

    values: Mapping[str, np.ndarray]

    def advance(
        self,
        values: Mapping[str, torch.Tensor],
        inputs: Mapping[str, torch.Tensor],
        between: Any,
        *,
        stride: int = 1,
        checkpoint: bool = False,
    ) -> tuple[dict[str, torch.Tensor], Any]:
        """Return what was recorded before every `stride` steps, and what goes on."""


class Way(ABC):
    """A way to take steps. Abstract."""

    @abstractmethod
    def options(self, dtype: torch.dtype, device: torch.device) -> dict[str, Any]:
        """Return how a circuit is compiled.

        Raises:
            ArgumentError: nothing computes with such numbers, or there.
        """

    @abstractmethod
    def steps(self, found: Any) -> Steps:
        """Return the steps, of those that a compiled model has."""


@frozen
class ByTorch(Way):
    """Steps of PyTorch, which knows their derivatives.

    Attributes:
        compiled: whether `torch.compile` makes machine code of them, ten at a time.
    """

    compiled: bool

    def options(self, dtype: torch.dtype, device: torch.device) -> dict[str, Any]:
        """Return how a circuit is compiled."""
        if dtype not in PRECISIONS:
            raise ArgumentError(f"A network computes with torch.float64 or torch.float32, not with {dtype}.")
        return {
            "backend": "torch", "float_precision": PRECISIONS[dtype], "device": str(device), "compile": self.compiled,
        }  # fmt: skip

    def steps(self, found: Steps) -> Steps:
        """Return the steps."""
        return found


@frozen
class ByLoops(Way):
    """Loops of a compiled backend, one forwards and one that carries derivatives back.

    Attributes:
        backend: its name.
    """

    backend: str

    def options(self, dtype: torch.dtype, device: torch.device) -> dict[str, Any]:
        """Return how a circuit is compiled."""
        if dtype != torch.float64 or device.type != "cpu":
            raise ArgumentError(
                f"The loops of '{self.backend}' compute with torch.float64 on the processor, and this network with "
                f"{dtype} on '{device}'. Make it with engine='eager' or 'compiled'."
            )
        return {"backend": self.backend}

    def steps(self, found: Any) -> Steps:
        """Return the steps as a function of tensors."""
        return FollowedTensors(found)


EAGER = ByTorch(compiled=False)
BY_TORCH: Mapping[str, Way] = {"eager": EAGER, "compiled": ByTorch(compiled=True)}
NATIVE = "native"


def way_of(engine: Any) -> Way:
    """Return the way of a name: one of PyTorch, "native", or a backend whose loops go back.

    Raises:
        ArgumentError: there is none of that name.
        UnsupportedFeatureError: no such backend is installed, or a tool of it is missing.
    """
    if isinstance(engine, str) and engine in BY_TORCH:
        return BY_TORCH[engine]
    able = {spec.name: spec for spec in _going_back()}
    if engine == NATIVE:
        return ByLoops(_ready(able.values()).name)
    if isinstance(engine, str) and engine in able:
        return ByLoops(_ready([able[engine]]).name)
    names = [*BY_TORCH, NATIVE, *able]
    meant = did_you_mean(engine, names) if isinstance(engine, str) else ""
    *others, last = map(repr, names)
    raise ArgumentError(f"engine is {shown(engine)}.{meant} It is {', '.join(others)} or {last}.")


def _going_back() -> Iterable[BackendSpec]:
    """Yield the backends whose own loops carry derivatives back."""
    return (spec for spec in get_manager().backends().values() if "adjoint" in spec.capabilities.differentiation)


def _ready(specs: Iterable[BackendSpec]) -> BackendSpec:
    """Return the first backend whose tools are there.

    Raises:
        UnsupportedFeatureError: there is none.
    """
    missing = []
    for spec in specs:
        tool = spec.missing_tool()
        if tool is None:
            return spec
        missing.append(tool)
    none = "no backend is installed whose own loops go back. pip install rates-numba brings one"
    raise UnsupportedFeatureError(f"The network cannot take its steps natively: {'; '.join(missing) or none}.")
