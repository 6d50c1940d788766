"""What the outputs of a network depend on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rates_core.delays.dependence import Dependence
from rates_core.errors import ArgumentError
from rates_core.expressions.tree import symbols
from rates_core.system.system import System

if TYPE_CHECKING:
    from rates_rnn.network import Network


def reached(system: System, outputs: Iterable[str]) -> set[str]:
    """Return the paths of all that some variables depend on in the course of a run, states at the start among them."""
    dependence = Dependence(system)
    rates = {item.state: symbols(item.expression) for item in system.derivatives}
    reads = {read.path: read for read in system.reads}
    wanted, seen = list(outputs), set[str]()
    while wanted:
        for name in dependence.reached(wanted.pop()) - seen:
            seen.add(name)
            wanted += rates.get(name, ())
            if name in system.updates:
                wanted.append(system.updates[name])
            if name in reads:
                wanted += [reads[name].slot, *symbols(reads[name].delay)]
            state = system.state_paths.get(name)
            if state is not None and isinstance(state.initial, str):
                wanted.append(state.initial)
    return seen


def check_reached(network: Network) -> None:
    """Raise for a parameter that the output does not depend on.

    Raises:
        ArgumentError: there is one.
    """
    reachable = reached(network.system, [network.output_path])
    for path, value in network.named_parameters():
        if value.requires_grad and reachable.isdisjoint(network.sharing(path)):
            raise ArgumentError(
                f"'{path}' is trained, but the output '{network.output_path}' does not depend on it. Leave it out of "
                "train_params, or connect its node with the output."
            )
