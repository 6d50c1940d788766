"""Sessions that check the workspace; a member found on disk gets its own without being named here.

Run one with `tools/bootstrap.sh nox -s SESSION`, all of them with `make test`. What is behind `--` goes to pytest.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nox

sys.path.insert(0, str(Path(__file__).parent / "tools"))  # nox puts nothing of a workspace there

from sessions.checks import failures_of_starters, holds
from sessions.contracts import contracts_of_plugins
from sessions.environments import (
    CONSTRAINTS,
    build_wheels,
    have_wheels,
    install,
    interpreter_of,
    lacking,
    provide,
)
from sessions.members import (
    CORE,
    DEFAULT,
    DRAWING,
    LINT_TOOLS,
    MEMBERS,
    PYTHONS,
    ROOT,
    SWEEPING,
    TEST_TOOLS,
    split,
    with_needed_members,
)
from sessions.suites import pytest, run_suite, suite

PEERS = {
    "brian2": ["brian2==2.9.0", "numpy<2.3", "cython", "setuptools"],  # it does not import under newer ones
    "diffrax": ["diffrax==0.7.2", "jax==0.10.2"],
    "jitcdde": ["jitcdde==1.8.3", "setuptools"],
    "pyrates": ["pyrates==1.2.3"],
    "pycobi": ["pycobi==1.1.0", "pyrates==1.2.3", "setuptools<65"],  # f2py on Python 3.11 needs an older one
    "rectipy": ["rectipy==0.12.2", "pyrates==1.2.3", "torch==2.13.0", "setuptools"],
    "neuroml": ["pyneuroml==1.3.22", "pylems==0.6.9"],
    "tvbo": ["tvbo==0.5.3", "tvboptim==0.4.0"],
    "older_tvboptim": ["tvbo==0.5.3", "tvboptim==0.3.1"],  # which runs couplings that 0.4.0 refuses
    "tvbo_on_rates": ["tvbo==0.5.3"],  # beside what runs its experiments
}

FEW = 8  # of the cases of a test one in so many: what a version of a library breaks fails in many of them

OWN = f"{sys.version_info.major}.{sys.version_info.minor}"

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv"
nox.options.reuse_existing_virtualenvs = True


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

    Among all sessions of a tier, what of a suite needs no other members is left to the session without them.
    """
    chosen = MEMBERS[member]
    elsewhere = "RATES_TIER" in os.environ and chosen.tests_with_plugins
    run_suite(session, chosen, versions="constrained", paths=elsewhere or None)


@nox.session
@nox.parametrize("member", [nox.param(name, id=name) for name in MEMBERS])
def lowest(session: nox.Session, member: str) -> None:
    """Run some of the suite of one member on the lowest versions that it says it works with."""
    needed = with_needed_members([CORE, MEMBERS[member]]).values()
    # wheels bring what they need in any version that suits: the lowest is taken of what is asked for by name
    named = [requirement for one in needed for requirement in one.requirements]
    extras = MEMBERS[member].requirements_of_extras
    run_suite(session, MEMBERS[member], *named, *extras, versions="lowest", exhaustive=False, every=FEW)


@nox.session(python=interpreter_of(PYTHONS[-1]))
@nox.parametrize("member", [nox.param(name, id=name) for name in MEMBERS])
def newest(session: nox.Session, member: str) -> None:
    """Run some of the suite of one member on the newest versions of what it needs, under the newest Python."""
    extras = MEMBERS[member].requirements_of_extras
    run_suite(session, MEMBERS[member], *extras, versions="newest", exhaustive=False, every=FEW)


@nox.session
def together(session: nox.Session) -> None:
    """Run what crosses distributions, with every member installed and every strict mode on."""
    # on every backend, of which core's own session has one
    run_together(session, str(Path(suite(CORE)) / "semantics"))


@nox.session
@nox.parametrize("python", [nox.param(interpreter_of(v), id=v) for v in PYTHONS[:-1] if v != OWN])
def under(session: nox.Session) -> None:
    """Run some of what crosses distributions under a Python that no other session has."""
    run_together(session, exhaustive=False, every=FEW)


