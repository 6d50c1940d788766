"""What a wheel of ours holds and says about itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Distribution

ROOT = Path(__file__).parents[2]


def test_a_wheel_holds_every_file_of_its_package_and_nothing_else(distribution: Distribution) -> None:
    source = distribution.folder / "src"
    expected = {
        str(path.relative_to(source))
        for path in (source / distribution.module).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    held = {name for name in distribution.files if ".dist-info/" not in name}
    assert held == expected


def test_a_wheel_names_itself_its_licence_and_its_python(distribution: Distribution) -> None:
    metadata = distribution.metadata
    assert metadata["Name"] == distribution.module.replace("_", "-")
    assert metadata["Version"] == "0.1.0"
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["Author"] == "The rates developers"
    assert metadata["Summary"]
    assert metadata["Description-Content-Type"] == "text/markdown"


def test_a_wheel_is_typed_and_holds_one_package(distribution: Distribution) -> None:
    packages = {name.split("/")[0] for name in distribution.files if ".dist-info/" not in name}
    assert packages == {distribution.module}
    assert f"{distribution.module}/py.typed" in distribution.files


def test_a_wheel_announces_its_plugins(distribution: Distribution) -> None:
    (name,) = [name for name in distribution.files if name.endswith(".dist-info/entry_points.txt")]
    assert "[rates.plugins]" in distribution.files[name].decode()


def test_the_library_of_models_takes_its_files_along(library: Distribution) -> None:
    for name in ("neural_mass_models/qif", "neural_mass_models/jansenrit", "oscillators/kuramoto"):
        assert f"rates_models/model_templates/{name}.yaml" in library.files


def test_a_member_has_a_readme_and_tests(distribution: Distribution) -> None:
    readme = (distribution.folder / "README.md").read_text(encoding="utf-8")
    assert readme.startswith(f"# {distribution.settings['project']['name']}\n")
    assert list((distribution.folder / "tests").rglob("test_*.py"))


def test_a_plugin_asks_for_core_without_an_upper_bound(plugin: Distribution) -> None:
    (core,) = [line for line in plugin.settings["project"]["dependencies"] if line.startswith("rates-core")]
    assert core == "rates-core>=0.1"


def test_what_a_newcomer_gets_is_in_the_workspace(distribution: Distribution) -> None:
    extras = distribution.settings["project"].get("optional-dependencies", {})
    for name in extras.get("default", ()):
        assert (ROOT / "plugins" / name.replace("-", "_") / "pyproject.toml").is_file()
