"""What is resolved step by step, made of one form, so that a loop can take it from arrays with an axis of steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from attrs import evolve

from rates_core.delays.strategy import Chosen, Gather, Inside, Moments, Resolved

Part = TypeVar("Part", Inside, Chosen)
Steps = Sequence[Sequence[Resolved]]  # by step and node of the method


def alike(each: Steps) -> Steps:
    """Return what has one form at all steps, and so has all that belongs to the stages of a step at all nodes."""
    if any(moments is not None for step in each for node in step for moments in node.own):
        flat = _with_moments([node for step in each for node in step])
        nodes = len(each[0])
        each = [flat[place : place + nodes] for place in range(0, len(flat), nodes)]
    else:
        each = list(zip(*(_with_moments(steps) for steps in zip(*each, strict=True)), strict=True))
    reads = zip(*(node.reads for step in each for node in step), strict=True)
    flat_reads = iter(zip(*(_with_inside(gathers) for gathers in reads), strict=True))
    return [[evolve(node, reads=tuple(next(flat_reads))) for node in step] for step in each]


def stacked(each: Sequence[Resolved]) -> Resolved:
    """Return what is resolved at several steps, of one form, as one with an axis of steps in front."""
    levels = ([[getattr(node, name)[level] for node in each] for level in range(len(getattr(each[0], name)))]
              for name in ("earlier", "own"))  # fmt: skip
    return Resolved(
        tuple(_stacked(gathers) for gathers in zip(*(node.reads for node in each), strict=True)),
        *(tuple(_stacked_moments(moments) for moments in level) for level in levels),
    )


def size(found: Resolved, width: int) -> int:
    """Return how many numbers it is made of, with states of so many numbers at all moments."""
    moments = [moments for moments in (*found.earlier, *found.own) if moments is not None]
    gathers = [*found.reads, *(read for moment in moments for read in moment.reads if read is not None)]
    return sum(map(_size, gathers)) + sum(_size(moment.states) + width * moment.parts.size for moment in moments)


def _size(gather: Gather) -> int:
    inside = [] if gather.inside is None else [gather.inside.earlier, gather.inside.own, gather.inside.hurried]
    chosen = [] if gather.moments is None else [gather.moments.earlier, gather.moments.own]
    return gather.places.size + 2 * gather.weights.size + sum(_size(part) for part in (*inside, *chosen))


def _with_moments(each: Sequence[Resolved]) -> list[Resolved]:
    """Return what has as many moments everywhere: where there are fewer, others stand in for them, and add nothing."""
    levels = max(len(found.own) for found in each)
    if not levels:
        return list(each)
    reads = zip(*(_with_chosen(gathers) for gathers in zip(*(found.reads for found in each), strict=True)), strict=True)
    earlier = zip(*(_level([found.earlier for found in each], level) for level in range(levels)), strict=True)
    own = zip(*(_level([found.own for found in each], level) for level in range(levels)), strict=True)
    return [Resolved(*parts) for parts in zip(reads, earlier, own, strict=True)]


def _level(each: Sequence[tuple[Moments | None, ...]], level: int) -> list[Moments | None]:
    """Return the moments of one level, equally many at all places, or None at all of them."""
    found = [moments[level] if level < len(moments) else None for moments in each]
    other = next((moments for moments in found if moments is not None), None)
    if other is None:
        return found
    count = max(moments.parts.size for moments in found if moments is not None)
    widened = [_widened(moments or other, count) for moments in found]
    reads = (
        gathers if gathers[0] is None else _with_inside(_with_chosen(gathers))
        for gathers in zip(*(moments.reads for moments in widened), strict=True)
    )
    return [evolve(moments, reads=own) for moments, own in zip(widened, zip(*reads, strict=True), strict=True)]


def _widened(moments: Moments, count: int) -> Moments:
    """Return moments of which the last one is repeated, until there are so many."""
    many = moments.parts.size
    places = np.minimum(np.arange(count), many - 1)

    def entries(gather: Gather | None) -> Gather | None:
        if gather is None:
            return None
        width = gather.places.size // many
        return _taken(gather, (places[:, None] * width + np.arange(width)).reshape(-1))

    return Moments(
        _taken(moments.states, places),
        moments.parts[places],
        tuple(map(entries, moments.reads)),
        None if moments.origins is None else moments.origins[places],
    )


def _taken(gather: Gather, places: np.ndarray) -> Gather:
    """Return some entries of a gather."""
    slopes = None if gather.slopes is None else gather.slopes[..., places, :]
    inside, chosen = gather.inside, gather.moments
    return Gather(
        gather.places[places],
        gather.weights[..., places, :],
        slopes,
        inside and Inside(*(_taken(part, places) for part in (inside.earlier, inside.own, inside.hurried))),
        chosen and Chosen(_taken(chosen.earlier, places), _taken(chosen.own, places)),
    )


def _with_inside(gathers: Sequence[Gather]) -> list[Gather]:
    """Return gathers of which all add something inside steps, if only nothing, or none does."""
    like = next((gather.inside for gather in gathers if gather.inside is not None), None)
    if like is None:
        return list(gathers)
    nothing = Inside(*(_nothing(part) for part in (like.earlier, like.own, like.hurried)))
    return [gather if gather.inside else evolve(gather, inside=nothing) for gather in gathers]


def _with_chosen(gathers: Sequence[Gather]) -> list[Gather]:
    """Return gathers of which all add values at moments, if only nothing, or none does."""
    if all(gather.moments is None for gather in gathers):
        return list(gathers)
    return [gather if gather.moments else evolve(gather, moments=_no_value(gather)) for gather in gathers]


def _no_value(gather: Gather) -> Chosen:
    """Return what chooses no value for the entries of a gather."""
    none = Gather(np.zeros_like(gather.places), np.zeros((gather.places.size, 1)))
    return Chosen(none, none)


def _nothing(like: Gather) -> Gather:
    """Return what adds nothing, in the form of what adds something elsewhere."""
    return Gather(like.places, np.zeros_like(like.weights), None if like.slopes is None else np.zeros_like(like.slopes))


def _stacked(gathers: Sequence[Gather]) -> Gather:
    """Return the gathers of one read at several steps as one, with an axis of steps in front."""
    slopes = None if gathers[0].slopes is None else np.stack([np.asarray(gather.slopes) for gather in gathers])
    places, weights = np.stack([gather.places for gather in gathers]), np.stack([gather.weights for gather in gathers])
    return Gather(
        places,
        weights,
        slopes,
        _stacked_parts(Inside, ("earlier", "own", "hurried"), [gather.inside for gather in gathers]),
        _stacked_parts(Chosen, ("earlier", "own"), [gather.moments for gather in gathers]),
    )


def _stacked_parts(kind: Callable[..., Part], names: Sequence[str], each: Sequence[Part | None]) -> Part | None:
    if each[0] is None:
        return None
    return kind(*(_stacked([getattr(part, name) for part in each]) for name in names))


def _stacked_moments(each: Sequence[Moments | None]) -> Moments | None:
    found = [moments for moments in each if moments is not None]
    if not found:
        return None
    origins = [moments.origins for moments in found if moments.origins is not None]
    reads = zip(*(moments.reads for moments in found), strict=True)
    return Moments(
        _stacked([moments.states for moments in found]),
        np.stack([moments.parts for moments in found]),
        tuple(None if read[0] is None else _stacked(read) for read in reads),
        np.stack(origins) if origins else None,
    )
