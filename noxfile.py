"""Sessions that check the workspace; a member found on disk gets its own without being named here.

Run one with `tools/bootstrap.sh nox -s SESSION`, all of them with `make test`. What is behind `--` goes to pytest.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nox

ROOT = Path(__file__).parent
WHEELS = ROOT / ".nox" / "wheels"
CONSTRAINTS = ROOT / "constraints" / "ci.txt"

PEERS = {
    "brian2": ["brian2==2.9.0", "numpy<2.3", "cython", "setuptools"],  # it does not import under newer ones
    "diffrax": ["diffrax==0.7.2", "jax==0.10.2"],
    "jitcdde": ["jitcdde==1.8.3", "setuptools"],
    "pyrates": ["pyrates==1.2.3"],
}

VERSIONS = {
    "constrained": ["--constraint", str(CONSTRAINTS)],
    # versions that this Python has no wheel of are below those that anybody gets
    "lowest": ["--resolution", "lowest-direct", "--only-binary", ":all:"],
    "newest": ["--upgrade"],
}

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv"
nox.options.reuse_existing_virtualenvs = True


@dataclass(frozen=True)
class Member:
    """One distribution of the workspace."""

    folder: Path

    @property
    def name(self) -> str:
        """Name as imported, which is the folder's."""
        return self.folder.name

    @cached_property
    def settings(self) -> dict[str, Any]:
        """Hold the content of the member's pyproject.toml."""
        return tomllib.loads((self.folder / "pyproject.toml").read_text(encoding="utf-8"))

    @property
    def requirements(self) -> list[str]:
        """What the distribution needs to be used."""
        return list(self.settings["project"]["dependencies"])

    @property
    def requirements_of_extras(self) -> list[str]:
        """What it needs of others for all that it can do."""
        extras = self.settings["project"].get("optional-dependencies", {})
        return split(requirement for requirements in extras.values() for requirement in requirements)[1]

    @property
    def test_requirements(self) -> list[str]:
        """What its suite needs beyond that: the member's own dependency group `test`."""
        return list(self.settings.get("dependency-groups", {}).get("test", ()))

    @property
    def tests_with_plugins(self) -> list[str]:
        """List the tests that need other members, where the others have to pass without them too (core's do)."""
        return self._paths("tests-with-plugins")

    @property
    def tests_without_tools(self) -> list[str]:
        """List the tests that pass where the programs of `tools` are missing too, whose sessions run them then."""
        return self._paths("tests-without-tools")

    def _paths(self, key: str) -> list[str]:
        listed = self.settings.get("tool", {}).get("rates", {}).get(key, ())
        return [str((self.folder / path).relative_to(ROOT)) for path in listed]

    @property
    def tools(self) -> list[str]:
        """List the programs of other languages that its suite runs."""
        return list(self.settings.get("tool", {}).get("rates", {}).get("tools", ()))

    @property
    def wheel(self) -> str:
        """Path of the wheel that was built of it."""
        (wheel,) = WHEELS.glob(f"{self.name}-*.whl")
        return str(wheel)


CORE = Member(ROOT / "rates_core")
PLUGINS = [Member(path.parent) for path in sorted(ROOT.glob("plugins/*/pyproject.toml"))]
MEMBERS = {member.name: member for member in (CORE, *PLUGINS)}
WORKSPACE = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TEST_TOOLS: list[str] = WORKSPACE["dependency-groups"]["test"]
LINT_TOOLS: list[str] = WORKSPACE["dependency-groups"]["lint"]
DEFAULT: list[str] = CORE.settings["project"]["optional-dependencies"]["default"]
DRAWING: list[str] = CORE.settings["project"]["optional-dependencies"]["pictures"]
SWEEPING: list[str] = CORE.settings["project"]["optional-dependencies"]["sweeps"]
PYTHONS: list[str] = WORKSPACE["tool"]["rates"]["pythons"]


def member_named(requirement: str) -> Member | None:
    """Return the member that a requirement such as `rates-numpy>=0.1` asks for."""
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    return MEMBERS.get(match[0].replace("-", "_")) if match else None


def with_needed_members(members: Iterable[Member], found: dict[str, Member] | None = None) -> dict[str, Member]:
    """Return the members and those that they need: a name of ours is never looked up in a registry."""
    found = {} if found is None else found
    for member in members:
        if member.name not in found:
            found[member.name] = member
            with_needed_members(filter(None, map(member_named, member.requirements)), found)
    return found


