"""Matrices of a network that lie in files, as TVBO keeps them: weights and lengths, `[target, source]`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import field, frozen

from rates_tvbo.section import Section
from rates_tvbo.stores import Stored, directory, edge_matrix, stored
from rates_tvbo.transforms import transformed

if TYPE_CHECKING:
    import numpy as np

_WEIGHTS = ("weight", "weights", "sc")
_LENGTHS = ("length", "lengths")
#: Where a network may say that its connections lie in files, in the order in which tvbo looks.
PLACES = ("edge_matrix_files", "data_file", "bids_dir")


@frozen
class Matrices:
    """The connections of a network, target by source.

    Attributes:
        weights: of all pairs; 0 is no connection.
        lengths: of all pairs, or None.
        entry: the edge of the file that stands for the weights, or None.
    """

    weights: np.ndarray
    lengths: np.ndarray | None = None
    entry: Section | None = field(default=None, eq=False)


def stored_beside(network: Section) -> Stored | None:
    """Return the matrices in files that a network names; None if it names none.

    Raises:
        UnsupportedFeatureError: they are of a kind that is not read.
        ModelFileError: they are not there, or not what TVBO writes.
        PluginError: a library that reads them is not installed.
    """
    place = next((one for one in PLACES if network.has(one)), None)
    readers = {"data_file": stored, "bids_dir": directory, "edge_matrix_files": edge_matrix}
    return None if place is None else readers[place](network)


def read_matrices(network: Section, found: Stored, entries: Mapping[str, Section], count: int) -> Matrices:
    """Return the weights and lengths of a network.

    Args:
        network: the network.
        found: its matrices.
        entries: its edges that stand for matrices, by name.
        count: how many nodes it has.

    Raises:
        ModelFileError: they do not fit the nodes.
        UnsupportedFeatureError: there is no matrix of weights, or a transform is made by a program.
    """
    matrices = found.matrices
    asked = found.weights or network.text("primary_weight")
    name = next((one for one in (asked, *_WEIGHTS) if one in matrices), None)
    if name is None or (asked and name != asked):
        known = ", ".join(f"'{one}'" for one in matrices) or "none"
        wanted = f"'{asked}'" if asked else "one of " + ", ".join(f"'{one}'" for one in _WEIGHTS)
        raise network.refusal(f"The weights are the matrix {wanted}; '{found.path.name}' has {known}.", found.key)
    length = next((one for one in (found.lengths, *_LENGTHS) if one in matrices), None)
    for one in (name, *filter(None, [length])):
        if matrices[one].shape != (count, count):
            shape = " x ".join(map(str, matrices[one].shape))
            raise network.error(f"The matrix '{one}' of '{found.path.name}' is {shape}, and there are {count} nodes.")
    for one in matrices.keys() - {name, length}:
        network.omissions.add("matrix that is neither of weights nor of lengths", "edge", one)
    for one in entries.keys() - matrices.keys():
        network.omissions.add(f"matrix that '{found.path.name}' does not have", "edge", one)
    if length is not None:
        _check_unit(network, length, found.units.get(length) or _unit(entries.get(length)))
    lengths = None if length is None else matrices[length]
    return Matrices(transformed(network, matrices[name], lengths), lengths, entries.get(name))


def _unit(entry: Section | None) -> str:
    return "" if entry is None else entry.text("unit")


def _check_unit(network: Section, name: str, unit: str) -> None:
    expected = network.text("distance_unit") or "mm"
    if unit not in ("", expected):
        raise network.error(
            f"The matrix '{name}' is in '{unit}', and distance_unit is '{expected}'. TVBO converts neither; say both "
            "in one unit.",
            "distance_unit",
        )
