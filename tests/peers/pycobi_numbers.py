"""Write the names and numbers that PyRates gives parameters and states in its files for Auto-07p, model by model.

It needs the environment of nox's session `peer(pycobi)`, gfortran, and nothing of rates; run it in an empty folder to
write the record again. Models that PyRates cannot write are left out, and those whose files gfortran refuses.
"""

from __future__ import annotations

import ast
import json
import warnings
from pathlib import Path

import model_templates
from pyrates import CircuitTemplate, clear_frontend_caches
from ruamel.yaml import YAML

RECORD = Path(__file__).with_suffix(".json")
LIBRARY = Path(model_templates.__file__).parent


def circuits() -> list[str]:
    """Return the paths of all circuits of the library."""
    found = []
    for folder in ("neural_mass_models", "oscillators"):
        for file in sorted((LIBRARY / folder).glob("*.yaml")):
            for name, held in YAML(typ="safe").load(file.read_text(encoding="utf-8")).items():
                if isinstance(held, dict) and held.get("base") == "CircuitTemplate":
                    found.append(f"model_templates.{folder}.{file.stem}.{name}")
    return found


def numbered(path: str) -> dict[str, dict[int, str]]:
    """Return what a file of constants says of a model: names of components of PAR and U."""
    for file in ("c.ivp", "equations.f90"):
        Path(file).unlink(missing_ok=True)
    clear_frontend_caches()
    CircuitTemplate.from_yaml(path).get_run_func(
        "f", 1e-3, file_name="equations", backend="fortran", auto=True, auto_jac=False, auto_constants=("ivp",),
        vectorize=False, solver="scipy", verbose=False,
    )  # fmt: skip
    lines = Path("c.ivp").read_text(encoding="utf-8").splitlines()
    said = dict(line.split(" = ", 1) for line in lines if " = " in line)
    return {name: ast.literal_eval(said[name]) for name in ("parnames", "unames")}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    record = {}
    for path in circuits():
        try:
            record[path] = numbered(path)
        except (AttributeError, KeyError, RuntimeError) as error:
            print(f"{path}: {type(error).__name__}")
    RECORD.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
