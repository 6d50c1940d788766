"""Refuse a past that depends on itself, of which nothing is said."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rates_core.delays.beginning import Beginning
from rates_core.delays.delayed import read_entries
from rates_core.delays.dependence import circles
from rates_core.delays.units import Units
from rates_core.errors import ArgumentError
from rates_core.expressions.tree import symbols
from rates_core.system.system import System

MOST_FOLLOWED = 300  # entries whose dependences are followed one by one
MOST_NAMED = 5

Entry = tuple[str, int]


def check_known(system: System, beginning: Beginning) -> None:
    """Raise unless the past of all delayed variables is known.

    Raises:
        ArgumentError: some depend on their own past; they are named.
    """
    unknown = list(_unknown(system, beginning))
    if not unknown:
        return
    if len(unknown) <= MOST_FOLLOWED:
        unknown = _in_circles(system, beginning, unknown)
    names = list(dict.fromkeys(name for entry in unknown for name in _names(system, beginning, entry)))
    listed = ", ".join(f"'{name}'" for name in names[:MOST_NAMED])
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    raise ArgumentError(
        f"The delayed variables {listed}{more} depend on their own past. Say what they were before the start, "
        f"for example history={{{names[0]!r}: 0.0}}."
    )


def _unknown(system: System, beginning: Beginning) -> Iterator[Entry]:
    for slot, taken in system.once(read_entries).items():
        waiting = taken & ~np.asarray(beginning.before.known(slot))
        yield from ((slot, int(entry)) for entry in np.flatnonzero(waiting))


def _in_circles(system: System, beginning: Beginning, unknown: list[Entry]) -> list[Entry]:
    """Return the entries that need themselves in the end; others only wait for those."""
    entries = {f"{slot}[{entry}]": (slot, entry) for slot, entry in unknown}
    needs: dict[str, set[str]] = {name: set() for name in entries}
    for name, entry in entries.items():
        for waiting in _needing(system, beginning, entry):
            if waiting in needs:
                needs[waiting].add(name)
    found = circles(needs)
    return [entry for name, entry in entries.items() if name in found]


def _needing(system: System, beginning: Beginning, entry: Entry) -> Iterator[str]:
    """Yield the entries that cannot be computed if only one is not known."""
    slot, place = entry
    shown = np.ones(system.shapes[slot], dtype=bool)
    shown.reshape(-1)[place] = False
    known = {leaf.path: leaf.entries(shown) for leaf in beginning.leaves.values() if leaf.slot == slot}
    for name, mask in beginning.readiness.masks(known).items():
        waiting = np.flatnonzero(~np.broadcast_to(mask, system.shapes[name]).reshape(-1))
        yield from (f"{name}[{number}]" for number in waiting)


def _names(system: System, beginning: Beginning, entry: Entry) -> Iterator[str]:
    """Yield the paths of an entry; of a delayed expression, those of the variables in it that are not known."""
    (slot, place), units, before = entry, Units(system), beginning.before
    if slot not in before.hidden:
        yield units.path(slot, place)
        return
    for name in sorted(symbols(before.hidden[slot])):
        if not np.all(before.unknown.get(name, True)) and name in system.addresses.values():
            yield units.path(name, place)
