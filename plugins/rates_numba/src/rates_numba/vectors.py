"""How the loop of an embedded pair holds states and slopes: as tuples of numbers, or as arrays.

Tuples are quick where there are few numbers. Their machine code grows with states and stages; that of arrays does not.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence

from rates_core.solvers.tableau import Tableau
from rates_core.system.system import State

from rates_numba.layout import Layout
from rates_numba.past_text import PastText
from rates_numba.writer import INDENT

NORMS = ("fine", "coarse")
MOST_TERMS = 1000  # of weighted sums in all stages that are written out


class Vectors(ABC):
    """Print what a loop does with states `y`, `moved`, `new` and with slopes `k1`, `k2`, ….

    Args:
        tableau: the method.
        layout: of the module.
    """

    def __init__(self, tableau: Tableau, layout: Layout) -> None:
        self.tableau, self.layout = tableau, layout
        self.width = layout.system.width
        self.past = PastText(layout)
        layout.used.update(self.helpers)

    #: names of functions that the module needs
    helpers: tuple[str, ...]

    #: whether entries are numbers, so that the derivative has to return such
    single: bool

    def at(self, function: str, time: str, *arguments: str) -> str:
        """Return a call of one of the model's functions at a time, with external inputs of that time.

        The past has been read.
        """
        place = f"({time})/interval - base"
        inputs = [f"sampled(tables[{number}], {place})" for number in range(len(self.layout.system.inputs))]
        return f"{function}({', '.join([time, *arguments, 'numbers', 'arrays', *inputs, *self.past.values])})"

    def now(self, time: str) -> list[str]:
        """Return lines that name the time of an evaluation `now` and read its past."""
        return [f"now = inside({time}, first, last)", *self.past.read("now")]

    @abstractmethod
    def definitions(self) -> list[str]:
        """Return the texts of what the module has for the loop: constants and functions."""

    @abstractmethod
    def begin(self) -> list[str]:
        """Return the first lines of the loop's function."""

    @abstractmethod
    def end(self) -> list[str]:
        """Return lines that leave the state in the array `y`."""

    @abstractmethod
    def whole(self, name: str) -> str:
        """Return a state or slope as an argument."""

    @abstractmethod
    def finite(self, name: str) -> str:
        """Return the text of whether a state or slope is finite."""

    @abstractmethod
    def copied(self, target: str, source: str) -> list[str]:
        """Return lines that make one state or slope another."""

    @abstractmethod
    def slope(self, time: str, state: str, target: str) -> list[str]:
        """Return lines that evaluate the derivative."""

    @abstractmethod
    def stages(self, first: int, last: int) -> list[str]:
        """Return lines that compute stages from `first` to the one before `last`, each from those before it."""

    @abstractmethod
    def advanced(self) -> list[str]:
        """Return lines that compute `new` from the stages."""

    @abstractmethod
    def norms(self) -> list[str]:
        """Return lines that name the norms of the errors, in units of what is tolerated: `fine`, and `coarse`."""

    @abstractmethod
    def between(self) -> list[str]:
        """Return lines that compute `moved`, where the solution is a part `theta` of the step on."""

    @abstractmethod
    def fitted(self, number: int, state: State) -> list[str]:
        """Return lines that write the factors of a state on a step into those of a number."""

    @abstractmethod
    def first_step(self) -> list[str]:
        """Return lines of a function of `t, y, f, longest` that name `level`, `steep`, `small` and `steepest`."""


def vectors_of(tableau: Tableau, layout: Layout) -> Vectors:
    """Return how a loop holds states: as numbers where there are few."""
    rows = (*tableau.matrix, tableau.weights, tableau.error or (), tableau.coarse_error or ())
    terms = sum(1 for row in rows for value in row if value)
    single = all(not state.shape for state in layout.system.states)
    small = single and 0 < layout.system.width * terms <= MOST_TERMS
    return _Tuples(tableau, layout) if small else _Arrays(tableau, layout)