def split(requirements: Iterable[str]) -> tuple[list[Member], list[str]]:
    """Split requirements into members of the workspace and everything else."""
    requirements = list(requirements)
    return [m for r in requirements if (m := member_named(r))], [r for r in requirements if not member_named(r)]


def install(session: nox.Session, *requirements: str, versions: str = "constrained") -> None:
    """Install members as wheels of this state of the tree, and the rest in constrained, lowest or newest versions."""
    ours, others = split(requirements)
    wheels = [member.wheel for member in with_needed_members(ours).values()] if ours and have_wheels(session) else []
    arguments = ["--quiet", *VERSIONS[versions], *wheels, *others]
    try:
        session.install(*arguments)
    except nox.command.CommandFailed:
        # Without a network the same set may still be whole in uv's cache.
        session.install("--offline", *arguments)


def have_wheels(session: nox.Session) -> bool:
    """Build every wheel, unless the runner of all sessions has done so already."""
    if os.environ.get("RATES_WHEELS") != str(WHEELS):
        build_wheels(session)
    return True


def build_wheels(session: nox.Session) -> None:
    """Build a wheel of every member with the tools' own hatchling: no build environment, no network."""
    shutil.rmtree(WHEELS, ignore_errors=True)
    for member in MEMBERS.values():
        with session.chdir(member.folder):
            session.run("hatchling", "build", "-t", "wheel", "-d", str(WHEELS), external=True, silent=True)


def pytest(session: nox.Session, *paths: str, strict: bool = True, exhaustive: bool = True) -> None:
    """Run the suites under the tier's selection and leave a report where the runner of all sessions wants it."""
    selection = [] if exhaustive and os.environ.get("RATES_TIER") == "all" else ["-m", "not exhaustive"]
    report = [f"--junitxml={os.environ['RATES_REPORT']}"] if "RATES_REPORT" in os.environ else []
    environment = {"OMP_NUM_THREADS": "1", "RATES_WHEELS": str(WHEELS)}
    if strict:
        environment["RATES_STRICT_PLUGINS"] = "1"
    session.run("pytest", "-q", *selection, *report, *paths, *session.posargs, env=environment)


