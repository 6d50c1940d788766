"""The third party's path: what `rates new` writes builds, installs beside core, and needs public names only."""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Distribution

ROOT = Path(__file__).parents[2]
KINDS = ("backend", "solver", "delay", "analysis")
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["rates"]
#: In which only public names of core can be imported by the plugin and its tests.
WATCHED = {
    "PYTHONPATH": str(ROOT / "tests" / "outsiders"),
    "OUTSIDERS": "rates_demo,test_demo",
    "PUBLIC_MODULES": ",".join(SETTINGS["public-modules"]),
}
PRIVATE = "from rates_core.network.grouping import group"


def run(*command: Path | str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command with nothing of this checkout on its path but what is said."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"OMP_NUM_THREADS": "1", **variables}
    return subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, env=environment)


def succeed(*command: Path | str, **variables: str) -> str:
    done = run(*command, **variables)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Outsider:
    """Somebody with an environment that holds rates-core, and a folder of their own."""

    def __init__(self, kind: str, core: Distribution, install: Callable[..., Path], folder: Path) -> None:
        self.kind, self.install, self.folder = kind, install, folder
        self.python = install(core.wheel)
        self.package = folder / "rates-demo"

    def rates(self, *arguments: Path | str, **variables: str) -> subprocess.CompletedProcess[str]:
        return run(self.python.with_name("rates"), *arguments, **variables)

    def begin(self) -> None:
        """Write a package, and see that it is not in the way of anything yet."""
        done = self.rates("new", self.kind, "demo", "--into", self.folder)
        assert done.returncode == 0, done.stderr

    def build(self) -> Path:
        """Build the wheel with the tools at hand, else with what its pyproject.toml asks for."""
        out = self.folder / "dist"
        if hatchling := shutil.which("hatchling"):
            command = [hatchling, "build", "-t", "wheel", "-d", str(out)]
        else:
            command = ["uv", "build", "--quiet", "--wheel", "--out-dir", str(out)]
        subprocess.run(command, cwd=self.package, check=True, capture_output=True)
        (wheel,) = out.glob("*.whl")
        return wheel

    def private_import(self) -> Path:
        """Let the installed plugin import what is not public, in the module that does the work."""
        (site,) = self.python.parents[1].glob("lib/python*/site-packages/rates_demo")
        (module,) = (path for path in site.glob("*.py") if path.stem not in ("__init__", "language"))
        module.write_text(
            module.read_text(encoding="utf-8").replace("import annotations\n", f"import annotations\n{PRIVATE}\n"),
            encoding="utf-8",
        )
        return module


@pytest.fixture
def outsider(
    request: pytest.FixtureRequest, core: Distribution, installed: Callable[..., Path], tmp_path: Path
) -> Outsider:
    return Outsider(request.param, core, installed, tmp_path)


@pytest.mark.parametrize("outsider", ["backend"], indirect=True)
def test_a_new_backend_passes_rates_check_beside_core_alone_by_public_names_only(outsider: Outsider) -> None:
    outsider.begin()
    assert outsider.rates("check", "demo").returncode == 2  # nobody has installed it
    outsider.install(outsider.build())
    checked = outsider.rates("check", "demo", **WATCHED)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.startswith("backend 'demo': claimed ")
    absent = {line.strip() for line in checked.stdout.splitlines() if "is not installed" in line}
    assert absent == {"The delay strategy 'gamma' is not installed."}  # it makes chains before anybody is asked
    module = outsider.private_import()
    assert outsider.rates("check", "demo", "--family", "files").returncode == 0  # nobody looks
    refused = outsider.rates("check", "demo", "--family", "files", **WATCHED)
    assert refused.returncode == 2
    name = f"rates_demo.{module.stem}"
    assert f"{name} imports rates_core.network.grouping.group, which is not public" in refused.stderr


@pytest.mark.exhaustive
@pytest.mark.parametrize("outsider", KINDS, indirect=True)
def test_a_new_package_passes_its_own_tests_by_public_names_only(outsider: Outsider) -> None:
    outsider.begin()
    python = outsider.install(f"rates-demo[test] @ {outsider.build().as_uri()}")
    done = succeed(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", outsider.package, **WATCHED)
    assert " passed" in done
    assert "skipped" not in done
    if outsider.kind != "analysis":
        assert "FAILED" not in outsider.rates("check", "demo", **WATCHED).stdout
