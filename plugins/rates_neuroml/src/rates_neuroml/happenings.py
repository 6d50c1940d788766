"""What happens when: conditions with what they set, emit and begin, as events of rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

from attrs import define, evolve, field
from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Apply, Expression, Number, Symbol, substitute, symbols

from rates_neuroml.element import Element
from rates_neuroml.flattening import TIME, Flattening
from rates_neuroml.instances import Instance
from rates_neuroml.repetition import ends_itself, is_still, is_the_same_again
from rates_neuroml.sampling import Samples
from rates_neuroml.scope import Meaning, meaning


@define(eq=False)
class Happening:
    """A condition of a component, and what happens while it holds.

    Attributes:
        instance: whose condition it is.
        element: that says it.
        test: the condition.
        sets: new values of states.
        emits: variables that receive pulses.
        regime: state and number of the regime that it belongs to, if any.
    """

    instance: Instance
    element: Element
    test: Expression
    sets: dict[str, Expression]
    emits: list[str]
    regime: tuple[str, int] | None = None

    @property
    def when(self) -> Expression:
        """Return the condition, with that of being in the regime."""
        if self.regime is None:
            return self.test
        name, number = self.regime
        return Apply("and", (Apply("equal", (Symbol(name), Number(number))), self.test))


@define(eq=False)
class Happenings:
    """What happens in an operator.

    Attributes:
        flat: the operator's variables and equations.
        all: conditions and what they do.
        pulses: names of variables into which events are emitted.
        ports: names of inputs that bring events, by instance and port.
        lost: what is left out, a line each.
    """

    flat: Flattening
    all: list[Happening] = field(factory=list)
    pulses: list[str] = field(factory=list)
    ports: dict[tuple[int, str], str] = field(factory=dict)
    lost: list[str] = field(factory=list)

    def read(self, connected: Mapping[tuple[int, str], object]) -> None:
        """Take everything that happens.

        Args:
            connected: ports to which events come, by instance and port.

        Raises:
            UnsupportedFeatureError: it has no equal in rates; the condition is named.
        """
        for instance in self.flat.root.walk():
            regimes = [one for one in instance.type.handlers if one.tag == "Regime"]
            if regimes:
                self._read_regimes(instance, regimes)
            for handler in instance.type.handlers:
                if handler.tag == "OnCondition":
                    self.all.append(self._condition(instance, handler))
                elif handler.tag == "OnEvent":
                    self._receive(instance, handler, connected)
        self._compute_what_follows_from_time()
        self._check()
        self._check_choices()
        self._begin()

    def _condition(self, instance: Instance, element: Element) -> Happening:
        test = self.flat.tree(instance, element, "test")
        found = Happening(instance, element, test, {}, [])
        for action in element.children:
            self._act(found, action)
        return found

    def _act(self, found: Happening, action: Element) -> None:
        instance = found.instance
        if action.tag == "StateAssignment":
            target = self._state(instance, action)
            value = self.flat.tree(instance, action, "value")
            found.sets[target] = substitute(value, found.sets)  # which were set before this
        elif action.tag == "EventOut":
            port = action.need("port")
            found.emits.append(self.pulse(instance, port, action))
        elif action.tag != "Transition":
            raise action.refusal(f"{instance.label} has <{action.tag}> in a condition, which rates does not read.")

    def _state(self, instance: Instance, action: Element) -> str:
        target = meaning(instance, action.need("variable"), action)
        if target.kind != "state":
            raise action.error(f"'{target.name}' is assigned to, which is no StateVariable of {instance.label}.")
        return self.flat.name_of(target)

    def pulse(self, instance: Instance, port: str, asking: Element) -> str:
        """Return the variable into which a port emits."""
        if port not in instance.type.named["EventPort"]:
            raise asking.error(f"{instance.label} has no EventPort '{port}'.")
        name = self.flat.name_of(Meaning(instance, port, "pulse", asking))
        if name not in self.pulses:
            self.pulses.append(name)
        return name

    def _read_regimes(self, instance: Instance, regimes: Sequence[Element]) -> None:
        """Take regimes: a state counts them, and what they say holds while it has their number."""
        numbers = {regime.need("name"): number for number, regime in enumerate(regimes)}
        name = self.flat.name_of(Meaning(instance, "regime", "state", regimes[0]))
        first = next((regime for regime in regimes if regime.get("initial") == "true"), regimes[0])
        self.flat.states[name] = float(numbers[first.need("name")])
        entries = {regime.need("name"): self._entry(instance, regime) for regime in regimes}
        for state, value in entries[first.need("name")].items():
            self.flat.states[state] = self.flat.value(value)
        for regime in regimes:
            number = numbers[regime.need("name")]
            for element in regime.all("TimeDerivative"):
                state = self._state(instance, element)
                value = self.flat.tree(instance, element, "value")
                here = Apply("equal", (Symbol(name), Number(number)))
                rest = self.flat.derivatives.get(state, Number(0.0))
                self.flat.derivatives[state] = Apply("where", (here, value, rest))
            for element in regime.all("OnCondition"):
                found = evolve(self._condition(instance, element), regime=(name, number))
                for transition in element.all("Transition"):
                    target = transition.need("regime")
                    if target not in numbers:
                        raise transition.error(f"{instance.label} has no regime '{target}'.")
                    for state, value in entries[target].items():
                        found.sets[state] = substitute(value, found.sets)
                    found.sets[name] = Number(numbers[target])
                self.all.append(found)
            for element in regime.children:
                if element.tag not in ("TimeDerivative", "OnCondition", "OnEntry"):
                    raise element.refusal(
                        f"{instance.label} has <{element.tag}> in a regime, which rates does not read."
                    )

    def _entry(self, instance: Instance, regime: Element) -> dict[str, Expression]:
        found = Happening(instance, regime, Number(1), {}, [])
        for entry in regime.all("OnEntry"):
            for action in entry.children:
                self._act(found, action)
        if found.emits:
            raise regime.refusal(f"{instance.label} emits an event where a regime begins, which rates does not read.")
        return found.sets

    def _receive(self, instance: Instance, element: Element, connected: Mapping[tuple[int, str], object]) -> None:
        """Take what an incoming event does: a pulse of integral 1, times what it adds to a state."""
        port, actions = element.need("port"), element.children
        is_heard = (id(instance), port) in connected or instance is self.flat.root
        if not actions or not is_heard:
            return
        name = self.flat.name_of(Meaning(instance, port, "input", element))
        self.ports[id(instance), port] = name
        self.flat.inputs.append(name)
        for action in actions:
            if action.tag != "StateAssignment":
                raise action.refusal(
                    f"{instance.label} has <{action.tag}> for events at '{port}', which rates does not read."
                )
            state = self._state(instance, action)
            height = _added(self.flat.tree(instance, action, "value"), state)
            if height is None or not symbols(self.flat.expanded(height)) <= self.flat.numbers.keys():
                raise action.refusal(
                    f"An event at '{port}' of {instance.label} sets '{state}' to '{action.get('value')}'. Events of "
                    "rates "
                    "add to a state what depends on parameters alone."
                )
            jump = Apply("multiply", (height, Symbol(name)))
            self.flat.derivatives[state] = Apply("add", (self.flat.derivatives.get(state, Number(0.0)), jump))

    def _compute_what_follows_from_time(self) -> None:
        """Make states that are assigned anew at all times what they are: functions of time."""
        samples = Samples.of(self.flat.numbers)
        follows = self.flat.numbers.keys() | {TIME}
        for state in [name for name in self.flat.states if is_still(self.flat.derivatives.get(name))]:
            setting = [one for one in self.all if state in one.sets]
            parts = [
                part for one in setting for part in (self.flat.expanded(one.test), self.flat.expanded(one.sets[state]))
            ]
            if not setting or any(one.emits or one.regime for one in setting):
                continue
            if not set().union(*map(symbols, parts)) <= follows:
                continue
            values = samples.draw([*parts, Symbol(TIME)])
            values[TIME] = abs(values[TIME])
            nothing = Apply("not", (reduce(_either, (self.flat.expanded(one.test) for one in setting)),))
            if samples.where(nothing, values).any():
                continue
            value = setting[0].sets[state]
            for one in setting[1:]:
                value = Apply("where", (one.test, one.sets[state], value))
            for one in setting:
                del one.sets[state]
            del self.flat.states[state]
            self.flat.derivatives.pop(state, None)
            self.flat.equations[state] = value
        self.all = [one for one in self.all if one.sets or one.emits]

    def _check(self) -> None:
        """Raise where something happens again and again, which events of rates do not do."""
        moving = {name for name, value in self.flat.derivatives.items() if not is_still(value)}
        tests = {id(one): self.flat.expanded(one.test) for one in self.all}
        for one in self.all:
            others = [(tests[id(other)], other.sets) for other in self.all if other is not one]
            if one.regime is not None and one.regime[0] in one.sets:
                continue
            changes = {name: self.flat.expanded(value) for name, value in one.sets.items()}
            if ends_itself(tests[id(one)], changes, self.flat.numbers):
                continue
            if one.emits or not is_the_same_again(one.sets, tests[id(one)], moving, self.flat.numbers, others):
                raise one.element.refusal(
                    f"What {one.instance.label} does where '{one.element.get('test')}' is done at each step while that "
                    "holds. Events of rates happen once, when a condition becomes true."
                )

    def _check_choices(self) -> None:
        """Raise where no case of a choice holds, for which LEMS keeps the value from before."""
        samples = Samples.of(self.flat.numbers)
        for what, element, conditions in self.flat.closed:
            nothing = Apply("not", (reduce(_either, map(self.flat.expanded, conditions)),))
            if samples.where(nothing, samples.draw([nothing])).any():
                raise element.refusal(
                    f"No case of {what} holds for some values, where LEMS keeps the last value. Write a <Case> without "
                    "a "
                    "condition."
                )

    def _begin(self) -> None:
        """Do at the start what happens there: events of rates need a condition that was false."""
        for one in self.all:
            if self.flat.value_now(one.when):
                new = {name: self.flat.value_now(value) for name, value in one.sets.items()}
                self.flat.states.update(new)
                for name in one.emits:
                    self.lost.append(f"the event '{name}' at the start, where '{to_text(one.when)}' holds already")


def _either(one: Expression, other: Expression) -> Expression:
    return Apply("or", (one, other))


def _added(value: Expression, state: str) -> Expression | None:
    """Return h where a value is `state + h`, or None."""
    if isinstance(value, Apply) and value.function == "add":
        left, right = value.arguments
        if left == Symbol(state):
            return right
        if right == Symbol(state):
            return left
    return None
