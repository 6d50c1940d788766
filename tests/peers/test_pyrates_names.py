"""What rates-pyrates has for each public name of the tools that it stands for, against the names found in these."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("names", ROOT / "tools" / "write_names_of_older_tools.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_name_is_the_same_or_differs_or_is_refused_as_the_page_says(writer: ModuleType) -> None:
    written = (ROOT / "docs" / "reference" / "names_of_older_tools.md").read_text(encoding="utf-8")
    assert written == writer.page(writer.recorded()), "Write it anew: python tools/write_names_of_older_tools.py"


def test_the_plugin_ships_the_names_that_were_found(writer: ModuleType) -> None:
    assert writer.NAMES.read_text(encoding="utf-8") == writer.names(writer.recorded())


def test_every_name_has_a_verdict(writer: ModuleType) -> None:
    with writer.active():
        for name, found in writer.recorded().items():
            listed = {one.name: one for one in writer.verdicts(writer.TOOLS[name], found["modules"])}
            assert {defined for held in found["modules"].values() for defined, what in held.items()
                    if isinstance(what, dict)} <= set(listed)  # fmt: skip
            assert all(one.text for one in listed.values() if one.kind != "same")
            assert {one.kind for one in listed.values()} == {"same", "differs", "refused"}


def test_differences_and_refusals_are_of_names_that_there_are(writer: ModuleType) -> None:
    for name, found in writer.recorded().items():
        tool = writer.TOOLS[name]
        named = {known for held in found["modules"].values() for known in held}
        ours = {"Template", "Network", "Observer"}  # classes of ours, of which several names of theirs are
        for key in (*tool.differences, *tool.offered, *(key for key in tool.refused if key not in tool.modules)):
            assert key.partition(".")[0] in named | ours, key
        assert not set(tool.offered) & set(tool.refused)


@pytest.mark.parametrize("page", ["explanation/coming_from_older_tools.md", "how_to/coming_from_pycobi.md"])
def test_every_difference_has_a_reason(page: str) -> None:
    lines = (ROOT / "docs" / page).read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line.startswith("|")]
    assert ["reason"] in [row[-1:] for row in cells]
    assert [row for row in cells if not all(row)] == []


def test_a_call_that_takes_less_is_found(writer: ModuleType) -> None:
    def ours(model: object, *, other: int = 0) -> None: ...

    assert writer._missing(ours, ["model", "other:=", "**rest"]) == []
    assert writer._missing(ours, ["model", "other="]) == ["other"]  # not by place
    assert writer._missing(ours, ["circuit", "more="]) == ["circuit", "more"]
