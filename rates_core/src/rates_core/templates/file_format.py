"""In which format a file is read that a call of Python names."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rates_core.templates.forms import text

if TYPE_CHECKING:
    from rates_core.plugins.specs import FormatSpec


def format_of(path: Any, chosen: Any, options: Collection[str]) -> FormatSpec | None:
    """Return the format of a file, or None for what `from_yaml` reads or refuses.

    Args:
        path: what the user gives for a path.
        chosen: the name of a format, or None for that of the file.
        options: names of options of the format.

    Raises:
        UnknownNameError: there is no such format, or it has no such option.
        TemplateError: the name of the format is no text.
        RatesError: as `format_of_source`.
    """
    from rates_core.plugins.formats import MODEL_FILES, format_of_source
    from rates_core.plugins.reading import check_options

    name = None if chosen is None else text(chosen, "The name of a format")
    if not isinstance(path, (str, Path)):
        return None
    spec = format_of_source(str(path), name, "'format'")
    check_options(spec, options, ("format",))
    return None if spec.name == MODEL_FILES else spec
