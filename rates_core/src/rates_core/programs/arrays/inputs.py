"""Text of what finds the values of inputs at any time, for an array library."""

from __future__ import annotations

from rates_core.programs.arrays.language import ArrayLanguage

# As `Samples.at` of core does: near a point of the grid, the sample there.
ON_GRID = '''\
def on_grid(t, base, spacing):
    """Return where times lie among samples, which start `base` steps after 0: on a sample where one is near."""
    place = t / spacing
    slack = 1e-9 + 1e-15*{abs}(place)
    place = place - base
    near = {round}(place)
    return {where}({abs}(place - near) <= slack, near, place)'''


def on_grid_text(language: ArrayLanguage) -> str:
    """Return the text of a function that finds times among samples."""
    return ON_GRID.format(**language.functions)
