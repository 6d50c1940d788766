"""A missing tool: said with a remedy, and no reason to refuse what works without it."""

from __future__ import annotations

PLUGIN = """
from rates_core.plugins import BackendSpec, hookimpl

rates_api = (1, 0)

@hookimpl
def rates_backends():
    yield BackendSpec("metal", "rates_metal_backend:write", summary="-", probe="rates_metal_tools:missing_compiler")
"""
REMEDY = "The compiler 'metalc' is missing. Install it with: apt install metalc."


def test_a_missing_tool_makes_a_plugin_unavailable_with_the_remedy(installation):
    installation.add("rates-metal", PLUGIN, rates_metal_tools=f"def missing_compiler():\n    return {REMEDY!r}")
    assert installation.statuses() == {"rates-metal": ["unavailable", REMEDY]}


def test_a_tool_of_one_offer_leaves_the_others_active_and_is_named(installation):
    more = (
        PLUGIN.replace("BackendSpec, hookimpl", "BackendSpec, ExecutorSpec, hookimpl")
        + """
@hookimpl
def rates_executors():
    yield ExecutorSpec("cluster", "rates_metal_cluster:Cluster", summary="-", probe="rates_metal_tools:missing_queue")
    yield ExecutorSpec("threads", "rates_metal_cluster:Threads", summary="-")
"""
    )
    tools = f"def missing_compiler():\n    return None\n\ndef missing_queue():\n    return {REMEDY!r}"
    installation.add("rates-metal", more, rates_metal_tools=tools)
    said = f"The executor 'cluster' is unavailable: {REMEDY}"
    assert installation.statuses() == {"rates-metal": ["active", said]}


def test_tools_of_all_offers_that_need_one_make_a_plugin_unavailable(installation):
    more = (
        PLUGIN
        + """
@hookimpl
def rates_solvers():
    from rates_core.plugins import SolverSpec

    yield SolverSpec("euler2", "rates_metal:E", summary="-", kind="tableau", order=1, adaptive=False)
"""
    )
    installation.add("rates-metal", more, rates_metal_tools=f"def missing_compiler():\n    return {REMEDY!r}")
    assert installation.statuses() == {"rates-metal": ["unavailable", REMEDY]}


def test_a_tool_that_is_there_leaves_a_plugin_active(installation):
    installation.add("rates-metal", PLUGIN, rates_metal_tools="def missing_compiler():\n    return None")
    assert installation.statuses() == {"rates-metal": ["active", ""]}


def test_what_needs_no_tool_still_works_without_it(installation):
    installation.add(
        "rates-metal",
        PLUGIN,
        rates_metal_tools=f"def missing_compiler():\n    return {REMEDY!r}",
        rates_metal_backend="def write():\n    return 'source text'",
    )
    value = installation.value(
        """
        from rates_core.plugins import get_manager
        spec = get_manager().backend("metal")
        value = [spec.load()(), spec.missing_tool()]
        """
    )
    assert value == ["source text", REMEDY]


def test_probes_are_not_asked_before_the_state_of_plugins_is(installation):
    installation.add("rates-metal", PLUGIN, rates_metal_tools="open('probed', 'w').close()")
    assert installation.error("manager.backend('metal')") == "no error"
    assert not (installation.folder / "probed").exists()


def test_a_probe_that_raises_makes_its_plugin_broken_and_no_other(installation):
    installation.add("rates-metal", PLUGIN, rates_metal_tools="def missing_compiler():\n    raise OSError('no disk')")
    assert installation.statuses() == {"rates-metal": ["broken", "OSError: no disk"]}
    assert installation.error("manager.statuses()", RATES_STRICT_PLUGINS="1") == (
        "PluginError: The plugin rates-metal is broken: OSError: no disk."
    )


def test_a_probe_that_does_not_exist_makes_its_plugin_broken(installation):
    installation.add("rates-metal", PLUGIN)
    assert installation.statuses() == {
        "rates-metal": [
            "broken",
            "'rates_metal_tools:missing_compiler' of rates-metal does not exist: "
            "ModuleNotFoundError: No module named 'rates_metal_tools'",
        ]
    }
