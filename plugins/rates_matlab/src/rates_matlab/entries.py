"""Print the entries of derivative matrices."""

from __future__ import annotations

from collections.abc import Sequence

from rates_core.expressions.tree import Expression
from rates_core.programs.printer import SUM
from rates_core.system.linearisation import Linearisation

from rates_matlab.body import filled, place_text
from rates_matlab.printer import MatlabPrinter


def assembly_lines(linearisation: Linearisation, results: Sequence[Expression], printer: MatlabPrinter) -> list[str]:
    """Return the lines that put the values of all blocks into a matrix."""
    rows, columns = linearisation.shape
    lines = [f"jacobian = zeros({rows}, {columns});"]
    taken: set[tuple[int, int]] = set()
    for block, result in zip(linearisation.blocks, results, strict=True):
        places = list(zip(block.rows.tolist(), block.columns.tolist(), strict=True))
        if block.places is None:
            entry = f"jacobian({places[0][0] + 1}, {places[0][1] + 1})"
        else:
            where = ", ".join(place_text(path, printer) for path in block.places)
            if len(set(places)) < len(places):
                text = f"sparse({where}, {printer.text(result)}, {rows}, {columns})"
                lines.append(f"jacobian = jacobian + full({text});")
                taken.update(places)
                continue
            entry = f"jacobian(sub2ind([{rows}, {columns}], {where}))"
        before = f"{entry} + " if taken.intersection(places) else ""
        lines.append(f"{entry} = {before}{printer.text(result, SUM if before else 0)};")
        taken.update(places)
    return lines


def entry_lines(linearisation: Linearisation, results: Sequence[Expression], printer: MatlabPrinter) -> list[str]:
    """Return the lines that put the values of all blocks one behind the other."""
    parts = [
        filled(result, (len(block.rows),) if len(block.rows) > 1 else (), printer)
        for block, result in zip(linearisation.blocks, results, strict=True)
    ]
    return [f"jacobian = [{'; '.join(parts)}];" if parts else "jacobian = zeros(0, 1);"]
