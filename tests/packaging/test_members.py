"""A plugin is part of the checks as soon as its folder is there."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
SETTINGS = '[project]\nname = "rates-moon"\ndependencies = ["rates-core>=0.1"]\n'


def test_a_new_folder_has_its_sessions_without_being_named_anywhere(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "tools" / "sessions", tmp_path / "tools" / "sessions")
    for name in ("noxfile.py", "pyproject.toml", "rates_core/pyproject.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    plugin = tmp_path / "plugins" / "rates_moon"
    plugin.mkdir(parents=True)
    (plugin / "pyproject.toml").write_text(SETTINGS)
    listing = subprocess.run(["nox", "--list", "--json"], cwd=tmp_path, check=True, capture_output=True, text=True)
    sessions = {entry["session"] for entry in json.loads(listing.stdout)}
    own = {"tests(rates_moon)", "lowest(rates_moon)", "newest(rates_moon)"}
    assert {*own, "core_alone", "together"} <= sessions
