"""An operator written as a `Dynamics` of TVBO."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import define, field
from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.tree import Apply, Expression, Symbol, symbols, walk
from rates_core.templates.event import ParsedEvent
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.value import Value, plain, shape_of

from rates_tvbo.bounds import Bounds, recognised, slope_name
from rates_tvbo.descriptions import Description
from rates_tvbo.expression_reader import DEFINITIONS
from rates_tvbo.expression_writer import write_condition, write_expression
from rates_tvbo.omissions import Omissions
from rates_tvbo.units import NAMES

Entry = dict[str, Any]


def dynamics_entry(operator: OperatorTemplate, values: Mapping[str, Value], name: str, omissions: Omissions) -> Entry:
    """Return what a file of TVBO says of an operator with values of its own.

    Raises:
        UnsupportedFeatureError: it has what TVBO cannot hold; each item is named.
    """
    return _Writer(operator, values, omissions).entry(name)


@define
class _Writer:
    """Writes one operator, and collects what cannot be written before it refuses."""

    operator: OperatorTemplate
    values: Mapping[str, Value]
    omissions: Omissions
    refused: list[str] = field(factory=list)
    sigmas: dict[str, str] = field(factory=dict)
    said: Description = field(factory=Description)

    def entry(self, name: str) -> Entry:
        """Return the `Dynamics`."""
        operator = self.operator
        equations = {one.target: one for one in operator.parsed}
        states = {key: one.expression for key, one in equations.items() if one.kind == "differential"}
        derived = {key: one.expression for key, one in equations.items() if one.kind == "algebraic"}
        noises = {key for key, one in operator.variables.items() if one.kind == "noise"}
        noise = self.noises(states, derived, noises)
        bounds = {one.state: one for one in recognised(operator, states)}
        for key in bounds:
            states[key] = derived.pop(slope_name(key))
        self.said = Description.parse(operator.description, operator.variables)
        # else all of it stays in the description, which then says it once more
        canonical = self.said.text() == operator.description and all(map(self.has_place, self.said.units))
        found: Entry = {"name": name}
        if operator.label is not None:
            found["label"] = operator.label
        if text := self.said.prose if canonical else operator.description:
            found["description"] = text
        if self.said.references:
            found["references"] = list(self.said.references)
        inputs, fixed = self.inputs()
        self.add(found, "parameters", {**self.parameters(equations), **fixed})
        self.add(found, "coupling_inputs", inputs)
        self.add(found, "functions", self.functions())
        constant = self.constants(derived)
        texts = {key: self.guarded(key, expression) for key, expression in derived.items()}
        named = {key: self.described(key, {"equation": {"rhs": text}}) for key, text in texts.items()}
        self.add(found, "derived_parameters", {key: one for key, one in named.items() if key in constant})
        self.add(found, "derived_variables", {key: one for key, one in named.items() if key not in constant})
        entries = {key: self.state(key, one, noise, bounds.get(key)) for key, one in states.items()}
        self.add(found, "state_variables", entries)
        lengths = {shape for key in states if (shape := operator.variables[key].shape)}
        if lengths:
            found["number_of_modes"] = self.modes(lengths, states)
        outputs = [key for key in derived if operator.variables[key].kind == "output"]
        if outputs:
            found["output"] = outputs
        held = sum(len(one.events()) for one in bounds.values())
        self.add(found, "events", dict(self.events(states, operator.parsed_events[: len(operator.events) - held])))
        if any("t" in symbols(one.expression) for one in equations.values()):
            found["autonomous"] = False
        if self.refused:
            raise UnsupportedFeatureError(
                f"TVBO cannot hold what the operator '{operator.name}' says:\n  " + "\n  ".join(self.refused)
            )
        return found

    @staticmethod
    def add(found: Entry, key: str, entries: Entry) -> None:
        if entries:
            found[key] = entries

    def value(self, key: str) -> Value:
        return self.values.get(key, self.operator.variables[key].value)

    def guarded(self, key: str, expression: Expression) -> str:
        """Return the text of an expression; what cannot be written is collected."""
        try:
            return write_expression(expression, f"the equation of '{key}'")
        except UnsupportedFeatureError as error:
            self.refused.append(str(error))
            return ""

    def described(self, key: str, entry: Entry) -> Entry:
        """Return an entry with what the description says of a variable."""
        if meaning := self.said.meanings.get(key):
            entry["description"] = meaning
        if self.has_place(key):
            entry["unit"] = self.said.units[key]
        return entry

    def has_place(self, key: str) -> bool:
        """Tell whether TVBO has the unit of a variable, and a place for it."""
        return self.said.units.get(key) in NAMES and self.operator.variables[key].kind != "input"

    def parameters(self, equations: Iterable[str]) -> Entry:
        """Return what is a number or an array, and no strength of noise."""
        found: Entry = {}
        hidden = {*equations, *self.sigmas.values()}
        for key, variable in self.operator.variables.items():
            if variable.kind == "parameter" and key not in hidden:
                found[key] = self.described(key, {"value": self.real(key)})
        return found

    def real(self, key: str) -> Any:
        """Return the value of a variable as plain real numbers."""
        value = self.value(key)
        number = plain(value)
        listed = number if isinstance(number, float | complex) else number.tolist()
        if isinstance(listed, complex) or (shape_of(value) and number.dtype.kind == "c"):
            self.refused.append(f"'{key}' is complex, and values of TVBO are real.")
            return 0.0
        return tuple(listed) if isinstance(listed, list) else listed

    def inputs(self) -> tuple[Entry, Entry]:
        """Return what is coupled in, and the inputs that are parameters in TVBO, where nothing coupled in is 0."""
        found: Entry = {}
        fixed: Entry = {}
        for key, variable in self.operator.variables.items():
            if variable.kind != "input":
                continue
            value = self.real(key)
            if value != 0.0:
                fixed[key] = self.described(key, {"value": value})
                self.omissions.add(f"that nothing has to feed it; it is a parameter of {value}", "input", key)
                continue
            found[key] = self.described(key, {})
        return found, fixed

    def functions(self) -> Entry:
        """Return the definitions of functions that TVBO has to be told of."""
        trees = [one.expression for one in self.operator.parsed]
        trees += [tree for event in self.operator.parsed_events for tree in (event.when, *event.set.values())]
        used = {node.function for tree in trees for node in walk(tree) if isinstance(node, Apply)}
        return {
            name: {"arguments": {key: {} for key in arguments}, "equation": {"rhs": text}}
            for name, (arguments, text) in DEFINITIONS.items()
            if name in used
        }

    def constants(self, derived: Mapping[str, Expression]) -> set[str]:
        """Return what is computed of parameters alone, up to the first that is not: the order of equations stays."""
        known = {key for key, one in self.operator.variables.items() if one.kind == "parameter"}
        found: set[str] = set()
        for key, expression in derived.items():
            if not symbols(expression) <= known | found:
                break
            found.add(key)
        return found

    def noises(
        self, states: dict[str, Expression], derived: Mapping[str, Expression], noises: set[str]
    ) -> dict[str, float]:
        """Take `+ sigma*xi` off the derivatives of states; return the strength of each."""
        found: dict[str, float] = {}
        for key, expression in list(states.items()):
            used = symbols(expression) & noises
            if not used:
                continue
            rest, sigma, draw = _split_noise(expression)
            others = [one for name, one in {**states, **derived}.items() if name != key]
            alone = bool(draw) and used == {draw} and not any({draw, sigma} & symbols(one) for one in others)
            variable = self.operator.variables.get(sigma)
            if not alone or variable is None or variable.kind != "parameter" or {draw, sigma} & symbols(rest):
                self.refused.append(
                    f"the noise in the equation of '{key}': TVBO's is '+ sigma*xi' at the end, with a parameter and a "
                    "noise of each state alone."
                )
                continue
            states[key] = rest
            found[key] = self.real(sigma)
            self.sigmas[key] = sigma
            if (sigma, draw) != (f"sigma_{key}", f"xi_{key}"):
                self.omissions.add(f"the names '{sigma}' and '{draw}' of its noise", "state", key)
        if any(symbols(one) & noises for one in derived.values()):
            self.refused.append("noise in an algebraic equation: TVBO's belongs to states.")
        return found

    def state(self, key: str, expression: Expression, noise: Mapping[str, float], bounds: Bounds | None) -> Entry:
        """Return a state with its equation and start."""
        start = self.real(key)
        if isinstance(start, tuple):
            if len(set(start)) > 1:
                self.refused.append(f"'{key}' starts with different values on its axis, and TVBO has one.")
            start = start[0]
        entry: Entry = {
            "equation": {"lhs": f"Derivative({key}, t)", "rhs": self.guarded(key, expression)},
            "initial_value": start,
            "coupling_variable": self.operator.variables[key].kind == "output",
        }
        if bounds is not None:
            ends = {"lo": bounds.low, "hi": bounds.high}
            entry["domain"] = {**{name: end for name, end in ends.items() if end is not None}, "enforce": "clamp"}
        if key in noise:
            entry["noise"] = {
                "noise_type": "gaussian",
                "additive": True,
                "parameters": {"sigma": {"value": noise[key]}},
            }
        return self.described(key, entry)

    def modes(self, lengths: set[tuple[int, ...]], states: Mapping[str, Expression]) -> int:
        if len(lengths) > 1 or any(not self.operator.variables[key].shape for key in states):
            self.refused.append("its states have axes of different lengths, and TVBO has one number of modes for all.")
        return max(shape[0] for shape in lengths)

    def events(self, states: Mapping[str, Expression], events: Iterable[ParsedEvent]) -> Iterable[tuple[str, Entry]]:
        """Yield events; TVBO assigns one after the other, so what is needed is assigned last."""
        for number, event in enumerate(events, 1):
            where = f"the event 'when: {self.operator.events[number - 1].when}'"
            if event.emit is not None:
                self.refused.append(f"{where} emits a pulse into '{event.emit}', which events of TVBO cannot.")
            for key in event.set.keys() - states.keys():
                self.refused.append(f"{where} sets '{key}', which is no state.")
            order = _sequence(event)
            if order is None:
                self.refused.append(f"{where} sets variables by each other's values; TVBO assigns one after the other.")
                continue
            try:
                changes = "; ".join(f"{key} = {write_expression(event.set[key], where)}" for key in order)
                condition = write_condition(event.when, where)
            except UnsupportedFeatureError as error:
                self.refused.append(str(error))
                continue
            entry = {"event_type": "discrete", "condition": {"rhs": condition}, "affect": {"rhs": changes}}
            yield f"event_{number}", entry


def _split_noise(expression: Expression) -> tuple[Expression, str, str]:
    """Return `f, sigma, xi` of `f + sigma*xi`; empty names if it has not this form."""
    match expression:
        case Apply("add", (rest, Apply("multiply", (Symbol(sigma), Symbol(draw))))):
            return rest, sigma, draw
    return expression, "", ""


def _sequence(event: ParsedEvent) -> list[str] | None:
    """Return an order of assignments in which no value is made of what was assigned before; None if there is none."""
    left, order = dict(event.set), []
    while left:
        free = [key for key in left if not any(key in symbols(one) for name, one in left.items() if name != key)]
        if not free:
            return None
        order.append(free[0])
        del left[free[0]]
    return order
