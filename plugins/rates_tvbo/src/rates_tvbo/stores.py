"""Files in which TVBO keeps the matrices of a network: HDF5, Zarr, text, folders of BIDS."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from attrs import field, frozen
from rates_core.errors import ModelFileError, PluginError

from rates_tvbo.section import Section

if TYPE_CHECKING:
    import numpy as np

#: Libraries that read files of matrices by name, and how they open one.
_LIBRARIES: Mapping[str, tuple[str, str, str]] = MappingProxyType({
    ".h5": ("h5py", "File", "HDF5"), ".hdf5": ("h5py", "File", "HDF5"), ".zarr": ("zarr", "open_group", "Zarr"),
})  # fmt: skip


@frozen
class Stored:
    """Matrices as they lie in files.

    Attributes:
        path: the file or folder.
        key: where the network names it.
        matrices: by name, `[target, source]`.
        units: of matrices whose file says them.
        labels: of the nodes, where the files say them.
        weights: the name of the weights, or '' where it is one that TVBO looks for.
        lengths: that of the lengths, likewise.
    """

    path: Path
    key: str
    matrices: Mapping[str, np.ndarray] = field(eq=False)
    units: Mapping[str, str] = field(factory=dict)
    labels: tuple[str, ...] = ()
    weights: str = ""
    lengths: str = ""


def stored(network: Section) -> Stored:
    """Return what the file of matrices of a network holds (`data_file`).

    Raises:
        UnsupportedFeatureError: it is of a kind that is not read.
        ModelFileError: it is not there, or not what TVBO writes.
        PluginError: the library that reads it is not installed.
    """
    path = _beside(network, "data_file", network.text("data_file"))
    ending = path.suffix.lower()
    if ending not in (*_LIBRARIES, ".csv"):
        known = ", ".join([*_LIBRARIES, ".csv"])
        raise network.refusal(f"Its matrices are in '{path.name}'; those of TVBO are in files of {known}.", "data_file")
    if not path.exists():
        raise network.error(f"Its matrices are in '{path.name}', and there is no file {path}.", "data_file")
    if ending == ".csv":  # which TVBO writes of one matrix, with spaces between
        return Stored(path, "data_file", {"weight": _table(path, None)})
    matrices, units = _grouped(path, *_LIBRARIES[ending])
    return Stored(path, "data_file", matrices, units)


def edge_matrix(network: Section) -> Stored:
    """Return the matrix of weights that a network names (`edge_matrix_files`): tvbo takes the first one.

    Raises:
        ModelFileError: it is not there, or no matrix of numbers between commas.
        UnsupportedFeatureError: it says of a pair of nodes two things.
    """
    names = network.texts("edge_matrix_files")
    path = _beside(network, "edge_matrix_files", names[0])
    if not path.is_file():
        raise network.error(f"Its weights are in '{path.name}', and there is no file {path}.", "edge_matrix_files")
    for name in names[1:]:
        network.omissions.add("matrix after the first, which is the one that tvbo reads", "file", name)
    weights = _table(path, ",")
    if weights.shape[0] == weights.shape[1] and (weights != weights.T).any():
        raise network.refusal(
            f"'{path.name}' is not symmetric, and tvbo makes edges of both directions of it, so that one of two "
            "weights is lost. Keep the matrix in a data_file, or write edges that are directed.",
            "edge_matrix_files",
        )
    return Stored(path, "edge_matrix_files", {"weight": weights})


def directory(network: Section) -> Stored:
    """Return the matrices of a folder of BIDS (BEP017), which are tables of measures (`bids_dir`).

    Raises:
        ModelFileError: the folder is not there, or lacks a measure.
        UnsupportedFeatureError: the network does not say which measure is what.
    """
    path = _beside(network, "bids_dir", network.text("bids_dir"))
    if not path.is_dir():
        raise network.error(f"Its matrices are in '{path.name}', and there is no folder {path}.", "bids_dir")
    measures = network.texts("structural_measures")
    if not measures:
        raise network.refusal(
            f"It does not say which measure of '{path.name}' is the weights and which the lengths. Name them, as in "
            "structural_measures: [streamlineCount, tractLength].",
            "bids_dir",
        )
    for name in measures[2:]:
        network.omissions.add("measure after those of weights and lengths", "edge", name)
    tables = {name: _measure(network, path, name) for name in measures[:2]}
    labels = _labels(path, tables[measures[0]].name)
    return Stored(
        path,
        "bids_dir",
        {name: _table(table, "\t") for name, table in tables.items()},
        labels=labels,
        weights=measures[0],
        lengths=(*measures[1:2], "")[0],
    )


def _beside(network: Section, key: str, name: str) -> Path:
    """Return a path that is relative to the file of the network."""
    return Path(network.location.file).parent / name


def _measure(network: Section, folder: Path, name: str) -> Path:
    """Return the one table of a measure."""
    found = sorted(folder.glob(f"*meas-{name}_relmat*.tsv"))
    if len(found) == 1:
        return found[0]
    said = ", ".join(f"'{one.name}'" for one in found)
    problem = f"several tables of the measure '{name}': {said}" if found else f"no table of the measure '{name}'"
    raise network.error(f"The folder {folder} has {problem}.", "structural_measures")


def _labels(folder: Path, table: str) -> tuple[str, ...]:
    """Return the labels of nodes that stand beside a table of the same atlas, if there are any."""
    atlas = table.partition("atlas-")[2].partition("_")[0]
    for path in sorted(folder.glob(f"*atlas-{atlas}*_nodeindices.tsv")):
        rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        if rows and "label" in rows[0]:
            return tuple(row[rows[0].index("label")] for row in rows[1:])
    return ()


def _table(path: Path, delimiter: str | None) -> np.ndarray:
    """Return a matrix of a file of text."""
    import numpy as np

    try:
        return np.loadtxt(path, delimiter=delimiter, ndmin=2)
    except ValueError as error:
        raise ModelFileError(f"{path} is no matrix of numbers: {error}.") from None


def _grouped(path: Path, library: str, opening: str, kind: str) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Return the matrices of a file of groups, and their units where it says them."""
    if find_spec(library) is None:
        extra = kind.lower()
        raise PluginError(
            f"'{path.name}' holds matrices in {kind}, which {library} reads, and it is not installed. "
            f"Install with: pip install {library}, or pip install 'rates-tvbo[{extra}]'."
        )
    module: Any = import_module(library)
    with ExitStack() as stack:
        try:
            file = getattr(module, opening)(str(path), mode="r")
        except (OSError, ValueError, KeyError) as error:
            raise ModelFileError(f"{path} cannot be read as {kind}: {error}.") from error
        stack.callback(getattr(file, "close", _nothing))  # a folder is not kept open
        if "edges" not in file or not isinstance(file["edges"], module.Group):
            raise ModelFileError(f"{path} has no group 'edges', where TVBO keeps the matrices of a network.")
        groups = {str(name): file["edges"][name] for name in file["edges"]}
        found = {name: _matrix(one, f"{path}, edges/{name}") for name, one in groups.items()}
        return found, {name: _text(one.attrs.get("unit", "")) for name, one in groups.items()}


def _nothing() -> None:
    """Close what needs no closing."""


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
