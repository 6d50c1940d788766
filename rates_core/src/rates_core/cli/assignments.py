"""Arguments of the form `name=value`: values of variables, outputs and options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rates_core.errors import ArgumentError
from rates_core.paths import EdgePath
from rates_core.templates.value import parse_number

#: Arguments of `run` that have a flag of their own.
FLAGS: Mapping[str, str] = {
    "simulation_time": "--time", "step_size": "--step", "inputs": "--input", "outputs": "--output",
    "sampling_step_size": "--sampling", "cutoff": "--cutoff", "solver": "--solver", "method": "--method",
    "backend": "--backend", "seed": "--seed",
}  # fmt: skip
_WORDS: Mapping[str, bool | None] = {"true": True, "false": False, "none": None}

EdgeValue = tuple[str, str, dict[str, Any]] | tuple[str, str, int, dict[str, Any]]


def split(text: str, flag: str, form: str) -> tuple[str, str]:
    """Return both sides of the first `=`.

    Raises:
        ArgumentError: one of them is missing.
    """
    name, _, value = (part.strip() for part in text.partition("="))
    if not name or not value:
        raise ArgumentError(f"{flag} '{text}' has not the form {form}.")
    return name, value


def values_of(texts: Sequence[str]) -> tuple[dict[str, Any], list[EdgeValue]]:
    """Return the values that `--set` gives to variables of nodes and to attributes of edges.

    Raises:
        ArgumentError: a text is no assignment of a number.
    """
    nodes: dict[str, Any] = {}
    edges: list[EdgeValue] = []
    for text in texts:
        path, written = split(text, "--set", "PATH=NUMBER")
        number = parse_number(written)
        if number is None:
            raise ArgumentError(f"--set '{text}' gives '{path}' the value '{written}', which is no number.")
        if "->" in path:
            edge = EdgePath.parse(path)
            attributes = {edge.attribute: number}
            edges.append(
                (edge.source, edge.target, attributes)
                if edge.index is None
                else (edge.source, edge.target, edge.index, attributes)
            )
        else:
            nodes[path] = number
    return nodes, edges


def outputs_of(texts: Sequence[str]) -> dict[str, str] | None:
    """Return the paths that `--output` asks for, by the names of their columns.

    Raises:
        ArgumentError: a text is no path, or two have one name.
    """
    found: dict[str, str] = {}
    for text in texts:
        key, path = split(text, "--output", "KEY=PATH or PATH") if "=" in text else (text, text)
        if key in found:
            raise ArgumentError(f"--output names two columns '{key}'. Give one of them another KEY.")
        found[key] = path
    return found or None


def options_of(texts: Sequence[str]) -> dict[str, Any]:
    """Return the options of `--option`.

    Raises:
        ArgumentError: a text is no assignment, stands twice, or names what has a flag of its own.
    """
    found = assigned("--option", texts)
    for name in found:
        if name in FLAGS:
            raise ArgumentError(f"'{name}' is no option; give it as {FLAGS[name]}.")
    return found


def assigned(flag: str, texts: Sequence[str]) -> dict[str, Any]:
    """Return what a flag gives to names: numbers, true, false and none as such, all else as text.

    Raises:
        ArgumentError: a text is no assignment, or stands twice.
    """
    found: dict[str, Any] = {}
    for text in texts:
        name, value = split(text, flag, "NAME=VALUE")
        if name in found:
            raise ArgumentError(f"{flag} gives '{name}' twice.")
        found[name] = _option(value)
    return found


def _option(text: str) -> Any:
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if text.lstrip("+-").isdecimal():
        return int(text)
    number = parse_number(text)
    return text if number is None else number
