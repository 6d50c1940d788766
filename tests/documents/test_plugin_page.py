"""The page for authors of plugins describes every hook and field, and its example is a plugin that works."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from attrs import fields
from rates_core.plugins import Capabilities, hookspecs, specs
from rates_core.plugins.kinds import KINDS, Kind
from rates_core.testing import backend_cases

PAGE = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text(encoding="utf-8")
FILE = re.compile(r"^<!-- file: (?P<name>\S+) -->\n```\w+\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
COMMON = {"name", "summary", "target", "probe", "distribution"}


def below(heading: str) -> str:
    """Return what stands below a heading, up to the next one."""
    return re.split(r"^#+ ", PAGE.partition(f"\n{heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def test_every_hook_has_a_heading() -> None:
    hooks = {name for name in vars(hookspecs) if name.startswith("rates_")}
    assert set(re.findall(r"^### (rates_\w+)$", PAGE, re.MULTILINE)) == hooks == {kind.hook for kind in KINDS}


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.hook) for kind in KINDS])
def test_a_hook_is_described_with_its_descriptor_and_all_fields(kind: Kind) -> None:
    text = below(f"### {kind.hook}")
    named = set(re.findall(r"`(\w+)`", text))
    assert {kind.spec.__name__} | {field.name for field in fields(kind.spec)} - COMMON <= named
    assert ("Provisional" in text) == (kind.hook in hookspecs.PROVISIONAL)


def test_every_capability_is_explained() -> None:
    table = below("### rates_backends").partition("| field of `Capabilities` |")[2]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == {field.name for field in fields(Capabilities)}


def test_the_fields_that_all_share_are_named() -> None:
    shared = {field.name for field in fields(specs.TargetSpec)}
    assert shared == COMMON <= set(re.findall(r"`(\w+)`", below("## Hooks")))


def test_every_family_of_the_kit_is_listed() -> None:
    listed = below("## What `rates check` does").partition("The families are ")[2].partition(". ")[0]
    names = " ".join(listed.split()).split(", ")
    assert names == list(dict.fromkeys(case.family for case in backend_cases(exhaustive=True)))


def install(folder: Path) -> dict[str, str]:
    """Save the plugin, with what pip would write beside it, and return the environment in which it is found."""
    for file in FILE.finditer(PAGE):
        path = folder / file["name"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file["text"], encoding="utf-8")
    project = tomllib.loads((folder / "rates_mine" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ((group, points),) = project["entry-points"].items()
    lines = [f"[{group}]", *(f"{name} = {target}" for name, target in points.items())]
    information = folder / "site" / f"rates_mine-{project['version']}.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    (information / "entry_points.txt").write_text("\n".join(lines) + "\n")
    places = [folder / "site", folder / "rates_mine" / "src", os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, filter(None, places)))}


def test_the_plugin_of_the_page_is_found_used_and_does_what_it_claims(tmp_path: Path) -> None:
    commands = re.findall(r"^rates .+$", below("## A plugin with three offers"), re.MULTILINE)
    assert len(commands) == 4
    script = "\n".join(["set -eux", *commands])
    environment = install(tmp_path)
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "solvers: ssprk3" in done.stdout
    assert "backends: trees" in done.stdout
    assert "model libraries: my_models" in done.stdout
