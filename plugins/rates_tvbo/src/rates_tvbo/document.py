"""Files of TVBO: what they hold, and what files look like that are none."""

from __future__ import annotations

from pathlib import Path

from rates_core.errors import ModelFileError
from rates_core.yaml.document import read_document
from rates_core.yaml.tree import YamlMapping

from rates_tvbo.keys import misspelt
from rates_tvbo.omissions import Omissions
from rates_tvbo.section import Section

DYNAMICS = frozenset(
    {"state_variables", "derived_variables", "coupling_inputs", "system_type", "derived_parameters", "model_type"}
)
NETWORK = frozenset(
    {"nodes", "edges", "number_of_nodes", "graph_generator", "edge_matrix_files", "data_file", "bids_dir"}
)
EXPERIMENT = frozenset({"integration", "network", "dynamics", "connectivity", "observations", "explorations"})


def kind_of_document(tree: YamlMapping) -> str:
    """Return `Dynamics`, `Network` or `SimulationExperiment`; an empty text if a file is none of TVBO's."""
    keys = set(tree.entries)
    if _has_bases(tree):
        return ""
    if keys & DYNAMICS:
        return "Dynamics"
    if keys & (NETWORK - {"edges"}) or ("edges" in keys and "id" not in keys):
        return "Network"
    return "SimulationExperiment" if keys & EXPERIMENT else ""


def is_tvbo(path: str | Path) -> bool:
    """Tell whether a file is one of TVBO's, or one with a misspelt key; a file that cannot be read is none."""
    try:
        tree = read_document(Path(path))
    except ModelFileError:
        return False
    return bool(kind_of_document(tree)) or (not _has_bases(tree) and _misspelt(tree) is not None)


def open_document(path: str | Path) -> tuple[str, Section]:
    """Return what a file holds, and its content.

    Raises:
        ModelFileError: it cannot be read, or is no file of TVBO; the text says what it looks like.
    """
    file = Path(path)
    _refuse_other_formats(file)
    tree = read_document(file)
    kind = kind_of_document(tree)
    if not kind:
        raise ModelFileError(f"{file} is no file of TVBO.{_resemblance(tree)}")
    name = tree.entries.get("name") or tree.entries.get("label")
    section = Section(tree, kind, getattr(name, "text", ""), Omissions())
    section.ignore("name")
    section.check_keys(kind)
    return kind, section


def _refuse_other_formats(file: Path) -> None:
    try:
        with file.open("rb") as stream:
            start = stream.read(4096).lstrip()
    except OSError:
        return  # which is said where the file is read
    if start.startswith(b"\x89HDF"):
        raise ModelFileError(
            f"{file} is no file of TVBO. It looks like HDF5, in which TVBO keeps matrices: read the YAML that names it."
        )
    if not start.startswith(b"<"):
        return
    for word, name in ((b"<sbml", "SBML"), (b"<neuroml", "NeuroML"), (b"<Lems", "LEMS")):
        if word in start:
            raise ModelFileError(f"{file} is no file of TVBO. It looks like {name}.")
    raise ModelFileError(f"{file} is no file of TVBO. It looks like XML.")


def _has_bases(tree: YamlMapping) -> bool:
    """Tell whether a file holds templates of rates, each of which has a base."""
    return any(isinstance(entry, YamlMapping) and "base" in entry.entries for entry in tree.entries.values())


def _misspelt(tree: YamlMapping) -> tuple[str, str] | None:
    return misspelt(tree.entries, DYNAMICS | NETWORK | EXPERIMENT)


def _resemblance(tree: YamlMapping) -> str:
    if _has_bases(tree):
        return " It looks like a model file of rates (or PyRates): read it with from_yaml, or as the format 'yaml'."
    found = _misspelt(tree)
    if found is not None:
        return f" There is no key '{found[0]}'. Did you mean '{found[1]}'?"
    return " A Dynamics has state_variables, a Network nodes, a SimulationExperiment both, or integration."
