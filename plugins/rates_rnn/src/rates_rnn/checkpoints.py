"""Trainings in files: written whole, read safely, and only for the network that they are of."""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from rates_core.errors import ArgumentError
from rates_core.files import obstacle, path_of, replace

if TYPE_CHECKING:
    from rates_rnn.network import Network

KIND, FORMAT = "training of rates-rnn", 1
UNREADABLE = (
    OSError,
    RuntimeError,
    ValueError,
    LookupError,
    EOFError,
    AttributeError,
    TypeError,
    pickle.UnpicklingError,
)


def write(file: Any, content: Mapping[str, Any], identity: str) -> None:
    """Write a training into a file, whole or not at all; a file that is there has to be of the same training.

    Raises:
        ArgumentError: it cannot be written, or is something else; or what is to be stored cannot be read safely.
    """
    path = path_of("file", file)
    problem = obstacle(path)
    if problem:
        raise ArgumentError(f"{problem}.")
    if path.exists() and _identity(path) != identity:
        raise ArgumentError(
            f"'{path}' is there, and is no checkpoint of this training. Name another file, or remove it."
        )
    stream = io.BytesIO()
    torch.save({"kind": KIND, "format": FORMAT, "identity": identity, **content}, stream)
    try:
        torch.load(io.BytesIO(stream.getvalue()), weights_only=True)
    except pickle.UnpicklingError as error:
        raise ArgumentError(
            "The training keeps something that cannot be read safely from a file: what an optimiser or a schedule of "
            "your own holds has to be numbers, texts and tensors."
        ) from error
    replace(path, stream.getvalue())


def read(file: Any, place: torch.device) -> dict[str, Any]:
    """Return the training in a file.

    Raises:
        ArgumentError: there is none in it.
    """
    path = path_of("file", file)
    try:
        found = torch.load(path, map_location=place, weights_only=True)
    except FileNotFoundError as error:
        raise ArgumentError(f"There is no file '{path}'.") from error
    except UNREADABLE as error:
        raise ArgumentError(f"'{path}' holds no checkpoint of a training.") from error
    if not isinstance(found, dict) or found.get("kind") != KIND:
        raise ArgumentError(f"'{path}' holds no checkpoint of a training.")
    if found["format"] != FORMAT:
        raise ArgumentError(f"'{path}' was written by a later version of rates-rnn, in format {found['format']}.")
    return found


def _identity(path: Path) -> str | None:
    """Return which training a file is of, None for something else."""
    try:
        return str(read(path, torch.device("cpu"))["identity"])
    except ArgumentError:
        return None


def description(network: Network) -> dict[str, Any]:
    """Return what tells networks apart, by the name of each value: its shape, its constraint, and if it is trained."""
    network.ready()
    constraints = network.get_extra_state()
    parameters = dict(network.named_parameters())
    values = {path: tuple(value.shape) for path, value in network.values().items()}
    return {
        "dt": network.dt,
        "values": {
            path: [list(shape), constraints[path], path in parameters, str(network.dtype)]
            for path, shape in values.items()
        },
    }


def check_network(file: Any, stored: Mapping[str, Any], network: Network) -> None:
    """Raise for a training of another network.

    Raises:
        ArgumentError: it is one.
    """
    own = description(network)
    if stored["dt"] != own["dt"]:
        raise _other(file, f"its dt is {stored['dt']!r}, and {own['dt']!r} in this one")
    for path in dict.fromkeys([*own["values"], *stored["values"]]):
        here, there = (found["values"].get(path) for found in (own, stored))
        if here is None or there is None:
            raise _other(file, f"'{path}' is {'not ' if there is None else ''}in it, but "
                               f"{'not ' if here is None else ''}in this one")  # fmt: skip
        for what, then, now in zip(("shape", "constraint", "training", "type"), there, here, strict=True):
            if then != now:
                raise _other(file, f"the {what} of '{path}' is {_said(then)} in it, and {_said(now)} in this one")


def _other(file: Any, difference: str) -> ArgumentError:
    return ArgumentError(
        f"'{file}' is the checkpoint of another network: {difference}. Make the network as it was when it was stored."
    )


def _said(value: Any) -> str:
    return str(tuple(value)) if isinstance(value, list) else {True: "on", False: "off"}.get(value, str(value))
