"""When names of packages mean rates, and what happens where they are not served."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module, util
from pathlib import Path
from typing import Any

import pytest
import rates_pyrates
from rates_core.errors import ArgumentError, PluginError, UnknownNameError, UnsupportedFeatureError
from rates_pyrates import finder


@pytest.fixture
def real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Have a package `pyrates` that is installed, in a folder on the path."""
    folder = tmp_path / "pyrates"
    folder.mkdir()
    (folder / "__init__.py").write_text("real = True\n", encoding="utf-8")
    (folder / "utility.py").write_text("real = True\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    rates_pyrates.deactivate()
    for name in [name for name in sys.modules if name.partition(".")[0] == "pyrates"]:
        del sys.modules[name]


def message(code: str, kind: type[BaseException]) -> str:
    with pytest.raises(kind) as caught:
        exec(code, {})
    return str(caught.value)


def test_names_mean_rates_from_activation_to_deactivation() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'pyrates'$"):
        import_module("pyrates")
    rates_pyrates.activate()
    rates_pyrates.activate()
    assert (
        import_module("pyrates.frontend.template.circuit").CircuitTemplate is import_module("pyrates").CircuitTemplate
    )
    assert import_module("PyRates.utility") is import_module("pyrates.utility")
    rates_pyrates.deactivate()
    rates_pyrates.deactivate()
    for name in ("pyrates", "pyrates.utility", "PyRates"):
        with pytest.raises(ModuleNotFoundError):
            import_module(name)
    assert not any(isinstance(one, finder.Finder) for one in sys.meta_path)


def test_a_real_package_is_not_hidden_unasked(real: Path) -> None:
    with pytest.raises(PluginError) as caught:
        rates_pyrates.activate()
    assert str(caught.value) == (
        f"pyrates itself is installed ({real / '__init__.py'}), and is not hidden unasked. To run this program on "
        "rates, call activate(replace='pyrates'), or `python -m rates_pyrates --replace SCRIPT`; replace=True means "
        "all of pyrates, pycobi, rectipy, PyRates. Else uninstall it."
    )
    assert import_module("pyrates").real


@pytest.mark.parametrize("replace", [True, "pyrates", ["pyrates", "pycobi"]])
def test_a_real_package_stands_aside_where_it_is_named_and_comes_back(real: Path, replace: Any) -> None:
    before = import_module("pyrates.utility")
    rates_pyrates.activate(replace)
    assert import_module("pyrates.utility") is not before
    assert not hasattr(import_module("pyrates"), "real")
    rates_pyrates.deactivate()
    assert import_module("pyrates.utility") is before
    assert import_module("pyrates").real


def test_a_folder_of_that_name_is_no_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, active: None) -> None:
    rates_pyrates.deactivate()
    (tmp_path / "pyrates").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    rates_pyrates.activate()
    assert import_module("pyrates").CircuitTemplate


def test_what_is_to_stand_aside_is_one_of_the_names() -> None:
    with pytest.raises(UnknownNameError) as caught:
        rates_pyrates.activate("pyrate")
    assert str(caught.value) == (
        "replace names 'pyrate'. Did you mean 'pyrates'? The names are: pyrates, pycobi, rectipy, PyRates."
    )
    with pytest.raises(ArgumentError) as wrong:
        rates_pyrates.activate(1)  # type: ignore[arg-type]
    assert str(wrong.value) == "replace is True, False, or names of packages; it is 1."


def test_nothing_is_installed_under_those_names(active: None) -> None:
    from importlib.metadata import distributions

    names = {str(one.metadata["Name"]).casefold() for one in distributions()}
    assert not names & {"pyrates", "pycobi", "rectipy"}


@pytest.mark.parametrize(
    ("code", "kind", "text"),
    [
        (
            "from pyrates import CircuitTemplat",
            ImportError,
            "'pyrates' has no name 'CircuitTemplat'. Did you mean 'CircuitTemplate'?",
        ),
        (
            "from pyrates.frontend import PyRatesException",
            ImportError,
            "'pyrates.frontend' has no name 'PyRatesException'. It is in 'pyrates.backend'.",
        ),
        (
            "from pyrates import xyz",
            ImportError,
            "'pyrates' has no name 'xyz'. Its names are: CircuitTemplate, Connectivity, EdgeTemplate, NodeTemplate, "
            "OperatorTemplate, PopulationTemplate, clear, clear_frontend_caches, grid_search, integrate, save.",
        ),
        (
            "import pyrates; pyrates.integrat",
            AttributeError,
            "'pyrates' has no name 'integrat'. Did you mean 'integrate'?",
        ),
        (
            "from pyrates.utility import set_num_axis_ticks",
            ImportError,
            "'pyrates.utility.set_num_axis_ticks' is refused: axes.locator_params(nbins=...) of matplotlib does it.",
        ),
        (
            "import pyrates.utilty",
            ModuleNotFoundError,
            "There is no module 'pyrates.utilty'. Did you mean 'pyrates.utility'?",
        ),
        (
            "from pyrates.utility.pyauto import PyAuto",
            ModuleNotFoundError,
            "'pyrates.utility.pyauto' is refused: PyCoBi took its place, whose calls rates-continuation has: from "
            "pycobi import ODESystem.",
        ),
    ],
)
def test_names_that_are_not_served_say_what_is(code: str, kind: type[BaseException], text: str, active: None) -> None:
    assert message(code, kind) == text


def test_what_is_refused_is_an_error_of_rates_too(active: None) -> None:
    assert message("from pyrates.ir.circuit import CircuitIR", UnsupportedFeatureError)
    assert message("import pyrates.ir.circuit as ir; ir.CircuitIR", UnsupportedFeatureError)
    assert not hasattr(import_module("pyrates.ir.circuit"), "CircuitIR")
    assert util.find_spec("pyrates.ir.circuit") is not None


def test_a_tool_without_its_extension_says_what_to_install(active: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finder, "find_spec", lambda name: None)
    assert message("import rectipy", ModuleNotFoundError) == (
        "'rectipy' runs on rates-rnn, which is not installed: pip install rates-rnn"
    )
    assert message("from pycobi import ODESystem", ModuleNotFoundError) == (
        "'pycobi' runs on rates-continuation, which is not installed: pip install rates-continuation"
    )


def test_a_package_has_the_version_whose_names_it_has(active: None) -> None:
    assert import_module("pyrates").__version__ == import_module("PyRates").__version__ == "1.2.3"
    assert not hasattr(import_module("pyrates.utility"), "__version__")


def test_names_of_a_module_are_listed(active: None) -> None:
    assert {"CircuitTemplate", "grid_search", "clear"} <= set(dir(import_module("pyrates")))
    assert "CircuitIR" not in dir(import_module("pyrates.ir.circuit"))


def test_functions_may_be_put_into_modules_as_tvbo_does(active: None) -> None:
    parser: Any = import_module("pyrates.backend.parser")
    parser.replace_in_expr = len
    assert import_module("pyrates.backend.parser").replace_in_expr is len
