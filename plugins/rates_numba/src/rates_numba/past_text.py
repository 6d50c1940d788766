"""How the loop of an embedded pair reads the past from stored steps, and adds its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

from rates_core.programs.elementwise.layout import buffered
from rates_core.programs.trail import GROWTH, MOST_PARTS, SMALLEST_PART
from rates_core.system.system import State

from rates_numba.layout import Layout
from rates_numba.writer import INDENT

STORED = ("starts", "ends", "factors", "lags")


class PastText:
    """Print what the loop does with delayed reads; nothing where there are none.

    Args:
        layout: of the module.
    """

    def __init__(self, layout: Layout) -> None:
        self.system = layout.system
        self.slots = buffered(layout.system)
        self._store = layout.parts["store"] if self.slots else None
        states = {state.path: state for state in self.system.states if not state.complex}
        paths = self._store.paths if self._store else ()
        #: the stored variables, if all of them are real states
        self.states = [states[path] for path in paths] if states.keys() >= set(paths) else []
        if self.slots:
            helpers = ("fitted_shares", "polynomial") if self.states else ("fitted", "rough", "grown")
            layout.used.update(("lagged", "step_at", "chebyshev", "passed", *helpers))

    @property
    def given(self) -> list[str]:
        """Return the arguments with stored steps and what reads take of them."""
        return [*STORED, "kept"] if self.slots else []

    @property
    def fitting(self) -> list[str]:
        """Return the arguments with what makes factors of a step."""
        return ["nodes", "fit", "checks", "largest", "roughness"] if self.slots else []

    @property
    def values(self) -> list[str]:
        """Return the values of all reads as arguments."""
        return [
            f"past_{number}" if read.shape else f"past_{number}[0]" for number, read in enumerate(self.system.reads)
        ]

    def begin(self) -> list[str]:
        """Return lines that make room for the values of reads, and for where they were found."""
        values = [
            f"past_{number} = np.empty({_size(read.shape)}{_kind(read.complex)})"
            for number, read in enumerate(self.system.reads)
        ]
        return [*values, *(f"found_{number} = np.full(1, -1)" for number in range(len(self.system.reads)))]

    def read(self, time: str) -> list[str]:
        """Return lines that read the past of a time."""
        return [
            f"lagged(past_{number}, {time}, lags[{number}], starts, ends, kept, "
            f"factors[{self.slots.index(read.slot)}], found_{number})"
            for number, read in enumerate(self.system.reads)
        ]

    def room(self) -> list[str]:
        """Return lines that make room for what is stored of one step."""
        if self._store is None:
            return []
        if self.states:
            return ["slope_shares = fitted_shares(fit, nodes, BETWEEN)"]
        shapes, kinds = self.system.shapes, self.system.complex_symbols
        texts = [f"np.empty((nodes.size, {_size(shapes[path])}){_kind(path in kinds)})" for path in self._store.paths]
        rows = [
            f"samples[{number}]" if shapes[path] else f"samples[{number}][:, 0]"
            for number, path in enumerate(self._store.paths)
        ]
        return [f"samples = ({', '.join(texts)},)", f"stored = ({', '.join(rows)},)"]

    @property
    def full(self) -> str:
        """Return the text of whether there is no room for one more step, as an alternative to something."""
        return f" or kept + {MOST_PARTS} > starts.size" if self.slots else ""

    def keep(self, between: Sequence[str], store: str, state: Callable[[int, State], list[str]]) -> list[str]:
        """Return lines that store a step from `t` to `stop`.

        States are combinations of slopes, as the interpolant is; of what depends on them samples are taken, on parts
        of the step on which it is smooth.

        Args:
            between: lines that compute the state at `theta`.
            store: the call that writes variables at the time `now` into a row of `stored`.
            state: returns lines that write the factors of a state into those of a number.
        """
        if self._store is None:
            return []
        if self.states:
            written = [state(number, item) for number, item in enumerate(self.states)]
            return [*chain.from_iterable(written), "starts[kept], ends[kept] = t, stop", "kept += 1"]
        needs_past = any(read.path in self._store.routine.arguments for read in self.system.reads)
        at_node = [*between, "now = t + theta*h", *(self.read("now") if needs_past else []), store]
        fitting = [f"fitted(factors[{number}], kept, fit, samples[{number}])" for number in range(len(self.slots))]
        known = {state.path for state in self.system.states}
        computed = [number for number, path in enumerate(self._store.paths) if path not in known]
        if not computed:
            return [
                "for node in range(nodes.size):",
                *(INDENT + line for line in ("theta = nodes[node]", *at_node)),
                *fitting,
                "starts[kept], ends[kept] = t, stop",
                "kept += 1",
            ]
        is_rough = " or ".join(
            f"rough(factors[{number}], kept, samples[{number}], checks, largest[{number}], roughness)"
            for number in computed
        )
        part = [
            f"part = 1.0 - left if parts == {MOST_PARTS} else min(part, 1.0 - left)",
            "for node in range(nodes.size):",
            *(INDENT + line for line in ("theta = left + nodes[node]*part", *at_node)),
            *fitting,
            f"if parts < {MOST_PARTS} and part > {SMALLEST_PART!r} and ({is_rough}):",
            f"{INDENT}part /= 2",
            f"{INDENT}continue",
            *(f"largest[{number}] = grown(factors[{number}], kept, largest[{number}])" for number in computed),
            "starts[kept] = t + left*h",
            "left += part",
            "ends[kept] = t + left*h if left < 1.0 else stop",
            "kept += 1",
            f"part, parts = {GROWTH!r}*part, parts + 1",
        ]
        return ["left, part, parts = 0.0, 1.0, 1", "while left < 1.0:", *(INDENT + line for line in part)]


def _size(shape: tuple[int, ...]) -> int:
    return shape[0] if shape else 1


def _kind(is_complex: bool) -> str:
    return ", np.complex128" if is_complex else ""
