"""A sweep as a folder of Parquet files, one per chunk of points, which pandas reads as one table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rates_core.errors import ArgumentError
from rates_core.files import replace
from rates_core.needed import check_needed
from rates_core.sweeps.held import new_folder
from rates_core.sweeps.quantities import Ended, Quantity, Values
from rates_core.sweeps.store import Content, Store, check_identity

ABOUT = "_sweep.json"  # readers of tables leave files with an underscore alone
POINT, REACHED, REASON = "point", "ended_at", "ended_early"


class Parquet(Store):
    """What is kept, in a folder that ends in `.parquet`.

    Args:
        content: what the sweep is about.
        path: of the folder; what is there goes on.
    """

    columns = frozenset({POINT, REACHED, REASON})

    def __init__(self, content: Content, path: Path) -> None:
        check_needed(f"save='{path}'", "pyarrow", extra="sweeps")
        super().__init__(content)
        self._path = path
        self._parts = 0
        if path.exists():
            self._resume()

    def define(self, quantities: tuple[Quantity, ...]) -> None:
        """Make the folder.

        Raises:
            ArgumentError: rows are to be kept.
        """
        if any(quantity.rows is not None for quantity in quantities):
            raise ArgumentError(
                f"save: '{self._path}' takes numbers per point, not rows of runs. Give reduce=, or save to '.zarr'."
            )
        described = [{"name": item.name, "complex": item.complex, "rows": item.rows} for item in quantities]
        about = {"identity": dict(self.content.identity), "quantities": described}
        with new_folder(self._path) as folder:
            (folder / ABOUT).write_bytes(json.dumps(about, indent=1).encode())
        self.hold(self._path)
        self.quantities = quantities

    def put(self, numbers: np.ndarray, values: Values, failures: Mapping[int, Ended]) -> None:
        """Write one more file, whole or not at all."""
        import pyarrow as pa
        import pyarrow.parquet

        columns: dict[str, Any] = {POINT: numbers}
        for name, entries in {**self.content.samples.at(numbers), **values}.items():
            columns |= _real_columns(name, entries)
        ended = [failures.get(int(number)) for number in numbers]
        columns[REACHED] = pa.array([one and one.time for one in ended], pa.float64())
        columns[REASON] = pa.array([one and one.reason for one in ended], pa.string())
        sink = pa.BufferOutputStream()
        pyarrow.parquet.write_table(pa.table(columns), sink)
        replace(self._path / f"part-{self._parts:06}.parquet", sink.getvalue().to_pybytes())
        self._parts += 1

    def values(self, name: str) -> np.ndarray:
        """Read a quantity."""
        quantity = next(item for item in self.quantities or () if item.name == name)
        whole = quantity.empty(len(self.done))
        names = list(_real_columns(name, np.zeros(0, quantity.kind)))
        for part in self._files():
            table = _read(part, [POINT, *names])
            columns = [table[each].to_numpy() for each in names]
            whole[table[POINT].to_numpy()] = columns[0] if len(columns) == 1 else _complex(*columns)
        return whole

    def columns_of(self, name: str, complex_: bool) -> tuple[str, ...]:
        """Return the name of a column, or of two for complex numbers."""
        return tuple(_real_columns(name, np.zeros(0, complex if complex_ else float)))

    def _files(self) -> list[Path]:
        return sorted(self._path.glob("part-*.parquet"))

    def _resume(self) -> None:
        """Read what is done.

        Raises:
            ArgumentError: it is of another sweep, or of none.
        """
        place = self._path / ABOUT
        about = json.loads(place.read_text(encoding="utf-8")) if place.is_file() else {}
        check_identity(f"'{self._path}'", about.get("identity"), self.content)
        self.hold(self._path)
        self.quantities = tuple(Quantity(**described) for described in about["quantities"])
        for part in self._files():
            columns = _read(part, [POINT, REACHED, REASON]).to_pydict().values()
            for number, reached, reason in zip(*columns, strict=True):
                self.done[number] = True
                if reason:
                    self.failures[number] = Ended(reached, reason)
            self._parts = int(part.stem.partition("-")[2]) + 1


def _read(part: Path, columns: list[str]) -> Any:
    import pyarrow.parquet

    return pyarrow.parquet.ParquetFile(part).read(columns)


def _real_columns(name: str, entries: np.ndarray) -> dict[str, np.ndarray]:
    """Return a column by name; of complex numbers, which the format has none of, real and imaginary part."""
    if entries.dtype.kind == "c":
        return {f"{name}.real": entries.real, f"{name}.imag": entries.imag}
    return {name: entries}


def _complex(real: np.ndarray, imag: np.ndarray) -> np.ndarray:
    """Return complex numbers; a sum would make NaN of the real part where the other one is infinite."""
    found = np.empty(real.shape, complex)
    found.real, found.imag = real, imag
    return found
