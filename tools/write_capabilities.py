"""Write docs/plugins/capabilities.md: what the plugins in the box claim, from their descriptors alone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TypeVar

from rates_core.plugins import BackendSpec, Capabilities, DelayStrategySpec, SolverSpec
from rates_core.plugins import builtin as core
from rates_core.plugins.capabilities import NOISES, PROJECTIONS, STORAGES
from rates_core.testing.claims import FAMILY_OF_CLAIM

ROOT = Path(__file__).resolve().parent.parent
S = TypeVar("S")
PAGE = ROOT / "docs" / "plugins" / "capabilities.md"

INTRODUCTION = """\
<!-- Written by tools/write_capabilities.py from the descriptors of the plugins in the box; a test holds it to that. -->
# What the plugins in the box claim

A claim is data, a field of `Capabilities` or of another descriptor. `rates check NAME` tests both sides: what is
claimed has to be right, and what is not claimed has to be refused by name before code is generated. The last column of
the first table is the family of cases in which a backend fails that does not keep the claim. `rates backends` and
`rates solvers` list what is installed where you are.

"""

#: Rows of the table of backends: field of `Capabilities`, what is claimed, and who claims it.
Claim = tuple[str, str, Callable[[Capabilities], bool]]


def claims() -> Iterator[Claim]:
    """Yield the rows; a value of its own each where a field holds several."""
    for name in ("float64", "float32"):
        yield "dtypes", f"arithmetic in {name}", partial(_holds, "dtypes", name)
    yield "complex", "complex variables", lambda c: c.complex
    yield "vector", "populations of several units", lambda c: c.vector
    for name in PROJECTIONS:
        yield "projections", f"{name} weights", partial(_holds, "projections", name)
    for name, steps in zip(STORAGES, ("fixed", "accepted"), strict=True):
        yield "delays", f"delays under {steps} steps", partial(_holds, "delays", name)
    for place, what in enumerate(("noise", "noise that depends on the state"), start=1):
        yield "noise", what, partial(_is_as_noisy, place)
    yield "events", "events", lambda c: c.events
    yield "functions", "every function of the language", lambda c: c.functions is None
    yield "jacobian", "derivative matrices", lambda c: c.jacobian
    yield "field", "vector fields at many states", lambda c: c.field
    yield "files", "functions as source files", lambda c: c.files
    yield "fused", "loops outside of Python", lambda c: c.fused
    yield "batch", "many parameter sets in one call", lambda c: c.batch
    yield "differentiation", "derivatives of runs, in reverse", lambda c: "reverse" in c.differentiation
    yield "differentiation", "derivatives of runs, by adjoints of loops", lambda c: "adjoint" in c.differentiation
    yield "differentiation", "derivatives of runs, forwards", lambda c: "forward" in c.differentiation
    yield "differentiation", "derivatives of runs, along their way", lambda c: "along" in c.differentiation
    yield "devices", "devices beside the processor", lambda c: c.devices != ("cpu",)


def _holds(field: str, value: str, claimed: Capabilities) -> bool:
    return value in getattr(claimed, field)


def _is_as_noisy(place: int, claimed: Capabilities) -> bool:
    return NOISES.index(claimed.noise) >= place


def light_modules() -> Iterator[object]:
    """Yield the light module of core and of each plugin in the box, which need no tool and no library."""
    yield core
    for folder in sorted(ROOT.glob("plugins/*/src/*")):
        if (folder / "__init__.py").is_file():
            sys.path.insert(0, str(folder.parent))
            yield import_module(folder.name)
            sys.path.pop(0)


def page() -> str:
    """Return the text of the page."""
    modules = list(light_modules())
    backends = sorted(_offers(modules, "rates_backends", BackendSpec), key=lambda spec: spec.name)
    solvers = sorted(_offers(modules, "rates_solvers", SolverSpec), key=lambda spec: spec.name)
    strategies = sorted(_offers(modules, "rates_delay_strategies", DelayStrategySpec), key=lambda spec: spec.name)
    parts = [
        "## Backends",
        *_table(["claim", "field", *(f"`{spec.name}`" for spec in backends), "tested in"], _of_backends(backends)),
        "",
        "## Solvers",
        *_table(["solver", "order", "steps", "stiff", "delays", "noise", "events"], map(_of_solver, solvers)),
        "",
        "The order is measured. A solver whose argument `method` decides has none of its own.",
        "",
        "## Delay strategies",
        *_table(["strategy", "kind", "steps", "summary"], map(_of_strategy, strategies)),
    ]
    return INTRODUCTION + "\n".join(part if not part.startswith("## ") else f"{part}\n" for part in parts) + "\n"


def _offers(modules: Iterable[object], hook: str, kind: type[S]) -> list[S]:
    return [spec for module in modules for spec in getattr(module, hook, list)() if isinstance(spec, kind)]


def _of_backends(backends: Sequence[BackendSpec]) -> Iterator[list[str]]:
    for field, what, claimed in claims():
        marks = ["yes" if claimed(spec.capabilities) else "" for spec in backends]
        yield [what, f"`{field}`", *marks, FAMILY_OF_CLAIM[field]]


def _of_solver(spec: SolverSpec) -> list[str]:
    return [
        f"`{spec.name}`",
        str(spec.order or ""),
        "adaptive" if spec.adaptive else "fixed",
        "yes" if spec.stiff else "",
        "yes" if spec.delays else "",
        {"": "", "additive": "additive", "multiplicative": "any"}[spec.noise],
        "yes" if spec.events else "",
    ]


def _of_strategy(spec: DelayStrategySpec) -> list[str]:
    return [
        f"`{spec.name}`",
        spec.kind,
        {None: "any", "uniform": "fixed", "accepted": "accepted"}[spec.grid],
        spec.summary,
    ]


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [headings, ["---"] * len(headings), *rows]
    return [f"| {' | '.join(cells)} |".replace("  ", " ") for cells in lines]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
