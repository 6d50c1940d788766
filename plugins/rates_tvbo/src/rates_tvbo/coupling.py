"""Couplings of TVBO as files say them: `c_i = post(sum_j w_ij * pre(x_j, x_i))`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from attrs import evolve, field, frozen
from rates_core.errors import ModelFileError, UnsupportedFeatureError
from rates_core.expressions.tree import Expression, Symbol

from rates_tvbo.expression_reader import Scope, read_expression
from rates_tvbo.section import Section

ARRIVED = "gx"  # the weighted sum, as TVBO calls it

_SOURCE = ("x_j", "x", "incoming_states")  # the first state that is sent
_TARGET = ("x_i",)  # the first state of where it arrives
_EITHER = "local_states"  # that of the source where nothing is said of sources, else of the target
_COMPONENT = re.compile(r"\b(x_j|x_i|incoming_states|local_states)\s*\[\s*(\d+)\s*\]")
_PLACE = re.compile(r"(?P<lead>\w+)_at_(?P<place>\d+)")
_REFUSED = ("inner_coupling", "region_mapping", "regional_connectivity", "observed", "aggregation", "distribution")


@frozen
class Coupling:
    """A coupling function.

    Attributes:
        name: what edges call it.
        terms: what each connection sends, which is summed apart; nothing where that is what the source sends.
        post: of what has arrived, or None where that is what the target is given.
        parameters: values by name.
        incoming: states of sources that are sent, or none where edges and sources say so.
        local: states of targets that are read.
        delayed: whether delays act.
        section: where it was written, for errors.
    """

    name: str
    terms: tuple[Expression, ...] = ()
    post: Expression | None = None
    parameters: Mapping[str, float] = field(factory=dict)
    incoming: tuple[str, ...] = ()
    local: tuple[str, ...] = ()
    delayed: bool = True
    section: Section | None = None

    @property
    def sent(self) -> tuple[Expression, ...]:
        """Return what each connection sends."""
        return self.terms or (Symbol("x_j"),)

    def arrivals(self) -> list[str]:
        """Return what the sums of all terms are called where they arrive."""
        count = len(self.sent)
        return [ARRIVED] if count == 1 else [f"{ARRIVED}_{place}" for place in range(count)]

    def components(self, count: int) -> list[Coupling]:
        """Return a coupling for each component of what it feeds.

        Raises:
            ModelFileError: it sends another number of terms.
        """
        if count == 1:
            if len(self.terms) > 1 and self.post is None:
                raise self.error(
                    f"It sends {len(self.terms)} terms; 'post_expression' makes one value of gx_0, gx_1, …"
                )
            return [self]
        terms = self.terms or tuple(Symbol(f"x_j_at_{place}") for place in range(len(self.incoming or self.local)))
        if len(terms) != count:
            raise self.error(f"It sends {len(terms) or 1} terms, and what it feeds has {count} components.")
        return [evolve(self, name=f"{self.name}_{place}", terms=(term,)) for place, term in enumerate(terms)]

    def meaning(self, key: str, sent: Sequence[str], states: Collection[str]) -> tuple[bool, str]:
        """Return what a name of an expression is: whether a state of the target, and which state.

        Args:
            key: the name.
            sent: states that the source sends, the first of them where nothing else is said.
            states: all names of states.
        """
        incoming = self.incoming or self.local or tuple(sent)
        local = self.local or incoming
        match = _PLACE.fullmatch(key)
        lead, place = (match["lead"], int(match["place"])) if match else (key, 0)
        if key in states and not match:
            return key in self.local and key not in self.incoming and bool(self.incoming), key
        if lead in _SOURCE or (lead == _EITHER and not self.incoming):
            return False, self._taken(incoming, place, lead)
        if lead in _TARGET or lead == _EITHER:
            return True, self._taken(local, place, lead)
        return key.endswith("_i"), key[:-2]

    def _taken(self, states: Sequence[str], place: int, lead: str) -> str:
        if place >= len(states):
            known = ", ".join(f"'{state}'" for state in states)
            raise self.error(f"It takes {lead}[{place}], and what is coupled is {known}, counted from 0.")
        return states[place]

    def error(self, text: str) -> ModelFileError:
        """Return an error about what the file says."""
        assert self.section is not None  # only what a file says can be wrong
        return self.section.error(text)

    def refusal(self, text: str) -> UnsupportedFeatureError:
        """Return the error for what rates cannot compute."""
        assert self.section is not None
        return self.section.refusal(text, "pre_expression")


def name_of_state(state: str, at_target: bool, lead: str, read: Collection[str]) -> str:
    """Return what an expression calls a state of one end, of which it reads some; `x` is that which sources send.

    A state that is called x is `x_j` or `x_i` itself; where it is not what is sent, this goes by its own name.
    """
    end = "i" if at_target else "j"
    return f"x_{end}" if state == lead and ("x" not in read or lead == "x") else f"{state}_{end}"


IDENTITY = Coupling("coupling")

#: The coupling of tvbo's database that it takes where an experiment names none.
STANDARD = Coupling(
    "Linear",
    post=read_expression(f"a*{ARRIVED} + b", Scope(frozenset(["a", "b", ARRIVED]))),
    parameters={"a": 0.00390625, "b": 0.0},
)


def read_coupling(part: Section, name: str, states: Collection[str]) -> Coupling:
    """Return a coupling function of a file.

    Args:
        part: what the file says.
        name: under which it stands.
        states: names of states of all nodes.

    Raises:
        UnsupportedFeatureError: it has another form.
        EquationError: an expression is malformed.
    """
    for key in _REFUSED:
        if part.has(key):
            raise part.refusal(f"It has '{key}'; couplings of rates are pre_expression and post_expression.", key)
    own = part.text("name") or name
    part.name = part.name or own
    parameters = _parameters(part, f"parameter of '{own}'")
    before = "pre_expression"
    if part.has("coupling_function"):
        before, parameters = _function(part, parameters)
    standard = None
    if not any(part.has(key) for key in ("pre_expression", "post_expression", "coupling_function")):
        standard = _of_database(part, own)
        parameters = {**standard.parameters, **parameters}
    incoming, local = (tuple(part.texts(key)) for key in ("incoming_states", "local_states"))
    for key in parameters.keys() & {*incoming, *local}:
        raise part.error(f"'{key}' is a parameter of it, and a state.")
    terms = _terms(part, before, states, parameters)
    post = _terms(part, "post_expression", states, parameters, _sums(len(terms)))
    if len(post) > 1:
        raise part.refusal("Its post_expression is a list; write one expression of gx.", "post_expression")
    if standard is not None and standard.post is not None:
        post = (standard.post,)
    found = Coupling(
        own.replace(" ", "_"),
        () if terms == (Symbol("x_j"),) else terms,
        None if post in ((), (Symbol(ARRIVED),)) else post[0],
        parameters,
        incoming,
        local,
        part.flag("delayed") is not False,
        part,
    )
    part.ignore("sparse", "vectorized", "iri", "symmetry", "interpolate_delays", "outsym", "label", "description")
    part.close()
    return found


def _of_database(part: Section, name: str) -> Coupling:
    """Return the coupling of tvbo's database that a file means which says no expressions."""
    meant = (part.text("iri") or name).rsplit(":", 1)[-1]
    if meant != STANDARD.name:
        raise part.refusal(
            f"It has no expressions; tvbo takes those of '{meant}' in its database, which rates does not have. Write "
            "pre_expression and post_expression, as tvbo's to_yaml() does."
        )
    return STANDARD


