"""Write what tvbo knows of the models in its database, as files; run it where tvbo is, it imports nothing of rates.

Each model gives a folder: `native.yaml`, the file of the database; `written.yaml`, what tvbo writes of it;
`pyrates.yaml`, its export, where there is one; `record.json`, derivatives of the code that tvbo generates, at random
states, times and inputs.
"""

from __future__ import annotations

import functools
import inspect
import json
import sys
import warnings
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

POINTS = 5


def main(target: Path, source: Path | None = None) -> None:
    """Record all models of a folder, or of the installed database."""
    import tvbo

    warnings.simplefilter("ignore")
    database = source or Path(tvbo.__file__).parent / "database" / "models"
    for file in sorted(path for path in database.rglob("*.y*ml")):
        name = "-".join(file.relative_to(database).with_suffix("").parts)
        folder = target / name
        folder.mkdir(parents=True)
        (folder / "native.yaml").write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
        (folder / "record.json").write_text(json.dumps(record_of(file, folder), indent=1), encoding="utf-8")


def record_of(file: Path, folder: Path) -> dict[str, Any]:
    """Return what tvbo says of one model; what it cannot say stands with its reason."""
    from tvbo import Dynamics

    record: dict[str, Any] = {"file": file.name}
    model = Dynamics.from_file(str(file))
    record["name"] = str(model.name)
    record["states"] = [str(name) for name in model.state_variables]
    record["discrete"] = "discrete" in str(model.system_type)
    for key, write in (
        ("written", lambda: model.to_yaml()),
        ("pyrates", lambda: model.to_yaml(format="pyrates")),
    ):
        try:
            (folder / f"{key}.yaml").write_text(write(), encoding="utf-8")
        except Exception as error:  # noqa: BLE001  # whatever it is, it is tvbo's
            record[f"no_{key}"] = f"{type(error).__name__}: {error}"
    try:
        record["points"] = points_of(model, record["name"])
    except Exception as error:  # noqa: BLE001  # as above
        record["no_points"] = f"{type(error).__name__}: {error}"
    return record


def points_of(model: Any, name: str) -> list[dict[str, Any]]:
    """Return derivatives at random states, by the generated code."""
    names: dict[str, Any] = {"functools": functools}  # which the code may use without importing it
    exec(compile(model.render_code("python"), name, "exec"), names)  # the code whose values are wanted
    *_, function = (value for value in names.values() if isinstance(value, FunctionType))
    taken = inspect.signature(function).parameters
    # lists, which numbers cannot be multiplied with, are meant as arrays
    arrays = {key: np.array(one.default) for key, one in taken.items() if isinstance(one.default, list)}
    inputs = [str(key) for key in (model.coupling_inputs or {}) if str(key) in taken]
    modes = (int(model.number_of_modes),) if arrays else ()
    random = np.random.default_rng(int.from_bytes(name.encode()[:6], "big"))
    states = list(model.state_variables.values())
    points = []
    for _ in range(POINTS):
        state = np.array(
            [inside(one, float(one.initial_value or 0.0) + random.normal(0.0, 0.3, modes)) for one in states]
        )
        given = {key: random.normal(0.0, 0.3) for key in inputs}
        time = random.uniform(0.0, 10.0)
        coupled = {key: np.array([value]) if modes else value for key, value in given.items()}
        with np.errstate(all="ignore"):
            slope = np.asarray(function(state, time, **arrays, **coupled), dtype=float)
        points.append({"t": time, "state": state.tolist(), "inputs": given, "derivative": slope.tolist()})
    return points


def inside(variable: Any, value: Any) -> Any:
    """Return a value within the domain that tvbo keeps a state in, which no derivative says."""
    domain = variable.domain
    if domain is None or "clamp" not in str(domain.enforce):
        return value
    ends = [None if end is None else float(end) for end in (domain.lo, domain.hi)]
    return np.clip(value, -np.inf if ends[0] is None else ends[0] + 1e-3, np.inf if ends[1] is None else ends[1] - 1e-3)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
