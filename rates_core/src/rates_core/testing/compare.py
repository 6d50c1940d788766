"""Compare numbers with those that they should be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

EXACT = 1e-12  # relative: what the arithmetic of a right-hand side may differ by
FOLLOWED = 1e-10  # relative to the size of a trajectory: what rounding may grow to over some tens of steps
SMALLEST = 1e-15  # absolute: below this, relative differences say nothing


class MismatchError(AssertionError):
    """A number is not what it should be; the text says which one."""


def expect(truth: bool, otherwise: str) -> None:
    """Raise a `MismatchError` with a text unless something is true."""
    if not truth:
        raise MismatchError(otherwise)


def expect_close(what: str, found: Any, wanted: Any, relative: float = EXACT, absolute: float = SMALLEST) -> None:
    """Raise a `MismatchError` unless two arrays agree.

    NaN agrees with NaN, infinity with infinity of its sign; a complex number that is NaN in both parts, which is what
    has no value, with any that is not finite.

    Args:
        what: name of the numbers, for the message.
        found: what is tested.
        wanted: what is right.
        relative: difference that is tolerated, per size of each wanted number.
        absolute: difference that is tolerated in addition.
    """
    found, wanted = np.asarray(found), np.asarray(wanted)
    expect(found.shape == wanted.shape, f"{what} has the shape {found.shape} instead of {wanted.shape}.")
    expect(
        not np.iscomplexobj(found) or np.iscomplexobj(wanted) or not np.any(found.imag),
        f"{what} is complex where it should be real.",
    )
    wrong = ~_agree(found, wanted, relative, absolute)
    if not wrong.any():
        return
    place = _worst(found, wanted, wrong)
    where = f"[{', '.join(map(str, place))}]" if place else ""
    count = int(wrong.sum())
    more = "" if count == 1 else f" ({count} of {wrong.size} are wrong)"
    raise MismatchError(f"{what}{where} is {found[place].item()!r} instead of {wanted[place].item()!r}{more}.")


def _agree(found: np.ndarray, wanted: np.ndarray, relative: float, absolute: float) -> np.ndarray:
    with np.errstate(all="ignore"):
        finite = np.isfinite(found) & np.isfinite(wanted)
        near = np.abs(found - wanted) <= absolute + relative * np.abs(wanted)
        nan = np.isnan(found) & np.isnan(wanted)
        if np.iscomplexobj(wanted):
            nan |= ~np.isfinite(found) & np.isnan(wanted.real) & np.isnan(wanted.imag)
        agreed: np.ndarray = np.where(finite, near, nan | (found == wanted))
    return agreed


def _worst(found: np.ndarray, wanted: np.ndarray, wrong: np.ndarray) -> tuple[int, ...]:
    """Return the place of the largest difference; one that is not finite is larger than any."""
    with np.errstate(all="ignore"):
        size = np.nan_to_num(np.abs(found - wanted), nan=np.inf, posinf=np.inf)
    return tuple(int(i) for i in np.unravel_index(np.argmax(np.where(wrong, size, -1.0)), wrong.shape))


def expect_all_close(
    found: Mapping[str, Any], wanted: Mapping[str, Any], relative: float = EXACT, absolute: float = SMALLEST
) -> None:
    """Raise a `MismatchError` unless all wanted numbers are there by their names and agree."""
    for name, value in wanted.items():
        expect(name in found, f"{name} is missing.")
        expect_close(name, found[name], value, relative, absolute)


def expect_followed(found: Mapping[str, Any], wanted: Mapping[str, Any], relative: float = FOLLOWED) -> None:
    """Raise a `MismatchError` unless trajectories agree, each relative to the largest value that it has."""
    for name, value in wanted.items():
        expect(name in found, f"{name} is missing.")
        size = float(np.max(np.abs(value), initial=0.0))
        expect_close(name, found[name], value, 0.0, SMALLEST + relative * size)


def expect_same(what: str, found: Any, wanted: Any) -> None:
    """Raise a `MismatchError` unless two arrays are equal to the last bit."""
    found, wanted = np.asarray(found), np.asarray(wanted)
    expect(
        found.dtype == wanted.dtype and found.shape == wanted.shape and found.tobytes() == wanted.tobytes(),
        f"{what} is {found.tolist()!r} instead of {wanted.tolist()!r}, to the last bit.",
    )
