"""What the parameters of a grid set: paths of parameters, of edges and of states at the start."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral
from typing import Any

from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown

Number = float | complex

_KEYS = ("vars", "nodes", "edges")


def target_paths(name: str, param_map: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the paths of all that a parameter of a grid sets.

    Raises:
        UnknownNameError: the map says nothing of it, or has an entry that there is none of.
        ArgumentError: the map says it in another form.
    """
    if not isinstance(param_map, Mapping):
        raise ArgumentError(f"param_map must be a dict of name to what it sets; it is {shown(param_map)}.")
    if name not in param_map:
        raise UnknownNameError(f"param_map says nothing of '{name}'.{did_you_mean(name, param_map)}")
    entry = param_map[name]
    if not isinstance(entry, Mapping):
        raise ArgumentError(
            f"param_map['{name}'] is a dict with 'vars' and 'nodes', or with 'vars' and 'edges'; it is {shown(entry)}."
        )
    for key in entry:
        if key not in _KEYS:
            raise UnknownNameError(f"param_map['{name}'] has no '{key}'.{did_you_mean(str(key), _KEYS)}")
    if "vars" not in entry or ("nodes" in entry) == ("edges" in entry):
        raise ArgumentError(f"param_map['{name}'] needs 'vars' and either 'nodes' or 'edges'.")
    variables = _texts(name, entry, "vars")
    if "edges" in entry:
        return [f"{edge}/{variable}" for edge in _edges(name, entry["edges"]) for variable in variables]
    return [f"{node}/{variable}" for node in _texts(name, entry, "nodes") for variable in variables]


def _texts(name: str, entry: Mapping[str, Any], key: str) -> list[str]:
    """Return a list of texts; a single text is a list of one."""
    given = [entry[key]] if isinstance(entry[key], str) else entry[key]
    if not isinstance(given, (list, tuple)) or not all(isinstance(text, str) for text in given):
        raise ArgumentError(f"param_map['{name}']['{key}'] is a list of paths; it is {shown(entry[key])}.")
    return list(given)


def _edges(name: str, given: Any) -> list[str]:
    """Return `source->target` or `source->target[k]` of each edge; a single edge is a list of one."""
    listed = [given] if isinstance(given, tuple) and given and isinstance(given[0], str) else given
    if not isinstance(listed, (list, tuple)) or not all(map(_is_edge, listed)):
        raise ArgumentError(
            f"param_map['{name}']['edges'] is a list of (source, target) or (source, target, k); it is {shown(given)}."
        )
    return [f"{edge[0]}->{edge[1]}" + (f"[{edge[2]}]" if len(edge) > 2 else "") for edge in listed]


def _is_edge(given: Any) -> bool:
    if not isinstance(given, (list, tuple)) or len(given) not in (2, 3):
        return False
    return isinstance(given[0], str) and isinstance(given[1], str) and all(isinstance(k, Integral) for k in given[2:])
