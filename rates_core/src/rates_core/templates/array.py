"""Arrays as values: read-only, compared and hashed by content."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from rates_core.errors import ArgumentError, shown
from rates_core.templates.counting import counted_are

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HASHED_ENTRIES = 256


def _read_only(given: Any) -> NDArray[Any]:
    """Return `given` as a float64 or complex128 array that nobody can write to; copy only if somebody could.

    Raises:
        ArgumentError: an entry is no number, or is NaN.
    """
    import numpy as np

    try:
        values = np.asarray(given)
    except ValueError:
        raise ArgumentError(f"The rows of a nested list of numbers differ in length: {shown(given, 60)}.") from None
    if values.dtype.kind not in "iufc":
        raise ArgumentError(f"An array holds numbers only, not {shown(given, 60)}.")
    converted = values.astype(np.complex128 if values.dtype.kind == "c" else np.float64, copy=False)
    missing = int(np.count_nonzero(np.isnan(converted)))
    if missing:
        raise ArgumentError(f"{counted_are(missing, 'value')} NaN.")
    return sealed(converted)


def sealed(values: NDArray[Any]) -> NDArray[Any]:
    """Return the array itself if neither it nor what it looks into can be written, else a read-only copy."""
    import numpy as np

    owner: Any = values
    while isinstance(owner, np.ndarray) and not owner.flags.writeable:
        owner = owner.base
    if owner is None:
        return values
    copy = np.array(values, order="C")
    copy.flags.writeable = False
    return copy


def _bits(values: NDArray[Any]) -> NDArray[Any]:
    """Return numbers in a form in which `0.0` is not `-0.0`."""
    import numpy as np

    return np.ascontiguousarray(values).view(np.int64)


@frozen(eq=False, repr=False)
class Array:
    """A read-only array of float64 or complex128 that compares and hashes by content; `-0.0` is not `0.0`.

    Attributes:
        values: the NumPy array; writing to it raises ValueError.
    """

    values: NDArray[Any] = field(converter=_read_only)

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the lengths of the axes."""
        return self.values.shape

    @property
    def size(self) -> int:
        """Return the number of entries."""
        return self.values.size

    def tolist(self) -> list[Any]:
        """Return the entries as nested lists of Python numbers."""
        nested: list[Any] = self.values.tolist()
        return nested

    def __len__(self) -> int:
        return len(self.values)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        import numpy as np

        values = self.values if dtype is None else self.values.astype(dtype, copy=False)
        return np.array(values) if copy else values

    def __eq__(self, other: object) -> bool:
        import numpy as np

        if not isinstance(other, Array):
            return NotImplemented
        if self.values is other.values:
            return True
        alike = self.values.dtype == other.values.dtype and self.shape == other.shape
        return alike and np.array_equal(_bits(self.values), _bits(other.values))

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        # A sample is enough for a hash and costs the same for a matrix of any size; equality looks at every entry.
        step = max(1, self.values.size // _HASHED_ENTRIES)
        sample = tuple(self.values.flat[::step].tolist())
        return hash((self.values.shape, self.values.dtype.str, sample))

    def __repr__(self) -> str:
        return f"Array({shown(self.tolist(), 60) if self.size <= 20 else f'<{self.values.dtype} {self.shape}>'})"

    def __reduce__(self) -> tuple[type[Array], tuple[NDArray[Any]]]:
        return type(self), (self.values,)
