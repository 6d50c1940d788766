"""How the loop of an embedded pair reads the past from stored steps, and adds its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rates_core.programs.elementwise.given import Key
from rates_core.programs.elementwise.layout import buffered
from rates_core.programs.program import slot_paths
from rates_core.programs.trail import GROWTH, MOST_PARTS, SMALLEST_PART

from rates_fortran.body import recording
from rates_fortran.layout import FortranLayout
from rates_fortran.lines import INDENT
from rates_fortran.procedure import Argument, Procedure

ROOM = Argument(("room",), "room", "integer(long)", by_value=True)
KEPT = Argument(("kept",), "kept", "integer(long)", intent="inout")
NODES = tuple(Argument((name,), name, "integer(c_int)", by_value=True) for name in ("node_count", "end_count"))


class PastText:
    """Print what the loop does with delayed reads; nothing where there are none.

    Args:
        layout: of the module.
    """

    def __init__(self, layout: FortranLayout) -> None:
        self.layout, self.system = layout, layout.system
        self._of, self._width = layout.own, layout.width
        self.slots = buffered(layout.system)
        self.called: list[Procedure] = []
        self.computed: list[int] = []
        if not self.slots:
            return
        self.store = recording(layout, "store", "store", "What delayed reads need later.")
        self.called = [self.store]
        self.computed = [number for number, path in enumerate(self.slots) if path not in self.system.state_paths]
        layout.used.add("powers")
        for read in self.system.reads:
            layout.used.add(self._function("lagged", read.slot))
        for slot in self.slots:
            layout.used.add(self._function("fitted", slot))
        for number in self.computed:
            layout.used |= {self._function(word, self.slots[number]) for word in ("rough", "grown")}

    def _function(self, word: str, slot: str) -> str:
        return f"complex_{word}" if slot in self.layout.kinds else word

    def arguments(self) -> list[Argument]:
        """Return the arguments with stored steps, what reads take of them and what makes factors of a step."""
        if not self.slots:
            return []
        found = [
            ROOM,
            KEPT,
            *(Argument((name,), name, bounds=("room",), intent="inout") for name in ("starts", "ends")),
        ]
        for number, slot in enumerate(self.slots):
            bounds = (f"{self._width(slot)}", "powers", "room")
            name = self._of(slot, "{}_factors")
            found.append(Argument(("factors", number), name, self.layout.type_of(slot), bounds, "inout"))
        for number, read in enumerate(self.system.reads):
            entries = (f"{read.shape[0] if read.shape else 1}",)
            for word, kind in (("delays", "real(dp)"), ("sources", "integer(c_int)"), ("targets", "integer(c_int)")):
                own = self._of(read.path, f"{{}}_{word}")
                found.append(Argument((word, number), own, kind, entries))
            found.append(
                Argument(("found", number), f"{self._of(read.path, '{}_found')}", "integer(long)", intent="inout")
            )
        return [
            *found, *NODES, Argument(("nodes",), "nodes", bounds=("node_count",)),
            Argument(("fit",), "fit", bounds=("node_count", "powers")),
            Argument(("checks",), "checks", bounds=("powers", "end_count")),
            Argument(("largest",), "largest", bounds=(f"{len(self.slots)}",), intent="inout"),
            Argument(("roughness",), "roughness", by_value=True),
        ]  # fmt: skip

    def variables(self) -> list[tuple[str, str]]:
        """Return types and declared names of variables."""
        if not self.slots:
            return []
        found = [
            (self.layout.type_of(read.slot), f"{self._of(read.path, '{}_past')}({read.shape[0] if read.shape else 1})")
            for read in self.system.reads
        ]
        for path in slot_paths(self.system):
            found.append(
                (self.layout.type_of(path), f"{self._of(path, '{}_samples')}({self._width(path)}, node_count)")
            )
        found += [("real(dp)", name) for name in ("left", "part")]
        return [*found, ("integer", "node"), ("integer", "parts")]

    @property
    def values(self) -> dict[Key, str]:
        """Return the values of all reads as arguments of procedures."""
        return {
            ("read", read.path): f"{self._of(read.path, '{}_past')}{'' if read.shape else '(1)'}"
            for read in self.system.reads
        }

    def read(self, time: str) -> list[str]:
        """Return lines that read the past of a time."""
        lines = []
        for read in self.system.reads:
            entries = read.shape[0] if read.shape else 1
            own = ", ".join(self._of(read.path, f"{{}}_{word}") for word in ("delays", "sources", "targets"))
            past = self._of(read.path, "{}_past")
            lines.append(
                f"call {self._function('lagged', read.slot)}({past}, {time}, {entries}, {own}, starts, ends, kept, "
                f"{self._width(read.slot)}, {self._of(read.slot, '{}_factors')}, "
                f"{self._of(read.path, '{}_found')})"
            )
        return lines

    @property
    def full(self) -> str:
        """Return the text of whether there is no room for one more step, as an alternative to something."""
        return f" .or. kept + {MOST_PARTS} > room" if self.slots else ""

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
            given: returns the arguments of a procedure at that time.
        """
        if not self.slots:
            return []
        arguments = given("moved")
        for number, path in enumerate(slot_paths(self.system)):
            first = ":" if self.system.shapes[path] else "1"
            arguments["result", number] = f"{self._of(path, '{}_samples')}({first}, node)"
        fitting = [
            f"call {self._function('fitted', slot)}({self._of(slot, '{}_factors')}, {self._width(slot)}, kept + 1, "
            f"{self._of(slot, '{}_samples')}, node_count, fit)"
            for slot in self.slots
        ]
        taken = [*between, *at("t + theta*h", False), self.store.called(arguments)]
        if not self.computed:
            return [
                "do node = 1, node_count",
                f"{INDENT}theta = nodes(node)",
                *(INDENT + line for line in taken),
                "end do",
                *fitting,
                "kept = kept + 1",
                "starts(kept) = t",
                "ends(kept) = stop_time",
            ]
        rough = " .or. ".join(self._rough(number) for number in self.computed)
        part = [
            "part = min(part, 1 - left)",
            f"if (parts == {MOST_PARTS}) part = 1 - left",
            "do node = 1, node_count",
            f"{INDENT}theta = left + nodes(node)*part",
            *(INDENT + line for line in taken),
            "end do",
            *fitting,
            f"if (parts < {MOST_PARTS} .and. part > {SMALLEST_PART!r}_dp) then",
            f"{INDENT}if ({rough}) then",
            f"{INDENT * 2}part = part/2",
            f"{INDENT * 2}cycle",
            f"{INDENT}end if",
            "end if",
            *(f"largest({number + 1}) = {self._grown(number)}" for number in self.computed),
            "kept = kept + 1",
            "starts(kept) = t + left*h",
            "left = left + part",
            "ends(kept) = merge(t + left*h, stop_time, left < 1)",
            f"part = {GROWTH!r}_dp*part",
            "parts = parts + 1",
        ]
        return ["left = 0", "part = 1", "parts = 1", "do while (left < 1)", *(INDENT + line for line in part), "end do"]

    def _rough(self, number: int) -> str:
        slot = self.slots[number]
        return (
            f"{self._function('rough', slot)}({self._of(slot, '{}_factors')}, {self._width(slot)}, kept + 1, "
            f"{self._of(slot, '{}_samples')}, node_count, checks, end_count, largest({number + 1}), roughness)"
        )

    def _grown(self, number: int) -> str:
        slot = self.slots[number]
        return (
            f"{self._function('grown', slot)}({self._of(slot, '{}_factors')}, {self._width(slot)}, kept + 1, "
            f"largest({number + 1}))"
        )
