"""The pages for authors of plugins describe every hook, field and method, and their examples are plugins that work."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from attrs import fields
from rates_core.cli.command import Command
from rates_core.delays.strategy import AcceptedHistory, Augmentation, Storage, UniformHistory
from rates_core.plugins import Capabilities, hookspecs, specs
from rates_core.plugins.kinds import KINDS, Kind
from rates_core.programs.arrays.runtime import ArrayRuntime
from rates_core.programs.program import Backend, Kernel, Program
from rates_core.solvers.driver import Driver
from rates_core.sweeps import Executor
from rates_core.testing import backend_cases

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "plugins"
INDEX, HOOKS, TESTING, POLICY, TUTORIAL = (
    (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    for name in ("README", "hooks", "testing", "compatibility", "tutorial")
)
PUBLIC = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["rates"]["public-modules"]
FILE = re.compile(r"^<!-- file: (?P<name>\S+) -->\n```\w+\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
COMMON = {"name", "summary", "target", "probe", "distribution"}
ROW = re.compile(r"^\| (?P<cell>`\w+\([^`]*\)`(?:, `\w+\([^`]*\)`)*) \|", re.MULTILINE)

#: What stands at the head of a table of methods, and whose methods they are.
CONTRACTS: dict[str, type] = {
    item.__name__: item
    for item in (
        Backend, Program, Kernel, ArrayRuntime, Driver, Augmentation, Storage, UniformHistory, AcceptedHistory,
        Executor, Command,
    )
}  # fmt: skip


def below(page: str, heading: str) -> str:
    """Return what stands below a heading, up to the next one of its level or above."""
    level = len(heading.partition(" ")[0])
    return re.split(rf"^#{{1,{level}}} ", page.partition(f"\n{heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def test_every_hook_has_a_heading() -> None:
    hooks = {name for name in vars(hookspecs) if name.startswith("rates_")}
    assert set(re.findall(r"^## (rates_\w+)$", HOOKS, re.MULTILINE)) == hooks == {kind.hook for kind in KINDS}


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.hook) for kind in KINDS])
def test_a_hook_is_described_with_its_signature_and_all_fields_of_what_it_yields(kind: Kind) -> None:
    text = below(HOOKS, f"## {kind.hook}")
    signature = inspect.signature(getattr(hookspecs, kind.hook))
    written = str(signature).replace("'", "")
    assert f"    {kind.hook}{written}\n" in text
    named = set(re.findall(r"`(\w+)`", text))
    assert {field.name for field in fields(kind.spec)} - COMMON <= named
    assert ("Provisional" in text) == (kind.hook in hookspecs.PROVISIONAL)


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.spec.__name__) for kind in KINDS])
def test_a_descriptor_has_the_signature_that_is_written(kind: Kind) -> None:
    name = kind.spec.__name__
    (line,) = re.findall(rf"^    {name}\((.*)\)$", below(HOOKS, f"## {kind.hook}"), re.MULTILINE)
    compare(line, kind.spec)


def compare(line: str, function: Any) -> None:
    """Compare written arguments with those of a function, defaults too where they are no objects of ours."""
    namespace: dict[str, Any] = {"Capabilities": Capabilities}
    exec(compile(ast.parse(f"def written({line}): ..."), "page", "exec"), namespace)
    written = list(inspect.signature(namespace["written"]).parameters.values())
    actual = [item for item in inspect.signature(function).parameters.values() if item.name != "self"]
    assert [(item.name, item.kind) for item in written] == [(item.name, item.kind) for item in actual]
    for ours, real in zip(written, actual, strict=True):
        assert (ours.default is inspect.Parameter.empty) == (real.default is inspect.Parameter.empty), ours.name
        if not isinstance(ours.default, Capabilities):
            assert ours.default == real.default


def methods(name: str) -> dict[str, str]:
    """Return the arguments of each method in the table of a contract."""
    table = re.search(rf"^\| `{name}` \|.*\n(?:\|.*\n)+", HOOKS, re.MULTILINE)
    assert table is not None, name
    calls = [call for row in ROW.finditer(table[0]) for call in re.findall(r"`(\w+)\(([^`]*)\)`", row["cell"])]
    return dict(calls)


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_contract_has_its_methods_with_their_signatures(name: str) -> None:
    contract, written = CONTRACTS[name], methods(name)
    asked = set(getattr(contract, "__abstractmethods__", ())) or {"add_arguments", "execute"}
    assert asked <= set(written)
    for method, arguments in written.items():
        compare(arguments, getattr(contract, method))


def test_every_method_that_a_backend_may_have_is_written() -> None:
    for name in ("Backend", "Program", "Kernel"):
        own = {method for method, value in vars(CONTRACTS[name]).items() if callable(value) and method[0] != "_"}
        assert set(methods(name)) == own


def test_every_capability_is_explained() -> None:
    table = below(HOOKS, "## rates_backends").partition("| field of `Capabilities` |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == {field.name for field in fields(Capabilities)}


def test_the_fields_that_all_share_are_named() -> None:
    shared = {field.name for field in fields(specs.TargetSpec)}
    table = below(HOOKS, "## What descriptors share")
    assert shared == COMMON == set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))


def test_every_family_of_the_kit_is_listed() -> None:
    listed = below(TESTING, "## What `rates check` does").partition("The families are ")[2].partition(". ")[0]
    names = " ".join(listed.split()).split(", ")
    assert names == list(dict.fromkeys(case.family for case in backend_cases(exhaustive=True)))


def test_the_public_modules_are_those_that_the_linter_holds_plugins_to() -> None:
    assert re.findall(r"^\* `([\w.]+)`$", below(POLICY, "## What is public"), re.MULTILINE) == PUBLIC


def test_the_version_of_the_hooks_is_that_of_the_code() -> None:
    assert f"rates-core is {hookspecs.API}. " in " ".join(POLICY.split())


def test_the_table_of_capabilities_is_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("write_capabilities", ROOT / "tools" / "write_capabilities.py")
    assert spec is not None
    assert spec.loader is not None
    writer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(writer)
    written = (FOLDER / "capabilities.md").read_text(encoding="utf-8")
    assert written == writer.page(), "Write it anew: python tools/write_capabilities.py"
    assert {field for field, *_ in writer.claims()} == {field.name for field in fields(Capabilities)}


def install(page: str, folder: Path) -> dict[str, str]:
    """Save the plugin of a page, with what pip would write beside it, and return an environment in which it is found.

    There the plugin can import what is public of core, and nothing else of it.
    """
    for file in FILE.finditer(page):
        path = folder / file["name"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file["text"], encoding="utf-8")
    (settings,) = folder.glob("*/pyproject.toml")
    project = tomllib.loads(settings.read_text(encoding="utf-8"))["project"]
    ((group, points),) = project["entry-points"].items()
    lines = [f"[{group}]", *(f"{name} = {target}" for name, target in points.items())]
    module = project["name"].replace("-", "_")
    information = folder / "site" / f"{module}-{project['version']}.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    (information / "entry_points.txt").write_text("\n".join(lines) + "\n")
    places = [ROOT / "tests" / "outsiders", folder / "site", settings.parent / "src", os.environ.get("PYTHONPATH", "")]
    path = os.pathsep.join(map(str, filter(None, places)))
    return {**os.environ, "PYTHONPATH": path, "OUTSIDERS": module, "PUBLIC_MODULES": ",".join(PUBLIC)}


def commands(page: str, heading: str) -> list[str]:
    """Return the lines that call rates below a heading."""
    return re.findall(r"^rates .+$", below(page, heading), re.MULTILINE)


def run(lines: list[str], folder: Path, environment: dict[str, str]) -> str:
    script = "\n".join(["set -eux", *lines])
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_plugin_of_the_index_is_found_used_and_does_what_it_claims(tmp_path: Path) -> None:
    lines = commands(INDEX, "## A plugin with two offers")
    assert len(lines) == 3
    printed = run(lines, tmp_path, install(INDEX, tmp_path))
    assert "solvers: ssprk3" in printed
    assert "model libraries: my_models" in printed
    assert "solver 'ssprk3': claimed " in printed


def test_the_tutorial_has_less_than_150_lines_of_code() -> None:
    assert sum(len(file["text"].splitlines()) for file in FILE.finditer(TUTORIAL)) < 150


TRIED = "functions", "structure", "noise", "precision", "files", "devices"


def test_the_backend_of_the_tutorial_runs_models_and_does_what_it_claims(tmp_path: Path) -> None:
    *lines, whole = commands(TUTORIAL, "## Install it, look at it, check it")
    assert whole == "rates check c"
    printed = run([*lines, " --family ".join([whole, *TRIED])], tmp_path, install(TUTORIAL, tmp_path))
    assert "backends: c\n" in printed
    assert "'c': claimed " in printed
    assert "not run" not in printed


@pytest.mark.exhaustive
def test_the_backend_of_the_tutorial_passes_the_whole_kit(tmp_path: Path) -> None:
    printed = run(["rates check c"], tmp_path, install(TUTORIAL, tmp_path))
    assert "not run" not in printed
    shown = re.search(r"^backend 'c': claimed (\d+)/(\d+), passed \1, refused (\d+)", TUTORIAL, re.MULTILINE)
    assert shown is not None
    assert int(shown[1]) + int(shown[3]) == int(shown[2])


@pytest.mark.exhaustive
def test_a_change_that_the_tutorial_proposes_is_found(tmp_path: Path) -> None:
    environment = install(TUTORIAL, tmp_path)
    language = tmp_path / "rates_c" / "src" / "rates_c" / "language.py"
    text = language.read_text(encoding="utf-8")
    assert text.count("round:rint") == 1
    language.write_text(text.replace("round:rint", "round:round"), encoding="utf-8")
    call = ["rates", "check", "c", "--family", "functions"]
    done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 1
    assert re.findall(r"^  FAILED  (.*)$", done.stdout, re.MULTILINE) == [
        "functions: 'round(a)' has its value in a single unit",
        "functions: 'round(a)' has its value where all are parameters",
    ]


def test_where_there_is_no_compiler_the_tutorials_backend_says_so(tmp_path: Path) -> None:
    environment = install(TUTORIAL, tmp_path) | {"CC": "no-such-compiler"}
    done = subprocess.run(
        ["rates", "check", "c"], cwd=tmp_path, capture_output=True, text=True, check=False, env=environment
    )
    assert (done.returncode, done.stderr) == (
        2,
        "rates: The backend 'c' cannot be tested here: "
        "There is no C compiler 'no-such-compiler'. Install gcc, or name one by CC.\n",
    )
