"""A sweep in a Zarr group: one array per swept name and per quantity, which xarray opens as a dataset."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rates_core.needed import check_needed
from rates_core.sweeps.held import new_folder
from rates_core.sweeps.quantities import Ended, Quantity, Values
from rates_core.sweeps.store import Content, Store, check_identity

CHUNK_BYTES = 2**20  # of an array, in one file
DONE, REACHED, REASON, TIME, POINT = "done", "ended_at", "ended_early", "time", "point"
ATTRIBUTE = "rates_sweep"


class Zarr(Store):
    """What is kept, in a folder that ends in `.zarr`.

    Args:
        content: what the sweep is about.
        path: of the folder; what is there goes on.
    """

    columns = frozenset({DONE, REACHED, REASON, TIME})

    def __init__(self, content: Content, path: Path) -> None:
        check_needed(f"save='{path}'", "zarr", extra="sweeps")
        super().__init__(content)
        self._path = path
        self._group: Any = None
        if path.exists():
            self._resume()

    def define(self, quantities: tuple[Quantity, ...]) -> None:
        """Make the arrays."""
        import zarr

        with new_folder(self._path) as folder:
            self._make_arrays(folder, quantities)
        self.hold(self._path)
        self.quantities = quantities
        self._group = zarr.open_group(self._path, mode="r+", zarr_format=2)

    def _make_arrays(self, folder: Path, quantities: tuple[Quantity, ...]) -> None:
        import zarr

        self._group = zarr.open_group(folder, mode="w", zarr_format=2)
        count, samples = len(self.done), self.content.samples
        self._group.attrs[ATTRIBUTE] = self._about(quantities)
        for name in samples.names:
            kind = complex if name in samples.complex_names else float
            self._make(name, kind, (count,), (POINT,))
        for quantity in quantities:
            rows = () if quantity.rows is None else (quantity.rows,)
            self._make(quantity.name, quantity.kind, (count, *rows), (POINT, TIME)[: 1 + len(rows)])
        if any(quantity.rows is not None for quantity in quantities):
            times = self.content.times
            self._make(TIME, float, times.shape, (TIME,))[:] = times
        self._make(REACHED, float, (count,), (POINT,))
        self._make(REASON, str, (count,), (POINT,), None)
        self._make(DONE, bool, (count,), (POINT,), None)[:] = False
        zarr.consolidate_metadata(self._group.store)

    def put(self, numbers: np.ndarray, values: Values, failures: Mapping[int, Ended]) -> None:
        """Write points; that they are done is written last."""
        for name, entries in {**self.content.samples.at(numbers), **values}.items():
            self._set(_file_name(name), numbers, entries)
        if failures:
            ended = sorted(failures)
            self._set(REACHED, np.array(ended), np.array([failures[number].time for number in ended]))
            reasons = np.array([failures[number].reason for number in ended], dtype=object)
            self._set(REASON, np.array(ended), reasons)
        self._set(DONE, numbers, True)

    def values(self, name: str) -> np.ndarray:
        """Read a quantity."""
        return np.asarray(self._group[_file_name(name)][:])

    def columns_of(self, name: str, complex_: bool) -> tuple[str, ...]:
        """Return the name of an array; a slash would make groups of it."""
        return (_file_name(name),)

    def _about(self, quantities: tuple[Quantity, ...]) -> dict[str, Any]:
        """Return what the group says of the sweep."""
        described = [{"name": item.name, "complex": item.complex, "rows": item.rows} for item in quantities]
        return {"identity": dict(self.content.identity), "quantities": described}

    def _resume(self) -> None:
        """Read what is done.

        Raises:
            ArgumentError: it is of another sweep, or of none.
        """
        import zarr

        try:
            self._group = zarr.open_group(self._path, mode="r+", zarr_format=2)
            about = dict(self._group.attrs).get(ATTRIBUTE, {})
        except (FileNotFoundError, ValueError):
            about = {}
        check_identity(f"'{self._path}'", about.get("identity"), self.content)
        self.hold(self._path)
        self.quantities = tuple(Quantity(**described) for described in about["quantities"])
        self.done = np.asarray(self._group[DONE][:])
        reached, reasons = self._group[REACHED][:], np.asarray(self._group[REASON][:])
        ended = np.nonzero(self.done & (reasons != ""))[0].tolist()
        self.failures = {number: Ended(float(reached[number]), str(reasons[number])) for number in ended}

    def _make(self, name: str, kind: type, shape: tuple[int, ...], dims: tuple[str, ...], fill: Any = np.nan) -> Any:
        entry = 16 * int(np.prod(shape[1:]))
        first = max(1, min(shape[0], CHUNK_BYTES // max(1, entry)))
        array = self._group.create_array(
            _file_name(name), shape=shape, dtype=kind, chunks=(first, *shape[1:]), fill_value=fill
        )
        array.attrs["_ARRAY_DIMENSIONS"] = list(dims)
        array.attrs["path"] = name
        return array

    def _set(self, name: str, numbers: np.ndarray, entries: Any) -> None:
        """Write entries of an array; neighbours in one piece."""
        array = self._group[name]
        if len(numbers) and numbers[-1] - numbers[0] == len(numbers) - 1:
            array[int(numbers[0]) : int(numbers[-1]) + 1] = entries
        else:
            array.oindex[numbers] = entries


def _file_name(name: str) -> str:
    """Return the name of an array; a slash would make groups of it."""
    return name.replace("/", ".")
