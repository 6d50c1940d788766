"""Derivatives of a circuit by what paths name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, get_args

from rates_core.delays.lowering import lower
from rates_core.errors import ArgumentError, shown
from rates_core.network.network import Network
from rates_core.network.untying import tied_by, untied
from rates_core.system.build import build_system
from rates_core.system.linearisation import Linearisation, linearise
from rates_core.system.linearisation.named_columns import named_columns

By = Literal["states", "reads", "parameters"]


def linearisation_of(network: Network, by: By = "states", paths: Iterable[str] | None = None) -> Linearisation:
    """Return the linearisation of a network; see `CircuitTemplate.jacobian`.

    Raises:
        UnknownNameError: a path names nothing.
        ArgumentError: `by` is no kind of derivative, `paths` no list, or a path names what cannot be derived by.
    """
    if not isinstance(by, str) or by not in get_args(By):
        raise ArgumentError(f"by must be 'states', 'reads' or 'parameters'; it is {shown(by)}.")
    if paths is None:
        return linearise(lower(build_system(network)), by)
    paths = _listed(paths)
    apart = tied_by(network, dict.fromkeys(paths, 1.0), "jacobian") if by == "parameters" else None
    system = lower(build_system(untied(network, apart) if apart else network))
    return linearise(system, by, named_columns(system, network, by, paths))


def _listed(paths: Any) -> list[str]:
    """Return paths as a list.

    Raises:
        ArgumentError: they are no list, or one of them is no text.
    """
    if not isinstance(paths, (list, tuple)):
        raise ArgumentError(f"paths must be a list of paths; it is {shown(paths)}.")
    for path in paths:
        if not isinstance(path, str):
            raise ArgumentError(f"paths holds {shown(path)}, which is no path.")
    return list(paths)
