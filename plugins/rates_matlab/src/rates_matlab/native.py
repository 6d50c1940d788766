"""Functions of a model for programs in MATLAB: parameters in a struct, past values in columns as `dde23` has them.

Nothing is prepared beforehand, so that a parameter may be changed in the struct between any two calls.
"""

from __future__ import annotations

from attrs import evolve
from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.tree import Expression, Number, Symbol
from rates_core.programs.elementwise.layout import buffered
from rates_core.programs.naming import one_line
from rates_core.programs.routine import make_routine
from rates_core.system.linearisation import Linearisation, linearise
from rates_core.system.system import TIME, Derivative, Read, State, System

from rates_matlab.body import filled, place_text, places_in_y, taken, vector_lines
from rates_matlab.entries import assembly_lines
from rates_matlab.lines import function_text
from rates_matlab.literals import array_text
from rates_matlab.module import Layout
from rates_matlab.support import support


class Native:
    """Texts of functions of one model.

    Raises:
        UnsupportedFeatureError: the model has noise or external inputs, or the past of a delayed variable is needed.
    """

    def __init__(self, system: System) -> None:
        self.system = system
        self._check()
        self.late = bool(system.reads)
        self.arguments = ["t", "y", "Z", "p"] if self.late else ["t", "y", "p"]
        self.widths = [read.shape[0] if read.shape else 1 for read in system.reads]

    def _check(self) -> None:
        if self.system.draws:
            raise UnsupportedFeatureError(
                "A model with noise has no right-hand side that is a function of time and state."
            )
        if self.system.inputs:
            keys = ", ".join(dict.fromkeys(f"'{signal.key}'" for signal in self.system.inputs))
            raise UnsupportedFeatureError(f"Files for MATLAB hold no samples of inputs; compile without {keys}.")
        for slot in buffered(self.system):
            known = make_routine(self.system, [Symbol(slot)], hoist=False).arguments
            late = [read.slot for read in self.system.reads if read.path in known]
            if late:
                raise UnsupportedFeatureError(
                    f"The past of '{slot}' rests on that of '{late[0]}'; dde23 and DDE-BIFTOOL have the past of states "
                    "only."
                )

    @property
    def reads_time(self) -> bool:
        """Tell whether the right-hand side depends on time."""
        wanted = [item.expression for item in self.system.derivatives]
        return TIME in make_routine(self.system, wanted, hoist=False).arguments

    @property
    def slots(self) -> tuple[str, ...]:
        """Return the variables that are read late."""
        return buffered(self.system)

    def lags(self) -> list[Expression]:
        """Return the delays of each read, each an expression of parameters: a number, or one per entry."""
        return [read.delay for read in self.system.reads]

    def rhs(self, name: str) -> str:
        """Return the right-hand side, with the functions that it needs."""
        layout = self._layout({"rhs": [item.expression for item in self.system.derivatives]})
        lines = [*self._past(layout, "rhs"), *layout.body_of("rhs")]
        lines += vector_lines(self.system, layout.routines["rhs"].results, layout.names, layout.printer)
        about = ["dy/dt.", *places_in_y(self.system)]
        if self.late:
            about.append("Each column of Z holds y at one of the delays.")
        return self._with_needs(layout, [function_text(f"dy = {name}({', '.join(self.arguments)})", about, lines)])

    def jacobian(self, name: str, linearisation: Linearisation, about: str) -> str:
        """Return a derivative of the right-hand side as a matrix."""
        layout = self._layout({"rhs": [block.values for block in linearisation.blocks]}, linearisation.system)
        printer, own = layout.printer, self.system.parameter_paths
        used = linearisation.index_paths.union(*(routine.arguments for routine in layout.routines.values()))
        added = [item for item in linearisation.system.parameters if item.path in used and item.path not in own]
        names = {item.path: layout.names.identifiers[item.path] for item in added}
        printer.names = {**printer.names, **names}
        known = [
            f"{names[item.path]} = {array_text(item.value + 1 if item.integer else item.value)};" for item in added
        ]
        lines = [*known, *self._past(layout, "rhs"), *layout.body_of("rhs")]
        lines += assembly_lines(linearisation, layout.routines["rhs"].results, printer)
        head = f"jacobian = {name}({', '.join(self.arguments)})"
        return self._with_needs(layout, [function_text(head, [about], lines)])

    def delays(self, name: str) -> str:
        """Return the function that gives the delays as a row, in the order of the columns of Z."""
        layout = self._layout({"delays": self.lags()})
        lines = layout.body_of("delays")
        results = layout.routines["delays"].results
        parts = [
            f"reshape({filled(delay, read.shape, layout.printer)}, 1, [])" if many else layout.printer.text(delay)
            for read, delay, many in zip(self.system.reads, results, self.each(), strict=True)
        ]
        lines.append(f"lags = [{', '.join(parts)}];")
        about = ["Delays, in the order of the columns of Z."]
        return self._with_needs(layout, [function_text(f"lags = {name}(p)", about, lines)])

    def each(self) -> list[bool]:
        """Tell for each read whether its entries have delays of their own."""
        layout = self._layout({"delays": self.lags()})
        return [bool(layout.printer.shaped(delay)) for delay in self.lags()]

    def columns(self) -> list[tuple[int, int]]:
        """Return the first and the last column of Z of each read."""
        found, last = [], 0
        for width, many in zip(self.widths, self.each(), strict=True):
            found.append((last + 1, last + (width if many else 1)))
            last = found[-1][1]
        return found

    def _layout(self, wanted: dict[str, list[Expression]], system: System | None = None) -> Layout:
        also = [self._slot(slot) for slot in self.slots]
        return Layout(system or self.system, wanted, also, hoist=False)

    def _past(self, layout: Layout, name: str) -> list[str]:
        """Return the lines that take delayed values out of Z."""
        lines = []
        used = layout.routines[name].arguments
        for read, (first, last), many in zip(self.system.reads, self.columns(), self.each(), strict=True):
            if read.path in used:
                lines += self._read(read, first, last, many, layout)
        return lines

    def _read(self, read: Read, first: int, last: int, many: bool, layout: Layout) -> list[str]:
        name, state = layout.names.identifiers[read.path], self.system.state_paths.get(read.slot)
        index = "" if read.index is None else f"({place_text(read.index, layout.printer)})"
        comment = f"  % {one_line(read.path)}"
        if not many:
            if state is not None and not state.complex and not index:
                place = taken(state)[2:-1]
                return [f"{name} = Z({place}, {first});{comment}"]
            lines = [f"{name} = {self._slot(read.slot)}(t, Z(:, {first}), p);{comment}"]
            return [*lines, f"{name} = {name}{index};"] if index and self.system.shapes[read.slot] else lines
        lines = [f"{name} = zeros({read.shape[0]}, 1);{comment}", f"for k = 1:{last - first + 1}"]
        lines.append(f"  past = {self._slot(read.slot)}(t, Z(:, {first - 1} + k), p);")
        entry = f"{index[:-1]}(k))" if index else "(k)"
        return [*lines, f"  {name}(k) = past{entry if self.system.shapes[read.slot] else ''};", "end"]

    def _slot(self, slot: str) -> str:
        return f"past_{self.slots.index(slot) + 1}"

    def _with_needs(self, layout: Layout, texts: list[str]) -> str:
        """Return functions with those of the past that they call, and what all need."""
        used = set(layout.printer.used)
        for number, slot in enumerate(buffered(self.system)):
            if f"past_{number + 1}(" in texts[0]:
                own = self._layout({"slot": [Symbol(slot)]})
                lines = own.body_of("slot")
                result = filled(own.routines["slot"].results[0], self.system.shapes[slot], own.printer)
                about = [f"{one_line(slot)} of a state of the past."]
                texts.append(
                    function_text(f"value = past_{number + 1}(t, y, p)", about, [*lines, f"value = {result};"])
                )
                used |= own.printer.used
        return "\n\n".join([*texts, *support(used)])

    def by_states(self, name: str) -> str:
        """Return the derivative by the present state."""
        return self.jacobian(name, linearise(self.system), "Derivative of dy/dt by y.")

    def by_parameters(self, name: str) -> str:
        """Return the derivative by all parameters, past values held fixed."""
        return self.jacobian(name, linearise(self.system, "parameters"), "Derivative of dy/dt by the parameters.")

    def by_reads(self, name: str) -> str:
        """Return the derivative by the entries of all delayed values."""
        return self.jacobian(name, linearise(self.system, "reads"), "Derivative of dy/dt by each delayed value.")

    def slots_by_state(self, name: str) -> str:
        """Return the derivative of all variables that are read late by the state that they are computed from."""
        system, width = self.system, self.system.width
        states: list[State] = []
        for slot in buffered(system):
            states.append(State(f"#late {slot}", system.shapes[slot], 0.0, offset=width))
            width += states[-1].width
        slots = [Derivative(state.path, Symbol(slot)) for state, slot in zip(states, buffered(system), strict=True)]
        still = [Derivative(item.state, Number(0)) for item in system.derivatives]
        grown = evolve(system, states=(*system.states, *states), derivatives=(*still, *slots))
        about = "Derivative of what is read late, in rows behind those of y, by the state that it is computed from."
        alone = Native(evolve(system, reads=()))
        return alone.jacobian(name, linearise(grown), about)
