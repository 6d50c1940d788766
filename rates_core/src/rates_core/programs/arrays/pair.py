"""Print the loop of an embedded pair for an array library: steps, their control, rows between them.

The control is that of `rates_core.solvers.step_control`: section II.4 of [hairer1993]. Whatever belongs to points has a
first axis for them, and times and sizes of steps a last one of length 1, so that they meet states.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from rates_core.programs.arrays.inputs import on_grid_text
from rates_core.programs.arrays.language import ArrayLanguage
from rates_core.solvers.step_control import (
    COARSE,
    LARGEST_FACTOR,
    MOST_REJECTIONS,
    SAFETY,
    SMALLEST_FACTOR,
    SMALLEST_STEP,
    growth_power,
)
from rates_core.solvers.tableau import Tableau

NORMS = ("fine", "coarse")

INPUTS_AT = '''\
def inputs_at(samples, t, base, spacing):
    """Return all inputs at times: samples on a grid, and lines between them."""
    place = on_grid(t, base, spacing)
    return tuple(fed(table, place) for table in samples)'''

NORM = '''\
def norm(values):
    """Return the root of the mean square of each row."""
    return {sqrt}({mean}(values*values, -1))[..., None]'''

DAMPED = '''\
def damped(fine, coarse):
    """Return the norm of an error, made smaller where that of a second, coarser one is much larger."""
    ratio = {coarse_share}*(coarse/fine)
    return {where}((fine == 0) | ~finite(fine), fine, fine/{sqrt}(1.0 + ratio*ratio))'''

GROWTH = '''\
def growth_of(size):
    """Return by how much the next step is longer than one with this error: 1 is just tolerated, NaN far too large."""
    wanted = {clip}({safety}*size**-{power}, {smallest_factor}, {largest_factor})
    return {where}(size == size, wanted, {smallest_factor})'''

FIRST_STEP = '''\
def first_step_of(slope, t, y, k1, longest, rtol, atol):
    """Return a step whose error is about a hundredth of what is tolerated; one evaluation."""
    scale = atol + {abs}(y)*rtol
    level, steep = norm(y/scale), norm(k1/scale)
    small = {min}({where}((level >= 1e-5) & (steep >= 1e-5), 0.01*level/steep, 1e-6), longest)
    bend = norm((slope(t + small, y + small*k1) - k1)/scale)/small
    steepest = {where}(bend > steep, bend, steep)
    least = {where}(small > 1e-3, 1e-3*small, 1e-6)
    wanted = {where}(steepest > 1e-15, (0.01/steepest)**{power}, least)
    return {where}(finite(steepest), {min}({min}(100*small, wanted), longest), small)'''

TRAVELLED = '''\
def travelled(
    derivative, observe, t, y, proposal, status, fresh, end, first, last, rtol, atol, max_step, first_step, times, due,
    columns, most, samples, base, spacing
):
    """Advance points towards their ends by up to `most` steps, each point by its own; keep rows at times passed.

    Args:
        derivative: that of the model.
        observe: what a row holds.
        t: where points are.
        y: their states.
        proposal: sizes of their next steps; NaN to choose them.
        status: 0 for points that go on; then 1 at the end, 2 where the derivative is no finite number, 3 if steps
            become too small, 4 if the derivative is no finite number behind that.
        fresh: 1 where a first step has to be chosen, else 0.
        end: where points go.
        first: times before which no derivative is evaluated,
        last: and those behind which none is.
        rtol: relative tolerances of the entries of states,
        atol: and absolute ones.
        max_step: no step is longer.
        first_step: of a run; NaN to choose it.
        times: where rows are wanted, ascending; then infinity.
        due: number of the next row of each point.
        columns: for rows; the last one is for those that nobody wants.
        most: number of steps of each point.
        samples: of inputs,
        base: position of the first ones, in spacings from time 0,
        spacing: and the time between them.
    """
    more, done, bad_derivative, too_small, undefined = (whole(number) for number in range(5))
    unwanted, none = times.shape[0] - 1, {where}(status == status, more, status)

    def slope(t, y):
{slope}

    def recorded(due, columns, here, stop, state_at):
        def waiting(due, columns):
            return here & (picked(times, due, -1) <= stop)

        def kept(due, columns):
            now, wanted = picked(times, due, -1), waiting(due, columns)
            row = observe(now[..., 0], state_at(now), {inputs}, (), ())
            place = {where}(wanted, due, unwanted)
            columns = tuple(put(column, place, value) for column, value in zip(columns, row, strict=True))
            return {where}(wanted, due + 1, due), columns

        return while_any(waiting, kept, (due, columns))

    def going(t, y, k1, proposal, wanted, rejections, steps, status, due, columns):
        return (status == more) & (steps < most)

    def attempt(t, y, k1, proposal, wanted, rejections, steps, status, due, columns):
        shortest = {smallest_step}*spacing_of(t)
        wanted = {where}(rejections > 0, wanted, {max}({min}(proposal, max_step), shortest))
        stop = {min}(t + wanted, end)
        h = stop - t
        new, slopes, after, size = tried(slope, t, stop, y, k1, rtol, atol)
        growth = growth_of(size)
        on = going(t, y, k1, proposal, wanted, rejections, steps, status, due, columns)
        good, bad, closes = on & (size < 1), on & ~(size < 1), stop == end
{rows}
        cautious, bold = {where}(growth < 1, h*growth, h), {where}(closes & (wanted > h*growth), wanted, h*growth)
        proposal = {where}(good, {where}(rejections > 0, cautious, bold), proposal)
        wanted, rejections = h*growth, {where}(bad, rejections + 1, 0)
        status = {where}(good & closes, done, {where}(good & ~finite(after), bad_derivative, status))
        lost = bad & ((wanted < shortest) | (rejections == {most_rejections}))
        status = {where}(lost, {where}(size == size, too_small, undefined), status)
        steps = {where}(good, steps + 1, steps)
        t, y, k1 = {where}(good, stop, t), {where}(good, new, y), {where}(good, after, k1)
        return t, y, k1, proposal, wanted, rejections, steps, status, due, columns

    on = status == more
    due, columns = recorded(due, columns, on, t, lambda now: y)
    k1 = slope(t, y)
    chosen = first_step_of(slope, t, y, k1, {min}(end - t, max_step), rtol, atol)
    continued = {where}(proposal < {largest_factor}*chosen, proposal, {largest_factor}*chosen)
    begun = {where}(first_step == first_step, first_step, chosen)
    proposal = {where}(fresh == 1, {where}(proposal == proposal, continued, begun), proposal)
    status = {where}(on & ~finite(k1), bad_derivative, {where}(on & (t >= end), done, status))
    t, y, k1, proposal, _, _, steps, status, due, columns = while_any(
        going, attempt, (t, y, k1, proposal, proposal, none, none, status, due, columns)
    )
    return t, y, proposal, steps, status, due, columns'''


def pair_text(tableau: Tableau, taken: Mapping[str, Sequence[str]], language: ArrayLanguage, seen: Seen) -> list[str]:
    """Return functions that run an embedded pair: the last is one of the parameters and returns the loop.

    Args:
        tableau: the method.
        taken: names of the parameters that `vector_field` and `recorder` take.
        language: of the library.
        seen: what the derivative and rows look at.
    """
    pair = _Pair(tableau, language, seen)
    arguments = ", ".join(dict.fromkeys(name for names in taken.values() for name in names))
    calls = ", ".join(f"{name}({', '.join(names)})" for name, names in taken.items())
    outer = [
        f"def pair({arguments}):",
        f'    """Return what takes steps of {tableau.name}, as long as their errors allow."""',
        f"    return partial(travelled, {calls})",
    ]
    return [*pair.texts(), "\n".join(outer)]


@frozen
class Seen:
    """What a derivative looks at.

    Attributes:
        time: time, or inputs.
        inputs: whether there are inputs, which rows may look at too.
        anything: time, inputs or states.
    """

    time: bool
    inputs: bool
    anything: bool


class _Pair:
    def __init__(self, tableau: Tableau, language: ArrayLanguage, seen: Seen) -> None:
        self.tableau, self.language, self.seen = tableau, language, seen
        self.names = {
            **language.functions, **language.shaping, "power": repr(growth_power(tableau.estimated_order)),
            "safety": SAFETY, "coarse_share": COARSE, "smallest_factor": SMALLEST_FACTOR,
            "largest_factor": LARGEST_FACTOR, "smallest_step": SMALLEST_STEP, "most_rejections": MOST_REJECTIONS,
            "inputs": "inputs_at(samples, now, base, spacing)" if seen.inputs else "()",
        }  # fmt: skip

    def texts(self) -> list[str]:
        """Return the functions that do not take parameters."""
        inputs = [on_grid_text(self.language), INPUTS_AT] if self.seen.inputs else []
        known = [NORM, *([DAMPED] if len(self.tableau.errors) > 1 else []), GROWTH, FIRST_STEP]
        written = [self.tried(), *([self.completed()] if self.late else []), self.between()]
        travelled = TRAVELLED.format(slope=_inner(self.slope(), 2), rows=_inner(self.rows(), 2), **self.names)
        return [*inputs, *(text.format(**self.names) for text in known), *written, travelled]

    @property
    def known(self) -> list[int]:
        """Return the stages that every step computes: for the new point, for its error, and the one at its end."""
        found = [*range(self.tableau.tried)]
        return found if self.tableau.at_end in {None, *found} else [*found, self.tableau.at_end or 0]

    @property
    def late(self) -> list[int]:
        """Return the stages that only rows inside a step need."""
        return [number for number in range(self.tableau.stages) if number not in self.known]

    def slope(self) -> list[str]:
        """Return the lines of the derivative, seen from inside the span."""
        if not self.seen.time:
            return [self.returned("derivative(t, y, (), (), ())")]
        return [
            f"now = {self.names['clip']}(t, first, last)",
            self.returned(f"derivative(now[..., 0], y, {self.names['inputs']}, (), ())"),
        ]

    def returned(self, slope: str) -> str:
        """Return the line that returns a slope of each point, which one that looks at nothing is not."""
        return f"return {slope}" if self.seen.anything else f"return {self.names['broadcast_to']}({slope}, y.shape)"

    def rows(self) -> list[str]:
        """Return the lines that record within an accepted step."""
        slopes = "every" if self.late else "slopes"
        lines = [
            "def inside(now):",
            f"    return {self.names['where']}(now == stop, new, between((now - t)/h, h, y, {slopes}))",
            "",
        ]
        call = "recorded(due, columns, good, stop, inside)"
        if not self.late:
            return ["", *lines, f"due, columns = {call}"]
        return [
            "",
            "def rows():",
            *_indented(["every = completed(slope, t, h, y, slopes)", "", *lines, f"return {call}"]),
            "",
            "due, columns = if_any(good & (picked(times, due, -1) <= stop), rows, (due, columns))",
        ]

    def tried(self) -> str:
        """Return the function that tries a step."""
        tableau, names = self.tableau, self.names
        lines = ["h = end - t", *self.stages(range(1, tableau.advancing)), f"new = {_moved(tableau.weights)}"]
        lines += self.stages(number for number in self.known if number >= tableau.advancing)
        after = "slope(end, new)" if tableau.at_end is None else f"k{tableau.at_end + 1}"
        norms = [f"{name} = norm(h*{_blend(row)}/scale)" for name, row in zip(NORMS, tableau.errors, strict=False)]
        size = NORMS[0] if len(norms) == 1 else f"damped({', '.join(NORMS)})"
        return _function(
            "tried(slope, t, end, y, k1, rtol, atol)",
            [
                f'"""Return the state after a step of {tableau.name}, slopes in it, that at its end, and its error."""',
                *lines,
                f"scale = atol + {names['max']}({names['abs']}(y), {names['abs']}(new))*rtol",
                *norms,
                f"slopes = {self.slopes(self.known)}",
                f"return new, slopes, {after}, {size}",
            ],
        )

    def completed(self) -> str:
        """Return the function that computes the stages that only rows need."""
        return _function(
            "completed(slope, t, h, y, slopes)",
            [
                '"""Return all slopes that a state inside a step rests on."""',
                f"{self.slopes(self.known)} = slopes",
                *self.stages(self.late),
                f"return {self.slopes(range(self.tableau.stages))}",
            ],
        )

    @staticmethod
    def slopes(numbers: Iterable[int]) -> str:
        """Return the names of the slopes of some stages."""
        return ", ".join(f"k{number + 1}" for number in numbers)

    def stages(self, numbers: Iterable[int]) -> list[str]:
        """Return the lines that compute some stages, each from those before it."""
        lines, tableau = [], self.tableau
        for number in numbers:
            node = tableau.nodes[number] if self.seen.time else 0
            time = "t" if node == 0 else "t + h" if node == 1 else f"t + {node!r}*h"
            given = "end, new" if number == tableau.at_end else f"{time}, {_moved(tableau.row(number))}"
            lines.append(f"k{number + 1} = slope({given})")
        return lines

    def between(self) -> str:
        """Return the function that is the interpolant."""
        dense = self.tableau.dense or ()
        used = [number for number, row in enumerate(dense) if any(row)]
        given = ", ".join(f"k{number + 1}" if number in used else "_" for number in range(self.tableau.stages))
        weights = [f"b{number + 1} = {_polynomial(dense[number])}" for number in used]
        terms = " + ".join(f"b{number + 1}*k{number + 1}" for number in used)
        return _function(
            "between(share, h, y, slopes)",
            [
                '"""Return states that are a share of a step behind y."""',
                f"{given} = slopes",
                *weights,
                f"return y + h*({terms})",
            ],
        )


def _moved(row: Sequence[float]) -> str:
    """Return the state, moved along slopes that are weighted by one row of the tableau."""
    return f"y + h*{_blend(row)}" if any(row) else "y"


def _blend(row: Sequence[float]) -> str:
    """Return the text of a sum of slopes that are weighted by one row of the tableau."""
    used = [(repr(value), f"k{number + 1}") for number, value in enumerate(row) if value]
    weights, slopes = (_tuple(texts) for texts in zip(*used, strict=True))
    return f"blend({weights}, {slopes})"


def _tuple(texts: Sequence[str]) -> str:
    return f"({texts[0]},)" if len(texts) == 1 else f"({', '.join(texts)})"


def _polynomial(row: Sequence[float]) -> str:
    """Return the text of a polynomial in `share`, without a constant."""
    text = ""
    for value in reversed(row):
        if text:
            text = f"({value!r} + {text})" if value else text
        elif value:
            text = repr(value) if value > 0 else f"({value!r})"
        text = f"share*{text}" if text else ""
    return text


def _function(head: str, body: Iterable[str]) -> str:
    return f"def {head}:\n{_inner(body, 1)}"


def _inner(lines: Iterable[str], depth: int) -> str:
    return "\n".join(_indented(lines, depth))


def _indented(lines: Iterable[str], depth: int = 1) -> list[str]:
    return ["    " * depth + line if line else "" for line in lines]