def _function(part: Section, parameters: dict[str, float]) -> tuple[str, dict[str, float]]:
    """Return which expression is sent where there is a `coupling_function`, and all parameters.

    In TVBO's schema it is what an edge makes of its ends; tvbo 0.5.3 computes nothing of it.
    """
    if part.has("pre_expression"):
        part.omissions.add("coupling_function, beside pre_expression, which is what tvbo runs", "coupling", part.name)
        part.ignore("coupling_function")
        return "pre_expression", parameters
    text = "what tvbo 0.5.3 runs instead of coupling_function, which it passes over"
    part.omissions.add(text, "coupling", part.name)
    equation = part.section("coupling_function", f"coupling_function of '{part.name}'")
    own = {} if equation is None else _parameters(equation, f"parameter of '{part.name}'")
    for key in own.keys() & parameters.keys():
        if own[key] != parameters[key]:
            raise part.error(f"'{key}' is {parameters[key]}, and {own[key]} in its coupling_function.")
    return "coupling_function", {**parameters, **own}


def _parameters(part: Section, kind: str) -> dict[str, float]:
    return {key: _value(one) for key, one in part.sections("parameters", kind).items()}


def _value(part: Section) -> float:
    value = part.number("value")
    if value is None:
        raise part.error("A parameter needs a number as its value.")
    part.ignore("domain", "definition")
    return value


def _sums(count: int) -> set[str]:
    """Return what a post_expression may call sums of so many terms."""
    return {ARRIVED} if count < 2 else {ARRIVED, *(f"{ARRIVED}_{place}" for place in range(count))}


def _terms(
    part: Section, key: str, states: Collection[str], parameters: Mapping[str, float], sums: Collection[str] = ()
) -> tuple[Expression, ...]:
    """Return the expressions of a list, or the one that there is."""
    section = part.section(key, f"{key} of '{part.name}'")
    if section is None:
        return ()
    text = section.text("rhs")
    section.ignore("latex", "lhs", "parameters", "description", "definition")
    section.close()
    spelled = _COMPONENT.sub(r"\1_at_\2", text).strip()
    places = {match[0] for match in _PLACE.finditer(spelled)}
    ends = {f"{state}{end}" for state in states for end in ("", "_i", "_j")}
    names = frozenset([*parameters, *sums, *places, *ends, *_SOURCE, *_TARGET, _EITHER])
    scope = Scope(names, where=f"{section.location}, {section.kind}")
    listed = _elements(spelled[1:-1]) if spelled.startswith("[") and spelled.endswith("]") else [spelled]
    return tuple(read_expression(one, scope) for one in listed)


def _elements(text: str) -> list[str]:
    """Return what stands between commas that are in no brackets."""
    found, depth, start = [], 0, 0
    for place, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if character == "," and depth == 0:
            found.append(text[start:place])
            start = place + 1
    return [*found, text[start:]]
