"""Which variables a System reads with a delay, under the names that a user may call them by."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import frozen

from rates_core.delays.reads import entries_of, read_indices
from rates_core.expressions.tree import Expression, symbols
from rates_core.paths import TIME
from rates_core.programs.program import slot_paths
from rates_core.system.system import Assign, Shape, State, System


@frozen(eq=False)
class PastLeaf:
    """What follows from the past of a slot: a delayed read, or a chain at the start.

    Attributes:
        index: which entries of the slot it takes, or None for all.
        number: of the read; -1 for a chain.
        chain: the state, or None for a read.
    """

    path: str
    slot: str
    index: Any
    shape: Shape
    number: int = -1
    chain: State | None = None

    @property
    def zero(self) -> Any:
        """Return a value where none is known."""
        return np.zeros(self.shape) if self.shape else 0.0

    def entries(self, value: Any) -> Any:
        """Return the entries that it takes of the slot's value."""
        return entries_of(self.shape, self.index, value)


def leaves_of(system: System) -> dict[str, PastLeaf]:
    """Return all reads and chains of a System, by path."""
    reads = zip(system.reads, read_indices(system), strict=True)
    leaves = [PastLeaf(read.path, read.slot, index, read.shape, number) for number, (read, index) in enumerate(reads)]
    chains = [state for state in system.states if isinstance(state.initial, str)]
    leaves += [PastLeaf(state.path, state.initial, state.index, state.shape, chain=state) for state in chains]
    return {leaf.path: leaf for leaf in leaves}


def hidden_expressions(system: System) -> dict[str, Expression]:
    """Return the delayed expressions, such as x^2 in `past(x^2, tau)`, by the slot that stands for each."""
    named = set(system.addresses.values())
    slots = {slot for slot in slot_paths(system) if slot not in named and slot not in system.state_paths}
    return {
        item.target: item.expression for item in system.statements if item.target in slots and isinstance(item, Assign)
    }


def read_entries(system: System) -> dict[str, Any]:
    """Return for each slot a mask of the entries that reads and chains take."""
    masks: dict[str, Any] = {}
    for leaf in leaves_of(system).values():
        mask = masks.setdefault(leaf.slot, np.zeros(system.shapes[leaf.slot], dtype=bool))
        mask[... if leaf.index is None or not mask.ndim else leaf.index] = True
    return masks


def delayed_variables(system: System) -> dict[str, Any]:
    """Return the delayed variables that have a path, each with a mask of the entries that are delayed.

    A delayed expression delays what it is made of; delays within it add to its own. An input that nothing feeds is a
    constant, whose past is what it is.
    """
    hidden = hidden_expressions(system)
    masks = {slot: mask for slot, mask in read_entries(system).items() if slot not in hidden}
    within = set[str]().union(*map(symbols, hidden.values()))
    for name in system.addresses.values():
        if name in within and name not in system.parameter_paths and name != TIME:
            masks[name] = np.ones(system.shapes[name], dtype=bool)
    return {name: mask & fed_units(system, name) for name, mask in masks.items()}


def fed_units(system: System, name: str) -> Any:
    """Return a mask of the units of a variable that are no constants: inputs that nothing feeds are."""
    unfed = system.parameter_paths.get(f"{name}/unfed")
    return np.ones((), dtype=bool) if unfed is None else np.equal(unfed.value, 0)
