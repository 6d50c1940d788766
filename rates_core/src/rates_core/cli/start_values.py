"""The arguments of an exported function at the start of a model, as JSON that any language reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rates_core.simulation.functions import RunFunction

PAST = "the values before the start; the function takes a function of time that returns them"


def start_values(made: RunFunction, model: str, function: str) -> dict[str, Any]:
    """Return what the file says: the values of all arguments, and which variables of the model they are."""
    from rates_core.reports.mark import MARK

    return {
        "about": f"{MARK}: arguments of {function} at the start of {model}",
        "notes": {"history": PAST} if callable(made.args[-1]) else {},
        "arguments": {name: _plain(value) for name, value in zip(made.arg_names, made.args, strict=True)},
        "parameters": dict(zip(made.arg_names[2:], made.parameter_paths, strict=False)),
        "states": {path: [at, at + 1] if isinstance(at, int) else list(at) for path, at in made.state_indices.items()},
    }


def text_of(content: Mapping[str, Any]) -> str:
    """Return JSON with one line per value, since a matrix of weights may be a long one."""
    parts = [f"  {json.dumps(key)}: {_section(value)}" for key, value in content.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def calls_in_python(made: RunFunction, function: str, source: Path, values: Path) -> list[str]:
    """Return a program that calls an exported function of Python."""
    complex_names = [name for name, value in zip(made.arg_names, made.args, strict=True) if _is_complex(value)]
    lines = [
        *("import json", "import numpy as np"),
        *_import(function, source),
        "",
        f"with open({values.name!r}) as file:",
        '    values = json.load(file)["arguments"]',
    ]
    if complex_names:
        lines += [
            f"for name in {complex_names!r}:",
            '    values[name] = np.array(values[name]["real"]) + 1j*np.array(values[name]["imag"])',
        ]
    lines.append("values = {name: np.array(v) if isinstance(v, list) else v for name, v in values.items()}")
    if callable(made.args[-1]):
        lines += ['past = values["history"]', 'values["history"] = lambda t: past']
    return [*lines, f"derivative = {function}(**values)"]


def _import(function: str, source: Path) -> list[str]:
    if source.suffix == ".py" and source.stem.isidentifier():
        return [f"from {source.stem} import {function}"]
    return ["import runpy", f"{function} = runpy.run_path({source.name!r})[{function!r}]"]


def _section(value: Any) -> str:
    if not isinstance(value, Mapping) or not value:
        return json.dumps(value)
    lines = [f"    {json.dumps(key)}: {json.dumps(entry)}" for key, entry in value.items()]
    return "{\n" + ",\n".join(lines) + "\n  }"


def _plain(value: Any) -> Any:
    """Return an argument as JSON carries it: numbers, lists, a complex one as its parts, the past as what it was."""
    import numpy as np

    array = np.asarray(value(0.0) if callable(value) else value)
    if _is_complex(array):
        return {"real": array.real.tolist(), "imag": array.imag.tolist()}
    return array.tolist()


def _is_complex(value: Any) -> bool:
    import numpy as np

    return bool(np.iscomplexobj(value))
