"""Errors that users meet: what was asked, what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from rates_core.keywords import checked_class

if TYPE_CHECKING:
    from typing import Any


_LARGE = 10_000  # entries; what has more is not written out
LONGEST_NAME = 200  # of which letters are compared; names of users are shorter


class RatesError(Exception):
    """Stand above every error that rates raises on purpose."""


class ModelFileError(RatesError):
    """A model file cannot be read or written; the text names file and line."""


class TemplateError(RatesError):
    """A template contradicts itself or the language."""


class EquationError(TemplateError):
    """An equation is malformed or names something that does not exist."""


class UnknownNameError(RatesError):
    """A path, variable, argument, solver, backend, method or plugin has no such name."""


class ArgumentError(RatesError):
    """An argument has the wrong shape, kind or value."""


class InputSignalError(ArgumentError):
    """An external input is too short, has the wrong number of columns or holds NaN."""


class CyclicEquationsError(TemplateError):
    """Algebraic equations depend on each other in a circle."""


class UnsupportedFeatureError(RatesError):
    """A model needs what a backend, solver or delay strategy does not claim."""


class PluginError(RatesError):
    """A plugin is broken, incompatible, disabled or lacks its tool."""


class AmbiguousPluginError(PluginError):
    """Two distributions offer one name."""


@checked_class
class SimulationError(RatesError):
    """A run ended early.

    Attributes:
        reason: what happened, with which the text begins.
        time: the time that was reached.
        result: what was recorded until then, or None.
        advice: the rest of the text: where the result is, and what a program may do.
        undefined: a time and a state at which a solver met a derivative that is NaN or infinite, if it did.
    """

    undefined: tuple[float, Any] | None = None

    def __init__(self, message: str, time: float | None = None, result: Any = None, advice: str = "") -> None:
        super().__init__(message)
        self.reason = message
        self.time = time
        self.result = result
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.reason} {self.advice}".rstrip()


class NonFiniteError(SimulationError):
    """A variable became NaN or infinite during a run."""


class ApproximationWarning(UserWarning):
    """A model is computed, but not exactly as it was asked for; the text says what differs."""


class OmissionWarning(UserWarning):
    """A file was read or written without some of what it says; the text names all of it."""


class UnitsWarning(UserWarning):
    """Units in a file do not match each other; the text names where, and how numbers are taken."""


def warn(text: str, category: type[Warning] = ApproximationWarning) -> None:
    """Warn at the line of the program that called rates, through whatever plugins it went."""
    import sys
    import warnings
    from os.path import dirname
    from traceback import walk_stack

    ours = dirname(__file__)
    frames = enumerate(walk_stack(sys._getframe()), 1)
    levels = [level for level, (frame, _) in frames if frame.f_code.co_filename.startswith(ours)]
    warnings.warn(text, category, stacklevel=levels[-1] + 1)


def shown(value: object, longest: int = 200) -> str:
    """Return how messages show what a user gave: as Python writes it, cut where it is long, whatever it is."""
    if isinstance(value, (str, bytes, list, tuple, dict, set, frozenset)) and len(value) > _LARGE:
        return f"a {type(value).__name__} of {len(value)} entries"
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001  # an object may refuse to be written, and a list be too deep
        return f"a value of type {type(value).__name__}"
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def closest(name: str, candidates: Iterable[str], count: int = 3) -> list[str]:
    """Return up to `count` candidates that look like `name`, best first; two letters in the wrong order are best."""
    if not isinstance(name, str):
        return []
    known = [candidate for candidate in dict.fromkeys(candidates) if isinstance(candidate, str)]
    folded = {candidate.casefold(): candidate for candidate in reversed(known)}
    wanted = name[:LONGEST_NAME].casefold()
    same = [wanted] if wanted in folded else [candidate for candidate in folded if _are_swapped(wanted, candidate)]
    matches = dict.fromkeys([*same, *get_close_matches(wanted, list(folded), n=count, cutoff=0.5)])
    return [folded[match] for match in matches][:count]


def _are_swapped(name: str, other: str) -> bool:
    """Tell whether two names differ by the order of two letters side by side, behind the first."""
    if len(name) != len(other):
        return False
    first = next((place for place, letter in enumerate(name) if letter != other[place]), len(name))
    left, right, rest = name[first : first + 1], name[first + 1 : first + 2], name[first + 2 :]
    return bool(first and right) and other[first:] == right + left + rest


def did_you_mean(name: str, candidates: Iterable[str], count: int = 1) -> str:
    """Return `" Did you mean 'x'?"` for the closest candidates, up to `count`, or an empty string."""
    return alternatives(closest(name, candidates, count))


def alternatives(texts: Sequence[str]) -> str:
    """Return `" Did you mean 'x', 'y' or 'z'?"`, or an empty string if there is none."""
    *others, last = [f"'{text}'" for text in texts] or [""]
    return f" Did you mean {', '.join(others)}{' or ' if others else ''}{last}?" if last else ""
