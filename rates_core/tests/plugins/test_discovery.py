"""When and in which order plugins are loaded, and how many times."""

from __future__ import annotations

RECORDER = """
rates_api = (1, 0)
with open("order", "a") as file:
    file.write(__name__ + " ")
"""


def test_plugins_are_loaded_in_the_order_of_distribution_names(installation):
    for name in ("rates-zebra", "rates-ant", "Rates-Mole"):
        installation.add(name, RECORDER)
    assert list(installation.statuses()) == ["rates-ant", "rates-mole", "rates-zebra"]
    assert (installation.folder / "order").read_text() == "rates_ant Rates_Mole rates_zebra "


def test_plugins_are_loaded_once_and_not_before_something_is_asked_for(installation):
    installation.add("rates-ant", RECORDER)
    value = installation.value(
        """
        import os, importlib.metadata
        scans = []
        entry_points = importlib.metadata.entry_points
        importlib.metadata.entry_points = lambda **selection: scans.append(1) or entry_points(**selection)
        from rates_core.plugins import BackendSpec, Capabilities, get_manager, hookimpl
        manager = get_manager()
        before = [os.path.exists("order"), len(scans)]
        manager.backends(), manager.solvers(), manager.statuses(), get_manager().commands()
        value = [before, open("order").read(), len(scans)]
        """
    )
    assert value == [[False, 0], "rates_ant ", 1]


def test_a_distribution_may_have_several_light_modules_and_is_one_plugin(installation):
    library = """
    from rates_core.plugins import ModelLibrarySpec, hookimpl
    rates_api = (1, 0)

    @hookimpl
    def rates_model_libraries():
        return [ModelLibrarySpec(__name__, "package", summary="-")]
    """
    installation.add("rates-two", library, rates_second=library)
    (entry_points,) = installation.folder.glob("rates_two-*.dist-info/entry_points.txt")
    entry_points.write_text("[rates.plugins]\nfirst = rates_two\nsecond = rates_second\n")
    value = installation.value(
        """
        from rates_core.plugins import get_manager
        manager = get_manager()
        value = [[s.distribution for s in manager.statuses()], manager.statuses()[1].offers]
        """
    )
    assert value == [["rates-core", "rates-two"], {"model libraries": ["rates_two", "rates_second"]}]


def test_a_descriptor_says_which_distribution_offers_it(installation):
    installation.add(
        "rates-ant",
        """
        from rates_core.plugins import BackendSpec, hookimpl
        rates_api = (1, 0)

        @hookimpl
        def rates_backends():
            yield BackendSpec("ant", "rates_ant:Backend", summary="-", distribution="another")
        """,
    )
    code = "from rates_core.plugins import get_manager\nvalue = get_manager().backend('ant').distribution"
    assert installation.value(code) == "rates-ant"
