"""Units behind the variables of a System, by the paths that the user knows."""

from __future__ import annotations

from functools import cached_property

from rates_core.network.network import Population
from rates_core.system.system import Shape, System


class Units:
    """The populations and names that the variables of a System have."""

    def __init__(self, system: System) -> None:
        self._system = system

    @cached_property
    def _homes(self) -> dict[str, tuple[Population, str]]:
        network = self._system.network
        assert network is not None
        return {
            path: (network.populations[number], f"{operator}/{variable}")
            for (number, operator, variable), path in self._system.addresses.items()
        }

    def paths(self, name: str) -> list[str]:
        """Return a variable's path, or the paths in all units where nodes that are equal are computed together."""
        if not self._are_grouped(name):
            return [name]
        population, variable = self._homes[name]
        return [f"{unit}/{variable}" for unit in population.units]

    def path(self, name: str, entry: int) -> str:
        """Return the path of one entry of a variable; that of the variable where it has no units."""
        if name not in self._homes or self._homes[name][0].size is None or not self._system.shapes[name]:
            return name
        population, variable = self._homes[name]
        return f"{population.units[entry]}/{variable}"

    def shape(self, name: str) -> Shape:
        """Return the shape of a variable as the user knows it, who made no population of equal nodes."""
        return () if self._are_grouped(name) else self._system.shapes[name]

    def _are_grouped(self, name: str) -> bool:
        if name not in self._homes:
            return False
        population, network = self._homes[name][0], self._system.network
        assert network is not None
        return population.size is not None and not population.edges and population.label not in network.locations