def lacking(session: nox.Session, members: Iterable[Member]) -> str:
    """Install the programs that suites of members run; return what is said of those that cannot be had, or nothing.

    Where `CI` is set the session has failed then.
    """
    wanted = sorted({tool for member in members for tool in member.tools})
    if not wanted:
        return ""
    done = subprocess.run([str(ROOT / "tools" / "provide.sh"), *wanted], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return ""
    reason = f"NOT RUN: {(done.stderr.strip() or 'tools/provide.sh failed').splitlines()[-1]}"
    if os.environ.get("CI"):
        session.error(reason)
    return reason


def provide(session: nox.Session, members: Iterable[Member]) -> None:
    """Install the programs that suites of members run; a session whose programs cannot be had says so and ends."""
    end_without(session, lacking(session, members))


def end_without(session: nox.Session, reason: str) -> None:
    """End a session as not run, in red, if there is a reason."""
    if reason:
        session.skip(f"\x1b[31m{reason}\x1b[0m")


def run_suite(
    session: nox.Session,
    member: Member,
    *requirements: str,
    versions: str,
    exhaustive: bool = True,
    paths: list[str] | None = None,
) -> None:
    """Run the suite of a member; where its programs cannot be had, what of it needs none, and say that the rest is not.

    Args:
        session: in whose environment.
        member: whose suite.
        requirements: that are installed beside it and what its suite names.
        versions: that are taken of them.
        exhaustive: run the exhaustive cases too, in the tier that has them.
        paths: of tests, in place of the whole suite.
    """
    reason = lacking(session, [member])
    paths = member.tests_without_tools if reason else paths or [suite(member)]
    if paths:
        install(session, member.name, *requirements, *TEST_TOOLS, *member.test_requirements, versions=versions)
        pytest(session, *paths, exhaustive=exhaustive)
    end_without(session, reason)


def interpreter_of(version: str) -> str:
    """Return a Python of this version that starts (from the path or pyenv), or its name, which nox reports missing."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for candidate in (f"python{version}", *map(str, sorted(pyenv.glob(f"versions/{version}.*/bin/python")))):
        if shutil.which(candidate) and subprocess.run([candidate, "-c", ""], capture_output=True).returncode == 0:
            return candidate
    return f"python{version}"


def suite(member: Member) -> str:
    """Return the folder of a member's tests."""
    return str((member.folder / "tests").relative_to(ROOT))


@nox.session(venv_backend="none", default=False)
def wheels(session: nox.Session) -> None:
    """Build the wheel of every member."""
    build_wheels(session)


@nox.session(venv_backend="none", default=False)
def develop(session: nox.Session) -> None:
    """Make .venv/ with every member editable and the tools of tests and lint."""
    editable = [argument for member in MEMBERS.values() for argument in ("--editable", str(member.folder))]
    tools = ["--constraint", str(CONSTRAINTS), *TEST_TOOLS, *LINT_TOOLS, *split(CORE.test_requirements)[1]]
    session.run("uv", "venv", "--quiet", "--allow-existing", ".venv", external=True)
    session.run("uv", "pip", "install", "--quiet", "--python", ".venv", *editable, *tools, external=True)


@nox.session
def documents(session: nox.Session) -> None:
    """Execute what the README and the documentation tell a reader to type."""
    provide(session, MEMBERS.values())
    install(session, *MEMBERS, *DRAWING, *SWEEPING, *TEST_TOOLS)
    pytest(session, "tests/documents", strict=False)


@nox.session
def core_alone(session: nox.Session) -> None:
    """Run what of the suite of rates-core needs no plugin, with nothing beside it but its own dependencies."""
    install(session, CORE.name, *TEST_TOOLS, "scipy")  # whose sparse arrays users give to core
    pytest(session, suite(CORE), *(f"--ignore={path}" for path in CORE.tests_with_plugins))


@nox.session
@nox.parametrize("member", [nox.param(name, id=name) for name in MEMBERS])
def tests(session: nox.Session, member: str) -> None:
    """Run the suite of one member, installed beside core and what its suite names, from wheels.

    Among all sessions of the ordinary tier, what of a suite needs no other members is left to the session without them.
    """
    chosen = MEMBERS[member]
    elsewhere = os.environ.get("RATES_TIER") == "test" and chosen.tests_with_plugins
    run_suite(session, chosen, versions="constrained", paths=elsewhere or None)


@nox.session
@nox.parametrize("member", [nox.param(name, id=name) for name in MEMBERS])
def lowest(session: nox.Session, member: str) -> None:
    """Run the suite of one member on the lowest versions that it says it works with."""
    needed = with_needed_members([CORE, MEMBERS[member]]).values()
    # wheels bring what they need in any version that suits: the lowest is taken of what is asked for by name
    named = [requirement for one in needed for requirement in one.requirements]
    extras = MEMBERS[member].requirements_of_extras
    run_suite(session, MEMBERS[member], *named, *extras, versions="lowest", exhaustive=False)


@nox.session
@nox.parametrize("python", [nox.param(interpreter_of(version), id=version) for version in PYTHONS])
def newest(session: nox.Session) -> None:
    """Run every suite, all members in one environment, on the newest versions of what they need, under each Python."""
    provide(session, MEMBERS.values())
    test_requirements = {r for member in MEMBERS.values() for r in member.test_requirements}
    install(session, *MEMBERS, *sorted(test_requirements), *TEST_TOOLS, versions="newest")
    pytest(session, *map(suite, MEMBERS.values()), exhaustive=False)


@nox.session
def together(session: nox.Session) -> None:
    """Run what crosses distributions, with every member installed and every strict mode on."""
    provide(session, MEMBERS.values())
    install(session, *MEMBERS, *DRAWING, *TEST_TOOLS)
    # on every backend, of which core's own session has one
    situations = str(Path(suite(CORE)) / "semantics")
    pytest(session, "tests", situations, "--ignore=tests/packaging", "--ignore=tests/documents")


@nox.session
def packaging(session: nox.Session) -> None:
    """Check wheels and metadata, and install each plugin alone beside core."""
    have_wheels(session)
    install(session, *TEST_TOOLS)
    pytest(session, "tests/packaging", strict=False)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, types and layering of every member."""
    folders = [str(member.folder / "src") for member in MEMBERS.values()]
    _, third_party = split(r for member in MEMBERS.values() for r in member.requirements)
    install(session, *LINT_TOOLS, *TEST_TOOLS, *third_party, "matplotlib", "nox")
    path = os.pathsep.join(folders)
    scripts = ["noxfile.py", "conftest.py", "tools", "benchmarks", "examples", "tests/typed"]
    checks = [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        *(["mypy", folder] for folder in folders),
        ["mypy", *scripts],
        ["lint-imports", "--no-cache"],  # its cache misses imports of modules that came later
        ["lint-imports", "--no-cache", "--config", str(contracts_of_plugins())],
    ]
    failed = [check for check in checks if not holds(session, check, {"MYPYPATH": path, "PYTHONPATH": path})]
    failed += failures_of_starters(session, path)
    if failed:
        session.error(f"{len(failed)} checks failed")


def holds(session: nox.Session, check: list[str], environment: dict[str, str]) -> bool:
    """Run one check and tell whether it passed, so that the others are run too."""
    try:
        session.run(*check, env=environment)
    except nox.command.CommandFailed:
        return False
    return True


WRITE_STARTERS = """
import pathlib, sys
from rates_core.cli.new import KINDS, Starter
for word in KINDS:
    Starter(word, f"some_{word}").write(pathlib.Path(sys.argv[1]))
"""


def failures_of_starters(session: nox.Session, path: str) -> list[list[str]]:
    """Return which checks fail of what `rates new` writes; types, which take longer, are for the exhaustive tier."""
    with TemporaryDirectory() as folder:
        session.run("python", "-c", WRITE_STARTERS, folder, env={"PYTHONPATH": path})
        failed = [
            check
            for check in (["ruff", "check", folder], ["ruff", "format", "--check", folder])
            if not holds(session, check, {})
        ]
        for package in sorted(Path(folder).iterdir()) if os.environ.get("RATES_TIER") == "all" else ():
            # core is found as source here, and judged by its own settings above
            settings = ["--follow-imports", "silent", "--config-file", str(package / "pyproject.toml")]
            check = ["mypy", *settings, str(package / "src"), str(package / "tests")]
            if not holds(session, check, {"MYPYPATH": os.pathsep.join([path, str(package / "src")])}):
                failed.append(check)
        return failed


def contracts_of_plugins() -> Path:
    """Write the contracts that hold for every plugin found: only public names of core, never each other."""
    names = [member.name for member in PLUGINS]
    lines = [
        "[importlinter]",
        listing("root_packages", MEMBERS),
        "[importlinter:contract:public]",
        "name = Plugins import only public modules of rates_core",
        "type = forbidden",
        "as_packages = false",
        "allow_indirect_imports = true",
        listing("source_modules", [*names, *(f"{name}.**" for name in names)]),
        listing("forbidden_modules", private_modules()),
        "[importlinter:contract:independent]",
        "name = Plugins never import each other",
        "type = independence",
        listing("modules", names),
    ]
    path = ROOT / ".nox" / "plugins.importlinter"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def private_modules() -> list[str]:
    """List the modules of core that are neither public themselves nor inside a public package."""
    source = CORE.folder / "src"
    files = (path for path in (source / CORE.name).rglob("*.py") if "starters" not in path.parts)
    paths = (path.relative_to(source).with_suffix("") for path in files)
    modules = {".".join(path.parts).removesuffix(".__init__") for path in paths}
    public = tuple(f"{name}." for name in WORKSPACE["tool"]["rates"]["public-modules"])
    return sorted(module for module in modules - {CORE.name} if not f"{module}.".startswith(public))


def listing(key: str, values: Iterable[str]) -> str:
    """Spell a list as import-linter's configuration wants it."""
    return f"{key} =\n" + "\n".join(f"    {value}" for value in values)


@nox.session
def demo(session: nox.Session) -> None:
    """Run the QIF mean field from YAML, installed as a newcomer would, and say where its picture is."""
    install(session, CORE.name, *DEFAULT, "matplotlib")
    picture = ROOT / "output" / "qif_demo.png"
    session.run("python", "examples/qif_demo.py", "--output", str(picture), silent=False)
    if not picture.is_file():
        session.error(f"examples/qif_demo.py left no picture at {picture}")


@nox.session(default=False)
@nox.parametrize("tool", [nox.param(name, id=name) for name in PEERS])
def peer(session: nox.Session, tool: str) -> None:
    """Make an environment of its own for a tool that the benchmarks compare with; nothing else needs it."""
    environment = ROOT / ".nox" / f"peer-{tool}"
    session.run("uv", "venv", "--quiet", "--clear", str(environment), external=True)
    session.run("uv", "pip", "install", "--quiet", "--python", str(environment), *PEERS[tool], external=True)


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Measure against the limits and those peers that have an environment; SymPy is only here."""
    backends = [f"rates-{name}" for name in ("numba", "fortran", "julia", "torch", "jax", "tf")]
    missing = lacking(session, split(backends)[0])
    install(session, CORE.name, *DEFAULT, *backends, "rates-continuation", "sympy", "matplotlib")
    session.run("python", "-m", "benchmarks", *session.posargs, env={"OMP_NUM_THREADS": "1"})
    if missing:
        session.warn(missing)
