"""Record rows that come as columns, as far as they are finite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rates_core.programs.record import Columns, Record
from rates_core.simulation.nonfinite import bad_column, computed_columns, non_finite

if TYPE_CHECKING:
    from rates_core.simulation.execution import Run


def keep_columns(run: Run, columns: Columns, record: Record, times: Sequence[float] | np.ndarray) -> None:
    """Record rows up to the first that is not finite.

    Args:
        run: that they are rows of.
        columns: one array per recorded variable.
        record: where they are added.
        times: of all rows.

    Raises:
        NonFiniteError: a computed variable became NaN or infinite.
    """
    rows = len(columns[0]) if columns else 0
    good = _finite_rows(columns, computed_columns(run), rows) if run.request.stop_on_nonfinite else rows
    record.extend(columns, good)
    if good < rows:
        what = bad_column(run, [column[good] for column in columns])
        raise non_finite(run, what, None, float(times[len(record)]), record)


def _finite_rows(columns: Columns, places: tuple[int, ...], rows: int) -> int:
    """Return the number of rows before the first in which one of some variables is not finite."""
    good = rows
    for place in places if rows else ():
        finite = np.isfinite(columns[place]).reshape(rows, -1).all(axis=1)
        good = good if finite.all() else min(good, int(np.argmin(finite)))
    return good
