"""The wheels of every member, built once."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from email.parser import Parser
from functools import cached_property
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Distribution:
    """One member of the workspace: its folder and its wheel."""

    folder: Path
    wheel: Path

    @property
    def module(self) -> str:
        return self.folder.name

    @cached_property
    def settings(self) -> dict:
        return tomllib.loads((self.folder / "pyproject.toml").read_text(encoding="utf-8"))

    @cached_property
    def files(self) -> dict[str, bytes]:
        """Content of the wheel by name."""
        with ZipFile(self.wheel) as archive:
            return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}

    @cached_property
    def metadata(self) -> Message:
        (name,) = [name for name in self.files if name.endswith(".dist-info/METADATA")]
        return Parser().parsestr(self.files[name].decode())


FOLDERS = [ROOT / "rates_core", *(path.parent for path in sorted(ROOT.glob("plugins/*/pyproject.toml")))]


@pytest.fixture(scope="session")
def wheel_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the wheels: the one that the session was given, or a new one."""
    if given := os.environ.get("RATES_WHEELS"):
        return Path(given)
    folder = tmp_path_factory.mktemp("wheels")
    for member in FOLDERS:
        subprocess.run(["uv", "build", "--quiet", "--wheel", "--out-dir", str(folder), str(member)], check=True)
    return folder


def built(folder: Path, wheel_folder: Path) -> Distribution:
    (wheel,) = wheel_folder.glob(f"{folder.name}-*.whl")
    return Distribution(folder, wheel)


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name)
def distribution(request: pytest.FixtureRequest, wheel_folder: Path) -> Distribution:
    return built(request.param, wheel_folder)


@pytest.fixture(params=FOLDERS[1:], ids=lambda folder: folder.name)
def plugin(request: pytest.FixtureRequest, wheel_folder: Path) -> Distribution:
    return built(request.param, wheel_folder)


@pytest.fixture
def library(wheel_folder: Path) -> Distribution:
    return built(ROOT / "plugins" / "rates_models", wheel_folder)


@pytest.fixture
def core(wheel_folder: Path) -> Distribution:
    return built(ROOT / "rates_core", wheel_folder)


@pytest.fixture
def installed(tmp_path: Path, wheel_folder: Path) -> Callable[..., Path]:
    """Return what installs requirements with all that they need into one new environment and returns its Python."""
    python = tmp_path / "alone" / "bin" / "python"
    quick = os.environ | {"UV_COMPILE_BYTECODE": "0"}

    def install(*requirements: Path | str) -> Path:
        if not python.exists():
            folder = str(python.parents[1])
            subprocess.run(["uv", "venv", "--quiet", "--python", sys.executable, folder], check=True)
        command = ["uv", "pip", "install", "--quiet", "--python", str(python), "--find-links", str(wheel_folder)]
        command += map(str, requirements)
        if subprocess.run(command, check=False, env=quick).returncode != 0:
            subprocess.run([*command, "--offline"], check=True, env=quick)
        subprocess.run(["uv", "pip", "check", "--quiet", "--python", str(python)], check=True)
        return python

    return install
