"""What scripts look up of the equation language."""

from __future__ import annotations

from rates_core.expressions.functions import FUNCTIONS

#: all functions of the language, where PyRates has a table of those of its default backend
base_funcs = {name: {"call": name} for name in FUNCTIONS}
