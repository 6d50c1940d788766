"""Kinds: what can be offered, with the hook that collects it and the descriptor that it yields."""

from __future__ import annotations

from attrs import frozen

from rates_core.plugins.specs import (
    AnalysisSpec,
    BackendSpec,
    CommandSpec,
    DelayStrategySpec,
    ExecutorSpec,
    FormatSpec,
    ModelLibrarySpec,
    SolverSpec,
    Spec,
)


@frozen
class Kind:
    """One kind of offer: its names in sentences, its hook and its descriptor."""

    singular: str
    plural: str
    hook: str
    spec: type[Spec]


KINDS: tuple[Kind, ...] = (
    Kind("backend", "backends", "rates_backends", BackendSpec),
    Kind("solver", "solvers", "rates_solvers", SolverSpec),
    Kind("delay strategy", "delay strategies", "rates_delay_strategies", DelayStrategySpec),
    Kind("analysis", "analyses", "rates_analyses", AnalysisSpec),
    Kind("executor", "executors", "rates_executors", ExecutorSpec),
    Kind("model library", "model libraries", "rates_model_libraries", ModelLibrarySpec),
    Kind("format", "formats", "rates_formats", FormatSpec),
    Kind("command", "commands", "rates_commands", CommandSpec),
)

KIND_OF_HOOK = {kind.hook: kind for kind in KINDS}
KIND_OF_SPEC = {kind.spec: kind for kind in KINDS}
