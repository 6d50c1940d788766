"""Networks as plain data, in which two numbers are equal only if all their bits are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from rates_core.errors import RatesError
from rates_core.network.build import build_network
from rates_core.network.connection_index import ConnectionIndex
from rates_core.network.leaves import FlatCircuit
from rates_core.network.network import Network, Origin
from rates_core.network.structure import NodeStructure
from rates_core.templates.circuit import CircuitTemplate


def plain(value: Any) -> Any:
    """Return networks, and all that they hold, as tuples and dictionaries."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, NodeStructure):
        return value.name, value.operators
    if isinstance(value, ConnectionIndex):
        return plain(value.sets)
    if isinstance(value, FlatCircuit):
        return value.name  # what it was made to is in the network
    if isinstance(value, (float, complex)):
        return repr(value)
    if isinstance(value, (str, int, Origin)) or value is None:
        return value
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [plain(item) for item in value]
    return type(value).__name__, {item.name: plain(getattr(value, item.name)) for item in attrs.fields(type(value))}


def network_of(circuit: CircuitTemplate, vectorize: bool) -> Network:
    """Return the network of a circuit."""
    return build_network(circuit, vectorize)


def outcome(call: Callable[..., Any], *arguments: Any) -> Any:
    """Return what a call gives, or the text of the error that it raises, without the places of templates in files."""
    try:
        return call(*arguments)
    except RatesError as error:
        return type(error).__name__
