"""What happens when a plugin fails, does not fit or is disabled: every other plugin works."""

from __future__ import annotations

import pytest

GOOD = """
from rates_core.plugins import BackendSpec, hookimpl

rates_api = (1, 0)

@hookimpl
def rates_backends():
    yield BackendSpec("good", "rates_good_backend:Backend", summary="A backend that works")
"""

HEAD = """
from rates_core.plugins import BackendSpec, SolverSpec, hookimpl

rates_api = (1, 0)

"""

ACTIVE = ["active", ""]

BROKEN = {
    "its import fails": (
        "import a_module_that_is_nowhere",
        "ModuleNotFoundError: No module named 'a_module_that_is_nowhere'",
    ),
    "its module is no Python": (
        "def (",
        "SyntaxError: invalid syntax (rates_bad.py, line 1)",
    ),
    "its module ends the process": (
        "raise SystemExit(3)",
        "SystemExit: 3",
    ),
    "its hook raises": (
        HEAD + "@hookimpl\ndef rates_backends():\n    raise RuntimeError('out of order.')",
        "RuntimeError: out of order",
    ),
    "its hook raises after a first descriptor": (
        HEAD + "@hookimpl\ndef rates_backends():\n    yield BackendSpec('half', 'a:b', summary='-')\n    1 / 0",
        "ZeroDivisionError: division by zero",
    ),
    "its hook ends the process": (
        HEAD + "@hookimpl\ndef rates_backends():\n    raise SystemExit",
        "SystemExit",
    ),
    "its hook yields something else": (
        HEAD + "@hookimpl\ndef rates_backends():\n    yield 'numpy'",
        "its hook 'rates_backends' yields 'numpy', which is no BackendSpec",
    ),
    "its hook returns nothing": (
        HEAD + "@hookimpl\ndef rates_backends():\n    pass",
        "TypeError: 'NoneType' object is not iterable",
    ),
    "its hook takes an argument": (
        HEAD + "@hookimpl\ndef rates_backends(model):\n    return []",
        "PluginValidationError: Plugin 'rates_bad' for hook 'rates_backends' hookimpl definition: "
        "rates_backends(model) Argument(s) {'model'} are declared in the hookimpl but can not be found in the hookspec",
    ),
    "its hook is misspelt": (
        HEAD + "@hookimpl\ndef rates_backend():\n    return []",
        "it implements 'rates_backend', which is no hook of rates. Did you mean 'rates_backends'?",
    ),
    "a descriptor is wrong": (
        HEAD + "@hookimpl\ndef rates_backends():\n    yield BackendSpec('bad', 'no_colon', summary='-')",
        "BackendSpec.target is 'no_colon'; it must read 'module:attribute'",
    ),
    "it offers a name twice": (
        HEAD + "@hookimpl\ndef rates_backends():\n    return [BackendSpec('bad', 'a:b', summary='-')] * 2",
        "it offers two of BackendSpec named 'bad'",
    ),
    "it asks for plugins while they are loaded": (
        HEAD + "from rates_core.plugins import get_manager\n@hookimpl\ndef rates_backends():\n"
        "    return list(get_manager().backends().values())",
        "it asks for plugins while plugins are being loaded; it may do so only when it is used",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_plugin_that_fails_is_broken_with_the_reason_and_every_other_plugin_works(installation, case):
    module, reason = BROKEN[case]
    installation.add("rates-bad", module)
    installation.add("rates-good", GOOD)
    assert installation.statuses() == {"rates-bad": ["broken", reason], "rates-good": ACTIVE}
    assert installation.error("assert list(manager.backends()) == ['good'] and manager.solver('euler')") == "no error"


MISFITS = {
    "(1, 1)": "its rates_api is (1, 1), this rates-core has (1, 0); upgrade rates-core",
    "(2, 0)": "its rates_api is (2, 0), this rates-core has (1, 0); upgrade rates-core",
    "(0, 9)": "its rates_api is (0, 9), this rates-core has (1, 0); upgrade rates-misfit",
    "'1.0'": "its rates_api is '1.0'; it must be two integers such as (1, 0)",
    "(1, 0, 0)": "its rates_api is (1, 0, 0); it must be two integers such as (1, 0)",
    "(True, 0)": "its rates_api is (True, 0); it must be two integers such as (1, 0)",
    "None": "its module declares no rates_api; this rates-core has (1, 0)",
}


@pytest.mark.parametrize("api", MISFITS)
def test_a_plugin_whose_api_does_not_fit_is_incompatible_and_never_called(installation, api):
    installation.add(
        "rates-misfit",
        f"""
        from rates_core.plugins import hookimpl
        rates_api = {api}

        @hookimpl
        def rates_backends():
            open("called", "w").close()
            return []
        """,
    )
    installation.add("rates-good", GOOD)
    assert installation.statuses() == {"rates-good": ACTIVE, "rates-misfit": ["incompatible", MISFITS[api]]}
    assert not (installation.folder / "called").exists()


def test_a_plugin_that_declares_no_api_is_incompatible(installation):
    installation.add("rates-misfit", "")
    reason = "its module declares no rates_api; this rates-core has (1, 0)"
    assert installation.statuses() == {"rates-misfit": ["incompatible", reason]}


@pytest.mark.parametrize("spelling", ["rates-bad", "Rates_Bad", "other, rates.bad ,"])
def test_a_disabled_plugin_is_never_imported_however_its_name_is_spelt(installation, spelling):
    installation.add("rates-bad", "open('imported', 'w').close()")
    installation.add("rates-good", GOOD)
    statuses = installation.statuses(RATES_DISABLE_PLUGINS=spelling)
    assert statuses == {"rates-bad": ["disabled", "named by RATES_DISABLE_PLUGINS"], "rates-good": ACTIVE}
    assert not (installation.folder / "imported").exists()


def test_what_is_in_the_box_can_be_disabled_as_anything_else(installation):
    text = installation.error("manager.solver('euler')", RATES_DISABLE_PLUGINS="rates-core")
    assert text == (
        "UnknownNameError: There is no solver 'euler'. No solver is installed. Not loaded: rates-core (disabled)."
    )


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("1 / 0", "The plugin rates-bad is broken: ZeroDivisionError: division by zero."),
        (
            "rates_api = (2, 0)",
            "The plugin rates-bad is incompatible: its rates_api is (2, 0), this rates-core has (1, 0); "
            "upgrade rates-core.",
        ),
    ],
)
def test_strict_plugins_raise_what_is_wrong_instead_of_noting_it(installation, module, text):
    installation.add("rates-bad", module)
    assert installation.error("manager.backends()", RATES_STRICT_PLUGINS="1") == f"PluginError: {text}"
    assert installation.error("manager.backends()", RATES_STRICT_PLUGINS="0") == "no error"


def test_strict_plugins_show_the_traceback_of_the_plugin(installation):
    installation.add("rates-bad", "def broken():\n    1 / 0\n\nbroken()")
    code = "from rates_core.plugins import get_manager; get_manager().backends()"
    process = installation.python(code, RATES_STRICT_PLUGINS="1")
    assert process.returncode == 1
    assert 'rates_bad.py", line 2, in broken' in process.stderr


def test_strict_plugins_do_not_stumble_over_a_disabled_one(installation):
    installation.add("rates-bad", "1 / 0")
    variables = {"RATES_STRICT_PLUGINS": "1", "RATES_DISABLE_PLUGINS": "rates-bad"}
    assert installation.error("manager.backends()", **variables) == "no error"
