"""What the value of a variable at an instant depends on, without a state between."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from rates_core.errors import UnsupportedFeatureError
from rates_core.programs.program import slot_paths
from rates_core.system.schedule import reads_of
from rates_core.system.system import System


class Dependence:
    """The dependences between the variables of a System at one instant.

    Args:
        system: whose statements say what needs what.
    """

    def __init__(self, system: System) -> None:
        self.system = system
        self._by_target = {item.target: item for item in system.statements}
        self._reads = {read.path: number for number, read in enumerate(system.reads)}

    @cached_property
    def computed(self) -> tuple[str, ...]:
        """Return the variables that are read with a delay and are no states."""
        return tuple(slot for slot in slot_paths(self.system) if slot not in self.system.state_paths)

    def reached(self, *names: str) -> set[str]:
        """Return all symbols that the values of some variables depend on, these included."""
        wanted, seen = list(names), set[str]()
        while wanted:
            name = wanted.pop()
            if name not in seen:
                seen.add(name)
                if name in self._by_target:
                    wanted.extend(reads_of(self._by_target[name]))
        return seen

    @cached_property
    def needed_reads(self) -> Mapping[str, frozenset[int]]:
        """Return for each computed slot the numbers of the delayed reads that its value depends on."""
        return {
            slot: frozenset(self._reads[name] for name in self.reached(slot) & self._reads.keys())
            for slot in self.computed
        }

    @cached_property
    def recurrent(self) -> frozenset[str]:
        """Return the computed slots that depend on their own past, and what lies between such."""
        slots = self.needed_reads
        return circles({
            slot: {self.system.reads[number].slot for number in needed} & slots.keys()
            for slot, needed in slots.items()
        })  # fmt: skip


def circles(needs: Mapping[str, set[str]]) -> frozenset[str]:
    """Return the names that need themselves in the end, and what lies between such.

    Args:
        needs: which of these names each of them needs.
    """
    needed_by: dict[str, set[str]] = {name: set() for name in needs}
    for name, others in needs.items():
        for other in others:
            needed_by[other].add(name)
    return _peeled(needs, needed_by) & _peeled(needed_by, needs)


def _peeled(needs: Mapping[str, set[str]], needed_by: Mapping[str, set[str]]) -> frozenset[str]:
    """Return what is left when names that need none of those left are taken away one by one."""
    counts = {name: len(others) for name, others in needs.items()}
    free = [name for name, count in counts.items() if not count]
    while free:
        name = free.pop()
        del counts[name]
        for other in needed_by[name]:
            counts[other] -= 1
            if not counts[other]:
                free.append(other)
    return frozenset(counts)


def check_no_draws(system: System) -> None:
    """Raise if a delayed variable depends on random numbers, whose past is not stored.

    Raises:
        UnsupportedFeatureError: it does; the variable is named.
    """
    random = {draw.path for draw in system.draws}
    if not random:
        return
    dependence = Dependence(system)
    for slot in slot_paths(system):
        if dependence.reached(slot) & random:
            raise UnsupportedFeatureError(
                f"'{slot}' is read with a delay and depends on random numbers at the same instant. "
                "Delay a state instead, or add the noise where the delayed value is used."
            )
