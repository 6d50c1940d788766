"""Print the loops over points around the loops over steps.

What points share has a first axis of length 1. Points run in blocks, each by one thread, so that these loops are as
plain as those they call and compile as fast.
"""

from __future__ import annotations

from collections.abc import Iterable

from rates_core.programs.pair import Status
from rates_core.programs.program import ProgramRequest

from rates_numba.function_text import JIT
from rates_numba.layout import Layout
from rates_numba.writer import INDENT


def loop_many_text(request: ProgramRequest, layout: Layout) -> str:
    """Return the text of fixed steps of a block of points."""
    assert request.tableau is not None
    system = request.system
    nodes = range(len(request.tableau.distinct_nodes)) if system.inputs else range(0)
    inputs = _tuple(
        _tuple(f"own(inputs[{node}][{number}], p)" for number in range(len(system.inputs))) for node in nodes
    )
    draws = _tuple(f"own(draws[{number}], p)" for number in range(len(system.draws)))
    given = ["y[p]", "h", "first", "samples", "stride", _columns(request), "numbers[p]", _arrays(layout)]
    body = [
        '"""Advance a block of points, each as `loop` does one."""',
        "for p in range(begin, stop):",
        f"{INDENT}loop({', '.join([*given, inputs if system.inputs else 'inputs', draws])})",
    ]
    head = "loop_many(begin, stop, y, h, first, samples, stride, columns, numbers, arrays, inputs, draws)"
    return _function(layout, head, body)


def pair_many_text(request: ProgramRequest, layout: Layout) -> str:
    """Return the text of steps of their own of a block of points."""
    layout.used.add("passed")
    tables = _tuple(f"own(tables[{number}], p)" for number in range(len(request.system.inputs)))
    call = [
        "time[p]", "y[p]", "proposal[p]", "ends[s, k]", "fresh[p]", "rtol", "atol", "max_step", "given_step",
    ]  # fmt: skip
    call[4:4] = ["firsts[s, k]", "lasts[s, k]"]
    call += [
        "times[rows[p]:passed(times, ends[s, k])]", _columns(request, "[rows[p]:]"), "until - steps[p]", "numbers[p]",
        _arrays(layout), tables, "base", "interval",
    ]  # fmt: skip
    body = [
        '"""Let a block of points go on, each as `pair` does one, through all of their spans."""',
        "for q in range(begin, stop):",
        f"{INDENT}p = which[q]",
        f"{INDENT}s = p if counts.size > 1 else 0",
        f"{INDENT}while True:",
        f"{INDENT * 2}k = span[p]",
        f"{INDENT * 2}status[p], time[p], proposal[p], taken, made = pair({', '.join(call)})",
        f"{INDENT * 2}steps[p] += taken",
        f"{INDENT * 2}rows[p] += made",
        f"{INDENT * 2}fresh[p] = False",
        f"{INDENT * 2}if status[p] != {Status.DONE:d} or k + 1 == counts[s]:",
        f"{INDENT * 3}break",
        f"{INDENT * 2}span[p], fresh[p] = k + 1, True",
    ]
    arguments = (
        "begin, stop, which, status, span, fresh, time, y, proposal, steps, rows, columns, until, counts, ends, "
        "firsts, lasts, rtol, atol, max_step, given_step, times, numbers, arrays, tables, base, interval"
    )
    return _function(layout, f"pair_many({arguments})", body)


def _function(layout: Layout, head: str, body: Iterable[str]) -> str:
    layout.used.add("own")
    return "\n".join([JIT, f"def {head}:", *(INDENT + line for line in body)])


def _arrays(layout: Layout) -> str:
    """Return the arrays of a point."""
    count = sum(1 for constant in layout.constants.known.values() if constant.shape)
    return _tuple(f"own(arrays[{place}], p)" for place in range(count))


def _columns(request: ProgramRequest, rows: str = "") -> str:
    """Return what is recorded of a point."""
    return _tuple(f"columns[{number}][p]{rows}" for number in range(len(request.recorded)))


def _tuple(items: Iterable[str]) -> str:
    texts = list(items)
    return f"({texts[0]},)" if len(texts) == 1 else f"({', '.join(texts)})"
