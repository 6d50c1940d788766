"""Load generated modules from the cache directory, where Numba keeps what it compiled beside them."""

from __future__ import annotations

import gc
import hashlib
import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import platformdirs


@contextmanager
def uncollected() -> Iterator[None]:
    """Let Python collect no garbage meanwhile: a compiler's many objects stay, and each pass would visit them all."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


with uncollected():
    import numba

_modules: dict[Path, ModuleType] = {}  # by content, for a module that is loaded twice would be compiled twice


def cache_directory() -> Path:
    """Return where generated modules are kept: `RATES_CACHE_DIR`, or the platform's directory for caches."""
    chosen = os.environ.get("RATES_CACHE_DIR")
    return (Path(chosen) if chosen else Path(platformdirs.user_cache_dir("rates"))) / "numba"


def load_module(source: str) -> ModuleType:
    """Return a generated module, compiled on first use of its functions or loaded from an earlier process."""
    key = hashlib.sha256(f"{numba.__version__}\n{source}".encode()).hexdigest()[:24]
    path = cache_directory() / f"rates_generated_{key}.py"
    if path not in _modules:
        _write(path, source)
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[path.stem] = module  # where Numba looks for the home of what it finds in its cache
        spec.loader.exec_module(module)
        _modules[path] = module
    return _modules[path]


def quick(function: Any) -> Callable[..., Any]:
    """Return a function of a module, to be called; where it has yet to be compiled, no garbage is collected."""
    return function if function.overloads else partial(_first_call, function)


def _first_call(function: Any, *arguments: Any) -> Any:
    with uncollected():
        function.compile(tuple(map(numba.typeof, arguments)))
    return function(*arguments)


def _write(path: Path, source: str) -> None:
    """Write a module whole or not at all: other processes may be at it. One that is there stays, with its date."""
    if path.is_file() and path.read_text(encoding="utf-8") == source:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".py", delete=False, encoding="utf-8") as file:
        file.write(source)
    os.replace(file.name, path)
