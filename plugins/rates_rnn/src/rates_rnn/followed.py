"""Steps of compiled loops as a function of tensors, through which derivatives flow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch.autograd.function import once_differentiable


class FollowedTensors:
    """The steps of a compiled model whose loops go back, in PyTorch's graph.

    What is recorded, and what goes on, are tensors; whatever a loss makes of these, their derivatives go back through
    the loops, to those values and inputs by which the loss is differentiated.

    Args:
        steps: of the model.

    Attributes:
        values: what all values are at first, by path.
    """

    def __init__(self, steps: Any) -> None:
        self._steps, self.values = steps, steps.values

    def advance(
        self,
        values: Mapping[str, torch.Tensor],
        inputs: Mapping[str, torch.Tensor],
        between: Any,
        *,
        stride: int = 1,
        checkpoint: bool = False,
    ) -> tuple[dict[str, torch.Tensor], Any]:
        """Return what was recorded before every `stride` steps, and what goes on.

        Args:
            values: all, by path.
            inputs: samples by path.
            between: what goes on from earlier steps; None starts.
            stride: steps per row.
            checkpoint: loops do so anyway.
        """
        call = _Call(self._steps, tuple(values), tuple(inputs), between, stride)
        before = () if between is None else (between.y, *between.windows)
        rows = _Followed.apply(call, *values.values(), *inputs.values(), *before)  # type: ignore[no-untyped-call]
        count = len(call.outputs)
        after = call.after._replace(y=rows[count], windows=tuple(rows[count + 1 :]))
        return dict(zip(call.outputs, rows, strict=False)), after


class _Call:
    """Some steps: what they are given beside tensors, and what became of them.

    Attributes:
        outputs: names of what is recorded.
        after: what goes on.
    """

    def __init__(self, steps: Any, values: Sequence[str], inputs: Sequence[str], between: Any, stride: int) -> None:
        self._steps, self._between, self._stride = steps, between, stride
        self._names, self._first = (*values, *inputs), len(values)
        self.outputs: tuple[str, ...] = ()
        self.after: Any = None
        self._back: Callable[..., Any] | None = None

    def forwards(self, tensors: Sequence[torch.Tensor], wanted: Sequence[bool]) -> tuple[torch.Tensor, ...]:
        """Return rows by output, and what goes on.

        Args:
            tensors: values, inputs, and what went on before.
            wanted: for each, whether its derivative may be asked for.
        """
        arrays = [tensor.detach().numpy() for tensor in tensors]
        named, before = dict(zip(self._names, arrays, strict=False)), self._between
        if before is not None:
            y, *windows = arrays[len(self._names) :]
            before = before._replace(y=y, windows=tuple(windows))
        values = {name: named[name] for name in self._names[: self._first]}
        inputs = {name: named[name] for name in self._names[self._first :]}
        asked = [name for name, one in zip(self._names, wanted, strict=False) if one]
        outputs, self.after, self._back = self._steps.followed(values, inputs, before, stride=self._stride, wrt=asked)
        self.outputs = tuple(outputs)
        return tuple(map(torch.from_numpy, map(np.asarray, (*outputs.values(), self.after.y, *self.after.windows))))

    def backwards(self, slopes: Sequence[torch.Tensor]) -> tuple[torch.Tensor | None, ...]:
        """Return derivatives by all tensors, of those by rows and what goes on."""
        assert self._back is not None
        arrays, count = [slope.numpy() for slope in slopes], len(self.outputs)
        by_after = self.after._replace(y=arrays[count], windows=tuple(arrays[count + 1 :]))
        found, by_before = self._back(dict(zip(self.outputs, arrays, strict=False)), by_after)
        before = () if by_before is None else (by_before.y, *by_before.windows)
        named = [found.get(name) for name in self._names]
        return tuple(None if part is None else torch.from_numpy(np.asarray(part)) for part in (*named, *before))


class _Followed(torch.autograd.Function):
    """What loops do, as an operation of PyTorch."""

    @staticmethod
    def forward(ctx: Any, call: _Call, *tensors: torch.Tensor) -> tuple[torch.Tensor, ...]:
        ctx.call = call
        return call.forwards(tensors, ctx.needs_input_grad[1:])

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *slopes: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        return None, *ctx.call.backwards(slopes)
