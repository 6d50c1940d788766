"""What printers have to know of an array library."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Mapping
from importlib import resources
from itertools import count
from types import ModuleType

from attrs import field, frozen

#: Functions of the generated module itself.
OWN = frozenset({
    "vector_field", "derivative", "recorder", "observe", "slots", "store", "linearisation", "entries", "jacobian",
    "events", "updated", "delays", "steps", "step", "row", "states", "kept", "read", "integrator", "rollout", "pair",
    "travelled", "tried", "completed", "between", "norm", "damped", "growth_of", "first_step_of", "inputs_at",
    "on_grid",
})  # fmt: skip
#: Other names that generated code gives to what is not the model's.
ARGUMENTS = frozenset({
    "t", "y", "h", "k", "inputs", "reads", "draws", "past", "values", "history", "buffer", "buffers", "gathers",
    "first", "math", "partial", "FLOAT", "COMPLEX",
})  # fmt: skip

_numbers = count(1)  # of loaded modules


@frozen(eq=False)
class ArrayLanguage:
    """One array library: names of its functions, and what is written into generated modules where it has none.

    Generated code calls these helpers; each is a function, and `helpers` holds its text or that of an import. Axes are
    counted from the right, because batch axes stand in front:

    * `number(value)`: a Python number as an array without axes.
    * `truth(condition)`: 1.0 where a condition holds, else 0.0.
    * `crossed(x, slope)`: 1.0 where x > 0, else 0.0, with the derivative `0.5*slope/(1 + slope*|x|)^2`.
    * `wide(value, size)`: a value without axis, repeated along a new last axis.
    * `joined(*parts)`: vectors one behind the other; their batch axes are broadcast.
    * `picked(values, index, axis)`: entries of an axis (-1 or -2), by whole numbers that no batch axis changes.
    * `looked_up(values, index)`: entries of the last axis, by whole numbers that may differ from batch to batch.
    * `places(numbers, size)`: computed places as whole numbers; an IndexError where one is none from 0 to size - 1.
    * `summed(values, rows, size)`: for each of `size` rows the sum of the values that belong to it.
    * `matvec(matrix, vector)` and `flat(matrix)`: a product, and the rows of a matrix one behind the other.
    * `in_rows(values, rows, columns)`: vectors as matrices.
    * `row_sums(weights, values, rows, columns)`: the sums of the rows of these, each entry times its weight.
    * `real(value)`, `complex_array(value)` and `whole(value)`: plain arguments of a function as arrays.
    * `sampled(samples, t, step_size)`: inputs of a function.
    * `buffered(buffer, t, delay, step_size, samples)`: its past values. A row of the buffer as it is where `t - delay`
      lies on the grid; else the polynomial through the `samples` rows around it, moved to where there are rows, or
      through all if there are fewer; behind the last row that row.
    * `complex_of(real, imaginary)` and `interleaved(z)`: complex numbers from parts, and parts side by side.
    * `rows_of(step, row, states, kept, read, y, h, first, samples, stride, inputs, draws, blank, buffers, gathers)`:
      the loop over fixed steps. `step`, `row` and `kept` take the number of a step, h, y, inputs, draws and the past:
      what `read` returns of buffers for the gathers of each node of the method. Tables of inputs and draws have a first
      axis of steps, from that numbered `first` on. At the start of step k, what `states` returns of y is written into
      row `k % size + size` of buffers of `2 * size` rows, then what `kept` returns where that was None; reads look back
      to row `k % size`. It returns the end, arrays of rows, as many as `blank` is long, of which those behind the first
      `samples` mean nothing, and the buffers.
    * `rolled(step, row, states, kept, read, y, h, first, samples, stride, inputs, draws, windows, gathers, together,
      segment)`: the same for derivatives; see that of rates-jax.
    * `while_any(going, body, state)`: a tuple of arrays, and tuples of such, that `body` has made into the next one as
      long as some entry of what `going` says of it holds: the loop over steps whose errors are controlled.
    * `blend(weights, slopes)`: a sum of arrays, each times a Python number.
    * `if_any(condition, function, values)`: what a function returns if some entry holds, else values of the same form.
    * `finite(values)`: whether all entries of the last axis are, which keeps its place with the length 1.
    * `spacing_of(t)`: the distance from the size of a number to the next larger one.
    * `fed(samples, place)`: samples of points, or of all of them, `[points or 1, steps, ...]`, at places `[points, 1]`:
      linear between samples, constant beyond them.
    * `put(rows, place, values)`: rows `[points, rows, ...]` with one value of each point, at places `[points, 1]`.
    * `late(buffer, gather, first)`: delayed values, as `rates_core.delays.strategy.Gather` says, in a buffer from a row
      on; for several rows with an axis for these. Gathers of many points have an axis for them in front. Where runtimes
      say `points_last`, this axis has length 1 if all points read alike: places are then those of rows of points, in
      buffers whose last axis are these. If `columnwise`, a fourth argument may tell how many columns the rows have that
      are summed of what it returns.
    * `written(buffer, value, place)`: a buffer with a value in a row, and `size` rows before it.
    * `as_complex(x)`: a real array as a complex one; only if `strict`.

    Attributes:
        library: its name, for comments.
        imports: lines.
        functions: callable for each function of the language, of real arrays.
        complex_functions: those that are others for complex arrays.
        helpers: text of the functions above and of what `functions` names besides the library's own.
        precisions: per floating-point type the lines that name `FLOAT` and `COMPLEX`.
        strict: whether real and complex arrays may not meet.
        shaping: names of what the loop of embedded pairs needs besides: `clip` and `broadcast_to`.
        compiled: what compiles an exported function, as an import statement and the text of a callable, or None.
        columnwise: whether `late` is told of sums of rows.
        surrogate: slope of the smooth steps whose derivatives conditions of events have, or None if they have none.
        setup: per floating-point type what a module does first where it runs alone; a runtime does it its own way.
    """

    library: str
    imports: tuple[str, ...]
    functions: Mapping[str, str]
    helpers: Mapping[str, str]
    precisions: Mapping[str, tuple[str, ...]]
    complex_functions: Mapping[str, str] = field(factory=dict)
    strict: bool = False
    setup: Mapping[str, tuple[str, ...]] = field(factory=dict)
    shaping: Mapping[str, str] = field(factory=dict)
    compiled: tuple[str, str] | None = None
    columnwise: bool = False
    surrogate: float | None = None

    @property
    def reserved(self) -> frozenset[str]:
        """Return the words that no variable of a model may have in generated code."""
        words = {word for line in self.imports for word in re.findall(r"\w+", line)}
        return frozenset({*keyword.kwlist, *keyword.softkwlist, *self.helpers, *words, *OWN, *ARGUMENTS})

    def module(self, title: str, texts: list[str], precision: str) -> str:
        """Return a module: what it is, its imports, the helpers that some texts call, and these texts."""
        text = "\n".join(texts)
        used = self._called(text)
        helpers = [text for name, text in self.helpers.items() if name in used]
        about = f'"""{title}: generated by rates. This module needs {self.library} only."""'
        standard = ["import math", *(["from functools import partial"] if "partial(" in text else [])]
        head = [about, "", *standard, "", *self.imports]
        kinds = "\n".join((*self.setup.get(precision, ()), *self.precisions[precision]))
        return "\n\n\n".join(["\n".join(head) + f"\n\n{kinds}", *helpers, *texts]) + "\n"

    def loaded(self, source: str) -> ModuleType:
        """Return a generated module, without what only one that runs alone has to do.

        Its name is its own: compilers of the library keep modules by their names.
        """
        for line in (line for lines in self.setup.values() for line in lines):
            source = source.replace(f"\n{line}\n", "\n", 1)
        module = ModuleType(f"rates_generated_{next(_numbers)}")
        code = compile(source, "<generated by rates>", "exec")
        exec(code, module.__dict__)  # noqa: S102 - generated text; names and expressions went through our parser
        return module

    def _called(self, text: str) -> set[str]:
        """Return the helpers that a text calls, and those that they call."""
        found: set[str] = set()
        waiting = [text]
        while waiting:
            part = waiting.pop()
            names = {*re.findall(r"(?<![.\w])([a-z_0-9]+)\(", part), *re.findall(r"\bpartial\(([a-z_0-9]+)", part)}
            new = (names & self.helpers.keys()) - found
            found |= new
            waiting += [self.helpers[name].partition(":\n")[2] for name in new]
        return found


def texts_of(package: str, file: str) -> dict[str, str]:
    """Return the text of each function in a file of an installed package, which is not imported.

    To a function belong constants that are made right behind it.
    """
    text = resources.files(package).joinpath(file).read_text(encoding="utf-8")
    lines, found, name = text.splitlines(), {}, ""
    for item in ast.parse(text).body:
        own = "\n".join(lines[item.lineno - 1 : item.end_lineno])
        if isinstance(item, ast.FunctionDef):
            name = item.name
            found[name] = own
        elif isinstance(item, ast.Assign) and name:
            found[name] += f"\n\n\n{own}"
    return found
