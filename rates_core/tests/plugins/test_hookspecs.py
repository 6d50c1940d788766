"""The hooks are a promise to plugin authors: their names, signatures and documentation."""

from __future__ import annotations

import inspect
import re

import pytest
from rates_core.plugins import hookspecs
from rates_core.plugins.kinds import KINDS
from rates_core.plugins.known import KNOWN

HOOKS = {name: function for name, function in vars(hookspecs).items() if name.startswith("rates_")}
SIGNATURES = {
    "rates_backends": "() -> 'Iterable[BackendSpec]'",
    "rates_solvers": "() -> 'Iterable[SolverSpec]'",
    "rates_delay_strategies": "() -> 'Iterable[DelayStrategySpec]'",
    "rates_analyses": "() -> 'Iterable[AnalysisSpec]'",
    "rates_executors": "() -> 'Iterable[ExecutorSpec]'",
    "rates_model_libraries": "() -> 'Iterable[ModelLibrarySpec]'",
    "rates_formats": "() -> 'Iterable[FormatSpec]'",
    "rates_commands": "() -> 'Iterable[CommandSpec]'",
}


def test_there_are_exactly_the_eight_hooks_with_these_signatures():
    assert {name: str(inspect.signature(hook)) for name, hook in HOOKS.items()} == SIGNATURES


def test_pluggy_knows_every_hook_as_a_specification():
    assert all(hasattr(hook, "rates_spec") for hook in HOOKS.values())


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_is_documented_in_one_sentence(name):
    assert re.fullmatch(r"Yield [^.\n]+\.", HOOKS[name].__doc__)


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_is_marked_provisional_in_its_documentation_exactly_if_it_is(name):
    assert ("(provisional: nothing implements it yet)" in HOOKS[name].__doc__) == (name in hookspecs.PROVISIONAL)


def test_every_hook_collects_one_kind_of_descriptor():
    assert {kind.hook: f"() -> 'Iterable[{kind.spec.__name__}]'" for kind in KINDS} == SIGNATURES


def test_names_to_install_are_kept_for_every_kind():
    assert list(KNOWN) == [kind.singular for kind in KINDS]


def test_a_marked_hook_stays_a_plain_function():
    @hookspecs.hookimpl
    def rates_backends():
        return ["called"]

    assert rates_backends() == ["called"]
