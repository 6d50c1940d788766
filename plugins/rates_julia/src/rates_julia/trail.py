"""How the loop of an embedded pair reads the past from stored steps, and adds its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rates_core.programs.elementwise.given import Key
from rates_core.programs.elementwise.layout import buffered
from rates_core.programs.program import slot_paths
from rates_core.programs.trail import GROWTH, MOST_PARTS, SMALLEST_PART

from rates_julia.body import recording
from rates_julia.layout import JuliaLayout, zeros
from rates_julia.lines import inner
from rates_julia.procedure import Argument, Procedure

NODES = tuple(Argument((name,), name) for name in ("nodes", "fit", "checks"))


class PastText:
    """Print what the loop does with delayed reads; nothing where there are none.

    Args:
        layout: of the module.
    """

    def __init__(self, layout: JuliaLayout) -> None:
        self.layout, self.system = layout, layout.system
        self._of, self._width = layout.own, layout.width
        self.slots = buffered(layout.system)
        self.called: list[Procedure] = []
        self.computed: list[int] = []
        if not self.slots:
            return
        self.store = recording(layout, "store", "store!", "Write what delayed reads need later into a row.")
        self.called = [self.store]
        self.computed = [number for number, path in enumerate(self.slots) if path not in self.system.state_paths]
        layout.used |= {"lagged!", "fitted!"} | ({"rough", "grown"} if self.computed else set())

    def arguments(self) -> list[Argument]:
        """Return the arguments with stored steps, what reads take of them and what makes factors of a step."""
        if not self.slots:
            return []
        found = [Argument(("kept",), "kept"), *(Argument((name,), name, "inout") for name in ("starts", "ends"))]
        for number, slot in enumerate(self.slots):
            found.append(Argument(("factors", number), self._of(slot, "{}_factors"), "inout"))
        for number, read in enumerate(self.system.reads):
            for word in ("delays", "sources", "targets"):
                found.append(Argument((word, number), self._of(read.path, f"{{}}_{word}")))
            found.append(Argument(("found", number), self._of(read.path, "{}_found"), "inout"))
        return [*found, *NODES, Argument(("largest",), "largest", "inout"), Argument(("roughness",), "roughness")]

    def variables(self) -> list[str]:
        """Return the lines that make arrays which the loop writes and reads again."""
        if not self.slots:
            return []
        found = []
        for read in self.system.reads:
            made = zeros(read.shape or (1,), read.slot in self.layout.kinds)
            found.append(f"{self._of(read.path, '{}_past')} = {made}")
        for path in slot_paths(self.system):
            kind = "ComplexF64, " if path in self.layout.kinds else ""
            found.append(f"{self._samples(path)} = zeros({kind}{self._width(path)}, size(fit, 1))")
        return found

    def _samples(self, path: str) -> str:
        return self._of(path, "{}_samples")

    @property
    def values(self) -> dict[Key, str]:
        """Return the values of all reads as arguments of functions."""
        return {
            ("read", read.path): f"{self._of(read.path, '{}_past')}{'' if read.shape else '[1]'}"
            for read in self.system.reads
        }

    def read(self, time: str) -> list[str]:
        """Return lines that read the past of a time."""
        lines = []
        for read in self.system.reads:
            own = ", ".join(self._of(read.path, f"{{}}_{word}") for word in ("delays", "sources", "targets"))
            factors, found = self._of(read.slot, "{}_factors"), self._of(read.path, "{}_found")
            past = self._of(read.path, "{}_past")
            lines.append(f"lagged!({past}, {time}, {own}, starts, ends, kept, {factors}, {found})")
        return lines

    @property
    def full(self) -> str:
        """Return the text of whether there is no room for one more step, as an alternative to something."""
        return f" || kept + {MOST_PARTS} > size(starts, 1)" if self.slots else ""

    def keep(
        self,
        between: Sequence[str],
        at: Callable[[str, bool], list[str]],
        given: Callable[[str], dict[Key, str]],
    ) -> list[str]:
        """Return lines that store a step from `t` to `stop_time`, in parts on which what is computed is smooth.

        Args:
            between: lines that compute the state at `theta`.
            at: returns the lines that name a time, and what there is at that time.
            given: returns the arguments of a function at that time.
        """
        if not self.slots:
            return []
        arguments = given("moved") | {("row",): "node"}
        for number, path in enumerate(slot_paths(self.system)):
            samples = self._samples(path)
            arguments["result", number] = samples if self.system.shapes[path] else f"vec({samples})"
        taken = [*between, *at("t + theta*h", False), self.store.called(arguments)]
        fitting = [
            f"fitted!({self._of(slot, '{}_factors')}, kept + 1, {self._samples(slot)}, fit)" for slot in self.slots
        ]
        if not self.computed:
            return [
                "for node in 1:size(fit, 1)",
                *inner(["theta = nodes[node]", *taken]),
                "end",
                *fitting,
                "kept += 1",
                "starts[kept] = t",
                "ends[kept] = stop_time",
            ]
        rough = " || ".join(self._rough(number) for number in self.computed)
        part = [
            "part = min(part, 1 - left)",
            f"if parts == {MOST_PARTS}",
            *inner(["part = 1 - left"]),
            "end",
            "for node in 1:size(fit, 1)",
            *inner(["theta = left + nodes[node]*part", *taken]),
            "end",
            *fitting,
            f"if parts < {MOST_PARTS} && part > {SMALLEST_PART!r} && ({rough})",
            *inner(["part /= 2", "continue"]),
            "end",
            *(f"largest[{number + 1}] = {self._grown(number)}" for number in self.computed),
            "kept += 1",
            "starts[kept] = t + left*h",
            "left += part",
            "ends[kept] = left < 1 ? t + left*h : stop_time",
            f"part *= {GROWTH!r}",
            "parts += 1",
        ]
        return ["left = 0.0", "part = 1.0", "parts = 1", "while left < 1", *inner(part), "end"]

    def _rough(self, number: int) -> str:
        slot = self.slots[number]
        return (
            f"rough({self._of(slot, '{}_factors')}, kept + 1, {self._samples(slot)}, checks, "
            f"largest[{number + 1}], roughness)"
        )

    def _grown(self, number: int) -> str:
        return f"grown({self._of(self.slots[number], '{}_factors')}, kept + 1, largest[{number + 1}])"
