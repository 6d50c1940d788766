"""The README of a plugin names all that it offers, and every option."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rates_core.plugins import get_manager
from rates_core.plugins.kinds import KINDS
from rates_core.plugins.specs import BackendSpec, SolverSpec, Spec

ROOT = Path(__file__).parents[2]


def offered() -> Iterator[tuple[Path, Spec]]:
    """Yield what installed plugins of the workspace offer, with their READMEs."""
    manager = get_manager()
    for kind in KINDS:
        for spec in getattr(manager, kind.hook.removeprefix("rates_"))().values():
            folder = ROOT / "plugins" / spec.distribution.replace("-", "_")
            if folder.is_dir():
                yield folder / "README.md", spec


def words(spec: Spec) -> set[str]:
    """Return what a reader has to find: the names to type."""
    if isinstance(spec, SolverSpec):
        return {spec.name, *spec.methods, *(option.name for option in spec.options)}
    if isinstance(spec, BackendSpec):
        return {spec.name, *(option.name for option in spec.options)}
    return {spec.name}


@pytest.mark.parametrize(
    ("readme", "spec"), [pytest.param(*found, id=f"{found[1].distribution}-{found[1].name}") for found in offered()]
)
def test_the_readme_of_a_plugin_names_what_it_offers(readme: Path, spec: Spec) -> None:
    text = readme.read_text(encoding="utf-8")
    found = {*re.findall(r"\w+", text), *re.findall(r"\w+(?:-\w+)+", text)}
    assert words(spec) <= found


@pytest.mark.parametrize(
    "readme", [pytest.param(path, id=path.parent.name) for path in ROOT.glob("plugins/*/README.md")]
)
def test_the_readme_of_a_plugin_has_a_program_that_runs(readme: Path) -> None:
    assert "\n```python\n" in readme.read_text(encoding="utf-8")
