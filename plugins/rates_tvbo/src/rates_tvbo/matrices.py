"""Matrices of a network that lie in a file beside it, as TVBO keeps them: weights and lengths, `[target, source]`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import field, frozen
from rates_core.errors import ModelFileError, PluginError

from rates_tvbo.section import Section
from rates_tvbo.transforms import transformed

if TYPE_CHECKING:
    import numpy as np

_ENDINGS = (".h5", ".hdf5")
_WEIGHTS = ("weight", "weights", "sc")
_LENGTHS = ("length", "lengths")


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


def data_file(network: Section) -> Path:
    """Return the file of the matrices, whose name is relative to that of the network.

    Raises:
        UnsupportedFeatureError: it is of a kind that is not read.
        ModelFileError: it is not there.
    """
    path = Path(network.location.file).parent / network.text("data_file")
    if path.suffix.lower() not in _ENDINGS:
        raise network.refusal(
            f"Its matrices are in '{path.name}', and only HDF5 ({', '.join(_ENDINGS)}) is read. tvbo saves it so by "
            "Network.save('net.yaml').",
            "data_file",
        )
    if not path.is_file():
        raise network.error(f"Its matrices are in '{path.name}', and there is no file {path}.", "data_file")
    return path


def read_matrices(network: Section, path: Path, entries: Mapping[str, Section], count: int) -> Matrices:
    """Return the weights and lengths of a network.

    Args:
        network: the network.
        path: the file of its matrices.
        entries: its edges that stand for matrices, by name.
        count: how many nodes it has.

    Raises:
        PluginError: h5py is not installed.
        ModelFileError: the file is not what TVBO writes, or does not fit the nodes.
        UnsupportedFeatureError: there is no matrix of weights, or it has parameters of its own.
    """
    stored, units = _stored(path)
    asked = network.text("primary_weight")
    name = next((one for one in (asked, *_WEIGHTS) if one in stored), None)
    if name is None or (asked and name != asked):
        known = ", ".join(f"'{one}'" for one in stored) or "none"
        wanted = f"'{asked}'" if asked else "one of " + ", ".join(f"'{one}'" for one in _WEIGHTS)
        raise network.refusal(f"The weights are the matrix {wanted}; '{path.name}' has {known}.", "data_file")
    length = next((one for one in _LENGTHS if one in stored), None)
    for one in (name, *filter(None, [length])):
        if stored[one].shape != (count, count):
            shape = " x ".join(map(str, stored[one].shape))
            raise network.error(f"The matrix '{one}' of '{path.name}' is {shape}, and there are {count} nodes.")
    for one in stored.keys() - {name, length}:
        network.omissions.add("matrix that is neither of weights nor of lengths", "edge", one)
    if length is not None:
        _check_unit(network, length, units.get(length) or _unit(entries.get(length)))
    lengths = None if length is None else stored[length]
    return Matrices(transformed(network, stored[name], lengths), lengths, entries.get(name))


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


def _stored(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Return the matrices of a file, and their units where it says them."""
    if find_spec("h5py") is None:
        raise PluginError(
            f"'{path.name}' holds matrices in HDF5, which h5py reads, and it is not installed. "
            "Install with: pip install h5py, or pip install 'rates-tvbo[hdf5]'."
        )
    import h5py

    try:
        with h5py.File(path, "r") as file:
            group = file.get("edges")
            if not isinstance(group, h5py.Group):
                raise ModelFileError(f"{path} has no group 'edges', where TVBO keeps the matrices of a network.")
            found = {str(name): _matrix(one, f"{path}, edges/{name}") for name, one in group.items()}
            units = {str(name): _text(one.attrs.get("unit", "")) for name, one in group.items()}
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read as HDF5: {error}.") from error
    return found, units


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _matrix(group: Any, where: str) -> np.ndarray:
    """Return a matrix that is stored dense, by rows (csr) or entry by entry (coo)."""
    import numpy as np

    try:
        kind = _text(group.attrs["format"])
        values = np.asarray(group["data"], dtype=float)
        if kind == "dense":
            return values
        found = np.zeros(tuple(int(size) for size in group.attrs["shape"]))
        if kind == "csr":
            rows = np.repeat(np.arange(len(found)), np.diff(group["indptr"]))
            np.add.at(found, (rows, np.asarray(group["indices"])), values)
            return found
        if kind == "coo":
            np.add.at(found, (np.asarray(group["row"]), np.asarray(group["col"])), values)
            return found
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise ModelFileError(f"{where} is no matrix of TVBO: {error}.") from error
    raise ModelFileError(f"{where} has the format '{kind}'; those of TVBO are dense, csr and coo.")
