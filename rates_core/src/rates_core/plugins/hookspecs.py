"""The eight hooks of rates: all a plugin can do, on one screen.

A plugin is a *light* module (it imports the standard library and `rates_core` only) that an entry point of the group
`rates.plugins` names. It declares `rates_api = (1, 0)` and implements any of these hooks with `@hookimpl`.
"""

from __future__ import annotations

from collections.abc import Iterable

import pluggy

from rates_core.plugins.specs import (
    AnalysisSpec,
    BackendSpec,
    CommandSpec,
    DelayStrategySpec,
    ExecutorSpec,
    FormatSpec,
    ModelLibrarySpec,
    SolverSpec,
)

PROJECT = "rates"
GROUP = "rates.plugins"
API = (1, 0)
PROVISIONAL: frozenset[str] = frozenset()

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def rates_backends() -> Iterable[BackendSpec]:  # type: ignore[empty-body]
    """Yield backends, which turn a System into a Program."""


@hookspec
def rates_solvers() -> Iterable[SolverSpec]:  # type: ignore[empty-body]
    """Yield solvers, which advance a Program in time."""


@hookspec
def rates_delay_strategies() -> Iterable[DelayStrategySpec]:  # type: ignore[empty-body]
    """Yield delay strategies, which realise the delays of a System."""


@hookspec
def rates_analyses() -> Iterable[AnalysisSpec]:  # type: ignore[empty-body]
    """Yield analyses, and the engines and fitters that analyses use."""


@hookspec
def rates_executors() -> Iterable[ExecutorSpec]:  # type: ignore[empty-body]
    """Yield executors, which run the points of a sweep."""


@hookspec
def rates_model_libraries() -> Iterable[ModelLibrarySpec]:  # type: ignore[empty-body]
    """Yield model libraries, which are folders of model files inside installed packages."""


@hookspec
def rates_formats() -> Iterable[FormatSpec]:  # type: ignore[empty-body]
    """Yield formats, which read and write model files."""


@hookspec
def rates_commands() -> Iterable[CommandSpec]:  # type: ignore[empty-body]
    """Yield sub-commands of `rates`."""
