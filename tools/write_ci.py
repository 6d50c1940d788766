"""Write .github/workflows/ci.yml: every member on disk under every Python, then what crosses them."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"
TEMPLATE = """\
# Written by tools/write_ci.py from the directory of plugins; a test holds it to that.
name: ci
on:
  push:
  pull_request:
  schedule:
    - cron: "17 3 * * 1"
permissions:
  contents: read
jobs:
  member:
    name: ${{{{ matrix.member }}}}, Python ${{{{ matrix.python }}}}
    runs-on: ubuntu-latest
    timeout-minutes: 45
    strategy:
      fail-fast: false
      matrix:
        python: {pythons}
        member:
{members}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: ${{{{ matrix.python }}}}
      - run: tools/bootstrap.sh nox --session "tests(${{{{ matrix.member }}}})" "lowest(${{{{ matrix.member }}}})"
  whole:
    name: what crosses members, Python ${{{{ matrix.python }}}}
    runs-on: ubuntu-latest
    timeout-minutes: 45
    strategy:
      fail-fast: false
      matrix:
        python: {pythons}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: ${{{{ matrix.python }}}}
      - run: bash .ci/run
  exhaustive:
    if: github.event_name == 'schedule'
    runs-on: ubuntu-latest
    timeout-minutes: 120
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: |
{installed}
      - run: make test-all
"""


def workflow(root: Path = ROOT) -> str:
    """Return the text of the workflow for the members and Pythons of a workspace."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    pythons: list[str] = settings["tool"]["rates"]["pythons"]
    members = ["rates_core", *sorted(path.parent.name for path in root.glob("plugins/*/pyproject.toml"))]
    return TEMPLATE.format(
        pythons="[" + ", ".join(f'"{version}"' for version in pythons) + "]",
        members="\n".join(f"          - {name}" for name in members),
        installed="\n".join(f"            {version}" for version in reversed(pythons)),
    )


if __name__ == "__main__":
    WORKFLOW.write_text(workflow(), encoding="utf-8")
