"""Targets are imported on use, and a failure is the plugin's, by name."""

from __future__ import annotations

import pytest

MODULES = {
    "rates_own": "class Backend:\n    name = 'inner'\n",
    "rates_needs": "import a_library_that_is_nowhere",
    "rates_raises": "raise OSError('no\\n  disk.')",
    "rates_old": "from rates_own import Gone",
}


def loaded(installation, target: str) -> str:
    installation.add("rates-own-plugin", "rates_api = (1, 0)", **MODULES)
    return installation.error(
        f"from rates_core.plugins import load_target; raise RatesError(load_target({target!r}, 'rates-own-plugin'))"
    )


def test_a_target_is_the_attribute_of_a_module(installation):
    assert loaded(installation, "rates_own:Backend.name") == "RatesError: inner"


ERRORS = {
    "rates_nowhere:Backend": (
        "'rates_nowhere:Backend' of rates-own-plugin does not exist: "
        "ModuleNotFoundError: No module named 'rates_nowhere'."
    ),
    "rates_own.inside:Backend": (
        "'rates_own.inside:Backend' of rates-own-plugin does not exist: "
        "ModuleNotFoundError: No module named 'rates_own.inside'; 'rates_own' is not a package."
    ),
    "rates_own:Backends": (
        "'rates_own:Backends' of rates-own-plugin does not exist: "
        "AttributeError: module 'rates_own' has no attribute 'Backends'."
    ),
    "rates_needs:Backend": (
        "'rates_needs:Backend' of rates-own-plugin cannot be imported: the module 'a_library_that_is_nowhere' is "
        "missing. Install it, or install rates-own-plugin again."
    ),
    "rates_raises:Backend": "'rates_raises:Backend' of rates-own-plugin cannot be imported: OSError: no disk.",
}


@pytest.mark.parametrize("target", ERRORS)
def test_a_target_that_cannot_be_imported_is_an_error_that_names_the_distribution(installation, target):
    assert loaded(installation, target) == f"PluginError: {ERRORS[target]}"


def test_the_cause_of_a_failed_import_is_kept_for_whoever_debugs_it(installation):
    installation.add("rates-own-plugin", "rates_api = (1, 0)", **MODULES)
    process = installation.python("from rates_core.plugins import load_target; load_target('rates_raises:Backend')")
    assert process.returncode == 1
    assert 'rates_raises.py", line 1' in process.stderr
    assert process.stderr.splitlines()[-1] == (
        "rates_core.errors.PluginError: 'rates_raises:Backend' of the plugin cannot be imported: OSError: no disk."
    )


@pytest.mark.parametrize("target", ["rates_needs:Backend", "rates_old:Backend"])
def test_where_a_library_is_missing_or_too_old_its_probe_says_what_to_do(installation, target):
    probe = "def probe():\n    return 'Tapes 0.1 is too old; 0.2 is needed. Get it: pip install tapes.'\n"
    installation.add("rates-own-plugin", "rates_api = (1, 0)", **MODULES, rates_probe=probe)
    assert installation.error(
        "from rates_core import BackendSpec; "
        f"BackendSpec('tapes', {target!r}, summary='', probe='rates_probe:probe', "
        "distribution='rates-own-plugin').load()"
    ) == (
        f"PluginError: '{target}' of rates-own-plugin cannot be loaded: "
        "Tapes 0.1 is too old; 0.2 is needed. Get it: pip install tapes."
    )


def test_a_probe_that_cannot_be_loaded_either_hides_no_error(installation):
    installation.add("rates-own-plugin", "rates_api = (1, 0)", **MODULES)
    assert (
        installation.error(
            "from rates_core import BackendSpec; BackendSpec('tapes', 'rates_raises:Backend', summary='', "
            "probe='rates_raises:probe', distribution='rates-own-plugin').load()"
        )
        == f"PluginError: {ERRORS['rates_raises:Backend']}"
    )
