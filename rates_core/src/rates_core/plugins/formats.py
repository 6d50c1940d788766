"""Which installed format a model file has: by name, by its ending, or by what it looks like."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from rates_core.errors import ArgumentError, ModelFileError, PluginError, RatesError, UnsupportedFeatureError
from rates_core.files import can_be
from rates_core.plugins.manager import get_manager
from rates_core.plugins.specs import FormatSpec
from rates_core.plugins.targets import load_target

_BLANKS = b" \t\r\n\f\xef\xbb\xbf"  # with the mark that some programs begin every text with
MODEL_FILES = "yaml"  # the format whose templates are named as `folder.file.Name` and its like


def format_of_source(source: str, chosen: str | None, flag: str = "--from") -> FormatSpec:
    """Return the format that reads a source: the chosen one, that of the file's ending, or that of model files.

    Where several formats have an ending, it is the one that recognises the file.

    Raises:
        UnknownNameError: there is no format of the chosen name.
        ArgumentError: the ending of a file is unknown, or several formats have it.
        ModelFileError: several formats have the ending, and there is no such file; or it is empty.
        UnsupportedFeatureError: the format does not read.
    """
    if chosen is not None:
        spec = get_manager().format(chosen)
        _refuse_empty(source, [spec])
    elif can_be(Path(source).is_file) or _having(source):
        candidates = _by_ending(source)
        _refuse_empty(source, candidates)
        found = _recognised(source, candidates)
        if len(found) > 1 and not can_be(Path(source).exists):
            raise ModelFileError(f"{source} cannot be read: No such file or directory.")
        spec = _only(found, source, flag)
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
    spec = get_manager().format(chosen) if chosen is not None else _for_writing(target)
    if not target.lower().endswith(spec.suffixes):
        raise ArgumentError(f"'{target}' must end in {' or '.join(spec.suffixes)}, as files of '{spec.name}' do.")
    if spec.writer is None:
        raise UnsupportedFeatureError(f"The format '{spec.name}' is read and not written. {_able('writer')}")
    return spec


def write(template: Any, target: Path, spec: FormatSpec) -> None:
    """Write a template in a format: beside its place, where it is put once it is whole.

    Raises:
        UnsupportedFeatureError: the format cannot hold it.
        ArgumentError: the file cannot be written.
        PluginError: the writer of the format wrote none.
    """
    from tempfile import TemporaryDirectory

    file = target.resolve()
    try:
        with TemporaryDirectory(prefix=".rates-", dir=file.parent) as folder:
            new = Path(folder) / file.name
            try:
                function_of(spec.writer, spec)(template, new)
            except RatesError as error:  # names the file that the user asked for
                raise type(error)(str(error).replace(str(new), str(target))) from error
            if not new.is_file():
                raise PluginError(f"The format '{spec.name}' of {spec.distribution} wrote no file '{file.name}'.")
            new.replace(file)
    except OSError as error:
        raise ArgumentError(f"'{target}' cannot be written: {error.strerror or error}.") from error


def recognising(file: Path) -> str | None:
    """Return the name of the format that recognises a file, if there is one."""
    asking = [spec for spec in _having(str(file)) if spec.recognizer is not None]
    return next((spec.name for spec in asking if function_of(spec.recognizer, spec)(str(file))), None)


def has_known_ending(source: str) -> bool:
    """Tell whether a source ends as the files of an installed format do."""
    return bool(_having(source))


def function_of(target: str | None, spec: FormatSpec) -> Callable[..., Any]:
    """Import the reader, the writer or the recogniser of a format."""
    assert target is not None  # who calls has made sure
    function: Callable[..., Any] = load_target(target, spec.distribution)
    return function


def _refuse_empty(source: str, candidates: list[FormatSpec]) -> None:
    """Refuse a file without content, for all formats but that of model files, which says what belongs there."""
    if any(spec.name == MODEL_FILES for spec in candidates) or not can_be(Path(source).is_file):
        return
    try:
        with Path(source).open("rb") as stream:
            content = any(part.lstrip(_BLANKS) for part in iter(lambda: stream.read(65536), b""))
    except OSError:
        return  # which the reader says
    if not content:
        raise ModelFileError(f"{source} is empty: there is no model in it.")


def _for_writing(target: str) -> FormatSpec:
    """Return the format of an ending; one that others share with model files is theirs."""
    found = _by_ending(target)
    return next((spec for spec in found if spec.name == MODEL_FILES), None) or _only(found, target, "--to")


def _by_ending(file: str) -> list[FormatSpec]:
    found = _having(file)
    if not found:
        suffix = Path(file).suffix
        problem = f"no installed format has the ending '{suffix}'" if suffix else "it has no ending"
        raise ArgumentError(f"The format of '{file}' is not known: {problem}. Known: {_listed(_formats())}.")
    return found


def _recognised(file: str, found: list[FormatSpec]) -> list[FormatSpec]:
    """Return the formats that a file looks like; if it looks like none, those that do not say."""
    if len(found) < 2 or not can_be(Path(file).is_file):
        return [spec for spec in found if spec.name == MODEL_FILES] or found
    asking = [spec for spec in found if spec.recognizer is not None]
    return [spec for spec in asking if function_of(spec.recognizer, spec)(file)] or [
        spec for spec in found if spec not in asking
    ]


def _only(found: list[FormatSpec], file: str, flag: str) -> FormatSpec:
    if len(found) != 1:
        names = " and ".join(f"'{spec.name}'" for spec in found or _by_ending(file))
        seems = f"may have the format {names}" if found else f"ends as files of {names} do, and looks like none of them"
        raise ArgumentError(f"'{file}' {seems}. Choose one with {flag}.")
    return found[0]


def _formats() -> list[FormatSpec]:
    return list(get_manager().formats().values())


def _having(file: str) -> list[FormatSpec]:
    """Return the formats of the longest known ending of a file."""
    name = file.lower()
    endings = {
        spec.name: max((len(end) for end in spec.suffixes if name.endswith(end)), default=0) for spec in _formats()
    }
    longest = max(endings.values(), default=0)
    return [spec for spec in _formats() if longest and endings[spec.name] == longest]


def _able(what: str) -> str:
    able = [spec for spec in _formats() if getattr(spec, what) is not None]
    return f"Formats that are {'read' if what == 'reader' else 'written'}: {_listed(able)}."


def _listed(formats: Iterable[FormatSpec]) -> str:
    return ", ".join(f"{' and '.join(spec.suffixes)} ({spec.name})" for spec in formats) or "none"
