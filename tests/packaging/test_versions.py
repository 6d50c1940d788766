"""The versions that members ask for can be had: the lowest of each member, and some of any two together.

They are looked for, and nothing is installed.
"""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterable, Mapping
from itertools import combinations
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE = ROOT / "rates_core"
PLUGINS = [path.parent for path in sorted(ROOT.glob("plugins/*/pyproject.toml"))]
PYTHONS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["rates"]["pythons"]


def asked_of_others(member: Path) -> list[str]:
    """Return what a member needs that is not ours, with everything that it can do and for its tests."""
    settings = tomllib.loads((member / "pyproject.toml").read_text(encoding="utf-8"))
    extras = settings["project"].get("optional-dependencies", {})
    tests = settings.get("dependency-groups", {}).get("test", [])
    lines = [line for lines in (settings["project"]["dependencies"], *extras.values(), tests) for line in lines]
    return [line for line in lines if not line.startswith("rates-")]


#: Versions that were met before are enough where they suit, and quicker.
NEAR_AND_FAR = (["--offline"], [])


def found(requirements: Iterable[str], python: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Look for wheels that suit all requirements."""
    command = ["uv", "pip", "compile", "--quiet", "--no-header", "--no-annotate", "--only-binary", ":all:"]
    command += ["--python-version", python, *options, "-"]
    return subprocess.run(command, input="\n".join(requirements), capture_output=True, text=True, check=False)


def why_not(requirements: Iterable[str], python: str) -> str:
    """Return why no wheels suit all requirements, or nothing."""
    text = list(requirements)
    for reach in NEAR_AND_FAR:
        done = found(text, python, *reach)
        if done.returncode == 0:
            return ""
    return done.stderr


def apart(requirements: Mapping[str, list[str]], python: str) -> dict[tuple[str, str], str]:
    """Return the pairs that cannot be installed together, and why.

    Versions that suit all suit any two. Only where there are none is each pair looked at by itself.
    """
    if not why_not([line for lines in requirements.values() for line in lines], python):
        return {}
    reasons = {
        (one, other): why_not([*requirements[one], *requirements[other]], python)
        for one, other in combinations(requirements, 2)
    }
    return {pair: reason for pair, reason in reasons.items() if reason}


def lowest(requirements: Iterable[str], python: str, *options: str) -> dict[str, str]:
    """Return the versions that suit requirements, the lowest of what is named."""
    done = found(requirements, python, "--resolution", "lowest-direct", *options)
    return dict(line.split("==") for line in done.stdout.split() if "==" in line)


def out_of_reach(named: Iterable[str], versions: Mapping[str, str]) -> list[str]:
    """Return which bounds are below the lowest version that there is."""
    bounds = [re.match(r"([\w.-]+)>=([\w.]+)$", requirement) for requirement in named]
    split = [(bound[1], bound[2], versions.get(bound[1].lower(), "none")) for bound in bounds if bound is not None]
    return [f"{name}>={bound}, but {version}" for name, bound, version in split if shortest(version) != shortest(bound)]


def shortest(version: str) -> str:
    """Return a version without the zeros that it may be written with."""
    return re.sub(r"(\.0)+$", "", version)


@pytest.mark.parametrize("python", PYTHONS)
def test_any_two_members_can_be_installed_together(python: str) -> None:
    core = asked_of_others(CORE)  # a plugin never comes without it
    assert apart({plugin.name: core + asked_of_others(plugin) for plugin in PLUGINS}, python) == {}


def test_pairs_that_exclude_each_other_are_found_and_no_others() -> None:
    moons = {"io": ["numpy<2"], "europa": ["numpy>=2", "tqdm"], "ganymede": ["tqdm"], "callisto": ["numpy>=2,<3"]}
    pairs = apart(moons, "3.11")
    assert set(pairs) == {("io", "europa"), ("io", "callisto")}
    assert all("requirements are unsatisfiable" in reason for reason in pairs.values())


@pytest.mark.parametrize("member", [CORE, *PLUGINS], ids=lambda member: member.name)
def test_the_lowest_versions_that_a_member_names_can_be_had(member: Path) -> None:
    named = asked_of_others(member)
    asked = [*asked_of_others(CORE), *named]
    missed = ["not looked for"]
    for reach in NEAR_AND_FAR:  # the lowest that was met before may not be the lowest of all
        missed = missed and out_of_reach(named, lowest(asked, PYTHONS[0], *reach))
    assert missed == []


def test_a_bound_below_what_there_is_is_told() -> None:
    versions = {"numpy": "2.0.0", "scipy": "1.11.1", "pyyaml": "6.0.10", "tqdm": "4.66.0"}
    assert out_of_reach(["numpy>=1.26", "scipy>=1.11", "numpy>=2.0", "PyYAML>=6.0.1", "tqdm>=4.66"], versions) == [
        "numpy>=1.26, but 2.0.0",
        "scipy>=1.11, but 1.11.1",
        "PyYAML>=6.0.1, but 6.0.10",
    ]
