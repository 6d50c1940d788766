"""Folders of model libraries, found without running code of the packages that hold them."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from rates_core.errors import PluginError
from rates_core.plugins.fields import check_kind
from rates_core.plugins.specs import ModelLibrarySpec


def library_path(spec: ModelLibrarySpec) -> Path:
    """Return the folder of a model library; the package that holds it is located, not imported.

    Raises:
        PluginError: the package or the folder is not there.

    Example:
        >>> from rates_core.plugins import get_manager, library_path
        >>> library_path(get_manager().model_library("model_templates")).name
        'model_templates'
    """
    check_kind("spec", spec, ModelLibrarySpec)
    try:
        package = find_spec(spec.package)
    except ValueError:  # a module that was made by hand carries no import specification
        package = None
    places = list(package.submodule_search_locations or ()) if package is not None else []
    for place in places:
        folder = Path(place, spec.directory)
        if folder.is_dir():
            return folder
    wanted = "/".join(part for part in (spec.package, spec.directory) if part)
    owner = spec.distribution or "the plugin that offers it"
    raise PluginError(f"The model library '{spec.name}' has no folder '{wanted}'. Install {owner} again.")