@nox.session
@nox.parametrize("python", [nox.param(interpreter_of(v), id=v) for v in PYTHONS[:-1] if v != OWN])
def core_under(session: nox.Session) -> None:
    """Run some of core's suite under such a Python."""
    run_suite(session, CORE, versions="constrained", exhaustive=False, every=FEW)


def run_together(session: nox.Session, *suites: str, exhaustive: bool = True, every: int = 1) -> None:
    """Run suites, and what crosses distributions and has no session of its own, with every member installed."""
    provide(session, MEMBERS.values())
    install(session, *MEMBERS, *DRAWING, *TEST_TOOLS)
    elsewhere = [f"--ignore=tests/{name}" for name in ("packaging", "documents", "tvbo", "neuroml", "older_tools")]
    environment = {"RATES_EVERY": str(every)}
    pytest(session, "tests", *suites, *elsewhere, exhaustive=exhaustive, environment=environment)


@nox.session
def tvbo(session: nox.Session) -> None:
    """Compare models of the tvbo of today, which has an environment of its own, with what rates makes of them."""
    newer, older = (make_peer(session, name) / "bin" / "python" for name in ("tvbo", "older_tvboptim"))
    install(session, CORE.name, *DEFAULT, "rates-tvbo", "h5py", *TEST_TOOLS)
    environment = {"RATES_TVBO_PYTHON": str(newer), "RATES_OLDER_TVBOPTIM_PYTHON": str(older)}
    pytest(session, "tests/tvbo", environment=environment)


@nox.session
def neuroml(session: nox.Session) -> None:
    """Compare what PyLEMS makes of the examples of pyNeuroML, in an environment of its own, with what rates makes."""
    environment = make_peer(session, "neuroml")
    install(session, CORE.name, *DEFAULT, "rates-neuroml", *TEST_TOOLS)
    pytest(session, "tests/neuroml", environment={"RATES_NEUROML_PYTHON": str(environment / "bin" / "python")})


@nox.session
def older_tools(session: nox.Session) -> None:
    """Run scripts written for PyRates, RectiPy and PyCoBi in these and on rates, and experiments of tvbo on rates."""
    provide(session, [MEMBERS["rates_continuation"]])  # PyCoBi calls gfortran and Auto-07p
    peers = ("rectipy", "pycobi", "tvbo_on_rates")
    theirs, pycobi, tvbo = (make_peer(session, name) / "bin" / "python" for name in peers)
    here = [CORE.name, *DEFAULT, "rates-pyrates"]
    install(session, *here, "rates-rnn", "rates-continuation", *TEST_TOOLS)
    there = [*here, "rates-continuation", "rates-fortran"]
    wheels = [member.wheel for member in with_needed_members(split(there)[0]).values()]
    session.run("uv", "pip", "install", "--quiet", "--python", str(tvbo), *wheels, external=True)
    environment = {"OLDER": theirs, "PYCOBI": pycobi, "TVBO": tvbo}
    pytest(
        session, "tests/older_tools", environment={f"RATES_{name}_PYTHON": str(at) for name, at in environment.items()}
    )


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
    """Make an environment of its own for a tool that rates is compared with."""
    make_peer(session, tool)


def make_peer(session: nox.Session, tool: str) -> Path:
    """Make the environment of a tool, and return its folder."""
    environment = ROOT / ".nox" / f"peer-{tool}"
    session.run("uv", "venv", "--quiet", "--clear", str(environment), external=True)
    session.run("uv", "pip", "install", "--quiet", "--python", str(environment), *PEERS[tool], external=True)
    return environment


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Measure against the limits and those peers that have an environment; SymPy is only here."""
    backends = [f"rates-{name}" for name in ("numba", "fortran", "julia", "torch", "jax", "tf")]
    missing = lacking(session, split(backends)[0])
    analyses = ["rates-continuation", "rates-fit", "rates-tvbo"]
    install(session, CORE.name, *DEFAULT, *backends, *analyses, "sympy", "matplotlib", "h5py")
    session.run("python", "-m", "benchmarks", *session.posargs, env={"OMP_NUM_THREADS": "1"})
    if missing:
        session.warn(missing)
