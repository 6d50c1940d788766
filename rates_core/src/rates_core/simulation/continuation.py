"""Files for continuation programs: what a user says of them in the model's names, and who writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rates_core.errors import ArgumentError, UnknownNameError, UnsupportedFeatureError, did_you_mean, shown
from rates_core.programs.continuation import PERIOD, ContinuationRequest
from rates_core.programs.program import Backend
from rates_core.simulation.conditions import BOUNDARY, INTEGRAL, RECORD, Names
from rates_core.system.system import System

SETTINGS = ("parameters", "along", "boundary", "integral", "record")


def settings_of(auto: Any, file: Path | None, of_jacobian: bool = False) -> Mapping[str, Any] | None:
    """Return what the argument `auto` says of files for a continuation program, or None where none are wanted.

    Raises:
        ArgumentError: it is neither True nor False, nor a dict; or there is no name for the files.
        UnknownNameError: there is no such setting.
    """
    if isinstance(auto, (bool, np.bool_)):
        auto = {} if auto else None
    elif not isinstance(auto, Mapping):
        raise ArgumentError(f"auto must be True or False, or a dict of settings; it is {shown(auto)}.")
    for name in auto or ():
        if name not in SETTINGS:
            hint = did_you_mean(name, SETTINGS) if isinstance(name, str) else ""
            raise UnknownNameError(f"auto has no setting {shown(name)}.{hint} Settings: {', '.join(SETTINGS)}.")
    if auto is not None and of_jacobian:
        raise ArgumentError("auto= writes the derivatives along with the equations. Give it to get_run_func.")
    if auto is not None and file is None:
        raise ArgumentError("auto= writes files for a continuation program, which need a name. Give file_name= too.")
    return None if auto is None else dict(auto)


def continuation_request(
    system: System,
    name: str,
    stem: str,
    start: np.ndarray,
    values: Mapping[str, Any],
    step_size: float,
    settings: Mapping[str, Any],
) -> ContinuationRequest:
    """Return what a backend is asked for.

    Raises:
        ArgumentError: a setting is of the wrong kind, or a condition is no number.
        UnknownNameError: the model has no such state or parameter.
        EquationError: a condition is malformed.
    """
    names = Names(system)
    parameters, along, recorded = (settings.get(key) for key in ("parameters", "along", "record"))
    along = [along] if isinstance(along, str) else along
    recorded = {} if recorded is None else recorded
    if not isinstance(recorded, Mapping) or not all(isinstance(key, str) and key.isidentifier() for key in recorded):
        raise ArgumentError(f"auto: record must be a dict of names to expressions; it is {shown(recorded)}.")
    _texts("record", list(recorded.values()))
    return ContinuationRequest(
        system, name, stem, start, values, step_size,
        None if parameters is None else tuple(names.parameter(item) for item in _texts("parameters", parameters)),
        tuple(PERIOD if item == PERIOD else names.parameter(item) for item in _texts("along", along)),
        tuple(names.condition(item, BOUNDARY) for item in _texts("boundary", settings.get("boundary"))),
        tuple(names.condition(item, INTEGRAL) for item in _texts("integral", settings.get("integral"))),
        {key: names.condition(item, RECORD) for key, item in recorded.items()},
    )  # fmt: skip


def _texts(setting: str, value: Any) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, Sequence) or isinstance(value, str) or not all(isinstance(item, str) for item in value):
        raise ArgumentError(f"auto: {setting} must be a list of texts; it is {shown(value)}.")
    return list(value)


def continuation_files(maker: Backend, backend: str, request: ContinuationRequest) -> Mapping[str, str]:
    """Return the texts of files by their names, that of the equations first.

    Raises:
        UnsupportedFeatureError: the backend writes none, or the model cannot be continued by its program.
    """
    files = maker.continuation(request)
    if files is None:
        raise UnsupportedFeatureError(
            f"The backend '{backend}' writes no files for a continuation program (auto=). "
            "One that does is rates-fortran's, for AUTO: backend='fortran'."
        )
    return files
