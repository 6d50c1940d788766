"""Runs in parts of a few steps, of which derivatives are taken; and in segments, for less to be kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from types import ModuleType
from typing import Any

import tensorflow as tf

from rates_tf.chains import Chain

WRITTEN_OUT = 8  # evaluations of equations that are compiled as one part, about: more take long to compile
REPEATS = 250  # of a part, for which it is worth while to write out one more step
Tree = Any  # tensors in tuples
Part = Callable[[Tree, Tree, Tree], Any]


class Segments:
    """What a module's `rollout` returns, for any number of steps.

    For the way back, the state before each part of some steps is kept; with segments only that before each of these.

    Args:
        module: whose `rollout` it is; that is given few steps.
        forward: whether derivatives are accumulated forwards.
    """

    def __init__(self, module: ModuleType, forward: bool) -> None:
        self._module, self._forward = module, forward

    def __call__(
        self, parameters: Sequence[Any], y: Any, h: Any, first: Any, samples: int, stride: int, inputs: Any, draws: Any,
        windows: Any, gathers: Any, together: int, segment: int,
    ) -> Any:  # fmt: skip
        """Take steps; see the generated module."""
        varying, steps = bool(windows) and gathers[0][0][0].shape.rank > 1, samples * stride

        def some(shared: Tree, state: Tree, own: Tree) -> Any:
            """Take a few steps."""
            (parameters, gathers), (y, windows), (numbers, inputs, draws, varied) = shared, state, own
            y, rows, windows = self._module.rollout(*parameters)(
                y, h, numbers[0], numbers.shape[0], 1, inputs, draws, windows, varied if varying else gathers, together
            )
            return (y, windows), rows

        def stretch(shared: Tree, state: Tree, own: Tree) -> Any:
            """Take steps, as many as are written out at a time, then the rest one by one."""
            few = _few(own[0].shape[0], len(inputs), together if windows else 0)
            return self._in_turn(((some, few), (some, 1)), shared, state, own)

        own = first + tf.range(steps, dtype=tf.int64), inputs, draws, gathers if varying else ()
        shared = tuple(parameters), () if varying else gathers
        size = segment * stride if samples >= 2 * segment > 0 else steps
        (y, windows), rows = self._in_turn(((stretch, size), (stretch, steps % size)), shared, (y, windows), own)
        return y, tuple(values[::stride] for values in rows), windows

    def _in_turn(self, parts: Sequence[tuple[Part, int]], shared: Tree, state: Tree, own: Tree) -> Any:
        """Return the state behind steps and their rows: each part takes so many steps at once, as often as it can."""
        found, left = [], own[0].shape[0]
        for part, size in parts:
            many = left // size if size else 0
            if many:
                folded = _mapped(partial(_folded, left=left, many=many, size=size), own)
                state, rows = self._repeated(part, size, many, shared, state, folded)
                found.append(tuple(tf.reshape(values, [-1, *values.shape[2:]]) for values in rows))
                left -= many * size
        rows = found[0] if len(found) == 1 else tuple(tf.concat(values, 0) for values in zip(*found, strict=True))
        return state, rows

    def _repeated(self, part: Part, size: int, many: int, shared: Tree, state: Tree, own: Tree) -> Any:
        """Return the state behind parts of so many steps, and their rows with an axis of parts in front."""
        if many == 1:
            state, rows = part(shared, state, _mapped(lambda table: table[0], own))
            return state, _mapped(lambda values: values[None], rows)
        advances = [0, *(size if size <= window.shape[0] else 0 for window in state[1])]
        return Chain(part, many, advances, self._forward)(shared, state, own)


def _few(steps: int, nodes: int, together: int) -> int:
    """Return the number of steps that are written out in loops over some: 1 in those that take no time anyway.

    Where some read together, it is a multiple of their number, or smaller.
    """
    few = max(1, min(WRITTEN_OUT // nodes, steps // REPEATS))
    return few - few % together if 0 < together < few else few


def _folded(table: Any, left: int, many: int, size: int) -> Any:
    """Return the first of the entries that are left, by part."""
    return tf.reshape(table[-left:][: many * size], [many, size, *table.shape[1:]])


def _mapped(function: Callable[[Any], Any], tree: Tree) -> Tree:
    return tf.nest.map_structure(function, tree)
