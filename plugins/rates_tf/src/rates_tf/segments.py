"""Runs of which only the beginnings of some segments are kept for the way back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import tensorflow as tf

Tree = Any  # tensors in tuples


class Segments:
    """What a module's `rollout` returns; with segments, their steps are taken once more on the way back.

    Args:
        module: whose `rollout` it is.
    """

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def _run(self, parameters: Sequence[Any], *arguments: Any) -> Any:
        return self._module.rollout(*parameters)(*arguments)

    def __call__(
        self, parameters: Sequence[Any], y: Any, h: Any, first: Any, samples: int, stride: int, inputs: Any, draws: Any,
        windows: Any, gathers: Any, together: int, segment: int,
    ) -> Any:  # fmt: skip
        """Take steps; see the generated module."""
        many = samples // segment if segment else 0
        if many < 2:
            return self._run(
                parameters, y, h, first, samples, stride, inputs, draws, windows, gathers, together
            )  # fmt: skip
        varying, steps = bool(windows) and gathers[0][0][0].shape.rank > 1, segment * stride

        def part(shared: Tree, state: Tree, own: Tree) -> Tree:
            (parameters, gathers), (y, windows), (first, inputs, draws, varied) = shared, state, own
            y, rows, windows = self._run(
                parameters, y, h, first, segment, stride, inputs, draws, windows, varied if varying else gathers,
                together,
            )  # fmt: skip
            return (y, windows), rows

        tables = inputs, draws, gathers if varying else ()
        firsts = first + steps * tf.range(many, dtype=tf.int64)
        folded = firsts, *_mapped(lambda table: _folded(table[: many * steps], many), tables)
        shared = tuple(parameters), () if varying else gathers
        (y, windows), found = chained(part, shared, (y, windows), folded, many)
        found = tuple(tf.reshape(rows, [-1, *rows.shape[2:]]) for rows in found)
        if samples > many * segment:
            inputs, draws, varied = _mapped(lambda table: table[many * steps :], tables)
            y, last, windows = self._run(
                parameters, y, h, first + many * steps, samples - many * segment, stride, inputs, draws, windows,
                varied if varying else gathers, together,
            )  # fmt: skip
            found = tuple(tf.concat(parts, 0) for parts in zip(found, last, strict=True))
        return y, found, windows


def chained(part: Callable[..., Any], shared: Tree, state: Tree, own: Tree, many: int) -> Tree:
    """Return the state behind many parts, and what each of them returned, stacked.

    On the way back every part is run once more, from the state before it.

    Args:
        part: takes what all parts share, a state, and what is a part's own; returns a state and tensors.
        shared: see there.
        state: before the first part.
        own: with an axis of parts in front.
        many: number of parts.
    """
    forms = shared, state, own

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def run(*flat: Any) -> Any:
        shared, state, own = tf.nest.pack_sequence_as(forms, flat)
        _, rows = part(shared, state, _mapped(lambda table: table[0], own))

        def taken(place: Any, state: Tree, before: Tree, found: Tree) -> Any:
            after, rows = part(shared, state, _mapped(lambda table: table[place], own))
            given = zip(before, tf.nest.flatten(state), strict=True)
            before = tuple(array.write(place, value) for array, value in given)
            return place + 1, after, before, tuple(a.write(place, r) for a, r in zip(found, rows, strict=True))

        begun = tuple(_array(value, many) for value in tf.nest.flatten(state))
        start = 0, state, begun, tuple(_array(value, many) for value in rows)
        _, end, before, found = tf.while_loop(lambda place, *_: place < many, taken, start, maximum_iterations=many)
        results = *tf.nest.flatten(end), *(array.stack() for array in found)

        def back(*by_results: Any) -> Any:
            count = len(by_results) - len(rows)
            kept = [array.stack() for array in before]
            sums = [tf.zeros_like(value) for value in tf.nest.flatten(shared)]
            owned = [_array(value[0], many) for value in tf.nest.flatten(own)]

            def pulled(place: Any, by_state: Any, sums: Any, owned: Any) -> Any:
                given = (
                    shared,
                    tf.nest.pack_sequence_as(state, [value[place] for value in kept]),
                    _mapped(lambda table: table[place], own),
                )
                with tf.GradientTape() as tape:
                    tape.watch(given)
                    after, rows = part(*given)
                    reached = [*tf.nest.flatten(after), *rows]
                by_reached = [*by_state, *(value[place] for value in by_results[count:])]
                found = tape.gradient(reached, tf.nest.flatten(given), by_reached, unconnected_gradients="zero")
                by_shared, by_before, by_own = (
                    tf.nest.flatten(tree) for tree in tf.nest.pack_sequence_as(given, found)
                )
                sums = tuple(total + value for total, value in zip(sums, by_shared, strict=True))
                owned = tuple(array.write(place, value) for array, value in zip(owned, by_own, strict=True))
                return place - 1, tuple(by_before), sums, owned

            start = many - 1, tuple(by_results[:count]), tuple(sums), tuple(owned)
            _, by_state, total, owned = tf.while_loop(
                lambda place, *_: place >= 0, pulled, start, maximum_iterations=many
            )
            return [*total, *by_state, *(array.stack() for array in owned)]

        return results, back

    results = run(*tf.nest.flatten(forms))
    count = len(tf.nest.flatten(state))
    return tf.nest.pack_sequence_as(state, results[:count]), tuple(results[count:])


def _mapped(function: Callable[[Any], Any], tree: Tree) -> Tree:
    return tf.nest.map_structure(function, tree)


def _folded(table: Any, many: int) -> Any:
    return tf.reshape(table, [many, -1, *table.shape[1:]])


def _array(value: Any, many: int) -> tf.TensorArray:
    return tf.TensorArray(value.dtype, many, element_shape=value.shape)
