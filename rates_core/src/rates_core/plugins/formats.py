"""Which installed format a model file has, by its ending or by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from rates_core.errors import ArgumentError, UnsupportedFeatureError
from rates_core.files import can_be
from rates_core.plugins.manager import get_manager
from rates_core.plugins.specs import FormatSpec
from rates_core.plugins.targets import load_target

MODEL_FILES = "yaml"  # the format whose templates are named as `folder.file.Name` and its like


def format_of_source(source: str, chosen: str | None) -> FormatSpec:
    """Return the format that reads a source: the chosen one, that of the file's ending, or that of model files.

    Raises:
        UnknownNameError: there is no format of the chosen name.
        ArgumentError: the ending of a file is unknown, or several formats have it.
        UnsupportedFeatureError: the format does not read.
    """
    path = Path(source)
    if chosen is not None:
        spec = get_manager().format(chosen)
    elif can_be(path.is_file) or _having(path.suffix):
        spec = _by_ending(source, "--from")
    else:
        spec = get_manager().format(MODEL_FILES)
    if spec.reader is None:
        raise UnsupportedFeatureError(f"The format '{spec.name}' is written and not read. {_able('reader')}")
    return spec


def format_of_target(target: str, chosen: str | None) -> FormatSpec:
    """Return the format that writes a target: the chosen one, or that of the file's ending.

    Raises:
        UnknownNameError: there is no format of the chosen name.
        ArgumentError: the ending is unknown, several formats have it, or it is none of the chosen one.
        UnsupportedFeatureError: the format does not write.
    """
    spec = get_manager().format(chosen) if chosen is not None else _by_ending(target, "--to")
    if Path(target).suffix.lower() not in spec.suffixes:
        raise ArgumentError(f"'{target}' must end in {' or '.join(spec.suffixes)}, as files of '{spec.name}' do.")
    if spec.writer is None:
        raise UnsupportedFeatureError(f"The format '{spec.name}' is read and not written. {_able('writer')}")
    return spec


def function_of(target: str | None, spec: FormatSpec) -> Callable[..., Any]:
    """Import the reader or the writer of a format."""
    assert target is not None  # the two functions above have made sure
    function: Callable[..., Any] = load_target(target, spec.distribution)
    return function


def _by_ending(file: str, flag: str) -> FormatSpec:
    suffix = Path(file).suffix
    found = _having(suffix)
    if not found:
        problem = f"no installed format has the ending '{suffix}'" if suffix else "it has no ending"
        raise ArgumentError(f"The format of '{file}' is not known: {problem}. Known: {_listed(_formats())}.")
    if len(found) > 1:
        names = " and ".join(f"'{spec.name}'" for spec in found)
        raise ArgumentError(f"'{file}' may have the format {names}. Choose one with {flag}.")
    return found[0]


def _formats() -> list[FormatSpec]:
    return list(get_manager().formats().values())


def _having(suffix: str) -> list[FormatSpec]:
    return [spec for spec in _formats() if suffix.lower() in spec.suffixes]


def _able(what: str) -> str:
    able = [spec for spec in _formats() if getattr(spec, what) is not None]
    return f"Formats that are {'read' if what == 'reader' else 'written'}: {_listed(able)}."


def _listed(formats: Iterable[FormatSpec]) -> str:
    return ", ".join(f"{' and '.join(spec.suffixes)} ({spec.name})" for spec in formats) or "none"
