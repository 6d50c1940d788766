"""the form of a population in a model file, by itself or in a circuit."""

from __future__ import annotations

from collections.abc import Mapping

from rates_core.yaml import forms
from rates_core.yaml.entries import PopulationEntry
from rates_core.yaml.tree import YamlTree

POPULATION_KEYS = ("node", "n", "params")


def read_population(entries: Mapping[str, YamlTree], what: str) -> PopulationEntry:
    """Return what a mapping says of a population."""
    node, n = entries.get("node"), entries.get("n")
    return PopulationEntry(
        node=None if node is None else forms.reference(node, f"the node of {what}"),
        n=None if n is None else forms.value(n, f"the number of units n of {what}"),
        params=forms.values(entries.get("params"), f"'params' of {what}", "the value of"),
    )
