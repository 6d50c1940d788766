"""Arguments of runs and functions: which have a meaning here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rates_core.plugins import get_manager

#: arguments that PyRates has for files, caches and details of its backends, of which there are none
WITHOUT_MEANING = (
    "file_name", "func_name", "file_ending", "int_precision", "julia_path", "julia_ode", "julia_dde",
    "matrix_sparseness", "decorator", "decorator_kwargs", "constant_lags", "in_place", "clear", "out_dir",
)  # fmt: skip
#: what solvers of PyRates' backends are called here
SOLVERS = {"julia_ode": "diffeq", "julia_dde": "diffeq"}
SINGLE = {"float32", "complex64"}


def of_runs(options: Mapping[str, Any], **given: Any) -> dict[str, Any]:
    """Return the arguments of a run of rates."""
    kept = {name: value for name, value in options.items() if name not in WITHOUT_MEANING}
    return _precise(_solved({**given, **kept}))


def of_functions(options: Mapping[str, Any], backend: str | None, vectorize: bool) -> dict[str, Any]:
    """Return the arguments of a right-hand side of rates."""
    dropped = {*WITHOUT_MEANING} - {"file_name", "decorator", "decorator_kwargs"}
    kept = {name: value for name, value in options.items() if name not in dropped}
    if _compiles(kept.get("decorator")):
        kept.pop("decorator")  # Numba's compiler is for generated code of its own kind
        kept.pop("decorator_kwargs", None)
    return _precise(_solved({"backend": backend, "vectorize": vectorize, **kept}))


def _solved(given: dict[str, Any]) -> dict[str, Any]:
    """Give solvers of PyRates' backends their names."""
    solver = given.get("solver")
    return {**given, "solver": SOLVERS[solver]} if solver in SOLVERS else given


def _compiles(decorator: Any) -> bool:
    return str(getattr(decorator, "__module__", "")).partition(".")[0] == "numba"


def _precise(given: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is said of precision where a backend has only better; complex models are so by themselves."""
    asked = given.get("float_precision")
    if asked is None:
        return given
    wanted = {"complex64": "float32", "complex128": "float64"}.get(asked, asked)
    backend = given.get("backend")
    name = "numpy" if backend in (None, "default") else backend
    spec = get_manager().backends().get(name)
    known = spec is not None and wanted in spec.capabilities.dtypes
    if not known and asked in SINGLE:
        return {key: value for key, value in given.items() if key != "float_precision"}
    return {**given, "float_precision": wanted}
