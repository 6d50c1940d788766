"""Print the loop of an embedded pair: steps, their control, rows between them.

The control is that of `rates_core.solvers.step_control`: section II.4 of [hairer1993].
"""

from __future__ import annotations

from collections.abc import Iterable

from rates_core.programs.pair import Status
from rates_core.solvers.step_control import LARGEST_FACTOR, MOST_REJECTIONS, SAFETY, SMALLEST_FACTOR, growth_power
from rates_core.solvers.tableau import Tableau

from rates_numba.function_text import INNER_JIT, JIT
from rates_numba.layout import Layout
from rates_numba.module import slopes_text
from rates_numba.vectors import vectors_of
from rates_numba.writer import INDENT


def pair_text(tableau: Tableau, layout: Layout) -> str:
    """Return the text of the first step's choice and of the loop."""
    pair = Pair(tableau, layout)
    texts = [slopes_text(layout)] if pair.vectors.single else []
    return "\n\n\n".join([*texts, *pair.vectors.definitions(), "\n".join(pair.first_step()), "\n".join(pair.loop())])


class Pair:
    """The loop of one embedded pair over one System."""

    def __init__(self, tableau: Tableau, layout: Layout) -> None:
        self.tableau, self.layout = tableau, layout
        self.vectors = vectors_of(tableau, layout)
        self.past = self.vectors.past
        self.power = growth_power(tableau.estimated_order)
        if tableau.coarse_error is not None:
            layout.used.add("damped")
        if layout.system.inputs:
            layout.used.add("sampled")

    def _observe(self, state: str) -> list[str]:
        call = self.vectors.at("observe", "times[due]", self.vectors.whole(state), "columns", "due")
        return [*self.past.read("times[due]"), call]

    def first_step(self) -> list[str]:
        """Return the function that chooses a step whose error is a hundredth of what is tolerated."""
        summary = '"""Return a step whose error is about a hundredth of what is tolerated; one evaluation."""'
        body = [
            *self.vectors.first_step(),
            "steepest = steep if not steepest > steep and not steepest != steepest else steepest",
            "if not math.isfinite(steepest):",
            f"{INDENT}return small",
            f"wanted = larger(1e-6, small*1e-3) if steepest <= 1e-15 else math.pow(0.01/steepest, {self.power!r})",
            "return smaller(smaller(100.0*small, wanted), longest)",
        ]
        given = ["t, first, last, y, f, longest, rtol, atol, numbers, arrays, tables, base, interval", *self.past.given]
        lines = [*self.past.begin(), *body] if self.layout.system.width else ["return longest"]
        return [INNER_JIT, f"def first_step({', '.join(given)}):", *_inner([summary, *lines])]

    def loop(self) -> list[str]:
        """Return the loop."""
        arguments = (
            "t, y, proposal, end, first, last, fresh, rtol, atol, max_step, given_step, times, columns, most, numbers, "
            "arrays, tables, base, interval"
        )
        given = [arguments, *self.past.given, *self.past.fitting]
        kept, stored = (", kept", ", number of stored steps") if self.past.given else ("", "")
        body = [
            f'"""Advance y towards end by up to `most` steps of {self.tableau.name}; keep rows at times passed.',
            "",
            f"Returns: how it ended, time, size of the next step, number of steps, number of rows{stored}.",
            '"""',
            *self.vectors.begin(),
            *self.past.begin(),
            *self.past.room(),
            "steps, due = np.int64(0), np.int64(0)",
            "while due < times.size and times[due] <= t:",
            *_inner([*self._observe("y"), "due += 1"]),
            *self.vectors.slope("t", "y", "k1"),
            f"if not ({self.vectors.finite('k1')}):",
            f"{INDENT}return {Status.BAD_DERIVATIVE:d}, t, proposal, steps, due{kept}",
            "if fresh:",
            *_inner(self._begun()),
            f"status = {Status.DONE:d}",
            "while t < end:",
            *_inner(self._one_step()),
            *self.vectors.end(),
            f"return status, t, proposal, steps, due{kept}",
        ]
        return [JIT, f"def pair({', '.join(given)}):", *_inner(body)]

    def _begun(self) -> list[str]:
        """Return the lines that choose the first step of a span."""
        state, slope = self.vectors.whole("y"), self.vectors.whole("k1")
        given = f"t, first, last, {state}, {slope}, longest, rtol, atol, numbers, arrays"
        return [
            "longest = smaller(end - t, max_step)",
            "if proposal != proposal and given_step == given_step:",
            f"{INDENT}proposal = given_step",
            "else:",
            f"{INDENT}chosen = first_step({', '.join([given, 'tables, base, interval', *self.past.given])})",
            f"{INDENT}proposal = chosen if proposal != proposal else smaller(proposal, {LARGEST_FACTOR!r}*chosen)",
        ]

    def _one_step(self) -> list[str]:
        vectors = self.vectors
        return [
            f"if steps == most{self.past.full}:",
            f"{INDENT}status = {Status.MORE:d}",
            f"{INDENT}break",
            "smallest = 10*spacing(t)",
            "wanted = larger(smaller(proposal, max_step), smallest)",
            "rejections, size = 0, 0.0",
            "while True:",
            f"{INDENT}if wanted < smallest or rejections == {MOST_REJECTIONS}:",
            f"{INDENT * 2}status = {Status.UNDEFINED:d} if size != size else {Status.TOO_SMALL:d}",
            f"{INDENT * 2}break",
            *_inner(self._attempt()),
            f"if status != {Status.DONE:d}:",
            f"{INDENT}break",
            "if rejections:",
            f"{INDENT}proposal = h*smaller(1.0, growth)",
            "else:",
            f"{INDENT}proposal = larger(wanted if stop == end else 0.0, h*growth)",
            *self._accepted(),
            *self._rows(),
            *vectors.copied("y", "new"),
            "t = stop",
            "steps += 1",
            "if t < end:",
            *_inner(self._next()),
        ]

    def _attempt(self) -> list[str]:
        """Return the lines that try a step and leave the loop if its error is tolerated."""
        tableau, vectors = self.tableau, self.vectors
        return [
            "stop = smaller(t + wanted, end)",
            "h = stop - t",
            *vectors.stages(1, tableau.advancing),
            *vectors.advanced(),
            *self._stages(tableau.advancing, tableau.tried),
            *vectors.norms(),
            "size = fine" if tableau.coarse_error is None else "size = damped(fine, coarse)",
            "if size == 0.0:",
            f"{INDENT}growth = {LARGEST_FACTOR!r}",
            "elif size > 0.0:",
            f"{INDENT}growth = smaller({LARGEST_FACTOR!r}, larger({SMALLEST_FACTOR!r}, {SAFETY!r}*math.pow(size, "
            f"{-self.power!r})))",
            "else:",
            f"{INDENT}growth = {SMALLEST_FACTOR!r}",
            "if size < 1.0:",
            f"{INDENT}break",
            "wanted = h*growth",
            "rejections += 1",
        ]

    def _stages(self, first: int, last: int) -> list[str]:
        """Return the lines of stages behind the new point, whose derivative may be one of them."""
        at_end = self.tableau.at_end
        if at_end is None or not first <= at_end < last:
            return self.vectors.stages(first, last)
        return [
            *self.vectors.stages(first, at_end),
            *self.vectors.slope("stop", "new", f"k{at_end + 1}"),
            *self.vectors.stages(at_end + 1, last),
        ]

    def _accepted(self) -> list[str]:
        """Return the lines that evaluate the derivative at the new point, if it is a stage that no error needs."""
        at_end = self.tableau.at_end
        if at_end is None or at_end < self.tableau.tried:
            return []
        return self.vectors.slope("stop", "new", f"k{at_end + 1}")

    def _next(self) -> list[str]:
        """Return the lines that have the first stage of the next step."""
        at_end = self.tableau.at_end
        vectors = self.vectors
        return [
            *(vectors.slope("t", "y", "k1") if at_end is None else vectors.copied("k1", f"k{at_end + 1}")),
            f"if not ({self.vectors.finite('k1')}):",
            f"{INDENT}status = {Status.BAD_DERIVATIVE:d}",
            f"{INDENT}break",
        ]

    def _rows(self) -> list[str]:
        """Return the lines that record at wanted times within an accepted step."""
        return [
            *self._interpolating(),
            *self._kept(),
            "while due < times.size and times[due] <= stop:",
            f"{INDENT}if times[due] == stop:",
            *_inner(_inner(self._observe("new"))),
            f"{INDENT}else:",
            f"{INDENT * 2}theta = (times[due] - t)/h",
            *_inner(_inner([*self.vectors.between(), *self._observe("moved")])),
            f"{INDENT}due += 1",
        ]

    def _kept(self) -> list[str]:
        """Return the lines that store an accepted step for reads to come."""
        vectors = self.vectors
        return self.past.keep(
            vectors.between(), vectors.at("store", "now", vectors.whole("moved"), "stored", "node"), vectors.fitted
        )

    def _interpolating(self) -> list[str]:
        """Return the lines that compute what only the interpolant needs: for a row inside the step, or a past."""
        tableau, at_end = self.tableau, self.tableau.at_end
        known = tableau.tried if at_end is None or at_end < tableau.tried else at_end + 1
        lines = [*self.vectors.stages(tableau.tried, max(tableau.tried, known - 1))]
        lines += self.vectors.stages(known, tableau.stages)
        if not lines or self.past.given:
            return lines
        return ["if due < times.size and times[due] < stop:", *_inner(lines)]


def _inner(lines: Iterable[str]) -> list[str]:
    return [INDENT + line for line in lines]
