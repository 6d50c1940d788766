"""Which past values a computed variable needs, to be computed itself."""

from __future__ import annotations

from rates_core.programs.program import slot_paths
from rates_core.system.schedule import reads_of
from rates_core.system.system import System


def needed_reads(system: System, slot: str) -> frozenset[int]:
    """Return the numbers of the reads that the value of a variable at an instant depends on."""
    by_target = {item.target: item for item in system.statements}
    numbers = {read.path: number for number, read in enumerate(system.reads)}
    found: set[int] = set()
    wanted, seen = [slot], set[str]()
    while wanted:
        name = wanted.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in numbers:
            found.add(numbers[name])
        elif name in by_target:
            wanted.extend(reads_of(by_target[name]))
    return frozenset(found)


def recurrent_slots(system: System) -> frozenset[str]:
    """Return the computed variables that depend on their own past without a state between."""
    states = {state.path for state in system.states}
    needs = {
        slot: {system.reads[number].slot for number in needed_reads(system, slot)} - states
        for slot in slot_paths(system)
        if slot not in states
    }
    for middle in needs:  # transitive closure
        for slot, needed in needs.items():
            if middle in needed:
                needs[slot] = needed | needs[middle]
    return frozenset(slot for slot, needed in needs.items() if slot in needed)
