"""`rates plugins`: every distribution with its state, its reason and what it offers."""

from __future__ import annotations

import json

import pytest

BACKEND = """
from rates_core.plugins import BackendSpec, hookimpl

rates_api = (1, 0)

@hookimpl
def rates_backends():
    yield BackendSpec("fast", "a:b", summary="-", probe={probe!r})
"""


@pytest.fixture
def mixed(installation):
    installation.add(
        "rates-absent", BACKEND.format(probe="rates_probe:probe"), rates_probe="def probe():\n    return 'No metalc.'"
    )
    installation.add("rates-broken", "1 / 0", version="2.0.1")
    installation.add("rates-future", "rates_api = (2, 0)")
    installation.add("rates-off", "")
    installation.add("rates-works", BACKEND.format(probe=None).replace("fast", "slow"))
    return installation


TABLE = """\
DISTRIBUTION  VERSION  STATUS        OFFERS
rates-absent  1.0      unavailable   No metalc.
                                     backends: fast
rates-broken  2.0.1    broken        ZeroDivisionError: division by zero
rates-core    0.1.0    active        solvers: euler, heun, rk4
                                     analyses: sweep
                                     executors: serial, threads, processes
                                     formats: yaml
                                     commands: run, show, plugins, check, new, export, convert, models, \
completion, backends, solvers
rates-future  1.0      incompatible  its rates_api is (2, 0), this rates-core has (1, 0); upgrade rates-core
rates-off     1.0      disabled      named by RATES_DISABLE_PLUGINS
rates-works   1.0      active        backends: slow

Set RATES_STRICT_PLUGINS=1 and RATES_DEBUG=1 to see the traceback of what is broken.
"""


def test_the_table_shows_every_distribution_with_its_state_and_offers(mixed):
    process = mixed.rates("plugins", RATES_DISABLE_PLUGINS="rates-off")
    assert (process.returncode, process.stdout, process.stderr) == (0, TABLE, "")


def test_json_carries_what_the_table_shows(mixed):
    process = mixed.rates("plugins", "--json", RATES_DISABLE_PLUGINS="rates-off")
    content = json.loads(process.stdout)
    assert content["rates_api"] == [1, 0]
    assert content["notes"] == [TABLE.splitlines()[-1]]
    assert [plugin["status"] for plugin in content["plugins"]] == [
        "unavailable", "broken", "active", "incompatible", "disabled", "active",
    ]  # fmt: skip
    assert content["plugins"][0] == {
        "distribution": "rates-absent",
        "version": "1.0",
        "status": "unavailable",
        "reason": "No metalc.",
        "offers": {"backends": ["fast"]},
    }


def test_an_ambiguous_name_is_noted(installation):
    installation.add("rates-one", BACKEND.format(probe=None))
    installation.add("rates-two", BACKEND.format(probe=None))
    assert installation.rates("plugins").stdout.splitlines()[-2:] == [
        "",
        "Among the backends, 'fast' is offered by rates-one and by rates-two; disable one with RATES_DISABLE_PLUGINS.",
    ]


def test_fitters_and_engines_are_listed_apart_from_the_analyses_that_use_them(installation):
    installation.add(
        "rates-mine",
        """
        from rates_core.plugins import AnalysisSpec, hookimpl

        rates_api = (1, 0)

        @hookimpl
        def rates_analyses():
            yield AnalysisSpec("find", "a:b", summary="-")
            yield AnalysisSpec("simplex", "a:b", summary="-", kind="fitter")
            yield AnalysisSpec("auto", "a:b", summary="-", kind="engine")
            yield AnalysisSpec("swarm", "a:b", summary="-", kind="fitter")
        """,
    )
    content = json.loads(installation.rates("plugins", "--json").stdout)
    offers = {plugin["distribution"]: plugin["offers"] for plugin in content["plugins"]}
    assert offers["rates-mine"] == {"analyses": ["find"], "fitters": ["simplex", "swarm"], "engines": ["auto"]}


def test_a_disabled_name_that_is_not_installed_is_noted(installation):
    installation.add("rates-one", BACKEND.format(probe=None))
    process = installation.rates("plugins", RATES_DISABLE_PLUGINS="rates_on")
    assert process.stdout.splitlines()[-1] == (
        "RATES_DISABLE_PLUGINS names 'rates-on', which is not installed. Did you mean 'rates-one'?"
    )


def test_strict_plugins_are_an_error_here_too(installation):
    installation.add("rates-broken", "1 / 0")
    process = installation.rates("plugins", RATES_STRICT_PLUGINS="1")
    text = "rates: The plugin rates-broken is broken: ZeroDivisionError: division by zero.\n"
    assert (process.returncode, process.stdout, process.stderr) == (2, "", text)
