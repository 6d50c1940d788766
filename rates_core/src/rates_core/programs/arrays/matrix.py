"""Print the entries of derivative matrices."""

from __future__ import annotations

from collections.abc import Sequence

from rates_core.expressions.tree import Expression
from rates_core.programs.arrays.language import ArrayLanguage
from rates_core.programs.arrays.module import Module, ModuleWriter, in_docstring
from rates_core.programs.routine import make_routine
from rates_core.system.linearisation import Linearisation


def write_entries(linearisation: Linearisation, language: ArrayLanguage) -> Module:
    """Return a module with a function that returns all entries, block by block."""
    system = linearisation.system
    routine = make_routine(system, [block.values for block in linearisation.blocks])
    writer = ModuleWriter(system, [routine], language)
    text = writer.closure(
        "linearisation", "entries", routine, lambda found: [f"return {joined_entries(writer, linearisation, found)}"]
    )
    title = f"Jacobian of {in_docstring(system.name)}"
    return Module(language.module(title, [text], "float64"), {"linearisation": writer.parameters(routine)})


def joined_entries(writer: ModuleWriter, linearisation: Linearisation, results: Sequence[Expression]) -> str:
    """Return the text of all entries of a matrix as one vector."""
    parts = [
        writer.printer.value(result, (len(block.rows),))
        for block, result in zip(linearisation.blocks, results, strict=True)
    ]
    return f"joined({', '.join(parts)})" if parts else "0.0*y[..., :0]"
