"""Fixtures that several directories of tests share."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

NEEDED = ("attr", "attrs", "pluggy", "rates_core")


class Installation:
    """A folder in which rates-core and fake distributions are installed, for fresh processes.

    Those see this folder and the standard library, nothing else: what passes here needs no array library, and no
    plugin that happens to be installed beside the tests can be part of a result.
    """

    flags: tuple[str, ...] = ("-S",)

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = str(folder)
        self.install_core()

    def install_core(self) -> None:
        """Install rates-core and what its light modules need."""
        folder, core = self.folder, importlib.metadata.distribution("rates-core")
        self._write_metadata("rates_core", "rates-core", core.version, core.read_text("entry_points.txt") or "")
        for package in NEEDED:
            spec = importlib.util.find_spec(package)
            assert spec is not None
            assert spec.origin is not None
            (folder / package).symlink_to(Path(spec.origin).parent, target_is_directory=True)

    def add(self, distribution: str, light_module: str, version: str = "1.0", **modules: str) -> None:
        """Install a distribution: its `.dist-info`, the light module of its name, other modules by name."""
        module = distribution.replace("-", "_")
        entry_points = f"[rates.plugins]\n{module.removeprefix('rates_')} = {module}\n"
        self._write_metadata(module, distribution, version, entry_points)
        for name, text in {module: light_module, **modules}.items():
            (self.folder / f"{name}.py").write_text(dedent(text), encoding="utf-8")

    def python(self, code: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run code in a fresh process with these environment variables."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("RATES_", "PYTHON"))}
        environment |= {"PYTHONPATH": self.path, "PYTHONWARNINGS": "error", **variables}
        return subprocess.run(
            [sys.executable, *self.flags, "-c", dedent(code), *arguments],
            capture_output=True,
            text=True,
            env=environment,
            cwd=self.folder,
            timeout=60,
            check=False,
        )

    def value(self, code: str, **variables: str) -> Any:
        """Run code that assigns `value`, and return that, as JSON carries it."""
        process = self.python(f"{dedent(code)}\nimport json\nprint(json.dumps(value))", **variables)
        assert process.returncode == 0, process.stderr
        return json.loads(process.stdout.splitlines()[-1])

    def error(self, expression: str, **variables: str) -> str:
        """Return the error of an expression over `manager`, as its class and text."""
        code = f"""
        from rates_core.errors import RatesError
        from rates_core.plugins import get_manager
        manager = get_manager()
        try:
            {expression}
            value = "no error"
        except RatesError as error:
            value = f"{{type(error).__name__}}: {{error}}"
        """
        return str(self.value(code, **variables))

    def statuses(self, **variables: str) -> dict[str, list[str]]:
        """Return status and reason of every distribution but the core."""
        code = """
        from rates_core.plugins import get_manager
        statuses = get_manager().statuses()
        value = {s.distribution: [s.status, s.reason] for s in statuses if s.distribution != "rates-core"}
        """
        return dict(self.value(code, **variables))

    def rates(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the program `rates`."""
        return self.python(
            "import sys; from rates_core.cli.main import main; sys.exit(main())", *arguments, **variables
        )

    def _write_metadata(self, module: str, distribution: str, version: str, entry_points: str) -> None:
        directory = self.folder / f"{module}-{version}.dist-info"
        directory.mkdir()
        metadata = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
        (directory / "METADATA").write_text(metadata, encoding="utf-8")
        (directory / "entry_points.txt").write_text(entry_points, encoding="utf-8")


class Addition(Installation):
    """A folder in which fake distributions are installed, beside all that is installed for the tests."""

    flags = ()

    def install_core(self) -> None:
        """Do nothing: it is installed."""
        self.path = os.pathsep.join([self.path, *filter(None, [os.environ.get("PYTHONPATH")])])


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """Return a fresh folder with rates-core and no plugin in it."""
    folder = tmp_path / "site"
    folder.mkdir()
    return Installation(folder)


@pytest.fixture
def addition(tmp_path: Path) -> Addition:
    """Return a fresh folder for fake distributions beside the real ones."""
    folder = tmp_path / "site"
    folder.mkdir()
    return Addition(folder)
