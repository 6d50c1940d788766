"""The workflow on disk is the one that the directory of plugins asks for."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
import yaml

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_ci", ROOT / "tools" / "write_ci.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_workflow_on_disk_is_up_to_date(writer: ModuleType) -> None:
    assert (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8") == writer.workflow()


def test_every_member_is_tested_under_every_python(writer: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.rates]\npythons = ["3.11", "3.13"]\n')
    for name in ("rates_zeta", "rates_alpha"):
        (tmp_path / "plugins" / name).mkdir(parents=True)
        (tmp_path / "plugins" / name / "pyproject.toml").touch()
    (tmp_path / "plugins" / "notes").mkdir()
    jobs = yaml.safe_load(writer.workflow(tmp_path))["jobs"]
    assert jobs["member"]["strategy"]["matrix"] == {
        "python": ["3.11", "3.13"],
        "member": ["rates_core", "rates_alpha", "rates_zeta"],
    }
    assert jobs["whole"]["strategy"]["matrix"] == {"python": ["3.11", "3.13"]}
    assert jobs["exhaustive"]["steps"][1]["with"]["python-version"] == "3.13\n3.11\n"
