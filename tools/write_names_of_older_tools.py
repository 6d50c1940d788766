"""Write docs/reference/names_of_older_tools.md: what rates-pyrates has for each public name of the tools it stands for.

The names are those that `tests/peers/pyrates_names.py` found in the tools themselves; the verdicts come from asking the
layer for each of them. The names that the plugin ships are written, too.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import rates_pyrates
from rates_core.errors import UnsupportedFeatureError
from rates_pyrates.finder import TOOLS
from rates_pyrates.tools.tool import Tool

ROOT = Path(__file__).resolve().parent.parent
RECORD = ROOT / "tests" / "peers" / "pyrates_names.json"
NAMES = ROOT / "plugins" / "rates_pyrates" / "src" / "rates_pyrates" / "tools" / "names.json"
PAGE = ROOT / "docs" / "reference" / "names_of_older_tools.md"
TITLES = {"pyrates": "PyRates", "pycobi": "PyCoBi", "rectipy": "RectiPy"}

INTRODUCTION = """\
<!-- Written by tools/write_names_of_older_tools.py from the names that were found there; a test holds it to that. -->
# The names of older tools

What [rates-pyrates](../../plugins/rates_pyrates/README.md) has for each public name of the tools that it stands for:
the *same* (it takes the arguments that it takes there, and means that), something that *differs*, or nothing: it is
*refused*, with what to use. `Class.member` stands where a member is not as its class. Numbers are those of rates
everywhere; [Coming from older tools](../explanation/coming_from_older_tools.md) has what that changes.
"""


class Verdict(NamedTuple):
    """What the layer has for a name.

    Attributes:
        name: of a class, function or value, or `Class.member`.
        modules: where scripts find it.
        kind: same, differs or refused.
        text: how it differs, or what to use.
    """

    name: str
    modules: tuple[str, ...]
    kind: str
    text: str


def recorded() -> dict[str, Any]:
    """Return what was found in the tools."""
    found: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))
    return found


def names(record: Mapping[str, Any]) -> str:
    """Return the text of the names that the plugin ships."""
    kept = {
        tool: {"version": found["version"], "modules": {name: list(held) for name, held in found["modules"].items()}}
        for tool, found in record.items()
    }
    return json.dumps(kept, indent=1) + "\n"


@contextmanager
def active() -> Iterator[None]:
    """Have the layer active."""
    rates_pyrates.activate(replace=True)
    try:
        yield
    finally:
        rates_pyrates.deactivate()


def verdicts(tool: Tool, modules: Mapping[str, Mapping[str, Any]]) -> list[Verdict]:
    """Return what the layer has for each name, in the order of names."""
    defined = {
        (name, module): what
        for module, held in modules.items()
        for name, what in held.items()
        if isinstance(what, dict)
    }
    found: list[Verdict] = []
    for (name, home), what in sorted(defined.items()):
        places = [module for module, held in modules.items() if module == home or held.get(name) == home]
        found += _of_name(tool, name, tuple(sorted(places, key=lambda place: (place.count("."), place))), what)
    return found


def _of_name(tool: Tool, name: str, places: tuple[str, ...], what: Mapping[str, Any]) -> Iterator[Verdict]:
    values = [_asked(import_module(place), name) for place in places]
    refusals = [str(value).partition(" is refused: ")[2] for value in values if isinstance(value, Exception)]
    if refusals:
        assert len(list(filter(None, refusals))) == len(values), (name, places, refusals)
        yield Verdict(name, places, "refused", refusals[0])
        return
    assert all(value is values[0] for value in values), (name, places)
    yield _compared(tool, name, places, values[0], what.get("arguments"))
    for member, arguments in (what.get("members") or {}).items():
        full = f"{name}.{member}"
        reason = _refusal(tool, name, values[0], member)
        if reason is not None:
            yield Verdict(full, (), "refused", reason)
            continue
        verdict = _compared(tool, full, (), inspect.getattr_static(values[0], member, None), arguments)
        if verdict.kind != "same":
            yield verdict


def _asked(owner: Any, name: str) -> Any:
    """Return what an object has, or the refusal of it; a name that is simply not there is an error."""
    try:
        return getattr(owner, name)
    except UnsupportedFeatureError as error:
        return error


def _refusal(tool: Tool, name: str, cls: Any, member: str) -> str | None:
    """Return what to use in place of a member that objects of a class do not have, which asking them says."""
    if hasattr(cls, member) or member in getattr(cls, "__annotations__", {}):
        return None
    keys = (name, *(one.__name__ for one in cls.__mro__))
    reason = next((tool.refused[f"{key}.{member}"] for key in keys if f"{key}.{member}" in tool.refused), None)
    assert reason is not None, f"{name}.{member} is neither there nor refused"
    return reason


def _compared(tool: Tool, name: str, places: tuple[str, ...], value: Any, arguments: list[str] | None) -> Verdict:
    """Return whether what we have takes what is taken there."""
    difference = tool.differences.get(name)
    missing = [] if arguments is None or not callable(getattr(value, "__func__", value)) else _missing(value, arguments)
    if difference is None and missing:
        raise AssertionError(f"{tool.name}: {name} does not take {missing}, and no difference says so.")
    return Verdict(name, places, "same" if difference is None else "differs", difference or "")


def _missing(value: Any, arguments: list[str]) -> list[str]:
    """Return the arguments of the tool that ours does not take by place and name."""
    function = getattr(value, "__func__", value)
    if inspect.isclass(function) and issubclass(function, BaseException):
        return []
    ours = list(inspect.signature(function).parameters.values())
    if not inspect.isclass(function) and ours and ours[0].name in ("self", "cls"):
        ours = ours[1:]
    takes_all = any(one.kind is one.VAR_KEYWORD for one in ours)
    takes_places = any(one.kind is one.VAR_POSITIONAL for one in ours)
    by_place = [one.name for one in ours if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    by_name = {one.name for one in ours if one.kind is not one.POSITIONAL_ONLY}
    missing = []
    for place, argument in enumerate(arguments):
        name = argument.rstrip("=").rstrip(":")
        if name.startswith(("*", "_")):
            continue
        placed = ":" in argument or takes_places or by_place[place : place + 1] == [name]
        if not placed or not (name in by_name or takes_all):
            missing.append(name)
    return missing


def page(record: Mapping[str, Any]) -> str:
    """Return the text of the page."""
    parts = [INTRODUCTION]
    with active():
        for name, found in record.items():
            listed = verdicts(TOOLS[name], found["modules"])
            counts = {kind: sum(one.kind == kind for one in listed) for kind in ("same", "differs", "refused")}
            parts.append(f"\n## {TITLES[name]} {found['version']}\n\n")
            parts.append(", ".join(f"{count} {kind}" for kind, count in counts.items()) + ".\n\n")
            parts.append("| name | in | here | |\n|---|---|---|---|\n")
            parts += [_row(one) for one in listed]
    return "".join(parts)


def _row(one: Verdict) -> str:
    where = ", ".join(f"`{place}`" for place in one.modules[:3]) + (", …" if len(one.modules) > 3 else "")
    return f"| `{one.name}` | {where} | {one.kind} | {one.text} |\n"


if __name__ == "__main__":
    found = recorded()
    NAMES.write_text(names(found), encoding="utf-8")
    PAGE.write_text(page(found), encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(ROOT)} and {NAMES.relative_to(ROOT)} are written.\n")