class _Tuples(Vectors):
    """States and slopes are tuples of numbers, which stay in registers.

    Weighted sums of them are functions of whole tuples: Numba takes about a millisecond for every operation that it
    finds in a text, be it as simple as a sum of two numbers.
    """

    helpers = ("inside", "spacing", "smaller", "larger", "advanced", "polynomials", "tolerated", "norm")
    single = True

    def _each(self, form: str) -> str:
        """Return a tuple of one text per entry, in which `#` stands for its number."""
        return _tuple(form.replace("#", str(entry)) for entry in range(self.width))

    def definitions(self) -> list[str]:
        tableau = self.tableau
        rows = {f"A{stage + 1}": row for stage, row in enumerate(tableau.matrix)}
        rows |= {"B": tableau.weights, **dict(zip(("FINE", "COARSE"), self.tableau.errors, strict=False))}
        lines = [f"{name} = {_tuple(repr(value) for value in row if value)}" for name, row in rows.items() if any(row)]
        dense = [row for _, row in self._dense]
        lines.append(f"DENSE = {_tuple(_tuple(map(repr, row)) for row in _padded(dense))}")
        if self.past.states:
            lines.append("BETWEEN = np.array(DENSE)")
        lines.append(f"ZERO = {self._each('0.0')}")
        return ["\n".join(lines)]

    def begin(self) -> list[str]:
        tolerances = f"{self._each('rtol[#]')}, {self._each('atol[#]')}"
        return [f"here, rtol, atol = {self._each('y[#]')}, {tolerances}"]

    def end(self) -> list[str]:
        return [f"y[{entry}] = here[{entry}]" for entry in range(self.width)]

    def whole(self, name: str) -> str:
        return "here" if name == "y" else name

    def finite(self, name: str) -> str:
        return " and ".join(f"math.isfinite({name}[{entry}])" for entry in range(self.width))

    def copied(self, target: str, source: str) -> list[str]:
        return [f"{self.whole(target)} = {self.whole(source)}"]

    def slope(self, time: str, state: str, target: str) -> list[str]:
        time = f"inside({time}, first, last)"
        if not self.layout.system.inputs and not self.layout.system.reads:
            return [f"{target} = {self.at('slopes', time, self.whole(state))}"]
        # a name of its own: Numba looks for all uses of each name that is assigned more than once
        now = f"now_{target}"
        return [f"{now} = {time}", *self.past.read(now), f"{target} = {self.at('slopes', now, self.whole(state))}"]

    def _slopes(self, row: Sequence[float]) -> str:
        """Return the slopes that have a weight."""
        return _tuple(f"k{stage + 1}" for stage, value in enumerate(row) if value)

    def stages(self, first: int, last: int) -> list[str]:
        lines = []
        for stage in range(first, last):
            number = stage + 1
            lines.append(f"y{number} = advanced(here, h, A{number}, {self._slopes(self.tableau.matrix[stage])})")
            lines += self.slope(f"t + {self.tableau.nodes[stage]!r}*h", f"y{number}", f"k{number}")
        return lines

    def advanced(self) -> list[str]:
        return [f"new = advanced(here, h, B, {self._slopes(self.tableau.weights)})"]

    def norms(self) -> list[str]:
        errors = [
            f"{name} = norm(advanced(ZERO, h, {name.upper()}, {self._slopes(row)}), scale)"
            for name, row in zip(NORMS, self.tableau.errors, strict=False)
        ]
        return ["scale = tolerated(here, new, rtol, atol)", *errors]

    def between(self) -> list[str]:
        slopes = _tuple(f"k{stage + 1}" for stage, _ in self._dense)
        return [f"moved = advanced(here, h, polynomials(DENSE, theta), {slopes})"]

    def fitted(self, number: int, state: State) -> list[str]:
        entry, factors = state.offset, f"factors[{number}]"
        terms = " + ".join(
            f"slope_shares[power, {row}]*k{stage + 1}[{entry}]" for row, (stage, _) in enumerate(self._dense)
        )
        return [
            "for power in range(FACTORS):",
            f"{INDENT}{factors}[kept, power, 0] = h*({terms})",
            f"{factors}[kept, 0, 0] += here[{entry}]",
        ]

    @property
    def _dense(self) -> list[tuple[int, Sequence[float]]]:
        """Return the stages that the interpolant needs, each with its polynomial."""
        return [(stage, row) for stage, row in enumerate(self.tableau.dense or ()) if any(row)]

    def first_step(self) -> list[str]:
        return [
            "scale = tolerated(y, y, rtol, atol)",
            "level, steep = norm(y, scale), norm(f, scale)",
            *SMALL,
            *self.now("t + small"),
            f"g = {self.at('slopes', 'now', 'advanced(y, small, (1.0,), (f,))')}",
            "steepest = norm(advanced(g, -1.0, (1.0,), (f,)), scale)/small",
        ]


