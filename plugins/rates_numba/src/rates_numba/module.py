"""Lay out the generated module: constants, vector field, what is recorded, what is stored, the loop."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Collection, Sequence
from functools import cache

from rates_core.programs.elementwise.layout import EVENTS, wanted_of
from rates_core.programs.naming import one_line
from rates_core.programs.program import ProgramRequest
from rates_core.programs.routine import Routine
from rates_core.programs.trail import FACTORS

from rates_numba import functions, pair_functions, trail_functions
from rates_numba.function_text import INNER_JIT, JIT, FunctionText
from rates_numba.layout import Layout, load_line
from rates_numba.writer import INDENT, NumbaWriter

#: functions of our own that others of them call
CALLS = {"places": ("checked",), "sums_of_picked": ("long_sum_of_picked",)}


def derivative_text(layout: Layout, name: str = "derivative", gathered: bool = False, jit: str = JIT) -> str:
    """Return the function that writes dy/dt into `dy`."""
    return vector_text(layout, "derivative", name, "Write dy/dt into dy.", gathered, jit)


def events_text(layout: Layout, jit: str = JIT) -> str:
    """Return the function that writes what states are after events into `after`."""
    return vector_text(layout, EVENTS, EVENTS, "Write y, after events, into after.", jit=jit)


def vector_text(layout: Layout, part: str, name: str, summary: str, gathered: bool = False, jit: str = JIT) -> str:
    """Return a function that writes its results into a vector; arguments are those of `recording_text`."""
    function = FunctionText(layout, layout.parts[part], gathered)
    body = [*function.head(), *function.allocations(), *function.body(), *function.vector_lines()]
    lines = [
        jit,
        f"def {name}({', '.join(['t', 'y', str(function.vector), 'numbers', 'arrays', *function.arguments])}):",
        f'{INDENT}"""{summary}"""',
        *(INDENT + line for line in body),
    ]
    return "\n".join(lines)


def slopes_text(layout: Layout) -> str:
    """Return the function that returns dy/dt as a tuple of numbers, for states that are such."""
    function = FunctionText(layout, layout.parts["derivative"])
    lines = [
        INNER_JIT,
        f"def slopes({', '.join(['t', 'y', 'numbers', 'arrays', *function.arguments])}):",
        f'{INDENT}"""Return dy/dt; y is a tuple of numbers."""',
        *(INDENT + line for line in (*function.head(), *function.body())),
        f"{INDENT}return {function.slopes()}",
    ]
    return "\n".join(lines)


def recording_text(
    layout: Layout,
    part: str,
    summary: str,
    gathered: bool = False,
    places: Sequence[int] | None = None,
    jit: str = JIT,
) -> str:
    """Return a function that writes its results into one row of the arrays in `columns`.

    Args:
        layout: of the module.
        part: what is computed.
        summary: the function's docstring.
        gathered: as in `FunctionText`.
        places: which array each result goes to, if not to the one of its own number.
        jit: how it is compiled.
    """
    function = FunctionText(layout, layout.parts[part], gathered)
    before, after = [], []
    results = layout.parts[part].results
    for number, result in zip(places or range(len(results)), results, strict=True):
        target = layout.names[result]
        if layout.shapes[result]:
            before.append(f"{target} = columns[{number}][record]")
        else:
            after.append(f"columns[{number}][record] = {target}")
    name = f"{part}_gathered" if gathered else part
    lines = [
        jit,
        f"def {name}({', '.join(['t', 'y', 'columns', 'record', 'numbers', 'arrays', *function.arguments])}):",
        f'{INDENT}"""{summary}"""',
        *(INDENT + line for line in (*function.head(), *before, *function.body(), *after)),
    ]
    if not before and not after:
        lines.append(f"{INDENT}return")
    return "\n".join(lines)


def prepare_text(layout: Layout) -> str:
    """Return the function that computes what depends on parameters only, in place in `numbers` and `arrays`."""
    blocks = layout.prepared_blocks()
    printer, constants, names = layout.printer(), layout.constants.known, layout.names
    arrays = list(blocks.results)
    writer = NumbaWriter(printer, blocks)
    taken = Routine((), tuple(layout.prepared), ()).arguments
    given = [path for path, constant in constants.items() if constant.given and path in taken]
    lines = [load_line(constants[path], names[path]) for path in given]
    lines += [load_line(constants[path], names[path]) for path in arrays]
    lines += [*writer.allocations(arrays), *writer.lines()]
    for item in layout.prepared:
        constant, name = constants[item.target], names[item.target]
        if constant.shape:
            if any(block for block in blocks.blocks if getattr(block, "target", None) == item.target):
                lines.append(f"arrays[{constant.place}][:] = {name}")
        elif constant.complex:
            lines.append(f"numbers[{constant.place}] = {name}.real")
            lines.append(f"numbers[{constant.place + 1}] = {name}.imag")
        else:
            lines.append(f"numbers[{constant.place}] = {name}")
    summary = f'{INDENT}"""Compute what depends on parameters only, once per run."""'
    return "\n".join([JIT, "def prepare(numbers, arrays):", summary, *(INDENT + line for line in lines)])


def write_module(request: ProgramRequest) -> tuple[str, Layout]:
    """Return the text of the module for a request, and where everything in it stands."""
    from rates_numba.loop import loop_text
    from rates_numba.many import loop_many_text, pair_many_text
    from rates_numba.pair import pair_text

    layout = Layout(request.system, wanted_of(request))
    texts = [prepare_text(layout)] if layout.prepared else []
    texts.append(derivative_text(layout))
    texts.append(recording_text(layout, "observe", "Write the recorded variables into a row."))
    if EVENTS in layout.parts:
        texts.append(events_text(layout))
    if "store" in layout.parts:
        texts.append(recording_text(layout, "store", "Write the variables that delayed reads need into a row."))
    if request.tableau is not None:
        texts.append(loop_text(request, layout))
        if not request.system.reads:
            texts.append(loop_many_text(request, layout))
    if request.pair is not None:
        texts.append(pair_text(request.pair, layout))
        if not request.system.reads:
            texts.append(pair_many_text(request, layout))
    return "\n\n\n".join([*opening(request.name, layout.used), *texts]) + "\n", layout


def opening(title: str, used: Collection[str]) -> list[str]:
    """Return the first texts of a module: what it is, its imports, and those of our own functions that it uses."""
    wanted = {*used}.union(*(needed for name, needed in CALLS.items() if name in used))
    texts = [text for name, text in _functions().items() if name in wanted]
    name = one_line(title).replace("\\", "\\\\").replace('"', '\\"')
    lines = [
        f'"""{name}: generated by rates. This module needs NumPy, SciPy and Numba only."""', "", "import math", "",
        "import numpy as np",
    ]  # fmt: skip
    if any(text.startswith("@intrinsic") for text in texts):
        lines += ["from numba import njit, types", "from numba.extending import intrinsic"]
    else:
        lines += ["from numba import njit"]
    constants = [f"FACTORS = {FACTORS}"] if "chebyshev" in wanted else []
    return ["\n".join(lines), *constants, *texts]


@cache
def _functions() -> dict[str, str]:
    """Return the text of each function of our own, as generated modules have it."""
    found = {}
    for text in map(inspect.getsource, (functions, pair_functions, trail_functions)):
        lines = text.splitlines()
        for item in ast.parse(text).body:
            if isinstance(item, ast.FunctionDef):
                source = "\n".join(lines[item.decorator_list[0].lineno - 1 : item.end_lineno])
                found[item.name] = source.replace('@njit(error_model="numpy"', INNER_JIT.removesuffix(")"), 1)
    return found
