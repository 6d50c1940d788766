"""Loops whose steps are compiled some at a time."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FunctionType, ModuleType
from typing import Any

import torch
from torch.autograd import forward_ad

STEPS = 10  # that are compiled together: machine code and its compilation grow with their number


class Pieces:
    """What a module's `rollout` returns, compiled for a fixed number of steps and called as often as that takes.

    A row is made at the start of each piece and dropped where none is wanted. Steps that no piece is left for are taken
    without compiling them; so are all where derivatives go forwards, which compiled functions of PyTorch lose unsaid,
    and under `torch.vmap` and other transformations, which do not go through these.

    Args:
        module: whose `rollout` it is.
    """

    def __init__(self, module: ModuleType) -> None:
        make, self._module = module.rollout, module

        def run(parameters: Sequence[Any], *arguments: Any) -> Any:
            return make(*parameters)(*arguments, 0)

        self._plain, self._compiled = run, dict[Any, Callable[..., Any]]()

    def _of_its_own(self, key: Any) -> Callable[..., Any]:
        """Return a compiled function for calls that are alike.

        PyTorch counts what it compiles by code, of all models together, and gives up after a few.
        """
        if key not in self._compiled:
            code = self._plain.__code__.replace()  # another object, which is compiled anew
            own = FunctionType(code, globals(), code.co_name, closure=self._plain.__closure__)
            self._compiled[key] = torch.compile(own, dynamic=False, fullgraph=True)
        return self._compiled[key]

    def __call__(
        self, parameters: Sequence[Any], y: Any, h: Any, first: Any, samples: int, stride: int, inputs: Any, draws: Any,
        windows: Any, gathers: Any, together: int, segment: int,
    ) -> Any:  # fmt: skip
        """Take steps; see the generated module."""
        given = list(_tensors((tuple(parameters), y, inputs, draws, windows, gathers)))
        if any(map(_moves, given)) or any(map(_transformed, given)):
            plain = self._module.rollout(*parameters)
            return plain(y, h, first, samples, stride, inputs, draws, windows, gathers, together, segment)
        varying = bool(windows) and gathers[0][0][0].ndim > 1
        most = STEPS // stride * stride or STEPS
        state = *parameters, y, *windows
        kinds = [_kind(value) for value in _tensors(state)]
        wide = [value.shape[1:] for value in _tensors((inputs, draws, gathers))]
        every = min(stride, most)  # of longer ones there is a row at the start of some pieces, and it is the same
        compiled = self._of_its_own((torch.is_grad_enabled(), every, together, varying, *kinds, *wide))
        y, windows, rows, done = _leaf(y), tuple(map(_leaf, windows)), [], 0
        while done < samples * stride:
            within = samples * stride - done if most >= stride else stride - done % stride
            count = min(most, within)
            run = compiled if count == most else self._plain
            chosen = slice(done, done + count)
            tables, own = _some((inputs, draws), chosen), _some(gathers, chosen) if varying else gathers
            parts = (count // stride, stride) if most >= stride else (1, count)
            with _compiling(self._module):
                y, found, windows = run(parameters, y, h, first + done, *parts, *tables, windows, own, together)
            if done % stride == 0:
                rows.append(found)
            done += count
        return y, tuple(torch.cat(values) for values in zip(*rows, strict=True)), windows


@contextmanager
def _compiling(module: ModuleType) -> Iterator[None]:
    """Let a module be found by its name, under which the compiler looks up what its functions call.

    On its way it does what PyTorch warns of: it looks at `grad` of what it is given, and calls what has grown old.
    """
    sys.modules[module.__name__] = module
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", r"The \.grad attribute of a Tensor that is not a leaf", UserWarning)
            warnings.filterwarnings("ignore", r"`torch\.jit\.\w+` is deprecated", DeprecationWarning)
            yield
    finally:
        del sys.modules[module.__name__]


def _leaf(value: torch.Tensor) -> torch.Tensor:
    """Return a tensor for which the same is compiled as for those that come out of a piece."""
    if torch.is_grad_enabled() and not value.requires_grad and (value.is_floating_point() or value.is_complex()):
        return value.detach().clone().requires_grad_()
    return value.clone()


def _kind(value: torch.Tensor) -> tuple[Any, ...]:
    """Return what of a tensor functions are compiled for."""
    return value.shape, value.dtype, value.device, value.requires_grad


def _tensors(tree: Any) -> Iterator[torch.Tensor]:
    """Yield the tensors of nested tuples."""
    if isinstance(tree, torch.Tensor):
        yield tree
    elif isinstance(tree, tuple):
        for part in tree:
            yield from _tensors(part)


def _moves(value: torch.Tensor) -> bool:
    """Return whether a derivative is carried forwards with a tensor."""
    return forward_ad.unpack_dual(value).tangent is not None  # type: ignore[no-untyped-call]


def _transformed(value: torch.Tensor) -> bool:
    """Return whether a tensor stands for others, as `torch.vmap` makes it; it has no memory of its own then."""
    try:
        value.data_ptr()
    except RuntimeError:
        return True
    return False


def _some(tree: Any, place: slice) -> Any:
    return tuple(_some(part, place) for part in tree) if isinstance(tree, tuple) else tree[place]