class _Arrays(Vectors):
    """States are arrays, and slopes the rows of one."""

    helpers = (
        "inside",
        "spacing",
        "smaller",
        "larger",
        "along",
        "polynomial",
        "blended",
        "error_norm",
        "scaled_norm",
        "scaled_bend",
        "all_finite",
        "copied",
        "fitted_states",
    )
    single = False

    def definitions(self) -> list[str]:
        tableau = self.tableau
        named: Mapping[str, Sequence[Sequence[float]]] = {
            "MATRIX": (*tableau.matrix, tableau.weights),
            "ERRORS": self.tableau.errors,
            "DENSE": tableau.dense or (),
        }
        lines = [f"{name} = np.array({_padded(rows)})" for name, rows in named.items()]
        if self.past.states:
            lines.append("BETWEEN = DENSE")
        return ["\n".join([f"NODES = np.array({list(tableau.nodes)})", *lines])]

    def begin(self) -> list[str]:
        return [
            f"k = np.empty(({self.tableau.stages}, {self.width}))",
            f"moved, new = np.empty({self.width}), np.empty({self.width})",
        ]

    def end(self) -> list[str]:
        return []

    def whole(self, name: str) -> str:
        return f"k[{int(name[1:]) - 1}]" if name[0] == "k" else name

    def finite(self, name: str) -> str:
        return f"all_finite({self.whole(name)})"

    def copied(self, target: str, source: str) -> list[str]:
        return [f"copied({self.whole(target)}, {self.whole(source)})"]

    def slope(self, time: str, state: str, target: str) -> list[str]:
        return [*self.now(time), self.at("derivative", "now", state, self.whole(target))]

    def stages(self, first: int, last: int) -> list[str]:
        if first == last:
            return []
        return [
            f"for s in range({first}, {last}):",
            f"{INDENT}along(moved, y, h, MATRIX[s], s, k)",
            *(INDENT + line for line in self.now("t + NODES[s]*h")),
            INDENT + self.at("derivative", "now", "moved", "k[s]"),
        ]

    def advanced(self) -> list[str]:
        return [f"along(new, y, h, MATRIX[{self.tableau.stages}], {self.tableau.advancing}, k)"]

    def norms(self) -> list[str]:
        return [
            f"{name} = error_norm(h, ERRORS[{number}], {self.tableau.tried}, k, y, new, rtol, atol)"
            for number, name in zip(range(len(self.tableau.errors)), NORMS, strict=False)
        ]

    def between(self) -> list[str]:
        return ["blended(moved, y, h, theta, DENSE, k)"]

    def fitted(self, number: int, state: State) -> list[str]:
        return [f"fitted_states(factors[{number}], kept, {state.offset}, y, h, slope_shares, k)"]

    def first_step(self) -> list[str]:
        return [
            f"moved, g = np.empty({self.width}), np.empty({self.width})",
            "level, steep = scaled_norm(y, y, rtol, atol), scaled_norm(f, y, rtol, atol)",
            *SMALL,
            f"for i in range({self.width}):",
            f"{INDENT}moved[i] = y[i] + small*f[i]",
            *self.now("t + small"),
            self.at("derivative", "now", "moved", "g"),
            "steepest = scaled_bend(g, f, y, rtol, atol)/small",
        ]


SMALL = (
    "small = 1e-6 if level < 1e-5 or steep < 1e-5 else 0.01*level/steep",
    "small = smaller(small, longest)",
)


def _tuple(items: Iterable[str]) -> str:
    texts = list(items)
    return f"({texts[0]},)" if len(texts) == 1 else f"({', '.join(texts)})"


def _padded(rows: Sequence[Sequence[float]]) -> list[list[float]]:
    longest = max(map(len, rows), default=0)
    return [[*row, *[0.0] * (longest - len(row))] for row in rows]
