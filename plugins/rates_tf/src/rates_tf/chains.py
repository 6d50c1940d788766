"""Loops of which derivatives are taken by loops of their own, backwards or forwards.

TensorFlow would keep every number that a step computes, and can hand nothing of that from one compiled function to
another. Here the way out keeps what each part begins with, and the way back runs that part once more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

Tree = Any  # tensors in tuples


class Chain:
    """Many parts of a run, each of which goes on from the state behind the one before it.

    Args:
        part: takes what all parts share, a state, and what is a part's own; returns a state and rows.
        many: number of parts.
        advances: per tensor of a state, the number of rows by which a part moves it on: it drops as many at its
            beginning and has as many new ones at its end. 0 for those that are others behind each part.
        forward: whether derivatives are accumulated forwards.
    """

    def __init__(self, part: Callable[..., Any], many: int, advances: Sequence[int], forward: bool) -> None:
        self._part, self._many, self._advances, self._forward = part, many, tuple(advances), forward

    def __call__(self, shared: Tree, state: Tree, own: Tree) -> Tree:
        """Return the state behind all parts, and the rows of each of them, stacked.

        Args:
            shared: see `part`.
            state: before the first part.
            own: with an axis of parts in front.
        """
        forms = shared, state, own
        given = tf.nest.flatten(forms)
        moving = [place for place, value in enumerate(given) if _moves(value)]

        def filled(values: Sequence[Any]) -> Tree:
            return tf.nest.pack_sequence_as(forms, _put(given, moving, values))

        @tf.custom_gradient  # type: ignore[untyped-decorator]
        def run(*values: Any) -> Any:
            trees = filled(values)
            end, rows, trails = self._out(*trees)

            def back(*by_results: Any) -> Any:
                return self._linear(trees, trails)(*by_results)

            return [*end, *rows], back

        results = run(*(given[place] for place in moving))
        count = len(tf.nest.flatten(state))
        return tf.nest.pack_sequence_as(state, results[:count]), tuple(results[count:])

    def _linear(self, trees: Tree, trails: Sequence[Any]) -> Callable[..., Any]:
        """Return what takes derivatives by results to those by what is given.

        That is linear, and its own derivative goes the other way, along the run: derivatives by derivatives that are
        asked for with `forward` are those of results.
        """
        shared, state, own = trees

        def transposed(*by_results: Any) -> Any:
            return self._back(shared, state, own, trails, by_results)

        def both(*by_results: Any) -> Any:
            return transposed(*by_results), lambda *tangents: self._along(shared, state, own, tangents)

        linear: Callable[..., Any] = tf.custom_gradient(both) if self._forward else transposed
        return linear

    def _out(self, shared: Tree, state: Tree, own: Tree) -> Any:
        """Return the end, rows, and the trail of each tensor of the state: what all parts began with."""
        many = self._many
        _, rows = self._part(shared, state, _at(own, 0))

        def taken(place: Any, state: Tree, trails: Tree, found: Tree) -> Any:
            after, rows = self._part(shared, state, _at(own, place))
            ends = zip(tf.nest.flatten(state), tf.nest.flatten(after), self._advances, strict=True)
            left = [end[-new:] if new else start for start, end, new in ends]
            return place + 1, after, _written(trails, place, left), _written(found, place, rows)

        starts = zip(tf.nest.flatten(state), self._advances, strict=True)
        begun = tuple(_array(value[-new:] if new else value, many) for value, new in starts)
        start = 0, state, begun, tuple(_array(value, many) for value in rows)
        _, end, trails, found = tf.while_loop(lambda place, *_: place < many, taken, start, maximum_iterations=many)
        left = zip(tf.nest.flatten(state), trails, self._advances, strict=True)
        kept = [tf.concat((value, trail.concat()), 0) if new else trail.stack() for value, trail, new in left]
        return tf.nest.flatten(end), [array.stack() for array in found], kept

    def _before(self, state: Tree, trails: Sequence[Any], place: Any) -> Tree:
        """Return the state before a part."""
        found = []
        for value, trail, rows in zip(tf.nest.flatten(state), trails, self._advances, strict=True):
            if rows:
                first = tf.concat(([place * rows], tf.zeros([value.shape.rank - 1], tf.int32)), 0)
                found.append(tf.slice(trail, first, value.shape))
            else:
                found.append(trail[place])
        return tf.nest.pack_sequence_as(state, found)

    def _back(self, shared: Tree, state: Tree, own: Tree, trails: Sequence[Any], by_results: Sequence[Any]) -> Any:
        """Return derivatives by all that moves, from those by the end and by rows."""
        many, count = self._many, len(tf.nest.flatten(state))
        by_rows = by_results[count:]

        def pulled(place: Any, by_state: Any, sums: Any, owned: Any) -> Any:
            given = shared, self._before(state, trails, place), _at(own, place)
            found = _pulled(self._part, given, [*by_state, *(value[place] for value in by_rows)])
            by_shared, by_before, by_own = (_moving(tree) for tree in _like(given, found))
            sums = tuple(total + value for total, value in zip(sums, by_shared, strict=True))
            return place - 1, tuple(by_before), sums, _written(owned, place, by_own)

        sums = tuple(tf.zeros_like(value) for value in _moving(shared))
        owned = tuple(_array(value[0], many) for value in _moving(own))
        start = many - 1, tuple(by_results[:count]), sums, owned
        _, by_state, sums, owned = tf.while_loop(lambda place, *_: place >= 0, pulled, start, maximum_iterations=many)
        return [*sums, *by_state, *(array.stack() for array in owned)]

    def _along(self, shared: Tree, state: Tree, own: Tree, tangents: Sequence[Any]) -> Any:
        """Return how the end and rows move, when all that is given moves along tangents; nothing is kept for that."""
        many, moved = self._many, _like((shared, state, own), tangents)
        by_shared, by_own = _moving(moved[0]), _moving(moved[2])
        shapes = self._part(shared, state, _at(own, 0))[1]

        def taken(place: Any, state: Tree, tangents: Any, found: Any) -> Any:
            given = shared, state, _at(own, place)
            after, moved = _along(self._part, given, [*by_shared, *tangents, *(value[place] for value in by_own)])
            count = len(tangents)
            return place + 1, after, tuple(moved[:count]), _written(found, place, moved[count:])

        start = 0, state, tuple(_moving(moved[1])), tuple(_array(value, many) for value in shapes)
        _, _, end, found = tf.while_loop(lambda place, *_: place < many, taken, start, maximum_iterations=many)
        return [*end, *(array.stack() for array in found)]


def _pulled(part: Callable[..., Any], given: Tree, by_results: Sequence[Any]) -> list[Any]:
    """Return derivatives by all that moves of what a part is given, from those by what it returns."""
    moving = _moving(given)
    with tf.GradientTape() as tape:
        tape.watch(moving)
        results = tf.nest.flatten(part(*given))
    found = tape.gradient(results, moving, list(by_results), unconnected_gradients="zero")
    return [tf.convert_to_tensor(value) for value in found]


def _along(part: Callable[..., Any], given: Tree, tangents: Sequence[Any]) -> tuple[Tree, list[Any]]:
    """Return the state behind a part, and how all that it returns moves along tangents.

    Derivatives by what a part is given are linear in those by what it returns; the derivative of that is what is asked.
    """
    moving = _moving(given)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            inner.watch(moving)
            after, rows = part(*given)
            results = tf.nest.flatten((after, rows))
        weights = [tf.zeros_like(value) for value in results]
        outer.watch(weights)
        found = inner.gradient(results, moving, weights, unconnected_gradients="zero")
        found = [tf.convert_to_tensor(value) for value in found]
    return after, outer.gradient(found, weights, list(tangents), unconnected_gradients="zero")


def _moves(value: Any) -> bool:
    """Tell whether derivatives by an array have a meaning: numbers of rows and places have none."""
    return bool(value.dtype.is_floating or value.dtype.is_complex)


def _moving(tree: Tree) -> list[Any]:
    return [value for value in tf.nest.flatten(tree) if value is not None and _moves(value)]


def _like(tree: Tree, values: Sequence[Any]) -> Tree:
    """Return values in the places of what moves, and None in all others."""
    flat = tf.nest.flatten(tree)
    moving = [place for place, value in enumerate(flat) if _moves(value)]
    return tf.nest.pack_sequence_as(tree, _put([None] * len(flat), moving, values))


def _put(values: Sequence[Any], places: Sequence[int], others: Sequence[Any]) -> list[Any]:
    found = list(values)
    for place, value in zip(places, others, strict=True):
        found[place] = value
    return found


def _at(tree: Tree, place: Any) -> Tree:
    return tf.nest.map_structure(lambda table: table[place], tree)


def _array(value: Any, many: int) -> tf.TensorArray:
    return tf.TensorArray(value.dtype, many, element_shape=value.shape)


def _written(arrays: Sequence[tf.TensorArray], place: Any, values: Sequence[Any]) -> tuple[tf.TensorArray, ...]:
    return tuple(array.write(place, value) for array, value in zip(arrays, values, strict=True))
