"""Names: one owner, or an error that says what to do; never a default."""

from __future__ import annotations

import pytest
from rates_core.plugins.kinds import KINDS

BACKEND = """
from rates_core.plugins import BackendSpec, hookimpl

rates_api = (1, 0)

@hookimpl
def rates_backends():
    yield BackendSpec({name!r}, "a:b", summary="-")
"""


def offering(name: str) -> str:
    return BACKEND.format(name=name)


def test_two_distributions_that_offer_one_name_are_an_error_on_use(installation):
    installation.add("rates-one", offering("fast"))
    installation.add("rates-two", offering("fast"))
    installation.add("rates-three", offering("slow"))
    assert installation.error("manager.backend('fast')") == (
        "AmbiguousPluginError: The backend 'fast' is offered by rates-one and by rates-two. "
        "Disable one, for example with RATES_DISABLE_PLUGINS=rates-two, or uninstall it."
    )
    assert installation.error("manager.backend('slow')") == "no error"
    assert installation.statuses() == {name: ["active", ""] for name in ("rates-one", "rates-three", "rates-two")}


def test_disabling_one_of_two_owners_as_the_error_says_ends_the_ambiguity(installation):
    installation.add("rates-one", offering("fast"))
    installation.add("rates-two", offering("fast"))
    expression = "assert manager.backend('fast').distribution == 'rates-one'"
    assert installation.error(expression, RATES_DISABLE_PLUGINS="rates-two") == "no error"


def test_an_ambiguous_name_is_not_among_the_names_that_can_be_used(installation):
    installation.add("rates-one", offering("fast"))
    installation.add("rates-two", offering("fast"))
    assert installation.error("assert manager.backends() == {}") == "no error"


def test_one_name_of_two_kinds_is_no_ambiguity(installation):
    installation.add("rates-one", offering("euler"))
    assert installation.error("manager.backend('euler'), manager.solver('euler')") == "no error"


def test_an_unknown_name_is_an_error_with_the_closest_names_that_are_installed(installation):
    installation.add("rates-one", offering("vectorised"))
    assert installation.error("manager.backend('vectorized')") == (
        "UnknownNameError: There is no backend 'vectorized'. Did you mean 'vectorised'? Installed backends: vectorised."
    )


def test_an_unknown_name_that_resembles_several_names_suggests_all_of_them(installation):
    installation.add("rates-one", offering("numba2"))
    assert installation.error("manager.backend('nunba')") == (
        "UnknownNameError: There is no backend 'nunba'. "
        "Did you mean 'numba' (pip install rates-numba) or 'numba2'? "
        "Installed backends: numba2."
    )


def test_an_unknown_name_that_resembles_nothing_is_an_error_without_a_guess(installation):
    assert installation.error("manager.solver('zzz')") == (
        "UnknownNameError: There is no solver 'zzz'. Installed solvers: euler, heun, rk4."
    )


def test_a_known_name_that_is_not_installed_comes_with_the_command_that_installs_it(installation):
    assert installation.error("manager.backend('torch')") == (
        "UnknownNameError: The backend 'torch' is not installed. Install it with: pip install rates-torch. "
        "No backend is installed."
    )


def test_a_method_that_is_not_installed_is_found_with_its_distribution(installation):
    assert installation.error("manager.solver('dopri5')") == (
        "UnknownNameError: The solver 'dopri5' is not installed. Install it with: pip install rates-runge-kutta. "
        "Installed solvers: euler, heun, rk4."
    )


def test_what_other_tools_call_a_backend_is_understood_as_a_hint(installation):
    assert installation.error("manager.backend('tensorflow')") == (
        "UnknownNameError: There is no backend 'tensorflow'. Did you mean 'tf' (pip install rates-tf)? "
        "No backend is installed."
    )


@pytest.mark.parametrize(
    ("module", "variables", "text"),
    [
        ("import nowhere", {}, "which is broken: ModuleNotFoundError: No module named 'nowhere'."),
        (
            "rates_api = (1, 7)",
            {},
            "which is incompatible: its rates_api is (1, 7), this rates-core has (1, 0); upgrade rates-core.",
        ),
        (
            offering("torch"),
            {"RATES_DISABLE_PLUGINS": "rates-torch"},
            "which is disabled. Take it out of RATES_DISABLE_PLUGINS to use it.",
        ),
    ],
)
def test_a_known_name_that_is_installed_and_not_active_says_why(installation, module, variables, text):
    installation.add("rates-torch", module)
    expected = f"PluginError: The backend 'torch' comes with rates-torch, {text}"
    assert installation.error("manager.backend('torch')", **variables) == expected


def test_a_known_distribution_that_does_not_bring_the_name_any_more_is_not_recommended(installation):
    installation.add("rates-torch", offering("pytorch"))
    assert installation.error("manager.backend('torch')") == (
        "UnknownNameError: There is no backend 'torch'. Did you mean 'pytorch'? Installed backends: pytorch."
    )


def test_an_unknown_name_mentions_what_is_installed_and_not_loaded(installation):
    installation.add("rates-broken", "import nowhere")
    assert installation.error("manager.delay_strategy('cluster')") == (
        "UnknownNameError: There is no delay strategy 'cluster'. No delay strategy is installed. "
        "Not loaded: rates-broken (broken)."
    )


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.singular)
def test_every_kind_is_found_by_name_and_listed(installation, kind):
    arguments = {"backend": "'a:b'", "model library": "'package'", "format": "['.x'], reader='a:b'"}
    extra = {
        "solver": ", kind='driver', order=None, adaptive=True",
        "delay strategy": ", kind='augment'",
    }
    installation.add(
        "rates-one",
        f"""
        from rates_core.plugins import {kind.spec.__name__}, hookimpl
        rates_api = (1, 0)

        @hookimpl
        def {kind.hook}():
            yield {kind.spec.__name__}(
                "mine", {arguments.get(kind.singular, "'a:b'")}, summary="-"{extra.get(kind.singular, "")}
            )
        """,
    )
    one, several = kind.singular.replace(" ", "_"), kind.plural.replace(" ", "_")
    expression = f"assert manager.{several}()['mine'] is manager.{one}('mine')"
    assert installation.error(expression) == "no error"
    assert installation.error(f"manager.{one}('yours')").startswith(f"UnknownNameError: There is no {kind.singular} ")
