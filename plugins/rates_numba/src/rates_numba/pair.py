"""Print the loop of an embedded pair: steps, their control, rows between them.

The control is that of `rates_core.solvers.step_control`: section II.4 of [hairer1993].
"""

from __future__ import annotations

from collections.abc import Sequence

from rates_core.programs.pair import Status
from rates_core.solvers.step_control import LARGEST_FACTOR, SAFETY, SMALLEST_FACTOR
from rates_core.solvers.tableau import Tableau

from rates_numba.function_text import JIT
from rates_numba.layout import Layout
from rates_numba.loop import increment
from rates_numba.writer import INDENT

MOST_REJECTIONS = 200  # of one step
HELPERS = ("spacing", "root_mean_square", "all_finite")


def pair_text(tableau: Tableau, layout: Layout) -> str:
    """Return the text of the first step's choice and of the loop."""
    pair = Pair(tableau, layout)
    return "\n\n\n".join(["\n".join(pair.first_step()), "\n".join(pair.loop())])


class Pair:
    """The loop of one embedded pair over one System."""

    def __init__(self, tableau: Tableau, layout: Layout) -> None:
        assert tableau.error is not None
        assert tableau.error_order is not None
        assert tableau.dense is not None
        self.tableau, self.layout = tableau, layout
        self.error, self.dense = tableau.error, tableau.dense
        self.width = layout.system.width
        self.power = 1 / (min(tableau.order, tableau.error_order) + 1)
        layout.used.update(HELPERS)
        if tableau.coarse_error is not None:
            layout.used.add("damped")
        if layout.system.inputs:
            layout.used.add("sampled")

    def _call(self, function: str, time: str, state: str, *rest: str) -> str:
        """Return a call at a time; external inputs are those of that time."""
        place = f"({time})/interval - base"
        inputs = [f"sampled(tables[{number}], {place})" for number in range(len(self.layout.system.inputs))]
        return f"{function}({', '.join([time, state, *rest, 'numbers', 'arrays', *inputs])})"

    def _slope(self, time: str, state: str, target: str) -> list[str]:
        """Return the lines that evaluate the derivative, on the right side of the times that bound the span."""
        return [f"now = min(max({time}, first), last)", self._call("derivative", "now", state, target)]

    def _each(self, *lines: str) -> list[str]:
        return [f"for i in range({self.width}):", *(INDENT + line for line in lines)]

    def first_step(self) -> list[str]:
        """Return the function that chooses a step whose error is a hundredth of what is tolerated."""
        body = [
            '"""Return a step whose error is about a hundredth of what is tolerated; one evaluation."""',
            f"size, slope, moved = np.empty({self.width}), np.empty({self.width}), np.empty({self.width})",
            *self._each(
                "scale = atol[i] + abs(y[i])*rtol[i]",
                "size[i] = y[i]/scale",
                "slope[i] = f[i]/scale",
            ),
            "level, steep = root_mean_square(size), root_mean_square(slope)",
            "small = 1e-6 if level < 1e-5 or steep < 1e-5 else 0.01*level/steep",
            "small = min(small, longest)",
            *self._each("moved[i] = y[i] + small*f[i]"),
            *self._slope("t + small", "moved", "slope"),
            *self._each("slope[i] = (slope[i] - f[i])/(atol[i] + abs(y[i])*rtol[i])"),
            "steepest = root_mean_square(slope)/small",
            "steepest = steep if not steepest > steep and not steepest != steepest else steepest",
            "if not math.isfinite(steepest):",
            f"{INDENT}return small",
            f"wanted = max(1e-6, small*1e-3) if steepest <= 1e-15 else math.pow(0.01/steepest, {self.power!r})",
            "return min(100.0*small, wanted, longest)",
        ]
        head = "def first_step(t, first, last, y, f, longest, rtol, atol, numbers, arrays, tables, base, interval):"
        return [JIT, head, *(INDENT + line for line in (body if self.width else [body[0], "return longest"]))]

    def loop(self) -> list[str]:
        """Return the loop."""
        arguments = (
            "t, y, proposal, end, first, last, fresh, rtol, atol, max_step, given_step, times, columns, most, numbers, "
            "arrays, tables, base, interval"
        )
        stages = [f"k{number + 1} = np.empty({self.width})" for number in range(self.tableau.stages)]
        body = [
            f'"""Advance y towards end by up to `most` steps of {self.tableau.name}; keep rows at times passed.',
            "",
            "Returns: how it ended, time, size of the next step, number of steps, number of rows.",
            '"""',
            *stages,
            *(f"{name} = np.empty({self.width})" for name in ("moved", "new", *self._errors())),
            "steps = due = 0",
            "while due < times.size and times[due] <= t:",
            INDENT + self._call("observe", "times[due]", "y", "columns", "due"),
            f"{INDENT}due += 1",
            *self._slope("t", "y", "k1"),
            "if not all_finite(k1):",
            f"{INDENT}return {Status.BAD_DERIVATIVE:d}, t, proposal, steps, due",
            "if fresh:",
            f"{INDENT}longest = min(end - t, max_step)",
            f"{INDENT}if proposal != proposal and given_step == given_step:",
            f"{INDENT * 2}proposal = given_step",
            f"{INDENT}else:",
            f"{INDENT * 2}chosen = first_step(t, first, last, y, k1, longest, rtol, atol, numbers, arrays, tables, "
            "base, interval)",
            f"{INDENT * 2}proposal = chosen if proposal != proposal else min(proposal, {LARGEST_FACTOR!r}*chosen)",
            "while t < end:",
            *(INDENT + line for line in self._one_step()),
            f"return {Status.DONE:d}, t, proposal, steps, due",
        ]
        return [JIT, f"def pair({arguments}):", *(INDENT + line for line in body)]

    def _one_step(self) -> list[str]:
        return [
            "if steps == most:",
            f"{INDENT}return {Status.MORE:d}, t, proposal, steps, due",
            "smallest = 10*spacing(t)",
            "wanted = max(min(proposal, max_step), smallest)",
            "rejections, size = 0, 0.0",
            "while True:",
            f"{INDENT}if wanted < smallest or rejections == {MOST_REJECTIONS}:",
            f"{INDENT * 2}return ({Status.UNDEFINED:d} if size != size else {Status.TOO_SMALL:d}), "
            "t, proposal, steps, due",
            *(INDENT + line for line in self._attempt()),
            "if rejections:",
            f"{INDENT}proposal = h*min(1.0, growth)",
            "else:",
            f"{INDENT}proposal = max(wanted if stop == end else 0.0, h*growth)",
            *self._accepted(),
            *self._rows(),
            "y[:] = new",
            "t = stop",
            "steps += 1",
            "if t < end:",
            *(INDENT + line for line in self._next()),
        ]

    def _accepted(self) -> list[str]:
        """Return the lines that evaluate the derivative at the new point, if it is a stage that no error needs."""
        number = self.tableau.at_end
        return [] if number is None or number < self.tableau.tried else self._slope("stop", "new", f"k{number + 1}")

    def _next(self) -> list[str]:
        """Return the lines that have the first stage of the next step."""
        number = self.tableau.at_end
        known = self._slope("t", "y", "k1") if number is None else [f"k1[:] = k{number + 1}"]
        return [
            *known,
            "if not all_finite(k1):",
            f"{INDENT}return {Status.BAD_DERIVATIVE:d}, t, proposal, steps, due",
        ]

    def _errors(self) -> dict[str, tuple[float, ...]]:
        """Return the weights of the errors by the name of the array that holds one."""
        coarse = self.tableau.coarse_error
        return {"error": self.error} | ({} if coarse is None else {"coarse": coarse})

    def _stage(self, stage: int) -> list[str]:
        """Return the lines that compute a stage."""
        tableau = self.tableau
        if stage == tableau.at_end:
            return self._slope("stop", "new", f"k{stage + 1}")
        return [
            *self._each(f"moved[i] = y[i]{self._moved(tableau.matrix[stage])}"),
            *self._slope(f"t + {tableau.nodes[stage]!r}*h", "moved", f"k{stage + 1}"),
        ]

    def _attempt(self) -> list[str]:
        """Return the lines that try a step and leave the loop if its error is tolerated."""
        tableau = self.tableau
        lines = ["stop = min(t + wanted, end)", "h = stop - t"]
        for stage in range(1, tableau.advancing):
            lines += self._stage(stage)
        lines += self._each(f"new[i] = y[i]{self._moved(tableau.weights)}")
        for stage in range(tableau.advancing, tableau.tried):
            lines += self._stage(stage)
        differences = [
            f"{name}[i] = {self._moved(row).removeprefix(' + ')}/scale" for name, row in self._errors().items()
        ]
        lines += self._each("scale = atol[i] + max(abs(y[i]), abs(new[i]))*rtol[i]", *differences)
        norms = [f"root_mean_square({name})" for name in self._errors()]
        return [
            *lines,
            f"size = {norms[0]}" if len(norms) == 1 else f"size = damped({', '.join(norms)})",
            "if size == 0.0:",
            f"{INDENT}growth = {LARGEST_FACTOR!r}",
            "elif size > 0.0:",
            f"{INDENT}growth = min({LARGEST_FACTOR!r}, max({SMALLEST_FACTOR!r}, {SAFETY!r}*math.pow(size, "
            f"{-self.power!r})))",
            "else:",
            f"{INDENT}growth = {SMALLEST_FACTOR!r}",
            "if size < 1.0:",
            f"{INDENT}break",
            "wanted = h*growth",
            "rejections += 1",
        ]

    def _interpolating(self) -> list[str]:
        """Return the lines that compute what only the interpolant needs, where a row lies inside the step."""
        tableau = self.tableau
        stages = [stage for stage in range(tableau.tried, tableau.stages) if stage != tableau.at_end]
        if not stages:
            return []
        lines = [line for stage in stages for line in self._stage(stage)]
        return ["if due < times.size and times[due] < stop:", *(INDENT + line for line in lines)]

    def _rows(self) -> list[str]:
        """Return the lines that record at wanted times within an accepted step."""
        degree = max(len(row) for row in self.dense)
        terms = []
        for stage, row in enumerate(self.dense):
            powers = [f"{value!r}*theta{power + 1}" for power, value in enumerate(row) if value]
            if powers:
                terms.append(f"({' + '.join(powers)})*k{stage + 1}[i]")
        thetas = ["theta1 = (times[due] - t)/h"]
        thetas += [f"theta{power} = theta{power - 1}*theta1" for power in range(2, degree + 1)]
        return [
            *self._interpolating(),
            "while due < times.size and times[due] <= stop:",
            f"{INDENT}if times[due] == stop:",
            INDENT * 2 + self._call("observe", "times[due]", "new", "columns", "due"),
            f"{INDENT}else:",
            *(INDENT * 2 + line for line in thetas),
            *(INDENT * 2 + line for line in self._each(f"moved[i] = y[i] + h*({' + '.join(terms)})")),
            INDENT * 2 + self._call("observe", "times[due]", "moved", "columns", "due"),
            f"{INDENT}due += 1",
        ]

    def _moved(self, row: Sequence[float]) -> str:
        return increment([(value, f"k{stage + 1}[i]") for stage, value in enumerate(row) if value])
